"""A push service for Firefox: a WebSocket to the browser, HTTP to senders, one port for both.

Firefox is pointed at it by the preference `dom.push.serverURL`. The wire format is that of
Mozilla's own service, as far as Firefox ESR uses it.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import WSMsgType, web

from .push_message import Message, Subscription
from .push_service import PushService
from .vapid_check import rebase64, unbase64


class FirefoxPush(PushService):
    """The push service of every Firefox started with its `socket_url`."""

    socket_url: str
    """What the preference `dom.push.serverURL` must be."""

    def __init__(self) -> None:
        super().__init__()
        self._sockets: dict[str, web.WebSocketResponse] = {}
        # Browsers whose name is not accepted any more; a new one makes them drop everything.
        self._forgotten: set[str] = set()

    async def start(self) -> None:
        """Begin to listen on a free port of the loopback interface."""
        application = web.Application()
        application.router.add_get("/", self._talk)
        application.router.add_post("/wpush/v2/{token}", self.receive)
        port = await self.listen(application)
        self.origin = self.local_origin = f"http://127.0.0.1:{port}"
        self.endpoints = f"{self.origin}/wpush/v2/"
        self.socket_url = f"ws://127.0.0.1:{port}/"

    async def stop(self) -> None:
        """Close the browsers' sockets and stop listening."""
        await self.drop()
        await super().stop()

    async def drop(self) -> None:
        """Close every browser's socket. They come back by themselves within half a second."""
        for socket in list(self._sockets.values()):
            await socket.close()

    async def expire(self) -> None:
        """Let all subscriptions die: 410 for senders, `pushsubscriptionchange` in the browsers."""
        await super().expire()
        self._forgotten.update(s.device for s in self.subscriptions.values())
        await self.drop()

    def connected(self, device: str) -> bool:
        """Whether this Firefox has an open socket."""
        return device in self._sockets and not self._sockets[device].closed

    async def hand_over(self, message: Message, subscription: Subscription) -> None:
        """Send one notification over the browser's socket."""
        notification: dict[str, Any] = {
            "messageType": "notification",
            "channelID": subscription.channel,
            "version": message.version,
            "ttl": message.wishes.ttl,
        }
        if message.body:
            notification["data"] = rebase64(message.body)
            notification["headers"] = {"encoding": "aes128gcm"}
        await self._sockets[subscription.device].send_json(notification)

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        """Hold the conversation with one browser until its socket closes."""
        socket = web.WebSocketResponse(protocols=("push-notification",))
        await socket.prepare(request)
        device = ""
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                said = frame.json()
                if said.get("messageType") == "hello":
                    device = await self._greet(socket, said)
                else:
                    await self._answer(socket, device, said)
        except ConnectionError:
            pass  # The browser left in the middle of a sentence.
        finally:
            if self._sockets.get(device) is socket:
                del self._sockets[device]
        return socket

    async def _greet(self, socket: web.WebSocketResponse, said: Mapping[str, Any]) -> str:
        device = said.get("uaid") or ""
        if not device or device in self._forgotten:
            device = secrets.token_hex(16)
        self._sockets[device] = socket
        await socket.send_json(
            {
                "messageType": "hello",
                "status": HTTPStatus.OK,
                "uaid": device,
                "use_webpush": True,
                "broadcasts": {},
            }
        )
        await self.device_came(device)
        return device

    async def _answer(
        self, socket: web.WebSocketResponse, device: str, said: Mapping[str, Any]
    ) -> None:
        match said.get("messageType"):
            case None | "ping":
                await socket.send_json({})
            case "register":
                await socket.send_json(self._register(device, said))
            case "unregister":
                for subscription in self.live(device):
                    if subscription.channel == said["channelID"]:
                        subscription.alive = False
                await socket.send_json({**said, "status": HTTPStatus.OK})
            case "ack":
                for update in said["updates"]:
                    self.answered(update["version"], update["code"])
            case _:
                pass  # Broadcasts and negative acknowledgements want no answer.

    def _register(self, device: str, said: Mapping[str, Any]) -> dict[str, Any]:
        reply = {"messageType": "register", "channelID": said["channelID"]}
        if not said.get("key"):
            # Mozilla's service takes keyless subscriptions; no other does, so neither do we.
            return {**reply, "status": HTTPStatus.BAD_REQUEST}
        key = unbase64(said["key"])
        subscription = self.subscribe(said["channelID"], device, key)
        return {**reply, "status": HTTPStatus.OK, "pushEndpoint": subscription.endpoint}
