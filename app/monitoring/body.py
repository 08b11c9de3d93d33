"""Body composition: when two scans may be compared, what is asked when, the companion card. Pure.

Figures and words are in `data/companion.toml`; the least significant changes are the clinic's.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from uuid import UUID

from app.observations.catalogue import CATALOGUE
from app.observations.conversions import shown

LEAN, FAT = "dexa_lean", "dexa_fat"

LEAST_SOURCE = "Least significant change on one Hologic scanner: ESPE 2015 P-2-236; clinic's choice"

_DATA = tomllib.loads((files("app.monitoring") / "data/companion.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Scan:
    """One body composition scan: canonical values by their codes.

    make, model   of the scanner, as entered; empty where nobody said
    """

    panel_id: UUID
    at: datetime
    day: date
    make: str
    model: str
    values: Mapping[str, Decimal]

    @property
    def scanner(self) -> tuple[str, str] | None:
        """The same for every spelling of one scanner; None for one that is not fully known."""
        make, model = _folded(self.make), _folded(self.model)
        return (make, model) if make and model else None


@dataclass(frozen=True, slots=True)
class Change:
    """What one tissue did between two scans, in kg; None while it may be the scanner's own doing.

    least   the least significant change it was held against
    """

    change: Decimal | None
    beyond: bool
    least: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A scan beside the one before it on the same scanner; None for a tissue that one lacks."""

    with_day: date
    lean: Change | None
    fat: Change | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Days, both included, in which a scan is asked for; `done_on` is the first one in them."""

    code: str
    first: date
    last: date
    done_on: date | None
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What a source reports of some days, counted from the start of treatment."""

    from_day: int
    to_day: int
    text: str
    source: str


TIMELINE = tuple(Expected(**row) for row in _DATA["timeline"])
COMPANION: Mapping[str, str] = {
    name: text for name, text in _DATA["companion"].items() if isinstance(text, str)
}
if not all(each.source for each in TIMELINE) or not COMPANION["source"]:
    raise ValueError("what is expected needs its source")


def compare(
    scan: Scan, others: Collection[Scan], *, least_lean: Decimal, least_fat: Decimal
) -> tuple[Compared | None, str | None]:
    """The scan beside the latest earlier one of the same scanner, or else why there is none.

    least_lean, least_fat   kg; a change has to be larger than this to be shown

    Regional values are never compared: no least significant change is known for them.
    """
    earlier = [other for other in others if (other.at, other.panel_id) < (scan.at, scan.panel_id)]
    if not earlier:
        return None, "This is the first scan."
    if scan.scanner is None:
        return None, "The scanner is not known, so this scan is not compared."
    same = [other for other in earlier if other.scanner == scan.scanner]
    if not same:
        return None, "Another scanner: not compared, because scanners differ among themselves."
    before = max(same, key=lambda other: (other.at, other.panel_id))
    lean = _change(scan, before, LEAN, least_lean)
    fat = _change(scan, before, FAT, least_fat)
    if lean is None and fat is None:
        return None, "The two scans have neither lean nor fat mass in common."
    return Compared(before.day, lean, fat), None


def milestones(start: date, scans: Sequence[Scan]) -> list[Milestone]:
    """When scans are asked for, counted from the start of treatment, and which are done."""
    found = []
    for code, row in _DATA["milestones"].items():
        first = start + timedelta(days=row["from_day"])
        last = start + timedelta(days=row["to_day"])
        days = [scan.day for scan in scans if first <= scan.day <= last]
        done_on = min(days, default=None)
        found.append(Milestone(code, first, last, done_on, row["text"], row["source"]))
    return found


def protein(weight: Decimal, per_kg: Decimal) -> Decimal:
    """Grams of protein a day for a weight in kg, to the gram, half up."""
    return (weight * per_kg).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _change(scan: Scan, before: Scan, code: str, least: Decimal) -> Change | None:
    if code not in scan.values or code not in before.values:
        return None
    change = scan.values[code] - before.values[code]
    if abs(change) <= least:
        return Change(None, False, least, f"Within what the scanner cannot tell apart: {least} kg.")
    way = "more" if change > 0 else "less"
    size = shown(CATALOGUE[code], abs(change))
    text = f"{size} kg {way}, beyond the {least} kg that the scanner can tell apart."
    return Change(change, True, least, text)


def _folded(text: str) -> str:
    """The same for every way of writing it: without spaces, and capitals do not matter."""
    return "".join(text.casefold().split())
