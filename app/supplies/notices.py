"""What a patient is to be told of their supplies, and what is new of it. Pure.

Each thing is said once. A discard date is told three days before and on the day; another date of
the same vial is another thing. A run-out is told `lead_days` before; it is told again when it has
come `SOONER` nearer than was said, or when what was said was over in between: more than `AWAY`
further off than the days of warning, or its night has come and a new vial before it. A dose that
was missed moves it by a day or two, which is no news. A supply that is low is told once after each
count, and after each time that more came.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

BEFORE_DISCARD = timedelta(days=3)
"""Source: clinical.md 5.2: three days before, and on the day."""

STILL = timedelta(days=7)
"""How long after its date a vial is still spoken of, when nobody could be told on the day. [D]"""

SOONER = timedelta(days=3)
AWAY = timedelta(days=3)
"""[D] Less is the plan's everyday wavering: a dose missed, another logged late."""


class Kind(enum.StrEnum):
    """What is told: a date that is near or has come, a line that runs out, a supply that is low."""

    DISCARD_SOON = "discard_soon"
    DISCARD = "discard"
    RUNS_OUT = "runs_out"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to tell: of which vial, line or supply, and which date it is about.

    Of a supply that is low the date is the one on which somebody last said how many there are.
    """

    kind: Kind
    subject: UUID
    day: date

    @property
    def id(self) -> UUID:
        """Follows from what it says: two workers cannot write it twice."""
        return uuid5(self.subject, f"{self.kind}/{self.day.isoformat()}")


def discards(today: date, dates: Iterable[tuple[UUID, date | None]]) -> list[Thing]:
    """What is to be told of vials that hold something, by their discard dates."""
    found: list[Thing] = []
    for vial, day in dates:
        if day is None or not day - BEFORE_DISCARD <= today <= day + STILL:
            continue
        found.append(Thing(Kind.DISCARD if today >= day else Kind.DISCARD_SOON, vial, day))
    return found


def run_outs(today: date, short: Iterable[tuple[UUID, date | None]], lead_days: int) -> list[Thing]:
    """Which lines are short within so many days, by the night of the first dose not covered."""
    ends = today + timedelta(days=lead_days)
    return [Thing(Kind.RUNS_OUT, line, day) for line, day in short if day and day <= ends]


def over(today: date, short: Iterable[tuple[UUID, date | None]], lead_days: int) -> set[UUID]:
    """Which lines are well beyond the days of warning, so that what was said of them is over."""
    ends = today + timedelta(days=lead_days) + AWAY
    return {line for line, day in short if day is None or day > ends}


def new(things: Iterable[Thing], said: Sequence[Thing]) -> list[Thing]:
    """Which of these were not said yet; `said` in the order in which it was."""
    known = {thing.id for thing in said}
    last = {each.subject: each.day for each in said if each.kind is Kind.RUNS_OUT}
    found: list[Thing] = []
    for thing in things:
        if thing.kind is Kind.RUNS_OUT and thing.subject in last:
            if thing.day > last[thing.subject] - SOONER:
                continue
        elif thing.id in known:
            continue
        found.append(thing)
    return found
