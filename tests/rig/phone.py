"""All parts of the rig together: a browser, its push service, and a screen to press on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from .browser import Browser, Permission
from .chromium import Chromium
from .chromium_push import ChromiumPush
from .desktop import Desktop
from .firefox import Firefox
from .firefox_push import FirefoxPush
from .push_service import PushService

Kind = Literal["firefox", "chromium"]
KINDS: tuple[Kind, ...] = ("firefox", "chromium")


@dataclass(frozen=True)
class Phone:
    """What a patient holds in the hand, and the push service behind it."""

    kind: Kind
    browser: Browser
    desktop: Desktop
    push: PushService


@asynccontextmanager
async def a_phone(
    kind: Kind, *, notifications: Permission = "allow", zone: str = "UTC"
) -> AsyncIterator[Phone]:
    """A phone fresh from the shop, switched on. Two phones at once do not know of each other."""
    async with Desktop() as desktop:
        if kind == "firefox":
            async with (
                FirefoxPush() as push,
                Firefox(desktop, push, notifications=notifications, zone=zone) as firefox,
            ):
                yield Phone(kind, firefox, desktop, push)
        else:
            async with (
                ChromiumPush() as google,
                Chromium(desktop, google, notifications=notifications, zone=zone) as chromium,
            ):
                yield Phone(kind, chromium, desktop, google)
