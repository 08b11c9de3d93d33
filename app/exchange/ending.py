"""A patient ends their record: what goes at once, what has to be kept, and until when.

Whoever was never looked after by a clinic leaves nothing behind but the trail of ids in the audit.
Where a clinic treated somebody, laws ask that what it decided upon is kept for years; until then
the record is closed: nobody opens it in Vesper, nothing reminds, and nobody can sign in to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.invites import withdraw
from app.accounts.models import CareLink, InviteKind, Passkey, Person
from app.accounts.sign_in import sign_out_everywhere
from app.audit import Means
from app.clinic.models import Look
from app.db import Base
from app.doses.models import Reminder
from app.exchange.models import CalendarFeed, Erasure
from app.observations.models import Tracking
from app.protocols.models import Plan
from app.push.models import Delivery, Message, Subscription
from app.reminders.models import TapToken

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
    await sign_out_everywhere(session, mine, now)
    await withdraw(session, mine, now, *InviteKind)
    await session.execute(
        update(CareLink)
        .where(or_(CareLink.patient_id == mine, CareLink.person_id == mine))
        .where(CareLink.ended_at.is_(None))
        .values(ended_at=now, ended_by=mine)
    )
    for table in (Delivery, Message, Subscription, Passkey):
        await session.execute(delete(table).where(table.person_id == mine))
    for owned in (Reminder, TapToken, Plan, CalendarFeed, Look):
        await session.execute(delete(owned).where(owned.patient_id == mine))
    await session.execute(update(Tracking).where(Tracking.patient_id == mine).values(ask_at=None))
    patient.email = f"{mine}@ended.invalid"
    patient.password_hash = NO_PASSWORD
    patient.left_at = now
    erasure = Erasure(
        patient_id=mine, asked_at=now, erase_at=keeping.until or now, reason=keeping.reason
    )
    session.add(erasure)
    audit.record(session, "record.ended", at=now, actor=mine, patient=mine)
    return erasure


async def erase_due(session: AsyncSession, now: datetime) -> int:
    """Erase the records whose time has come, at most `BATCH`, and say how many; for the worker.

    Two workers may: each record is taken by one of them.
    """
    due = (
        select(Erasure)
        .where(Erasure.erased_at.is_(None), Erasure.erase_at <= now)
        .order_by(Erasure.erase_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    erasures = (await session.scalars(due)).all()
    for erasure in erasures:
        await _erase(session, erasure, now)
    return len(erasures)


async def _erase(session: AsyncSession, erasure: Erasure, now: datetime) -> None:
    """Delete every row of the patient. The triggers let it happen while the erasure is open."""
    patient_id = erasure.patient_id
    for table in tables_to_empty():
        owner = table.c["patient_id" if "patient_id" in table.c else "person_id"]
        await session.execute(delete(table).where(owner == patient_id))
    await session.execute(
        update(Person)
        .where(Person.id == patient_id)
        .values(name="", born_on=None, sex=None, email=f"{patient_id}@ended.invalid")
    )
    erasure.erased_at = now
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
