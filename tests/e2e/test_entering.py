"""A laboratory report typed into the app: what the network, a slip or a refusal must not cost."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from app import clock
from tests.e2e.people import a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import a_place_where_it_is_evening
from tests.factories import signed_in
from tests.rig.chromium import Screens
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

TESTOSTERONE = "[name='testosterone_total.value']"
HEMATOCRIT = "[name='hematocrit.value']"
SAVE = "form [type=submit]"

STORED = """async () => (await (await fetch(
    '/api/patients/me/observations?voided=true')).json()).observations"""


async def test_a_report_outlives_a_dead_network_a_slip_and_a_refusal_and_is_corrected_later(
    tmp_path: Path,
) -> None:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path))
    async with writing(server) as session:
        patient = await a_person_at_bedtime(session, zone)
        cookie = (await signed_in(session, patient, clock.now()))["Cookie"].partition("=")[2]
    with serving(server):
        async with Screens() as browser:
            page = await browser.page(zone=zone)
            await page.context.add_cookies([{"name": "vesper", "value": cookie, "url": server.url}])
            page.set_default_timeout(10_000)
            await page.goto(f"{server.url}/health/labs/enter")
            await fill_in_a_report(page)

            await page.context.set_offline(True)
            await page.click(SAVE)
            await page.get_by_text("What you entered is still here").wait_for()
            await page.context.set_offline(False)
            await page.reload()
            await page.get_by_text("What you had entered before is still here").wait_for()

            await page.locator(HEMATOCRIT).wait_for()

            # Beyond what it can be: refused at its field, and nothing else is lost.
            await page.click(SAVE)
            await page.locator(f"{HEMATOCRIT}[aria-invalid=true]").wait_for()
            assert await page.locator("[aria-invalid=true]").count() == 1
            assert await page.input_value(TESTOSTERONE) == "19,4"
            await page.fill(HEMATOCRIT, "47.5")

            # A slip of the unit is asked about where it was made, and answered with one press.
            await page.click(SAVE)
            await page.locator("[data-marker=testosterone_total] [data-question]").wait_for()
            await page.get_by_role("button", name="It is nmol/L").click()
            assert await page.locator("[data-question]").count() == 0
            assert await page.locator(f"{TESTOSTERONE}:focus").count() == 1
            assert await stored(page) == []
            await page.click(SAVE)
            await page.get_by_role("heading", name="Saved").wait_for()
            assert {(each["value"], each["unit"]) for each in await stored(page)} == {
                ("19.4", "nmol/L"), ("47.5", "%"),
            }  # fmt: skip

            await page.goto(f"{server.url}/health/marker#testosterone_total")
            await correct_it(page)
            await remove_it(page)


async def correct_it(page: Page) -> None:
    """Another value in place of the one that was entered; both stay in the record."""
    await page.locator(".chart svg[role=img]").wait_for()
    await page.click("[data-do=correct]")
    await page.fill(TESTOSTERONE, "20,1")
    await page.click(SAVE)
    await page.get_by_text("580 ng/dL").first.wait_for()
    rows = {each["value"]: each for each in await stored(page)}
    assert rows["19.4"]["voided_at"] is not None
    assert rows["20.1"]["replaces"] == rows["19.4"]["id"]
    assert rows["20.1"]["collected_at"] == rows["19.4"]["collected_at"]


async def remove_it(page: Page) -> None:
    """Taken out of the record, which keeps why."""
    await page.click("[data-do=remove]")
    await page.click(SAVE)
    await page.get_by_text("Please say why").wait_for()
    await page.get_by_text("It was entered by mistake").click()
    await page.click(SAVE)
    await page.get_by_text("There is no result of this any more").wait_for()
    rows = {each["value"]: each for each in await stored(page)}
    assert rows["20.1"]["void_reason"] == "It was entered by mistake"


async def fill_in_a_report(page: Page) -> None:
    """A day, an hour, and two values: one in the wrong unit, one that nobody can have."""
    await page.locator("[data-marker]").first.wait_for(state="attached")
    yesterday = clock.now().date().toordinal() - 2
    await page.fill("[name=day]", f"{clock.now().date().fromordinal(yesterday)}")
    await page.fill("[name=time]", "08:10")
    await page.get_by_text("Yes", exact=True).click()
    for panel, field, value in (
        ("Hormones", TESTOSTERONE, "19,4"),
        ("Blood count", HEMATOCRIT, "95"),
    ):
        if not await page.locator(field).is_visible():
            await page.get_by_text(panel, exact=True).click()
        await page.fill(field, value)


async def stored(page: Page) -> list[dict[str, Any]]:
    """Everything in the record, with what is void."""
    found: list[dict[str, Any]] = await page.evaluate(STORED)
    return found
