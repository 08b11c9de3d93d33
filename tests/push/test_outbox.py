"""Saying something to people, once, in the caller's transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.accounts.models import Person
from app.push.deliver import Courier
from app.push.encrypt import PlaintextTooLarge
from app.push.models import Delivery, Message, State
from app.push.outbox import Outgoing, associated_data, enqueue_many, withdraw
from tests.push.conftest import World, a_payload
from tests.push.stand_in import StandIn
from tests.story_time import Clock


def saying(world: World, person: Person, message: UUID | None = None, topic: str = "") -> Outgoing:
    message = message or uuid4()
    return Outgoing(
        person_id=person.id,
        message_id=message,
        kind="dose-due",
        topic=topic or message.hex,
        payload=a_payload(message),
        due_at=world.time.now,
        expires_at=world.time.now + timedelta(hours=5),
    )


async def test_a_message_waits_for_every_live_device_and_is_sealed(world: World) -> None:
    person = await world.person("phone", "tablet")
    one = saying(world, person)
    async with world.sessions.begin() as session:
        reached = await enqueue_many(session, world.seal, [one], world.time.now)
        message = await session.get_one(Message, (person.id, one.message_id))
    assert reached == {one.message_id: 2}
    assert message.payload is not None
    assert b"Vesper" not in message.payload
    opened = world.seal.open(message.payload, associated_data(person.id, one.message_id))
    assert b"Open Vesper." in opened
    for delivery in await world.deliveries(person):
        assert (delivery.state, delivery.ready_at) == (State.WAITING, world.time.now)


async def test_saying_it_twice_changes_nothing_even_with_a_new_device(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    one = saying(world, person)
    for _ in range(2):
        async with world.sessions.begin() as session:
            await enqueue_many(session, world.seal, [one], time.now)
    await courier.run_once(time.now)
    time.advance(minutes=1)
    async with world.sessions.begin() as session:
        await enqueue_many(session, world.seal, [one, saying(world, person)], time.now)
    await courier.run_once(time.now)
    assert len(service.of("phone")) == 2, "the first message once, and the new one"


async def test_nobody_to_reach_leaves_a_message_without_its_text(world: World) -> None:
    person = await world.person()
    one = saying(world, person)
    async with world.sessions.begin() as session:
        reached = await enqueue_many(session, world.seal, [one], world.time.now)
        message = await session.get_one(Message, (person.id, one.message_id))
    assert reached == {one.message_id: 0}
    assert message.payload is None


async def test_a_newer_message_of_a_topic_takes_the_place_of_one_that_waits(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person, other = await world.person("phone"), await world.person("other")
    topic = uuid4().hex
    first = saying(world, person, topic=topic)
    async with world.sessions.begin() as session:
        theirs = saying(world, other, topic=topic)
        await enqueue_many(session, world.seal, [first, theirs], time.now)
    time.advance(minutes=20)
    second = saying(world, person, topic=topic)
    async with world.sessions.begin() as session:
        await enqueue_many(session, world.seal, [second], time.now)
        old = await session.get_one(Message, (person.id, first.message_id))
        assert old.payload is None
    await courier.run_once(time.now)
    assert [a.data["message"] for a in service.of("phone")] == [str(second.message_id)]
    assert len(service.of("other")) == 1, "the same topic of somebody else is another topic"


async def test_what_was_settled_elsewhere_is_not_said(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone", "tablet")
    one, another = saying(world, person), saying(world, person)
    async with world.sessions.begin() as session:
        await enqueue_many(session, world.seal, [one, another], time.now)
    async with world.sessions.begin() as session:
        assert await withdraw(session, person.id, one.topic, time.now) == 2
        assert await withdraw(session, person.id, one.topic, time.now) == 0
        await session.flush()
        assert (await session.get_one(Message, (person.id, one.message_id))).payload is None
    await courier.run_once(time.now)
    assert {a.data["message"] for a in service.arrived} == {str(another.message_id)}


async def test_withdrawing_leaves_what_was_accepted_as_it_was(
    world: World, courier: Courier, time: Clock
) -> None:
    person = await world.person("phone")
    message = await world.say(person)
    await courier.run_once(time.now)
    async with world.sessions.begin() as session:
        assert await withdraw(session, person.id, message.hex, time.now) == 0
    assert (await world.delivery(person)).state is State.ACCEPTED


async def test_many_people_cost_as_many_statements_as_one(
    world: World, engine: AsyncEngine, time: Clock
) -> None:
    people = [await world.person(f"phone{n}") for n in range(30)]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    counts = []
    for group in (people[:1], people[1:]):
        statements.clear()
        async with world.sessions.begin() as session:
            outgoing = [saying(world, person) for person in group]
            await enqueue_many(session, world.seal, outgoing, time.now)
        counts.append(len(statements))
    event.remove(engine.sync_engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 6
    async with world.sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 30


async def test_what_no_push_service_would_take_is_refused_before_it_is_stored(
    world: World,
) -> None:
    person = await world.person("phone")
    long = saying(world, person)
    long = Outgoing(**{name: getattr(long, name) for name in long.__slots__} | {
        "payload": a_payload(long.message_id, doses=["x" * 4000]),
    })  # fmt: skip
    async with world.sessions.begin() as session:
        with pytest.raises(PlaintextTooLarge):
            await enqueue_many(session, world.seal, [long], world.time.now)
        one = saying(world, person, topic="short")
        with pytest.raises(ValueError, match="32"):
            await enqueue_many(session, world.seal, [one], world.time.now)
