"""A push service for Chromium: as much of Google's as a browser and a sender can tell apart.

Chromium checks in, registers each subscription over HTTP, and keeps a TLS stream open on which
messages come. It writes the endpoint's origin itself, so senders have to be told (`routes`) that
this origin is to be found here.
"""

import asyncio
import contextlib
import secrets
import time
from enum import IntEnum

from aiohttp import web

from .certificate import tls_for_loopback
from .protobuf import fields, fixed, frame, frames, integer, text
from .push_message import Message, Subscription
from .push_service import PushService
from .vapid_check import unbase64

# The one origin that Debian's build hands out.
ENDPOINTS = "https://jmt17.google.com"

PROTOCOL = 41


class Tag(IntEnum):
    """What a frame on the stream is."""

    PING = 0
    PONG = 1
    LOGIN = 2
    WELCOME = 3
    CLOSE = 4
    QUERY = 7
    MESSAGE = 8


# In a login: who it is, and which messages arrived before the last stream broke.
LOGIN_USER, LOGIN_RECEIVED = 3, 10

# In which field each frame of the browser says how many of ours it has read.
LAST_RECEIVED: dict[int, int] = {Tag.PING: 2, Tag.PONG: 2, Tag.QUERY: 10, Tag.MESSAGE: 11}

# Firefox's word for "received"; Chromium does not tell whether it could decrypt.
RECEIVED = 100


class _Stream:
    """The connection of one browser, and which of our frames was which message."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.sent: dict[int, str] = {}
        self._count = 0

    async def write(self, tag: int, content: bytes, version: str = "") -> None:
        """Send one frame. Both sides count frames, and acknowledge by the count."""
        self._count += 1
        if version:
            self.sent[self._count] = version
        self.writer.write(frame(tag, content))
        await self.writer.drain()

    def settled(self, count: int) -> list[str]:
        """The messages among our first `count` frames, each told once."""
        return [self.sent.pop(number) for number in sorted(self.sent) if number <= count]


class ChromiumPush(PushService):
    """The push service of every Chromium started with its `arguments`."""

    def __init__(self) -> None:
        super().__init__()
        self.arguments: list[str] = []
        """What must be on Chromium's command line."""
        self._streams: dict[str, _Stream] = {}
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen on two free ports of the loopback interface."""
        application = web.Application()
        application.router.add_post("/checkin", self._check_in)
        application.router.add_post("/register", self._register)
        application.router.add_post("/fcm/send/{token}", self.receive)
        application.router.add_post("/wp/{token}", self.receive)
        port = await self.listen(application)
        self._server = await asyncio.start_server(
            self._meet, "127.0.0.1", 0, ssl=tls_for_loopback()
        )
        stream_port = self._server.sockets[0].getsockname()[1]
        self.origin = ENDPOINTS
        self.endpoints = f"{ENDPOINTS}/fcm/send/"
        self.local_origin = f"http://127.0.0.1:{port}"
        self.arguments = [
            f"--gcm-checkin-url={self.local_origin}/checkin",
            f"--gcm-registration-url={self.local_origin}/register",
            f"--gcm-mcs-endpoint=https://127.0.0.1:{stream_port}",
            "--ignore-certificate-errors",
        ]

    async def stop(self) -> None:
        """Cut the streams and stop listening."""
        await self.drop()
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        await super().stop()

    async def drop(self) -> None:
        """Cut every browser's stream. Chromium was seen to take half a minute to come back."""
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def connected(self, device: str) -> bool:
        """Whether this Chromium has an open stream that is ready for messages."""
        return device in self._streams

    async def hand_over(self, message: Message, subscription: Subscription) -> None:
        """Send one message over the browser's stream, asking for an answer at once."""
        application, _, sender = subscription.channel.partition(" ")
        now = int(time.time() * 1000)
        content = (
            text(2, message.version)
            + text(3, sender)
            + text(5, application)
            + text(7, text(1, "subtype") + text(2, application))
        )
        if message.body:
            content += text(7, text(1, "content-encoding") + text(2, "aes128gcm"))
            content += text(21, message.body)
        content += text(9, message.version)
        content += integer(17, message.wishes.ttl) + integer(18, now) + integer(24, 1)
        await self._streams[subscription.device].write(Tag.MESSAGE, content, message.version)

    async def _check_in(self, request: web.Request) -> web.Response:
        """Give a browser its number and its secret."""
        await request.read()
        now = int(time.time() * 1000)
        device, secret = (secrets.randbits(62) | 1 for _ in range(2))
        content = integer(1, 1) + integer(3, now) + fixed(7, device) + fixed(8, secret)
        return web.Response(body=content, content_type="application/x-protobuf")

    async def _register(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        application = form.get("X-subtype", "")
        if not application.startswith("wp:"):
            # Chromium registers itself as well, for messages from Google.
            return web.Response(text=f"token={secrets.token_urlsafe()}")
        if form.get("delete") == "true":
            for subscription in self.live(form["device"]):
                if subscription.channel.startswith(application):
                    subscription.alive = False
            return web.Response(text=f"deleted={form.get('app', '')}")
        sender = form["sender"]
        channel = f"{application} {sender}"
        subscription = self.subscribe(channel, form["device"], unbase64(sender))
        return web.Response(text=f"token={subscription.token}")

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold the conversation with one browser until its stream ends."""
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        stream = _Stream(writer)
        try:
            await reader.readexactly(1)  # The version it speaks.
            writer.write(bytes([PROTOCOL]))
            await self._talk(reader, stream)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # One of us hung up.
        finally:
            self._talks.discard(talk)
            for device in [d for d, other in self._streams.items() if other is stream]:
                del self._streams[device]
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, stream: _Stream) -> None:
        device = ""
        async for tag, content in frames(reader.readexactly):
            match tag:
                case Tag.LOGIN:
                    device = await self._welcome(stream, content)
                case Tag.PONG if device not in self._streams:
                    self._streams[device] = stream
                    await self.device_came(device)
                case Tag.PING:
                    await stream.write(Tag.PONG, b"")
                case Tag.CLOSE:
                    return
            for version in stream.settled(_received(tag, content)):
                self.answered(version, RECEIVED)

    async def _welcome(self, stream: _Stream, login: bytes) -> str:
        """Answer a login, and return the number of the browser."""
        said = list(fields(login))
        for field, value in said:
            if field == LOGIN_RECEIVED and isinstance(value, bytes):
                self.answered(value.decode(), RECEIVED)
        now = int(time.time() * 1000)
        welcome = text(1, "chrome-63.0.3234.0") + text(2, "rig") + integer(8, now)
        await stream.write(Tag.WELCOME, welcome)
        # What follows right behind the welcome gets lost, so ask for a sign of life first.
        await stream.write(Tag.PING, b"")
        return next(v.decode() for f, v in said if f == LOGIN_USER and isinstance(v, bytes))


def _received(tag: int, content: bytes) -> int:
    """How many of our frames the browser has read, as far as it says so in this one."""
    field = LAST_RECEIVED.get(tag)
    counts = (value for number, value in fields(content) if number == field)
    return next((count for count in counts if isinstance(count, int)), 0)
