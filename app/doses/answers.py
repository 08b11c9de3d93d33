"""How doses are told over HTTP: what was planned, what stands, and everything ever said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.models import Person
from app.audit import Means
from app.doses.delivery import Fate, Reminded, reminders_of
from app.doses.models import AmountReason, Dose, Event, Held, Kind, SkipReason
from app.doses.shapes import AmountOut, AuthorOut, GivenOut
from app.doses.spacing import TooClose, intakes_near, too_close
from app.doses.state import (
    DoseState,
    WeekKey,
    counts_in_week,
    is_late,
    state_of,
    week_key,
    weeks_among,
)
from app.doses.weeks import DAYS, Week
from app.schedule import zone
from app.units import Amount


class EventOut(BaseModel):
    """One thing somebody said of a dose; `amends` names the event that it corrected."""

    id: UUID
    kind: Kind
    taken_at: datetime | None
    logged_at: datetime
    author: AuthorOut
    means: Means
    reason: SkipReason | None
    amount: AmountOut | None
    amount_reason: AmountReason | None
    amends: UUID | None
    note: str | None


class WeekOut(BaseModel):
    """How far a line taken on any so many nights has come in this dose's week.

    `taken` counts up to the quota; `left` is how many are still wanted and can still come.
    """

    quota: int
    taken: int
    left: int


class TooCloseOut(BaseModel):
    """The intake before lies closer than the line's rule allows; `until` is when it is over."""

    last_taken_at: datetime
    minutes_since: int
    min_gap_minutes: int
    until: datetime


class ReminderOut(BaseModel):
    """Whether a reminder of this dose got through, on the device where it came furthest."""

    state: Fate
    devices: int


@dataclass(frozen=True, slots=True)
class SinceDue:
    """What the prescription has come to say of doses that were due already, by the dose's id.

    withheld     whose line was paused or stopped since, or is not taken in that night any more
    changed_to   of which another amount is prescribed since
    """

    withheld: frozenset[UUID] = frozenset()
    changed_to: Mapping[UUID, Amount] = field(default_factory=dict)


class DoseOut(BaseModel):
    """One dose, what stands of it, and everything that was ever said of it.

    `changed_to` and `withheld` speak of an open dose only: since it fell due, another amount was
    prescribed, or its line was paused or stopped. `amount` stays what it was planned with.
    `given` speaks of a dose that stands as taken, where there is something to say.
    """

    id: UUID
    line_id: UUID
    version_id: UUID
    night: date
    slot: int
    label: str
    amount: AmountOut
    route: str
    due_at: datetime
    closes_at: datetime
    due_local: str
    closes_local: str
    zone: str
    state: DoseState
    late: bool | None
    taken_at: datetime | None
    logged_at: datetime | None
    reason: SkipReason | None
    taken_amount: AmountOut | None
    amount_reason: AmountReason | None
    means: Means | None
    author: AuthorOut | None
    outcome_id: UUID | None
    extra: bool
    changed_to: AmountOut | None
    withheld: bool
    held_for: Held | None
    quota: int | None
    week: WeekOut | None
    min_gap_minutes: int | None
    too_close: TooCloseOut | None
    reminder: ReminderOut
    given: GivenOut | None
    events: list[EventOut]


async def answers(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime,
    since_due: SinceDue | None = None, *, given: Mapping[UUID, GivenOut] | None = None,
) -> list[DoseOut]:  # fmt: skip
    """These doses of one patient as they stand, in as many statements for one as for a hundred.

    since_due   what was prescribed otherwise meanwhile; left out where none of them is open
    given       what they were drawn from and where they went, which the packages above know
    """
    since = since_due or SinceDue()
    weeks = await weeks_of(session, patient_id, doses, now)
    intakes = await intakes_near(session, patient_id, doses, now)
    reminders = await reminders_of(session, patient_id, [dose.id for dose in doses])
    authors = await _authors(session, doses)
    return [
        _answer(
            dose, now, weeks.get(week_key(dose)), authors,
            close=too_close(dose, intakes.get(dose.line_id, ()), now),
            reminded=reminders.get(dose.id, Reminded()), since=since,
            given=(given or {}).get(dose.id),
        )
        for dose in doses
    ]  # fmt: skip


async def weeks_of(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime
) -> dict[WeekKey, Week]:
    """How the ISO weeks of these doses stand, where their lines are taken on any so many nights.

    The whole weeks are read, in one statement and one for their events, whichever of their nights
    are asked about; none where no line is taken that way.
    """
    keys = {week_key(dose) for dose in doses if counts_in_week(dose)}
    if not keys:
        return {}
    wanted = [
        and_(
            Dose.line_id == line,
            Dose.night >= min(monday for of, monday in keys if of == line),
            Dose.night < max(monday for of, monday in keys if of == line) + timedelta(days=DAYS),
        )
        for line in {line for line, _ in keys}
    ]
    nights = (
        select(Dose)
        .where(
            Dose.patient_id == patient_id, Dose.quota.is_not(None), Dose.extra.is_(False),
            or_(*wanted),
        )
        .options(selectinload(Dose.events))
    )  # fmt: skip
    return weeks_among((await session.scalars(nights)).all(), now)


async def _authors(session: AsyncSession, doses: Sequence[Dose]) -> dict[UUID, AuthorOut]:
    ids = {event.author_id for dose in doses for event in dose.events}
    if not ids:
        return {}
    people = await session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: AuthorOut.of(person) for person in people}


def _answer(
    dose: Dose, now: datetime, week: Week | None, authors: dict[UUID, AuthorOut], *,
    close: TooClose | None, reminded: Reminded, since: SinceDue, given: GivenOut | None,
) -> DoseOut:  # fmt: skip
    outcome = dose.outcome
    here = zone(dose.zone)
    mine = week if counts_in_week(dose) else None
    state = state_of(dose, now, mine)
    changed = since.changed_to.get(dose.id) if state is DoseState.OPEN else None
    return DoseOut(
        id=dose.id,
        line_id=dose.line_id,
        version_id=dose.version_id,
        night=dose.night,
        slot=dose.slot,
        label=dose.label,
        amount=AmountOut.of(dose.amount),
        route=dose.route,
        due_at=dose.due_at,
        closes_at=dose.closes_at,
        due_local=f"{dose.due_at.astimezone(here):%H:%M}",
        closes_local=f"{dose.closes_at.astimezone(here):%H:%M}",
        zone=dose.zone,
        state=state,
        late=is_late(dose),
        taken_at=outcome.taken_at if outcome else None,
        logged_at=outcome.logged_at if outcome else None,
        reason=outcome.reason if outcome else None,
        taken_amount=_amount(outcome) if outcome else None,
        amount_reason=outcome.amount_reason if outcome else None,
        means=outcome.means if outcome else None,
        author=authors[outcome.author_id] if outcome else None,
        outcome_id=outcome.id if outcome else None,
        extra=dose.extra,
        changed_to=AmountOut.of(changed) if changed else None,
        withheld=state is DoseState.OPEN and dose.id in since.withheld,
        held_for=dose.held_for,
        quota=dose.quota,
        week=WeekOut(quota=mine.quota, taken=mine.counted, left=mine.left) if mine else None,
        min_gap_minutes=dose.min_gap_minutes,
        too_close=_close(close),
        reminder=ReminderOut(state=reminded.fate, devices=reminded.devices),
        given=given,
        events=[
            EventOut(
                id=event.id,
                kind=event.kind,
                taken_at=event.taken_at,
                logged_at=event.logged_at,
                author=authors[event.author_id],
                means=event.means,
                reason=event.reason,
                amount=_amount(event),
                amount_reason=event.amount_reason,
                amends=event.amends,
                note=event.note,
            )
            for event in dose.events
        ],
    )


def _amount(event: Event) -> AmountOut | None:
    return AmountOut.of(event.amount) if event.amount else None


def _close(found: TooClose | None) -> TooCloseOut | None:
    if found is None:
        return None
    return TooCloseOut(
        last_taken_at=found.last_taken_at,
        minutes_since=found.minutes_since,
        min_gap_minutes=found.min_gap_minutes,
        until=found.until,
    )
