"""From rows to facts: what the doses of a period came to, and whether their reminders got through.

Nothing is judged here. `app.doses.adherence` says what counts as taken, late or missed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.audit import Means
from app.doses.adherence import Intake
from app.doses.models import Dose, Event, Kind, Spoken
from app.protocols.models import Line, Version
from app.push.models import Delivery, State

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

    One statement for any number of patients, along their own rows alone.
    """
    last = standing_event()
    rows = await session.execute(
        select(
            Dose.patient_id, Dose.line_id, Dose.label, Dose.due_at, Dose.closes_at,
            Dose.on_time_minutes, Dose.held, Dose.extra, last.kind, last.taken_at, last.reason,
            last.means, last.logged_at,
        )
        .outerjoin(last, stands(last))
        .where(Dose.patient_id.in_(patients), Dose.due_at > since, Dose.due_at <= until)
        .order_by(Dose.patient_id, Dose.due_at, Dose.label)
    )  # fmt: skip
    return [_reading(row) for row in rows]


def standing_event() -> Any:
    """The events, under a name of their own, to be joined by `stands`."""
    return aliased(Event, name="last")


def stands(event: Any) -> ColumnElement[bool]:
    """Joins a dose to the one event that stands: the last, unless it undid the one before."""
    later = aliased(Event)
    superseded = (
        select(later.id)
        .where(
            later.patient_id == event.patient_id, later.dose_id == event.dose_id,
            later.seq > event.seq,
        )
        .exists()
    )  # fmt: skip
    return and_(
        event.patient_id == Dose.patient_id, event.dose_id == Dose.id,
        event.kind != Kind.UNDONE, ~superseded,
    )  # fmt: skip


def _reading(row: Any) -> Reading:
    skipped = row.kind is Kind.SKIPPED
    intake = Intake(
        due_at=row.due_at,
        closes_at=row.closes_at,
        on_time=timedelta(minutes=row.on_time_minutes),
        taken_at=row.taken_at if row.kind is Kind.TAKEN else None,
        skip_reason=(row.reason.value if row.reason else "") if skipped else None,
        held=row.held,
        extra=row.extra,
    )
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
    rows = await session.execute(
        select(
            func.max(Spoken.devices).label("devices"),
            _any(Delivery.state == State.ACCEPTED).label("accepted"),
            _any(Delivery.shown_at.is_not(None)).label("shown"),
            _any(Delivery.state == State.WAITING).label("waiting"),
            _any(Delivery.state.in_([State.GONE, State.REFUSED, State.EXPIRED])).label("failed"),
        )
        .select_from(Dose)
        .join(Spoken, and_(Spoken.patient_id == Dose.patient_id, Spoken.dose_id == Dose.id))
        .outerjoin(
            Delivery,
            and_(
                Delivery.person_id == Spoken.patient_id, Delivery.message_id == Spoken.message_id
            ),
        )
        .where(
            Dose.patient_id == patient_id, Dose.due_at > since, Dose.due_at <= until,
            Dose.extra.is_(False),
        )
        .group_by(Dose.id)
    )  # fmt: skip
    fates = [_fate(row) for row in rows]
    return Reminded(
        due=len(fates),
        accepted=fates.count("accepted") + fates.count("shown"),
        shown=fates.count("shown"),
        undeliverable=fates.count("undeliverable"),
        waiting=fates.count("waiting"),
        withdrawn=fates.count("withdrawn"),
    )


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 when the condition holds for any row of the group; SQLite has no bool_or."""
    return func.coalesce(func.max(case((condition, 1), else_=0)), 0)


def _fate(row: Any) -> str:
    if row.shown:
        return "shown"
    if row.accepted:
        return "accepted"
    if row.waiting:
        return "waiting"
    return "undeliverable" if row.failed or not row.devices else "withdrawn"


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
