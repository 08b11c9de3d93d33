"""No network, no server, and the way out: what a phone keeps, sends once, and forgets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import clock
from tests.e2e.people import (
    a_bedtime,
    a_person_at_bedtime,
    migrated,
    serving,
    the_person,
    writing,
)
from tests.e2e.visit import Visit, a_place_where_it_is_evening
from tests.factories import PASSWORD, a_line, a_patient, signed_in
from tests.rig.chromium import Chromium
from tests.rig.phone import Phone, a_phone
from tests.rig.waiting import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

TAKEN = "[data-do=taken-all]"
AS_TAKEN = "document.querySelector('[data-state=taken]')"
OPEN = f"document.querySelector('{TAKEN}')"


@dataclass(frozen=True)
class Evening:
    """A patient with a phone in hand and one dose that is open now."""

    phone: Phone
    browser: Chromium
    server: Server
    visit: Visit
    email: str
    cookie: dict[str, str]

    def ask(self, path: str) -> Any:
        """What the server answers this patient in another browser."""
        return httpx.get(f"{self.server.url}{path}", headers=self.cookie).json()

    def dose(self) -> dict[str, Any]:
        """Tonight's dose as the server has it."""
        dose: dict[str, Any] = self.ask("/api/patients/me/doses")["doses"][0]
        return dose

    def devices(self) -> list[dict[str, Any]]:
        """The phones that the server sends reminders to."""
        found: list[dict[str, Any]] = self.ask("/api/push/subscriptions")["devices"]
        return found

    async def sent(self) -> dict[str, Any]:
        """Tonight's dose, once nothing waits in the browser any more."""

        async def nothing_waits() -> bool:
            return not await self.visit.outbox()

        await until(nothing_waits, "the outbox to be empty", within=20)
        return self.dose()

    async def wake_worker(self) -> None:
        """Let the browser tell the worker that the network is back, as it does by itself later."""
        session = await self.browser.context.new_cdp_session(self.browser.page)
        found: list[str] = []
        session.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
        )
        await session.send("ServiceWorker.enable")
        await until(lambda: found, "the worker's registration")
        await session.send(
            "ServiceWorker.dispatchSyncEvent",
            {
                "origin": self.server.url,
                "registrationId": found[0],
                "tag": "outbox",
                "lastChance": False,
            },
        )


@asynccontextmanager
async def an_evening(folder: Path, *, dose: bool = True) -> AsyncIterator[Evening]:
    """Signed in through the page, at Tonight."""
    zone = a_place_where_it_is_evening()
    async with a_phone("chromium", zone=zone) as phone:
        browser = phone.browser
        assert isinstance(browser, Chromium)
        server = await migrated(
            Server(
                folder,
                push_routes=json.dumps(phone.push.routes),
                push_allowed_origins=phone.push.origin,
            )
        )
        async with writing(server) as session:
            if dose:
                patient = await a_person_at_bedtime(session, zone)
            else:
                patient = await a_patient(session, timezone=zone, now=clock.now())
            cookie = await signed_in(session, patient, clock.now())
        with serving(server):
            visit = Visit(browser, server.url, zone)
            await visit.sign_in(patient.email, PASSWORD)
            yield Evening(phone, browser, server, visit, patient.email, cookie)


async def test_a_dose_taken_without_a_network_arrives_exactly_once(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as evening:
        browser, visit = evening.browser, evening.visit
        await browser.wait_for(OPEN)
        await browser.offline(True)
        await browser.reload()
        await browser.wait_for(OPEN)
        await visit.sees("You are offline")
        await browser.click(TAKEN)
        await browser.wait_for(AS_TAKEN)
        await visit.sees("kept on this phone")
        await visit.sees("1 entry waiting")
        assert evening.dose()["events"] == []

        # It is still there after the app was closed and opened again.
        await browser.reload()
        await browser.wait_for(AS_TAKEN)
        [waiting] = await visit.outbox()

        # The page hears of the network and so does the worker; then somebody opens the app again.
        await browser.offline(False)
        await evening.wake_worker()
        dose = await evening.sent()
        await browser.reload()
        await browser.wait_for(f"{AS_TAKEN} && !document.body.innerText.includes('kept on this')")
        [event] = dose["events"]
        assert (dose["state"], event["means"], event["id"]) == ("taken", "app", waiting["id"])
        assert evening.dose()["events"] == dose["events"]


async def test_a_double_tap_without_a_network_is_one_dose(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as evening:
        await evening.browser.wait_for(OPEN)
        await evening.browser.offline(True)
        await evening.browser.page.dblclick(TAKEN)
        await evening.browser.wait_for(AS_TAKEN)
        await evening.browser.offline(False)
        dose = await evening.sent()
        assert [event["kind"] for event in dose["events"]] == ["taken"]
        assert not await evening.browser.evaluate("document.querySelector('.banner[role=alert]')")


async def test_second_thoughts_without_a_network_arrive_in_their_order(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as evening:
        browser = evening.browser
        await browser.wait_for(OPEN)
        await browser.offline(True)
        await browser.click(TAKEN)
        await browser.click("[data-do=undo]")
        await browser.wait_for(f"{OPEN} && !{AS_TAKEN}")
        await browser.click("[data-do=skip]")
        await browser.click("[data-do=skip-now]")
        await browser.wait_for("document.querySelector('[data-state=skipped]')")
        await browser.offline(False)
        dose = await evening.sent()
        assert dose["state"] == "skipped"
        # What was undone may have been sent already, so its undo is on record too.
        kinds = [event["kind"] for event in dose["events"]]
        assert kinds[-1] == "skipped"
        assert kinds.count("skipped") == 1


async def test_a_tap_on_the_notification_while_the_server_is_down_keeps_its_own_time(
    tmp_path: Path,
) -> None:
    async with an_evening(tmp_path, dose=False) as evening:
        phone, browser, server, visit = (
            evening.phone,
            evening.browser,
            evening.server,
            evening.visit,
        )
        await reminders_on(evening)
        server.stop()
        async with writing(server) as session:
            patient = await the_person(session, evening.email)
            await a_bedtime(session, patient, a_line(), ago=timedelta(minutes=1))
        server.start()

        shown = await phone.desktop.next_notification(within=40)
        server.stop()
        before = clock.now()
        phone.desktop.press(shown, "Taken")

        async def kept() -> list[dict[str, Any]]:
            return await visit.outbox()

        [waiting] = await until(kept, "the tap in the outbox")
        after = clock.now()
        assert waiting["way"] == "tap"

        server.start()
        await browser.navigate(f"{server.url}/tonight")
        await evening.wake_worker()
        dose = await evening.sent()
        await browser.wait_for(AS_TAKEN)
        [event] = dose["events"]
        assert (event["kind"], event["means"], event["id"]) == (
            "taken",
            "push_token",
            waiting["id"],
        )
        taken_at = datetime.fromisoformat(event["taken_at"])
        assert before - timedelta(seconds=1) <= taken_at <= after
        assert datetime.fromisoformat(event["logged_at"]) > after


async def test_no_cache_holds_an_answer_and_signing_out_leaves_nothing_on_the_phone(
    tmp_path: Path,
) -> None:
    async with an_evening(tmp_path) as evening:
        browser, visit = evening.browser, evening.visit
        await browser.wait_for(OPEN)
        await reminders_on(evening)
        await browser.click("a[href='/history']")
        await browser.wait_for("document.querySelector('h1')?.textContent === 'History'")
        kept = await browser.evaluate(CACHED)
        assert "/index.html" in kept
        assert not [path for path in kept if path.startswith("/api")]
        assert len(evening.devices()) == 1

        await browser.navigate(f"{evening.server.url}/settings")
        await browser.evaluate("void (window.signedIn = true)")
        await visit.press("Sign out")
        # A look at the server may be refused before the fresh page is there, and shows this screen.
        await browser.wait_for("location.pathname === '/welcome' && !window.signedIn")
        # What a browser still holds after it has left for good, and what a new worker fetches.
        await visit.worker_is_ready()
        assert await browser.evaluate(SUBSCRIPTION) is None
        assert not await visit.outbox()
        assert await visit.kept() == []
        assert not [path for path in await browser.evaluate(CACHED) if path.startswith("/api")]
        assert evening.devices() == []


async def reminders_on(evening: Evening) -> None:
    """Reminders for this phone; the test push that proves it is taken off the screen."""
    # Where notifications are allowed already, the app signs up for them by itself.
    await until(evening.devices, "this phone among the devices", within=20)
    await evening.browser.navigate(f"{evening.server.url}/settings/reminders")
    await evening.browser.click("[data-do=reminders-on]")
    shown = await evening.phone.desktop.next_notification()
    evening.phone.desktop.dismiss(shown)
    await evening.browser.wait_for("document.querySelector('[data-proof=shown]')")
    await evening.browser.navigate(f"{evening.server.url}/tonight")


CACHED = """(async () => {
    const found = []
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys())
            found.push(new URL(request.url).pathname)
    return found
})()"""

SUBSCRIPTION = (
    "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription())"
    ".then(s => s && s.endpoint)"
)
