"""Labs in real browsers: prompted by a real push, entered on the phone, flagged, and looked at."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from app import clock
from tests.e2e.people import migrated, serving, writing
from tests.e2e.visit import Visit, a_place_where_it_is_day
from tests.factories import PASSWORD, a_patient
from tests.rig.chromium import Screens
from tests.rig.phone import a_phone
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

RESULTS = {"hematocrit": "54.6", "testosterone_total": "287"}


def a_weekly_injection(visit: Visit) -> dict[str, Any]:
    """A protocol whose only dose is days away, so that nothing else speaks."""
    day = (clock.now() + timedelta(days=4)).astimezone(visit.zone)
    line = {
        "medicine": "testosterone_cypionate", "route": "intramuscular",
        "amount": {"value": "100", "unit": "mg"},
        "recurrence": {"weekdays": [day.isoweekday()], "times": ["09:00"]},
    }  # fmt: skip
    return {"lines": [line], "prescriber": "A prescriber"}


async def enter_results(visit: Visit, day: str) -> None:
    """What the laboratory wrote, from the visit that the push was about."""
    await visit.press("It was drawn")
    await visit.press("Enter its results")
    await visit.choose("day", day)
    await visit.choose("time", "08:10")
    await visit.browser.click("[name=fasting]")
    for code, value in RESULTS.items():
        await visit.fill(f"{code}.value", value)
    await visit.submit()
    await visit.sees("Saved")


async def a_desk(screens: Screens, server: Server, clinician: httpx.Client, zone: str) -> Page:
    """The clinician's own browser, signed in."""
    page = await screens.page(zone=zone)
    page.set_default_timeout(15_000)
    for name, value in clinician.cookies.items():
        await page.context.add_cookies([{"name": name, "value": value, "url": server.url}])
    return page


async def test_a_lab_prompt_becomes_a_panel_and_its_flag_is_looked_at_by_the_clinician(
    tmp_path: Path,
) -> None:
    zone = a_place_where_it_is_day()
    async with a_phone("chromium", zone=zone) as phone, Screens() as screens:
        server = await migrated(Server(
            tmp_path, push_routes=json.dumps(phone.push.routes),
            push_allowed_origins=phone.push.origin,
        ))  # fmt: skip
        async with writing(server) as session:
            patient = await a_patient(session, timezone=zone, now=clock.now())
        with serving(server):
            visit = Visit(phone.browser, server.url, zone)
            await visit.sign_in(patient.email, PASSWORD)
            await visit.browser.navigate(f"{server.url}/settings/reminders")
            await visit.browser.wait_for("document.querySelector('[data-do=reminders-on]')")
            await visit.browser.click("[data-do=reminders-on]")
            phone.desktop.dismiss(await phone.desktop.next_notification())

            # Treatment begins: what is to be known before it is asked for, without naming it.
            protocol = a_weekly_injection(visit)
            await visit.ask("POST", "/api/patients/me/protocol/versions", protocol)
            clinician = server.a_clinician()
            code = clinician.post("/api/clinic/invites", json={}).json()["code"]
            await visit.ask("POST", "/api/care-links", {"code": code})
            prompt = await phone.desktop.next_notification(within=110)
            assert (prompt.title, "Open Vesper" in prompt.body) == ("Vesper", True)
            assert not any(word in prompt.body for word in ("lab", "blood", "Baseline"))

            # Pressed, it leads to what is due, and from there to the results.
            phone.desktop.press_body(prompt)
            await visit.browser.switch_to("health")
            await visit.browser.wait_for("document.querySelector('a[data-visit]')")
            await visit.browser.click("a[data-visit]")
            yesterday = (clock.now() - timedelta(days=1)).astimezone(visit.zone).date()
            await enter_results(visit, yesterday.isoformat())
            said = "document.querySelector('[data-saying=hematocrit]')?.innerText"
            words = await visit.browser.wait_for(said)
            assert "54.6" in words
            assert "Contact your clinic today" in words

            # The clinician finds it on top, reads when it was drawn, and says that it was seen.
            page = await a_desk(screens, server, clinician, zone)
            await page.goto(f"{server.url}/clinic/patients/{patient.id}")
            flag = page.locator("[data-flag^=hematocrit]").first
            await flag.get_by_text("54.6").first.wait_for()
            await flag.locator("[data-do=note]").click()
            await flag.locator("[name=note]").fill("Called; a repeat is arranged.")
            await flag.locator("[data-do=seen]").click()
            await page.locator("[data-flag^=hematocrit] [data-seen]").wait_for(state="attached")

            flags = clinician.get(f"/api/patients/{patient.id}/flags").json()["flags"]
            seen = [
                flag for flag in flags if flag["code"].startswith("hematocrit") and flag["seen"]
            ]
            assert [flag["seen"]["note"] for flag in seen] == ["Called; a repeat is arranged."]
            await visit.browser.navigate(f"{server.url}/settings/access")
            await visit.sees("looked at")
