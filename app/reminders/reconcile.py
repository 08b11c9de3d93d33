"""What should remind but does not: found by comparing doses with reminders, then armed again."""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.models import Dose, Event, Kind, Reminder, Spoken
from app.reminders.arm import arm

log = structlog.get_logger()

UNARMED = Gauge(
    "vesper_doses_unarmed", "Open doses that nothing would have reminded of; page when not 0"
)
# Old enough that the plan tick has had its chance, and young enough to look at cheaply.
SETTLING = timedelta(minutes=1)
LOOK_BACK = timedelta(days=2)


async def reconcile(session: AsyncSession, now: datetime, *, limit: int = 500) -> int:
    """Arm the patients who have an open dose that was never spoken of and that no row reminds of.

    Also after an undo: the dose is open again, and its remaining rungs should speak. Returns how
    many doses were found; a repeat finds none of them again.
    """
    last = (
        select(Event.kind)
        .where(Event.patient_id == Dose.patient_id, Event.dose_id == Dose.id)
        .order_by(Event.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    unarmed = (
        select(Dose.patient_id, Dose.id, last.label("last"))
        .where(
            Dose.due_at > now - LOOK_BACK,
            Dose.due_at <= now - SETTLING,
            Dose.closes_at > now,
            Dose.held.is_(False),
            Dose.extra.is_(False),
            ~exists().where(Reminder.patient_id == Dose.patient_id, Reminder.id == Dose.id),
        )
        .where((last.is_(None)) | (last == Kind.UNDONE))
        .limit(limit)
    )
    rows = (await session.execute(unarmed)).all()
    never = select(Spoken.dose_id).where(Spoken.dose_id.in_([row.id for row in rows]))
    spoken = set((await session.scalars(never)).all())
    lost = [row for row in rows if row.id not in spoken]
    UNARMED.set(len(lost))
    if lost:
        log.warning("doses without a reminder were found and armed", count=len(lost))
    for patient_id in {row.patient_id for row in rows if row.id not in spoken or row.last}:
        await arm(session, patient_id, now)
    return len(lost)
