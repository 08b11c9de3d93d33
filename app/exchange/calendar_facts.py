"""What a patient's calendar shows: doses due together, chosen mornings, and days that suit a visit.

Nothing is written. Doses come from the plan as it stands, so one that was moved stands where it is
now and one that is not expected any more is gone.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.evenings import preferences_of, zone_of
from app.accounts.models import Person
from app.accounts.waking import today_of
from app.audit import AuditEntry
from app.doses.models import Dose
from app.doses.state import DoseState, counts_in_week, state_of, week_key, weeks_among
from app.exchange.calendar_feed import DUE, Changes, Days, Moment, title_at
from app.monitoring.chosen import draw_moment
from app.monitoring.plan import visits_of

BACK = timedelta(days=28)
"""How long what has passed stays in the calendar. [D] a month that is looked at keeps its past."""

_A_WEEK = timedelta(days=8)
"""A night's dose lies no further from any other of its week, which free nights depend on."""

CHANGING = (
    "version.%", "line.%", "preferences.changed", "travel.%", "draw.%", "lab.%", "labs.%",
    "observation%", "about.told",
)  # fmt: skip
"""Acts after which something may stand elsewhere: of the plan, the clocks, and what visits ask."""


async def facts_of(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> tuple[list[Moment], list[Days], Changes]:
    """Everything a calendar shows of one patient, and since when it stands as it does."""
    preferences = await preferences_of(session, patient_id)
    today = today_of(preferences, now)
    moments = _together(await _expected(session, patient_id, now))
    days: list[Days] = []
    for visit in await visits_of(session, patient_id, now):
        if not visit.open:
            continue
        chosen = visit.chosen
        morning = draw_moment(chosen, preferences) if chosen is not None else None
        if morning is not None and morning > now - BACK:
            moments.append(Moment(f"draw/{visit.id}", morning, zone_of(preferences), DUE))
        if (chosen is None or chosen.day < today) and visit.opens_on <= visit.closes_on:
            days.append(Days(f"window/{visit.id}", visit.opens_on, visit.closes_on))
    return moments, days, await _changes(session, patient_id, today)


async def _expected(session: AsyncSession, patient_id: UUID, now: datetime) -> Sequence[Dose]:
    """The planned doses from BACK on, without those that nobody expects: held ones, free nights."""
    mine = (
        select(Dose)
        .where(
            Dose.patient_id == patient_id, Dose.due_at > now - BACK - _A_WEEK,
            Dose.extra.is_(False),
        )
        .options(selectinload(Dose.events))
    )  # fmt: skip
    doses = (await session.scalars(mine)).all()
    weeks = weeks_among(doses, now)
    return [
        dose
        for dose in doses
        if dose.due_at > now - BACK
        and not dose.held
        and state_of(dose, now, weeks.get(week_key(dose)) if counts_in_week(dose) else None)
        is not DoseState.REST
    ]


def _together(doses: Sequence[Dose]) -> list[Moment]:
    """One entry for what is due at the same instant, as there is one reminder.

    It has the name of its first dose, so that it moves when bedtime moves.
    """
    found: dict[datetime, list[Dose]] = defaultdict(list)
    for dose in doses:
        found[dose.due_at].append(dose)
    return [
        Moment(f"dose/{first.id}", at, first.zone, title_at(at, first.zone))
        for at, due in found.items()
        for first in [min(due, key=lambda dose: dose.id)]
    ]


async def _changes(session: AsyncSession, patient_id: UUID, today: date) -> Changes:
    """Counted in the audit trail, which nobody can shorten: the number only ever grows."""
    person = await session.get_one(Person, patient_id)
    count, last = (
        await session.execute(
            select(func.count(), func.max(AuditEntry.at)).where(
                AuditEntry.patient_id == patient_id,
                or_(*(AuditEntry.action.like(each) for each in CHANGING)),
            )
        )
    ).one()
    return Changes(count, last or person.created_at, today)
