"""What the rules of side effects ask of the record: since when each line is taken, and reports."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands
from app.monitoring.side_effects import Course, Report
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.protocols.medicines import GROWTH_HORMONE_PEPTIDE, MEDICINES
from app.protocols.models import Line
from app.schedule import A_DAY, zone


async def courses_of(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, list[Course]]:
    """A course for each line of these patients whose first dose was taken, or due, by `now`.

    One statement for any number of patients, along all their doses: ask of those who reported
    something. The first night is that of the first dose taken; while none was, of the first one
    planned that was not held. Nothing unlogged is taken, but an effect may come of it all the same.
    """
    if not patients:
        return {}
    last = standing_event()
    taken = func.min(case((last.kind == Kind.TAKEN, Dose.night)))
    planned = and_(Dose.due_at <= now, Dose.held.is_(False), Dose.extra.is_(False))
    rows = await session.execute(
        select(
            Line.patient_id, Line.id, Line.medicine, Line.route,
            func.coalesce(taken, func.min(case((planned, Dose.night)))).label("first"),
        )
        .join(Dose, and_(Dose.patient_id == Line.patient_id, Dose.line_id == Line.id))
        .outerjoin(last, stands(last))
        .where(Line.patient_id.in_(patients))
        .group_by(Line.patient_id, Line.id, Line.medicine, Line.route)
        .order_by(Line.patient_id, Line.id)
    )  # fmt: skip
    found: dict[UUID, list[Course]] = defaultdict(list)
    for patient_id, line_id, medicine, route, first in rows:
        if first is not None:
            watched = route != "oral" or _is_peptide(medicine)
            found[patient_id].append(Course(line_id, first, watched))
    return {**found}


def report_of(observation: Observation, turns: time) -> Report:
    """A report from its row, of group `side_effect` or `red_flag`.

    turns   until this wall-clock time it is still the night before
    """
    local = observation.collected_at.astimezone(zone(observation.zone))
    night = local.date() - A_DAY if local.time() < turns else local.date()
    item = CATALOGUE[observation.code]
    return Report(
        observation.id, item.code, item.name, int(observation.value), observation.collected_at,
        night, observation.line_id, warning_sign=item.group == "red_flag",
    )  # fmt: skip


def _is_peptide(medicine: str) -> bool:
    known = MEDICINES.get(medicine)
    return known is not None and GROWTH_HORMONE_PEPTIDE in known.kinds
