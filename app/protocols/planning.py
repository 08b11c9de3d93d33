"""From prescriptions to planned doses: the versions in force, their nights, windows and holds."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import version as installed_version
from itertools import groupby, pairwise
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.db import insert_new
from app.doses.models import Dose
from app.doses.plan import PlannedDose, replace_future
from app.protocols.lines import recurrence_of
from app.protocols.medicines import label_of
from app.protocols.models import Hold, Line, Plan, Terms, Version
from app.protocols.versions import Segment, current_of, segments, terms_of, versions_of
from app.schedule import A_DAY, Evenings, occurrences

log = structlog.get_logger()

HORIZON = A_DAY * 14
EVERY = timedelta(hours=6)
AGAIN = timedelta(minutes=15)

# A dose of this many nights beyond the horizon can still end the window of one before it: a late
# window is at most seven days long.
_LOOK_AHEAD = A_DAY * 8

# After a longer standstill the nights in between are no longer filled in.
_LOOK_BACK = A_DAY * 400

# A window that ends with the day, of a dose that falls due when the day has ended.
_AFTER_THE_TURN = timedelta(hours=4)


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
    evenings = await evenings_of(session, patient_id)
    tonight = evenings.night_of(now)
    # Last night as well: a patient who flew east may still have its dose ahead of them.
    since = tonight - A_DAY
    until = tonight + HORIZON
    if plan is not None:
        since = max(min(since, plan.planned_until), tonight - _LOOK_BACK)
        until = max(until, plan.planned_until)
    versions = await versions_of(session, patient_id)
    stretches = segments(versions, since)
    terms = await terms_of(session, patient_id, [stretch.version.id for stretch in stretches])
    mine = select(Hold).where(Hold.patient_id == patient_id)
    holds = (await session.scalars(mine)).all()
    planned = planned_doses(stretches, terms, holds, evenings, since, until)
    planned_until = plan.planned_until if plan is not None else since
    planned = await _not_too_late(session, patient_id, planned, versions, planned_until, now)
    await replace_future(session, patient_id, planned, since=since, until=until, now=now)
    if plan is not None:
        plan.planned_until, plan.next_at, plan.tzdata = until, now + EVERY, tzdata()
    else:
        row = _plan_row(patient_id, until, now + EVERY)
        await insert_new(session, Plan, [row])


def planned_doses(
    stretches: Sequence[Segment], terms: dict[UUID, list[tuple[Terms, Line]]],
    holds: Sequence[Hold], evenings: Evenings, since: date, until: date,
) -> list[PlannedDose]:  # fmt: skip
    """The doses of the nights in [since, until), each window closed before the next dose opens.

    Validation kept windows apart on the wall clock; bedtimes may have changed since, and a night
    on which the clocks go forward is an hour short.
    """
    ahead = until + _LOOK_AHEAD
    every = sorted(
        (
            dose
            for stretch in stretches
            for prescribed, line in terms[stretch.version.id]
            for dose in _of_line(
                stretch.version, prescribed, line, holds, evenings,
                max(stretch.since, since), min(stretch.until or ahead, ahead),
            )
        ),
        key=lambda dose: (dose.line_id, dose.due_at, dose.slot),
    )  # fmt: skip
    found: list[PlannedDose] = []
    for _, of_line in groupby(every, key=lambda dose: dose.line_id):
        doses = list(of_line)
        for dose, following in pairwise(doses):
            found.append(
                replace(dose, closes_at=following.due_at)
                if dose.due_at < following.due_at < dose.closes_at
                else dose
            )
        found.append(doses[-1])
    return [dose for dose in found if dose.night < until]


def _of_line(
    version: Version, terms: Terms, line: Line, holds: Sequence[Hold], evenings: Evenings,
    since: date, until: date,
) -> Iterator[PlannedDose]:  # fmt: skip
    mine = [hold for hold in holds if hold.line_id == line.id]
    for due in occurrences(recurrence_of(terms.recurrence), evenings, since, until):
        yield PlannedDose(
            line_id=line.id,
            version_id=version.id,
            night=due.night,
            slot=due.slot,
            label=label_of(line.medicine),
            amount=terms.amount,
            route=line.route,
            due_at=due.at,
            closes_at=_closes(terms, evenings, due.night, due.at),
            on_time_minutes=terms.on_time_minutes,
            ladder=tuple(terms.ladder),
            zone=evenings.zone.key,
            held=any(covers(hold, due.night) for hold in mine),
        )


def _closes(terms: Terms, evenings: Evenings, night: date, due_at: datetime) -> datetime:
    if terms.window_minutes is not None:
        return due_at + timedelta(minutes=terms.window_minutes)
    turn = evenings.closes(night)
    return turn if turn > due_at else due_at + _AFTER_THE_TURN


def covers(hold: Hold, night: date) -> bool:
    """Whether a hold pauses its line in this night."""
    return hold.since <= night and (hold.until is None or night < hold.until)


async def withheld(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime
) -> set[UUID]:
    """Those of these doses that were due before their line was paused or stopped.

    They stay in the record as they were planned, and may be logged; nobody should be told to take
    them. What lies ahead is not asked for here: the plan itself leaves it out.
    """
    due = [dose for dose in doses if dose.due_at <= now]
    if not due:
        return set()
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    current = current_of(await versions_of(session, patient_id), tonight)
    terms = await terms_of(session, patient_id, [current.id] if current else [])
    lines = {line.id for entries in terms.values() for _, line in entries}
    mine = select(Hold).where(Hold.patient_id == patient_id)
    holds = (await session.scalars(mine)).all()
    return {
        dose.id
        for dose in due
        if dose.line_id not in lines
        or any(hold.line_id == dose.line_id and covers(hold, dose.night) for hold in holds)
    }


async def _not_too_late(
    session: AsyncSession, patient_id: UUID, planned: Sequence[PlannedDose],
    versions: Sequence[Version], planned_until: date, now: datetime,
) -> list[PlannedDose]:  # fmt: skip
    """Leave out what nobody could have missed.

    That is a dose that was due before its version was written down, and a dose of a night that
    was planned before, without it: only a new bedtime or zone makes it due, and in the past. What
    an earlier version had planned already stays, at the instant it was planned for.
    """
    written = {version.id: version.created_at for version in versions}
    late = {
        dose.id
        for dose in planned
        if dose.due_at <= written[dose.version_id]
        or (dose.due_at <= now and dose.night < planned_until)
    }
    if not late:
        return list(planned)
    mine = select(Dose.id).where(Dose.patient_id == patient_id, Dose.id.in_(late))
    late -= set((await session.scalars(mine)).all())
    return [dose for dose in planned if dose.id not in late]


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
