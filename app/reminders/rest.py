"""Nights of rest: when enough of a week was taken, nobody is reminded of the nights that are left.

For lines on any so many nights of the week. `app.doses.weeks` says when a week is filled; here the
same is asked of the database, because ticks look at many patients at once.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.doses.models import Dose, Event, Kind
from app.doses.weeks import monday_of
from app.schedule import A_DAY

_A_WEEK = A_DAY * 7


async def resting(
    session: AsyncSession, patients: Collection[UUID], doses: Collection[UUID], now: datetime
) -> frozenset[UUID]:
    """Those of these patients' doses that the rest of their week makes free.

    Ask only of doses with a quota that are open now or soon: others are never among them.
    """
    if not doses:
        return frozenset()
    free = select(Dose.id).where(
        Dose.patient_id.in_(patients), Dose.id.in_(doses), of_a_filled_week(now)
    )
    return frozenset((await session.scalars(free)).all())


def of_a_filled_week(now: datetime) -> ColumnElement[bool]:
    """Of a `Dose` that is open or due about now: whether its week was taken as often as asked for.

    False for a line whose nights are fixed. Held nights and doses outside the plan do not count.
    Such a line has a dose every night, so the nights that are open or armed lie in these weeks.
    """
    filled = [
        and_(Dose.night >= monday, Dose.night < monday + _A_WEEK, _taken(monday) >= Dose.quota)
        for monday in (monday_of(now.date()) + _A_WEEK * week for week in (-1, 0, 1))
    ]
    return and_(Dose.quota.is_not(None), or_(*filled))


def _taken(monday: date) -> ColumnElement[int]:
    """How many nights of the dose's line were taken in the week that begins on this Monday."""
    other = aliased(Dose)
    last = (
        select(Event.kind)
        .where(Event.patient_id == other.patient_id, Event.dose_id == other.id)
        .order_by(Event.seq.desc())
        .limit(1)
        .correlate(other)
        .scalar_subquery()
    )
    return (
        select(func.count())
        .select_from(other)
        .where(
            other.patient_id == Dose.patient_id,
            other.line_id == Dose.line_id,
            other.night >= monday,
            other.night < monday + _A_WEEK,
            other.held.is_(False),
            other.extra.is_(False),
            last == Kind.TAKEN,
        )
        .correlate(Dose)
        .scalar_subquery()
    )
