"""Prompts for what is due: found in the database, said discreetly, at a waking hour."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.waking import waking_moment
from app.audit import AuditEntry
from app.monitoring.due import State
from app.monitoring.models import LabDraw
from app.monitoring.plan import Visit, materialise
from app.protocols.models import Plan, Version
from app.protocols.planning import EVERY
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.schedule import A_DAY

log = structlog.get_logger()

# The dose plan of every patient is looked at every six hours; those of the last minutes are looked
# at here, so that nobody's lab plan runs out and no table is read as a whole.
_JUST_PLANNED = timedelta(minutes=5)

# A default plan always has a draw beyond this day, so a patient without one needs more of it.
_ENOUGH = timedelta(days=200)

# After which of these a draw may be asked for that was not, or no more.
_TELLING = ("observation.entered", "observations.imported", "observation.voided", "about.told")

_GIVE_UP = timedelta(days=91)
_AGAIN = timedelta(minutes=15)


async def prompt(
    session: AsyncSession, seal: Seal, now: datetime, public_url: str, limit: int = 200
) -> int:
    """Say once to each patient that something is due, and how many were told.

    What falls together makes one message. What should have been said at night waits for the
    morning. Whether anything is still asked for is worked out before it is said. A patient whose
    record cannot be worked out is tried again in a quarter of an hour, and keeps nobody else
    waiting. A repeat at the same instant finds nothing to say.
    """
    await _extend_plans(session, now, limit)
    due = select(LabDraw.patient_id).where(LabDraw.prompt_at <= now).distinct().limit(limit)
    told = 0
    # In one order for everybody: two workers wait for each other here, and the second finds that
    # everything was said.
    for patient_id in sorted((await session.scalars(due)).all()):
        try:
            async with session.begin_nested():
                told += await _speak(session, seal, patient_id, now, public_url)
        except Exception:
            log.exception("labs.failed", patient=str(patient_id))
            waiting = update(LabDraw).where(
                LabDraw.patient_id == patient_id, LabDraw.prompt_at <= now
            )
            await session.execute(waiting.values(prompt_at=now + _AGAIN))
    return told


async def _speak(
    session: AsyncSession, seal: Seal, patient_id: UUID, now: datetime, public_url: str
) -> int:
    """One message for all of a patient's visits that speak now; 0 where no device is reached."""
    labs = await materialise(session, patient_id, now)
    mine = select(LabDraw).where(LabDraw.patient_id == patient_id)
    rows = {row.id: row for row in await session.scalars(mine)}
    speaking = [
        visit for visit in labs.visits if any(_speaks(rows[key], now) for key in visit.draws)
    ]
    if not speaking:
        return 0
    # Zone, quiet hours and worker may all have moved since the instant was worked out.
    waking = waking_moment(await preferences_of(session, patient_id), labs.today, now)
    if waking > now:
        for row in rows.values():
            row.prompt_at = waking if _speaks(row, now) else row.prompt_at
        return 0
    devices = await _tell(
        session, seal, patient_id, speaking[0], labs.today.isoformat(), now, public_url
    )
    for visit in speaking:
        for each, key in zip(visit.merged.members, visit.draws, strict=True):
            rows[key].prompt_at = None
            # What reached nobody is not counted, for a quarter of a year.
            counts = devices or labs.today > each.instance.due_on + _GIVE_UP
            if counts and each.open and each.state is not State.SNOOZED:
                rows[key].prompts += 1
    await session.flush()
    await materialise(session, patient_id, now, spoken=True)
    return 1 if devices else 0


def _speaks(row: LabDraw, now: datetime) -> bool:
    return row.prompt_at is not None and row.prompt_at <= now


async def _tell(
    session: AsyncSession, seal: Seal, patient_id: UUID, visit: Visit, today: str, now: datetime,
    public_url: str,
) -> int:  # fmt: skip
    """Queue the message of a day; on how many devices it will be said."""
    message_id = uuid5(patient_id, f"labs/{today}")
    return await enqueue(
        session, seal, person_id=patient_id, message_id=message_id, kind="lab-due",
        topic=visit.id.hex, due_at=now, expires_at=now + A_DAY, now=now, urgent=False,
        payload={
            "web_push": 8030,
            "notification": {
                "title": "Vesper",
                "body": "Something is due. Open Vesper.",
                "navigate": f"{public_url.rstrip('/')}/health",
                "lang": "en",
                "tag": visit.id.hex,
                "data": {"kind": "lab-due", "message": str(message_id)},
            },
        },
    )  # fmt: skip


async def _extend_plans(session: AsyncSession, now: datetime, limit: int) -> None:
    """Make or lengthen the lab plans of patients whose dose plan was just looked at.

    Also of those whose prescription was written or agreed to in the last day, because a re-check
    follows a change of the dose; and of those of whom something was entered, voided or told: a
    draw may follow a result, be asked for again without it, or begin with an age.
    """
    enough = exists().where(
        LabDraw.patient_id == Plan.patient_id, LabDraw.due_on >= (now + _ENOUGH).date()
    )
    changed = exists().where(
        Version.patient_id == Plan.patient_id,
        or_(Version.created_at > now - A_DAY, Version.acknowledged_at > now - A_DAY),
    )
    told = exists().where(
        AuditEntry.patient_id == Plan.patient_id, AuditEntry.at > now - A_DAY,
        AuditEntry.action.in_(_TELLING),
    )  # fmt: skip
    looked_at = or_(Plan.next_at <= now, Plan.next_at > now + EVERY - _JUST_PLANNED)
    wanting = select(Plan.patient_id).where(looked_at, or_(~enough, changed, told)).limit(limit)
    await _each(session, (await session.scalars(wanting)).all(), now)


async def _each(session: AsyncSession, patients: Iterable[UUID], now: datetime) -> None:
    for patient_id in sorted(patients):
        try:
            async with session.begin_nested():
                await materialise(session, patient_id, now)
        except Exception:
            # The next look comes by itself.
            log.exception("labs.failed", patient=str(patient_id))
