"""The map of the body: every spot an injection may be logged at, for all medicines. Pure.

The spots are in `data/sites.toml`, each with its source. `ELSEWHERE` is beside them: for what the
map has no spot for. It belongs to no flesh, never rests and is never suggested.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

from app.protocols.medicines import INJECTED

ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Site:
    """One spot.

    name            what people call it
    side            `left`, `right`, or empty for a spot without a side
    view            on which side of the body's picture it lies: `front` or `back`
    area            the flesh it shares with other spots, whatever the route
    routes          for which routes it is a usual spot
    order           its place among spots that have rested equally long; sides take turns
    needs           what the clinic has to allow before it is suggested; empty: nothing
    not_suggested   why it is never suggested; empty: it may be
    snomed          its code in SNOMED CT and that code's display; None where none is verified
    """

    code: str
    name: str
    side: Literal["left", "right", ""]
    view: Literal["front", "back"]
    area: str
    routes: frozenset[str]
    order: int
    needs: str
    not_suggested: str
    snomed: tuple[str, str] | None
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of one rule of rest, and where it comes from."""

    text: str
    source: str


Side = Literal["left", "right"]

_DATA = tomllib.loads((files("app.sites") / "data/sites.toml").read_text("utf-8"))


def read(data: Mapping[str, Any]) -> dict[str, Site]:
    """The spots of a file by their codes, in its order; raises ValueError for one without source.

    A code of SNOMED CT needs a source of its own.
    """
    sites = {site.code: site for site in _spots(data["spots"])}
    if len(sites) != 2 * len(data["spots"]):
        raise ValueError("two spots have the same code")
    return sites


def _spots(rows: list[Mapping[str, Any]]) -> Iterator[Site]:
    for number, row in enumerate(rows):
        if not row.get("source") or ("snomed" in row and not row.get("snomed_source")):
            raise ValueError(f"the spot {row['code']} needs its source")
        if not row["routes"] or not set(row["routes"]) <= INJECTED:
            raise ValueError(f"the spot {row['code']} needs a route that is injected")
        # Pairs next to each other: a walk down the list goes from one side to the other each time.
        for place, side in enumerate(get_args(Side)):
            coded = (row["snomed"][side], row["display"][side]) if "snomed" in row else None
            name = row["name"].format(side=side)
            yield Site(
                code=row["code"].format(side=side), name=name[0].upper() + name[1:], side=side,
                view=row["view"], area=row["area"].format(side=side),
                routes=frozenset(row["routes"]), order=2 * number + place,
                needs=row.get("needs", ""), not_suggested=row.get("not_suggested", ""),
                snomed=coded, source=row["source"],
            )  # fmt: skip


SITES: dict[str, Site] = {
    **read(_DATA),
    ELSEWHERE: Site(
        code=ELSEWHERE, name="Somewhere else", side="", view="front", area="", routes=INJECTED,
        order=10_000, needs="", not_suggested="It says not where.", snomed=None,
        source="[D] engineering default: what happened can always be logged",
    ),
}  # fmt: skip
"""Every spot by its code, pairs of the file in its order, left and right in turn."""

RULES: dict[str, Rule] = {
    name: Rule(row["text"].format(**row), row["source"]) for name, row in _DATA["rules"].items()
}

MUSCLE_DAYS: int = _DATA["rules"]["muscle"]["days"]
"""For how many days an area rests after an injection into its muscle."""

if not all(rule.source for rule in RULES.values()):
    raise ValueError("every rule of rest needs its source")


def nearby(one: Site, other: Site) -> bool:
    """Whether two spots share their flesh; what lies elsewhere shares it with nothing."""
    return bool(one.area) and one.area == other.area
