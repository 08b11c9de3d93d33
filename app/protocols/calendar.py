"""The nights of one month: planned and logged doses from the record, later ones worked out.

Nothing is written. What lies beyond the plan follows from the prescription as it stands, by the
same rules that will plan it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.evenings import clocks_of
from app.doses.models import Dose, Held
from app.doses.plan import PlannedDose
from app.doses.state import DoseState, counts_in_week, is_late, state_of, week_key, weeks_among
from app.doses.weeks import monday_of
from app.protocols.derivation import covers, planned_doses
from app.protocols.medicines import label_of
from app.protocols.models import Hold, Line, Plan, Terms
from app.protocols.recurrences import recurrence_of
from app.protocols.standing import Segment, segments, terms_of, versions_of
from app.protocols.turns import Way, spoken_day, steps_ahead, turns
from app.schedule import A_DAY, zone
from app.units import Amount

A_WEEK = A_DAY * 7


class Why(StrEnum):
    """Why a line pauses in a night: somebody held it, or its cycle has a week off."""

    HOLD = "hold"
    WEEKS_OFF = "weeks_off"


@dataclass(frozen=True, slots=True)
class DoseThere:
    """One dose of a night; without an id while the night is not planned yet."""

    id: UUID | None
    line_id: UUID
    label: str
    amount: Amount
    due_at: datetime
    due_local: str
    state: DoseState
    late: bool | None
    held_for: Held | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A line that is not taken in a night although the protocol holds it."""

    line_id: UUID
    label: str
    why: Why
    reason: str = ""


@dataclass(slots=True)
class Night:
    """Everything of one night, and the same in one sentence."""

    night: date
    doses: list[DoseThere] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The night as one plain sentence, for somebody who does not see the grid."""
        held = {dose.line_id for dose in self.doses if dose.held_for is Held.HOLD}
        parts = [_dose_text(dose) for dose in self.doses]
        parts += [_pause_text(pause) for pause in self.pauses if pause.line_id not in held]
        parts += [event.removesuffix(".").replace("Version ", "version ") for event in self.events]
        return f"{spoken_day(self.night)}: {'; '.join(parts) or 'nothing is planned'}."


@dataclass(frozen=True, slots=True)
class Month:
    """The nights of one month; `tonight` is the night that runs where the patient is."""

    tonight: date
    nights: list[Night]


def after(month: date) -> date:
    """The first day of the month after the one that begins on `month`."""
    return (month + A_DAY * 31).replace(day=1)


async def month_of(session: AsyncSession, patient_id: UUID, month: date, now: datetime) -> Month:
    """Every night of the month whose first day is `month`. Changes nothing."""
    clocks = await clocks_of(session, patient_id)
    tonight = clocks.here.night_of(now)
    until = after(month)
    stretches = segments(await versions_of(session, patient_id), month)
    terms = await terms_of(session, patient_id, [each.version.id for each in stretches])
    mine = select(Hold).where(Hold.patient_id == patient_id).order_by(Hold.since, Hold.created_at)
    holds = (await session.scalars(mine)).all()
    plan = await session.get(Plan, patient_id)
    planned_until = max(tonight, plan.planned_until) if plan else tonight

    nights = {month + A_DAY * n: Night(month + A_DAY * n) for n in range((until - month).days)}
    for night, dose in await _recorded(session, patient_id, month, until, now):
        nights[night].doses.append(dose)
    if planned_until < until:
        since = max(month, planned_until)
        for each in planned_doses(stretches, terms, holds, clocks, since, until):
            nights[each.night].doses.append(_to_come(each))
    for stretch in stretches:
        for of_version in _nights_of(stretch, month, until):
            _describe(nights[of_version], stretch, terms[stretch.version.id], holds)
    for one in nights.values():
        one.doses.sort(key=lambda dose: (dose.due_at, dose.label, dose.line_id))
    return Month(tonight, list(nights.values()))


async def _recorded(
    session: AsyncSession, patient_id: UUID, since: date, until: date, now: datetime
) -> list[tuple[date, DoseThere]]:
    """The rows of these nights; their weeks are read whole, which free nights depend on."""
    rows = (
        await session.scalars(
            select(Dose)
            .where(
                Dose.patient_id == patient_id,
                Dose.night >= monday_of(since),
                Dose.night < monday_of(until) + A_WEEK,
            )
            .options(selectinload(Dose.events))
        )
    ).all()
    weeks = weeks_among(rows, now)
    return [
        (
            dose.night,
            DoseThere(
                id=dose.id,
                line_id=dose.line_id,
                label=dose.label,
                amount=dose.amount,
                due_at=dose.due_at,
                due_local=f"{dose.due_at.astimezone(zone(dose.zone)):%H:%M}",
                state=state_of(
                    dose, now, weeks.get(week_key(dose)) if counts_in_week(dose) else None
                ),
                late=is_late(dose),
                held_for=dose.held_for if dose.held else None,
            ),
        )
        for dose in rows
        if since <= dose.night < until
    ]


def _to_come(dose: PlannedDose) -> DoseThere:
    return DoseThere(
        id=None,
        line_id=dose.line_id,
        label=dose.label,
        amount=dose.amount,
        due_at=dose.due_at,
        due_local=f"{dose.due_at.astimezone(zone(dose.zone)):%H:%M}",
        state=DoseState.HELD if dose.held else DoseState.UPCOMING,
        late=None,
        held_for=dose.held_for,
    )


def _nights_of(stretch: Segment, since: date, until: date) -> Iterable[date]:
    night = max(stretch.since, since)
    while night < min(stretch.until or until, until):
        yield night
        night += A_DAY


def _describe(
    night: Night, stretch: Segment, terms: Sequence[tuple[Terms, Line]], holds: Sequence[Hold]
) -> None:
    """Add what the version in force says of this night: its beginning, pauses, turns and steps."""
    if stretch.version.in_force_from == night.night:
        night.events.append(f"Version {stretch.version.number} begins.")
    on_hold: dict[UUID, Hold] = {}
    for hold in holds:
        if covers(hold, night.night):
            on_hold[hold.line_id] = hold
    for of, line in terms:
        rule, name = recurrence_of(of.recurrence), label_of(line.medicine)
        if line.id in on_hold:
            reason = on_hold[line.id].reason
            night.pauses.append(Pause(line.id, name, Why.HOLD, reason))
        elif rule.rests(night.night):
            night.pauses.append(Pause(line.id, name, Why.WEEKS_OFF))
        for turn in turns(rule, night.night, night.night + A_DAY):
            verb = "begins" if turn.way is Way.PAUSE_BEGINS else "ends"
            night.events.append(f"{name}: the pause {verb}.")
        for step in steps_ahead(of.steps, night.night):
            if step.night == night.night:
                night.events.append(f"{name}: the amount is {step.amount} from this night on.")


def _dose_text(dose: DoseThere) -> str:
    return f"{dose.label} {dose.amount} at {dose.due_local}, {_state_text(dose)}"


def _state_text(dose: DoseThere) -> str:
    if dose.state is DoseState.HELD and dose.held_for is Held.GAP:
        return "held because it would follow the dose before too closely"
    if dose.state is DoseState.TAKEN and dose.late:
        return "taken late"
    return _STATES[dose.state]


_STATES = {
    DoseState.UPCOMING: "to come",
    DoseState.OPEN: "open",
    DoseState.TAKEN: "taken",
    DoseState.SKIPPED: "skipped",
    DoseState.MISSED: "missed",
    DoseState.HELD: "on hold",
    DoseState.REST: "a free night",
}


def _pause_text(pause: Pause) -> str:
    why = "on hold" if pause.why is Why.HOLD else "in a week off"
    return f"{pause.label} is {why}"
