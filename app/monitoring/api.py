"""A patient's lab plan over HTTP: what is due, done, put off; and the plan's steps."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import OfPatient
from app.accounts.evenings import preferences_of
from app.accounts.waking import today_of
from app.clock import Day, Now
from app.db import Session
from app.monitoring import plan
from app.monitoring.due import State, Step, state_of
from app.monitoring.models import LabDraw
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api/patients/{patient}/labs", tags=["monitoring"])

Marker = Annotated[str, Field(min_length=1, max_length=60)]


class DrawOut(BaseModel):
    """One blood draw and how it stands today, where the patient is."""

    id: UUID
    name: str
    step: str
    due_on: date
    state: State
    snoozed_until: date | None
    drawn_on: date | None
    markers: list[str]


class DrawsOut(BaseModel):
    """Every draw of the plan, soonest first."""

    draws: list[DrawOut]


class DrawnIn(BaseModel):
    """On which day blood was drawn; today when left out."""

    model_config = ConfigDict(extra="forbid")

    on: Day | None = None


class PutOffIn(BaseModel):
    """Until which day, or for how many days, a draw is put off; a week when left out."""

    model_config = ConfigDict(extra="forbid")

    until: Day | None = None
    days: int | None = Field(default=None, ge=1, le=120)


class StepShape(BaseModel):
    """One rule of a lab plan; see `app.monitoring.due.Step`."""

    model_config = ConfigDict(extra="forbid")

    step: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    name: str = Field(min_length=1, max_length=80)
    offset_days: int = Field(ge=-90, le=3660)
    repeat_days: int | None = Field(default=None, ge=7, le=730)
    markers: list[Marker] = Field(min_length=1, max_length=30)


class PlanShape(BaseModel):
    """A lab plan."""

    model_config = ConfigDict(extra="forbid")

    steps: list[StepShape] = Field(max_length=20)


@router.get("/due", responses=declared(NotFound))
async def read_due(access: OfPatient, session: Session, now: Now) -> DrawsOut:
    """The patient's draws of the coming 13 months, and those that came before.

    A plan that is not there yet is made on the spot.
    """
    await plan.materialise(session, access.patient_id, now)
    rows = await plan.draws_of(session, access.patient_id)
    return DrawsOut(draws=await _draws_out(session, access.patient_id, rows, now))


@router.post("/{draw}/drawn", responses=declared(NotFound, Invalid))
async def post_drawn(
    draw: UUID, access: OfPatient, session: Session, now: Now, given: DrawnIn | None = None
) -> DrawOut:
    """Say that blood was drawn. Safe to repeat; another date corrects the first."""
    on = given.on if given else None
    row = await plan.mark_drawn(session, access.patient_id, draw, access.actor, on, now)
    return (await _draws_out(session, access.patient_id, [row], now))[0]


@router.post("/{draw}/snooze", responses=declared(NotFound, Invalid, plan.AlreadyDrawn))
async def post_snooze(
    draw: UUID, access: OfPatient, session: Session, now: Now, given: PutOffIn | None = None
) -> DrawOut:
    """Put a draw off. The same day again changes nothing."""
    given = given or PutOffIn()
    row = await plan.snooze(
        session, access.patient_id, draw, access.actor,
        until=given.until, days=given.days, now=now,
    )  # fmt: skip
    return (await _draws_out(session, access.patient_id, [row], now))[0]


@router.post("/{draw}/undo", responses=declared(NotFound))
async def post_undo(draw: UUID, access: OfPatient, session: Session, now: Now) -> DrawOut:
    """Take back that a draw was done or put off. Safe to repeat."""
    row = await plan.undo(session, access.patient_id, draw, access.actor, now)
    return (await _draws_out(session, access.patient_id, [row], now))[0]


@router.get("/plan", responses=declared(NotFound))
async def read_plan(access: OfPatient, session: Session) -> PlanShape:
    """The steps of the patient's lab plan: the clinic's, or the default ones."""
    return _plan_out(await plan.steps_of(session, access.patient_id))


@router.put("/plan", responses=declared(NotFound, Invalid, plan.ClinicPlans))
async def put_plan(wanted: PlanShape, access: OfPatient, session: Session, now: Now) -> PlanShape:
    """Choose the steps; open draws from today on follow them. Safe to repeat."""
    steps = [
        Step(row.step, row.name, row.offset_days, row.repeat_days, tuple(row.markers))
        for row in wanted.steps
    ]
    await plan.choose_steps(session, access.patient_id, access.actor, steps, now)
    return _plan_out(await plan.steps_of(session, access.patient_id))


def _plan_out(steps: tuple[Step, ...]) -> PlanShape:
    return PlanShape(
        steps=[
            StepShape(
                step=step.step, name=step.name, offset_days=step.offset_days,
                repeat_days=step.repeat_days, markers=list(step.markers),
            )
            for step in steps
        ]
    )  # fmt: skip


async def _draws_out(
    session: AsyncSession, patient_id: UUID, rows: Sequence[LabDraw], now: datetime
) -> list[DrawOut]:
    today = today_of(await preferences_of(session, patient_id), now)
    markers = {step.step: step.markers for step in await plan.steps_of(session, patient_id)}
    return [
        DrawOut(
            id=row.id,
            name=row.name,
            step=row.step,
            due_on=row.due_on,
            state=state_of(
                row.due_on, today, drawn_on=row.drawn_on, snoozed_until=row.snoozed_until
            ),
            snoozed_until=row.snoozed_until,
            drawn_on=row.drawn_on,
            markers=list(markers.get(row.step, ())),
        )
        for row in rows
    ]
