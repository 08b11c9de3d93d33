"""What a series of scores or weights looks like over time, and beside the protocol. Pure.

A median of seven days, not a mean: one bad day does not move it. Of somebody who is asked once a
week it is one of 28 days, or it would never have its points. Nothing here speaks of a cause.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from itertools import pairwise

from app.schedule import A_DAY

WINDOW = timedelta(days=7)
"""A median is of this day and the six before it. Source: clinical.md 9."""

WIDE = timedelta(days=28)
"""The same for whoever is asked once a week, who has four points in it. [D] engineering default."""

FEWEST = 3
"""With fewer points nothing is said. [D] engineering default."""

STRETCH = timedelta(days=28)
"""First days of a version, and last of the one before. Source: product.md 4, 18."""

# A weight turned from pounds has 34 digits; fewer could put a median beside its own two values.
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured or felt on a day."""

    day: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Middle:
    """The median of the points of a stretch, and how many there were; None for too few."""

    value: Decimal | None
    n: int


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= self.last

    @property
    def long(self) -> int:
        """How many days it has; 0 where nothing lies between its ends."""
        return max(0, (self.last - self.first).days + 1)


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of the protocol and the nights in which it was, or is, in force.

    last   None while it is
    """

    number: int
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Beside:
    """The last days of one version beside the first of the next, each scale by its code.

    n   how many days of each stretch have a check-in
    """

    number: int
    before: Days
    after: Days
    before_n: int
    after_n: int
    before_medians: Mapping[str, Middle]
    after_medians: Mapping[str, Middle]
    text: str


def middle(points: Sequence[Point]) -> Middle:
    """The median of these points; between the two middle ones where their number is even."""
    values = sorted(point.value for point in points)
    n = len(values)
    if n < FEWEST:
        return Middle(None, n)
    half = n // 2
    return Middle(values[half] if n % 2 else _between(values[half - 1], values[half]), n)


def _between(low: Decimal, high: Decimal) -> Decimal:
    return _EXACT.divide(_EXACT.add(low, high), Decimal(2))


def window_of(*, weekly: bool) -> timedelta:
    """How many days a median of check-ins is of, for whoever is asked once a week or else."""
    return WIDE if weekly else WINDOW


def trend(points: Sequence[Point], window: timedelta = WINDOW) -> list[tuple[date, Middle]]:
    """For each day that has a point, oldest first: the median of the window that ends with it.

    The order in which points are given does not matter.
    """
    ordered = sorted(points, key=lambda point: point.day)
    days = [point.day for point in ordered]
    return [
        (day, middle(ordered[bisect_right(days, day - window) : bisect_right(days, day)]))
        for day in sorted(set(days))
    ]


def too_few(medians: Sequence[tuple[date, Middle]]) -> bool:
    """Whether no day of a trend has enough points around it to say anything."""
    return all(each.value is None for _, each in medians)


def beside(
    scales: Mapping[str, Sequence[Point]], versions: Sequence[InForce], today: date
) -> list[Beside]:
    """For each version that followed another: its first 28 days and the last 28 of that one.

    versions   those that were in force up to today, oldest first, without a gap

    A stretch never reaches into a third version, nor beyond today. With too few points a median is
    None, and the words say so.
    """
    found = []
    for earlier, version in pairwise(versions):
        if version.first > today:
            continue
        before = Days(max(earlier.first, version.first - STRETCH), version.first - A_DAY)
        last = min(version.first + STRETCH - A_DAY, version.last or today, today)
        found.append(_beside(scales, version.number, before, Days(version.first, last)))
    return found


def _beside(
    scales: Mapping[str, Sequence[Point]], number: int, before: Days, after: Days
) -> Beside:
    was, became = _medians(scales, before), _medians(scales, after)
    told = any(was[code].value is not None and became[code].value is not None for code in scales)
    return Beside(
        number, before, after, _answered(scales, before), _answered(scales, after), was, became,
        words(number, before.long, after.long, told=told),
    )  # fmt: skip


def words(number: int, before: int, after: int, *, told: bool) -> str:
    """What stands beside the two columns, for stretches of so many days."""
    if not told:
        return f"Too few check-ins around the start of version {number} to compare."
    return (
        f"In the {_days(before)} before version {number} began, and in the {_days(after)} after. "
        "Other things may have changed in these days as well."
    )


def _days(long: int) -> str:
    return "day" if long == 1 else f"{long} days"


def _medians(scales: Mapping[str, Sequence[Point]], days: Days) -> dict[str, Middle]:
    return {
        code: middle([point for point in points if days.holds(point.day)])
        for code, points in scales.items()
    }


def _answered(scales: Mapping[str, Sequence[Point]], days: Days) -> int:
    return len({p.day for points in scales.values() for p in points if days.holds(p.day)})
