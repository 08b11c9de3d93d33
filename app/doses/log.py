"""Writing down what happened to a dose; nothing here overwrites or refuses a fact."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app import audit
from app.audit import Means
from app.db import insert_new
from app.doses.models import Dose, Event, Kind, Reminder, SkipReason, Spoken
from app.doses.plan import LONGEST_WINDOW, PlannedDose
from app.problems import Invalid, NotFound, Problem
from app.push import outbox
from app.push.models import Message
from app.units import Amount

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says happened.

    id         made by whoever reports: the same report may arrive twice and counts once
    taken_at   when the patient acted; None means when the report arrived
    amount     only where it differed from the planned amount
    """

    id: UUID
    kind: Kind
    author: UUID
    means: Means
    taken_at: datetime | None = None
    reason: SkipReason | None = None
    amount: Amount | None = None
    note: str | None = None


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
    await session.refresh(dose, ["events"])
    return dose


async def settle(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, report: Report, *, now: datetime
) -> Dose:
    """Log that a dose was taken or skipped, and stop reminding of it.

    Also before the due time, after the window has closed, and while the line is held: what
    happened is written down and rated when it is read. A report that arrives twice changes
    nothing the second time. Raises NotFound for a dose that is not this patient's,
    DoseAlreadySettled when another report came first, Invalid for an impossible time.
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
    await _refuse_used(session, patient_id, report.id)
    taken_at = None
    if report.kind is Kind.TAKEN:
        taken_at = report.taken_at or now
        refuse_impossible(taken_at, dose.due_at, now)
    _append(dose, report, taken_at, now)
    await _stop_reminding(session, patient_id, dose_id, now)
    _note(session, patient_id, dose_id, report, now)
    await session.flush()
    return dose


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
    _append(dose, report, None, now)
    _note(session, patient_id, dose_id, report, now)
    await session.flush()
    return dose


async def log_extra(
    session: AsyncSession, patient_id: UUID, extra: PlannedDose, report: Report, *, now: datetime
) -> Dose:
    """Record a dose taken outside the plan, as a dose of its own that nothing reminded of.

    extra   which line, version, night, amount and zone it belongs to; its `slot` comes from
            `extra_slot`, so that a repeated report finds the same row

    Raises Invalid for a time that has not come yet.
    """
    before = await session.scalar(
        select(Event.dose_id).where(Event.patient_id == patient_id, Event.id == report.id)
    )
    if before is not None and (dose := await find(session, patient_id, before)).extra:
        return dose  # a repeat, perhaps in another night than the first time
    refuse_impossible(extra.due_at, extra.due_at, now)
    await insert_new(session, Dose, [extra.columns(patient_id) | {"extra": True}])
    return await settle(session, patient_id, extra.id, report, now=now)


def extra_slot(report_id: UUID) -> int:
    """A slot that no planned dose has and that a repeat of the same report finds again."""
    return 1_000_000 + report_id.int % 1_000_000_000


def recorded(dose: Dose) -> dict[str, str | None]:
    """What stands of a dose, for a conflict's answer: it names no drug and no amount."""
    outcome = dose.outcome
    if outcome is None:
        return {"kind": None, "taken_at": None, "logged_at": None}
    return {
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


def _append(dose: Dose, report: Report, taken_at: datetime | None, now: datetime) -> None:
    amount = report.amount if report.amount != dose.amount else None
    dose.events.append(
        Event(
            patient_id=dose.patient_id,
            id=report.id,
            dose_id=dose.id,
            seq=len(dose.events) + 1,
            kind=report.kind,
            taken_at=taken_at,
            logged_at=now,
            author_id=report.author,
            means=report.means,
            reason=report.reason if report.kind is Kind.SKIPPED else None,
            amount_value=amount.value if amount else None,
            amount_unit=amount.unit if amount else None,
            note=report.note,
        )
    )


def _note(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, report: Report, now: datetime
) -> None:
    audit.record(
        session,
        f"dose.{report.kind}",
        at=now,
        actor=report.author,
        patient=patient_id,
        means=report.means,
        dose=str(dose_id),
    )


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


async def _stop_reminding(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, now: datetime
) -> None:
    """Nothing speaks of this dose any more, not even what already waits in the outbox.

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
