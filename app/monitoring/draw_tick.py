"""The push of the evening before a chosen draw day, and that of its morning; neutral, once each."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of, zone_of
from app.accounts.models import Preferences
from app.accounts.waking import after_quiet, today_of
from app.monitoring.chosen import draw_moment, end_for, evening_of, morning_of, place
from app.monitoring.draw_facts import is_settled
from app.monitoring.models import ChosenDay
from app.push.outbox import enqueue
from app.push.seal import Seal

log = structlog.get_logger()

FAILED = Counter("vesper_draw_days_unsaid_total", "Chosen draw days that could not be spoken of")

AGAIN = timedelta(minutes=15)

# No two places on earth are further apart, so whoever flew is seen before their new evening.
_APART = timedelta(hours=27)


async def remind_of_draws(
    session: AsyncSession, seal: Seal, now: datetime, public_url: str, limit: int = 200
) -> int:
    """Speak of the chosen days whose evening or morning has come; how many rows that settled.

    A choice is worked out anew where its patient has changed zones since, and when it speaks: the
    quiet hours or the worker may have moved. One that was drawn meanwhile ends without a word.
    A repeat at the same instant finds nothing; workers share the rows; a patient who cannot be
    told is tried again in a quarter of an hour and keeps nobody else from hearing.
    """
    soon = now + _APART
    moved = ChosenDay.zone != func.coalesce(Preferences.away_zone, Preferences.timezone)
    due = (
        select(ChosenDay)
        .join(Preferences, Preferences.person_id == ChosenDay.patient_id)
        .where(
            or_(ChosenDay.evening_at <= soon, ChosenDay.morning_at <= soon),
            or_(ChosenDay.evening_at <= now, ChosenDay.morning_at <= now, moved),
        )
        # Whoever could not be told a moment ago comes last.
        .order_by(func.coalesce(ChosenDay.evening_at, ChosenDay.morning_at), ChosenDay.id)
        .limit(limit)
        .with_for_update(of=ChosenDay, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    done = 0
    for row in (await session.scalars(due)).all():
        patient_id, choice = row.patient_id, row.id
        try:
            async with session.begin_nested():
                await _look_at(session, seal, row, now, public_url)
        except Exception:
            FAILED.inc()
            log.exception("a chosen day could not be spoken of", patient=str(patient_id))
            await _later(session, patient_id, choice, now)
        else:
            done += 1
    return done


async def _look_at(
    session: AsyncSession, seal: Seal, row: ChosenDay, now: datetime, public_url: str
) -> None:
    preferences = await preferences_of(session, row.patient_id)
    if await is_settled(session, row.patient_id, row.draw_id, now):
        await end_for(session, row.patient_id, {row.draw_id}, now)
        return
    unsaid = row.evening_at is not None, row.morning_at is not None
    if row.zone != zone_of(preferences):
        await place(session, row, preferences, now)
    drawn_at = draw_moment(row, preferences)
    if drawn_at is None or now >= drawn_at:
        row.evening_at = row.morning_at = None
        return
    row.evening_at = _evening(row, preferences, now) if unsaid[0] else None
    row.morning_at = morning_of(row, preferences) if unsaid[1] else None
    if row.morning_at is not None and row.morning_at <= now:
        await _push_morning(session, seal, row, drawn_at, now, public_url)
        row.evening_at = row.morning_at = None
    elif row.evening_at is not None and row.evening_at <= now:
        await _push_evening(session, seal, row, drawn_at, now, public_url)
        row.evening_at = None


def _evening(row: ChosenDay, preferences: Preferences, now: datetime) -> datetime | None:
    """When the evening before is to be spoken of; None once it is over."""
    evening = evening_of(row, preferences)
    if evening is None or evening > now:
        return evening
    wakes = after_quiet(preferences, now)
    return wakes if today_of(preferences, wakes) < row.day else None


async def _push_evening(
    session: AsyncSession, seal: Seal, row: ChosenDay, drawn_at: datetime, now: datetime,
    public_url: str,
) -> None:  # fmt: skip
    message_id = uuid5(row.id, "evening")
    await enqueue(
        session, seal, person_id=row.patient_id, message_id=message_id, kind="draw-evening",
        topic=row.id.hex, due_at=row.evening_at or now, expires_at=drawn_at, now=now, urgent=False,
        payload=_payload(
            row, message_id, "draw-evening", "Something is planned for tomorrow. Open Vesper.",
            public_url,
        ),
    )  # fmt: skip


async def _push_morning(
    session: AsyncSession, seal: Seal, row: ChosenDay, drawn_at: datetime, now: datetime,
    public_url: str,
) -> None:  # fmt: skip
    message_id = uuid5(row.id, "morning")
    await enqueue(
        session, seal, person_id=row.patient_id, message_id=message_id, kind="draw-morning",
        topic=row.id.hex, due_at=row.morning_at or now, expires_at=drawn_at, now=now, urgent=True,
        payload=_payload(
            row, message_id, "draw-morning", "Something is planned for today. Open Vesper.",
            public_url,
        ),
    )  # fmt: skip


def _payload(
    row: ChosenDay, message_id: UUID, kind: str, body: str, public_url: str
) -> dict[str, object]:
    """Whatever the patient chose to see of doses, this is never detailed."""
    return {
        "web_push": 8030,
        "notification": {
            "title": "Vesper",
            "body": body,
            "navigate": f"{public_url.rstrip('/')}/health",
            "lang": "en",
            "dir": "ltr",
            "tag": row.id.hex,
            "data": {"kind": kind, "message": str(message_id)},
        },
    }


async def _later(session: AsyncSession, patient_id: UUID, choice: UUID, now: datetime) -> None:
    """Try one choice again in a quarter of an hour: only what has come, and was not said."""
    mine = (ChosenDay.patient_id == patient_id, ChosenDay.id == choice)
    for moment in (ChosenDay.evening_at, ChosenDay.morning_at):
        again = update(ChosenDay).where(*mine, moment <= now)
        await session.execute(again.values({moment: now + AGAIN}))
