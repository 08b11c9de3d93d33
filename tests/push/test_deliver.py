"""The courier against a push service on real sockets, with time moved by hand."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from app.config import Settings
from app.push import text64
from app.push.claim import Result, claim, extend, finish
from app.push.deliver import Courier
from app.push.models import Message, Retired, State
from app.push.receipts import BLANK, Receipt
from app.push.seal import Seal
from app.push.subscriptions import endpoint_hash
from app.push.vapid import Identity
from tests.push.conftest import MakeCourier, World, a_payload
from tests.push.stand_in import HANG, RESET, StandIn
from tests.push_service import PushService
from tests.story_time import Clock


def claims(authorization: str) -> Any:
    """What a VAPID token says."""
    token = authorization.partition("t=")[2].partition(",")[0]
    return json.loads(text64.decode(token.split(".")[1]))


def audience(authorization: str) -> Any:
    """Whom a VAPID token is meant for."""
    return claims(authorization)["aud"]


async def test_what_is_said_arrives_on_every_device_with_its_own_receipt(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone", "tablet")
    message = await world.say(person, minutes=90)
    assert await courier.run_once(time.now) == 2
    phone, tablet = service.of("phone")[0], service.of("tablet")[0]
    assert phone.notification["title"] == "Evening check-in"
    assert phone.data["receipt"] != tablet.data["receipt"]
    assert phone.headers["TTL"] in {"5399", "5400"}
    assert phone.headers["Urgency"] == "high"
    assert phone.headers["Topic"] == message.hex
    assert phone.headers["Content-Encoding"] == "aes128gcm"
    assert [d.state for d in await world.deliveries(person)] == [State.ACCEPTED] * 2
    async with world.sessions.begin() as session:
        row = await session.get_one(Message, (person.id, message))
        assert row.payload is None


async def test_an_accepted_push_is_neither_sent_again_nor_forgotten(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    await world.say(person)
    await courier.run_once(time.now)
    assert await courier.run_once(time.advance(minutes=30)) == 0
    delivery, device = await world.delivery(person), await world.device(person)
    assert (delivery.state, delivery.status, delivery.attempts) == (State.ACCEPTED, 201, 1)
    assert device.last_accepted_at is not None
    assert len(service.of("phone")) == 1


async def test_a_gone_browser_is_retired_and_nothing_more_is_sent_to_it(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    for status in (404, 410):
        phone = f"phone{status}"
        service.script[phone] = [status]
        person = await world.person(phone)
        await world.say(person)
        await courier.run_once(time.now)
        assert (await world.delivery(person)).state is State.GONE
        assert (await world.device(person)).retired is Retired.GONE
        await world.say(person)
        await courier.run_once(time.now)
        assert len(service.of(phone)) == 1


async def test_a_subscription_renewed_while_the_old_one_was_found_gone_survives(
    world: World, time: Clock
) -> None:
    person = await world.person("old")
    await world.say(person)
    async with world.sessions.begin() as session:
        [job] = await claim(session, time.now, 10, timedelta(minutes=1))
    async with world.sessions.begin() as session:
        device = await world.device_in(session, person)
        device.endpoint = world.service.endpoint("new")
        device.endpoint_hash = endpoint_hash(device.endpoint)
    async with world.sessions.begin() as session:
        await finish(session, [Result(job, State.GONE, time.now, retires=Retired.GONE)])
    assert (await world.device(person)).retired is None


async def test_our_own_refused_identity_never_costs_a_device(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    for status in (401, 403):
        phone = f"phone{status}"
        service.script[phone] = [status] * 3
        person = await world.person(phone)
        await world.say(person)
        for _ in range(3):
            await courier.run_once(time.advance(minutes=3))
        delivery, device = await world.delivery(person), await world.device(person)
        assert (delivery.state, delivery.status) == (State.REFUSED, status)
        assert device.retired is None
        assert device.suspicion is not None
        assert device.suspicions == 0


async def test_a_wrong_key_for_everybody_opens_the_circuit_and_loses_nothing(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    people = [await world.person(f"phone{n}") for n in range(8)]
    for n, person in enumerate(people):
        service.script[f"phone{n}"] = [403] * 50
        await world.say(person)
    await courier.run_once(time.now)
    refused = len(service.arrived)
    for _ in range(20):
        await courier.run_once(time.advance(seconds=30))
    assert len(service.arrived) - refused <= 20, "only probes go out while the circuit is open"
    service.script.clear()
    for _ in range(6):
        await courier.run_once(time.advance(seconds=70))
    for person in people:
        assert (await world.delivery(person)).state is State.ACCEPTED
        assert (await world.device(person)).retired is None


async def test_a_malformed_answer_gives_a_device_up_after_three_days_only(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.script["phone"] = [400] * 10
    person = await world.person("phone")
    for day in range(3):
        for _ in range(2):
            await world.say(person)
            await courier.run_once(time.now)
        device = await world.device(person)
        assert device.suspicions == day + 1
        assert device.retired is (Retired.SUSPECT if day == 2 else None)
        time.advance(days=1)
    assert {d.state for d in await world.deliveries(person)} == {State.REFUSED}


async def test_one_success_clears_the_doubt(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.script["phone"] = [400]
    person = await world.person("phone")
    for _ in range(2):
        await world.say(person)
        await courier.run_once(time.advance(days=1))
    device = await world.device(person)
    assert (device.suspicions, device.suspicion, device.suspected_at) == (0, None, None)


async def test_a_message_found_too_large_is_replaced_by_the_generic_one_at_once(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.script["phone"] = [413]
    person = await world.person("phone")
    message = await world.say(person)
    await courier.run_once(time.now)
    [whole, generic] = service.of("phone")
    assert (generic.notification["title"], generic.notification["tag"]) == ("Vesper", message.hex)
    assert generic.data["receipt"] == whole.data["receipt"]
    assert len(service.raw[1][1]) < len(service.raw[0][1])
    delivery = await world.delivery(person)
    assert (delivery.state, delivery.attempts) == (State.ACCEPTED, 1)


async def test_a_generic_message_found_too_large_too_is_refused(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.script["phone"] = [413, 413]
    person = await world.person("phone")
    await world.say(person)
    await courier.run_once(time.now)
    assert (await world.delivery(person)).state is State.REFUSED
    assert len(service.of("phone")) == 2


async def test_retry_after_is_obeyed_to_the_second(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.script["phone"] = [429]
    service.headers["Retry-After"] = "600"
    person = await world.person("phone")
    await world.say(person)
    begun = time.now
    await courier.run_once(time.now)
    ready_at = (await world.delivery(person)).ready_at
    assert ready_at is not None
    assert timedelta(seconds=600) <= ready_at - begun < timedelta(seconds=602)
    assert await courier.run_once(time.advance(seconds=599)) == 0
    await courier.run_once(time.advance(seconds=3))
    delivery = await world.delivery(person)
    assert (delivery.state, delivery.attempts) == (State.ACCEPTED, 2)


async def test_faults_that_pass_are_tried_again_until_the_push_arrives(
    world: World, a_courier: MakeCourier, service: StandIn, time: Clock
) -> None:
    """An overloaded service, one that hangs, one that takes the message and then breaks off."""
    # Whose answer is late is tried again like the others, so a slow machine changes nothing here.
    courier = a_courier(timeout=0.4)
    scripts = {"error": [500, 503], "hangs": [HANG], "resets": [RESET] * 6, "slow": [408]}
    people = {phone: await world.person(phone) for phone in scripts}
    for phone, person in people.items():
        service.script[phone] = list(scripts[phone])
        await world.say(person)
    await courier.run_once(time.now)
    for person in people.values():
        delivery = await world.delivery(person)
        assert delivery.state is State.WAITING
        assert delivery.ready_at is not None
        assert timedelta(seconds=0.4) < delivery.ready_at - time.now < timedelta(seconds=4)
    for _ in range(6):
        await courier.run_once(time.advance(minutes=3))
    for phone, person in people.items():
        assert (await world.delivery(person)).state is State.ACCEPTED, phone
        assert len({a.headers["Topic"] for a in service.of(phone)}) == 1, "a copy replaces itself"


async def test_after_the_window_nothing_is_sent(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    message = await world.say(person, minutes=10)
    await courier.run_once(time.advance(minutes=10))
    assert (await world.delivery(person)).state is State.EXPIRED
    assert not service.arrived
    async with world.sessions.begin() as session:
        assert (await session.get_one(Message, (person.id, message))).payload is None


async def test_a_redirection_is_not_followed(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.script["phone"] = [307]
    service.headers["Location"] = service.endpoint("elsewhere")
    person = await world.person("phone")
    await world.say(person)
    await courier.run_once(time.now)
    delivery, device = await world.delivery(person), await world.device(person)
    assert (delivery.state, delivery.status) == (State.REFUSED, 307)
    assert device.suspicion is not None
    assert device.retired is None
    assert not service.of("elsewhere")


async def test_an_endless_answer_is_cut_off_and_its_status_counts(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    service.words = b"x" * 1_000_000
    person = await world.person("phone")
    await world.say(person)
    await courier.run_once(time.now)
    assert (await world.delivery(person)).state is State.ACCEPTED


async def test_one_bad_row_stops_no_other(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    broken, older, abroad, sound = [
        await world.person("broken"),
        await world.person("older"),
        await world.person("abroad"),
        await world.person("sound"),
    ]
    for person in (broken, older, abroad, sound):
        await world.say(person)
    async with world.sessions.begin() as session:
        for person, change in (
            (broken, {"p256dh": b"\x04" + bytes(64)}),
            (older, {"vapid_key_id": "0" * 16}),
            (abroad, {"endpoint": "https://10.0.0.1/push/abroad"}),
        ):
            device = await world.device_in(session, person)
            for name, value in change.items():
                setattr(device, name, value)
    await courier.run_once(time.now)
    for person in (broken, older, abroad):
        assert (await world.delivery(person)).state is State.REFUSED
    assert (await world.delivery(sound)).state is State.ACCEPTED
    assert [a.phone for a in service.arrived] == ["sound"]


async def test_a_payload_sealed_with_another_key_is_refused_and_the_rest_goes_on(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    first, second = await world.person("first"), await world.person("second")
    message = await world.say(first)
    await world.say(second)
    async with world.sessions.begin() as session:
        (await session.get_one(Message, (first.id, message))).payload = b"\x01" + bytes(60)
    await courier.run_once(time.now)
    assert (await world.delivery(first)).state is State.REFUSED
    assert (await world.delivery(second)).state is State.ACCEPTED


async def test_a_service_that_hangs_does_not_hold_up_another(
    world: World, a_courier: MakeCourier, service: StandIn, certificate: Path, time: Clock
) -> None:
    async with StandIn(certificate) as other:
        courier = a_courier([service.origin, other.origin], in_flight=5, batch=20, timeout=5)
        for n in range(40):
            service.script[f"hangs{n}"] = [HANG]
        slow = await world.person(*[f"hangs{n}" for n in range(10)])
        for _ in range(4):
            await world.say(slow)
        world.service.phones |= other.phones
        quick = await world.person("quick", origin=other.origin)
        other.phones["quick"] = service.phones["quick"]
        await world.say(quick)
        began = monotonic()
        await courier.run_once(time.now)
        assert (await world.delivery(quick)).state is State.ACCEPTED
        assert monotonic() - began < 3, "patience, not the other service's timeout"


async def test_two_couriers_share_the_work_and_double_nothing(
    world: World, a_courier: MakeCourier, service: StandIn, time: Clock
) -> None:
    people = [await world.person(f"phone{n}") for n in range(12)]
    for person in people:
        await world.say(person)
    one, two = a_courier(batch=3), a_courier(batch=3)
    taken = await asyncio.gather(one.run_once(time.now), two.run_once(time.now))
    assert sum(taken) == len(people)
    assert sorted(a.phone for a in service.arrived) == sorted(f"phone{n}" for n in range(12))


async def test_a_dead_couriers_leases_run_out_and_its_late_answer_changes_nothing(
    world: World, a_courier: MakeCourier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    await world.say(person)
    async with world.sessions.begin() as session:
        [stale] = await claim(session, time.now, 10, timedelta(minutes=1))
    courier = a_courier()
    assert await courier.run_once(time.advance(seconds=59)) == 0
    assert await courier.run_once(time.advance(seconds=2)) == 1
    late = Result(stale, State.WAITING, time.now, ready_at=time.now)
    async with world.sessions.begin() as session:
        await finish(session, [late])
        await extend(session, [stale], time.now + timedelta(hours=1))
    delivery = await world.delivery(person)
    assert (delivery.state, delivery.fence, delivery.ready_at) == (State.ACCEPTED, 2, None)


async def test_draining_gives_back_what_was_not_sent(
    world: World, a_courier: MakeCourier, service: StandIn, time: Clock
) -> None:
    courier = a_courier(in_flight=1, timeout=0.6, patience=0.1)
    people = [await world.person(f"phone{n}") for n in range(3)]
    for n, person in enumerate(people):
        service.script[f"phone{n}"] = [HANG]
        await world.say(person)
    await courier.run_once(time.now)
    await courier.drain()
    waiting = [await world.delivery(person) for person in people]
    assert all(d.state is State.WAITING and d.ready_at is not None for d in waiting)
    assert sorted(d.attempts for d in waiting) == [0, 0, 1]
    assert all(d.ready_at < time.now + timedelta(seconds=10) for d in waiting if d.ready_at)
    assert await courier.run_once(time.advance(minutes=1)) == 0, "a drained courier claims nothing"


async def test_a_route_changes_where_we_connect_and_not_whom_we_name(
    world: World, settings: Settings, identity: Identity, seal: Seal, time: Clock
) -> None:
    async with PushService() as local:
        google = "https://jmt17.google.com"
        courier = Courier(
            settings.model_copy(update={"push_routes": {google: local.origin}}),
            world.sessions, identity, seal,
        )  # fmt: skip
        phone = local.a_phone()["endpoint"].rpartition("/")[2]
        world.service.phones[phone] = local.phones[phone]
        person = await world.person(phone, origin=google)
        await world.say(person)
        await courier.run_once(time.now)
        courier.close()
        [arrival] = local.received
        assert audience(arrival.headers["Authorization"]) == google
        assert (await world.device(person)).endpoint.startswith(google)


async def test_words_that_look_like_a_receipt_are_left_as_they_are(
    world: World, courier: Courier, service: StandIn, time: Clock
) -> None:
    person = await world.person("phone")
    words = f'"receipt":"{BLANK}"'
    payload = a_payload(uuid4())
    payload["notification"]["title"] = words
    await world.say(person, payload=payload)
    await courier.run_once(time.now)
    [arrival] = service.of("phone")
    assert arrival.notification["title"] == words
    assert Receipt.read(arrival.data["receipt"]).person_id == person.id


async def test_what_a_failed_run_had_claimed_is_sent_by_the_next(
    world: World, courier: Courier, service: StandIn, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that goes away in the middle of a run must not leave deliveries to nobody."""
    person = await world.person("phone")
    await world.say(person)
    look_up = courier._preparer.look_up
    calls = iter([True])

    async def fails_once(*given: Any) -> None:
        if next(calls, False):
            raise ConnectionResetError("the database went away")
        await look_up(*given)

    monkeypatch.setattr(courier._preparer, "look_up", fails_once)
    with pytest.raises(ExceptionGroup):
        await courier.run_once(time.now)
    assert service.of("phone") == []
    for _ in range(2):  # one run gives it back, and claims it at once or in the next
        await courier.run_once(time.advance(seconds=1))
    assert len(service.of("phone")) == 1
    assert [d.state for d in await world.deliveries(person)] == [State.ACCEPTED]


async def test_a_delivery_that_nobody_foresaw_stops_no_other(
    world: World, courier: Courier, service: StandIn, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it fails while it is judged or while it is written."""
    broken, other = await world.person("broken"), await world.person("phone")
    for person in (broken, other):
        await world.say(person)
    judged = courier._preparer._unsendable

    def fails_for_one(job: Any, now: Any) -> Any:
        if job.person_id == broken.id:
            raise KeyError("nobody foresaw this")
        return judged(job, now)

    monkeypatch.setattr(courier._preparer, "_unsendable", fails_for_one)
    await courier.run_once(time.now)
    assert len(service.of("phone")) == 1
    assert [d.state for d in await world.deliveries(broken)] == [State.WAITING]
