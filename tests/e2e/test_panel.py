"""A clinician at a desk: a list by keys, one patient on one page, a change beside the evidence."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Page
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle
from app.doses.models import Kind
from tests.e2e.people import (
    a_person_at_bedtime,
    doses_due_by,
    migrated,
    serving,
    writing,
)
from tests.e2e.visit import a_place_where_it_is_evening
from tests.factories import a_care_link, a_clinician, signed_in
from tests.rig.chromium import Screens
from tests.rig.waiting import until
from tests.server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

ROW = "a[data-who]"
NAMES = f"[...document.querySelectorAll('{ROW}')].map(row => row.innerText)"
FOCUSED = "document.activeElement.innerText"
KEPT = "localStorage.length + sessionStorage.length"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    """A clinician's browser on a desk; of three patients one took everything, one nothing."""
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path_factory.mktemp("desk")))
    now = clock.now()
    async with writing(server) as session:
        clinician = await a_clinician(session, name="Dr. Desk", now=now - timedelta(days=9))
        for name, nights in (("Taking all", 5), ("Taking nothing", 5), ("Arrived today", 0)):
            patient = await a_person_at_bedtime(session, zone, nights=nights)
            patient.name = name
            await a_care_link(session, patient, clinician, now=now - timedelta(hours=1))
            await _take(session, patient, now, all_of_it=name == "Taking all")
        cookie = (await signed_in(session, clinician, now))["Cookie"].partition("=")[2]
    async with Screens() as browser:
        page = await browser.page(viewport=(1280, 800), zone=zone)
        page.set_default_timeout(10_000)
        await page.context.add_cookies([{"name": "vesper", "value": cookie, "url": server.url}])
        with serving(server):
            await page.goto(f"{server.url}/clinic")
            await page.locator(ROW).nth(2).wait_for()
            yield page


async def _take(
    session: AsyncSession, patient: Person, now: datetime, *, all_of_it: bool
) -> None:  # fmt: skip
    doses = await doses_due_by(session, patient, now - timedelta(hours=12))
    # The first one is taken by everybody: before it nothing counts as missed.
    for dose in doses if all_of_it else doses[:1]:
        at = dose.due_at + timedelta(minutes=5)
        report = Report(
            id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP, taken_at=at
        )
        await settle(session, patient.id, dose.id, report, now=at)


async def sorts(page: Page, column: str) -> str | None:
    """How a column says that it is sorted."""
    return await page.locator(f"th:has([data-sort={column}])").get_attribute("aria-sort")


async def listed(page: Page, *names: str) -> None:
    """Wait until exactly these are listed, in this order."""

    async def there() -> bool:
        return bool(await page.evaluate(NAMES) == [*names])

    await until(there, f"a list of {names}")


async def focused(page: Page, words: str) -> None:
    """Wait until what has the focus says this."""

    async def there() -> bool:
        return bool(await page.evaluate(FOCUSED) == words)

    await until(there, f"the focus on {words}")


async def test_the_list_is_sorted_filtered_and_searched_without_a_name_in_an_address(
    desk: Page,
) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    await desk.click("[data-sort=name]")
    await listed(desk, "Arrived today", "Taking all", "Taking nothing")
    assert (await sorts(desk, "name"), await sorts(desk, "flags")) == ("ascending", None)
    await desk.click("[data-sort=name]")
    await listed(desk, "Taking nothing", "Taking all", "Arrived today")
    assert await sorts(desk, "name") == "descending"

    row = desk.locator("tr", has_text="Taking all")
    words = await row.locator(".night-row").get_attribute("aria-label")
    assert words is not None
    assert "5 taken" in words
    assert "5 of 5" in await row.locator(".counts").inner_text()
    assert "missed in a row" in await desk.locator("tr", has_text="Taking nothing").inner_text()

    await desk.keyboard.press("/")
    await desk.keyboard.type("nothing")
    await listed(desk, "Taking nothing")
    assert not any("nothing" in url for url in [*asked, desk.url])
    await desk.click("[data-do=clear]")
    await listed(desk, "Taking nothing", "Taking all", "Arrived today")

    await desk.click("[data-filter=mine_tasks]")
    await desk.get_by_text("Nobody matches.").first.wait_for()
    assert await desk.locator("[data-filter=mine_tasks]").get_attribute("aria-pressed") == "true"
    await desk.click("[data-do=clear]")
    await listed(desk, "Taking nothing", "Taking all", "Arrived today")
    assert await desk.evaluate(KEPT) == 0, "nothing of a patient stays in a clinician's browser"


async def test_keys_lead_through_the_list_and_back_to_where_one_was(desk: Page) -> None:
    await desk.evaluate("document.activeElement.blur()")
    await desk.keyboard.press("j")
    assert await desk.evaluate(FOCUSED) == "Taking nothing"
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("j")
    assert await desk.evaluate(FOCUSED) == "Arrived today"
    await desk.keyboard.press("k")
    assert await desk.evaluate(FOCUSED) == "Taking all"
    await desk.keyboard.press("Enter")
    await desk.locator("[data-evidence=there]").wait_for()
    await desk.go_back()
    await desk.locator(ROW).first.wait_for()
    await focused(desk, "Taking all")
    assert await sorts(desk, "name") == "descending", "the order of the list is lost"

    # Who speaks to their computer switches single keys off, and arrows stay.
    await desk.keyboard.press("?")
    await desk.locator("dialog [name=single-keys]").uncheck()
    await desk.get_by_role("button", name="Close").click()
    await desk.locator(ROW).first.focus()
    await desk.keyboard.press("j")
    assert await desk.evaluate(FOCUSED) == "Taking nothing"
    await desk.keyboard.press("ArrowDown")
    assert await desk.evaluate(FOCUSED) == "Taking all"
    await desk.click("[data-do=keys]")
    await desk.locator("dialog [name=single-keys]").check()
    await desk.get_by_role("button", name="Close").click()


async def test_a_patient_is_read_by_keys_signed_off_and_changed_beside_the_evidence(
    desk: Page,
) -> None:
    await desk.get_by_role("link", name="Taking nothing").click()
    await desk.locator("[data-evidence=there]").wait_for()
    walk = desk.locator("[data-do=walk]")
    await walk.press("p")
    told = await walk.get_attribute("aria-valuetext")
    assert told is not None
    assert "Missed" in told
    assert "Missed" in await desk.locator(".readout").inner_text()
    await desk.get_by_text("Show as a table").click()
    missed = desk.locator(".timeline-table td:nth-of-type(1)", has_text="Missed")
    await missed.nth(3).wait_for()
    assert await missed.count() == 4

    await desk.click("[data-do=review-note]")
    await desk.fill("[name=note]", "Called on Monday.")
    await desk.click("[data-do=sign]")
    await desk.get_by_text("Nothing has changed.").wait_for()
    assert "Called on Monday." in await desk.locator(".review").inner_text()
    assert await desk.evaluate("document.activeElement.id") == "since"

    # On a desk the form stands beside the timeline; what is typed is not lost by Escape.
    await desk.click("[data-do=propose]")
    await desk.locator(".pane form").wait_for()
    assert await desk.evaluate("document.activeElement.id") == "pane"
    await desk.fill(".pane [name=reason]", "A little less.")
    await desk.keyboard.press("Escape")
    assert await desk.locator(".pane").count() == 1
    boxes = [await desk.locator(part).bounding_box() for part in (".timeline-draw", ".pane")]
    drawing, pane = boxes
    assert drawing is not None
    assert pane is not None
    assert drawing["x"] + drawing["width"] <= pane["x"]
    assert 0 <= drawing["y"] < 800
    await desk.fill(".pane [name='lines.0.amount.value']", "200")
    await desk.click(".pane [type=submit]")
    await desk.locator(".pane [data-change]").first.wait_for()
    for field in await desk.locator(".pane [name^='overrides.']").all():
        await field.fill("Known and meant.")
    await desk.click(".pane [type=submit]")
    await desk.locator("[data-proposed='2']").wait_for()

    async def back_at_the_button() -> bool:
        return bool(await desk.evaluate("document.activeElement.dataset.do === 'propose'"))

    await until(back_at_the_button, "focus to be where the form was opened")
