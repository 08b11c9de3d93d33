"""Whether blood was drawn before a treatment began, which its warnings ask for."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.due import Course, due_list
from app.monitoring.rules import Rule
from app.monitoring.treatment import known_of
from app.schedule import A_DAY


async def baseline_drawn(session: AsyncSession, patient_id: UUID, now: datetime) -> bool | None:
    """Whether a baseline draw is known by now; None for a lab plan that asks for none.

    It is, by somebody's word or by its results, once the largest of the baseline rules was
    satisfied in its own time: what was drawn weeks into the treatment is no baseline of it. For
    what begins tonight, a draw of the days before counts as well, as it does before anything is
    prescribed.
    """
    known = (await known_of(session, [patient_id], now))[patient_id]
    baseline = [rule for rule in known.rules if rule.is_baseline]
    if not baseline:
        return None
    largest = max(baseline, key=lambda rule: len(rule.markers))
    starts = {known.course.start, known.today}
    return any(_in_time(largest, replace(known.course, start=day), known.today) for day in starts)


def _in_time(rule: Rule, course: Course, today: date) -> bool:
    found = due_list([rule], course, today, max(today, course.start) + A_DAY)
    days = ((each.done_on or each.drawn_on, each.instance.closes_on) for each in found)
    return any(day is not None and day <= closes_on for day, closes_on in days)
