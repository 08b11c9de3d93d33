"""The lab plan of one patient as rows: made, extended, edited; and draws done or put off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import is_looked_after
from app.accounts.evenings import evenings_from, preferences_of
from app.accounts.models import Person, Preferences, Role
from app.accounts.waking import today_of, waking_moment
from app.db import insert_new
from app.monitoring.due import DEFAULT_STEPS, Draw, Step, draws, next_prompt
from app.monitoring.models import LabDraw, LabPlan
from app.problems import Invalid, NotFound, Problem
from app.protocols.models import Terms
from app.protocols.standing import current_of, open_proposal, versions_of
from app.push.outbox import withdraw
from app.schedule import A_DAY

HORIZON = timedelta(days=400)  # about thirteen months


class AlreadyDrawn(Problem):
    """This draw is done already."""

    status: ClassVar[int] = 409


class ClinicPlans(Problem):
    """Your clinic decides about this lab plan."""

    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Treatment:
    """The calendar dates of a treatment; `ended` once a version without any line is in force."""

    start: date
    ended: date | None


def draw_id(patient_id: UUID, step: str, repetition: int) -> UUID:
    """The id of a draw: it follows from patient, step and repetition, so a rebuild keeps it."""
    return uuid5(patient_id, f"lab/{step}/{repetition}")


async def steps_of(session: AsyncSession, patient_id: UUID) -> tuple[Step, ...]:
    """The patient's lab plan: what their clinic chose, or the default one."""
    chosen = await session.get(LabPlan, patient_id)
    if chosen is None:
        return DEFAULT_STEPS
    return tuple(
        Step(
            row["step"], row["name"], row["offset_days"], row["repeat_days"], tuple(row["markers"])
        )
        for row in chosen.steps
    )


async def treatment_of(session: AsyncSession, patient_id: UUID, now: datetime) -> Treatment | None:
    """When the treatment began, or is to begin, and whether it ended; None before any protocol."""
    versions = await versions_of(session, patient_id)
    proposed = open_proposal(versions)
    # What was withdrawn or overtaken before anybody took it began nothing.
    begins = [
        version.in_force_from or version.effective_night
        for version in versions
        if version.in_force_from is not None or version is proposed
    ]
    if not begins:
        return None
    evenings = evenings_from(await preferences_of(session, patient_id))
    current = current_of(versions, evenings.night_of(now))
    ended = None
    if current is not None:
        lines = select(func.count()).where(
            Terms.patient_id == patient_id, Terms.version_id == current.id
        )
        ended = None if await session.scalar(lines) else current.in_force_from
    return Treatment(min(begins), ended)


async def materialise(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Make the patient's open draws from today on what their plan asks for, 13 months ahead.

    What is done, and what was due before today, stays as it is. A repeat changes nothing.
    """
    treatment = await treatment_of(session, patient_id, now)
    if treatment is None:
        return
    preferences = await preferences_of(session, patient_id)
    today = today_of(preferences, now)
    steps = await steps_of(session, patient_id)
    until = today + HORIZON
    if treatment.ended is not None:
        until = min(until, treatment.ended)
    baseline = {step.step for step in steps if step.offset_days <= 0}
    # In one order for everybody, or two who plan at the same moment could wait for each other.
    mine = (
        select(LabDraw)
        .where(LabDraw.patient_id == patient_id)
        .order_by(LabDraw.id)
        .with_for_update()
    )
    rows = {row.id: row for row in await session.scalars(mine)}
    wanted = {
        draw_id(patient_id, draw.step, draw.repetition): draw
        for draw in draws(steps, treatment.start, until)
    }
    new = []
    for key, draw in wanted.items():
        row = rows.get(key)
        if row is None:
            # The first time, a treatment that began days ago has its baseline still to come.
            if draw.due_on >= today or not rows:
                at_once = draw.step in baseline
                new.append(_row(patient_id, key, draw, preferences, today, now, at_once=at_once))
        elif row.settled_at is None and row.due_on >= today:
            row.name = draw.name
            if row.due_on != draw.due_on:
                row.due_on, row.prompts = draw.due_on, 0
                speak_again(row, preferences, today, now)
    for key, row in rows.items():
        if key not in wanted and row.settled_at is None and row.due_on >= today:
            await session.delete(row)
    await insert_new(session, LabDraw, new)
    await session.flush()


def _row(
    patient_id: UUID, key: UUID, draw: Draw, preferences: Preferences, today: date, now: datetime,
    *, at_once: bool,
) -> dict[str, Any]:  # fmt: skip
    day = today if at_once else next_prompt(draw.due_on, today, prompts=0)
    return {
        "patient_id": patient_id,
        "id": key,
        "step": draw.step,
        "repetition": draw.repetition,
        "name": draw.name,
        "due_on": draw.due_on,
        "prompt_at": waking_moment(preferences, day, now) if day else None,
        "prompts": 0,
    }


def speak_again(row: LabDraw, preferences: Preferences, from_day: date, now: datetime) -> None:
    """Set when the draw speaks next, from a day on; never again when it has said enough."""
    day = next_prompt(row.due_on, from_day, prompts=row.prompts, snoozed_until=row.snoozed_until)
    row.prompt_at = waking_moment(preferences, day, now) if day else None


async def choose_steps(
    session: AsyncSession, patient_id: UUID, actor: Person, steps: Sequence[Step], now: datetime
) -> None:
    """Keep these steps instead of the plan before and re-derive open draws from today on.

    The same steps again change nothing. Raises ClinicPlans for a patient whom a clinician looks
    after, and Invalid for a step that is named twice.
    """
    if actor.role is not Role.CLINICIAN and await is_looked_after(session, patient_id, now):
        raise ClinicPlans(
            "Your clinic looks after your lab plan.", cure="Contact your clinic to change it."
        )
    names = [step.step for step in steps]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise Invalid(
                "A step is named twice.", field=f"steps.{position}.step", cure="Name each once."
            )
    chosen = [
        {
            "step": step.step, "name": step.name, "offset_days": step.offset_days,
            "repeat_days": step.repeat_days, "markers": list(step.markers),
        }
        for step in steps
    ]  # fmt: skip
    first = {"patient_id": patient_id, "steps": chosen, "edited_by": actor.id, "edited_at": now}
    if not await insert_new(session, LabPlan, [first]):
        # Somebody chose before, perhaps in this very moment: the later one stands.
        plan = await session.get_one(
            LabPlan, patient_id, with_for_update=True, populate_existing=True
        )
        if plan.steps == chosen:
            return
        plan.steps, plan.edited_by, plan.edited_at = chosen, actor.id, now
    audit.record(
        session, "labs.planned", at=now, actor=actor.id, patient=patient_id, steps=len(chosen)
    )
    await session.flush()
    await materialise(session, patient_id, now)


async def draws_of(session: AsyncSession, patient_id: UUID) -> Sequence[LabDraw]:
    """The patient's draws, soonest first."""
    mine = select(LabDraw).where(LabDraw.patient_id == patient_id)
    return (await session.scalars(mine.order_by(LabDraw.due_on, LabDraw.step))).all()


async def mark_drawn(
    session: AsyncSession, patient_id: UUID, draw: UUID, actor: Person, on: date | None,
    now: datetime,
) -> LabDraw:  # fmt: skip
    """Note that blood was drawn, today unless said otherwise; it speaks no more.

    A repeat changes nothing; another date corrects the first. Raises NotFound, and Invalid for a
    date that has not come yet.
    """
    row, preferences = await _claimed(session, patient_id, draw)
    today = today_of(preferences, now)
    if on is not None and on > today:
        raise Invalid(
            "The draw cannot lie in the future.", field="on", cure="Choose today or an earlier day."
        )
    if row.drawn_on is not None and on in (None, row.drawn_on):
        return row
    row.drawn_on = on or today
    row.settled_at, row.settled_by, row.prompt_at = now, actor.id, None
    _note(session, "lab.drawn", row, actor, now)
    await withdraw(session, patient_id, row.id.hex, now)
    return row


async def snooze(
    session: AsyncSession, patient_id: UUID, draw: UUID, actor: Person, *,
    until: date | None, days: int | None, now: datetime,
) -> LabDraw:  # fmt: skip
    """Put a draw off to a day, at most four months ahead; without one, by a week.

    The same day again changes nothing. Raises NotFound, Invalid and AlreadyDrawn.
    """
    row, preferences = await _claimed(session, patient_id, draw)
    today = today_of(preferences, now)
    if until is not None and days is not None:
        raise Invalid("A day or a number of days, not both.", field="days", cure="Leave one out.")
    until = until or today + timedelta(days=7 if days is None else days)
    if not today < until <= today + timedelta(days=120):
        raise Invalid(
            "A draw is put off by 1 to 120 days.", field="until", cure="Choose a nearer day."
        )
    if row.drawn_on is not None:
        raise AlreadyDrawn("The blood was drawn.", cure="Undo that first if it was a mistake.")
    if row.snoozed_until == until:
        return row
    row.snoozed_until, row.prompts = until, 0
    speak_again(row, preferences, today, now)
    _note(session, "lab.snoozed", row, actor, now)
    await withdraw(session, patient_id, row.id.hex, now)
    return row


async def undo(
    session: AsyncSession, patient_id: UUID, draw: UUID, actor: Person, now: datetime
) -> LabDraw:
    """Take back that it was drawn, or else that it was put off; it speaks again from tomorrow.

    With nothing to take back, nothing changes. Raises NotFound.
    """
    row, preferences = await _claimed(session, patient_id, draw)
    if row.drawn_on is not None:
        row.drawn_on = row.settled_at = row.settled_by = None
    elif row.snoozed_until is not None:
        row.snoozed_until = None
    else:
        return row
    row.prompts = 0
    speak_again(row, preferences, today_of(preferences, now) + A_DAY, now)
    _note(session, "lab.undone", row, actor, now)
    return row


async def _claimed(
    session: AsyncSession, patient_id: UUID, draw: UUID
) -> tuple[LabDraw, Preferences]:
    row = await session.get(LabDraw, (patient_id, draw), with_for_update=True)
    if row is None:
        raise NotFound("There is no such draw.")
    return row, await preferences_of(session, patient_id)


def _note(session: AsyncSession, action: str, row: LabDraw, actor: Person, now: datetime) -> None:
    audit.record(session, action, at=now, actor=actor.id, patient=row.patient_id, draw=str(row.id))
