"""How one line, or several together, were followed in a period: every figure there is. Pure.

Everybody who shows adherence shows these: counts first, a rate only where something was expected.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median

from app.doses.adherence import FILLED, Adherence, pooled, summarise
from app.doses.course import Course, nights_right
from app.doses.definition import BACKFILLED
from app.doses.phases import Persistence, State, after_discontinuation, overall, persistence_of
from app.doses.rhythm import (
    Gap,
    Quartiles,
    Ratios,
    intervals,
    longest,
    longest_gap,
    quartiles,
    ratios,
    runs,
)

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Holidays:
    """Runs of expected doses that were left out.

    longest     doses of the longest of them
    threshold   so many in a row are one; None for several lines
    """

    count: int
    longest: int
    threshold: int | None


@dataclass(frozen=True, slots=True)
class Followed:
    """Every figure of a period.

    previous              counts of the period of the same length right before
    correct               nights with exactly the expected doses
    accurate              doses taken in the prescribed amount
    implementation        taken of expected, without the doses after a discontinuation
    after_discontinuation how many those are
    not_initiated         a line among these had doses due, and nobody ever took one
    lag                   median minutes from taken to logged
    left_out_in_row       expected doses of one line up to now, none of them taken: the most
    """

    counts: Adherence
    previous: Adherence
    correct: Share
    accurate: Share
    implementation: Share
    after_discontinuation: int
    delays: Quartiles
    ratios: Ratios
    gap: Gap | None
    holidays: Holidays
    prescribed_from: datetime | None
    initiated_at: datetime | None
    not_initiated: bool
    persistence: Persistence
    lag: float | None
    backfilled: int
    evidence: Counter[str]
    left_out_in_row: int

    @property
    def trend(self) -> float | None:
        """By how much the taking rate differs from that of the period before."""
        now, then = self.counts.taking, self.previous.taking
        return None if now is None or then is None else now - then


def followed(
    courses: Sequence[Course], since: datetime, until: datetime, ended: Sequence[Course] = ()
) -> Followed:
    """What came of the doses due in (since, until] of these lines, as they stand.

    courses   each from one period before `since` on, at least, to `until`
    ended     other lines, with doses in that period before alone: for what was taken then
    """
    earlier = since - (until - since)
    rows = [(one.line, word, dose) for one in courses for word, dose in one.due(since, until)]
    counts = pooled([_counts(one, since, until) for one in courses])
    filled = [dose for _, word, dose in rows if word in FILLED]
    right = nights_right(rows)
    lags = [
        dose.logged_at - dose.intake.taken_at
        for _, _, dose in rows
        if dose.logged_at is not None and dose.intake.taken_at is not None
    ]
    after = sum(after_discontinuation(one, since, until) for one in courses)
    left_out = [runs(one, since, until) for one in courses]
    parts = [(one.initiated_at, persistence_of(one, until)) for one in courses]
    return Followed(
        counts=counts,
        previous=pooled([_counts(one, earlier, since) for one in (*courses, *ended)]),
        correct=Share(sum(right.values()), len(right)),
        accurate=Share(sum(dose.accurate for dose in filled), len(filled)),
        implementation=Share(counts.taken, counts.expected - after),
        after_discontinuation=after,
        delays=quartiles(counts.delays),
        ratios=ratios([each for one in courses for each in intervals(one, since, until)]),
        gap=longest(longest_gap(one, since, until) for one in courses),
        holidays=_holidays(courses, left_out),
        prescribed_from=min(
            (one.prescribed_from for one in courses if one.prescribed_from), default=None
        ),
        initiated_at=min((one.initiated_at for one in courses if one.initiated_at), default=None),
        not_initiated=any(persistence.state is State.NOT_STARTED for _, persistence in parts),
        persistence=parts[0][1] if len(parts) == 1 else overall(parts, until),
        lag=median(length / MINUTE for length in lags) if lags else None,
        backfilled=sum(length > BACKFILLED for length in lags),
        evidence=Counter(dose.evidence for _, _, dose in rows if dose.evidence),
        left_out_in_row=max((run[-1] for run in left_out), default=0),
    )


def _counts(course: Course, since: datetime, until: datetime) -> Adherence:
    return summarise((dose.intake for _, dose in course.due(since, until)), course.now)


def _holidays(courses: Sequence[Course], left_out: Sequence[list[int]]) -> Holidays:
    found = [
        run
        for course, mine in zip(courses, left_out, strict=True)
        for run in mine
        if run >= course.rhythm.holiday
    ]
    threshold = courses[0].rhythm.holiday if len(courses) == 1 else None
    return Holidays(len(found), max(found, default=0), threshold)


def worst(lines: Sequence[Adherence]) -> int | None:
    """Which of these lines has the least taken of what was expected; of two, the one with more
    left out, then the earlier. None when nothing was expected."""
    known = [
        (Fraction(one.taken, one.expected), one.taken - one.expected, number)
        for number, one in enumerate(lines)
        if one.expected
    ]
    return min(known)[2] if known else None
