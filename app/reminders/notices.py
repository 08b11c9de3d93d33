"""The notice tick: what a patient should know of their protocol, said once and in neutral words.

Everything one patient is told at once is one push that names nothing; the app shows the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

import structlog
from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_from
from app.accounts.models import Preferences
from app.accounts.waking import after_quiet, today_of, waking_moment
from app.protocols.models import Notice, NoticeKind
from app.push.outbox import enqueue
from app.reminders.tick import Mouth
from app.schedule import A_DAY

log = structlog.get_logger()

FAILED = Counter("vesper_notices_unsaid_total", "Patients whose notices could not be said")

BATCH = 200
AGAIN = timedelta(minutes=15)

# What waits in the app stays there; a push about it is old news after this.
STALE = A_DAY * 3


async def tell(session: AsyncSession, mouth: Mouth, now: datetime, limit: int = BATCH) -> int:
    """Say what is due to at most `limit` patients, and how many rows that settled or moved.

    Workers share the patients: whoever holds a patient's preferences speaks to them, the others
    pass by. A repeat at the same instant finds nothing to say. One patient who cannot be told is
    tried again in a quarter of an hour and keeps nobody else from hearing.
    """
    waiting = select(Notice.patient_id).where(Notice.say_at <= now).order_by(Notice.say_at)
    theirs = (
        select(Preferences)
        .where(Preferences.person_id.in_(waiting.limit(limit)))
        .with_for_update(skip_locked=True, key_share=True)
    )
    done = 0
    for preferences in (await session.scalars(theirs)).all():
        person = preferences.person_id
        try:
            async with session.begin_nested():
                done += await _tell_one(session, mouth, preferences, now)
        except Exception:
            FAILED.inc()
            log.exception("notices could not be said", patient=str(person))
            due = update(Notice).where(Notice.patient_id == person, Notice.say_at <= now)
            told = func.coalesce(Notice.said_at, now)
            await session.execute(due.values(say_at=now + AGAIN, said_at=told))
    return done


async def _tell_one(
    session: AsyncSession, mouth: Mouth, preferences: Preferences, now: datetime
) -> int:
    mine = (
        select(Notice)
        .where(Notice.patient_id == preferences.person_id, Notice.say_at <= now)
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = (await session.scalars(mine)).all()
    tonight = evenings_from(preferences).night_of(now)
    said: list[Notice] = []
    for row in rows:
        # Zone, quiet hours and worker may all have moved since the instant was worked out.
        moment = _when(row.kind, preferences, now)
        if row.kind not in _AS_IT_HAPPENS and row.night < tonight:
            row.say_at = None
        elif moment > now:
            # Only the push waits: in the app it can be read from now on.
            row.say_at, row.said_at = moment, row.said_at or now
        else:
            said.append(row)
    if said:
        await _push(session, mouth, said, now)
    for row in said:
        row.say_at, row.said_at = None, now
    return len(rows)


_AS_IT_HAPPENS = (NoticeKind.PROPOSED, NoticeKind.AT_ONCE)


def _when(kind: NoticeKind, preferences: Preferences, now: datetime) -> datetime:
    """When this may be said: a safety change at once, a proposal after quiet hours, others by day.

    The day is the one the row asked for, which has come.
    """
    if kind is NoticeKind.AT_ONCE:
        return now
    if kind is NoticeKind.PROPOSED:
        return after_quiet(preferences, now)
    return waking_moment(preferences, today_of(preferences, now), now)


async def _push(session: AsyncSession, mouth: Mouth, said: Sequence[Notice], now: datetime) -> None:
    """One neutral message for all of these. Whatever the patient chose, it is never detailed."""
    patient_id = said[0].patient_id
    urgent = any(row.kind is NoticeKind.AT_ONCE for row in said)
    # A topic of its own for what is urgent: a later, quieter message must not replace it.
    topic = uuid5(patient_id, f"news/{urgent}").hex
    message_id = uuid5(patient_id, "news/" + "/".join(sorted(row.id.hex for row in said)))
    await enqueue(
        session, mouth.seal, person_id=patient_id, message_id=message_id, kind="news",
        topic=topic, due_at=min(row.say_at or now for row in said), expires_at=now + STALE,
        now=now, urgent=urgent,
        payload={
            "web_push": 8030,
            "notification": {
                "title": "Vesper",
                "body": "There is something to read. Open Vesper.",
                "navigate": f"{mouth.public_url.rstrip('/')}/protocol",
                "lang": "en",
                "dir": "ltr",
                "tag": topic,
                "data": {"kind": "news", "message": str(message_id)},
            },
        },
    )  # fmt: skip
