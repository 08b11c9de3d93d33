"""From prescriptions to the plan: which nights are planned when, and what became of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import version as installed_version
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import Clocks, clocks_of
from app.db import insert_new
from app.doses.models import Dose, Held
from app.doses.plan import PlannedDose, outcomes_of, replace_future
from app.protocols.derivation import planned_doses
from app.protocols.models import Hold, Line, Plan, Terms, Version
from app.protocols.notices import foresee
from app.protocols.spacing import Before, keep_apart
from app.protocols.standing import Segment, segments, terms_of, versions_of
from app.schedule import A_DAY

log = structlog.get_logger()

HORIZON = A_DAY * 14
EVERY = timedelta(hours=6)
AGAIN = timedelta(minutes=15)

# After a longer standstill the nights in between are no longer filled in.
_LOOK_BACK = A_DAY * 400


@cache
def tzdata() -> str:
    """The version of the time-zone rules that instants are derived with."""
    return installed_version("tzdata")


async def plan_patient(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Make a patient's future doses what the prescription asks for, 14 nights ahead.

    Nights that a standstill of the worker left unplanned are filled in. Planning twice changes
    nothing. Callers inside a request also call `mark_for_planning`, so that reminders follow.
    """
    plan = await session.scalar(select(Plan).where(Plan.patient_id == patient_id).with_for_update())
    clocks = await clocks_of(session, patient_id)
    stretch = _stretch(plan, clocks, now)
    stands = await _prescription(session, patient_id, stretch.since)
    planned = await _worked_out(session, patient_id, stands, clocks, stretch, now)
    since, until = stretch.since, stretch.until
    await replace_future(session, patient_id, planned, since=since, until=until, now=now)
    # Whether a dose waits for the one before it turns on what becomes of that one: look again soon.
    waits = any(dose.held_for is Held.GAP and dose.due_at <= now + EVERY for dose in planned)
    next_at = now + (AGAIN if waits else EVERY)
    if plan is not None:
        plan.planned_until, plan.next_at, plan.tzdata = until, next_at, tzdata()
    else:
        await insert_new(session, Plan, [_plan_row(patient_id, until, next_at)])
    tonight = clocks.here.night_of(now)
    await foresee(session, patient_id, stands.stretches, stands.terms, stands.holds, tonight, now)


async def foreseen(
    session: AsyncSession, patient_id: UUID, clocks: Clocks, now: datetime
) -> list[PlannedDose]:
    """What would be planned if the patient's nights ran by these clocks; nothing is written."""
    plan = await session.scalar(select(Plan).where(Plan.patient_id == patient_id))
    stretch = _stretch(plan, clocks, now)
    stands = await _prescription(session, patient_id, stretch.since)
    return await _worked_out(session, patient_id, stands, clocks, stretch, now)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The nights in [since, until) that are planned, and up to which night they were before."""

    since: date
    until: date
    planned_until: date


def _stretch(plan: Plan | None, clocks: Clocks, now: datetime) -> _Stretch:
    tonights = [clocks.home.night_of(now), clocks.here.night_of(now)]
    # Last night as well: a patient who flew east may still have its dose ahead of them.
    since = min(tonights) - A_DAY
    until = max(tonights) + HORIZON
    if plan is None:
        return _Stretch(since, until, since)
    since = max(min(since, plan.planned_until), min(tonights) - _LOOK_BACK)
    return _Stretch(since, max(until, plan.planned_until), plan.planned_until)


@dataclass(frozen=True, slots=True)
class _Prescription:
    """What stands of a patient's prescription from some night on."""

    versions: Sequence[Version]
    stretches: list[Segment]
    terms: dict[UUID, list[tuple[Terms, Line]]]
    holds: Sequence[Hold]


async def _prescription(session: AsyncSession, patient_id: UUID, since: date) -> _Prescription:
    versions = await versions_of(session, patient_id)
    stretches = segments(versions, since)
    terms = await terms_of(session, patient_id, [each.version.id for each in stretches])
    mine = select(Hold).where(Hold.patient_id == patient_id)
    return _Prescription(versions, stretches, terms, (await session.scalars(mine)).all())


async def _worked_out(
    session: AsyncSession, patient_id: UUID, stands: _Prescription, clocks: Clocks,
    stretch: _Stretch, now: datetime,
) -> list[PlannedDose]:  # fmt: skip
    planned = planned_doses(
        stands.stretches, stands.terms, stands.holds, clocks, stretch.since, stretch.until
    )
    planned = await _not_too_late(
        session, patient_id, planned, stands.versions, stretch.planned_until, now
    )
    return await _apart(session, patient_id, planned, now)


async def _apart(
    session: AsyncSession, patient_id: UUID, planned: list[PlannedDose], now: datetime
) -> list[PlannedDose]:
    """Hold what a change of zone brought too close to the dose before it; see `keep_apart`."""
    ruled = [dose for dose in planned if dose.min_gap_minutes is not None]
    if not ruled:
        return planned
    zones = {dose.zone for dose in ruled}
    longest = timedelta(minutes=max(dose.min_gap_minutes or 0 for dose in ruled))
    near = select(
        Dose.id, Dose.line_id, Dose.due_at, Dose.closes_at, Dose.zone, Dose.held
    ).where(
        Dose.patient_id == patient_id,
        Dose.due_at > now - longest,
        Dose.line_id.in_({dose.line_id for dose in ruled}),
    )  # fmt: skip
    if len(zones) == 1:  # by far the usual case: whoever stays has no row of another zone
        near = near.where(Dose.zone != next(iter(zones)))
    rows = (await session.execute(near)).all()
    outcomes = await outcomes_of(session, patient_id, [row.id for row in rows])
    before: list[Before] = []
    stays: set[UUID] = set()
    for row in rows:
        outcome = outcomes.get(row.id)
        if outcome is not None or row.due_at <= now:
            stays.add(row.id)
        if outcome is not None:
            if outcome.taken_at is not None:
                before.append(Before(row.line_id, row.due_at, row.zone, outcome.taken_at))
        elif row.due_at <= now < row.closes_at and not row.held:
            before.append(Before(row.line_id, row.due_at, row.zone))
    coming = {dose.id for dose in ruled if dose.due_at > now} - stays
    kept = keep_apart((dose for dose in ruled if dose.id in coming), before)
    return [dose for dose in planned if dose.id not in coming] + kept


async def _not_too_late(
    session: AsyncSession, patient_id: UUID, planned: Sequence[PlannedDose],
    versions: Sequence[Version], planned_until: date, now: datetime,
) -> list[PlannedDose]:  # fmt: skip
    """Leave out what nobody could have missed, and move nothing into the past.

    Left out is a dose that was due before its version was in force, and a dose of a night that was
    planned before, without it: only a new bedtime or zone makes it due, and in the past. What
    an earlier version had planned already stays, and what is still to come there stays at the
    instant it was planned for.
    """
    known = {version.id: known_since(version) for version in versions}
    late = {
        dose.id
        for dose in planned
        if dose.due_at <= known[dose.version_id]
        or (dose.due_at <= now and dose.night < planned_until)
    }
    if not late:
        return list(planned)
    mine = select(Dose.id, Dose.due_at, Dose.closes_at, Dose.zone).where(
        Dose.patient_id == patient_id, Dose.id.in_(late)
    )
    stands = {row.id: row for row in await session.execute(mine)}
    kept: list[PlannedDose] = []
    for dose in planned:
        row = stands.get(dose.id)
        if dose.id in late and row is None:
            continue
        if row is not None and dose.due_at <= now < row.due_at:
            kept.append(replace(dose, due_at=row.due_at, closes_at=row.closes_at, zone=row.zone))
        else:
            kept.append(dose)
    return kept


def known_since(version: Version) -> datetime:
    """Since when somebody could have taken what a version prescribes.

    A proposal holds from its acknowledgement; what holds at once, or was written down by the
    patient, from when it was written.
    """
    if version.at_once or version.self_reported or version.acknowledged_at is None:
        return version.created_at
    return max(version.created_at, version.acknowledged_at)


async def plan_all_due(session: AsyncSession, now: datetime, limit: int = 100) -> list[UUID]:
    """Plan the patients whose turn has come, at most `limit`, and name them.

    Each comes again in six hours; one that failed, after a quarter of an hour. Several workers
    share the patients between them: a claimed row is skipped by the others. A repeat at the same
    instant finds nothing to do.
    """
    due = (
        select(Plan.patient_id)
        .where(Plan.next_at <= now)
        .order_by(Plan.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    planned: list[UUID] = []
    for patient_id in list((await session.scalars(due)).all()):
        try:
            async with session.begin_nested():
                await plan_patient(session, patient_id, now)
            planned.append(patient_id)
        except Exception:
            # One broken protocol must not keep everybody else's from being planned.
            log.exception("plan.failed", patient=str(patient_id))
            later = update(Plan).where(Plan.patient_id == patient_id)
            await session.execute(later.values(next_at=now + AGAIN))
    return planned


async def mark_for_planning(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Have the next tick plan this patient and arm their reminders; a repeat changes nothing."""
    if await insert_new(session, Plan, [_plan_row(patient_id, now.date() - A_DAY, now)]):
        return
    await session.execute(update(Plan).where(Plan.patient_id == patient_id).values(next_at=now))


async def rederive(session: AsyncSession, now: datetime) -> int:
    """After new time-zone rules were installed, have every patient planned anew; say how many.

    Called once when a worker starts; a repeat changes nothing.
    """
    outdated = update(Plan).where(Plan.tzdata != tzdata(), Plan.next_at > now).values(next_at=now)
    return int((await session.execute(outdated)).rowcount)  # type: ignore[attr-defined]


def _plan_row(patient_id: UUID, until: date, next_at: datetime) -> dict[str, object]:
    return {
        "patient_id": patient_id, "planned_until": until, "next_at": next_at, "tzdata": tzdata(),
    }  # fmt: skip
