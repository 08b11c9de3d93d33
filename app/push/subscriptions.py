"""A person's devices: subscribe, live ones, remove, retire."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.db import insert_new
from app.problems import Invalid, NotFound
from app.push import text64
from app.push.encrypt import public_key
from app.push.models import Retired, Subscription

MOST_DEVICES = 10
LONGEST_NAME = 80
# A device that died stays on the person's list this long, so that they learn of it.
REMEMBERED = timedelta(days=30)


def endpoint_hash(endpoint: str) -> bytes:
    """The SHA-256 by which an endpoint is found again."""
    return hashlib.sha256(endpoint.encode()).digest()


def browser_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The browser's public point (65 bytes) and secret (16 bytes) from their base64url texts.

    Raises Invalid naming the field when one of them cannot be what a browser made.
    """
    cure = "Send the subscription's `toJSON()` unchanged, or subscribe again."
    try:
        point = text64.decode(p256dh)
        public_key(point)
    except ValueError as error:
        raise Invalid(
            "This is not a point on the P-256 curve.", field="keys.p256dh", cure=cure
        ) from error
    try:
        secret = text64.decode(auth)
    except ValueError:
        secret = b""
    if len(secret) != 16:
        raise Invalid("This is not a 16-byte secret.", field="keys.auth", cure=cure)
    return point, secret


async def subscribe(
    session: AsyncSession,
    *,
    person_id: UUID,
    endpoint: str,
    p256dh: bytes,
    auth: bytes,
    vapid_key_id: str,
    name: str,
    replaces: str | None,
    now: datetime,
) -> Subscription:
    """Reach a person on this browser from now on.

    endpoint   already checked by app.push.guard
    replaces   the endpoint this browser had before; that row is retired

    The same endpoint again refreshes its row, also one that was retired. On a shared device
    the last person to subscribe keeps it. Beyond ten devices the one unseen for longest goes.
    """
    fingerprint = endpoint_hash(endpoint)
    fresh = {
        "endpoint": endpoint,
        "p256dh": p256dh,
        "auth": auth,
        "vapid_key_id": vapid_key_id,
        "name": name[:LONGEST_NAME],
        "seen_at": now,
        "suspicions": 0,
        "suspected_at": None,
        "suspicion": None,
        "retired_at": None,
        "retired": None,
    }
    key = {"person_id": person_id, "id": uuid4(), "endpoint_hash": fingerprint}
    proven = {"last_accepted_at": None, "last_shown_at": None}
    if not await insert_new(session, Subscription, [{**fresh, **key, **proven, "created_at": now}]):
        mine = (Subscription.person_id == person_id, Subscription.endpoint_hash == fingerprint)
        await session.execute(update(Subscription).where(*mine).values(fresh))
    await _retire(
        session,
        Subscription.endpoint_hash == fingerprint,
        Subscription.person_id != person_id,
        how=Retired.REPLACED,
        now=now,
    )
    if replaces and (before := endpoint_hash(replaces)) != fingerprint:
        await _retire(
            session,
            Subscription.person_id == person_id,
            Subscription.endpoint_hash == before,
            how=Retired.REPLACED,
            now=now,
        )
    audit.record(session, "device.added", at=now, actor=person_id, patient=person_id)
    live = await live_subscriptions(session, person_id)
    live.sort(key=lambda row: (row.endpoint_hash == fingerprint, row.seen_at), reverse=True)
    for crowded_out in live[MOST_DEVICES:]:
        crowded_out.retired, crowded_out.retired_at = Retired.REPLACED, now
    return live[0]


async def live_subscriptions(session: AsyncSession, person_id: UUID) -> list[Subscription]:
    """The devices a person can be reached on, oldest first."""
    rows = await session.scalars(
        select(Subscription)
        .where(Subscription.person_id == person_id, Subscription.retired_at.is_(None))
        .order_by(Subscription.created_at, Subscription.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def listed_subscriptions(
    session: AsyncSession, person_id: UUID, now: datetime
) -> Sequence[Subscription]:
    """The live devices, and those that died in the last 30 days without the person's doing."""
    died = (Subscription.retired.in_([Retired.GONE, Retired.SUSPECT])) & (
        Subscription.retired_at > now - REMEMBERED
    )
    rows = await session.scalars(
        select(Subscription)
        .where(Subscription.person_id == person_id, or_(Subscription.retired_at.is_(None), died))
        .order_by(Subscription.created_at, Subscription.id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def remove(
    session: AsyncSession, person_id: UUID, subscription_id: UUID, now: datetime
) -> None:
    """Stop reaching a person on one device; its tap tokens end with it.

    Removing it again changes nothing. Raises NotFound for a device that is not this person's.
    """
    row = await session.get(Subscription, (person_id, subscription_id), with_for_update=True)
    if row is None:
        raise NotFound("You have no such device.")
    if row.retired is not Retired.REMOVED:
        row.retired, row.retired_at = Retired.REMOVED, now
        audit.record(
            session, "device.removed", at=now, actor=person_id, patient=person_id,
            device=str(subscription_id),
        )  # fmt: skip


async def retire_all_of_browser(
    session: AsyncSession, person_id: UUID, endpoint: str, now: datetime
) -> int:
    """Forget the browser that a person signs out of, and say how many rows that ended (0 or 1).

    Also turns a row that ended otherwise into a removed one, so that its tap tokens end.
    """
    result = await session.execute(
        update(Subscription)
        .where(
            Subscription.person_id == person_id,
            Subscription.endpoint_hash == endpoint_hash(endpoint),
            Subscription.retired.is_distinct_from(Retired.REMOVED),
        )
        .values(retired=Retired.REMOVED, retired_at=now)
    )
    ended = int(result.rowcount)  # type: ignore[attr-defined]
    if ended:
        audit.record(session, "device.removed", at=now, actor=person_id, patient=person_id)
    return ended


async def _retire(
    session: AsyncSession, *which: ColumnElement[bool], how: Retired, now: datetime
) -> None:
    await session.execute(
        update(Subscription)
        .where(*which, Subscription.retired_at.is_(None))
        .values(retired=how, retired_at=now)
    )


# The first that matches wins: Edge and Opera also call themselves Chrome, Chrome also Safari.
BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/|AppleWebKit/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("ChromeOS", r"CrOS"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux"),
)


def name_of(user_agent: str) -> str:
    """What a person would call this device, such as `Chrome on Android`.

    An iPad that asks for desktop pages cannot be told from a Mac.
    """
    browser = next((name for name, mark in BROWSERS if re.search(mark, user_agent)), "Browser")
    system = next((name for name, mark in SYSTEMS if re.search(mark, user_agent)), "")
    return f"{browser} on {system}" if system else browser
