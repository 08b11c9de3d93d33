"""What a draw-day planner has to know of one patient: the window, the doses around it, the notes.

Planned nights are read from the plan; later ones are worked out from the prescription as it stands,
by the rules that will plan them. Nothing is written.
"""

from collections.abc import Collection
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.evenings import clocks_of
from app.doses.models import Dose, Held
from app.doses.plan import PlannedDose
from app.doses.state import DoseState, counts_in_week, state_of, week_key, weeks_among
from app.monitoring.context import POSITIONED
from app.monitoring.draw_days import OVERDUE_DAYS, Asked, Fate, Given, window
from app.monitoring.draw_notes import moment_of
from app.monitoring.due import State
from app.monitoring.plan import Visit, visits_of
from app.monitoring.settings import settings_of
from app.observations.catalogue import CATALOGUE
from app.problems import NotFound
from app.protocols.derivation import planned_doses
from app.protocols.medicines import MEDICINES
from app.protocols.models import Hold, Line, Plan
from app.protocols.standing import segments, terms_of, versions_of
from app.schedule import A_DAY

TESTOSTERONE = frozenset(code for code, each in MEDICINES.items() if "androgen" in each.kinds)

# No two doses of a line are planned further apart than ninety nights, and a window may move a week.
_AROUND = A_DAY * 98

_FATES = {
    DoseState.TAKEN: Fate.TAKEN, DoseState.UPCOMING: Fate.AHEAD, DoseState.HELD: Fate.HELD,
    DoseState.MISSED: Fate.MISSED, DoseState.SKIPPED: Fate.SKIPPED, DoseState.OPEN: Fate.UNLOGGED,
}  # fmt: skip


async def visit_of(session: AsyncSession, patient_id: UUID, draw: UUID, now: datetime) -> Visit:
    """The visit that a draw is part of, as it stands today. Raises NotFound for an unknown draw."""
    visits = await visits_of(session, patient_id, now)
    found = next((visit for visit in visits if draw in visit.draws), None)
    if found is None:
        raise NotFound("There is no such draw.")
    return found


async def is_settled(session: AsyncSession, patient_id: UUID, draw: UUID, now: datetime) -> bool:
    """Whether nothing is asked of a draw: it is done, was drawn, or the plan has it no more."""
    visits = await visits_of(session, patient_id, now)
    return not any(draw in visit.draws and visit.open for visit in visits)


async def asked_of(
    session: AsyncSession, patient_id: UUID, visit: Visit, now: datetime,
    also: Collection[date] = (),
) -> Asked:  # fmt: skip
    """The planner's question for this visit.

    also   days beyond its window that are asked about as well
    """
    clocks = await clocks_of(session, patient_id)
    here = clocks.body.zone
    today = now.astimezone(here).date()
    opens_on, closes_on = visit.opens_on, visit.closes_on
    if visit.state is State.OVERDUE:
        opens_on, closes_on = today, today + A_DAY * OVERDUE_DAYS
    first, last = window(opens_on, closes_on, today)
    days = sorted({first, max(first, last), *also})
    given, due = await _doses(session, patient_id, days[0], days[-1], now)
    begins = moment_of(first, time(0), here) or now
    if not any(one.due_at >= begins for one in given if not one.extra):
        given = []  # no testosterone is prescribed any more by then
    chosen = await settings_of(session, patient_id)
    items = [CATALOGUE[code] for code in visit.markers if code in CATALOGUE]
    return Asked(
        now=now, here=here, opens_on=opens_on, closes_on=closes_on,
        timing=chosen.timing.value if POSITIONED & {*visit.markers} else None,
        fasting=any(item.fasting for item in items),
        biotin_hours=chosen.biotin_hours if any(item.biotin for item in items) else 0,
        given=given, due=due,
    )  # fmt: skip


async def _doses(
    session: AsyncSession, patient_id: UUID, first: date, last: date, now: datetime
) -> tuple[list[Given], list[datetime]]:
    """Testosterone doses around these days, and when any dose falls due on them."""
    clocks = await clocks_of(session, patient_id)
    until = last + A_DAY * 2
    rows = await session.execute(
        select(Dose, Line.medicine)
        .join(Line, and_(Line.patient_id == Dose.patient_id, Line.id == Dose.line_id))
        .where(
            Dose.patient_id == patient_id, Dose.night >= first - _AROUND,
            Dose.night < until + _AROUND,
        )
        .order_by(Dose.due_at, Dose.id)
        .options(selectinload(Dose.events))
    )  # fmt: skip
    recorded = [(dose, medicine) for dose, medicine in rows]
    weeks = weeks_among((dose for dose, _ in recorded), now)
    given: list[Given] = []
    due: list[datetime] = []
    for dose, medicine in recorded:
        state = state_of(dose, now, weeks.get(week_key(dose)) if counts_in_week(dose) else None)
        if state is not DoseState.REST and medicine in TESTOSTERONE:
            given.append(given_of(dose, state))
        if state in (DoseState.UPCOMING, DoseState.OPEN):
            due.append(dose.due_at)
    versions = await versions_of(session, patient_id)
    plan = await session.get(Plan, patient_id)
    since = max(plan.planned_until if plan else first, clocks.here.night_of(now))
    stretches = segments(versions, since)
    terms = await terms_of(session, patient_id, [each.version.id for each in stretches])
    mine = select(Hold).where(Hold.patient_id == patient_id)
    holds = (await session.scalars(mine)).all()
    if since < until:
        on_these_days = max(since, first - A_DAY)
        later = planned_doses(stretches, terms, holds, clocks, on_these_days, until)
        due += [one.due_at for one in later if not one.held]
    ours = {
        version: [(of, line) for of, line in entries if line.medicine in TESTOSTERONE]
        for version, entries in terms.items()
    }
    if any(ours.values()):
        since = max(since, first - _AROUND)
        later = planned_doses(stretches, ours, holds, clocks, since, until + _AROUND)
        given += [_to_come(one) for one in later]
    return given, sorted(due)


def given_of(dose: Dose, state: DoseState) -> Given:
    """A testosterone dose of the plan or the log, as the planner counts by it."""
    outcome = dose.outcome
    fate = _FATES[state]
    if fate is Fate.AHEAD and dose.quota is not None:
        fate = Fate.ANY_NIGHT
    taken_at = outcome.taken_at if outcome is not None and fate is Fate.TAKEN else None
    beside = dose.extra or dose.held_for is Held.GAP
    return Given(dose.line_id, dose.label, dose.due_at, fate, taken_at, beside)


def _to_come(dose: PlannedDose) -> Given:
    fate = Fate.HELD if dose.held else Fate.AHEAD if dose.quota is None else Fate.ANY_NIGHT
    return Given(dose.line_id, dose.label, dose.due_at, fate)
