"""A desktop for one test: a private D-Bus with notifications that the test can press.

Browsers hand their notifications to `org.freedesktop.Notifications`. This one draws nothing; it
keeps what a user would see and sends back what a real daemon sends when the user presses something.
"""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

from .programs import Program, installed
from .waiting import soon, until

# Every user may do everything, and nothing is ever started on demand.
BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/socket</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

PRESSED_AWAY = 2
WITHDRAWN = 3
CRITICAL = 2

# Not on the notification itself: pressing its body, and the browser's own gear.
UNSEEN = ("default", "settings")

Strings = Annotated[list[str], DBusSignature("as")]
Server = Annotated[tuple[str, str, str, str], DBusSignature("ssss")]
Closing = Annotated[tuple[int, int], DBusSignature("uu")]
Invocation = Annotated[tuple[int, str], DBusSignature("us")]


@dataclass(frozen=True)
class Notification:
    """A notification as the user sees it."""

    id: int
    title: str
    body: str
    """The text, without markup. Chromium puts the site's address in front."""
    keys: dict[str, str]
    """What can be pressed: the label as drawn, and the browser's name for it."""
    sticky: bool
    """It stays until the user does something."""
    replaces: int
    """The id of the notification it took the place of, or 0."""

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [label for label, key in self.keys.items() if key not in UNSEEN]


class _Daemon(ServiceInterface):
    """The notification daemon's side of the protocol, version 1.2."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.Notifications")
        self.arrived: asyncio.Queue[Notification] = asyncio.Queue()
        self.on_screen: dict[int, Notification] = {}
        self._last = 0

    @dbus_method()
    def GetCapabilities(self) -> Strings:
        return ["actions", "body", "icon-static", "persistence"]

    @dbus_method()
    def GetServerInformation(self) -> Server:
        return ("rig", "Vesper", "1", "1.2")

    @dbus_method()
    def Notify(
        self,
        app_name: DBusStr,
        replaces_id: DBusUInt32,
        app_icon: DBusStr,
        summary: DBusStr,
        body: DBusStr,
        actions: Strings,
        hints: DBusDict,
        expire_timeout: DBusInt32,
    ) -> DBusUInt32:
        replaced = self.on_screen.get(replaces_id)
        if replaced is None:
            self._last += 1
        number = replaced.id if replaced else self._last
        urgency = hints.get("urgency")
        shown = Notification(
            id=number,
            title=summary,
            body=body,
            keys=dict(zip(actions[1::2], actions[::2], strict=True)),
            # Firefox says it with the timeout, Chromium with the urgency.
            sticky=expire_timeout == 0 or (urgency is not None and urgency.value == CRITICAL),
            replaces=replaced.id if replaced else 0,
        )
        self.on_screen[number] = shown
        self.arrived.put_nowait(shown)
        return number

    @dbus_method()
    def CloseNotification(self, number: DBusUInt32) -> None:
        if self.on_screen.pop(number, None):
            self.NotificationClosed(number, WITHDRAWN)

    @dbus_signal()
    def NotificationClosed(self, number: int, reason: int) -> Closing:
        return number, reason

    @dbus_signal()
    def ActionInvoked(self, number: int, key: str) -> Invocation:
        return number, key


class Desktop:
    """Where notifications appear and get pressed. Browsers find it through `environment`."""

    environment: dict[str, str]

    def __init__(self) -> None:
        self._daemon = _Daemon()
        self._folder = Path(tempfile.mkdtemp(prefix="rig-desktop-"))
        self._program: Program | None = None
        self._bus: MessageBus | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    @property
    def on_screen(self) -> list[Notification]:
        """The notifications to be seen now, oldest first."""
        return list(self._daemon.on_screen.values())

    async def next_notification(self, *, within: float = 20) -> Notification:
        """The next notification to appear. Each is returned once, in order."""
        return await soon(
            self._daemon.arrived.get(), "a notification on the desktop", within=within
        )

    def press(self, notification: Notification, label: str) -> None:
        """Press the button with this label. The notification goes away, as it does for users."""
        if label not in notification.buttons:
            raise AssertionError(f"no button {label!r}, only {notification.buttons}")
        self._press(notification, notification.keys[label])

    def press_body(self, notification: Notification) -> None:
        """Press the notification itself."""
        self._press(notification, "default")

    def dismiss(self, notification: Notification) -> None:
        """Wipe the notification away."""
        self._must_be_seen(notification)
        del self._daemon.on_screen[notification.id]
        self._daemon.NotificationClosed(notification.id, PRESSED_AWAY)

    def clear(self) -> None:
        """Wipe everything away, and forget what nobody has looked at."""
        for notification in self.on_screen:
            self.dismiss(notification)
        while not self._daemon.arrived.empty():
            self._daemon.arrived.get_nowait()

    async def gone(self, notification: Notification, *, within: float = 10) -> None:
        """Wait until the notification is not on the screen, whoever took it away."""
        await until(
            lambda: notification.id not in self._daemon.on_screen,
            f"{notification.title!r} to go away",
            within=within,
        )

    def _press(self, notification: Notification, key: str) -> None:
        self._must_be_seen(notification)
        self._daemon.ActionInvoked(notification.id, key)
        self.dismiss(notification)

    def _must_be_seen(self, notification: Notification) -> None:
        if notification.id not in self._daemon.on_screen:
            raise AssertionError(f"{notification.title!r} is not on the screen any more")

    async def _open(self) -> None:
        configuration = self._folder / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(folder=self._folder))
        daemon, options = installed("dbus-daemon"), ("--nofork", "--nopidfile", "--print-address")
        command = [daemon, f"--config-file={configuration}", *options]
        self._program = await Program.start(command, {})
        address = (await self._program.says("^unix:.*"))[0]
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address}
        self._bus = await MessageBus(bus_address=address).connect()
        self._bus.export("/org/freedesktop/Notifications", self._daemon)
        await self._bus.request_name("org.freedesktop.Notifications")

    async def _close(self) -> None:
        if self._bus:
            self._bus.disconnect()
        if self._program:
            await self._program.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
