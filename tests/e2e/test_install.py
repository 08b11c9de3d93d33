"""Vesper as an app of its own: installable, and there without a network at any address."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.people import a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import Visit, a_place_where_it_is_evening
from tests.factories import PASSWORD, a_clinician
from tests.rig.chromium import Chromium
from tests.rig.desktop import Desktop
from tests.rig.waiting import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

STRANGERS = {
    "/": "/welcome",
    "/no/such": "/welcome",
    "/welcome": "/welcome",
    "/sign-up": "/sign-up",
    "/sign-in": "/sign-in",
}
"""Addresses, and where somebody who is not signed in ends up."""

PATIENTS = (
    "/tonight", "/coming", "/history", "/settings", "/settings/nights", "/settings/reminders",
    "/settings/devices", "/settings/clinic", "/settings/access", "/settings/protocol",
    "/settings/protocol/change", "/start/protocol", "/start/bedtime", "/start/reminders",
)  # fmt: skip

PNG_SIZE = """(async path => {
    const bytes = new DataView(await (await fetch(path)).arrayBuffer())
    return `${bytes.getUint32(16)}x${bytes.getUint32(20)}`
})"""

KEPT_FOR_CLINICS = r"""(async () => {
    const kept = await (await caches.open((await caches.keys())[0])).keys()
    const clinics = /\/(Panel|Tasks|Keys|Patient[A-Z]\w*|ProposalForm)-/
    return kept.filter(({url}) => clinics.test(url)).length
})()"""

A_SCREEN = "document.querySelector('h1')?.textContent.trim()"


async def test_the_browser_would_install_it(tmp_path: Path) -> None:
    with Server(tmp_path).running() as server:
        async with Desktop() as desktop, Chromium(desktop, notifications="ask") as browser:
            visit = Visit(browser, server.url, "UTC")
            await browser.navigate(server.url)
            await visit.worker_is_ready()
            session = await browser.context.new_cdp_session(browser.page)
            answer = await session.send("Page.getInstallabilityErrors")
            assert answer["installabilityErrors"] == []
            found = await session.send("Page.getAppManifest")
            assert found["errors"] == []
            manifest: dict[str, Any] = json.loads(found["data"])
            assert (manifest["id"], manifest["start_url"]) == ("/", "/tonight")
            assert (manifest["scope"], manifest["display"]) == ("/", "standalone")
            icons = manifest["icons"]
            assert {icon["sizes"] for icon in icons} >= {"192x192", "512x512"}
            assert "maskable" in {icon.get("purpose") for icon in icons}
            for icon in icons:
                size = await browser.evaluate(f"{PNG_SIZE}({json.dumps(icon['src'])})")
                assert size == icon["sizes"]


async def test_a_strangers_app_opens_without_a_server_at_any_address(tmp_path: Path) -> None:
    with Server(tmp_path).running() as server:
        async with Desktop() as desktop, Chromium(desktop, notifications="ask") as browser:
            visit = Visit(browser, server.url, "UTC")
            await browser.navigate(server.url)
            await visit.worker_is_ready()
            server.stop()
            await forget_http_cache(browser)
            for path, ends in STRANGERS.items():
                await browser.navigate(f"{server.url}{path}")
                await visit.is_at(ends)
                assert await browser.wait_for(A_SCREEN) != "Please reload"


async def test_a_patients_app_opens_without_a_network_at_any_address(tmp_path: Path) -> None:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path))
    async with writing(server) as session:
        patient = await a_person_at_bedtime(session, zone)
    async with Desktop() as desktop, Chromium(desktop, notifications="ask", zone=zone) as browser:
        with serving(server):
            visit = Visit(browser, server.url, zone)
            await visit.sign_in(patient.email, PASSWORD)
            await browser.wait_for("document.querySelector('[data-do=taken-all]')")
            await browser.offline(True)
            await forget_http_cache(browser)
            for path in PATIENTS:
                await browser.navigate(f"{server.url}{path}")
                await visit.is_at(path)
                assert await browser.wait_for(A_SCREEN) != "Please reload"
                if not path.startswith("/start/"):
                    await browser.wait_for("document.querySelector('nav a')")
                await visit.is_at(path)


async def test_a_clinicians_open_page_outlives_its_files_on_the_server(tmp_path: Path) -> None:
    """All are kept with the first one asked for, and by nobody who asks for none."""
    server = await migrated(Server(tmp_path))
    async with writing(server) as session:
        clinician = await a_clinician(session)
    async with Desktop() as desktop, Chromium(desktop, notifications="ask") as browser:
        with serving(server):
            visit = Visit(browser, server.url, "UTC")
            await browser.navigate(server.url)
            await visit.worker_is_ready()
            assert await browser.evaluate(KEPT_FOR_CLINICS) == 0
            await browser.navigate(f"{server.url}/sign-in")
            await visit.fill("email", clinician.email)
            await visit.fill("password", PASSWORD)
            await visit.submit()
            await visit.is_at("/clinic")

            async def all_are_kept() -> bool:
                return int(await browser.evaluate(KEPT_FOR_CLINICS)) > 5

            await until(all_are_kept, "the clinician's files in this browser")
            await browser.offline(True)
            await forget_http_cache(browser)
            await browser.evaluate("document.querySelector('a[href=\"/clinic/tasks\"]').click()")
            await visit.is_at("/clinic/tasks")
            assert await browser.wait_for(A_SCREEN) == "Tasks"


async def forget_http_cache(browser: Chromium) -> None:
    """Leave only what the worker keeps."""
    session = await browser.context.new_cdp_session(browser.page)
    await session.send("Network.clearBrowserCache")
