"""A patient's doses over HTTP: read them, log them, undo, add what was not planned."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app.accounts.access import Me, OfPatient
from app.accounts.evenings import evenings_of
from app.audit import Means
from app.clock import Day, Instant, Now
from app.db import Session
from app.doses.log import (
    DoseAlreadySettled,
    NothingToUndo,
    Report,
    doses_between,
    extra_slot,
    log_extra,
    settle,
    undo,
)
from app.doses.models import Dose, Kind, SkipReason
from app.doses.plan import PlannedDose
from app.doses.shapes import AmountOut, AmountShape
from app.doses.state import DoseState, is_late, state_of
from app.problems import Invalid, NotFound, declared
from app.schedule import A_DAY, zone
from app.units import Amount

router = APIRouter(prefix="/api", tags=["doses"])

MOST_NIGHTS = 120


class EventOut(BaseModel):
    """One thing somebody said of a dose."""

    id: UUID
    kind: Kind
    taken_at: datetime | None
    logged_at: datetime
    means: Means
    reason: SkipReason | None
    note: str | None


class DoseOut(BaseModel):
    """One dose, what stands of it, and everything that was ever said of it."""

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
    means: Means | None
    extra: bool
    events: list[EventOut]

    @classmethod
    def of(cls, dose: Dose, now: datetime) -> "DoseOut":
        """The dose as it stands at `now`."""
        outcome = dose.outcome
        here = zone(dose.zone)
        differing = None
        if outcome and outcome.amount_value is not None and outcome.amount_unit is not None:
            differing = AmountOut.of(Amount(outcome.amount_value, outcome.amount_unit))
        events = [
            EventOut(
                id=event.id,
                kind=event.kind,
                taken_at=event.taken_at,
                logged_at=event.logged_at,
                means=event.means,
                reason=event.reason,
                note=event.note,
            )
            for event in dose.events
        ]
        return cls(
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
            state=state_of(dose, now),
            late=is_late(dose),
            taken_at=outcome.taken_at if outcome else None,
            logged_at=outcome.logged_at if outcome else None,
            reason=outcome.reason if outcome else None,
            taken_amount=differing,
            means=outcome.means if outcome else None,
            extra=dose.extra,
            events=events,
        )


class DosesOut(BaseModel):
    """A stretch of nights, and which of them is tonight where the patient is."""

    now: datetime
    timezone: str
    tonight: date
    doses: list[DoseOut]


class ReportIn(BaseModel):
    """What happened to a planned dose; `id` is made on the phone, so that a repeat is harmless."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Literal[Kind.TAKEN, Kind.SKIPPED]
    taken_at: Instant | None = None
    reason: SkipReason | None = None
    amount: AmountShape | None = None
    note: str | None = Field(default=None, max_length=500)


class UndoIn(BaseModel):
    """Leave to take back what stands; `id` is made on the phone."""

    model_config = ConfigDict(extra="forbid")

    id: UUID


class ExtraIn(BaseModel):
    """A dose that was not planned."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    line_id: UUID
    taken_at: Instant | None = None
    amount: AmountShape | None = None
    note: str | None = Field(default=None, max_length=500)


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
    return DosesOut(
        now=now,
        timezone=evenings.zone.key,
        tonight=tonight,
        doses=[DoseOut.of(dose, now) for dose in doses],
    )


@router.put("/doses/{dose_id}/log", responses=declared(NotFound, DoseAlreadySettled, Invalid))
async def log_dose(dose_id: UUID, report: ReportIn, me: Me, session: Session, now: Now) -> DoseOut:
    """Say that a dose was taken or skipped. Safe to repeat with the same `id`."""
    dose = await settle(
        session,
        me.id,
        dose_id,
        Report(
            id=report.id,
            kind=Kind(report.kind),
            author=me.id,
            means=Means.APP,
            taken_at=report.taken_at,
            reason=report.reason,
            amount=report.amount.amount() if report.amount else None,
            note=report.note,
        ),
        now=now,
    )
    return DoseOut.of(dose, now)


@router.post("/doses/{dose_id}/undo", responses=declared(NotFound, NothingToUndo))
async def undo_dose(dose_id: UUID, given: UndoIn, me: Me, session: Session, now: Now) -> DoseOut:
    """Take back what stands of a dose; both stay in its history. Safe to repeat."""
    dose = await undo(
        session, me.id, dose_id, event_id=given.id, author=me.id, means=Means.APP, now=now
    )
    return DoseOut.of(dose, now)


@router.post("/doses/extra", status_code=201, responses=declared(NotFound, Invalid))
async def add_extra_dose(given: ExtraIn, me: Me, session: Session, now: Now) -> DoseOut:
    """Record a dose taken outside the plan. Safe to repeat with the same `id`."""
    like = select(Dose).where(Dose.patient_id == me.id, Dose.line_id == given.line_id)
    nearest = await session.scalar(
        like.where(Dose.extra.is_(False), Dose.due_at <= now + 14 * A_DAY)
        .order_by(Dose.due_at.desc())
        .limit(1)
    )
    if nearest is None:
        raise NotFound("There is no such line in your protocol.")
    evenings = await evenings_of(session, me.id)
    taken_at = given.taken_at or now
    extra = PlannedDose(
        line_id=nearest.line_id,
        version_id=nearest.version_id,
        night=evenings.night_of(taken_at),
        slot=extra_slot(given.id),
        label=nearest.label,
        amount=given.amount.amount() if given.amount else nearest.amount,
        route=nearest.route,
        due_at=taken_at,
        closes_at=taken_at + A_DAY,
        on_time_minutes=nearest.on_time_minutes,
        ladder=(),
        zone=evenings.zone.key,
    )
    dose = await log_extra(
        session,
        me.id,
        extra,
        Report(
            id=given.id,
            kind=Kind.TAKEN,
            author=me.id,
            means=Means.APP,
            taken_at=taken_at,
            note=given.note,
        ),
        now=now,
    )
    return DoseOut.of(dose, now)
