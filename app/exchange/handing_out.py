"""A record for the operator to hand out: also one that has ended and is kept, closed, for its time.

Nobody can sign in to a closed record, and yet its patient, a court or their next doctor may have a
right to it. Whoever runs the server gives it to them, and the access trail says that it was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Person, Role
from app.audit import Means
from app.exchange.archive import archive_of
from app.exchange.export import Signer, document_of
from app.exchange.models import Erasure
from app.problems import NotFound


@dataclass(frozen=True, slots=True)
class Closed:
    """A record that has ended and is still kept: whose, since when, and until when."""

    id: UUID
    name: str
    ended_at: datetime
    kept_until: datetime


async def closed_records(session: AsyncSession) -> Sequence[Closed]:
    """Every record that is kept closed, the one that is erased soonest first."""
    rows = await session.execute(
        select(Erasure, Person.name)
        .join(Person, Person.id == Erasure.patient_id)
        .where(Erasure.erased_at.is_(None))
        .order_by(Erasure.erase_at, Erasure.patient_id)
    )
    return [
        Closed(erasure.patient_id, name, erasure.asked_at, erasure.erase_at)
        for erasure, name in rows
    ]


async def handed_out(
    session: AsyncSession, patient_id: UUID, signer: Signer, now: datetime
) -> bytes:
    """The archive of a record, open or closed, as `app.exchange.archive` makes it; it is audited.

    Raises NotFound where there is no such patient, or their record was erased.
    """
    patient = await session.get(Person, patient_id)
    erasure = await session.get(Erasure, patient_id)
    gone = erasure is not None and erasure.erased_at is not None
    if patient is None or patient.role is not Role.PATIENT or gone:
        raise NotFound("There is no record of this id.")
    audit.record(
        session, "record.exported", at=now, actor=None, patient=patient_id, means=Means.SYSTEM
    )
    document = await document_of(session, patient, signer, now)
    return await archive_of(session, patient_id, document, now)
