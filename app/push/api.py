"""HTTP for devices: the key, subscriptions, a test push, receipts."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app.accounts.access import SignedIn
from app.accounts.attempts import address_of, allow
from app.clock import Now
from app.config import Settings
from app.db import Session
from app.problems import NotFound, declared
from app.push import receipts
from app.push.guard import Addresses, check_endpoint, check_reachable
from app.push.models import Delivery, Message, Retired, Subscription
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.push.subscriptions import (
    LONGEST_NAME,
    browser_keys,
    listed_subscriptions,
    name_of,
    remove,
    subscribe,
)
from app.push.vapid import Identity

router = APIRouter(prefix="/api/push", tags=["push"])

TEST_LIVES = timedelta(minutes=10)
# A clinic or a mobile network has one address; at bedtime all of its phones report at once.
RECEIPTS = "600/minute"

ADDRESSES = Addresses()


class Key(BaseModel):
    """What a browser subscribes with. `key_id` names it in `Device.vapid_key_id`."""

    key: str
    key_id: str


class BrowserKeys(BaseModel):
    """The browser's half of the encryption, base64url."""

    model_config = ConfigDict(extra="ignore")

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class SubscriptionIn(BaseModel):
    """A `PushSubscription.toJSON()`, with a name for the device and the endpoint it replaces."""

    model_config = ConfigDict(extra="ignore")

    endpoint: str = Field(max_length=4000)
    keys: BrowserKeys
    name: str | None = Field(default=None, max_length=LONGEST_NAME)
    replaces: str | None = Field(default=None, max_length=4000)


class Device(BaseModel):
    """One browser that a person wants to be reached on.

    endpoint_hash   hex SHA-256 of the endpoint, so that a browser finds itself in the list
    state           `working` has shown a reminder; `unproven` has not said so yet (a browser that
                    shows declarative pushes by itself never does); `suspect` was refused last
                    time; `gone` does not exist any more
    reason          why it is suspect or gone, and what helps
    """

    id: UUID
    name: str
    endpoint_hash: str
    vapid_key_id: str
    created_at: datetime
    last_accepted_at: datetime | None
    last_shown_at: datetime | None
    state: Literal["working", "unproven", "suspect", "gone"]
    reason: str | None


class Devices(BaseModel):
    """A person's devices, oldest first."""

    devices: list[Device]


class TestOf(BaseModel):
    """Which device to try."""

    model_config = ConfigDict(extra="forbid")

    subscription: UUID


class TestSent(BaseModel):
    """Where to ask what became of a test push."""

    message: UUID


class TestState(BaseModel):
    """What became of a test push; `status` is what the push service last answered."""

    state: Literal["waiting", "accepted", "shown", "gone", "refused", "expired"]
    status: int | None


class Shown(BaseModel):
    """Sent by the service worker once the notification is on the screen."""

    model_config = ConfigDict(extra="ignore")

    receipt: str = Field(max_length=100)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _identity(request: Request) -> Identity:
    identity: Identity = request.app.state.vapid
    return identity


def _seal(request: Request) -> Seal:
    seal: Seal = request.app.state.seal
    return seal


Ours = Annotated[Identity, Depends(_identity)]


async def reachable(
    browser: SubscriptionIn, settings: Annotated[Settings, Depends(_settings)]
) -> SubscriptionIn:
    """A subscription whose endpoint Vesper is willing to call.

    It asks the name server, so it stands first in a signature: before anything opens a
    transaction, which must not wait for a network.
    """
    origin = check_endpoint(browser.endpoint, settings.push_allowed_origins)
    if origin not in settings.push_routes:
        await check_reachable(origin, settings.push_allowed_origins, ADDRESSES)
    return browser


@router.get("/key")
async def read_push_key(ours: Ours) -> Key:
    """The key that browsers subscribe with. Needs no sign-in: a service worker may ask."""
    return Key(key=ours.public_key, key_id=ours.key_id)


@router.post("/subscriptions", status_code=201)
async def add_device(
    browser: Annotated[SubscriptionIn, Depends(reachable)],
    person: SignedIn,
    session: Session,
    now: Now,
    ours: Ours,
    user_agent: Annotated[str, Header()] = "",
) -> Device:
    """Reach me on this browser. Safe to repeat; the app does so whenever it opens."""
    p256dh, auth = browser_keys(browser.keys.p256dh, browser.keys.auth)
    row = await subscribe(
        session,
        person_id=person.id,
        endpoint=browser.endpoint,
        p256dh=p256dh,
        auth=auth,
        vapid_key_id=ours.key_id,
        name=(browser.name or "").strip() or name_of(user_agent),
        replaces=browser.replaces,
        now=now,
    )
    return device(row, ours)


@router.get("/subscriptions")
async def list_devices(person: SignedIn, session: Session, now: Now, ours: Ours) -> Devices:
    """My devices, with those that died in the last 30 days."""
    rows = await listed_subscriptions(session, person.id, now)
    return Devices(devices=[device(row, ours) for row in rows])


@router.delete("/subscriptions/{subscription}", status_code=204)
async def remove_device(subscription: UUID, person: SignedIn, session: Session, now: Now) -> None:
    """Do not reach me on this device any more. Safe to repeat."""
    await remove(session, person.id, subscription, now)


@router.post("/test", status_code=202)
async def send_test_push(
    wanted: TestOf, request: Request, person: SignedIn, session: Session, now: Now
) -> TestSent:
    """Send a push to one of my devices, to see that it works. Never says anything private."""
    row = await session.get(Subscription, (person.id, wanted.subscription))
    if row is None or row.retired_at is not None:
        raise NotFound("You have no such device.")
    message = uuid4()
    await enqueue(
        session,
        _seal(request),
        person_id=person.id,
        message_id=message,
        kind="test",
        topic=message.hex,
        payload=test_payload(message, _settings(request).public_url),
        due_at=now,
        expires_at=now + TEST_LIVES,
        now=now,
        to={row.id},
    )
    return TestSent(message=message)


@router.get("/test/{message}")
async def read_test_push(message: UUID, person: SignedIn, session: Session) -> TestState:
    """What became of a test push."""
    delivery = await session.scalar(
        select(Delivery)
        .join(
            Message,
            (Message.person_id == Delivery.person_id) & (Message.id == Delivery.message_id),
        )
        .where(
            Delivery.person_id == person.id,
            Delivery.message_id == message,
            Message.kind == "test",
        )
    )
    if delivery is None:
        raise NotFound("You have sent no such test.")
    if delivery.shown_at is not None:
        return TestState(state="shown", status=delivery.status)
    return TestState(state=delivery.state.value, status=delivery.status)


@router.post("/receipts", status_code=204, responses=declared(NotFound))
async def accept_receipt(shown: Shown, request: Request, session: Session, now: Now) -> None:
    """Note that a device showed a message. Safe to repeat.

    Needs no sign-in: the receipt came through the encrypted push and names only itself.
    """
    allow(request, RECEIPTS, f"receipt {address_of(request)}")
    await receipts.note_shown(session, shown.receipt, now)


def test_payload(message: UUID, public_url: str) -> dict[str, object]:
    """A notification that says only that reminders work."""
    return {
        "web_push": 8030,
        "notification": {
            "title": "Vesper",
            "body": "Reminders work on this phone.",
            "navigate": f"{public_url.rstrip('/')}/",
            "lang": "en",
            "tag": message.hex,
            "data": {"kind": "test", "message": str(message)},
        },
    }


def device(row: Subscription, ours: Identity) -> Device:
    """A subscription as its person sees it."""
    state, reason = _state(row, ours)
    return Device(
        id=row.id,
        name=row.name,
        endpoint_hash=row.endpoint_hash.hex(),
        vapid_key_id=row.vapid_key_id,
        created_at=row.created_at,
        last_accepted_at=row.last_accepted_at,
        last_shown_at=row.last_shown_at,
        state=state,
        reason=reason,
    )


def _state(
    row: Subscription, ours: Identity
) -> tuple[Literal["working", "unproven", "suspect", "gone"], str | None]:
    if row.retired is Retired.SUSPECT:
        return "gone", row.suspicion
    if row.retired_at is not None:
        return "gone", "The browser no longer takes messages. Open Vesper there to turn them on."
    if row.vapid_key_id != ours.key_id:
        return "suspect", "It was set up with an older key. Open Vesper on that device once."
    if row.suspicion is not None:
        return "suspect", row.suspicion
    return ("working" if row.last_shown_at else "unproven"), None
