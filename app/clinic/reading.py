"""From rows to facts: what the doses of a period came to, and whether their reminders got through.

Nothing is judged here. `app.doses.adherence` says what counts as taken, late or missed.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Means
from app.doses.adherence import Intake
from app.doses.delivery import Fate, reminders_of
from app.doses.models import Dose, Kind
from app.doses.standing import intake_of, standing_event, stands
from app.doses.state import WeekKey
from app.doses.weeks import Week, WeekNight, monday_of, week_of
from app.protocols.models import Line, Version

AROUND = timedelta(days=8)
"""A night's dose lies no further than this from any other of its week."""

BACKFILLED = timedelta(hours=24)
"""Logged this long after it was taken, a dose is from memory. Source: product.md 5.3."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One dose that fell due, what stands of it, and where that was said."""

    patient_id: UUID
    line_id: UUID
    label: str
    intake: Intake
    means: Means | None
    logged_at: datetime | None

    @property
    def backfilled(self) -> bool:
        """Whether it was logged more than a day after it was taken."""
        taken, logged = self.intake.taken_at, self.logged_at
        return taken is not None and logged is not None and logged - taken > BACKFILLED


@dataclass(frozen=True, slots=True)
class LineRead:
    """What a line is called, and the versions of the protocol that planned its doses."""

    id: UUID
    medicine: str
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reminded:
    """How the reminders of planned doses fared, counted by dose.

    due            doses that were spoken of at least once
    accepted       of these, at least one push service took a message for a device
    shown          of these, at least one device said that it showed it
    undeliverable  no device was there, or every delivery failed
    waiting        nothing has come back yet
    withdrawn      settled before anything left, which is no failure
    """

    due: int = 0
    accepted: int = 0
    shown: int = 0
    undeliverable: int = 0
    waiting: int = 0
    withdrawn: int = 0


async def readings(
    session: AsyncSession, patients: Collection[UUID], since: datetime, until: datetime
) -> list[Reading]:
    """Every dose of these patients due in (since, until], as it stands, in order of time.

    until   also the instant as of which a week that still runs is read

    One statement for any number of patients, along their own rows alone. Of lines taken on any so
    many nights it reads the whole weeks at both ends, because what one night comes to depends on
    the others.
    """
    last = standing_event()
    rows = await session.execute(
        select(
            Dose.patient_id, Dose.line_id, Dose.label, Dose.night, Dose.due_at, Dose.closes_at,
            Dose.on_time_minutes, Dose.held, Dose.extra, Dose.quota,
            last.kind, last.taken_at, last.reason, last.means, last.logged_at,
        )
        .outerjoin(last, stands(last))
        .where(
            Dose.patient_id.in_(patients),
            Dose.due_at > since - AROUND, Dose.due_at <= until + AROUND,
            or_(Dose.quota.is_not(None), and_(Dose.due_at > since, Dose.due_at <= until)),
        )
        .order_by(Dose.patient_id, Dose.due_at, Dose.label)
    )  # fmt: skip
    found = rows.all()
    weeks = _weeks(found, until)
    return [
        _reading(row, weeks.get(_week_key(row))) for row in found if since < row.due_at <= until
    ]


def _weeks(rows: Sequence[Any], now: datetime) -> dict[WeekKey, Week]:
    """The weeks of the lines that are taken on any so many nights."""
    nights: dict[WeekKey, list[WeekNight]] = {}
    for row in rows:
        if row.quota is not None and not row.extra:
            one = WeekNight(
                night=row.night, quota=row.quota, taken=row.kind is Kind.TAKEN, held=row.held,
                closed=row.kind is Kind.SKIPPED or now >= row.closes_at,
            )  # fmt: skip
            nights.setdefault(_week_key(row), []).append(one)
    return {key: week_of(of_week) for key, of_week in nights.items()}


def _week_key(row: Any) -> WeekKey:
    return row.line_id, monday_of(row.night)


def _reading(row: Any, week: Week | None) -> Reading:
    counted = week is not None and row.quota is not None and not row.extra
    intake = intake_of(row, week.standings.get(row.night) if week is not None and counted else None)
    return Reading(row.patient_id, row.line_id, row.label, intake, row.means, row.logged_at)


async def lines_read(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime
) -> dict[UUID, LineRead]:
    """The lines that had doses due in (since, until], by id."""
    rows = await session.execute(
        select(Line.id, Line.medicine, Version.number)
        .join(Dose, and_(Dose.patient_id == Line.patient_id, Dose.line_id == Line.id))
        .join(
            Version, and_(Version.patient_id == Dose.patient_id, Version.id == Dose.version_id)
        )
        .where(Dose.patient_id == patient_id, Dose.due_at > since, Dose.due_at <= until)
        .distinct()
        .order_by(Line.id, Version.number)
    )  # fmt: skip
    found: dict[UUID, LineRead] = {}
    for line_id, medicine, number in rows:
        before = found[line_id].versions if line_id in found else ()
        found[line_id] = LineRead(line_id, medicine, (*before, number))
    return found


async def reminded(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime
) -> Reminded:
    """How the reminders of the doses due in (since, until] fared."""
    planned = select(Dose.id).where(
        Dose.patient_id == patient_id, Dose.due_at > since, Dose.due_at <= until,
        Dose.extra.is_(False),
    )  # fmt: skip
    fates = Counter(one.fate for one in (await reminders_of(session, patient_id, planned)).values())
    return Reminded(
        due=fates.total(),
        accepted=fates[Fate.ACCEPTED] + fates[Fate.SHOWN],
        shown=fates[Fate.SHOWN],
        undeliverable=fates[Fate.UNDELIVERABLE],
        waiting=fates[Fate.WAITING],
        withdrawn=fates[Fate.WITHDRAWN],
    )


def by_line(found: Sequence[Reading]) -> dict[UUID, list[Reading]]:
    """The readings of each line, in order of the lines' first dose."""
    lines: dict[UUID, list[Reading]] = {}
    for one in found:
        lines.setdefault(one.line_id, []).append(one)
    return lines


def by_patient(found: Sequence[Reading]) -> dict[UUID, list[Reading]]:
    """The readings of each patient."""
    patients: dict[UUID, list[Reading]] = {}
    for one in found:
        patients.setdefault(one.patient_id, []).append(one)
    return patients
