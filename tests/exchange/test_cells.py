"""No cell of a table is a formula to any spreadsheet, and each says what the record says."""

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.exchange.cells import csv_cell, csv_text, plain, read_cell, there

# What makes spreadsheets run a cell. Source: OWASP, CSV Injection; the last four as in Japan.
STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
RISKY = st.text(st.sampled_from("=+-@\t\r\n,;|'\" 15aHé\uff1d()!"), max_size=12) | st.text(
    max_size=30
)


def runs(cell: str) -> bool:
    """Whether some spreadsheet would take a cell for a formula; some overlook spaces before it."""
    number = cell.removeprefix("-").replace(".", "", 1).isdigit() and cell.isascii()
    return cell.lstrip().startswith(STARTS) and not number


@settings(max_examples=300)
@given(RISKY)
@example('=HYPERLINK("http://x";"y")')
@example("-2.5")
@example("note;=1+1")
@example("a\n=1+1")
@example("'=1+1")
@example('";=cmd|x')
def test_no_cell_runs_and_reading_it_gives_the_text_back(text: str) -> None:
    cell = csv_cell(text)
    assert read_cell(cell) == text
    assert not runs(cell)


@settings(max_examples=150)
@given(st.lists(st.lists(RISKY, min_size=3, max_size=3), max_size=5), st.sampled_from(",;\t|"))
def test_nor_does_a_program_that_expects_another_separator_find_a_formula(
    rows: list[list[str]], separator: str
) -> None:
    file = csv_text(("a", "b", "c"), rows)
    ours = list(csv.reader(io.StringIO(file, newline="")))
    assert ours[0] == ["a", "b", "c"]
    assert [[read_cell(cell) for cell in row] for row in ours[1:]] == rows
    theirs = csv.reader(io.StringIO(file, newline=""), delimiter=separator)
    for row in theirs:
        for cell in row:
            assert not runs(cell), (row, cell)


def test_a_file_is_as_the_standard_has_it() -> None:
    file = csv_text(("name", "note"), [("Zoë", 'said "no",\nthen yes'), ("", None)])
    assert file == 'name,note\r\nZoë,"said ""no"",\nthen yes"\r\n,\r\n'


class Word(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, "yes"), (False, "no"), (Word.ONE, "one"), (7, "7"),
    (Decimal("1E+2"), "100"), (Decimal("0.250"), "0.250"), (0.1, "0.1"), (1e-7, "0.0000001"),
    (date(2026, 11, 3), "2026-11-03"), (time(22, 30), "22:30"),
    (datetime(2026, 11, 3, 5, 30, tzinfo=UTC), "2026-11-03T05:30:00Z"),
])  # fmt: skip
def test_every_value_has_one_form(value: object, text: str) -> None:
    assert plain(value) == text


def test_an_instant_is_told_as_the_clock_on_the_wall_had_it() -> None:
    summer, winter = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (7, 12))
    assert there(summer, "America/Denver") == "2026-07-01T06:00:00-06:00"
    assert there(winter, "America/Denver") == "2026-12-01T05:00:00-07:00"
    assert there(None, "America/Denver") == ""


def test_what_has_no_one_form_is_refused() -> None:
    with pytest.raises(TypeError):
        plain({"a": 1})
