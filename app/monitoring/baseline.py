"""Whether blood was drawn before a treatment began, which its warnings ask for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.due import due_list
from app.monitoring.treatment import known_of
from app.schedule import A_DAY


async def baseline_drawn(session: AsyncSession, patient_id: UUID, now: datetime) -> bool | None:
    """Whether a baseline draw is known by now; None for a lab plan that asks for none.

    It is, by somebody's word or by its results, once the largest of the baseline rules is
    satisfied. Before anything is prescribed, the treatment counts as if it began today.
    """
    known = (await known_of(session, [patient_id], now))[patient_id]
    baseline = [rule for rule in known.rules if rule.is_baseline]
    if not baseline:
        return None
    largest = max(baseline, key=lambda rule: len(rule.markers))
    until = max(known.today, known.course.start) + A_DAY
    return any(not each.open for each in due_list([largest], known.course, known.today, until))
