"""A device says that it showed a reminder."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.problems import Invalid, NotFound
from app.push import text64
from app.push.deliver import Courier
from app.push.receipts import Receipt, from_a_kept_device, note_shown
from app.push.subscriptions import remove
from tests.push.conftest import World
from tests.push.stand_in import StandIn
from tests.story_time import Clock


@given(st.uuids(), st.uuids(), st.uuids())
def test_a_receipt_reads_as_it_was_written(person: UUID, message: UUID, device: UUID) -> None:
    receipt = Receipt(person, message, device)
    assert Receipt.read(str(receipt)) == receipt
    assert len(str(receipt)) == 64


@pytest.mark.parametrize("text", ["", "x", "*" * 64, text64.encode(bytes(47)), "ä" * 64])
def test_a_garbled_receipt_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Receipt.read(text)


async def test_the_first_receipt_counts_and_a_repeat_changes_nothing(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    await world.say(person)
    await courier.run_once(time.now)
    receipt = service.of("phone")[0].data["receipt"]
    shown = time.advance(seconds=5)
    for _ in range(2):
        async with world.sessions.begin() as session:
            await note_shown(session, receipt, time.now)
        time.advance(minutes=1)
    assert (await world.delivery(person)).shown_at == shown
    assert (await world.device(person)).last_shown_at == shown


async def test_a_receipt_of_nothing_is_not_found(world: World) -> None:
    async with world.sessions.begin() as session:
        with pytest.raises(NotFound):
            await note_shown(session, text64.encode(bytes(48)), world.time.now)
        nobody = UUID(int=0)
        made_up = text64.encode(bytes(48))
        assert not await from_a_kept_device(session, made_up, nobody, nobody)


async def test_a_removed_device_is_known_by_its_receipts(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    await world.say(person)
    await courier.run_once(time.now)
    receipt = service.of("phone")[0].data["receipt"]
    async with world.sessions.begin() as session:
        message = Receipt.read(receipt).message_id
        assert await from_a_kept_device(session, receipt, person.id, message)
        assert not await from_a_kept_device(session, receipt, person.id, person.id)
        device = await world.device_in(session, person)
        await remove(session, person.id, device.id, time.now)
    async with world.sessions.begin() as session:
        assert not await from_a_kept_device(session, receipt, person.id, message)
