"""Saying what happened to a dose: the report, and what it was drawn from, in one transaction.

The same functions as those of `app.doses.log`, with the same errors; whoever writes for a person
uses these, so that no way of logging a dose forgets its vial. Taking back needs nothing of it: a
draw stands only with its report.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.doses import log
from app.doses.log import Report
from app.doses.models import Dose
from app.doses.plan import PlannedDose
from app.supplies.drawing import follow
from app.units import Amount


async def settle(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, report: Report, *, now: datetime,
    ask: bool = False,
) -> Dose:  # fmt: skip
    """Log that a dose was taken or skipped, and take it from the vial in use.

    As `app.doses.log.settle`: a repeat changes nothing.
    """
    dose = await log.settle(session, patient_id, dose_id, report, now=now, ask=ask)
    await follow(session, dose, now=now)
    return dose


async def amend(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, report: Report, *, now: datetime,
    ask: bool = False,
) -> Dose:  # fmt: skip
    """Correct what stands of a dose, and what was drawn for it; as `app.doses.log.amend`."""
    dose = await log.amend(session, patient_id, dose_id, report, now=now, ask=ask)
    await follow(session, dose, now=now)
    return dose


async def log_extra(
    session: AsyncSession, patient_id: UUID, extra: PlannedDose, report: Report, *, now: datetime,
    prescribed: Amount | None = None,
) -> Dose:  # fmt: skip
    """Record a dose taken outside the plan, and take it from the vial in use; as
    `app.doses.log.log_extra`."""
    dose = await log.log_extra(session, patient_id, extra, report, now=now, prescribed=prescribed)
    await follow(session, dose, now=now)
    return dose
