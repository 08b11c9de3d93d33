"""The asking tick: a neutral push where a check-in is due and nothing else brings it up that night.

A check-in that is asked with the evening's doses has no push of its own in a night whose reminder
speaks: the app shows both. In a night without one it is asked at bedtime.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter
from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.evenings import evenings_from, preferences_of, quiet_of
from app.accounts.waking import after_quiet
from app.doses.models import Dose, Reminder, Spoken
from app.observations.checkins import is_there
from app.observations.models import Asked, Tracking
from app.observations.tracking import due_to_ask, policy_from
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.schedule import A_DAY, Evenings

log = structlog.get_logger()

FAILED = Counter("vesper_check_ins_unasked_total", "Patients who could not be asked")

AGAIN = timedelta(minutes=15)

SOON = timedelta(minutes=1)
"""The remind tick has its turn first: a reminder of this very moment may be about to speak."""

EVENING = timedelta(hours=3)
"""A dose due so long before bedtime, or after it, is one of the evening's. [D]"""


async def ask(
    session: AsyncSession, seal: Seal, now: datetime, public_url: str, limit: int = 200
) -> int:
    """Ask whoever is to be asked by now, and tell how many were looked at and settled.

    Everything is worked out anew here: zone, bedtime, quiet hours and doses may all have changed
    since the instant was noted. A repeat at the same instant finds nothing to do; workers share
    the patients. One who cannot be asked is tried again in a quarter of an hour and keeps nobody
    else from being asked.
    """
    done = 0
    for row in await due_to_ask(session, now, limit):
        patient_id = row.patient_id
        try:
            async with session.begin_nested():
                ask_at = await _ask_one(session, seal, row, now, public_url)
        except Exception:
            FAILED.inc()
            log.exception("check-in could not be asked", patient=str(patient_id))
            ask_at = now + AGAIN
        mine = update(Tracking).where(Tracking.patient_id == patient_id)
        await session.execute(mine.values(ask_at=ask_at))
        done += 1
    return done


async def _ask_one(
    session: AsyncSession, seal: Seal, row: Tracking, now: datetime, public_url: str
) -> datetime | None:
    """Ask one patient if it is time, and tell when to look at them next."""
    preferences = await preferences_of(session, row.patient_id)
    evenings, quiet, policy = evenings_from(preferences), quiet_of(preferences), policy_from(row)
    tonight = evenings.night_of(now)
    moment = policy.moment(tonight, evenings, quiet)
    next_time = policy.next_moment(evenings, quiet, since=tonight, after=now)
    # A time that had gone by when it was chosen is first asked at the next day.
    if moment is None or not row.chosen_at < moment <= now:
        return next_time
    if await is_there(session, row.patient_id, tonight):
        return next_time
    wakes = after_quiet(preferences, now)
    if wakes > now:  # the worker slept until the quiet hours had begun
        return wakes if wakes < evenings.closes(tonight) else next_time
    if policy.asked is Asked.EVENING:
        if await _about_to_speak(session, row.patient_id, tonight, evenings, now):
            return now + SOON
        if await _speaks_tonight(session, row.patient_id, tonight, evenings, now):
            return next_time
    await _push(session, seal, row.patient_id, tonight, moment, evenings, now, public_url)
    return next_time


async def _about_to_speak(
    session: AsyncSession, patient_id: UUID, night: date, evenings: Evenings, now: datetime
) -> bool:
    """Whether the remind tick has a dose of this evening before it that it has not looked at."""
    mine = select(Reminder.id).where(
        Reminder.patient_id == patient_id, Reminder.remind_at <= now,
        _of_the_evening(Reminder.due_at, night, evenings), ~_spoken_of(Reminder.id, patient_id),
    )  # fmt: skip
    return await session.scalar(mine.limit(1)) is not None


async def _speaks_tonight(
    session: AsyncSession, patient_id: UUID, night: date, evenings: Evenings, now: datetime
) -> bool:
    """Whether a dose of this evening was reminded of, or is due later and will be."""
    said = select(Dose.id).where(
        Dose.patient_id == patient_id, _of_the_evening(Dose.due_at, night, evenings),
        _spoken_of(Dose.id, patient_id),
    )  # fmt: skip
    if await session.scalar(said.limit(1)) is not None:
        return True
    later = select(Reminder.id).where(
        Reminder.patient_id == patient_id, Reminder.due_at > now,
        _of_the_evening(Reminder.due_at, night, evenings),
    )  # fmt: skip
    return await session.scalar(later.limit(1)) is not None


def _of_the_evening(
    due_at: InstrumentedAttribute[datetime], night: date, evenings: Evenings
) -> ColumnElement[bool]:
    closes = evenings.closes(night)
    bedtime = evenings.instant(night, None) or closes - A_DAY
    return and_(due_at >= bedtime - EVENING, due_at < closes)


def _spoken_of(dose_id: InstrumentedAttribute[UUID], patient_id: UUID) -> ColumnElement[bool]:
    return exists().where(Spoken.patient_id == patient_id, Spoken.dose_id == dose_id)


async def _push(
    session: AsyncSession, seal: Seal, patient_id: UUID, night: date, moment: datetime,
    evenings: Evenings, now: datetime, public_url: str,
) -> None:  # fmt: skip
    """One neutral message for this night; the same night again changes nothing."""
    topic = uuid5(patient_id, "check-in").hex
    message_id = uuid5(patient_id, f"check-in/{night.isoformat()}")
    await enqueue(
        session, seal, person_id=patient_id, message_id=message_id, kind="check-in", topic=topic,
        due_at=moment, expires_at=evenings.closes(night), now=now, urgent=False,
        payload={
            "web_push": 8030,
            "notification": {
                "title": "Vesper",
                "body": "How are you today? Open Vesper.",
                "navigate": f"{public_url.rstrip('/')}/health",
                "lang": "en",
                "dir": "ltr",
                "tag": topic,
                "data": {"kind": "check-in", "message": str(message_id)},
            },
        },
    )  # fmt: skip
