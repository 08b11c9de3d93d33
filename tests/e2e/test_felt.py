"""How somebody is, in a real browser: four taps, a keyboard, no network, and what cannot wait."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from app import clock
from tests.e2e.felt import the_felt
from tests.e2e.people import migrated, serving, writing
from tests.e2e.visit import a_place_where_it_is_evening
from tests.factories import signed_in
from tests.rig.chromium import Screens
from tests.rig.waiting import until
from tests.server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

MINE = "/api/patients/me"


@dataclass(frozen=True)
class Phone:
    """One patient's browser, signed in."""

    url: str
    context: BrowserContext

    async def open(self, path: str) -> Page:
        """A page at this place of the app, with its worker there."""
        page = await self.context.new_page()
        page.set_default_timeout(10_000)
        await page.goto(self.url + path)
        return page

    async def ask(self, path: str) -> Any:
        """What the server answers this patient, whatever the pages know."""
        return await (await self.context.request.get(self.url + MINE + path)).json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phones(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Phone]]:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path_factory.mktemp("felt")))
    async with writing(server) as session:
        people = await the_felt(session, zone, clock.now())
        cookies = {
            name: (await signed_in(session, person, clock.now()))["Cookie"].partition("=")[2]
            for name, person in people.items()
        }
    async with Screens() as browser:
        found = {}
        for name, cookie in cookies.items():
            page = await browser.page(zone=zone)
            await page.context.add_cookies([
                {"name": "vesper", "value": cookie, "url": server.url}
            ])  # fmt: skip
            found[name] = Phone(server.url, page.context)
        with serving(server):
            yield found


async def tap(page: Page, *answers: str) -> None:
    """Answer one question after the other, each once it is there and a finger could mean it."""
    for step, answer in enumerate(answers, 1):
        question = page.locator(f"[data-check-in=open] [data-step='{step}']")
        await question.wait_for()
        await page.wait_for_timeout(300)
        assert await question.locator("input:checked").count() == 0, "something was preselected"
        await question.locator(f"input[value='{answer}']").click()


async def test_four_taps_below_the_dose_and_it_is_saved_and_can_be_changed(
    phones: dict[str, Phone],
) -> None:
    phone = phones["asked"]
    page = await phone.open("/tonight")
    await tap(page, "7", "0", "left-out", "10")
    await page.locator("[data-check-in=done]").wait_for()
    (told,) = (await phone.ask("/check-ins"))["check_ins"]
    assert told["scores"] == {"energy": 7, "sleep_quality": 0, "libido": 10}
    assert not told["edited"]

    await page.click("[data-do=change]")
    await page.locator("[data-step='1'] input[value='8']").click()
    await page.click("[data-do=save]")
    await page.locator("[data-edited]").wait_for()
    (told,) = (await phone.ask("/check-ins"))["check_ins"]
    assert (told["scores"]["energy"], told["edited"], len(told["history"])) == (8, True, 2)
    await page.close()


async def test_who_moves_with_arrow_keys_says_when_it_is_meant(phones: dict[str, Phone]) -> None:
    phone = phones["felt"]
    page = await phone.open("/health/check-in")
    await page.locator("[data-check-in=open] input[value='0']").focus()
    await page.keyboard.press("Space")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    step = page.locator("[data-check-in=open] [data-step]")
    assert await step.get_attribute("data-step") == "1", "an arrow key answered for somebody"
    await page.click("[data-do=next]")
    await page.locator("[data-check-in=open] [data-step='2']").wait_for()
    assert await page.evaluate("document.activeElement.localName") == "legend"
    await page.click("[data-do=save]")
    await page.locator("[data-check-in=done]").wait_for()
    assert (await phone.ask("/check-ins"))["check_ins"][0]["scores"] == {"energy": 3}
    await page.close()


async def test_without_a_network_a_warning_sign_has_its_words_and_is_sent_later(
    phones: dict[str, Phone],
) -> None:
    phone = phones["felt"]
    page = await phone.open("/health/side-effects")
    await page.locator("[data-effect]").first.wait_for()
    await phone.context.set_offline(True)
    await page.click("[data-sign=chest_pain]")
    await page.get_by_text("Call your local emergency number now").wait_for()
    await page.locator("[data-outcome=waiting]").wait_for()
    await page.evaluate("void history.pushState(null, '', '/health/check-in')")
    await phone.context.set_offline(False)

    async def has_come() -> bool:
        reports = (await phone.ask("/side-effects"))["reports"]
        return bool(reports[0]["observation"]["code"] == "chest_pain")

    await until(has_come, "the warning sign on the server")
    await page.close()


async def test_a_side_effect_is_answered_with_what_it_means(phones: dict[str, Phone]) -> None:
    page = await phones["felt"].open("/health/side-effects")
    await page.locator("[data-effect=headache] input").first.check()
    await page.locator("[data-effect=headache] input[value='8']").click()
    await page.locator("form [type=submit]").click()
    answer = page.locator("[data-answer]")
    await answer.wait_for()
    assert "contact your clinic about this" in await answer.inner_text()
    await page.close()


async def test_what_looks_like_a_slip_is_asked_about_once_and_then_saved(
    phones: dict[str, Phone],
) -> None:
    phone = phones["felt"]
    page = await phone.open("/health/body")
    await page.click("[data-do=measure]")
    await page.fill("[name='weight.value']", "180")
    await page.locator("form [type=submit]").click()
    await page.locator("[data-measure=weight] [data-question]").first.wait_for()
    await page.locator("form [type=submit]").click()
    await page.locator("[data-saved]").wait_for()
    assert (await phone.ask("/body"))["weight"]["latest"]["value"].startswith("180")
    await page.close()
