"""Take deliveries that are due, for a while and for oneself; and write down how they ended.

A claim is a lease with a fence: until the lease ends nobody else takes the delivery, and whoever
finishes it must still hold the newest fence. A lease that ends is simply due again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import app.accounts.models  # noqa: F401 - keys that lead to its tables have their types from there
from app.db import Each
from app.push.models import Delivery, Message, Retired, State, Subscription

DELIVERY = cast(Table, Delivery.__table__)
MESSAGE = cast(Table, Message.__table__)
SUBSCRIPTION = cast(Table, Subscription.__table__)


@dataclass(slots=True, eq=False)
class Job:
    """One claimed delivery with everything that sending it needs."""

    person_id: UUID
    message_id: UUID
    subscription_id: UUID
    fence: int
    attempts: int
    kind: str
    topic: str
    urgent: bool
    sealed: bytes | None
    due_at: datetime
    expires_at: datetime
    endpoint: str
    endpoint_hash: bytes
    p256dh: bytes
    auth: bytes
    vapid_key_id: str
    suspicions: int
    suspected_at: datetime | None
    retired: Retired | None
    origin: str = ""
    probe: bool = False
    shrunk: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended.

    state      WAITING means that it is tried again at `ready_at`
    status     what the push service answered; None without an answer
    untried    nothing was sent, so the attempt is not counted
    retires    the subscription is over, for this reason
    suspects   days of suspicion and its text, as they are from now on
    """

    job: Job
    state: State
    at: datetime
    ready_at: datetime | None = None
    status: int | None = None
    untried: bool = False
    retires: Retired | None = None
    suspects: tuple[int, str] | None = None


async def claim(session: AsyncSession, now: datetime, limit: int, lease: timedelta) -> list[Job]:
    """Hold up to `limit` deliveries that are due for the length of a lease, the longest due first.

    Any number of couriers may do this at once; each delivery goes to one of them.
    """
    # A common table expression and not `IN (SELECT … FOR UPDATE)`, which a nested loop would run
    # again and again and so claim more than the limit.
    ready = (
        select(DELIVERY.c.person_id, DELIVERY.c.message_id, DELIVERY.c.subscription_id)
        .where(DELIVERY.c.ready_at <= now)
        .order_by(DELIVERY.c.ready_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    until = now + lease
    claimed = await session.execute(
        update(DELIVERY)
        .where(
            DELIVERY.c.person_id == ready.c.person_id,
            DELIVERY.c.message_id == ready.c.message_id,
            DELIVERY.c.subscription_id == ready.c.subscription_id,
        )
        .values(ready_at=until, fence=DELIVERY.c.fence + 1, attempts=DELIVERY.c.attempts + 1)
        .returning(
            DELIVERY.c.person_id,
            DELIVERY.c.message_id,
            DELIVERY.c.subscription_id,
            DELIVERY.c.fence,
            DELIVERY.c.attempts,
        )
    )
    mine = {(row[0], row[1], row[2]): (row[3], row[4]) for row in claimed}
    if not mine:
        return []
    # A second statement: joined to the locked rows, the others would be as old as the first. The
    # end of the lease finds them all; another courier's of the same instant are left out.
    rows = await session.execute(
        select(
            DELIVERY.c.person_id,
            DELIVERY.c.message_id,
            DELIVERY.c.subscription_id,
            MESSAGE.c.kind,
            MESSAGE.c.topic,
            MESSAGE.c.urgent,
            MESSAGE.c.payload,
            MESSAGE.c.due_at,
            MESSAGE.c.expires_at,
            SUBSCRIPTION.c.endpoint,
            SUBSCRIPTION.c.endpoint_hash,
            SUBSCRIPTION.c.p256dh,
            SUBSCRIPTION.c.auth,
            SUBSCRIPTION.c.vapid_key_id,
            SUBSCRIPTION.c.suspicions,
            SUBSCRIPTION.c.suspected_at,
            SUBSCRIPTION.c.retired,
        )
        .join(
            MESSAGE,
            (MESSAGE.c.person_id == DELIVERY.c.person_id) & (MESSAGE.c.id == DELIVERY.c.message_id),
        )
        .join(
            SUBSCRIPTION,
            (SUBSCRIPTION.c.person_id == DELIVERY.c.person_id)
            & (SUBSCRIPTION.c.id == DELIVERY.c.subscription_id),
        )
        .where(DELIVERY.c.ready_at == until)
    )
    return [
        Job(
            person_id=row.person_id,
            message_id=row.message_id,
            subscription_id=row.subscription_id,
            fence=held[0],
            attempts=held[1],
            kind=row.kind,
            topic=row.topic,
            urgent=row.urgent,
            sealed=row.payload,
            due_at=row.due_at,
            expires_at=row.expires_at,
            endpoint=row.endpoint,
            endpoint_hash=row.endpoint_hash,
            p256dh=row.p256dh,
            auth=row.auth,
            vapid_key_id=row.vapid_key_id,
            suspicions=row.suspicions,
            suspected_at=row.suspected_at,
            retired=row.retired,
        )
        for row in rows
        if (held := mine.get((row.person_id, row.message_id, row.subscription_id)))
    ]


MINE = {
    "person_id": DELIVERY.c.person_id,
    "message_id": DELIVERY.c.message_id,
    "subscription_id": DELIVERY.c.subscription_id,
    "fence": DELIVERY.c.fence,
}


def _held(row: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        DELIVERY.c.person_id == row.person_id,
        DELIVERY.c.message_id == row.message_id,
        DELIVERY.c.subscription_id == row.subscription_id,
        DELIVERY.c.fence == row.fence,
        DELIVERY.c.ready_at.is_not(None),
    )


ENDED = ("state", "ready_at", "status", "attempts", "finished_at")
FINISH = Each(
    {**MINE, **{name: DELIVERY.c[name] for name in ENDED}},
    lambda row: (
        update(DELIVERY).where(*_held(row)).values({name: getattr(row, name) for name in ENDED})
    ),
)
EXTEND = Each(
    {**MINE, "ready_at": DELIVERY.c.ready_at},
    lambda row: update(DELIVERY).where(*_held(row)).values(ready_at=row.ready_at),
)
TRUST = Each(
    {"person_id": SUBSCRIPTION.c.person_id, "id": SUBSCRIPTION.c.id,
     "at": SUBSCRIPTION.c.last_accepted_at},
    lambda row: (
        update(SUBSCRIPTION)
        .where(SUBSCRIPTION.c.person_id == row.person_id, SUBSCRIPTION.c.id == row.id)
        .values(last_accepted_at=row.at, suspicions=0, suspected_at=None, suspicion=None)
    ),
)  # fmt: skip
EMPTY = Each(
    {"person_id": MESSAGE.c.person_id, "id": MESSAGE.c.id},
    lambda row: (
        update(MESSAGE)
        .where(
            MESSAGE.c.person_id == row.person_id,
            MESSAGE.c.id == row.id,
            ~exists().where(
                DELIVERY.c.person_id == MESSAGE.c.person_id,
                DELIVERY.c.message_id == MESSAGE.c.id,
                DELIVERY.c.ready_at.is_not(None),
            ),
        )
        .values(payload=None)
    ),
)
OF_DEVICE = (
    SUBSCRIPTION.c.person_id == bindparam("of_person"),
    SUBSCRIPTION.c.id == bindparam("of_subscription"),
)
# A browser that has subscribed again in the meantime has another endpoint and stays.
RETIRE = (
    update(SUBSCRIPTION)
    .where(
        *OF_DEVICE,
        SUBSCRIPTION.c.endpoint_hash == bindparam("hash"),
        SUBSCRIPTION.c.retired_at.is_(None),
    )
    .values(retired_at=bindparam("at"), retired=bindparam("how"))
)
SUSPECT = (
    update(SUBSCRIPTION)
    .where(*OF_DEVICE, SUBSCRIPTION.c.endpoint_hash == bindparam("hash"))
    .values(suspicions=bindparam("days"), suspected_at=bindparam("at"), suspicion=bindparam("why"))
)


async def finish(session: AsyncSession, results: Sequence[Result]) -> None:
    """Write down how attempts ended, in a few statements for any number of them.

    A delivery whose fence is newer belongs to somebody else by now and stays as it is. What
    was learned of the device holds in any case. A repeat changes nothing.
    """
    if not results:
        return
    await FINISH.run(session, [_finished(result) for result in results])
    # In the order of their keys, so that two couriers that know the same device cannot deadlock.
    results = sorted(results, key=lambda result: _device(result.job))
    trusted = {
        _device(r.job): {"person_id": r.job.person_id, "id": r.job.subscription_id, "at": r.at}
        for r in results
        if r.state is State.ACCEPTED
    }
    await _lock(session, SUBSCRIPTION, list(trusted))
    await TRUST.run(session, list(trusted.values()))
    for result in results:
        await _learn(session, result)
    ended = {(r.job.person_id, r.job.message_id) for r in results if r.state is not State.WAITING}
    done = sorted(ended)
    await _lock(session, MESSAGE, done)
    await EMPTY.run(session, [{"person_id": person, "id": id} for person, id in done])


async def extend(session: AsyncSession, jobs: Collection[Job], until: datetime) -> None:
    """Hold these for longer; those that somebody took over stay theirs."""
    await EXTEND.run(session, [{**_mine(job), "ready_at": until} for job in jobs])


async def _lock(session: AsyncSession, table: Table, keys: Sequence[tuple[UUID, UUID]]) -> None:
    """Take these rows, keyed by person and id, in the order of their keys.

    The statement that follows writes them in whatever order the database finds best.
    """
    if len(keys) < 2:
        return
    rows = (
        select(table.c.id)
        .where(
            table.c.person_id.in_([person for person, _ in keys]),
            table.c.id.in_([id for _, id in keys]),
        )
        .order_by(table.c.person_id, table.c.id)
        .with_for_update(key_share=True)
    )
    await session.execute(rows)


async def _learn(session: AsyncSession, result: Result) -> None:
    """Write down what an attempt taught of its device, where it taught something unusual."""
    device = {
        "of_person": result.job.person_id,
        "of_subscription": result.job.subscription_id,
        "hash": result.job.endpoint_hash,
        "at": result.at,
    }
    if result.suspects is not None:
        days, why = result.suspects
        await session.execute(SUSPECT, [{**device, "days": days, "why": why}])
    if result.retires is not None:
        await session.execute(RETIRE, [{**device, "how": result.retires}])


def _device(job: Job) -> tuple[UUID, UUID]:
    return job.person_id, job.subscription_id


def _mine(job: Job) -> dict[str, object]:
    return {
        "person_id": job.person_id,
        "message_id": job.message_id,
        "subscription_id": job.subscription_id,
        "fence": job.fence,
    }


def _finished(result: Result) -> dict[str, object]:
    waits = result.state is State.WAITING
    return {
        **_mine(result.job),
        "state": result.state,
        "ready_at": result.ready_at if waits else None,
        "status": result.status,
        "attempts": result.job.attempts - (1 if result.untried else 0),
        "finished_at": None if waits else result.at,
    }
