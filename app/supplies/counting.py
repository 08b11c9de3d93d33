"""How many pieces of a supply are left, and for how long: counted, never measured. Pure.

A count says how many are there, or fit into a sharps box; it stands above everything before it.
What came is added, each injection since then takes its pieces, and there are never less than none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.schedule import A_DAY
from app.supplies.forecast import Need


@dataclass(frozen=True, slots=True)
class Count:
    """What somebody said and nobody voided. `whole`: so many in all, rather than so many more."""

    number: int
    at: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class Injection:
    """A dose that stands as taken, by a route that needs a syringe."""

    line_id: UUID
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """How a supply is used.

    per_injection   pieces that each injection takes, or puts into the box
    lines           whose injections; none named: all
    """

    per_injection: int
    lines: frozenset[UUID] = frozenset()

    def by(self, line: UUID) -> bool:
        """Whether an injection of this line uses it."""
        return not self.lines or line in self.lines


def begins(counts: Sequence[Count]) -> datetime | None:
    """From when on things are counted: the last whole count, else what came first; None: never.

    counts   in the order of time; of one instant, in the order in which they were said
    """
    return counts[_last_whole(counts) or 0].at if counts else None


def left(counts: Sequence[Count], injections: Iterable[Injection], used: Used) -> int | None:
    """How many are left, never below zero; None until somebody said how many there are.

    counts   as of `begins`

    An injection at the very instant of a count is part of what was counted. Less than none is not
    owed: what comes after it is there in full.
    """
    start, place = begins(counts), _last_whole(counts)
    if start is None:
        return None
    held = 0 if place is None else counts[place].number
    since = 0 if place is None else place + 1
    steps = [(count.at, count.number) for count in counts[since:]]
    steps += [
        (each.taken_at, -used.per_injection)
        for each in injections
        if each.taken_at > start and used.by(each.line_id)
    ]
    for _, step in sorted(steps, key=lambda step: (step[0], -step[1])):
        held = max(0, held + step)
    return held


def _last_whole(counts: Sequence[Count]) -> int | None:
    return max((place for place, count in enumerate(counts) if count.whole), default=None)


def lasts_until(number: int | None, needs: Iterable[Need], used: Used) -> date | None:
    """The day before the first injection without enough pieces; None where none is, or unknown, and
    where there are too few for the next one already.

    needs   injected doses of any lines, in order of time
    """
    if number is None or used.per_injection == 0 or number < used.per_injection:
        return None
    for need in needs:
        if used.by(need.line_id):
            number -= used.per_injection
            if number < 0:
                return need.night - A_DAY
    return None
