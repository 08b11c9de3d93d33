"""Reads a whole record as everybody would: what a restored one has to stand."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.clinic.episodes import reconcile
from app.doses.answers import answers
from app.doses.log import doses_between
from app.exchange.fhir.everything import bundle_of
from app.exchange.fhir.writing import written
from app.exchange.tables import tables_of
from app.exchange.visit import Asked, visit_of
from app.monitoring import figures
from app.monitoring.plan import visits_of
from app.observations.checkins import check_ins_of
from app.observations.models import Observation
from app.observations.record import people_of
from app.observations.shapes import ObservationOut
from app.observations.tracking import policy_of
from app.protocols.calendar import month_of
from app.protocols.planning import mark_for_planning, plan_patient
from app.protocols.reading import read_version, record_of
from app.protocols.screening import Answer, screenings_of

EVER = date(1900, 1, 1), date(2200, 1, 1)
PRINTED = 400
"""Days of the longest page that can be printed."""


async def read_all(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Plan, judge, show and write out the record. Raises whatever does not stand it."""
    await plan_patient(session, patient_id, now)
    await mark_for_planning(session, patient_id, now)
    await visits_of(session, patient_id, now)
    await reconcile(session, [patient_id], now)
    await _shown(session, patient_id, now)
    await tables_of(session, patient_id, now)
    for resource in await bundle_of(session, patient_id, now):
        written(resource)


async def _shown(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """What the app's screens are made of."""
    record = await record_of(session, patient_id, now)
    for version in record.versions:
        await read_version(session, record, version)
    for screening, _ in await screenings_of(session, patient_id):
        for said in screening.answers.values():
            Answer(said)
    mine = select(Observation).where(Observation.patient_id == patient_id)
    rows = (await session.scalars(mine)).all()
    people = await people_of(session, rows)
    for row in rows:
        ObservationOut.of(row, people)
    await check_ins_of(session, patient_id, *EVER)
    await policy_of(session, patient_id)
    await figures.series_of(session, patient_id, {"scale", "body", "vital"}, now)
    await answers(session, patient_id, await doses_between(session, patient_id, *EVER), now)
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    await month_of(session, patient_id, tonight.replace(day=1), now)
    await visit_of(session, Asked(patient_id, clinic=True, days=PRINTED, now=now))
