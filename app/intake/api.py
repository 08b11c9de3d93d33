"""A patient's doses over HTTP: read them, log them, correct, undo, add what was not planned.

What is logged here is drawn from a vial in the same breath, and told with it.

Every way of writing is there twice: short for the patient's own doses, and under the patient for
whoever they let change their record, which is then shown with who it was.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access, Me, OfPatient, OnlyLooking
from app.accounts.evenings import evenings_of
from app.accounts.models import Scope
from app.clock import Day, Instant, Now
from app.db import Session
from app.doses.answers import DoseOut
from app.doses.asking import AskAgain
from app.doses.log import (
    DoseAlreadySettled,
    NoLongerStands,
    NothingToUndo,
    Report,
    doses_between,
    extra_slot,
    undo,
)
from app.doses.models import AmountReason, Dose, Kind, SkipReason
from app.doses.plan import PlannedDose
from app.doses.shapes import AmountShape
from app.intake.given import answer, answers
from app.intake.taking import amend, log_extra, settle
from app.problems import Invalid, NotFound, declared
from app.protocols.overtaken import since_due
from app.schedule import A_DAY
from app.supplies.drawing import NotTaken, Said, say_vial

router = APIRouter(prefix="/api", tags=["doses"])

MOST_NIGHTS = 120


class DosesOut(BaseModel):
    """A stretch of nights, and which of them is tonight where the patient is."""

    now: datetime
    timezone: str
    tonight: date
    doses: list[DoseOut]


class ReportIn(BaseModel):
    """What happened to a planned dose; `id` is made on the phone, so that a repeat is harmless.

    `confirmed`: the answer "yes" to an `ask-again` problem; never needed when nothing was asked.
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Literal[Kind.TAKEN, Kind.SKIPPED]
    taken_at: Instant | None = None
    reason: SkipReason | None = None
    amount: AmountShape | None = None
    amount_reason: AmountReason | None = None
    note: str | None = Field(default=None, max_length=500)
    confirmed: bool = False


class AmendIn(ReportIn):
    """All of what is true of a dose, in place of the event it `replaces`; that one is kept.

    An intake without a time keeps the one it had; without an amount it was the planned one.
    """

    replaces: UUID


class UndoIn(BaseModel):
    """Leave to take back what stands; `id` is made on the phone."""

    model_config = ConfigDict(extra="forbid")

    id: UUID


class VialSaidIn(BaseModel):
    """From which vial a dose came; null: from none of those on record. The client makes the id."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    vial: UUID | None


class ExtraIn(BaseModel):
    """A dose that was not planned."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    line_id: UUID
    taken_at: Instant | None = None
    amount: AmountShape | None = None
    amount_reason: AmountReason | None = None
    note: str | None = Field(default=None, max_length=500)
    confirmed: bool = False


@router.get("/patients/{patient}/doses", responses=declared(NotFound, Invalid))
async def read_doses(
    access: OfPatient,
    session: Session,
    now: Now,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
) -> DosesOut:
    """The doses of the nights in [from, to): by default last night and the 14 nights ahead."""
    evenings = await evenings_of(session, access.patient_id)
    tonight = evenings.night_of(now)
    since = since or tonight - A_DAY
    until = until or tonight + 14 * A_DAY
    if not timedelta(0) < until - since <= timedelta(days=MOST_NIGHTS):
        raise Invalid(
            f"`from` and `to` must span 1 to {MOST_NIGHTS} nights.",
            field="to",
            cure="`to` is the first night after the stretch; ask for a shorter one.",
        )
    doses = await doses_between(session, access.patient_id, since, until)
    changed = await since_due(session, access.patient_id, doses, now)
    return DosesOut(
        now=now,
        timezone=evenings.zone.key,
        tonight=tonight,
        doses=await answers(session, access.patient_id, doses, now, changed),
    )


LOGGING = declared(NotFound, OnlyLooking, DoseAlreadySettled, AskAgain, Invalid)
AMENDING = declared(NotFound, OnlyLooking, NoLongerStands, AskAgain, Invalid)
UNDOING = declared(NotFound, OnlyLooking, NothingToUndo, Invalid)
ADDING = declared(NotFound, OnlyLooking, AskAgain, Invalid)


async def mine(me: Me) -> Access:
    """The patient's own record, for the short addresses without a patient in them."""
    return Access(me.id, me, own=True, scope=Scope.CHANGE)


Mine = Annotated[Access, Depends(mine)]


@router.put("/doses/{dose_id}/log", responses=LOGGING)
async def log_dose(
    dose_id: UUID, given: ReportIn, access: Mine, session: Session, now: Now
) -> DoseOut:
    """Say that a dose was taken or skipped. Safe to repeat with the same `id`."""
    return await _log(session, access, dose_id, given, now)


@router.put("/patients/{patient}/doses/{dose_id}/log", responses=LOGGING)
async def log_dose_of(
    dose_id: UUID, given: ReportIn, access: OfPatient, session: Session, now: Now
) -> DoseOut:
    """Say it for a patient who lets you change their record. Safe to repeat."""
    return await _log(session, access, dose_id, given, now)


@router.post("/doses/{dose_id}/amend", responses=AMENDING)
async def amend_dose(
    dose_id: UUID, given: AmendIn, access: Mine, session: Session, now: Now
) -> DoseOut:
    """Correct what stands of a dose; both stay in its history. Safe to repeat."""
    return await _amend(session, access, dose_id, given, now)


@router.post("/patients/{patient}/doses/{dose_id}/amend", responses=AMENDING)
async def amend_dose_of(
    dose_id: UUID, given: AmendIn, access: OfPatient, session: Session, now: Now
) -> DoseOut:
    """Correct it for a patient who lets you change their record. Safe to repeat."""
    return await _amend(session, access, dose_id, given, now)


@router.post("/doses/{dose_id}/undo", responses=UNDOING)
async def undo_dose(
    dose_id: UUID, given: UndoIn, access: Mine, session: Session, now: Now
) -> DoseOut:
    """Take back what stands of a dose; both stay in its history. Safe to repeat."""
    return await _undo(session, access, dose_id, given, now)


@router.post("/patients/{patient}/doses/{dose_id}/undo", responses=UNDOING)
async def undo_dose_of(
    dose_id: UUID, given: UndoIn, access: OfPatient, session: Session, now: Now
) -> DoseOut:
    """Take it back for a patient who lets you change their record. Safe to repeat."""
    return await _undo(session, access, dose_id, given, now)


@router.post("/doses/extra", status_code=201, responses=ADDING)
async def add_extra_dose(given: ExtraIn, access: Mine, session: Session, now: Now) -> DoseOut:
    """Record a dose taken outside the plan. Safe to repeat with the same `id`."""
    return await _add(session, access, given, now)


@router.post("/patients/{patient}/doses/extra", status_code=201, responses=ADDING)
async def add_extra_dose_of(
    given: ExtraIn, access: OfPatient, session: Session, now: Now
) -> DoseOut:
    """Record one for a patient who lets you change their record. Safe to repeat."""
    return await _add(session, access, given, now)


@router.put(
    "/patients/{patient}/doses/{dose_id}/vial",
    responses=declared(NotFound, OnlyLooking, NotTaken, Invalid),
)
async def say_vial_of_dose(
    dose_id: UUID, given: VialSaidIn, access: OfPatient, session: Session, now: Now
) -> DoseOut:
    """Say from which vial a dose came; also from an empty, gone or outdated one. Safe to repeat."""
    said = Said(access.actor.id, access.means, now, given.id)
    dose = await say_vial(session, access.patient_id, dose_id, given.vial, said)
    return await answer(session, dose, now)


def _report(given: ReportIn, access: Access, amends: UUID | None = None) -> Report:
    return Report(
        id=given.id,
        kind=Kind(given.kind),
        author=access.actor.id,
        means=access.means,
        taken_at=given.taken_at,
        reason=given.reason,
        amount=given.amount.amount() if given.amount else None,
        amount_reason=given.amount_reason,
        note=given.note,
        amends=amends,
    )


async def _log(
    session: AsyncSession, access: Access, dose_id: UUID, given: ReportIn, now: datetime
) -> DoseOut:
    report, ask = _report(given, access), not given.confirmed
    dose = await settle(session, access.patient_id, dose_id, report, now=now, ask=ask)
    return await answer(session, dose, now)


async def _amend(
    session: AsyncSession, access: Access, dose_id: UUID, given: AmendIn, now: datetime
) -> DoseOut:
    report, ask = _report(given, access, given.replaces), not given.confirmed
    dose = await amend(session, access.patient_id, dose_id, report, now=now, ask=ask)
    return await answer(session, dose, now)


async def _undo(
    session: AsyncSession, access: Access, dose_id: UUID, given: UndoIn, now: datetime
) -> DoseOut:
    """An undone dose is open again, so it is told what was prescribed meanwhile."""
    dose = await undo(
        session, access.patient_id, dose_id, event_id=given.id, author=access.actor.id,
        means=access.means, now=now,
    )  # fmt: skip
    since = await since_due(session, access.patient_id, [dose], now)
    return await answer(session, dose, now, since)


async def _add(session: AsyncSession, access: Access, given: ExtraIn, now: datetime) -> DoseOut:
    """The dose gets label, amount and rules of the last one that was planned up to its night.

    Of a line that begins later, those of the first: what is planned for then, such as the next
    step of the amount, says nothing of tonight.
    """
    evenings = await evenings_of(session, access.patient_id)
    taken_at = given.taken_at or now
    night = evenings.night_of(taken_at)
    like = select(Dose).where(
        Dose.patient_id == access.patient_id, Dose.line_id == given.line_id, Dose.extra.is_(False)
    )
    before = like.where(Dose.night <= night).order_by(Dose.due_at.desc())
    after = like.where(Dose.night > night).order_by(Dose.due_at)
    nearest = await session.scalar(before.limit(1)) or await session.scalar(after.limit(1))
    if nearest is None:
        raise NotFound("There is no such line in this protocol.")
    extra = PlannedDose(
        line_id=nearest.line_id,
        version_id=nearest.version_id,
        night=night,
        slot=extra_slot(given.id),
        label=nearest.label,
        amount=given.amount.amount() if given.amount else nearest.amount,
        route=nearest.route,
        due_at=taken_at,
        closes_at=taken_at + A_DAY,
        on_time_minutes=nearest.on_time_minutes,
        ladder=(),
        zone=evenings.zone.key,
        min_gap_minutes=nearest.min_gap_minutes,
    )
    report = Report(
        id=given.id,
        kind=Kind.TAKEN,
        author=access.actor.id,
        means=access.means,
        taken_at=taken_at,
        amount_reason=given.amount_reason,
        note=given.note,
    )
    prescribed = None if given.confirmed else nearest.amount
    dose = await log_extra(
        session, access.patient_id, extra, report, now=now, prescribed=prescribed
    )
    return await answer(session, dose, now)
