"""A misbehaving push service, phones that read, and a courier that reaches them."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.config import Settings
from app.db import Sessions
from app.push.deliver import Courier
from app.push.models import Delivery, Subscription
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.push.subscriptions import subscribe
from app.push.vapid import Identity, make_private_key
from tests.factories import a_patient
from tests.push.stand_in import StandIn
from tests.rig.certificate import write_certificate
from tests.story_time import Clock

# Seconds, far longer than any answer takes on a machine that does ten other things: only a test in
# which a service hangs asks for less.
PATIENT = 30

SECRET = "the-tests-own-secret-0123456789-abcdefghij"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("certificate"))[0]


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity(make_private_key(), "mailto:tests@vesper.example.org")


@pytest.fixture
def seal() -> Seal:
    return Seal(SECRET)


@pytest.fixture
async def service(certificate: Path) -> AsyncIterator[StandIn]:
    async with StandIn(certificate) as service:
        yield service


class World:
    """People with phones, messages to them, and what became of those."""

    def __init__(
        self, sessions: Sessions, service: StandIn, identity: Identity, seal: Seal, time: Clock
    ) -> None:
        self.sessions = sessions
        self.service = service
        self.identity = identity
        self.seal = seal
        self.time = time

    async def person(self, *phones: str, origin: str = "") -> Person:
        """Somebody with these phones."""
        async with self.sessions.begin() as session:
            person = await a_patient(session, now=self.time.now)
            for phone in phones:
                keys = self.service.phones[phone]
                await subscribe(
                    session,
                    person_id=person.id,
                    endpoint=f"{origin or self.service.origin}/push/{phone}",
                    p256dh=keys.p256dh,
                    auth=keys.auth,
                    vapid_key_id=self.identity.key_id,
                    name=phone,
                    replaces=None,
                    now=self.time.now,
                )
        return person

    async def say(
        self, person: Person, *, topic: str = "", minutes: float = 330, **facts: Any
    ) -> UUID:
        """Put a message into the outbox, committed."""
        message = uuid4()
        given: dict[str, Any] = {
            "kind": "dose-due",
            "topic": topic or message.hex,
            "payload": a_payload(message),
            "due_at": self.time.now,
            "expires_at": self.time.now + timedelta(minutes=minutes),
            "now": self.time.now,
        }
        async with self.sessions.begin() as session:
            await enqueue(
                session, self.seal, person_id=person.id, message_id=message, **(given | facts)
            )
        return message

    async def deliveries(self, person: Person) -> list[Delivery]:
        async with self.sessions.begin() as session:
            rows = await session.scalars(
                select(Delivery).where(Delivery.person_id == person.id).order_by(Delivery.fence)
            )
            return list(rows)

    async def delivery(self, person: Person) -> Delivery:
        """The only delivery of somebody."""
        [delivery] = await self.deliveries(person)
        return delivery

    async def device(self, person: Person) -> Subscription:
        """The only device of somebody."""
        async with self.sessions.begin() as session:
            return await self.device_in(session, person)

    async def device_in(self, session: AsyncSession, person: Person) -> Subscription:
        """The only device of somebody, in an open transaction."""
        mine = select(Subscription).where(Subscription.person_id == person.id)
        return (await session.scalars(mine)).one()


def a_payload(message: UUID, **more: Any) -> dict[str, Any]:
    return {
        "web_push": 8030,
        "notification": {
            "title": "Evening check-in",
            "body": "Open Vesper.",
            "navigate": "https://vesper.example.org/tonight",
            "lang": "en",
            "tag": message.hex,
            "data": {"kind": "dose-due", "message": str(message), **more},
        },
    }


@pytest.fixture
def world(
    sessions: Sessions, service: StandIn, identity: Identity, seal: Seal, time: Clock
) -> World:
    return World(sessions, service, identity, seal, time)


MakeCourier = Callable[..., Courier]


@pytest.fixture
async def a_courier(
    settings: Settings, world: World, certificate: Path
) -> AsyncIterator[MakeCourier]:
    """Makes patient couriers that trust the stand-in and wait half of every longest backoff."""
    made: list[Courier] = []

    def make(origins: list[str] | None = None, **more: Any) -> Courier:
        chosen = settings.model_copy(
            update={
                "push_allowed_origins": origins or [world.service.origin],
                "vapid_private_key": SecretStr(""),
                "push_in_flight": more.pop("in_flight", 50),
            }
        )
        given: dict[str, Any] = {
            "random": lambda: 0.5,
            "certificates": str(certificate),
            "timeout": PATIENT,
        }
        courier = Courier(chosen, world.sessions, world.identity, world.seal, **(given | more))
        made.append(courier)
        return courier

    yield make
    for courier in made:
        courier.close()


@pytest.fixture
def courier(a_courier: MakeCourier) -> Courier:
    return a_courier()
