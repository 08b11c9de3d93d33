"""Debian's Chromium, headless: with real push for stories, and plain for looking at screens."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self, cast

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    ViewportSize,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError

from .browser import PHONE, Permission, Viewport, console_tail, if_true
from .chromium_push import ChromiumPush
from .desktop import Desktop
from .programs import installed
from .waiting import soon, until

ARGUMENTS = (
    "--no-sandbox",  # Tests run as root in containers, where Chromium refuses its sandbox.
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Chromium:
    """One Chromium with one tab in front, on a desktop of its own.

    Without `push` it has no push service, and subscribing never ends. `page` is Playwright's, for
    what the methods here do not offer.
    """

    page: Page
    """The tab in front."""
    context: BrowserContext
    """All tabs and workers of this Chromium."""

    def __init__(
        self,
        desktop: Desktop,
        push: ChromiumPush | None = None,
        *,
        notifications: Permission = "allow",
        viewport: Viewport = PHONE,
        zone: str = "UTC",
        arguments: Sequence[str] = (),
    ) -> None:
        self.console: list[str] = []
        """What pages wrote to the console, uncaught exceptions too."""
        self._desktop = desktop
        self._arguments = [*ARGUMENTS, *(push.arguments if push else ()), *arguments]
        self._notifications = notifications
        self._viewport = viewport
        self._zone = zone
        self._folder = Path(tempfile.mkdtemp(prefix="rig-chromium-"))
        self._playwright: Playwright | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def navigate(self, url: str) -> None:
        """Open `url` in the tab in front and wait until it has loaded."""
        await self.page.goto(url)

    async def reload(self) -> None:
        """Load the page again."""
        await self.page.reload()

    async def evaluate(self, expression: str, *, gesture: bool = True, within: float = 20) -> Any:
        """The value of a JavaScript expression in the page; a promise is awaited.

        Playwright always lets the page believe in a gesture, so `gesture` changes nothing here.
        """
        # Playwright itself would wait for ever.
        return await soon(self.page.evaluate(expression), expression, within=within)

    async def wait_for(self, expression: str, *, within: float = 10) -> Any:
        """Wait until a JavaScript expression is true in the page, and return its value.

        Playwright's own waiting needs `unsafe-eval`, which a strict page forbids.
        """

        async def ask() -> list[Any] | None:
            try:
                answer = await self.evaluate(if_true(expression), within=within)
            except PlaywrightError:
                return None  # The page is on its way to another, or not far enough.
            return cast(list[Any] | None, answer)

        def never() -> str:
            return f"{expression} in the page.{console_tail(self.console)}"

        return (await until(ask, never, within=within))[0]

    async def click(self, selector: str, *, within: float = 10) -> None:
        """Wait for the element, bring it into view and click its middle with the mouse."""
        await self.page.click(selector, timeout=within * 1000)

    async def type_into(self, selector: str, text: str, *, within: float = 10) -> None:
        """Replace the text of a field, key by key."""
        field = self.page.locator(selector).first
        await field.clear(timeout=within * 1000)
        await field.press_sequentially(text, timeout=within * 1000)

    async def choose(self, selector: str, value: str, *, within: float = 10) -> None:
        """Set a time, a date, a range or a select as its own picker would."""
        field = self.page.locator(selector).first
        if await field.evaluate("field => field.localName", timeout=within * 1000) == "select":
            await field.select_option(value, timeout=within * 1000)
        else:
            await field.fill(value, timeout=within * 1000)

    async def switch_to(self, fragment: str, *, within: float = 10) -> None:
        """Wait for a tab with `fragment` in its address, and drive it from now on."""

        def look() -> Page | None:
            return next((page for page in self.context.pages if fragment in page.url), None)

        def nowhere() -> str:
            return f"a tab at {fragment}, not {[page.url for page in self.context.pages]}"

        self.page = await until(look, nowhere, within=within)
        await self.page.bring_to_front()

    async def screenshot(self) -> bytes:
        """A picture of the tab in front, as a PNG."""
        return await self.page.screenshot()

    async def offline(self, cut: bool) -> None:
        """Cut pages and workers from the network, or connect them again. Push is not cut."""
        await self.context.set_offline(cut)

    async def _open(self) -> None:
        program = installed("chromium")
        allowed = ["notifications", "background-sync"] if self._notifications == "allow" else None
        self._playwright = await async_playwright().start()
        # Only a persistent context has push; an incognito one refuses to subscribe.
        self.context = await self._playwright.chromium.launch_persistent_context(
            self._folder / "profile",
            executable_path=program,
            args=self._arguments,
            env={
                **os.environ,
                **self._desktop.environment,
                "HOME": str(self._folder),
                "TZ": self._zone,
            },
            # Whatever is not listed is denied, and a denied background sync says nothing.
            permissions=allowed,
            viewport=_size(self._viewport),
        )
        self.context.on("console", self._note)
        self.context.on("weberror", lambda error: self.console.append(f"error: {error.error}"))
        self.page = self.context.pages[0]
        if self._notifications == "block":
            session = await self.context.new_cdp_session(self.page)
            await session.send(
                "Browser.setPermission",
                {"permission": {"name": "notifications"}, "setting": "denied"},
            )

    async def _close(self) -> None:
        if self._playwright:
            if hasattr(self, "context"):
                await self.context.close()
            await self._playwright.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _note(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")


class Screens:
    """An ordinary Chromium for looking at pages: layout, accessibility, pictures. Without push."""

    _browser: Browser

    def __init__(self) -> None:
        self._playwright: Playwright | None = None

    async def __aenter__(self) -> Self:
        program = installed("chromium")
        self._playwright = await async_playwright().start()
        try:
            self._browser = await self._playwright.chromium.launch(
                executable_path=program, args=list(ARGUMENTS)
            )
        except BaseException:
            await self._playwright.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._playwright is not None
        await self._browser.close()
        await self._playwright.stop()

    async def page(
        self,
        *,
        viewport: Viewport = PHONE,
        colors: Literal["light", "dark"] = "light",
        motion: Literal["reduce", "no-preference"] = "reduce",
        language: str = "en-US",
        zone: str = "UTC",
    ) -> Page:
        """An empty page of someone who was never here before, on a phone of this size."""
        context = await self._browser.new_context(
            viewport=_size(viewport),
            color_scheme=colors,
            reduced_motion=motion,
            locale=language,
            timezone_id=zone,
            has_touch=True,
        )
        return await context.new_page()


def _size(viewport: Viewport) -> ViewportSize:
    width, height = viewport
    return {"width": width, "height": height}
