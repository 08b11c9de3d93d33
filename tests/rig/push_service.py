"""What the two push services have in common: the face they show to senders.

A message is checked, stored, given to the browser as soon as it is in reach, and kept until the
browser says that it has it. A newer message with the same topic takes the place of one that still
waits. Everything a sender sent stays in `log`, refused or not.
"""

import asyncio
import secrets
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Self

from aiohttp import web

from .push_message import Fate, Message, Subscription
from .vapid_check import Refused, Wishes, check_key, check_message, check_sender
from .waiting import soon, until


class PushService(ABC):
    """A push service on loopback that checks senders as strictly as the real ones do."""

    origin: str
    """The origin of the endpoints that browsers get, which a sender's token must name as `aud`."""
    local_origin: str
    """Where that origin is to be reached on this machine."""
    endpoints: str
    """How every endpoint begins."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        """By token, the dead ones too."""
        self.log: list[Message] = []
        self._unread: asyncio.Queue[Message] = asyncio.Queue()
        self._waiting: list[Message] = []
        self._forced: deque[tuple[HTTPStatus, int]] = deque()
        self._in_reach = True
        self._running: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def routes(self) -> dict[str, str]:
        """Where a sender finds this service: real origin to local origin."""
        return {self.origin: self.local_origin}

    def local(self, endpoint: str) -> str:
        """Where a sender without routes finds the endpoint that a browser was given."""
        return endpoint.replace(self.origin, self.local_origin, 1)

    def force(self, *statuses: int, retry_after: int = 1) -> None:
        """Answer the next senders with these statuses, one each, whatever they send."""
        self._forced.extend((HTTPStatus(status), retry_after) for status in statuses)

    def retire(self, endpoint: str) -> None:
        """Let one subscription die as when its device was reset: 410 for senders."""
        for subscription in self.subscriptions.values():
            if subscription.endpoint == endpoint:
                subscription.alive = False

    async def expire(self) -> None:
        """Let all subscriptions die: 410 for senders."""
        for subscription in self.subscriptions.values():
            subscription.alive = False

    @asynccontextmanager
    async def out_of_reach(self) -> AsyncIterator[None]:
        """Browsers get nothing inside this block, like a phone without a signal.

        What senders leave meanwhile waits for its end, replaced by topic and expiring by TTL.
        """
        self._in_reach = False
        try:
            yield
        finally:
            self._in_reach = True
            await self._deliver_waiting()

    async def next_message(self, *, within: float = 10) -> Message:
        """The next message a sender sent, accepted or refused. Each is returned once, in order."""
        return await soon(self._unread.get(), "a sender to send a message", within=within)

    async def acknowledged(self, message: Message, *, within: float = 20) -> int:
        """Wait for the browser's answer to one message, and return its code."""

        def unanswered() -> str:
            return f"the browser to acknowledge message {message.version}: {message.fate}"

        await until(lambda: message.ack is not None, unanswered, within=within)
        assert message.ack is not None
        return message.ack

    def clear(self) -> None:
        """Forget what senders have sent so far, but not who subscribed."""
        self.log.clear()
        while not self._unread.empty():
            self._unread.get_nowait()

    @abstractmethod
    async def start(self) -> None:
        """Begin to listen on free ports of the loopback interface."""

    async def stop(self) -> None:
        """Stop listening and forget every connection."""
        if self._running:
            await self._running.cleanup()
            self._running = None

    @abstractmethod
    def connected(self, device: str) -> bool:
        """Whether this browser has a connection on which it can be given a message."""

    @abstractmethod
    async def hand_over(self, message: Message, subscription: Subscription) -> None:
        """Write one message to the connection of the browser it is for."""

    async def listen(self, application: web.Application) -> int:
        """Serve `application` on a free port, and return the port."""
        # Browsers keep their connections open: there is nothing to wait for at the end.
        self._running = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._running.setup()
        site = web.TCPSite(self._running, "127.0.0.1", 0)
        await site.start()
        port: int = self._running.addresses[0][1]
        return port

    def subscribe(self, channel: str, device: str, key: bytes) -> Subscription:
        """Create a subscription. The same channel again replaces the one before."""
        for older in self.live(device):
            if older.channel == channel:
                older.alive = False
        token = secrets.token_urlsafe(24)
        subscription = Subscription(token, self.endpoints + token, channel, device, key)
        self.subscriptions[token] = subscription
        return subscription

    def live(self, device: str) -> Iterator[Subscription]:
        """The subscriptions of one browser that have not died."""
        return (s for s in self.subscriptions.values() if s.device == device and s.alive)

    async def receive(self, request: web.Request) -> web.Response:
        """Answer a sender."""
        body = await request.read()
        message = Message(request.match_info["token"], request.headers.copy(), body)
        headers: dict[str, str] = {}
        try:
            if self._forced:
                status, retry_after = self._forced.popleft()
                headers["Retry-After"] = str(retry_after)
                raise Refused(status, "the test said so")
            message.wishes = self._check(message)
        except Refused as refusal:
            message.status, message.reason = refusal.status, refusal.reason
        else:
            message.status, message.fate = HTTPStatus.CREATED, "waiting"
            headers["TTL"] = str(message.wishes.ttl)
            headers["Location"] = f"{self.origin}/m/{message.version}"
        self.log.append(message)
        self._unread.put_nowait(message)
        if message.status == HTTPStatus.CREATED:
            await self._accept(message)
        return web.Response(status=message.status, text=message.reason, headers=headers)

    async def device_came(self, device: str) -> None:
        """Give a browser that has just connected everything it has not acknowledged."""
        for message in self._waiting:
            if self.subscriptions[message.token].device == device:
                message.fate = "waiting"
        await self._deliver_waiting()

    def answered(self, version: str, code: int) -> None:
        """Note that a browser has received a message, however it liked it."""
        for message in [m for m in self._waiting if m.version == version]:
            message.ack, message.fate = code, "acknowledged"
            self._waiting.remove(message)

    def _check(self, message: Message) -> Wishes:
        key = check_sender(
            message.headers.get("Authorization"), audience=self.origin, now=time.time()
        )
        subscription = self.subscriptions.get(message.token)
        if subscription is None:
            raise Refused(HTTPStatus.NOT_FOUND, "there never was such a subscription")
        if not subscription.alive:
            raise Refused(HTTPStatus.GONE, "the subscription is gone")
        check_key(key, subscription.key)
        return check_message(message.headers, message.body)

    async def _accept(self, message: Message) -> None:
        topic = message.wishes.topic
        for older in [m for m in self._waiting if m.token == message.token]:
            if topic is not None and older.wishes.topic == topic:
                self._forget(older, "replaced")
        message.expires_at = time.monotonic() + message.wishes.ttl
        self._waiting.append(message)
        await self._deliver(message)
        if message.fate == "waiting" and message.wishes.ttl == 0:  # now or never
            self._forget(message, "expired")

    async def _deliver_waiting(self) -> None:
        for message in [m for m in self._waiting if m.fate == "waiting"]:
            alive = self.subscriptions[message.token].alive
            if not alive or message.expires_at <= time.monotonic():
                self._forget(message, "expired")
            else:
                await self._deliver(message)

    async def _deliver(self, message: Message) -> None:
        subscription = self.subscriptions[message.token]
        # Two callers may walk the same list: whoever comes second finds the message taken.
        ready = message.fate == "waiting" and self._in_reach
        if not ready or not self.connected(subscription.device):
            return
        message.fate = "delivered"
        message.deliveries += 1
        try:
            await self.hand_over(message, subscription)
        except ConnectionError:
            message.fate = "waiting"

    def _forget(self, message: Message, fate: Fate) -> None:
        if message in self._waiting:
            self._waiting.remove(message)
            # What the browser was given cannot be taken back; it is only not sent again.
            message.fate = fate if message.fate == "waiting" else message.fate
