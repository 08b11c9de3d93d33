"""The supplies tick: one neutral push a day for everything that is new of a patient's supplies."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter
from sqlalchemy import exists, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of, zone_of
from app.accounts.waking import today_of
from app.db import insert_new
from app.push.models import Message
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.schedule import A_DAY, zone
from app.supplies import notices
from app.supplies.hours import may_speak, next_moment
from app.supplies.models import Consumable, SupplyLook, SupplyNotice, Vial
from app.supplies.notices import Kind, Thing
from app.supplies.settings import LONGEST_LEAD, wishes_of
from app.supplies.standing import Standing, standing_of

log = structlog.get_logger()

FAILED = Counter("vesper_supplies_unseen_total", "Patients whose supplies could not be looked at")

AGAIN = timedelta(minutes=15)

AHEAD = (timedelta(days=LONGEST_LEAD) + notices.AWAY + 2 * A_DAY).days
"""So many nights are looked ahead: what lasts longer is told by no wish, and is over by every."""

BATCH = 10
"""So many patients at a time: until their transaction ends, whoever logs a dose waits for it."""


async def look(
    session: AsyncSession, seal: Seal, now: datetime, public_url: str, limit: int = BATCH
) -> int:
    """Look at the supplies of whoever is due, say what is new, and tell how many were looked at.

    Everything is worked out at the moment of speaking, so that a reason which is gone is not said.
    Each patient comes again the next morning; one whose record cannot be worked out, in a quarter
    of an hour, and keeps nobody else waiting. Workers share the patients: a claimed row is skipped
    by the others. A repeat at the same instant finds nothing to do.
    """
    await _begin(session, now, limit)
    due = (
        select(SupplyLook.patient_id)
        .where(SupplyLook.next_at <= now)
        .order_by(SupplyLook.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    patients = list((await session.scalars(due)).all())
    for patient_id in patients:
        try:
            async with session.begin_nested():
                next_at = await _look_at(session, seal, patient_id, now, public_url)
        except Exception:
            FAILED.inc()
            log.exception("supplies.failed", patient=str(patient_id))
            next_at = now + AGAIN
        mine = update(SupplyLook).where(SupplyLook.patient_id == patient_id)
        await session.execute(mine.values(next_at=next_at))
    return len(patients)


async def _begin(session: AsyncSession, now: datetime, limit: int) -> None:
    """Give whoever has something and is not looked at a row: a record may have come in a file."""
    holders = union(select(Vial.patient_id), select(Consumable.patient_id)).subquery().c.patient_id
    wanting = select(holders).where(~exists().where(SupplyLook.patient_id == holders))
    # In one order, so that two workers do not wait for each other's rows.
    wanting = wanting.order_by(holders).limit(limit)
    rows = [{"patient_id": key, "next_at": now} for key in await session.scalars(wanting)]
    await insert_new(session, SupplyLook, rows)


async def _look_at(
    session: AsyncSession, seal: Seal, patient_id: UUID, now: datetime, public_url: str
) -> datetime:
    """Say what is new of one patient's supplies, if it is time; when to look again."""
    preferences = await preferences_of(session, patient_id)
    wishes = await wishes_of(session, patient_id)
    later = next_moment(preferences, wishes.speak_at, now)
    # Most writes come in the evening: nothing is worked out that would not be said.
    if not wishes.notices or not may_speak(preferences, wishes.speak_at, now):
        return later
    standing = await standing_of(session, patient_id, now, nights=AHEAD)
    today = today_of(preferences, now)
    here = zone(zone_of(preferences))
    midnight = datetime.combine(today, time(), tzinfo=here)
    said = await _said(session, patient_id, standing, today, midnight)
    if any(row.said_at >= midnight for row in said):
        return later  # one push a day; what has come up since waits for the next
    things = _things(standing, today)
    told = [Thing(Kind(row.kind), row.subject, row.day) for row in said]
    fresh = notices.new(things, told)
    if fresh and await _push(session, seal, patient_id, today.isoformat(), now, public_url):
        # What reached nobody was not said: it is tried again the next morning.
        rows = [
            {
                "patient_id": patient_id, "id": thing.id, "kind": thing.kind.value,
                "subject": thing.subject, "day": thing.day, "said_at": now,
            }
            for thing in fresh
        ]  # fmt: skip
        await insert_new(session, SupplyNotice, rows)
    return later


def _things(standing: Standing, today: date) -> list[Thing]:
    """Everything there is to tell of a patient's supplies on a day."""
    zones = [
        (key, each.discard.day)
        for key, each in standing.held.items()
        if each.vial.gone_at is None and each.left != 0
    ]
    low = [
        Thing(Kind.LOW, kept.row.id, kept.last.said_at.date())
        for kept in standing.consumables
        if kept.low and kept.last is not None
    ]
    lead = standing.wishes.lead_days
    return [*notices.discards(today, zones), *notices.run_outs(today, standing.ends, lead), *low]


async def _said(
    session: AsyncSession, patient_id: UUID, standing: Standing, today: date, midnight: datetime
) -> Sequence[SupplyNotice]:
    """What the patient was told and still holds, in the order of telling.

    What was said of a line that has long enough again is forgotten, so that it is told anew when
    it runs out the next time; but what was said today stands for today's one push. So is what was
    said of a night that is over, where a new vial came before it: whoever is warned earlier than
    one vial lasts never has long enough.
    """
    over = notices.over(today, standing.ends, standing.wishes.lead_days)
    mine = select(SupplyNotice).where(SupplyNotice.patient_id == patient_id)
    rows = await session.scalars(mine.order_by(SupplyNotice.said_at, SupplyNotice.id))
    kept = []
    for row in rows:
        overtaken = row.day < today and standing.came_since(row.subject, row.said_at)
        forgotten = row.kind == Kind.RUNS_OUT and (row.subject in over or overtaken)
        if forgotten and row.said_at < midnight:
            await session.delete(row)
        else:
            kept.append(row)
    await session.flush()
    return kept


async def _push(
    session: AsyncSession, seal: Seal, patient_id: UUID, today: str, now: datetime, public_url: str
) -> int:
    """Queue the message of a day, which names nothing; on how many devices it will be said."""
    message_id = uuid5(patient_id, f"supplies/{today}")
    # The day's word is out: it reached nobody, or was said where that date began earlier.
    if await session.get(Message, (patient_id, message_id)) is not None:
        return 0
    topic = uuid5(patient_id, "supplies").hex
    return await enqueue(
        session, seal, person_id=patient_id, message_id=message_id, kind="supplies", topic=topic,
        due_at=now, expires_at=now + A_DAY, now=now, urgent=False,
        payload={
            "web_push": 8030,
            "notification": {
                "title": "Vesper",
                "body": "Something needs a look. Open Vesper.",
                "navigate": f"{public_url.rstrip('/')}/supplies",
                "lang": "en",
                "dir": "ltr",
                "tag": topic,
                "data": {"kind": "supplies", "message": str(message_id)},
            },
        },
    )  # fmt: skip
