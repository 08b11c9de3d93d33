"""Draw contexts of many results at once, from the record as it stands when it is read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_from
from app.accounts.models import Preferences
from app.doses.models import Dose, Held
from app.doses.standing import intake_of, standing_event, stands
from app.monitoring.context import DrawContext, Expected, draw_context
from app.monitoring.intervals import (
    AHEAD,
    BACK,
    Around,
    LoggedDose,
    Of,
    Position,
    fraction_of,
    log_around,
    position_of,
)
from app.monitoring.settings import MonitoringSettings, Timing, settings_of_all
from app.observations.reading import Value
from app.protocols.medicines import GROWTH_HORMONE_PEPTIDE, MEDICINES
from app.protocols.models import Line, Terms, Version
from app.protocols.standing import segments

KINDS = {
    "androgen": Of.TESTOSTERONE,
    GROWTH_HORMONE_PEPTIDE: Of.PEPTIDE,
    "aromatase_inhibitor": Of.ANASTROZOLE,
}
"""Which kinds of medicine are told by which word."""

WEEK = timedelta(days=8)
"""A night's dose lies no further than this from any other of its week."""


async def contexts_of(
    session: AsyncSession, values: Mapping[UUID, Collection[Value]], now: datetime,
    settings: Mapping[UUID, MonitoringSettings] | None = None,
) -> dict[UUID, DrawContext]:  # fmt: skip
    """The draw context of each laboratory result among these, by the id of its observation.

    values     of each patient
    settings   what holds for these patients, where the caller has read it already

    At most four statements for any number of patients and results; none without a result. What is
    no laboratory result has no context. `now` bounds nothing but the plan: a draw lies in the past.
    """
    drawn = {
        patient: labs
        for patient, given in values.items()
        if (labs := [each for each in given if each.item.group == "lab"])
    }
    if not drawn:
        return {}
    settings = settings or await settings_of_all(session, drawn)
    logs = await _logs(session, drawn)
    versions = await _versions(session, drawn)
    preferences = await session.scalars(select(Preferences).where(Preferences.person_id.in_(drawn)))
    evenings = {each.person_id: evenings_from(each) for each in preferences}
    found = {}
    for patient, labs in drawn.items():
        expected = expected_by(settings[patient])
        around: dict[datetime, tuple[Around, int | None]] = {}
        for value in labs:
            at = value.collected_at
            if at not in around:
                night = evenings[patient].night_of(at)
                number = in_force_at(versions.get(patient, []), night, at)
                log = [dose for dose in logs.get(patient, []) if _near(dose, at)]
                around[at] = (log_around(log, at), number)
            found[value.observation_id] = draw_context(value, *around[at], expected)
    return found


async def positions_of(
    session: AsyncSession, values: Mapping[UUID, Collection[Value]]
) -> dict[UUID, Position]:
    """Where in the testosterone interval each of these was drawn, by the id of its observation.

    One statement, which reads no other doses; what has no place there is not in the answer.
    """
    drawn = {patient: list(given) for patient, given in values.items() if given}
    if not drawn:
        return {}
    androgens = [code for code in MEDICINES if kind_of(code) is Of.TESTOSTERONE]
    logs = await _logs(session, drawn, Line.medicine.in_(androgens))
    found = {}
    for patient, given in drawn.items():
        for value in given:
            at = value.collected_at
            log = log_around([one for one in logs.get(patient, []) if _near(one, at)], at)
            if (fraction := fraction_of(value, log)) is not None:
                found[value.observation_id] = position_of(fraction)
    return found


def expected_by(settings: MonitoringSettings) -> Expected:
    """What these settings want of a draw."""
    return Expected(settings.timing is Timing.TROUGH, settings.low_adherence)


def in_force_at(versions: Sequence[Version], night: date, at: datetime) -> int | None:
    """Number of the version in force on the night of a draw, as it was known at that instant.

    versions   oldest first

    One that was written after the blood was drawn, perhaps because of it, does not count even
    where it holds from the same night.
    """
    known = [version for version in versions if version.created_at <= at]
    stretches = segments(known, night)
    return stretches[0].version.number if stretches and stretches[0].since <= night else None


@cache
def kind_of(medicine: str) -> Of | None:
    """By which word the doses of a medicine are told; None for one that is only counted."""
    known = MEDICINES.get(medicine)
    return next((of for kind, of in KINDS.items() if known and kind in known.kinds), None)


def _near(dose: LoggedDose, at: datetime) -> bool:
    return at - BACK - WEEK < dose.intake.due_at < at + AHEAD


async def _logs(
    session: AsyncSession, drawn: Mapping[UUID, Sequence[Value]], *only: ColumnElement[bool]
) -> dict[UUID, list[LoggedDose]]:
    """The doses around the draws of each patient, in one statement along their own rows alone."""
    last = standing_event()
    rows = await session.execute(
        select(
            Dose.patient_id, Dose.line_id, Dose.label, Dose.night, Dose.due_at, Dose.closes_at,
            Dose.on_time_minutes, Dose.held, Dose.held_for, Dose.extra, Dose.quota, Line.medicine,
            Version.created_at, Terms.recurrence, last.kind, last.taken_at, last.reason,
        )
        .join(Line, and_(Line.patient_id == Dose.patient_id, Line.id == Dose.line_id))
        .join(
            Version, and_(Version.patient_id == Dose.patient_id, Version.id == Dose.version_id)
        )
        .outerjoin(Terms, and_(
            Terms.patient_id == Dose.patient_id, Terms.version_id == Dose.version_id,
            Terms.line_id == Dose.line_id,
        ))
        .outerjoin(last, stands(last))
        .where(or_(*(
            and_(Dose.patient_id == patient, Dose.due_at > since, Dose.due_at < until)
            for patient, labs in drawn.items()
            for since, until in _stretches(labs)
        )), *only)
        .order_by(Dose.patient_id, Dose.due_at, Dose.label)
    )  # fmt: skip
    found: dict[UUID, list[LoggedDose]] = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(_logged(row))
    return {**found}


def _stretches(labs: Sequence[Value]) -> list[tuple[datetime, datetime]]:
    """The stretches of time around these draws, those that overlap as one."""
    found: list[tuple[datetime, datetime]] = []
    for at in sorted({each.collected_at for each in labs}):
        since, until = at - BACK - WEEK, at + AHEAD
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], until)
        else:
            found.append((since, until))
    return found


def _logged(row: Any) -> LoggedDose:
    return LoggedDose(
        of=kind_of(row.medicine),
        line_id=row.line_id,
        label=row.label,
        night=row.night,
        intake=intake_of(row),
        planned=not row.extra and row.held_for is not Held.GAP,
        quota=row.quota,
        rhythm=_rhythm(row.line_id, row.recurrence or {}),
        written_at=row.created_at,
    )


def _rhythm(line_id: UUID, recurrence: Mapping[str, Any]) -> str:
    """A line and how often it comes, whatever the hour and whenever it began or ends."""
    often = {name: each for name, each in recurrence.items() if name not in _BESIDE}
    return f"{line_id} {sorted(often.items())} {len(recurrence.get('times', ()))}"


_BESIDE = frozenset({"first", "last", "times"})


async def _versions(
    session: AsyncSession, patients: Collection[UUID]
) -> dict[UUID, list[Version]]:  # fmt: skip
    """Every version of each patient, oldest first."""
    rows = select(Version).where(Version.patient_id.in_(patients)).order_by(Version.number)
    found: dict[UUID, list[Version]] = defaultdict(list)
    for version in await session.scalars(rows):
        found[version.patient_id].append(version)
    return {**found}
