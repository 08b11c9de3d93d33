"""Prompts for blood draws: found in the database, said discreetly, at a waking hour."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import uuid5

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.models import Preferences
from app.accounts.waking import today_of, waking_moment
from app.monitoring.models import LabDraw
from app.monitoring.plan import materialise, speak_again, treatment_of
from app.protocols.models import Plan
from app.protocols.planning import EVERY
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.schedule import A_DAY

# The dose plan of every patient is looked at every six hours; those of the last minutes are looked
# at here, so that nobody's lab plan runs out and no table is read as a whole.
_JUST_PLANNED = timedelta(minutes=5)

# A default plan always has a draw beyond this day, so a patient without one needs more of it.
_ENOUGH = timedelta(days=200)

_GIVE_UP = timedelta(days=91)


async def prompt(
    session: AsyncSession, seal: Seal, now: datetime, public_url: str, limit: int = 200
) -> int:
    """Say once to each patient that something is due, and how many were told.

    Draws that fall together make one message. What should have been said at night waits for the
    morning. A repeat at the same instant finds nothing to say; two workers share the patients.
    """
    await _extend_plans(session, now, limit)
    due = (
        select(LabDraw)
        .where(LabDraw.prompt_at <= now)
        .order_by(LabDraw.prompt_at, LabDraw.due_on)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    of_patient = defaultdict(list)
    for draw in await session.scalars(due):
        of_patient[draw.patient_id].append(draw)
    told = 0
    for patient_id, draws in of_patient.items():
        preferences = await preferences_of(session, patient_id)
        treatment = await treatment_of(session, patient_id, now)
        if treatment is None or treatment.ended is not None:
            for draw in draws:
                draw.prompt_at = None
            continue
        # Zone, quiet hours and worker may all have moved since the instant was worked out.
        waking = waking_moment(preferences, today_of(preferences, now), now)
        if waking > now:
            for draw in draws:
                draw.prompt_at = waking
            continue
        told += await _tell(session, seal, draws, preferences, now, public_url)
    return told


async def _tell(
    session: AsyncSession, seal: Seal, draws: list[LabDraw], preferences: Preferences,
    now: datetime, public_url: str,
) -> int:  # fmt: skip
    """One message for all of a patient's draws that speak now; 0 where no device is reached."""
    first = min(draws, key=lambda draw: (draw.due_on, draw.id))
    today = today_of(preferences, now)
    message_id = uuid5(first.id, f"prompt/{today.isoformat()}")
    devices = await enqueue(
        session, seal, person_id=first.patient_id, message_id=message_id, kind="lab-due",
        topic=first.id.hex, due_at=now, expires_at=now + A_DAY, now=now, urgent=False,
        payload={
            "web_push": 8030,
            "notification": {
                "title": "Vesper",
                "body": "Something is due. Open Vesper.",
                "navigate": f"{public_url.rstrip('/')}/tonight",
                "lang": "en",
                "tag": first.id.hex,
                "data": {"kind": "lab-due", "message": str(message_id)},
            },
        },
    )  # fmt: skip
    for draw in draws:
        # What reached nobody is not counted, for a quarter of a year.
        draw.prompts += 1 if devices or today > draw.due_on + _GIVE_UP else 0
        speak_again(draw, preferences, today + A_DAY, now)
    return 1 if devices else 0


async def _extend_plans(session: AsyncSession, now: datetime, limit: int) -> None:
    """Make or lengthen the lab plans of patients whose dose plan was just looked at."""
    enough = exists().where(
        LabDraw.patient_id == Plan.patient_id, LabDraw.due_on >= (now + _ENOUGH).date()
    )
    looked_at = or_(Plan.next_at <= now, Plan.next_at > now + EVERY - _JUST_PLANNED)
    short = select(Plan.patient_id).where(looked_at, ~enough).limit(limit)
    for patient_id in (await session.scalars(short)).all():
        await materialise(session, patient_id, now)
