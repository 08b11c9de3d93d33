"""Whether blood was drawn before a treatment began, which its warnings ask for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.models import LabDraw
from app.monitoring.plan import steps_of


async def baseline_drawn(session: AsyncSession, patient_id: UUID, now: datetime) -> bool | None:
    """Whether a baseline draw is recorded up to now; None for a lab plan that asks for none."""
    baseline = [step.step for step in await steps_of(session, patient_id) if step.offset_days <= 0]
    if not baseline:
        return None
    drawn = select(LabDraw.id).where(
        LabDraw.patient_id == patient_id, LabDraw.step.in_(baseline), LabDraw.settled_at <= now,
        LabDraw.drawn_on.is_not(None),
    )  # fmt: skip
    return await session.scalar(drawn.limit(1)) is not None
