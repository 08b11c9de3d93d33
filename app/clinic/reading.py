"""From rows to facts: what the doses of a period came to, and whether their reminders got through.

Nothing is judged here. `app.doses.adherence` says what counts as taken, late or missed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Means
from app.doses.adherence import Intake
from app.doses.definition import BACKFILLED
from app.doses.delivery import Fate, reminders_due
from app.doses.delivery import Reminded as OfDose
from app.doses.models import Dose, Kind
from app.doses.standing import intake_of, standing_event, stands
from app.doses.state import WeekKey
from app.doses.weeks import Week, WeekNight, monday_of, week_of
from app.units import Amount

AROUND = timedelta(days=8)
"""A night's dose lies no further than this from any other of its week."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One dose that fell due, what stands of it, and where that was said.

    taken   how much was taken, where that was not the planned amount
    quota   of a line taken on any so many nights of the week: how many
    """

    patient_id: UUID
    line_id: UUID
    label: str
    intake: Intake
    means: Means | None
    logged_at: datetime | None
    id: UUID
    version_id: UUID
    night: date
    planned: Amount
    taken: Amount | None
    quota: int | None

    @property
    def backfilled(self) -> bool:
        """Whether it was logged more than a day after it was taken."""
        taken, logged = self.intake.taken_at, self.logged_at
        return taken is not None and logged is not None and logged - taken > BACKFILLED

    def taken_on(self, here: ZoneInfo) -> date:
        """The date on which it was taken, by the calendar there; its night where it was not."""
        at = self.intake.taken_at
        return self.night if at is None else at.astimezone(here).date()

    def counted(self, first_due: datetime | None, fate: OfDose | None) -> Intake:
        """The intake as adherence counts it.

        first_due   when the first dose of the line that was taken was due; None without any
        fate        of the dose's reminders
        """
        begun = first_due is not None and self.intake.due_at >= first_due
        unasked = fate is not None and fate.failed
        if begun and not unasked:
            return self.intake
        return replace(self.intake, begun=begun, unasked=unasked)


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
    session: AsyncSession, patients: Collection[UUID], since: datetime, until: datetime,
    now: datetime | None = None,
) -> list[Reading]:  # fmt: skip
    """Every dose of these patients due in (since, until], as it stands, in order of time.

    now   the instant as of which a week that still runs is read; `until` unless it is given

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
            Dose.id, Dose.version_id, Dose.amount_value, Dose.amount_unit,
            last.amount_value.label("taken_value"), last.amount_unit.label("taken_unit"),
        )
        .outerjoin(last, stands(last))
        .where(
            Dose.patient_id.in_(patients),
            Dose.due_at > since - AROUND, Dose.due_at <= until + AROUND,
            or_(Dose.quota.is_not(None), and_(Dose.due_at > since, Dose.due_at <= until)),
        )
        .order_by(Dose.patient_id, Dose.due_at, Dose.label, Dose.id)
    )  # fmt: skip
    found = rows.all()
    weeks = _weeks(found, now or until)
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
    taken = None
    if row.taken_value is not None and row.taken_unit is not None:
        taken = Amount(row.taken_value, row.taken_unit)
    return Reading(
        row.patient_id, row.line_id, row.label, intake, row.means, row.logged_at, row.id,
        row.version_id, row.night, Amount(row.amount_value, row.amount_unit), taken, row.quota,
    )  # fmt: skip


async def reminded(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime
) -> Reminded:
    """How the reminders of the doses due in (since, until] fared."""
    return tally((await reminders_due(session, [patient_id], since, until)).values())


def tally(fates: Iterable[OfDose]) -> Reminded:
    """How many doses had which fate."""
    found = Counter(one.fate for one in fates)
    return Reminded(
        due=found.total(),
        accepted=found[Fate.ACCEPTED] + found[Fate.SHOWN],
        shown=found[Fate.SHOWN],
        undeliverable=found[Fate.UNDELIVERABLE],
        waiting=found[Fate.WAITING],
        withdrawn=found[Fate.WITHDRAWN],
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
