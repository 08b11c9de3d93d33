"""Which spots beyond the usual ones a clinic allows one patient."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Access
from app.db import insert_new
from app.problems import Problem
from app.sites.models import SiteSettings


class ClinicAllows(Problem):
    """Your clinic decides which spots are suggested."""

    status: ClassVar[int] = 403


async def deltoid_allowed(session: AsyncSession, patient_id: UUID) -> bool:
    """Whether the shoulder may be suggested; not unless a clinic said so."""
    row = await session.get(SiteSettings, patient_id)
    return row is not None and row.deltoid


async def allow_deltoid(
    session: AsyncSession, access: Access, allowed: bool, now: datetime
) -> None:
    """Allow the shoulder, or no longer. The same again changes nothing.

    What was logged stays logged. Raises ClinicAllows for anybody but the patient's clinicians.
    """
    if not access.in_clinic:
        raise ClinicAllows(
            "Whether the shoulder is suggested is for your clinic to say.",
            cure="Ask your clinic. You can log an injection into any spot.",
        )
    patient_id, actor = access.patient_id, access.actor
    first = {
        "patient_id": patient_id, "deltoid": allowed, "set_at": now, "set_by": actor.id,
    }  # fmt: skip
    if not await insert_new(session, SiteSettings, [first]):
        row = await session.get_one(
            SiteSettings, patient_id, with_for_update=True, populate_existing=True
        )
        if row.deltoid == allowed:
            return
        row.deltoid, row.set_at, row.set_by = allowed, now, actor.id
    audit.record(
        session, "sites.allowed" if allowed else "sites.usual", at=now, actor=actor.id,
        patient=patient_id, means=access.means,
    )  # fmt: skip
    await session.flush()
