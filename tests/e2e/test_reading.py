"""A clinician in a real browser: a result entered, its flag seen, and a change because of it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from app import clock
from app.accounts.models import Person, Scope
from app.schedule import A_DAY
from tests.e2e.people import a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import a_place_where_it_is_evening
from tests.factories import a_care_link, a_clinician, signed_in
from tests.rig.chromium import Screens
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

FLAG = "[data-flag=hematocrit_red]"
SAVE = "form [type=submit]"

READ = """async ([patient, what]) =>
    await (await fetch(`/api/patients/${patient}/${what}`)).json()"""


async def test_a_clinician_enters_a_result_sees_its_flag_and_proposes_because_of_it(
    tmp_path: Path,
) -> None:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path))
    before = clock.now() - A_DAY * 2

    async with writing(server) as session:
        patient = await a_person_at_bedtime(session, zone)
        reading = await a_clinician(session, name="Dr. Reading", now=before)
        looking = await a_clinician(session, name="Dr. Looking", now=before)
        await a_care_link(session, patient, reading, now=before)
        await a_care_link(session, patient, looking, now=before, scope=Scope.SEE)

        async def cookie_of(person: Person) -> str:
            return (await signed_in(session, person, clock.now()))["Cookie"].partition("=")[2]

        cookies = [await cookie_of(reading), await cookie_of(looking)]
    record = f"{server.url}/clinic/patients/{patient.id}"
    with serving(server):
        async with Screens() as browser:
            desk, other = [await browser.page(zone=zone) for _ in cookies]
            for page, cookie in zip((desk, other), cookies, strict=True):
                page.set_default_timeout(10_000)
                await page.context.add_cookies(
                    [{"name": "vesper", "value": cookie, "url": server.url}]
                )
            await desk.goto(f"{record}/results")
            await desk.get_by_role("link", name="Enter results").click()
            await enter_a_hematocrit(desk)

            await other.goto(record)
            await other.locator(FLAG).wait_for()
            await other.get_by_text("They let you see their record").wait_for()
            assert await other.locator("[data-do=seen], [data-do=note]").count() == 0

            await desk.goto(record)
            await desk.locator(f"{FLAG} [data-do=note]").click()
            await desk.fill("[name=note]", "Called, phlebotomy on Monday.")
            await desk.locator(f"{FLAG} [data-do=seen]").click()
            await desk.locator("[data-looked] > summary").click()
            seen = await desk.locator("[data-seen]").inner_text()
            assert "Dr. Reading" in seen
            assert "Called, phlebotomy on Monday." in seen
            assert await desk.locator("[data-do=seen]").count() == 0

            await desk.get_by_role("link", name="See the result").first.click()
            await desk.locator(".chart svg[role=img]").wait_for()
            await propose_because_of_it(desk, record)
            protocol = await read(desk, str(patient.id), "protocol")
            because = protocol["proposed"]["because"]
            [result] = (await read(desk, str(patient.id), "observations"))["observations"]
            assert because["observation"] == result["id"]
            assert (because["marker"], because["value"]) == ("Hematocrit", "55")


async def enter_a_hematocrit(page: Page) -> None:
    """A report with one value, above every limit."""
    # Once it is known what is asked for, its markers move to the top.
    await page.wait_for_load_state("networkidle")
    await page.fill("[name=day]", f"{clock.now().date() - A_DAY * 2}")
    await page.fill("[name=time]", "08:10")
    await page.get_by_text("Yes", exact=True).click()
    field = page.locator("[name='hematocrit.value']")
    await field.wait_for(state="attached")
    if not await field.is_visible():
        await page.get_by_text("Blood count", exact=True).click()
    await field.fill("55")
    await page.click(SAVE)
    await page.locator("[data-saying=hematocrit]").wait_for()
    kept = await page.evaluate("localStorage.length + sessionStorage.length")
    assert kept == 0, "nothing of a patient stays in a clinician's browser"


async def propose_because_of_it(page: Page, record: str) -> None:
    """Half the amount, for a result that is on record."""
    await page.goto(f"{record}/protocol")
    await page.fill("[name=reason]", "The hematocrit is high.")
    await page.locator("[name='lines.0.amount.value']").fill("100")
    await page.get_by_text("The lab result behind it").click()
    await page.select_option("[name='because.observation']", index=1)
    await page.click(SAVE)
    await page.locator("[data-change]").first.wait_for()
    for field in await page.locator("[name^='overrides.']").all():
        await field.fill("Known and meant.")
    await page.click(SAVE)
    await page.locator("[data-proposed]").wait_for()


async def read(page: Page, patient: str, what: str) -> dict[str, Any]:
    """What the server answers about this patient."""
    found: dict[str, Any] = await page.evaluate(READ, [patient, what])
    return found
