"""A patient's lab plan over HTTP: what is due, done, put off; the plan's rules, and its limits."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.access import InConfidence, OfPatient
from app.clock import Now
from app.db import Session
from app.monitoring import plan, policy
from app.monitoring.settings import MonitoringSettings, settings_of
from app.monitoring.shapes import DrawnIn, DrawOut, DueOut, PlanIn, PlanOut, PutOffIn
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api/patients/{patient}/labs", tags=["monitoring"])


@router.get("/due", responses=declared(NotFound))
async def read_due(access: OfPatient, session: Session, now: Now) -> DueOut:
    """The patient's draws of the coming 13 months, those that came before, and their visits.

    Worked out at this moment, from what is prescribed, measured and said.
    """
    return DueOut.of(await plan.materialise(session, access.patient_id, now))


@router.post("/{draw}/drawn", responses=declared(NotFound, Invalid))
async def post_drawn(
    draw: UUID, access: OfPatient, session: Session, now: Now, given: DrawnIn | None = None
) -> DrawOut:
    """Say that blood was drawn. Safe to repeat; another date corrects the first."""
    on = given.on if given else None
    row = await plan.mark_drawn(session, access.patient_id, draw, access.actor, on, now)
    return DrawOut.of(await plan.drawing_of(session, row, now))


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
    return DrawOut.of(await plan.drawing_of(session, row, now))


@router.post("/{draw}/undo", responses=declared(NotFound))
async def post_undo(draw: UUID, access: OfPatient, session: Session, now: Now) -> DrawOut:
    """Take back that a draw was done or put off. Safe to repeat."""
    row = await plan.undo(session, access.patient_id, draw, access.actor, now)
    return DrawOut.of(await plan.drawing_of(session, row, now))


@router.get("/plan", responses=declared(NotFound))
async def read_plan(access: OfPatient, session: Session) -> PlanOut:
    """The rules of the patient's lab plan: the clinic's, or the default ones."""
    return PlanOut.of(await policy.rules_of(session, access.patient_id))


@router.put("/plan", responses=declared(NotFound, Invalid, policy.ClinicPlans))
async def put_plan(wanted: PlanIn, access: OfPatient, session: Session, now: Now) -> PlanOut:
    """Choose the rules; what is due follows them at once. Safe to repeat."""
    rules = [each.rule_of() for each in wanted.rules]
    await policy.choose_rules(session, access.patient_id, access.actor, rules, now)
    return PlanOut.of(await policy.rules_of(session, access.patient_id))


@router.get("/settings", responses=declared(NotFound))
async def read_settings(access: InConfidence, session: Session) -> MonitoringSettings:
    """Goals, limits and timing: the clinic's choices, and a default for everything else."""
    return await settings_of(session, access.patient_id)


@router.put("/settings", responses=declared(NotFound, Invalid, policy.ClinicPlans))
async def put_settings(
    wanted: MonitoringSettings, access: InConfidence, session: Session, now: Now
) -> MonitoringSettings:
    """Choose goals, limits and timing; what is left out has its default again. Safe to repeat."""
    await policy.choose_settings(session, access.patient_id, access.actor, wanted, now)
    return await settings_of(session, access.patient_id)
