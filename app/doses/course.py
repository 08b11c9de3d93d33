"""One line's doses as they stand, with what is known of the line before them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from app.doses.adherence import EXPECTED, FILLED, Intake, word_of
from app.doses.definition import HOLIDAY, HOLIDAY_SPACED, OFTEN, PERMISSIBLE, TOLERANCE
from app.doses.weeks import DAYS
from app.units import Amount, IncompatibleUnits

WEEK = timedelta(days=DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One dose as it stands.

    night      to which it belongs, where the patient is
    planned    how much was prescribed; `taken` is None where nothing else was said
    evidence   by what means its standing entry was made; None without one
    quota      of a line taken on any so many nights of the week: how many
    """

    intake: Intake
    night: date
    planned: Amount
    taken: Amount | None = None
    logged_at: datetime | None = None
    evidence: str | None = None
    quota: int | None = None

    @property
    def accurate(self) -> bool:
        """Whether the amount taken was close enough to the prescribed one."""
        if self.taken is None:
            return True
        try:
            taken = self.taken.to(self.planned.unit).value
        except IncompatibleUnits:
            return False
        return abs(taken - self.planned.value) <= TOLERANCE * self.planned.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a line is prescribed.

    every       from one dose to the next on average, weeks off left out
    slots       doses a night
    weeks_off   of a cycle
    """

    every: timedelta = timedelta(days=1)
    slots: int = 1
    weeks_off: int = 0

    @property
    def holiday(self) -> int:
        """So many expected doses in a row left out are a drug holiday."""
        return HOLIDAY * self.slots if self.every * self.slots <= OFTEN else HOLIDAY_SPACED

    @property
    def permissible(self) -> timedelta:
        """After a longer gap treatment counts as discontinued."""
        return max(PERMISSIBLE, 3 * self.every + self.weeks_off * WEEK)


def rhythm_of(recurrence: Mapping[str, Any]) -> Rhythm:
    """The rhythm of a recurrence as the protocol keeps it."""
    slots = max(1, len(recurrence.get("times") or ()))
    nights = timedelta(days=recurrence.get("every") or 1)
    if recurrence.get("per_week"):
        nights = WEEK / recurrence["per_week"]
    elif recurrence.get("weekdays"):
        nights = WEEK / len(recurrence["weekdays"])
    off = recurrence.get("weeks_off") or 0
    return Rhythm(every=nights / slots, slots=slots, weeks_off=off)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What came of a line before its doses that are given; each None where there was none.

    due      of the last planned dose
    taken    when the last intake was
    held     when the last held dose was due
    """

    due: datetime | None = None
    taken: datetime | None = None
    held: datetime | None = None


@dataclass(frozen=True)
class Course:
    """One line over a stretch of time that ends at the end of the period that is asked about.

    doses            every dose due in the stretch, in any order
    prescribed_from  when its very first planned dose was due
    initiated_at     when its first intake was, in the order of the plan, up to the end
    stopped_at       since when the protocol holds it no longer
    """

    line: UUID
    doses: tuple[Recorded, ...]
    rhythm: Rhythm = Rhythm()
    before: Before = Before()
    prescribed_from: datetime | None = None
    initiated_at: datetime | None = None
    stopped_at: datetime | None = None
    now: datetime = field(kw_only=True)

    @cached_property
    def words(self) -> list[tuple[str, Recorded]]:
        """Each dose with what it counts as, in order of the plan."""
        given = sorted(self.doses, key=lambda one: one.intake.due_at)
        return [(word_of(one.intake, self.now), one) for one in given]

    def due(self, since: datetime, until: datetime) -> list[tuple[str, Recorded]]:
        """Those due in (since, until]."""
        return [each for each in self.words if since < each[1].intake.due_at <= until]

    def unfilled(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """When the expected doses due in (since, until] were due that were not taken."""
        for word, one in self.due(since, until):
            if word in EXPECTED - FILLED:
                yield one.intake.due_at

    @cached_property
    def units(self) -> list[tuple[datetime, timedelta]]:
        """The prescribed interval that ends at each planned dose, in order."""
        found: list[tuple[datetime, timedelta]] = []
        previous = self.before.due
        for _, one in self.words:
            due = one.intake.due_at
            if one.intake.extra:
                continue
            if one.quota is not None:
                found.append((due, WEEK / one.quota))
            elif previous is not None and due > previous:
                found.append((due, due - previous))
            else:
                found.append((due, self.rhythm.every))
            previous = due
        return found


def nights_right(
    rows: Iterable[tuple[UUID, str, Recorded]],
) -> dict[date, bool]:
    """Of each night with an expected dose and none open: whether exactly those were taken.

    rows   line, word and dose, of one line or of several
    """
    wrong: set[date] = set()
    open_: set[date] = set()
    expected: set[date] = set()
    for _, word, one in rows:
        if word in EXPECTED:
            expected.add(one.night)
        if word in EXPECTED - FILLED or word == "extra":
            wrong.add(one.night)
        if word == "open":
            open_.add(one.night)
    return {night: night not in wrong for night in expected - open_}
