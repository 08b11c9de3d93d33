"""Whether the reminders of doses got through: what became of the messages that spoke of each."""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.models import Dose, Event, Spoken
from app.push.models import Delivery, State


class Fate(enum.StrEnum):
    """How far the reminder of one dose came, on the device where it came furthest.

    none            nothing has spoken of the dose
    waiting         it waits for the push service
    accepted        a push service took it for a device
    shown           a device said that it showed it
    undeliverable   no device was there, or every delivery failed
    withdrawn       the dose was settled before anything left, which is no failure
    """

    NONE = "none"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    SHOWN = "shown"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Reminded:
    """The fate of one dose's reminder, and the most devices any message of it was for.

    logged   whether anything was ever said of the dose, also if it was taken back
    """

    fate: Fate = Fate.NONE
    devices: int = 0
    logged: bool = False

    @property
    def failed(self) -> bool:
        """Whether something should have reminded of the dose, and nothing could.

        Who said something of it knew of it, whatever became of the reminder.
        """
        return self.fate is Fate.UNDELIVERABLE and not self.logged


async def reminders_of(
    session: AsyncSession, patient_id: UUID, doses: Collection[UUID] | Select[UUID]
) -> dict[UUID, Reminded]:
    """How the reminders of these doses fared, given as ids or as a selection of ids.

    One statement for any number of doses; those that nothing spoke of are not among them.
    """
    if not isinstance(doses, Select) and not doses:
        return {}
    mine = _fates().where(Spoken.patient_id == patient_id, Spoken.dose_id.in_(doses))
    return {row.dose_id: _reminded(row) for row in await session.execute(mine)}


async def reminders_due(
    session: AsyncSession, patients: Collection[UUID], since: datetime, until: datetime
) -> dict[tuple[UUID, UUID], Reminded]:
    """How the reminders of the planned doses due in (since, until] fared, by patient and dose.

    One statement for any number of patients.
    """
    due = (
        _fates()
        .join(Dose, and_(Dose.patient_id == Spoken.patient_id, Dose.id == Spoken.dose_id))
        .where(
            Dose.patient_id.in_(patients), Dose.due_at > since, Dose.due_at <= until,
            Dose.extra.is_(False),
        )
    )  # fmt: skip
    return {(row.patient_id, row.dose_id): _reminded(row) for row in await session.execute(due)}


def _fates() -> Select[*tuple[Any, ...]]:
    """What became of the messages of each dose: a row a dose that anything spoke of."""
    said = select(Event.id).where(
        Event.patient_id == Spoken.patient_id, Event.dose_id == Spoken.dose_id
    )
    return (
        select(
            Spoken.patient_id,
            Spoken.dose_id,
            func.max(Spoken.devices).label("devices"),
            _any(Delivery.state == State.ACCEPTED).label("accepted"),
            _any(Delivery.shown_at.is_not(None)).label("shown"),
            _any(Delivery.state == State.WAITING).label("waiting"),
            _any(Delivery.state.in_([State.GONE, State.REFUSED, State.EXPIRED])).label("failed"),
            said.exists().label("logged"),
        )
        .outerjoin(
            Delivery,
            and_(Delivery.person_id == Spoken.patient_id, Delivery.message_id == Spoken.message_id),
        )
        .group_by(Spoken.patient_id, Spoken.dose_id)
    )


def _reminded(row: Any) -> Reminded:
    return Reminded(_fate(row), row.devices, bool(row.logged))


def _fate(row: Any) -> Fate:
    """The furthest any device came."""
    if row.shown:
        return Fate.SHOWN
    if row.accepted:
        return Fate.ACCEPTED
    if row.waiting:
        return Fate.WAITING
    return Fate.UNDELIVERABLE if row.failed or not row.devices else Fate.WITHDRAWN


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 when the condition holds for any row of the group; SQLite has no bool_or."""
    return func.coalesce(func.max(case((condition, 1), else_=0)), 0)
