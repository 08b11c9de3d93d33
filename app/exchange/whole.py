"""Reads a whole record as everybody would: what a restored one has to stand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.episodes import reconcile
from app.exchange.fhir.everything import bundle_of
from app.exchange.tables import tables_of
from app.monitoring.plan import visits_of
from app.protocols.planning import mark_for_planning, plan_patient


async def read_all(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Plan, judge and write out the record. Raises whatever does not stand it."""
    await plan_patient(session, patient_id, now)
    await mark_for_planning(session, patient_id, now)
    await visits_of(session, patient_id, now)
    await reconcile(session, [patient_id], now)
    await tables_of(session, patient_id, now)
    await bundle_of(session, patient_id, now)
