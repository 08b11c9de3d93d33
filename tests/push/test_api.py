"""Devices over HTTP: as the app and the service worker call it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.models import Person
from app.config import Settings
from app.db import Sessions
from app.push.deliver import Courier
from tests.factories import a_patient, signed_in
from tests.push.conftest import MakeCourier, World
from tests.push.stand_in import StandIn
from tests.story_time import Clock

ANDROID = "Mozilla/5.0 (Linux; Android 10; K) Chrome/156.0.0.0 Mobile Safari/537.36"
URL = "/api/push/subscriptions"


@pytest.fixture
def settings(settings: Settings, service: StandIn) -> Settings:
    return settings.model_copy(update={"push_allowed_origins": [service.origin]})


@pytest.fixture
async def mine(sessions: Sessions) -> dict[str, str]:
    """The headers of a browser in which a patient has signed in."""
    return await somebody(sessions)


async def somebody(sessions: Sessions) -> dict[str, str]:
    async with sessions.begin() as session:
        person: Person = await a_patient(session)
        return {**await signed_in(session, person), "User-Agent": ANDROID}


def a_browser(service: StandIn, phone: str = "phone") -> dict[str, Any]:
    return {"endpoint": service.endpoint(phone), "keys": service.phones[phone].keys()}


async def test_a_browser_subscribes_tries_itself_and_is_removed(
    http: httpx.AsyncClient, app: FastAPI, mine: dict[str, str], service: StandIn, time: Clock,
    a_courier: MakeCourier, world: World,
) -> None:  # fmt: skip
    key = (await http.get("/api/push/key")).json()
    added = await http.post(URL, json=a_browser(service), headers=mine)
    assert added.status_code == 201, added.text
    device = added.json()
    assert (device["name"], device["state"]) == ("Chrome on Android", "unproven")
    assert device["vapid_key_id"] == key["key_id"]
    again = await http.post(URL, json=a_browser(service), headers=mine)
    assert again.json()["id"] == device["id"]

    test = {"subscription": device["id"]}
    sent = await http.post("/api/push/test", json=test, headers=mine)
    assert sent.status_code == 202, sent.text
    where = f"/api/push/test/{sent.json()['message']}"
    assert (await http.get(where, headers=mine)).json() == {"state": "waiting", "status": None}
    world.identity, world.seal = app.state.vapid, app.state.seal
    courier: Courier = a_courier()
    await courier.run_once(time.now)
    assert (await http.get(where, headers=mine)).json() == {"state": "accepted", "status": 201}

    [arrival] = service.of("phone")
    assert arrival.notification["body"] == "Reminders work on this phone."
    receipt = {"receipt": arrival.data["receipt"]}
    for _ in range(2):
        assert (await http.post("/api/push/receipts", json=receipt)).status_code == 204
    assert (await http.get(where, headers=mine)).json() == {"state": "shown", "status": 201}
    assert (await http.get(URL, headers=mine)).json()["devices"][0]["state"] == "working"

    for _ in range(2):
        removed = await http.delete(f"{URL}/{device['id']}", headers=mine)
        assert removed.status_code == 204
    assert (await http.get(URL, headers=mine)).json() == {"devices": []}
    assert (await http.post("/api/push/test", json=test, headers=mine)).status_code == 404


async def test_a_stranger_can_neither_see_test_nor_remove_my_device(
    http: httpx.AsyncClient, mine: dict[str, str], sessions: Sessions, service: StandIn
) -> None:
    device = (await http.post(URL, json=a_browser(service), headers=mine)).json()["id"]
    sent = await http.post("/api/push/test", json={"subscription": device}, headers=mine)
    message = sent.json()["message"]
    for who, status in ((await somebody(sessions), 404), ({}, 401)):
        for answer in (
            await http.delete(f"{URL}/{device}", headers=who),
            await http.post("/api/push/test", json={"subscription": device}, headers=who),
            await http.get(f"/api/push/test/{message}", headers=who),
        ):
            assert answer.status_code == status, answer.text
    assert len((await http.get(URL, headers=mine)).json()["devices"]) == 1


async def test_what_cannot_be_called_or_encrypted_to_is_refused_by_its_field(
    http: httpx.AsyncClient, mine: dict[str, str], service: StandIn
) -> None:
    good = a_browser(service)
    for change, field in (
        ({"endpoint": "https://10.0.0.1/push"}, "endpoint"),
        ({"endpoint": "https://evil.example/push"}, "endpoint"),
        ({"keys": {**good["keys"], "p256dh": "AAAA"}}, "keys.p256dh"),
        ({"keys": {**good["keys"], "auth": "AAAA"}}, "keys.auth"),
    ):
        answer = await http.post(URL, json=good | change, headers=mine)
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == field
        assert error["cure"]
    assert (await http.get(URL, headers=mine)).json() == {"devices": []}


async def test_a_receipt_of_nothing_is_404_and_a_garbled_one_422(http: httpx.AsyncClient) -> None:
    for receipt, status in (("A" * 64, 404), ("nonsense", 422)):
        answer = await http.post("/api/push/receipts", json={"receipt": receipt})
        assert answer.status_code == status


async def test_a_device_of_an_older_key_says_how_to_mend_itself(
    http: httpx.AsyncClient, app: FastAPI, mine: dict[str, str], service: StandIn
) -> None:
    await http.post(URL, json=a_browser(service), headers=mine)
    app.state.vapid.key_id = uuid4().hex[:16]
    [device] = (await http.get(URL, headers=mine)).json()["devices"]
    assert device["state"] == "suspect"
    assert "Open Vesper" in device["reason"]
