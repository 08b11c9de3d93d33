"""Reminders that wait for a blood draw: only the speaking waits, never the dose or its window."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.models import Reminder, Wait


async def begin(
    session: AsyncSession, patient_id: UUID, wait_id: UUID, since: datetime, until: datetime
) -> None:
    """Have reminders of doses due in [since, until) wait until then, or until it is ended.

    What is armed already is silent from the commit on; the caller marks the patient for planning,
    which arms it again. The same again changes nothing, other instants move a wait that has not
    ended, and one that has ended stays so.
    """
    row = await session.get(Wait, (patient_id, wait_id), with_for_update=True)
    if row is None:
        session.add(Wait(patient_id=patient_id, id=wait_id, since=since, until=until))
    elif row.ended_at is None:
        row.since, row.until = since, until
    await session.flush()
    if row is None or row.ended_at is None:
        await _disarm(session, patient_id, since, until)


async def end(
    session: AsyncSession, patient_id: UUID, waits: Collection[UUID], now: datetime
) -> None:
    """Let everything speak again that waited for these; a repeat changes nothing.

    The caller marks the patient for planning, which arms the doses within one tick.
    """
    if not waits:
        return
    open_ones = update(Wait).where(
        Wait.patient_id == patient_id, Wait.id.in_(waits), Wait.ended_at.is_(None)
    )
    await session.execute(open_ones.values(ended_at=now))


async def waits_of(session: AsyncSession, patient_id: UUID) -> Sequence[Wait]:
    """The patient's waits that nobody has ended, also those whose morning has passed."""
    open_ones = select(Wait).where(Wait.patient_id == patient_id, Wait.ended_at.is_(None))
    # Another session of this process may have moved what this one read before.
    return (await session.scalars(open_ones.execution_options(populate_existing=True))).all()


def silent_until(due_at: datetime, waits: Collection[Wait]) -> datetime | None:
    """Before which instant a dose due at `due_at` does not speak; None when nothing waits."""
    held_back = [wait.until for wait in waits if wait.since <= due_at < wait.until]
    return max(held_back, default=None)


async def _disarm(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime
) -> None:
    """Take away rows that would speak; one that the patient put off was asked for, and stays."""
    armed = select(Reminder).where(
        Reminder.patient_id == patient_id, Reminder.due_at >= since, Reminder.due_at < until,
        Reminder.remind_at < until,
    )  # fmt: skip
    rows = (await session.scalars(armed.with_for_update())).all()
    loud = [row.id for row in rows if row.remind_at.isoformat() in row.rungs]
    if loud:
        gone = delete(Reminder).where(Reminder.patient_id == patient_id, Reminder.id.in_(loud))
        await session.execute(gone)
