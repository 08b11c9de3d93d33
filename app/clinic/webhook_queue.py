"""The queue of what webhooks are still to be told: filled from the seals, claimed, written down.

A claim is a lease with a fence, as for pushes: until it ends nobody else takes the delivery, and
whoever finishes must still hold the newest fence. So an event is told at least once, and twice
only when a worker died between the answer and its note; its id is the same both times.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import AuditEntry, AuditSeal, Means
from app.clinic.events import Event, happened, head_of, pings
from app.clinic.models import Webhook, WebhookDelivery
from app.clinic.webhook_policy import FAILURES_IN_A_ROW, GONE, Verdict
from app.db import insert_new

DELIVERY = cast(Table, WebhookDelivery.__table__)

BATCH = 1000
"""Seals that one transaction reads for the webhooks that wait at the same place."""

PLACES = 10
"""So many places of the stream at which webhooks wait are served in one transaction."""

AT_ONCE = 10
"""Deliveries of one webhook that are claimed and sent together."""

LEASE = timedelta(seconds=60)
"""Longer than an attempt may take, with the wait for a connection to the database."""

BREATHER = timedelta(minutes=1)
"""For how long a receiver that has just failed is spared the other events that wait for it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed delivery with everything that sending it needs; `secret` is still sealed."""

    webhook_id: UUID
    number: int
    fence: int
    attempts: int
    url: str
    secret: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended; `status` is None without an answer."""

    job: Job
    status: int | None
    verdict: Verdict


def live() -> ColumnElement[bool]:
    """The condition under which a webhook is told of events."""
    return and_(Webhook.disabled_at.is_(None), Webhook.removed_at.is_(None))


async def fan_out(session: AsyncSession, now: datetime) -> int:
    """Queue the next sealed events for webhooks that are behind; how many of them moved on.

    Any number of workers may, each takes webhooks that no other holds. What was queued before,
    because a replay moved the webhook back, is due again. Zero when all have read everything.
    """
    head = await head_of(session)
    # One look for all that wait at the same place, as nearly all do; whoever replays an old stream
    # comes last and in steps, so that it keeps nobody else waiting.
    places = select(Webhook.position).where(live(), Webhook.position < head).distinct()
    starts = await session.scalars(places.order_by(Webhook.position.desc()).limit(PLACES))
    moved = 0
    for start in starts.all():
        moved += await _move(session, start, min(head, start + BATCH), now)
    return moved


async def _move(session: AsyncSession, start: int, upto: int, now: datetime) -> int:
    webhooks = (
        await session.scalars(
            select(Webhook)
            .where(live(), Webhook.position == start)
            .order_by(Webhook.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    wanted = await _wanted(session, webhooks, start, upto) if webhooks else {}
    for webhook in webhooks:
        webhook.position = upto
        await _queue(session, webhook.id, wanted[webhook.id], now)
    return len(webhooks)


async def _wanted(
    session: AsyncSession, webhooks: Sequence[Webhook], after: int, upto: int
) -> dict[UUID, list[int]]:
    of_clinic: dict[UUID, list[Event]] = defaultdict(list)
    for clinic_id, event in await happened(session, after, upto):
        of_clinic[clinic_id].append(event)
    tries = await pings(session, after, upto)
    return {
        webhook.id: sorted(
            [
                event.number
                for event in of_clinic[webhook.clinic_id]
                if not webhook.events or event.type in webhook.events
            ]
            + [number for id, number in tries if id == webhook.id]
        )
        for webhook in webhooks
    }


async def _queue(
    session: AsyncSession, webhook_id: UUID, numbers: Sequence[int], now: datetime
) -> None:
    if not numbers:
        return
    # Only after a replay is any of them there. Whoever is just sending it loses the fence.
    await session.execute(
        update(DELIVERY)
        .where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.number.in_(numbers))
        .values(
            queued_at=now, ready_at=now, fence=DELIVERY.c.fence + 1, attempts=0, status=None,
            delivered_at=None, given_up_at=None,
        )
    )  # fmt: skip
    rows = [
        {
            "webhook_id": webhook_id, "number": number, "queued_at": now, "ready_at": now,
            "fence": 0, "attempts": 0,
        }
        for number in numbers
    ]  # fmt: skip
    await insert_new(session, WebhookDelivery, rows)


async def waiting(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """The webhooks for which something is due."""
    due = select(WebhookDelivery.webhook_id).where(WebhookDelivery.ready_at <= now).distinct()
    return (await session.scalars(due)).all()


async def claim(session: AsyncSession, webhook_id: UUID, now: datetime) -> list[Job]:
    """Hold up to AT_ONCE deliveries of a webhook that are due for a LEASE, the oldest first."""
    # A common table expression, for the reason that app/push/claim.py gives.
    ready = (
        select(DELIVERY.c.number)
        .where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.ready_at <= now)
        .order_by(DELIVERY.c.number)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    claimed = await session.execute(
        update(DELIVERY)
        .where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.number == ready.c.number)
        .values(ready_at=now + LEASE, fence=DELIVERY.c.fence + 1, attempts=DELIVERY.c.attempts + 1)
        .returning(DELIVERY.c.number, DELIVERY.c.fence, DELIVERY.c.attempts)
    )
    held = {number: (fence, attempts) for number, fence, attempts in claimed}
    if not held:
        return []
    rows = await session.execute(
        select(AuditSeal.number, AuditEntry, Webhook.url, Webhook.secret)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .join(Webhook, Webhook.id == webhook_id)
        .where(AuditSeal.number.in_(held))
        .order_by(AuditSeal.number)
    )
    return [
        Job(webhook_id, number, *held[number], url, secret, Event.of(number, entry))
        for number, entry, url, secret in rows
    ]


async def write_down(
    session: AsyncSession, webhook_id: UUID, results: Sequence[Result], now: datetime
) -> bool:
    """Note how attempts at one webhook ended, and whether it still works.

    A delivery whose fence is newer belongs to somebody else by now and stays as it is. Gives back
    whether to go on at once: not after a failure, which leaves what else is due for a while.
    """
    webhook = await session.get_one(
        Webhook, webhook_id, with_for_update=True, populate_existing=True
    )
    failed = gone = False
    for result in results:
        verdict = result.verdict
        given_up = not verdict.delivered and verdict.ready_at is None
        written = await session.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.number == result.job.number,
                DELIVERY.c.fence == result.job.fence, DELIVERY.c.ready_at.is_not(None),
            )
            .values(
                status=result.status, ready_at=verdict.ready_at,
                delivered_at=now if verdict.delivered else None,
                given_up_at=now if given_up else None,
            )
        )  # fmt: skip
        failed |= not verdict.delivered
        if not written.rowcount:  # type: ignore[attr-defined]
            continue
        gone |= verdict.gone
        if verdict.delivered:
            webhook.failing = 0
        elif given_up:
            webhook.failing += 1
    if webhook.disabled_at is None and (gone or webhook.failing >= FAILURES_IN_A_ROW):
        webhook.disabled_at = now
        audit.record(
            session, "webhook.disabled", at=now, actor=None, patient=None, means=Means.SYSTEM,
            webhook=str(webhook_id), why="gone" if gone else "failing",
        )  # fmt: skip
        await give_up_all(session, webhook_id, now)
    elif failed:
        await session.execute(
            update(DELIVERY)
            .where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.ready_at <= now)
            .values(ready_at=now + BREATHER)
        )
    return not failed


async def give_up_all(session: AsyncSession, webhook_id: UUID, now: datetime) -> None:
    """End what waits for a webhook that is told nothing more; a replay brings it back."""
    await session.execute(
        update(DELIVERY)
        .where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.ready_at.is_not(None))
        .values(ready_at=None, given_up_at=now)
    )


async def forget_old_deliveries(session: AsyncSession, before: datetime) -> int:
    """Delete finished deliveries from before an instant, of each webhook the oldest; how many.

    A replay queues them anew. The refusal by which a webhook asked for no more stays, because it
    says why. One call looks at BATCH rows a webhook, along their key, and waits for nobody.
    """
    gone = 0
    for webhook_id in (await session.scalars(select(Webhook.id).order_by(Webhook.id))).all():
        mine = DELIVERY.c.webhook_id == webhook_id
        oldest = select(DELIVERY.c.number).where(mine).order_by(DELIVERY.c.number).limit(BATCH)
        over = (
            select(DELIVERY.c.number)
            .where(
                mine, DELIVERY.c.number.in_(oldest.alias("oldest").select()),
                func.coalesce(DELIVERY.c.delivered_at, DELIVERY.c.given_up_at) < before,
                DELIVERY.c.status.is_distinct_from(GONE),
            )
            .with_for_update(skip_locked=True)
        )  # fmt: skip
        numbers = (await session.scalars(over)).all()
        if numbers:
            await session.execute(delete(DELIVERY).where(mine, DELIVERY.c.number.in_(numbers)))
        gone += len(numbers)
    return gone
