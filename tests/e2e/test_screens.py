"""Every screen in every theme on every phone: usable by everybody, and nothing sticks out.

With VESPER_SCREENSHOTS=folder a picture of each is kept there as name-theme-width.png.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Page

from tests.e2e import looks
from tests.e2e.cast import HERE, Cast, the_cast
from tests.e2e.people import migrated, serving
from tests.e2e.screens import SCREENS, Screen
from tests.e2e.visit import a_place_where_it_is_evening
from tests.rig.chromium import Screens
from tests.server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(60),
    pytest.mark.asyncio(loop_scope="module"),
]

WAYS = (("dark", (390, 844)), ("light", (390, 844)), ("light", (320, 640)), ("dark", (320, 640)))

PICTURES = os.environ.get("VESPER_SCREENSHOTS")

# A browser without Google has no subscription; the server knows this phone by its address.
SUBSCRIBED = """(endpoint => {
    const bytes = text => Uint8Array.from(
        atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0))
    PushManager.prototype.getSubscription = async () => {
        const me = await (await fetch('/api/me')).json()
        const {key} = await (await fetch('/api/push/key')).json()
        const applicationServerKey = bytes(key).buffer
        return {endpoint: `${endpoint}/${me.id}`, options: {applicationServerKey}}
    }
    PushManager.prototype.subscribe = () => Promise.reject(new Error('no push service'))
})"""

# Browsers report each refused request; a stranger's first question is refused by design.
BY_DESIGN = ("status of 401",)


class Stage:
    """The server, the browser and the people of all screens."""

    def __init__(self, server: Server, browser: Screens, cast: Cast, zone: str) -> None:
        self.server, self.browser, self.cast, self.zone = server, browser, cast, zone

    async def open(self, screen: Screen, console: list[str]) -> Page:
        """A page that shows this screen, complete."""
        page = await self.browser.page(colors="dark", zone=screen.zone or self.zone)
        page.set_default_timeout(10_000)
        page.on("console", lambda message: console.extend(_trouble(message)))
        page.on("pageerror", lambda error: console.append(f"uncaught: {error}"))
        about = ""
        if screen.who:
            cookie, about = self.cast[screen.who]
            await page.context.add_cookies(
                [{"name": "vesper", "value": cookie, "url": self.server.url}]
            )
        if screen.notifications:
            await page.context.grant_permissions(["notifications"], origin=self.server.url)
            await page.add_init_script(f"{SUBSCRIBED}('{HERE}')")
        await page.goto(self.server.url + screen.path.format(about=about))
        await page.locator(screen.ready).first.wait_for()
        await screen.steps(page)
        await page.locator("[aria-busy=true]").first.wait_for(state="detached")
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path_factory.mktemp("stage")))
    cast = await the_cast(server, zone)
    async with Screens() as browser:
        with serving(server):
            yield Stage(server, browser, cast, zone)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_a_screen_fits_and_is_usable_by_everybody(stage: Stage, screen: Screen) -> None:
    console: list[str] = []
    page = await stage.open(screen, console)
    found: dict[str, list[str]] = {}
    for theme, (width, height) in WAYS:
        await page.emulate_media(
            color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
        )
        await page.set_viewport_size({"width": width, "height": height})
        await picture(page, f"{screen.name}-{theme}-{width}")
        found[f"axe {theme} {width}"] = await looks.violations(page)
        found[f"small {width}"] = await looks.too_small(page)
        found[f"wide {width}"] = await looks.too_wide(page)
        await looks.text_size(page, 200)
        found[f"wide {width} with text of 200%"] = await looks.too_wide(page)
        await picture(page, f"{screen.name}-{theme}-{width}-large")
        await looks.text_size(page, 100)
    await page.context.close()
    found["console"] = console
    assert not looks.complaints(**found), looks.complaints(**found)


async def picture(page: Page, name: str) -> None:
    """Keep a picture where pictures are wanted."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody else waits
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


def _trouble(message: ConsoleMessage) -> list[str]:
    if message.type not in ("error", "warning"):
        return []
    if any(words in message.text for words in BY_DESIGN):
        return []
    return [f"{message.type}: {message.text}"]
