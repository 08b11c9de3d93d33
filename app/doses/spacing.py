"""How close two intakes of a line lie, where the line has a rule about it; silence elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands

Intake = tuple[UUID, datetime]
"""The dose that was taken, and when."""


@dataclass(frozen=True, slots=True)
class TooClose:
    """The intake before this one lies, or would lie, closer than the line's rule allows.

    minutes_since   from that intake to this one: to when it was taken, or to now, or to its due
                    time while that is still to come
    until           when the rule's time is over
    """

    last_taken_at: datetime
    minutes_since: int
    min_gap_minutes: int
    until: datetime


def too_close(dose: Dose, intakes: Iterable[Intake], now: datetime) -> TooClose | None:
    """Whether the dose follows, or taken as planned would follow, another too soon.

    intakes   what was taken of the line, extra doses as well, in any order

    None without a rule, and for a dose of which nothing more is to come: skipped, or closed.
    """
    at = _moment(dose, now)
    if dose.min_gap_minutes is None or at is None:
        return None
    before = [taken_at for of, taken_at in intakes if of != dose.id and taken_at <= at]
    if not before:
        return None
    last = max(before)
    until = last + timedelta(minutes=dose.min_gap_minutes)
    if at >= until:
        return None
    since = int((at - last).total_seconds() // 60)
    return TooClose(last, since, dose.min_gap_minutes, until)


async def intakes_near(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime
) -> dict[UUID, list[Intake]]:
    """What was taken of these doses' lines within each one's minimum gap, by line.

    One statement for any number of doses, and none where no line has a rule.
    """
    spans: dict[UUID, tuple[datetime, datetime]] = {}
    for dose in doses:
        at = _moment(dose, now)
        if dose.min_gap_minutes is None or at is None:
            continue
        since, until = at - timedelta(minutes=dose.min_gap_minutes), at
        if dose.line_id in spans:
            since = min(since, spans[dose.line_id][0])
            until = max(until, spans[dose.line_id][1])
        spans[dose.line_id] = (since, until)
    if not spans:
        return {}
    last = standing_event()
    near = [
        and_(Dose.line_id == line, last.taken_at > since, last.taken_at <= until)
        for line, (since, until) in spans.items()
    ]
    rows = await session.execute(
        select(Dose.line_id, Dose.id, last.taken_at)
        .join(last, stands(last))
        .where(Dose.patient_id == patient_id, last.kind == Kind.TAKEN, or_(*near))
    )
    found: dict[UUID, list[Intake]] = {}
    for line, dose_id, taken_at in rows:
        found.setdefault(line, []).append((dose_id, taken_at))
    return found


def _moment(dose: Dose, now: datetime) -> datetime | None:
    """When the dose was taken, or would be if it were taken as planned."""
    outcome = dose.outcome
    if outcome is not None:
        return outcome.taken_at
    return max(now, dose.due_at) if now < dose.closes_at and not dose.extra else None
