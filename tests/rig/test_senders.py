"""Both services refuse what the real ones refuse. No browser is needed for that."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from .chromium_push import ChromiumPush
from .firefox_push import FirefoxPush
from .push_service import PushService
from .sample import Sender, encrypted
from .waiting import TookTooLong


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture(params=[FirefoxPush, ChromiumPush])
async def service(request: pytest.FixtureRequest) -> AsyncIterator[PushService]:
    async with request.param() as service:
        yield service


async def test_a_right_message_is_accepted(service: PushService, sender: Sender) -> None:
    status, headers = await sender.post(
        service, sender.subscribed(service).endpoint, Topic="a" * 32
    )
    assert (status, headers["TTL"]) == (201, "60")
    assert headers["Location"] == f"{service.origin}/m/{service.log[0].version}"
    assert service.log[0].fate == "waiting"


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        (401, {"Authorization": None}),
        (401, {"Authorization": "vapid t=a.b.c,k=d"}),
        (401, {"Authorization": "Bearer a.b.c"}),
        (401, {"claims": {"aud": "https://elsewhere.example"}}),
        (401, {"claims": {"exp": 1}}),
        (401, {"claims": {"exp": 4_000_000_000}}),
        (401, {"claims": {"sub": "mailto:nobody"}}),
        (400, {"TTL": None}),
        (400, {"TTL": "soon"}),
        (400, {"Topic": "a" * 33}),
        (400, {"Topic": "not url-safe"}),
        (400, {"Urgency": "very-high"}),
        (400, {"Content_Encoding": "aesgcm"}),
        (400, {"body": b"not encrypted at all" * 10}),
        (413, {"body": encrypted("hello") + bytes(4096)}),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "-".join(value),
)
async def test_a_wrong_message_is_refused(
    service: PushService, sender: Sender, status: int, wrong: dict[str, Any]
) -> None:
    assert (await sender.post(service, sender.subscribed(service).endpoint, **wrong))[0] == status
    assert service.log[0].fate == "refused"
    assert service.log[0].reason


async def test_a_forged_signature_is_refused(service: PushService, sender: Sender) -> None:
    endpoint = sender.subscribed(service).endpoint
    await sender.post(service, endpoint)
    token, _, key = service.log[0].headers["Authorization"].partition(",")
    signed, _, signature = token.rpartition(".")
    forged = f"{signed}.{'A' * len(signature)},{key}"
    assert (await sender.post(service, endpoint, Authorization=forged))[0] == 401


async def test_another_senders_key_is_refused(service: PushService, sender: Sender) -> None:
    assert (await Sender().post(service, sender.subscribed(service).endpoint))[0] == 403


async def test_unknown_retired_and_expired_endpoints(service: PushService, sender: Sender) -> None:
    first, second = (sender.subscribed(service, device) for device in ("one", "two"))
    assert (await sender.post(service, f"{first.endpoint}x"))[0] == 404
    service.retire(first.endpoint)
    assert [(await sender.post(service, s.endpoint))[0] for s in (first, second)] == [410, 201]
    await service.expire()
    assert [(await sender.post(service, s.endpoint))[0] for s in (first, second)] == [410, 410]


async def test_the_next_senders_get_what_the_test_forces(
    service: PushService, sender: Sender
) -> None:
    endpoint = sender.subscribed(service).endpoint
    service.force(429, 503, retry_after=7)
    answers = [await sender.post(service, endpoint) for _ in range(3)]
    assert [status for status, _ in answers] == [429, 503, 201]
    assert [headers.get("Retry-After") for _, headers in answers] == ["7", "7", None]


async def test_a_message_that_may_not_wait_is_dropped(service: PushService, sender: Sender) -> None:
    status, headers = await sender.post(service, sender.subscribed(service).endpoint, TTL="0")
    assert (status, headers["TTL"], service.log[0].fate) == (201, "0", "expired")


async def test_messages_are_read_in_order(service: PushService, sender: Sender) -> None:
    endpoint = sender.subscribed(service).endpoint
    waiting = asyncio.create_task(service.next_message())
    await sender.post(service, endpoint, Topic="one")
    await sender.post(service, endpoint, Topic="two", TTL=None)
    assert (await waiting).wishes.topic == "one"
    assert (await service.next_message()).status == 400
    with pytest.raises(TookTooLong, match="a sender to send"):
        await service.next_message(within=0.1)
