"""A visit as a PDF: set by Typst from a template of ours, tagged for those who listen to it.

Deterministic: the same facts at the same instant give the same bytes. The fonts are those inside
the compiler, so every machine prints the same page; nothing is fetched.
"""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import typst

MOST_PAGES = 2

AT_ONCE = 2
"""Pages set at the same time by one process; each takes about a tenth of a second of one core."""

FITTING: tuple[dict[str, int], ...] = (
    {"lines": 20, "markers": 40, "draws": 4, "flags": 12, "effects": 8, "room": 7},
    {"lines": 16, "markers": 30, "draws": 3, "flags": 10, "effects": 6, "room": 4},
    {"lines": 12, "markers": 22, "draws": 2, "flags": 8, "effects": 4, "room": 3},
    {"lines": 9, "markers": 14, "draws": 1, "flags": 5, "effects": 3, "room": 3},
    {"lines": 6, "markers": 8, "draws": 1, "flags": 3, "effects": 2, "room": 3},
)
"""How much of each list is printed, tried one after the other until it all fits two pages."""

LEAST_ROOM = 3
"""Lines to write on that are always there; what is left of the last page has more of them."""

# Screen readers need tags; the standard checks that each has what it needs. Source: ISO 14289-1.
STANDARD = "ua-1"


async def typeset(visit: Mapping[str, Any], now: datetime, paper: str = "a4") -> bytes:
    """The PDF of a visit, as `app.exchange.visit` reads it.

    now     stands in the document as the date on which it was made
    paper   a name that Typst knows, such as `a4` or `us-letter`
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads(), set_pages, visit, now, paper)


def set_pages(visit: Mapping[str, Any], now: datetime, paper: str = "a4") -> bytes:
    """The PDF, in this thread. What does not fit two pages is cut, and says so."""
    stamp = int(now.timestamp())
    for fitting in FITTING:
        printed = fitted(visit, fitting)
        pages = _pages(printed, paper)
        if pages <= MOST_PAGES:
            break
    narrow = {**printed, "room": LEAST_ROOM}
    if pages > 1 and _pages(narrow, paper) < pages:
        printed = narrow  # a second sheet for nothing but lines is none
    try:
        return _pdf(printed, paper, stamp, [STANDARD])
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        # The standard forbids a letter without a shape. Better a box than no page: it is tagged
        # all the same, and says that the app has the letters.
        return _pdf({**printed, "boxes": True}, paper, stamp, [])


def fitted(visit: Mapping[str, Any], fitting: Mapping[str, int]) -> dict[str, Any]:
    """The visit with no more of each list than fits; how much was cut stands beside it."""
    protocol, labs, effects = visit["protocol"], visit["labs"], visit["effects"]
    adherence, flags = visit["adherence"], visit["flags"]
    lines, rows = fitting["lines"], fitting["markers"]
    kept = min(fitting["effects"], len(effects["rows"]))
    return {
        **visit,
        "protocol": {
            **protocol,
            "lines": protocol["lines"][:lines],
            "more": max(0, len(protocol["lines"]) - lines),
            "changes": protocol["changes"][-3:],
        },
        "adherence": {
            **adherence,
            "rows": adherence["rows"][:lines],
            "more": max(0, len(adherence["rows"]) - lines),
        },
        "labs": {
            **labs,
            "rows": labs["rows"][:rows],
            "more": max(0, len(labs["rows"]) - rows),
            "draws": labs["draws"][: fitting["draws"]],
        },
        "effects": {
            "rows": effects["rows"][:kept],
            "more": effects["more"] + len(effects["rows"]) - kept,
        },
        "flags": None if flags is None else flags[: fitting["flags"]],
        "more_flags": max(0, len(flags or ()) - fitting["flags"]),
        "room": fitting["room"],
        "boxes": False,
    }


@cache
def _threads() -> ThreadPoolExecutor:
    """Few, so that many who ask at once wait for each other and not for a core."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="typeset")


@cache
def _template() -> bytes:
    return files("app.exchange").joinpath("data/visit.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Those inside the compiler alone: what a machine has installed must not change the page."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _compiler(visit: Mapping[str, Any], paper: str) -> typst.Compiler:
    return typst.Compiler(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"visit": json.dumps(visit, ensure_ascii=False), "paper": paper},
    )


# A compiler each: this one forgets a template that was given as bytes once it has been used.
def _pages(visit: Mapping[str, Any], paper: str) -> int:
    found = _compiler(visit, paper).query("<pages>", field="value", one=True)
    return int(json.loads(found))


def _pdf(visit: Mapping[str, Any], paper: str, stamp: int, standards: list[Any]) -> bytes:
    made = _compiler(visit, paper).compile(format="pdf", pdf_standards=standards, timestamp=stamp)
    assert isinstance(made, bytes)  # a list only of pictures, a page each
    return made
