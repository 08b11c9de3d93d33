"""From terms to planned doses: each stretch of a version, each line's nights, windows and holds.

Pure: rows of the prescription go in, doses to come out, and the database is not asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from uuid import UUID

from app.accounts.evenings import Clocks
from app.doses.models import Held
from app.doses.plan import PlannedDose
from app.protocols.lines import recurrence_of
from app.protocols.medicines import label_of
from app.protocols.models import Hold, Line, Terms, Version
from app.protocols.recurrences import follows_the_night
from app.protocols.standing import Segment
from app.schedule import A_DAY, Due, Evenings, Recurrence, occurrences

# A dose of this many nights beyond the horizon can still end the window of one before it: a late
# window is at most seven days long.
_LOOK_AHEAD = A_DAY * 8

# A window that ends with the day, of a dose that falls due when the day has ended.
_AFTER_THE_TURN = timedelta(hours=4)


def planned_doses(
    stretches: Sequence[Segment], terms: dict[UUID, list[tuple[Terms, Line]]],
    holds: Sequence[Hold], clocks: Clocks, since: date, until: date,
) -> list[PlannedDose]:  # fmt: skip
    """The doses of the nights in [since, until), each window closed before the next dose opens.

    Validation kept windows apart on the wall clock; bedtimes may have changed since, and a night
    on which the clocks go forward is an hour short.
    """
    ahead = until + _LOOK_AHEAD
    every = sorted(
        (
            dose
            for stretch in stretches
            for prescribed, line in terms[stretch.version.id]
            for dose in _of_line(
                stretch.version, prescribed, line, holds, clocks,
                max(stretch.since, since), min(stretch.until or ahead, ahead),
            )
        ),
        key=lambda dose: (dose.line_id, dose.due_at, dose.slot),
    )  # fmt: skip
    found: list[PlannedDose] = []
    for _, of_line in groupby(every, key=lambda dose: dose.line_id):
        doses = list(of_line)
        for dose, following in pairwise(doses):
            found.append(
                replace(dose, closes_at=following.due_at)
                if dose.due_at < following.due_at < dose.closes_at
                else dose
            )
        found.append(doses[-1])
    return [dose for dose in found if dose.night < until]


def _of_line(
    version: Version, terms: Terms, line: Line, holds: Sequence[Hold], clocks: Clocks,
    since: date, until: date,
) -> Iterator[PlannedDose]:  # fmt: skip
    mine = [hold for hold in holds if hold.line_id == line.id]
    rule = recurrence_of(terms.recurrence)
    for due, evenings in _due(rule, clocks, since, until):
        held = any(covers(hold, due.night) for hold in mine)
        yield PlannedDose(
            line_id=line.id,
            version_id=version.id,
            night=due.night,
            slot=due.slot,
            label=label_of(line.medicine),
            amount=terms.amount_at(due.night),
            route=line.route,
            due_at=due.at,
            closes_at=_closes(terms, evenings, due.night, due.at),
            on_time_minutes=terms.on_time_minutes,
            ladder=tuple(terms.ladder),
            zone=evenings.zone.key,
            held=held,
            held_for=Held.HOLD if held else None,
            min_gap_minutes=terms.min_gap_minutes,
            quota=rule.per_week,
        )


def _due(
    rule: Recurrence, clocks: Clocks, since: date, until: date
) -> Iterator[tuple[Due, Evenings]]:
    """Each slot's doses, by the clock which that slot falls due by."""
    by_slot = [clocks.for_slot(follows_the_night(rule, slot)) for slot in range(len(rule.times))]
    for evenings in {each.zone.key: each for each in by_slot}.values():
        for due in occurrences(rule, evenings, since, until):
            if by_slot[due.slot].zone.key == evenings.zone.key:
                yield due, evenings


def _closes(terms: Terms, evenings: Evenings, night: date, due_at: datetime) -> datetime:
    if terms.window_minutes is not None:
        return due_at + timedelta(minutes=terms.window_minutes)
    turn = evenings.closes(night)
    return turn if turn > due_at else due_at + _AFTER_THE_TURN


def covers(hold: Hold, night: date) -> bool:
    """Whether a hold pauses its line in this night."""
    return hold.since <= night and (hold.until is None or night < hold.until)
