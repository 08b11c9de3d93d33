"""Debian's Firefox, headless, with a fresh profile, driven as a user would."""

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, cast

from .bidi import BiDi, BrowserRefused, plain
from .browser import PHONE, Permission, Viewport, console_tail, if_true
from .desktop import Desktop
from .firefox_profile import (
    QUIET,
    Preference,
    notification_preferences,
    push_preferences,
    user_js,
)
from .firefox_push import FirefoxPush
from .programs import Program, installed, installed_library
from .waiting import until

# Control in Firefox's own notation for keys.
CONTROL = "\ue009"
DELETE = "\ue017"


class Firefox:
    """One Firefox with one tab in front, on a desktop of its own.

    Without `push` it has no push service and subscribing fails. `preferences` come on top.
    """

    def __init__(
        self,
        desktop: Desktop,
        push: FirefoxPush | None = None,
        *,
        notifications: Permission = "allow",
        viewport: Viewport = PHONE,
        zone: str = "UTC",
        preferences: Mapping[str, Preference] | None = None,
    ) -> None:
        self.console: list[str] = []
        """What pages wrote to the console, uncaught exceptions too."""
        self._desktop = desktop
        self._preferences = {
            **QUIET,
            **push_preferences(push),
            **notification_preferences(notifications),
            **(preferences or {}),
        }
        self._viewport = viewport
        self._zone = zone
        self._folder = Path(tempfile.mkdtemp(prefix="rig-firefox-"))
        self._program: Program | None = None
        self._bidi: BiDi | None = None
        self._tab = ""

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
        await self._send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def reload(self) -> None:
        """Load the page again."""
        await self._send("browsingContext.reload", context=self._tab, wait="complete")

    async def evaluate(self, expression: str, *, gesture: bool = True, within: float = 20) -> Any:
        """The value of a JavaScript expression in the page; a promise is awaited.

        With `gesture` the page believes that the user has just done something.
        """
        answer = await self._send(
            "script.evaluate",
            expression=expression,
            within=within,
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=gesture,
            serializationOptions={"maxObjectDepth": 10, "maxDomDepth": 0},
        )
        if answer["type"] == "exception":
            raise BrowserRefused(f"{answer['exceptionDetails']['text']} in {expression}")
        return plain(answer["result"])

    async def wait_for(self, expression: str, *, within: float = 10) -> Any:
        """Wait until a JavaScript expression is true in the page, and return its value."""

        async def ask() -> list[Any] | None:
            try:
                answer = await self.evaluate(if_true(expression), gesture=False, within=within)
            except BrowserRefused:
                return None  # The page is on its way to another, or not far enough.
            return cast(list[Any] | None, answer)

        def never() -> str:
            return f"{expression} in the page.{console_tail(self.console)}"

        return (await until(ask, never, within=within))[0]

    async def click(self, selector: str, *, within: float = 10) -> None:
        """Wait for the element, bring it into view and click its middle with the mouse."""
        element = await self._element(selector, within)
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": _origin(element)}
        press, release = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, press, release]})

    async def type_into(self, selector: str, text: str, *, within: float = 10) -> None:
        """Replace the text of a field, key by key."""
        await self.click(selector, within=within)
        keys = [_key("Down", CONTROL), _key("Down", "a"), _key("Up", "a"), _key("Up", CONTROL)]
        for character in (DELETE, *text):
            keys += [_key("Down", character), _key("Up", character)]
        await self._act({"type": "key", "id": "keyboard", "actions": keys})

    async def choose(self, selector: str, value: str, *, within: float = 10) -> None:
        """Set a time, a date, a range or a select as its own picker would."""
        await self.wait_for(_one(selector), within=within)
        await self.evaluate(
            f"""(() => {{
                const field = {_one(selector)};
                Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')
                    .set.call(field, {json.dumps(value)});
                for (const kind of ['input', 'change'])
                    field.dispatchEvent(new Event(kind, {{bubbles: true}}));
            }})()"""
        )

    async def switch_to(self, fragment: str, *, within: float = 10) -> None:
        """Wait for a tab with `fragment` in its address, and drive it from now on."""
        seen: list[str] = []

        async def look() -> str | None:
            tree = await self._send("browsingContext.getTree", maxDepth=0)
            seen[:] = [tab["url"] for tab in tree["contexts"]]
            fits = (tab["context"] for tab in tree["contexts"] if fragment in tab["url"])
            return next(fits, None)

        self._tab = await until(look, lambda: f"a tab at {fragment}, not {seen}", within=within)
        await self._send("browsingContext.activate", context=self._tab)

    async def screenshot(self) -> bytes:
        """A picture of the tab in front, as a PNG."""
        answer = await self._send("browsingContext.captureScreenshot", context=self._tab)
        return base64.b64decode(answer["data"])

    async def _element(self, selector: str, within: float) -> str:
        await self.wait_for(_one(selector), within=within)
        await self.evaluate(
            f"{_one(selector)}.scrollIntoView({{block: 'center', behavior: 'instant'}})"
        )
        answer = await self._send(
            "browsingContext.locateNodes",
            context=self._tab,
            locator={"type": "css", "value": selector},
            maxNodeCount=1,
        )
        shared_id: str = answer["nodes"][0]["sharedId"]
        return shared_id

    async def _act(self, source: Mapping[str, Any]) -> None:
        await self._send("input.performActions", context=self._tab, actions=[source])

    async def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        assert self._bidi is not None, "Firefox is not running"
        return await self._bidi.send(method, **parameters)

    async def _open(self) -> None:
        program = installed("firefox-esr")
        installed_library("notify")
        profile = self._folder / "profile"
        profile.mkdir()
        (profile / "user.js").write_text(user_js(self._preferences))
        options = ("--no-remote", "--profile", str(profile), "--remote-debugging-port", "0")
        self._program = await Program.start([program, *options], self._environment())
        url = (await self._program.says(r"WebDriver BiDi listening on (ws://\S+)"))[1]
        self._bidi = await BiDi.open(url)
        self._bidi.on("log.entryAdded", self._note)
        await self._send("session.subscribe", events=["log.entryAdded"])
        tree = await self._send("browsingContext.getTree", maxDepth=0)
        self._tab = tree["contexts"][0]["context"]
        width, height = self._viewport
        size = {"width": width, "height": height}
        await self._send("browsingContext.setViewport", context=self._tab, viewport=size)

    async def _close(self) -> None:
        if self._bidi:
            await self._bidi.close()
        if self._program:
            await self._program.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self._desktop.environment,
            "HOME": str(self._folder),
            "TZ": self._zone,
            "MOZ_HEADLESS": "1",
            "MOZ_CRASHREPORTER_DISABLE": "1",
        }

    def _note(self, entry: Mapping[str, Any]) -> None:
        self.console.append(f"{entry['level']}: {entry['text']}")


def _one(selector: str) -> str:
    return f"document.querySelector({json.dumps(selector)})"


def _origin(shared_id: str) -> dict[str, Any]:
    return {"type": "element", "element": {"sharedId": shared_id}}


def _key(way: str, character: str) -> dict[str, str]:
    return {"type": f"key{way}", "value": character}
