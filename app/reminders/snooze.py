"""Put a reminder off: the dose stays where it is, only the next word about it moves."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import Means
from app.doses.log import DoseAlreadySettled, find, recorded
from app.doses.models import Dose, Reminder
from app.problems import NotFound, Problem
from app.push import outbox


class WindowClosesFirst(Problem):
    """The dose can no longer be taken by then."""

    status = 409


async def snooze(
    session: AsyncSession,
    patient_id: UUID,
    dose_id: UUID,
    *,
    minutes: int,
    means: Means,
    now: datetime,
) -> datetime:
    """Speak of this dose again after so many minutes, and say when that is.

    Counted from `now`, and only once more before the ladder goes on, so a repeat moves it
    again rather than adding one. Quiet hours do not apply: the patient has just asked for it.
    Raises NotFound, DoseAlreadySettled, and WindowClosesFirst.
    """
    dose = await find(session, patient_id, dose_id, lock=True)
    if dose.outcome is not None:
        raise DoseAlreadySettled(
            f"This dose is already recorded as {dose.outcome.kind}.", recorded=recorded(dose)
        )
    if dose.held or dose.extra:
        raise NotFound("Nothing reminds of this dose, so there is nothing to put off.")
    remind_at = now + timedelta(minutes=minutes)
    if remind_at >= dose.closes_at:
        raise WindowClosesFirst(
            "The time for this dose ends before then.",
            cure="Log it now, or choose fewer minutes.",
            closes_at=dose.closes_at.isoformat(),
        )
    reminder = await session.get(Reminder, (patient_id, dose_id), with_for_update=True)
    if reminder is None:  # its ladder had nothing left to say
        reminder = Reminder(
            patient_id=patient_id,
            id=dose_id,
            thread=await _thread(session, dose),
            due_at=dose.due_at,
            closes_at=dose.closes_at,
            remind_at=remind_at,
            rungs=[],
            quota=dose.quota,
        )
        session.add(reminder)
    reminder.remind_at = remind_at
    await outbox.withdraw(session, patient_id, reminder.thread.hex, now)
    audit.record(
        session,
        "dose.snoozed",
        at=now,
        actor=patient_id,
        patient=patient_id,
        means=means,
        dose=str(dose_id),
        minutes=minutes,
    )
    await session.flush()
    return remind_at


async def _thread(session: AsyncSession, dose: Dose) -> UUID:
    """What the dose's notification is called: the first of the doses due with it."""
    together = select(Dose.id).where(
        Dose.patient_id == dose.patient_id, Dose.due_at == dose.due_at, Dose.extra.is_(False)
    )
    return await session.scalar(together.order_by(Dose.id).limit(1)) or uuid4()
