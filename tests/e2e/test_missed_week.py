"""A missed week in real browsers: flag, task, proposed change, acknowledgement, outcome."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as NotThere

from app import clock
from app.accounts.models import Person
from app.schedule import A_DAY
from tests.e2e.cast import take
from tests.e2e.people import QUIETLY, a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import a_place_where_it_is_evening
from tests.factories import a_care_link, a_clinician, a_line, a_screening, signed_in
from tests.rig.chromium import Screens
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FLAG = "[data-flag=misses_in_row]"
NIGHTS = 7
HISTORY = "async id => await (await fetch(`/api/patients/${id}/flags?history=true`)).json()"


async def test_a_missed_week_becomes_a_flag_a_task_a_change_and_an_outcome(tmp_path: Path) -> None:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path))
    before = clock.now() - A_DAY * (NIGHTS + 3)
    async with writing(server) as session:
        clinician = await a_clinician(session, now=before)
        line = a_line(ladder=QUIETLY)
        patient = await a_person_at_bedtime(session, zone, line, nights=NIGHTS + 1)
        await take(session, patient, ago=A_DAY * NIGHTS + timedelta(hours=1))
        await a_screening(session, patient, now=patient.created_at)
        await a_care_link(session, patient, clinician, now=before)

        async def cookie_of(person: Person) -> str:
            return (await signed_in(session, person, clock.now()))["Cookie"].partition("=")[2]

        cookies = [await cookie_of(clinician), await cookie_of(patient)]
    with serving(server):
        async with Screens() as browser:
            desk = await browser.page(zone=zone, viewport=(1280, 800))
            phone = await browser.page(zone=zone)
            for page, cookie in zip((desk, phone), cookies, strict=True):
                page.set_default_timeout(15_000)
                await page.context.add_cookies(
                    [{"name": "vesper", "value": cookie, "url": server.url}]
                )

            # The worker saw the week, and the list says whom to call.
            row = desk.locator(f"[data-patient='{patient.id}'][data-severity]")
            await again_until(desk, f"{server.url}/clinic", row)
            assert "Sermorelin, 1 of 8" in await row.inner_text()
            await row.locator("a[data-who]").click()

            # The flag becomes a task of the clinician's own.
            await desk.locator(FLAG).get_by_role("button", name="Make a task").click()
            await desk.fill("[name=title]", "Call about the evenings")
            await desk.click("[data-do=make-task]")
            await desk.locator(f"{FLAG} [data-task]").wait_for()

            await propose_beside_the_evidence(desk, amount="200")
            await acknowledge(phone, server.url)

            # What came of the call closes the task.
            await desk.goto(f"{server.url}/clinic/tasks")
            task = desk.locator("article.task")
            await task.locator("[data-do=close]").click()
            await task.get_by_text("a change is proposed", exact=False).first.click()
            await desk.fill("[name=note]", "Too much at once; less from tonight")
            await desk.get_by_role("button", name="It is done").click()
            await task.wait_for(state="detached")

            # The patient takes tonight's dose, and the flag goes by itself.
            await phone.goto(server.url)
            await phone.locator("[data-do=taken]").first.click()
            # It was due before the change held, so they are asked which amount it was.
            await phone.get_by_role("button", name="200 mcg, as changed").click()
            await phone.locator("[data-do=undo]").first.wait_for()
            record = f"{server.url}/clinic/patients/{patient.id}"
            await again_until(desk, record, desk.get_by_text("No longer holds: Sermorelin"))
            assert await desk.locator(FLAG).count() == 0
            history = await desk.evaluate(HISTORY, str(patient.id))
            (seen,) = [flag for flag in history["flags"] if flag["code"] == "misses_in_row"]
            assert seen["closed_at"] is not None
            assert seen["task"]["closed_at"] is not None


async def again_until(page: Page, url: str, there: Locator, within: float = 40) -> None:
    """Open a page again until what a worker does by itself is to be seen on it."""
    end = clock.monotonic() + within
    while clock.monotonic() < end:
        await page.goto(url)
        await page.locator("[aria-busy=true]").first.wait_for(state="detached")
        try:
            await there.first.wait_for(timeout=1500)
        except NotThere:
            continue
        return
    raise AssertionError(f"not seen on {url}: {await page.locator('main').inner_text()}")


async def propose_beside_the_evidence(desk: Page, *, amount: str) -> None:
    """Another amount, written while the missed nights are still in sight."""
    await desk.click("[data-do=propose]")
    pane = desk.locator("aside.pane")
    await pane.locator("[name='lines.0.amount.value']").fill(amount)
    evidence = await desk.locator(".evidence").bounding_box()
    form = await pane.bounding_box()
    assert evidence is not None
    assert form is not None
    assert evidence["x"] + evidence["width"] <= form["x"] + 1
    assert evidence["y"] < 800
    await pane.locator("[name=reason]").fill("Less, so that the evenings are easier.")
    await pane.locator("[type=submit]").click()
    await pane.locator("[data-change]").first.wait_for()
    await pane.get_by_role("button", name="Propose it").click()
    await desk.locator("[data-proposed='2']").wait_for()


async def acknowledge(phone: Page, url: str) -> None:
    """The patient reads the difference in plain words, and says that they have."""
    await phone.goto(f"{url}/protocol")
    await phone.get_by_text("250 mcg → 200 mcg").wait_for()
    await phone.click("[data-do=acknowledge]")
    await phone.locator("[data-do=acknowledge]").wait_for(state="detached")
