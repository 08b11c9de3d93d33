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
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

PICTURES = os.environ.get("VESPER_SCREENSHOTS")

# Both themes and both widths, each once: what a theme moves, it moves at any width. The narrowest
# is measured in every respect, the others in what another width or theme can change. Where pictures
# are wanted, all are taken, and all is measured: `make screenshots`.
WAYS = [("light", (320, 640)), ("dark", (390, 844))]
DESK = [("light", (1280, 800)), ("dark", (1024, 768))]
if PICTURES:
    WAYS += [("light", (390, 844)), ("dark", (320, 640))]
    DESK += [("dark", (1280, 800))]

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

BLOCKED = "Object.defineProperty(Notification, 'permission', {get: () => 'denied'})"

# Browsers report each refused request; by design are those of a stranger and of who comes second.
BY_DESIGN = ("status of 401", "status of 409")


FAULTY = """<main><h1>Title</h1><h4>Too deep</h4><p style="color: #bbb">Pale</p>
<input style="height: 60px; width: 60px"> <button style="height: 30px">Low</button>
<p>A <a href="#">link</a> in a sentence.</p> <p><a href="#">alone</a></p>
<div style="width: 1500px">Wide</div></main>"""


class Stage:
    """The server, the browser and the people of all screens."""

    def __init__(self, server: Server, browser: Screens, cast: Cast, zone: str) -> None:
        self.server, self.browser, self.cast, self.zone = server, browser, cast, zone
        self._pages: dict[tuple[bool, str | None], Page] = {}
        self._console: list[str] = []

    async def open(self, screen: Screen, console: list[str]) -> Page:
        """A page that shows this screen, complete, to somebody who was never here before."""
        page = await self._page_for(screen)
        self._console = console
        cookie, about = self.cast[screen.who] if screen.who else ("", "")
        if cookie:
            await page.context.add_cookies(
                [{"name": "vesper", "value": cookie, "url": self.server.url}]
            )
        await page.goto(self.server.url + screen.path.format(about=about))
        await page.locator(screen.ready).first.wait_for()
        await screen.steps(page)
        await page.locator("[aria-busy=true]").first.wait_for(state="detached")
        await page.evaluate("document.querySelector('.scroll')?.scrollTo(0, 0)")
        return page

    async def _page_for(self, screen: Screen) -> Page:
        """The one page of its kind of phone, which nobody has signed in on and which keeps nothing
        of whom it was shown to before, but for the service worker: another phone for each would
        install that again, which takes as long as all that is measured."""
        kind = (screen.notifications, screen.zone)
        if page := self._pages.get(kind):
            if page.url.startswith(self.server.url):
                await page.evaluate("sessionStorage.clear()")
            # What the page before still says while it ends is not of this screen.
            await page.goto("about:blank")
            browser = await page.context.new_cdp_session(page)
            kept = {"origin": self.server.url, "storageTypes": "cookies,indexeddb,local_storage"}
            await browser.send("Storage.clearDataForOrigin", kept)
            await browser.detach()
            return page
        page = self._pages[kind] = await self.browser.page(zone=screen.zone or self.zone)
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self._console.extend(_trouble(message)))
        page.on("pageerror", lambda error: self._console.append(f"uncaught: {error}"))
        page.on("crash", lambda _: self._pages.clear())
        if screen.notifications:
            await page.context.grant_permissions(["notifications"], origin=self.server.url)
        await page.add_init_script(f"{SUBSCRIBED}('{HERE}')" if screen.notifications else BLOCKED)
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path_factory.mktemp("stage")))
    cast = await the_cast(server, zone)
    async with Screens() as browser:
        with serving(server):
            yield Stage(server, browser, cast, zone)


async def test_the_measures_find_what_they_are_for(stage: Stage) -> None:
    page = await stage.browser.page(viewport=(320, 640))
    await page.set_content(FAULTY)
    assert len(await looks.too_small(page)) == 2
    assert any("1500" in each for each in await looks.too_wide(page))
    rules = {each.partition(":")[0] for each in await looks.violations(page)}
    assert {"html-has-lang", "color-contrast", "label", "heading-order"} <= rules
    await page.context.close()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_a_screen_fits_and_is_usable_by_everybody(stage: Stage, screen: Screen) -> None:
    console: list[str] = []
    page = await stage.open(screen, console)
    found: dict[str, list[str]] = {}
    known: set[str] = set()
    await looks.text_size(page, 100)
    for number, (theme, (width, height)) in enumerate(WAYS + (DESK if screen.desk else [])):
        thorough = bool(PICTURES) or number == 0
        await page.emulate_media(
            color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
        )
        await page.set_viewport_size({"width": width, "height": height})
        await picture(page, f"{screen.name}-{theme}-{width}")
        # A theme seldom moves anything, and a width seldom takes anything away: what was measured
        # of the very same document, places and colours is not measured again.
        document, places, colours = await looks.state(page)
        if not known.issuperset({document, places, colours}):
            found[f"axe {theme} {width}"] = await looks.violations(
                page, only_drawn=document in known or not thorough
            )
        if not known.issuperset({document, places}):
            found[f"small {theme} {width}"] = await looks.too_small(page)
            found[f"wide {theme} {width}"] = await looks.too_wide(page)
        if thorough and not known.issuperset({document, places}):
            await looks.text_size(page, 200)
            found[f"wide {theme} {width} with text of 200%"] = await looks.too_wide(page)
            await looks.text_size(page, 100)
        known |= {document, places, colours}
    found["console"] = console
    assert not looks.complaints(**found), looks.complaints(**found)


async def picture(page: Page, name: str) -> None:
    """Keep a picture where pictures are wanted."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


def _trouble(message: ConsoleMessage) -> list[str]:
    if message.type not in ("error", "warning"):
        return []
    if any(words in message.text for words in BY_DESIGN):
        return []
    return [f"{message.type}: {message.text}"]
