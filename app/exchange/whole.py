"""Reads a whole record as everybody would: what a restored one has to stand."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.clinic.episodes import reconcile
from app.clinic.reconciliation import reconciled
from app.doses.log import doses_between
from app.exchange.fhir.everything import bundle_of
from app.exchange.fhir.writing import written
from app.exchange.tables import tables_of
from app.exchange.visit import Asked, visit_of
from app.intake.given import answers
from app.monitoring import figures
from app.monitoring.plan import visits_of
from app.observations.checkins import check_ins_of
from app.observations.models import Observation
from app.observations.record import people_of
from app.observations.shapes import ObservationOut
from app.observations.tracking import policy_of
from app.protocols.calendar import month_of
from app.protocols.medicines import INJECTED
from app.protocols.models import Line
from app.protocols.planning import mark_for_planning, plan_patient
from app.protocols.reading import read_version, record_of
from app.protocols.screening import Answer, screenings_of
from app.sites.placements import look_for_route
from app.supplies.consumables import kept_of
from app.supplies.draw_reading import answer_of
from app.supplies.models import Vial
from app.supplies.outlook import outlook_of
from app.supplies.scene import scene_of
from app.supplies.vial_answers import vials_of
from app.supplies.vial_history import history_of

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
    await _supplied(session, patient_id, now)
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


async def _supplied(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Vials, what is drawn from them and for how long they last, other supplies, and the map."""
    await vials_of(session, patient_id, now, gone=True)
    for vial in (await session.scalars(select(Vial).where(Vial.patient_id == patient_id))).all():
        await history_of(session, vial)
    for line in (await session.scalars(select(Line).where(Line.patient_id == patient_id))).all():
        await answer_of(session, await scene_of(session, patient_id, now, line.id))
    await outlook_of(session, patient_id, now)
    await reconciled(session, patient_id, now)
    await kept_of(session, patient_id, now)
    for route in sorted(INJECTED):
        await look_for_route(session, patient_id, route, now)
