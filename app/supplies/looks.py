"""When a patient's supplies are looked at again: one row each, which the tick claims."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import insert_new
from app.supplies.models import SupplyLook


async def look_again(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Have the next tick look at this patient's supplies; a repeat changes nothing.

    Called wherever a vial, a count or a setting changes. A patient's first vial makes the row.
    """
    mine = update(SupplyLook).where(SupplyLook.patient_id == patient_id)
    known = await session.execute(mine.values(next_at=now).returning(SupplyLook.patient_id))
    if known.first() is None:
        await insert_new(session, SupplyLook, [{"patient_id": patient_id, "next_at": now}])
