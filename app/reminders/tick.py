"""The remind tick: from doses whose time to speak has come to messages in the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter
from sqlalchemy import Row, Table, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Detail, Preferences
from app.db import Each, insert_new
from app.doses.models import Dose, Reminder, Spoken
from app.protocols.overtaken import outdated
from app.push.outbox import Outgoing, enqueue_many
from app.push.seal import Seal
from app.reminders.models import TapToken
from app.reminders.rest import resting
from app.reminders.tokens import LIFE_AFTER_CLOSING, issue
from app.reminders.words import Speaking, payload

log = structlog.get_logger()

FAILED = Counter("vesper_reminders_unsaid_total", "Reminders that could not be put into words")

BATCH = 500

# Rows and not objects: nothing is changed through them.
REMINDER = cast(Table, Reminder.__table__)
MOVE = Each(
    {name: REMINDER.c[name] for name in ("patient_id", "id", "remind_at", "spoken")},
    lambda row: (
        update(REMINDER)
        .where(REMINDER.c.patient_id == row.patient_id, REMINDER.c.id == row.id)
        .values(remind_at=row.remind_at, spoken=row.spoken)
    ),
)
FINISH = Each(
    {name: REMINDER.c[name] for name in ("patient_id", "id")},
    lambda row: delete(REMINDER).where(
        REMINDER.c.patient_id == row.patient_id, REMINDER.c.id == row.id
    ),
)


@dataclass(frozen=True, slots=True)
class Mouth:
    """What the tick needs to speak: the seal for queued payloads, the address they lead back to."""

    seal: Seal
    public_url: str


async def remind(session: AsyncSession, mouth: Mouth, now: datetime) -> int:
    """Queue one message for each group of doses whose time to speak has come; say how many rows.

    Cost follows what is due, not what exists. Any number of workers may run this at once: each row
    is claimed by one, and the message's id follows from its thread and rung, so even two halves of
    a group claimed apart make one message. A worker that slept speaks once for the rungs it
    missed. A row whose window has closed goes without a word, and one of a week that was taken as
    often as was asked for stays silent; only lines with such a quota cost a look at the record.
    """
    due = select(REMINDER).where(REMINDER.c.remind_at <= now).order_by(REMINDER.c.remind_at)
    claimed = (await session.execute(due.limit(BATCH).with_for_update(skip_locked=True))).all()
    free = await _free(session, claimed, now)
    open_now = [row for row in claimed if now < row.closes_at and row.id not in free]
    groups = await _groups(session, open_now, now)
    await _speak(session, mouth, groups, now)
    await _move_on(session, claimed, now)
    return len(claimed)


@dataclass(frozen=True, slots=True)
class Group:
    """Doses of one patient that were due together, and the rung at which they speak.

    message_id   the same for every worker that comes across this thread at this rung
    """

    patient_id: UUID
    thread: UUID
    rung: datetime
    reminders: tuple[Row[Any], ...]
    message_id: UUID


async def _groups(session: AsyncSession, claimed: Sequence[Row[Any]], now: datetime) -> list[Group]:
    """The claimed rows by thread, with the open rows that were due with them."""
    if not claimed:
        return []
    rungs: dict[tuple[UUID, UUID], datetime] = {}
    for row in claimed:
        key = (row.patient_id, row.thread)
        rungs[key] = min(rungs.get(key, row.remind_at), row.remind_at)
    threads = (
        select(REMINDER)
        .where(
            # Two lists and not one of pairs, which PostgreSQL would plan pair by pair.
            REMINDER.c.patient_id.in_({patient for patient, _ in rungs}),
            REMINDER.c.thread.in_({thread for _, thread in rungs}),
            REMINDER.c.due_at <= now,
            REMINDER.c.closes_at > now,
        )
        .order_by(REMINDER.c.patient_id, REMINDER.c.thread, REMINDER.c.due_at, REMINDER.c.id)
    )
    rows = (await session.execute(threads)).all()
    free = await _free(session, rows, now)
    rows = [row for row in rows if row.id not in free]
    return [
        Group(patient, thread, rung, tuple(together), uuid5(thread, rung.isoformat()))
        for (patient, thread), together in groupby(rows, key=lambda r: (r.patient_id, r.thread))
        if (rung := rungs.get((patient, thread)))
    ]


async def _free(session: AsyncSession, rows: Sequence[Row[Any]], now: datetime) -> frozenset[UUID]:
    """Those of these reminders whose week is filled."""
    asked = [row for row in rows if row.quota is not None]
    return await resting(session, {row.patient_id for row in asked}, {row.id for row in asked}, now)


async def _speak(session: AsyncSession, mouth: Mouth, groups: list[Group], now: datetime) -> None:
    """Write tokens, messages and the note that each dose was spoken of.

    A group that cannot be put into words is left out and logged: one patient's broken row must not
    keep everybody else's reminders from being said. It goes on up its ladder.
    """
    if not groups:
        return
    patients = list({group.patient_id for group in groups})
    here = func.coalesce(Preferences.away_zone, Preferences.timezone).label("timezone")
    chosen = select(Preferences.person_id, here, Preferences.detail).where(
        Preferences.person_id.in_(patients)
    )
    preferences: dict[UUID, Any] = {row.person_id: row for row in await session.execute(chosen)}
    words = await _words(session, groups, preferences, now)
    said: list[Group] = []
    outgoing: list[Outgoing] = []
    tokens: list[dict[str, Any]] = []
    for group in groups:
        try:
            message, issued = _message(group, preferences[group.patient_id], words, mouth)
        except Exception:
            FAILED.inc()
            log.exception("a reminder could not be put into words", thread=str(group.thread))
            continue
        said.append(group)
        outgoing.append(message)
        tokens += issued
    devices = await enqueue_many(session, mouth.seal, outgoing, now)
    await insert_new(session, TapToken, tokens)
    spoken = [
        {
            "patient_id": row.patient_id,
            "dose_id": row.id,
            "message_id": group.message_id,
            "at": now,
            "devices": devices[group.message_id],
        }
        for group in said
        for row in group.reminders
    ]
    await insert_new(session, Spoken, spoken)


def _message(
    group: Group, preferences: Any, words: dict[UUID, str], mouth: Mouth
) -> tuple[Outgoing, list[dict[str, Any]]]:
    """What a group says, and the token of each of its doses."""
    speaking: list[Speaking] = []
    tokens: list[dict[str, Any]] = []
    for row in group.reminders:
        token = issue(row.patient_id)
        tokens.append(
            {
                "patient_id": row.patient_id,
                "token_hash": token.token_hash,
                "dose_id": row.id,
                "message_id": group.message_id,
                "expires_at": row.closes_at + LIFE_AFTER_CLOSING,
                "used_at": None,
                "event_id": None,
            }
        )
        speaking.append(
            Speaking(row.id, token.text, row.due_at, preferences.timezone, words.get(row.id, ""))
        )
    said = payload(
        thread=group.thread,
        message=group.message_id,
        doses=speaking,
        detail=preferences.detail,
        public_url=mouth.public_url,
        again=any(row.spoken for row in group.reminders),
    )
    message = Outgoing(
        person_id=group.patient_id,
        message_id=group.message_id,
        kind="dose-due",
        topic=group.thread.hex,
        due_at=group.rung,
        urgent=True,
        expires_at=max(row.closes_at for row in group.reminders),
        payload=said,
    )
    return message, tokens


async def _words(
    session: AsyncSession, groups: list[Group], preferences: dict[UUID, Any], now: datetime
) -> dict[UUID, str]:
    """Names and amounts, read only for patients who chose to see them on their lock screen.

    A dose whose amount was changed since it fell due is named without one: the old one is not to
    be taken any more, and the new one is explained in the app.
    """
    keys = [
        (row.patient_id, row.id)
        for group in groups
        for row in group.reminders
        if group.patient_id in preferences
        and preferences[group.patient_id].detail is Detail.DETAILED
    ]
    if not keys:
        return {}
    doses = select(Dose).where(tuple_(Dose.patient_id, Dose.id).in_(keys))
    rows = (await session.scalars(doses)).all()
    old = await outdated(session, rows, now)
    return {
        dose.id: f"{dose.label} (changed)" if dose.id in old else f"{dose.label} {dose.amount}"
        for dose in rows
    }


async def _move_on(session: AsyncSession, claimed: Sequence[Row[Any]], now: datetime) -> None:
    """Up the ladder, past every rung that has gone by; rows with nothing left to say go."""
    moved: list[dict[str, Any]] = []
    finished: list[dict[str, Any]] = []
    for row in claimed:
        ahead = [rung for text in row.rungs if (rung := datetime.fromisoformat(text)) > now]
        if ahead and now < row.closes_at:
            moved.append(
                {
                    "patient_id": row.patient_id,
                    "id": row.id,
                    "remind_at": min(ahead),
                    "spoken": row.spoken + 1,
                }
            )
        else:
            finished.append({"patient_id": row.patient_id, "id": row.id})
    await MOVE.run(session, moved)
    await FINISH.run(session, finished)
