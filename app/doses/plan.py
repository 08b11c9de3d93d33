"""The plan: rows of doses that follow from a prescription, rebuilt without touching the past.

This module knows rows, not prescriptions: `app.protocols.planning` works out what is planned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import insert_new
from app.doses.models import Dose, Event, Held, Kind
from app.units import Amount

LONGEST_WINDOW = timedelta(days=7)
"""No dose stays open for longer; what is open is looked for no further back."""


def dose_id(line_id: UUID, night: date, slot: int) -> UUID:
    """The id of a dose: UUIDv5 of its line, night and slot, and of nothing else.

    A phone that was offline while the plan was rebuilt still names the right dose, and neither
    an hour that happens twice nor a second planner can make it two.
    """
    return uuid5(line_id, f"{night.isoformat()}/{slot}")


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """One intake as the prescription in force asks for it.

    zone               whose wall clock `due_at` was read off
    held, held_for     not expected, and why
    min_gap_minutes    closest that two intakes of the line may lie; None without such a rule
    quota              of a line taken on any so many nights of the week: how many
    """

    line_id: UUID
    version_id: UUID
    night: date
    slot: int
    label: str
    amount: Amount
    route: str
    due_at: datetime
    closes_at: datetime
    on_time_minutes: int
    ladder: tuple[int, ...]
    zone: str
    held: bool = False
    held_for: Held | None = None
    min_gap_minutes: int | None = None
    quota: int | None = None

    @property
    def id(self) -> UUID:
        """See `dose_id`."""
        return dose_id(self.line_id, self.night, self.slot)

    def columns(self, patient_id: UUID) -> dict[str, Any]:
        """The row this dose is kept as."""
        return {
            "patient_id": patient_id,
            "id": self.id,
            "line_id": self.line_id,
            "version_id": self.version_id,
            "night": self.night,
            "slot": self.slot,
            "label": self.label,
            "amount_value": self.amount.value,
            "amount_unit": self.amount.unit,
            "route": self.route,
            "due_at": self.due_at,
            "closes_at": self.closes_at,
            "on_time_minutes": self.on_time_minutes,
            "ladder": list(self.ladder),
            "zone": self.zone,
            "held": self.held,
            "held_for": self.held_for,
            "min_gap_minutes": self.min_gap_minutes,
            "quota": self.quota,
            "extra": False,
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """What a rebuild did to the rows: how many doses came, changed, and went."""

    added: int
    changed: int
    removed: int


async def replace_future(
    session: AsyncSession,
    patient_id: UUID,
    planned: Iterable[PlannedDose],
    *,
    since: date,
    until: date,
    now: datetime,
) -> Changes:
    """Make the future of the nights in [since, until) what is planned, and leave the past alone.

    A row is past, and stays, when it was due at `now` or before, when somebody settled it, or when
    it is extra. Of the others, what is no longer planned goes (with its reminder), what changed
    is rewritten, what is new is inserted. One that was settled and undone is still to come, with
    the amount that is prescribed now; where it is no longer planned, its history keeps the row,
    and it is held, so that nobody is told to take it. A dose whose instant moved from the future
    into the past is kept at its old instant: nothing becomes overdue because somebody edited a
    bedtime. Planning the same twice changes nothing.
    """
    rows = await _rows(session, patient_id, since, until)
    said = await _said(session, patient_id, [row.id for row in rows])
    existing = {row.id: row for row in rows}
    wanted = {dose.id: dose for dose in planned if since <= dose.night < until}
    new = [dose.columns(patient_id) for key, dose in wanted.items() if key not in existing]
    added = await insert_new(session, Dose, new)
    changed = 0
    gone: list[UUID] = []
    for key, row in existing.items():
        if row.extra or row.due_at <= now or said.get(key, Kind.UNDONE) is not Kind.UNDONE:
            continue
        dose = wanted.get(key)
        if dose is None and key in said:
            changed += not row.held
            row.held = True
        elif dose is None:
            gone.append(key)
        elif dose.due_at > now:
            changed += _rewrite(row, dose.columns(patient_id))
    await session.flush()  # one statement for every row that changes in the same way
    if gone:
        await session.execute(delete(Dose).where(Dose.patient_id == patient_id, Dose.id.in_(gone)))
    return Changes(added, changed, len(gone))


async def _rows(
    session: AsyncSession, patient_id: UUID, since: date, until: date
) -> Sequence[Dose]:
    """The patient's doses of these nights, locked so that a tap and a rebuild take turns."""
    nights = (
        select(Dose)
        .where(Dose.patient_id == patient_id, Dose.night >= since, Dose.night < until)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(nights)).all()


async def outcomes_of(
    session: AsyncSession, patient_id: UUID, doses: Sequence[UUID]
) -> dict[UUID, Row[UUID, Kind, datetime | None]]:
    """`kind` and `taken_at` of what stands of each of these doses; none of those undone or open."""
    if not doses:
        return {}
    named = (
        select(Event.dose_id, Event.kind, Event.taken_at)
        .where(Event.patient_id == patient_id, Event.dose_id.in_(doses))
        .order_by(Event.seq)
    )
    last = {row.dose_id: row for row in await session.execute(named)}
    return {key: row for key, row in last.items() if row.kind is not Kind.UNDONE}


async def _said(session: AsyncSession, patient_id: UUID, doses: list[UUID]) -> dict[UUID, Kind]:
    """The last thing said of each, read after the lock because a join would be older than it."""
    named = (
        select(Event.dose_id, Event.kind)
        .where(Event.patient_id == patient_id, Event.dose_id.in_(doses))
        .order_by(Event.seq)
    )
    return {row.dose_id: row.kind for row in await session.execute(named)}


def _rewrite(row: Dose, columns: dict[str, Any]) -> bool:
    """Make a row say this, and tell whether it said anything else."""
    different = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
