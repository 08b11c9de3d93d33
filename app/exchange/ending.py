"""A patient ends their record: what goes at once, what has to be kept, and until when.

Whoever was never looked after by a clinic leaves nothing behind but the trail of ids in the audit.
Where a clinic treated somebody, laws ask that what it decided upon is kept for years; until then
the record is closed: nobody opens it in Vesper, nothing reminds, and nobody can sign in to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from prometheus_client import Counter
from sqlalchemy import Table, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts import care
from app.accounts.invites import withdraw
from app.accounts.models import CareLink, InviteKind, Passkey, Person
from app.accounts.sign_in import sign_out_everywhere
from app.audit import Means
from app.clinic.models import Look
from app.db import Base
from app.doses.models import Dose, Event, Reminder
from app.exchange.models import CalendarFeed, Erasure
from app.monitoring.models import ChosenDay, LabDraw
from app.observations.models import Tracking
from app.protocols.models import Notice, Plan
from app.push.models import Delivery, Message, Subscription
from app.reminders.models import TapToken

log = structlog.get_logger()

FAILED = Counter("vesper_erasures_failed_total", "Records that could not be erased")

KEPT = frozenset({"audit_entry", "erasure"})
"""Tables of which nothing goes: who did what is told by ids alone, and the seals hold it together.
The row of the person stays as an empty name, because they point at it."""

NO_PASSWORD = "ended"
"""Is the hash of no password, so nobody signs in."""

BATCH = 20
"""Records that one run of the tick ends."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the end of a record leaves, said before it is asked for.

    until   when what is kept goes as well; None where nothing is kept
    reason  why, in the words that the patient reads
    """

    until: datetime | None
    reason: str
    clinics: int


async def keeping_of(session: AsyncSession, patient_id: UUID, years: int, now: datetime) -> Keeping:
    """What has to be kept of a patient: everything for `years`, if a clinic ever looked after them.

    Source of the number: the operator's setting; how long records of treatment are kept is a law
    of the place.
    """
    clinics = await session.scalars(
        select(CareLink.clinic_id)
        .where(CareLink.patient_id == patient_id, CareLink.clinic_id.is_not(None))
        .distinct()
    )
    count = len(clinics.all())
    if not count:
        return Keeping(None, "", 0)
    reason = (
        f"A clinic treated you with this record. It has to be kept for {years} years, closed, "
        "because the law asks clinics for it. Then it is erased."
    )
    # No leap day: what was ended on one is kept a day longer.
    until = now.replace(year=now.year + years, month=now.month, day=min(now.day, 28))
    return Keeping(until, reason, count)


async def end_record(session: AsyncSession, patient: Person, years: int, now: datetime) -> Erasure:
    """Close the record for good, in one transaction; a repeat finds nobody who could ask for it.

    Everybody who was let in is out, every device, address, passkey and sign-in is gone, nothing is
    planned or said any more, and the e-mail address is free again. Without a clinic the rest goes
    with the next tick, else when `keeping_of` says.
    """
    keeping = await keeping_of(session, patient.id, years, now)
    mine = patient.id
    # Whoever is let in at this moment is seen below, and nobody is let in after it.
    await session.execute(
        select(Person.id).where(Person.id == mine).with_for_update(key_share=True)
    )
    await sign_out_everywhere(session, mine, now)
    await withdraw(session, mine, now, *InviteKind)
    await _part(session, patient, now)
    for table in (Delivery, Message, Subscription, Passkey):
        await session.execute(delete(table).where(table.person_id == mine))
    for owned in (Reminder, TapToken, Plan, CalendarFeed, Look):
        await session.execute(delete(owned).where(owned.patient_id == mine))
    await _silence(session, mine, now)
    # Of chance: an address that could be guessed could be registered by whoever wants nobody to go.
    patient.email = f"{uuid4().hex}@ended.invalid"
    patient.password_hash = NO_PASSWORD
    patient.left_at = now
    erasure = Erasure(
        patient_id=mine, asked_at=now, erase_at=keeping.until or now, reason=keeping.reason
    )
    session.add(erasure)
    audit.record(session, "record.ended", at=now, actor=mine, patient=mine)
    return erasure


async def _part(session: AsyncSession, patient: Person, now: datetime) -> None:
    """End every care, in both directions, so that clinics and their programs hear of it."""
    let_in = select(CareLink.id).where(
        CareLink.patient_id == patient.id, CareLink.ended_at.is_(None)
    )
    for link in (await session.scalars(let_in.order_by(CareLink.id))).all():
        await care.end(session, patient.id, link, now)
    looked_after = select(CareLink.patient_id).where(
        CareLink.person_id == patient.id, CareLink.ended_at.is_(None)
    )
    for other in (await session.scalars(looked_after.distinct())).all():
        await care.leave(session, patient, other, now)


async def _silence(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Take away whatever would make a tick plan, arm or speak: the ticks look for instants.

    Doses still to come are a cache of the prescription; left in place they would be armed anew.
    """
    said = exists().where(Event.patient_id == Dose.patient_id, Event.dose_id == Dose.id)
    await session.execute(
        delete(Dose).where(Dose.patient_id == patient_id, Dose.due_at > now, ~said)
    )
    mute = {"evening_at": None, "morning_at": None}
    for change in (
        update(Tracking).where(Tracking.patient_id == patient_id).values(ask_at=None),
        update(Notice).where(Notice.patient_id == patient_id).values(say_at=None),
        update(LabDraw).where(LabDraw.patient_id == patient_id).values(prompt_at=None),
        update(ChosenDay).where(ChosenDay.patient_id == patient_id).values(**mute),
    ):
        await session.execute(change)


async def erase_due(session: AsyncSession, now: datetime) -> int:
    """Erase the records whose time has come, at most `BATCH`, and say how many; for the worker.

    Two workers may: each record is taken by one of them. One that cannot be erased is logged and
    tried again with the next run; it keeps no other record, and nothing else of the run.
    """
    due = (
        select(Erasure)
        .where(Erasure.erased_at.is_(None), Erasure.erase_at <= now)
        .order_by(Erasure.erase_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    erasures = (await session.scalars(due)).all()
    done = 0
    for erasure in erasures:
        patient_id = erasure.patient_id
        try:
            async with session.begin_nested():
                await _erase(session, erasure, now)
            done += 1
        except Exception:
            FAILED.inc()
            log.exception("erasure.failed", patient=str(patient_id))
    return done


async def _erase(session: AsyncSession, erasure: Erasure, now: datetime) -> None:
    """Delete every row of the patient. The triggers let it happen once the erasure says so."""
    patient_id = erasure.patient_id
    erasure.erased_at = now
    await session.flush()
    for table in tables_to_empty():
        owner = table.c["patient_id" if "patient_id" in table.c else "person_id"]
        await session.execute(delete(table).where(owner == patient_id))
    await session.execute(
        update(Person).where(Person.id == patient_id).values(name="", born_on=None, sex=None)
    )
    audit.record(
        session, "record.erased", at=now, actor=None, patient=patient_id, means=Means.SYSTEM
    )


def tables_to_empty() -> Sequence[Table]:
    """Every table with rows of a patient, those that point at others first."""
    return [
        table
        for table in reversed(Base.metadata.sorted_tables)
        if table.name not in KEPT and ("patient_id" in table.c or "person_id" in table.c)
    ]
