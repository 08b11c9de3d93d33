"""Where an injection went, in a real browser: asked after the tap, said without a network."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from app import clock
from app.schedule import A_DAY
from tests.e2e.cast import take
from tests.e2e.drawing import a_vial, who_draws
from tests.e2e.people import QUIETLY, a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import OUTBOX, a_place_where_it_is_evening
from tests.factories import a_line, signed_in
from tests.rig.chromium import Screens
from tests.rig.waiting import until
from tests.server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

TAKEN = "[data-do=taken-all]"
ASKED = "[data-asks=site]"
WHICH = "[data-asks=vial]"
SUGGESTED = "[data-do=suggested-site]"
WORKER = """new Promise(done => {
    const workers = navigator.serviceWorker
    if (workers.controller) done()
    else workers.addEventListener('controllerchange', () => done())
})"""
HEIGHTS = """[...document.querySelectorAll('article [data-do=taken]')].map(button => {
    const card = button.closest('article').getBoundingClientRect()
    return [button.getBoundingClientRect().y - card.y, card.height]
})"""
MINE = "/api/patients/me"


@dataclass(frozen=True)
class Evening:
    """A server and a browser; a patient who took last night's dose, one who has vials, and one
    whose vials are all past their date."""

    server: Server
    browser: Screens
    zone: str
    cookies: Mapping[str, str]

    async def phone(self, who: str) -> Page:
        """The phone of one of them, at Tonight, with the worker that keeps it without a network."""
        page = await self.browser.page(zone=self.zone)
        page.set_default_timeout(15_000)
        cookie = {"name": "vesper", "value": self.cookies[who], "url": self.server.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto(f"{self.server.url}/tonight")
        await page.locator(TAKEN).wait_for()
        await page.evaluate(WORKER)
        return page

    def asking(self, who: str) -> httpx.Client:
        """What the server answers one of them in another browser."""
        headers = {"Cookie": f"vesper={self.cookies[who]}", "Sec-Fetch-Site": "same-origin"}
        return httpx.Client(base_url=self.server.url, headers=headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path_factory.mktemp("where")))
    async with writing(server) as session:
        now = clock.now()
        injects = await a_person_at_bedtime(session, zone, a_line(ladder=QUIETLY), nights=1)
        await take(session, injects, ago=timedelta(hours=23))
        draws, _ = (await who_draws(session, zone, now))["drawing-ready"]
        wonders = await a_person_at_bedtime(session, zone, a_line(ladder=QUIETLY))
        for days in (40, 41):
            session.add(a_vial(wonders, "sermorelin", {"sermorelin": "5"}, now - A_DAY * days))
        await session.flush()
        cookies = {
            name: (await signed_in(session, person, now))["Cookie"].partition("=")[2]
            for name, person in (
                ("injects", injects), ("draws", draws), ("wonders", wonders),
            )
        }  # fmt: skip
    async with Screens() as browser:
        with serving(server):
            yield Evening(server, browser, zone, cookies)


async def test_one_more_tap_says_where_it_went_also_without_a_network(evening: Evening) -> None:
    with evening.asking("injects") as ask:
        last_night, tonight, tomorrow = ask.get(f"{MINE}/doses").json()["doses"][:3]
        before = next_spot(ask, last_night)
        say(ask, last_night, before)
        page = await evening.phone("injects")
        # Nothing is asked before the tap.
        assert await page.locator(ASKED).count() == 0
        await page.wait_for_load_state("networkidle")

        # No network, and the app opened anew: the spots are on the phone.
        await page.context.set_offline(True)
        await page.reload()
        await page.locator(TAKEN).click()
        spot = await page.locator(SUGGESTED).get_attribute("data-spot")
        assert spot not in (None, before)
        await page.locator(SUGGESTED).click()
        await page.locator("[data-given]").wait_for()

        # A dose that is taken back takes its spot with it, and is asked about anew.
        await page.locator("[data-do=undo]").click()
        await page.locator(TAKEN).wait_for()
        assert await waiting(page) == ["log", "undo"]
        await page.locator(TAKEN).click()
        await page.locator(SUGGESTED).click()
        said = page.locator(f"[data-dose='{tonight['id']}'] [data-given]")
        name = await said.inner_text()
        assert await page.locator(ASKED).count() == 0
        assert site_of(ask, tonight) is None

        # It is still there after the app was closed and opened again.
        await page.reload()
        assert await said.inner_text() == name
        assert await waiting(page) == ["log", "undo", "log", "entry"]

        await page.context.set_offline(False)
        await until(lambda: site_of(ask, tonight) == spot, "the spot at the server")
        await page.reload()
        assert await said.inner_text() == name
        assert await waiting(page) == []
        assert await page.locator("[role=alert]").count() == 0

        # Another spot than the last two comes next, and what was said can be changed by name.
        assert next_spot(ask, tomorrow) not in (spot, before)
        await page.locator("[data-do=amend]").click()
        await page.locator("[data-do=change-site]").click()
        await page.locator("[data-do=spots-as]").click()
        await page.get_by_role("radio", name="Right lower belly").press("Space")
        # However long the list is, its button is in sight.
        await page.locator(".spots legend").evaluate("legend => legend.scrollIntoView()")
        await expect(page.locator("[data-do=save-site]")).to_be_in_viewport(ratio=1)
        await page.locator("[data-do=save-site]").press("Enter")
        await until(lambda: site_of(ask, tonight) == "abdomen_lower_right", "the other spot")
        await page.context.close()


async def test_which_vial_is_asked_after_the_spot_where_none_is_good_any_more(
    evening: Evening,
) -> None:
    with evening.asking("wonders") as ask:
        page = await evening.phone("wonders")
        await page.locator(TAKEN).click()
        # One question at a time, and neither has to be answered.
        await page.locator(ASKED).wait_for()
        assert await page.locator(WHICH).count() == 0
        await page.locator("[data-do=pass-site]").click()
        which = page.locator(WHICH)
        await which.get_by_role("heading", name="Which vial was it from?").wait_for()
        await expect(which.locator("[data-vial]")).to_have_count(2)
        chosen = which.locator("[data-vial]").last
        assert "past its date" in await chosen.inner_text()
        lot = (await chosen.inner_text()).split()[1]
        await chosen.click()

        said = page.locator("[data-dose] [data-given]")
        assert await said.inner_text() == f"Lot {lot}"
        # The button is gone; the keyboard is still at this dose.
        await page.locator("[data-do=amend]:focus").wait_for()
        await page.locator("[data-warning=past_its_date]").wait_for()
        tonight = ask.get(f"{MINE}/doses").json()["doses"][0]
        assert [vial["lot"] for vial in tonight["given"]["vials"]] == [lot]
        await page.reload()
        await said.wait_for()
        assert await page.locator(f"{WHICH}, {ASKED}").count() == 0
        # To draw from one of these is not the thing to do.
        await page.goto(f"{evening.server.url}/supplies")
        await page.get_by_role("link", name="Add what you have").wait_for()
        assert await page.locator("[data-line] .button.main").count() == 0
        await page.context.close()


async def test_no_button_moves_when_how_much_to_draw_comes(evening: Evening) -> None:
    page = await evening.phone("draws")
    await page.locator("[data-draw]").nth(2).wait_for()
    first = await heights(page)
    # It came for the first time: below all cards.
    assert await page.locator("article [data-draw]").count() == 0
    await page.wait_for_load_state("networkidle")

    # From then on each card has room for it; the server is slow to say how much.
    await page.route("**/draw?*", slowly)
    await page.reload()
    await page.locator(TAKEN).wait_for()
    seen = await heights(page)
    assert await page.locator("article [data-draw]").count() == 0
    await page.locator("article [data-draw]").nth(2).wait_for()
    assert await heights(page) == seen
    assert len(seen) == len(first) == 3
    assert "Draw 10 units" in await page.locator("main").inner_text()

    # Without a network it is what the server said last.
    await page.context.set_offline(True)
    await page.reload()
    await page.get_by_text("Draw 10 units").wait_for()
    await page.context.close()


async def slowly(route: Route) -> None:
    """Let a request through, after a while."""
    await asyncio.sleep(0.7)
    await route.continue_()


async def heights(page: Page) -> list[list[float]]:
    """Of each card with a button that logs its dose: how far down that is, and the whole card."""
    found: list[list[float]] = await page.evaluate(HEIGHTS)
    return found


def next_spot(ask: httpx.Client, dose: dict[str, Any]) -> str:
    """The spot that the server suggests for a dose."""
    found: str = ask.get(f"{MINE}/sites", params={"dose": dose["id"]}).json()["suggestion"]
    return found


def say(ask: httpx.Client, dose: dict[str, Any], spot: str) -> None:
    """Say where a dose went."""
    body = {"id": dose["id"], "site": spot}
    ask.put(f"{MINE}/doses/{dose['id']}/site", json=body).raise_for_status()


def site_of(ask: httpx.Client, dose: dict[str, Any]) -> str | None:
    """Where the server says that a dose went."""
    doses = ask.get(f"{MINE}/doses").json()["doses"]
    given = next(each for each in doses if each["id"] == dose["id"])["given"]
    return given["site"]["code"] if given and given["site"] else None


async def waiting(page: Page) -> list[str]:
    """What waits in this browser to be sent, in its order."""
    found: list[dict[str, Any]] = await page.evaluate(OUTBOX)
    return [each["way"] for each in sorted(found, key=lambda each: str(each["at"]))]
