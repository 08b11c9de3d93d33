"""What should remind but does not: found by comparing doses with reminders, then armed again."""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy import and_, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.doses.models import Dose, Event, Kind, Reminder, Spoken, Wait
from app.protocols.models import Plan
from app.reminders.arm import arm
from app.reminders.rest import of_a_filled_week

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
    # Silent on purpose, and where the window closes before noon, without a row.
    waits = exists().where(
        Wait.patient_id == Dose.patient_id, Wait.ended_at.is_(None), Wait.until > now,
        Wait.since <= Dose.due_at, Wait.until > Dose.due_at,
    )  # fmt: skip
    spoken = exists().where(Spoken.patient_id == Dose.patient_id, Spoken.dose_id == Dose.id)
    unarmed = (
        select(Dose.patient_id, Dose.id, spoken.label("spoken"))
        .where(
            Dose.due_at > now - LOOK_BACK,
            Dose.due_at <= now - SETTLING,
            Dose.closes_at > now,
            Dose.held.is_(False),
            Dose.extra.is_(False),
            or_(Dose.quota.is_(None), not_(of_a_filled_week(now))),
            ~exists().where(Reminder.patient_id == Dose.patient_id, Reminder.id == Dose.id),
            ~waits,
            # Nobody is reminded of a record that has ended, while it has to be kept.
            ~exists().where(Person.id == Dose.patient_id, Person.left_at.is_not(None)),
            # Not those that have said their last word: by midnight they are most of them.
            or_(and_(last.is_(None), ~spoken), last == Kind.UNDONE),
        )
        .order_by(spoken, Dose.due_at)
        .limit(limit)
    )
    rows = (await session.execute(unarmed)).all()
    lost = [row for row in rows if not row.spoken]
    UNARMED.set(len(lost))
    if lost:
        log.warning("doses without a reminder were found and armed", count=len(lost))
    # Under the lock of the patient's plan, as the plan tick arms: whom it holds, it arms itself.
    free = (
        select(Plan.patient_id)
        .where(Plan.patient_id.in_({row.patient_id for row in rows}))
        .with_for_update(skip_locked=True)
    )
    for patient_id in (await session.scalars(free)).all():
        try:
            async with session.begin_nested():
                await arm(session, patient_id, now)
        except Exception:
            log.exception("arm.failed", patient=str(patient_id))
    return len(lost)
