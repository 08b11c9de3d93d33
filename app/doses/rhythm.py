"""When a line was taken: delays, intervals, the longest gap, and drug holidays. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median, quantiles

from app.doses.adherence import EXPECTED, FILLED
from app.doses.course import Course
from app.doses.definition import OVERSHOT


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The middle and the quarters of some figures; all None without any."""

    median: float | None
    q1: float | None
    q3: float | None
    count: int


def quartiles(figures: Sequence[float]) -> Quartiles:
    """By linear interpolation between the sorted figures; of one figure, that one throughout."""
    if not figures:
        return Quartiles(None, None, None, 0)
    if len(figures) == 1:
        return Quartiles(figures[0], figures[0], figures[0], 1)
    first, middle, third = quantiles(figures, n=4, method="inclusive")
    return Quartiles(middle, first, third, len(figures))


@dataclass(frozen=True, slots=True)
class Ratios:
    """Intervals between intakes over the prescribed ones."""

    median: float | None
    longest: float | None
    overshot: float | None
    count: int


def ratios(found: Sequence[Fraction]) -> Ratios:
    """Their middle, the longest, and the share above OVERSHOT."""
    if not found:
        return Ratios(None, None, None, 0)
    over = sum(one > Fraction(OVERSHOT) for one in found)
    return Ratios(float(median(found)), float(max(found)), over / len(found), len(found))


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without an intake; `until` is None while it lasts.

    intervals   how many prescribed ones it is long
    """

    since: datetime
    until: datetime | None
    length: timedelta
    intervals: Fraction


@dataclass(frozen=True, slots=True)
class _Mark:
    """An intake, or a held dose, which breaks a gap.

    due    of its dose, which says whether it belongs to the period; None for what came before
    unit   the prescribed interval that ends at a planned dose
    """

    at: datetime
    intake: bool
    due: datetime | None
    unit: timedelta | None


def marks(course: Course) -> list[_Mark]:
    """The intakes and held doses of a line in the order in which they happened."""
    units = dict(course.units)
    found = []
    if course.before.taken is not None:
        found.append(_Mark(course.before.taken, True, None, None))
    if course.before.held is not None:
        found.append(_Mark(course.before.held, False, None, None))
    for word, one in course.words:
        intake, due = one.intake, one.intake.due_at
        if intake.taken_at is not None:
            unit = units[due] if word in FILLED else None
            found.append(_Mark(intake.taken_at, True, due, unit))
        elif word == "held":
            found.append(_Mark(due, False, due, None))
    return sorted(found, key=lambda mark: (mark.at, mark.intake))


def intervals(course: Course, since: datetime, until: datetime) -> list[Fraction]:
    """Of each planned dose of the period that was taken after another intake: how long after, in
    prescribed intervals."""
    given = marks(course)
    return [
        Fraction(_micro(later.at - earlier.at), _micro(later.unit))
        for earlier, later in pairwise(given)
        if earlier.intake and later.intake and later.unit is not None and later.due is not None
        and since < later.due <= until
    ]  # fmt: skip


def longest_gap(course: Course, since: datetime, until: datetime) -> Gap | None:
    """The gap that is longest in prescribed intervals; of two, the longer, then the earlier."""
    given = marks(course)
    found: list[Gap] = []
    for earlier, later in pairwise(given):
        ends_here = later.due is not None and since < later.due <= until
        if ends_here and (earlier.intake or later.intake):
            unit = later.unit or _unit(course, later.at)
            found.append(_gap(earlier.at, later.at, unit, runs=False))
    last = next((mark for mark in reversed(given) if mark.at <= until), None)
    if last is not None and any(course.unfilled(max(since, last.at), until)):
        found.append(_gap(last.at, until, _unit(course, last.at), runs=True))
    return longest(found)


def longest(gaps: Iterable[Gap | None]) -> Gap | None:
    """Of some gaps, of one line or of several, the one to show."""
    known = [gap for gap in gaps if gap is not None]
    return min(known, key=lambda gap: (-gap.intervals, -gap.length, gap.since), default=None)


def _gap(since: datetime, until: datetime, unit: timedelta, *, runs: bool) -> Gap:
    length = until - since
    share = Fraction(_micro(length), _micro(unit))
    return Gap(since, None if runs else until, length, share)


def _unit(course: Course, at: datetime) -> timedelta:
    """The prescribed interval in force at an instant: that of the next planned dose after it."""
    coming = (unit for due, unit in course.units if due > at)
    known = next(coming, None)
    if known is not None:
        return known
    return course.units[-1][1] if course.units else course.rhythm.every


def _micro(length: timedelta) -> int:
    return length // timedelta(microseconds=1)


def runs(course: Course, since: datetime, until: datetime) -> list[int]:
    """How many expected doses of the period were left out in each run of such; the last run last,
    and 0 when the latest dose was taken. An intake outside the plan ends a run as well."""
    steps = [
        (one.intake.taken_at if word == "extra" else one.intake.due_at, word == "extra", word)
        for word, one in course.due(since, until)
        if word in EXPECTED or word == "extra"
    ]
    found = [0]
    for _, _, word in sorted(steps, key=lambda step: (step[0], step[1])):
        if word in EXPECTED - FILLED:
            found[-1] += 1
        elif found[-1]:
            found.append(0)
    return found
