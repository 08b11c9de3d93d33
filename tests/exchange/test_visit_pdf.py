"""The printed visit: what is on the page, how a screen reader walks it, and what breaks nothing."""

import ctypes
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pypdf
import pypdfium2
import pytest
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, IndirectObject

from app.exchange.visit_pdf import FITTING, fitted, set_pages, typeset
from tests.exchange.visits import empty, huge, ordinary

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


@cache
def printed(make: Callable[[], dict[str, Any]], paper: str = "a4") -> bytes:
    """A whole visit as a PDF, once: the huge one takes half a second."""
    return set_pages(make(), NOW, paper)


def root_of(pdf: bytes) -> Any:
    """The document's catalogue, where its language and tags are."""
    return read(pdf).trailer["/Root"]


def words(pdf: bytes) -> str:
    """All text of all pages, with one space between words."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def tags(pdf: bytes) -> list[str]:
    """The structure tree, depth first, as a screen reader walks it."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, IndirectObject):
            node = node.get_object()
        if isinstance(node, ArrayObject):
            for each in node:
                yield from walk(each)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                yield str(node["/S"])
            if "/K" in node:
                yield from walk(node["/K"])

    return list(walk(root_of(pdf)["/StructTreeRoot"]))


def inked(page: pypdfium2.PdfPage) -> tuple[int, int, int, int]:
    """The box around everything that is printed on a page, in sixtieths of its width and height."""
    bitmap = page.render(scale=0.5, grayscale=True)
    data = bytes(ctypes.string_at(bitmap.buffer, bitmap.stride * bitmap.height))
    rows = [
        data[y * bitmap.stride : y * bitmap.stride + bitmap.width] for y in range(bitmap.height)
    ]
    ys = [y for y, row in enumerate(rows) if min(row) < 200]
    xs = [x for row in rows for x, dot in enumerate(row) if dot < 200]
    width, height = bitmap.width, bitmap.height
    return (
        min(xs) * 60 // width, min(ys) * 60 // height, max(xs) * 60 // width,
        max(ys) * 60 // height,
    )  # fmt: skip


def test_a_visit_is_tagged_titled_and_in_a_language() -> None:
    pdf = printed(ordinary)
    root = root_of(pdf)
    assert root["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(True)
    metadata = read(pdf).metadata
    assert metadata is not None
    assert metadata.title == "Visit summary"  # no name: file managers and printers show it
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    found = tags(pdf)
    assert [tag for tag in found if tag in ("/H1", "/H2")] == [
        "/H1", "/H1", "/H1", "/H2", "/H2", "/H2", "/H1", "/H1", "/H1",
    ]  # fmt: skip
    assert found.count("/Table") == 6
    assert found.count("/TH") == 4 + 11 + 6 + 6 + 6 + 3
    assert found.index("/Title") < found.index("/H1") < found.index("/Table")


def test_everything_is_told_in_the_order_in_which_it_is_read() -> None:
    text = words(printed(ordinary))
    told = [
        "Visit summary", "Pat Example", "Born 4 May 1981", "Protocol", "Testosterone cypionate",
        "100 mg", "Sundays at 09:00", "Doses", "All lines together", "83 %", "55\N{EN DASH}95 %",
        "vesper-1, version 1", "(on time + late) / expected", "Results", "52.4 H",
        "Near the trough", "83.4", "Half-yearly labs", "How it felt", "Energy", "Open flags",
        "at or above 52.0 %", "Questions and notes",
    ]  # fmt: skip
    place = 0
    for each in told:
        place = text.find(each, place)
        assert place >= 0, each
    assert "1 of 1" in text


def test_the_patients_own_copy_has_nothing_that_clinicians_say_to_each_other() -> None:
    text = words(set_pages(ordinary(flags=None, copy="The patient's own copy"), NOW))
    assert "Open flags" not in text
    assert "at or above" not in text


@pytest.mark.parametrize(("make", "paper"), [
    (ordinary, "a4"), (ordinary, "us-letter"), (empty, "a4"), (huge, "a4"),
])  # fmt: skip
def test_every_record_fits_on_two_pages_inside_their_margins(make: Any, paper: str) -> None:
    pdf = printed(make, paper)
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == (2 if make is huge else 1)
        for page in document:
            left, top, right, bottom = inked(page)
            assert left >= 4
            assert top >= 2
            assert right <= 56
            assert bottom <= 58
    finally:
        document.close()
    assert b"PDF/UA" in pdf or b"pdfuaid" in pdf
    assert read(pdf).pages[0].mediabox.width == pytest.approx(595.276 if paper == "a4" else 612)


def test_what_does_not_fit_says_so() -> None:
    text = words(printed(huge))
    assert "more, continued in the app" in text
    assert "earlier draws are in the app" in text
    assert "All lines together" in text  # the sums are of all forty
    cut = fitted(huge(), FITTING[-1])
    assert (cut["protocol"]["more"], cut["labs"]["more"], cut["more_flags"]) == (34, 32, 37)
    assert cut["effects"] == {"rows": huge()["effects"]["rows"][:2], "more": 38}


def test_words_of_people_are_text_and_never_markup() -> None:
    name = '#panic("x") *bold* _it_ $x$ `raw` @label <b> [c] \\ // "q" = 1'
    text = words(set_pages(ordinary(name=name, about='#import "x"'), NOW))
    assert '#panic("x") *bold* _it_ $x$ `raw` @label <b> [c] \\ // "q" = 1' in text
    assert '#import "x"' in text


@pytest.mark.parametrize("name", [
    "Zoë Łukasz Ðorđević", "Nguyễn Thị Ánh", "Αθηνά Ἀθηνᾶ", "Наталья Їжак", "Ștefan Şahin Ñuñez",
])  # fmt: skip
def test_names_in_latin_greek_and_cyrillic_letters_are_printed(name: str) -> None:
    pdf = set_pages(ordinary(name=name), NOW)
    assert name in words(pdf)
    assert b"pdfuaid" in pdf
    assert "printed as boxes" not in words(pdf)


def test_letters_without_a_shape_are_boxes_and_the_page_says_so_and_whose_it_is() -> None:
    pdf = set_pages(ordinary(name="山田 太郎"), NOW)
    assert "printed as boxes. The app shows them." in words(pdf)
    assert "Record 1a2b3c4d" in words(pdf)
    assert root_of(pdf)["/MarkInfo"]["/Marked"] == BooleanObject(True)


async def test_the_same_visit_at_the_same_instant_is_the_same_file() -> None:
    pdf = await typeset(ordinary(), NOW)
    assert pdf == set_pages(ordinary(), NOW)
    assert pdf != set_pages(ordinary(), NOW.replace(hour=21))
