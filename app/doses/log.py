"""Writing down what happened to a dose; nothing here overwrites or refuses a fact."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.audit import Means
from app.db import insert_new
from app.doses import witness
from app.doses.asking import ask_again
from app.doses.models import AmountReason, Dose, Event, Kind, Reminder, SkipReason, Spoken
from app.doses.plan import LONGEST_WINDOW, PlannedDose
from app.doses.weeks import DAYS, filled, monday_of
from app.problems import Invalid, NotFound, Problem
from app.push import outbox
from app.push.models import Message
from app.units import Amount, IncompatibleUnits

# A phone's clock may run ahead of ours by this much before "taken" is called the future.
CLOCK_SLACK = timedelta(minutes=5)
# A tap may be older than the dose's due time by at most this: an evening taken a day early is
# still a fact, a year early is a typing error.
EARLIEST = timedelta(days=7)


class DoseAlreadySettled(Problem):
    """Something else is already recorded for this dose."""

    status = 409


class NothingToUndo(Problem):
    """Nothing is recorded for this dose."""

    status = 409


class NoLongerStands(Problem):
    """What was to be corrected is not what is recorded any more."""

    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says happened.

    id         made by whoever reports: the same report may arrive twice and counts once
    taken_at   when the patient acted; None means when the report arrived
    amount     only where it differed from the planned amount, with `amount_reason`
    amends     the event that this one corrects
    """

    id: UUID
    kind: Kind
    author: UUID
    means: Means
    taken_at: datetime | None = None
    reason: SkipReason | None = None
    amount: Amount | None = None
    note: str | None = None
    amount_reason: AmountReason | None = None
    amends: UUID | None = None


async def find(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, *, lock: bool = False
) -> Dose:
    """One dose of one patient, with its events. Raises NotFound."""
    # Not a full FOR UPDATE: the remind tick's new rows refer to this one, and each would wait for
    # the other's lock.
    row_lock = {"key_share": True} if lock else None
    dose = await session.get(
        Dose, (patient_id, dose_id), with_for_update=row_lock, populate_existing=True
    )
    if dose is None:
        raise NotFound("There is no such dose.")
    # Read after the lock: joined to the locked row, the events would be as old as the statement.
    events = select(Event).where(Event.patient_id == patient_id, Event.dose_id == dose_id)
    rows = await session.scalars(
        events.order_by(Event.seq).execution_options(populate_existing=True)
    )
    set_committed_value(dose, "events", list(rows))
    return dose


async def settle(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, report: Report, *, now: datetime,
    ask: bool = False,
) -> Dose:  # fmt: skip
    """Log that a dose was taken or skipped, and stop reminding of it.

    ask   look for signs of a mistake first; what was confirmed, and a push tap, is not asked about

    Also before the due time, after the window has closed, and while the line is held: what
    happened is written down and rated when it is read. A report that arrives twice changes
    nothing the second time. Raises NotFound for a dose that is not this patient's,
    DoseAlreadySettled when another report came first, Invalid for an impossible time, AskAgain.
    """
    dose = await find(session, patient_id, dose_id, lock=True)
    if any(event.id == report.id for event in dose.events):
        return dose
    if dose.outcome is not None:
        raise DoseAlreadySettled(
            f"This dose is already recorded as {dose.outcome.kind}.",
            cure="Look at what is recorded; undo it first if it is wrong.",
            recorded=recorded(dose),
        )
    return await _write(session, dose, report, report.taken_at or now, now, ask)


async def undo(
    session: AsyncSession,
    patient_id: UUID,
    dose_id: UUID,
    *,
    event_id: UUID,
    author: UUID,
    means: Means,
    now: datetime,
) -> Dose:
    """Take back what stands of a dose; the record keeps both. A repeat changes nothing.

    Raises NotFound, and NothingToUndo when nothing stands.
    """
    dose = await find(session, patient_id, dose_id, lock=True)
    if any(event.id == event_id for event in dose.events):
        return dose
    if dose.outcome is None:
        raise NothingToUndo("Nothing is recorded for this dose, so there is nothing to undo.")
    await _refuse_used(session, patient_id, event_id)
    report = Report(id=event_id, kind=Kind.UNDONE, author=author, means=means)
    append(session, dose, report, None, now)
    await session.flush()
    return dose


async def amend(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, report: Report, *, now: datetime,
    ask: bool = False,
) -> Dose:  # fmt: skip
    """Correct what stands of a dose: another event follows it, and the record keeps both.

    report   all of what is true now; without a time, an intake keeps the one it had. What it
             `amends` is the event that its author looked at
    ask      as in `settle`

    Whether the dose was late, and how much was taken, follow what stands. A repeat changes
    nothing. Raises NotFound, Invalid, AskAgain, and NoLongerStands when something else, or
    nothing, stands by now.
    """
    dose = await find(session, patient_id, dose_id, lock=True)
    if any(event.id == report.id for event in dose.events):
        return dose
    before = dose.outcome
    if before is None or before.id != report.amends:
        raise NoLongerStands(
            "Something else is recorded for this dose by now.",
            cure="Look at what is recorded, and correct that if it is wrong.",
            recorded=recorded(dose),
        )
    return await _write(session, dose, report, report.taken_at or before.taken_at or now, now, ask)


async def log_extra(
    session: AsyncSession, patient_id: UUID, extra: PlannedDose, report: Report, *, now: datetime,
    prescribed: Amount | None = None,
) -> Dose:  # fmt: skip
    """Record a dose taken outside the plan, as a dose of its own that nothing reminded of.

    extra        which line, version, night, amount and zone it belongs to; its `slot` comes from
                 `extra_slot`, so that a repeated report finds the same row
    prescribed   ask about an amount far from this, and about a second intake in one night

    Raises Invalid for a time that has not come yet, AskAgain.
    """
    before = await session.scalar(
        select(Event.dose_id).where(Event.patient_id == patient_id, Event.id == report.id)
    )
    if before is not None and (dose := await find(session, patient_id, before)).extra:
        return dose  # a repeat, perhaps in another night than the first time
    refuse_impossible(extra.due_at, extra.due_at, now)
    columns = extra.columns(patient_id) | {"extra": True}
    if prescribed is not None:
        await ask_again(
            session, Dose(**columns), amount=extra.amount, prescribed=prescribed,
            taken_at=extra.due_at,
        )  # fmt: skip
    await insert_new(session, Dose, [columns])
    return await settle(session, patient_id, extra.id, report, now=now)


def extra_slot(report_id: UUID) -> int:
    """A slot that no planned dose has and that a repeat of the same report finds again."""
    return 1_000_000 + report_id.int % 1_000_000_000


def recorded(dose: Dose) -> dict[str, str | None]:
    """What stands of a dose, for a conflict's answer: it names no drug and no amount."""
    outcome = dose.outcome
    if outcome is None:
        return {"id": None, "kind": None, "taken_at": None, "logged_at": None}
    return {
        "id": str(outcome.id),
        "kind": outcome.kind.value,
        "taken_at": outcome.taken_at.isoformat() if outcome.taken_at else None,
        "logged_at": outcome.logged_at.isoformat(),
    }


def may_be(taken_at: datetime, due_at: datetime, now: datetime) -> bool:
    """Whether this dose can have been taken at this time."""
    return due_at - EARLIEST <= taken_at <= now + CLOCK_SLACK


def refuse_impossible(taken_at: datetime, due_at: datetime, now: datetime) -> None:
    """Raise Invalid for a time that cannot be when this dose was taken."""
    if taken_at > now + CLOCK_SLACK:
        raise Invalid(
            "That time has not come yet.",
            field="taken_at",
            cure="Give the time at which it was taken. Did you mean yesterday?",
        )
    if taken_at < due_at - EARLIEST:
        raise Invalid(
            "That is more than a week before this dose was due.",
            field="taken_at",
            cure="Check the date, or log it as an extra dose.",
        )


async def _write(
    session: AsyncSession, dose: Dose, report: Report, taken_at: datetime, now: datetime,
    ask: bool,
) -> Dose:  # fmt: skip
    """Append a report of what happened, to a dose that is locked, and stop reminding of it."""
    await _refuse_used(session, dose.patient_id, report.id)
    if report.kind is Kind.TAKEN:
        refuse_impossible(taken_at, dose.due_at, now)
        if ask:
            await ask_again(
                session, dose, amount=report.amount, prescribed=dose.amount, taken_at=taken_at
            )
    append(session, dose, report, taken_at, now)
    await session.flush()
    await stop_reminding(session, dose, now)
    return dose


def append(
    session: AsyncSession, dose: Dose, report: Report, taken_at: datetime | None, now: datetime
) -> Event:
    """Put an event after those that a dose has, and its witness into the audit.

    A time and an amount are kept of an intake only, an amount only where it is another one.
    """
    taken = report.kind is Kind.TAKEN
    amount = report.amount
    if not taken or (amount is not None and _same(amount, dose.amount)):
        amount = None
    event = Event(
        patient_id=dose.patient_id, id=report.id, dose_id=dose.id, seq=len(dose.events) + 1,
        kind=report.kind, taken_at=taken_at.astimezone(UTC) if taken_at and taken else None,
        logged_at=now, author_id=report.author, means=report.means,
        reason=report.reason if report.kind is Kind.SKIPPED else None,
        amount_value=amount.value if amount else None,
        amount_unit=amount.unit if amount else None, note=report.note,
        amount_reason=report.amount_reason if taken else None, amends=report.amends,
    )  # fmt: skip
    dose.events.append(event)
    witness.note(session, dose, event, now)
    return event


async def _refuse_used(session: AsyncSession, patient_id: UUID, event_id: UUID) -> None:
    """Raise Invalid for an id that names an event already: the database would refuse it for good,
    and the phone would try again for ever."""
    used = select(Event.id).where(Event.patient_id == patient_id, Event.id == event_id)
    if await session.scalar(used) is not None:
        raise Invalid(
            "This id names something that was recorded of another dose.",
            field="id",
            cure="Make a new id for each report.",
        )


def _same(amount: Amount, planned: Amount) -> bool:
    """Whether two amounts are equal, whatever units they are written in."""
    try:
        return amount.to(planned.unit).value == planned.value
    except IncompatibleUnits:
        return False


async def stop_reminding(session: AsyncSession, dose: Dose, now: datetime) -> None:
    """Nothing speaks of a settled dose any more, nor of the nights that it made free."""
    for silent in [dose.id, *await _freed(session, dose, now)]:
        await _silence(session, dose.patient_id, silent, now)


async def _freed(session: AsyncSession, dose: Dose, now: datetime) -> list[UUID]:
    """The doses of a line taken on any so many nights that its week no longer asks for."""
    if dose.quota is None or dose.extra:
        return []
    monday = monday_of(dose.night)
    week = (
        select(Dose)
        .where(
            Dose.patient_id == dose.patient_id, Dose.line_id == dose.line_id,
            Dose.night >= monday, Dose.night < monday + timedelta(days=DAYS),
            Dose.quota.is_not(None), Dose.extra.is_(False), Dose.held.is_(False),
        )
        .options(selectinload(Dose.events))
    )  # fmt: skip
    nights = (await session.scalars(week)).all()
    taken = sum(one.outcome is not None and one.outcome.kind is Kind.TAKEN for one in nights)
    return [
        one.id
        for one in nights
        if one.outcome is None and now < one.closes_at and filled(taken, one.quota or 0)
    ]


async def _silence(session: AsyncSession, patient_id: UUID, dose_id: UUID, now: datetime) -> None:
    """No reminder is left of this dose, not even what already waits in the outbox.

    What waits also speaks for the doses that are named with this one: it goes with the last of
    them. After its last rung a dose has no row here, but its message may wait all the same.
    """
    await session.execute(
        delete(Reminder).where(Reminder.patient_id == patient_id, Reminder.id == dose_id)
    )
    mine = select(Spoken.message_id).where(
        Spoken.patient_id == patient_id, Spoken.dose_id == dose_id
    )
    together = (
        select(Dose)
        .join(Spoken, (Spoken.patient_id == Dose.patient_id) & (Spoken.dose_id == Dose.id))
        .where(
            Dose.patient_id == patient_id,
            Dose.id != dose_id,
            Dose.due_at >= now - LONGEST_WINDOW,
            Dose.closes_at > now,
            Dose.held.is_(False),
            Spoken.message_id.in_(mine),
        )
        .options(selectinload(Dose.events))
        .execution_options(populate_existing=True)
    )
    if any(dose.outcome is None for dose in (await session.scalars(together)).unique()):
        return
    topics = select(Message.topic).where(Message.person_id == patient_id, Message.id.in_(mine))
    for topic in (await session.scalars(topics.distinct())).all():
        await outbox.withdraw(session, patient_id, topic, now)


async def doses_between(
    session: AsyncSession, patient_id: UUID, since: date, until: date
) -> list[Dose]:
    """The patient's doses of the nights in [since, until), with their events, in order of time."""
    nights = (
        select(Dose)
        .where(Dose.patient_id == patient_id, Dose.night >= since, Dose.night < until)
        .order_by(Dose.due_at, Dose.label)
        .options(selectinload(Dose.events))
        .execution_options(populate_existing=True)
    )
    return list((await session.scalars(nights)).all())
