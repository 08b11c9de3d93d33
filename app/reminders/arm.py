"""Arm the coming day: one small row for each dose that may still speak."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.evenings import preferences_of, quiet_of
from app.db import insert_new
from app.doses.models import Dose, Reminder, Spoken
from app.doses.plan import LONGEST_WINDOW
from app.doses.waits import silent_until, waits_of
from app.protocols.overtaken import since_due
from app.protocols.planning import plan_all_due
from app.reminders.ladder import rungs
from app.reminders.rest import resting

log = structlog.get_logger()

# Armed this far ahead while the plan tick comes round every six hours, so a tick may fail for a
# day before a reminder is missing.
AHEAD = timedelta(hours=36)


async def plan_and_arm(session: AsyncSession, now: datetime, *, limit: int = 200) -> int:
    """Plan every patient whose turn it is, and arm their coming day; say how many there were.

    Any number of workers may run this at once; each patient is claimed by one of them. A repeat
    changes nothing.
    """
    patients = await plan_all_due(session, now, limit)
    for patient_id in patients:
        try:
            async with session.begin_nested():
                await arm(session, patient_id, now)
        except Exception:
            # As when planning: one patient must not silence the others. The reconcile tick repeats.
            log.exception("arm.failed", patient=str(patient_id))
    return len(patients)


async def arm(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Make one patient's reminders what their doses and quiet hours ask for.

    Rows that already say so stay as they are, with their snooze. A dose whose time came while
    nobody was armed speaks at once, once; a closed, settled or held one does not speak at all, nor
    does one whose line was paused or stopped since it fell due, nor one of a week that was taken
    as often as was asked for. One that waits for a blood draw speaks when the draw is confirmed, or
    when the morning has passed.
    """
    preferences = await preferences_of(session, patient_id)
    quiet = quiet_of(preferences)
    doses = await _coming(session, patient_id, now)
    threads: dict[datetime, UUID] = {}
    for dose in doses:  # in order of due time and id: the first names what is due together
        threads.setdefault(dose.due_at, dose.id)
    silent = set((await since_due(session, patient_id, doses, now)).withheld)
    silent |= await resting(
        session, [patient_id], [dose.id for dose in doses if dose.quota is not None], now
    )
    speaking = [
        dose for dose in doses if dose.outcome is None and not dose.held and dose.id not in silent
    ]
    # Locked before it is asked what was spoken: the tick that has just said the last word of a dose
    # takes its row away, and nothing here may then make it speak again.
    armed = {
        row.id: row
        for row in (
            await session.scalars(
                select(Reminder).where(Reminder.patient_id == patient_id).with_for_update()
            )
        ).all()
    }
    spoken = await _spoken(session, patient_id, [dose.id for dose in speaking])
    waits = await waits_of(session, patient_id)
    wanted: dict[UUID, dict[str, object]] = {}
    for dose in speaking:
        ladder = rungs(
            dose.due_at, dose.closes_at, dose.ladder, quiet, silent_until(dose.due_at, waits)
        )
        row = _row(dose, threads[dose.due_at], ladder, spoken.get(dose.id), now)
        if row is not None:
            wanted[dose.id] = row
    by_id = {dose.id: dose for dose in speaking}
    stale = [
        key
        for key, row in armed.items()
        if not _snoozed(row, by_id.get(key)) and not _says(row, wanted.get(key))
    ]
    if stale:
        gone = delete(Reminder).where(Reminder.patient_id == patient_id, Reminder.id.in_(stale))
        await session.execute(gone)
    new = [row for key, row in wanted.items() if key not in armed or key in stale]
    await insert_new(session, Reminder, new)


def _row(
    dose: Dose, thread: UUID, ladder: list[datetime], last: datetime | None, now: datetime
) -> dict[str, object] | None:
    """The reminder a dose should have; None when it has nothing left to say."""
    ahead = [rung for rung in ladder if rung > (now if last is None else max(now, last))]
    late = last is None and any(rung <= now for rung in ladder)
    if not ahead and not late:
        return None
    return {
        "patient_id": dose.patient_id,
        "id": dose.id,
        "thread": thread,
        "due_at": dose.due_at,
        "closes_at": dose.closes_at,
        "remind_at": now if late else ahead[0],
        "rungs": [rung.isoformat() for rung in ladder],
        "spoken": 0 if last is None else 1,
        "quota": dose.quota,
    }


def _says(row: Reminder, wanted: dict[str, object] | None) -> bool:
    """Whether the row already reminds as wanted."""
    if wanted is None:
        return False
    return all(getattr(row, name) == wanted[name] for name in ("thread", "rungs", "closes_at"))


def _snoozed(row: Reminder, dose: Dose | None) -> bool:
    """Whether the patient put this row off, and its dose still stands where it stood then."""
    if dose is None or (row.due_at, row.closes_at) != (dose.due_at, dose.closes_at):
        return False
    return row.remind_at.isoformat() not in row.rungs


async def _coming(session: AsyncSession, patient_id: UUID, now: datetime) -> Sequence[Dose]:
    """The open doses of the coming day, locked so that a tap comes before this or after it."""
    coming = (
        select(Dose)
        .where(
            Dose.patient_id == patient_id,
            Dose.due_at >= now - LONGEST_WINDOW,
            Dose.closes_at > now,
            Dose.due_at <= now + AHEAD,
            Dose.extra.is_(False),
        )
        .order_by(Dose.due_at, Dose.id)
        .with_for_update(key_share=True)
        .options(selectinload(Dose.events))
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(coming)).all()


async def _spoken(
    session: AsyncSession, patient_id: UUID, doses: list[UUID]
) -> dict[UUID, datetime]:
    """When each of these doses was last reminded of."""
    last = (
        select(Spoken.dose_id, func.max(Spoken.at))
        .where(Spoken.patient_id == patient_id, Spoken.dose_id.in_(doses))
        .group_by(Spoken.dose_id)
    )
    return {dose: at for dose, at in await session.execute(last)}  # noqa: C416 - rows, not pairs
