"""Say something to people: a message and one delivery for each of their devices.

Everything here happens in the caller's transaction; app.push.deliver sends what was committed.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import insert_new
from app.push.encrypt import LARGEST, PlaintextTooLarge
from app.push.models import Delivery, Message, State, Subscription
from app.push.receipts import BLANK
from app.push.seal import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Something to say to one person.

    message_id   derived from the facts, so that saying it twice is the same as once
    topic        32 hex characters; a newer message of a topic replaces one that still waits
    payload      a declarative web push message, at most 3,993 bytes of JSON with its receipt
    expires_at   after this it is not said any more
    to           only these subscriptions; None is every live one
    """

    person_id: UUID
    message_id: UUID
    kind: str
    topic: str
    payload: Mapping[str, Any]
    due_at: datetime
    expires_at: datetime
    urgent: bool = True
    to: Collection[UUID] | None = None


async def enqueue(
    session: AsyncSession,
    seal: Seal,
    *,
    person_id: UUID,
    message_id: UUID,
    kind: str,
    topic: str,
    payload: Mapping[str, Any],
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    urgent: bool = True,
    to: Collection[UUID] | None = None,
) -> int:
    """Say one thing to one person, and tell on how many devices it will be said.

    The same `message_id` again changes nothing, also when there are more devices by then.
    """
    outgoing = Outgoing(
        person_id=person_id,
        message_id=message_id,
        kind=kind,
        topic=topic,
        payload=payload,
        due_at=due_at,
        expires_at=expires_at,
        urgent=urgent,
        to=to,
    )
    return (await enqueue_many(session, seal, [outgoing], now))[message_id]


async def enqueue_many(
    session: AsyncSession, seal: Seal, outgoing: Sequence[Outgoing], now: datetime
) -> dict[UUID, int]:
    """Say something to many people with the same few statements; devices by message id.

    A repeat of a message changes nothing. Of two messages with one topic and one person, the
    newer ends those deliveries of the older that still wait.

    Raises PlaintextTooLarge and ValueError for a message that no push service would take: a bug.
    """
    if not outgoing:
        return {}
    for one in outgoing:
        if len(one.topic) != 32 or not one.topic.isalnum() or not one.topic.isascii():
            # Apple decodes the topic and refuses lengths that base64 cannot have; 32 always works.
            raise ValueError("a topic has 32 hexadecimal characters")
    devices = await _devices(session, {one.person_id for one in outgoing})
    reached = {
        one.message_id: [
            device for device in devices[one.person_id] if one.to is None or device in one.to
        ]
        for one in outgoing
    }
    messages = [
        {
            "person_id": one.person_id,
            "id": one.message_id,
            "kind": one.kind,
            "topic": one.topic,
            "urgent": one.urgent,
            "payload": _sealed(seal, one) if reached[one.message_id] else None,
            "created_at": now,
            "due_at": one.due_at,
            "expires_at": one.expires_at,
        }
        for one in outgoing
    ]
    new = outgoing
    if await insert_new(session, Message, messages) < len(messages):
        new = await _said_now(session, outgoing, now)
    if not new:
        return {message: len(devices) for message, devices in reached.items()}
    await _drop_waiting(session, {(one.person_id, one.topic) for one in new}, keep=new, now=now)
    await insert_new(
        session,
        Delivery,
        [
            {
                "person_id": one.person_id,
                "message_id": one.message_id,
                "subscription_id": device,
                "state": State.WAITING,
                "ready_at": now,
                "fence": 0,
                "attempts": 0,
            }
            for one in new
            for device in reached[one.message_id]
        ],
    )
    return {message: len(devices) for message, devices in reached.items()}


async def withdraw(session: AsyncSession, person_id: UUID, topic: str, now: datetime) -> int:
    """Say nothing more of a topic that was settled elsewhere; how many deliveries that ended.

    One that is being sent at this moment cannot be called back. One that has expired stays, so
    that the record tells that it never arrived. A repeat changes nothing.
    """
    return await _drop_waiting(session, {(person_id, topic)}, keep=(), now=now)


def associated_data(person_id: UUID, message_id: UUID) -> bytes:
    """What ties a sealed payload to its row."""
    return f"message|{person_id}|{message_id}".encode()


async def empty_finished(session: AsyncSession, messages: Collection[tuple[UUID, UUID]]) -> None:
    """Forget what these messages (person, message) said, where no delivery waits any more."""
    if not messages:
        return
    waiting = exists().where(
        Delivery.person_id == Message.person_id,
        Delivery.message_id == Message.id,
        Delivery.state == State.WAITING,
    )
    # A message belongs to one person, so the two lists can name no row that was not meant.
    await session.execute(
        update(Message)
        .where(
            Message.person_id.in_({person for person, _ in messages}),
            Message.id.in_({message for _, message in messages}),
            Message.payload.is_not(None),
            ~waiting,
        )
        .values(payload=None)
        .execution_options(synchronize_session=False)
    )


async def _devices(session: AsyncSession, people: set[UUID]) -> dict[UUID, list[UUID]]:
    rows = await session.execute(
        select(Subscription.person_id, Subscription.id).where(
            Subscription.person_id.in_(people), Subscription.retired_at.is_(None)
        )
    )
    devices: dict[UUID, list[UUID]] = defaultdict(list)
    for person_id, subscription_id in rows:
        devices[person_id].append(subscription_id)
    return devices


def _sealed(seal: Seal, one: Outgoing) -> bytes:
    notification = one.payload["notification"]
    data = {**notification.get("data", {}), "receipt": BLANK}
    whole = {**one.payload, "notification": {**notification, "data": data}}
    text = json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) > LARGEST:
        raise PlaintextTooLarge(f"{len(text)} bytes; at most {LARGEST} fit")
    return seal.seal(text, associated_data(one.person_id, one.message_id))


async def _said_now(
    session: AsyncSession, outgoing: Sequence[Outgoing], now: datetime
) -> list[Outgoing]:
    """Those that this call wrote: an earlier row of the same id has an earlier `created_at`."""
    rows = await session.scalars(
        select(Message.id).where(
            Message.person_id.in_({one.person_id for one in outgoing}),
            Message.id.in_({one.message_id for one in outgoing}),
            Message.created_at == now,
        )
    )
    written = set(rows)
    return [one for one in outgoing if one.message_id in written]


async def _drop_waiting(
    session: AsyncSession,
    topics: set[tuple[UUID, str]],
    *,
    keep: Collection[Outgoing],
    now: datetime,
) -> int:
    """Delete what still waits of these topics (person, topic), but not of the messages to keep.

    A delivery that somebody claims or records at this moment is left to them: waiting for
    its lock could deadlock with a courier that holds several.
    """
    kept = {one.message_id for one in keep}
    rows = await session.execute(
        select(Delivery.person_id, Delivery.message_id, Delivery.subscription_id, Message.topic)
        .join(
            Message,
            (Message.person_id == Delivery.person_id) & (Message.id == Delivery.message_id),
        )
        .where(
            Message.person_id.in_({person for person, _ in topics}),
            Message.topic.in_({topic for _, topic in topics}),
            Delivery.person_id.in_({person for person, _ in topics}),
            Message.expires_at > now,
            # Says the same as the state, and lets the index of what waits answer: a person's
            # messages of a month are many, those that wait are few.
            Delivery.ready_at.is_not(None),
        )
        .with_for_update(of=Delivery, skip_locked=True)
    )
    found = [
        (person, message, device)
        for person, message, device, topic in rows
        if (person, topic) in topics and message not in kept
    ]
    if not found:
        return 0
    key = tuple_(Delivery.person_id, Delivery.message_id, Delivery.subscription_id)
    await session.execute(
        delete(Delivery).where(key.in_(found)).execution_options(synchronize_session=False)
    )
    await empty_finished(session, {(person, message) for person, message, _ in found})
    return len(found)
