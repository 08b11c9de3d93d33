"""A clinic's own program, that hears of events over real sockets and answers as a test says."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from unittest import mock

from aiohttp import web
from standardwebhooks import Webhook, webhooks

HANG = -1


@dataclass
class Heard:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str, at: datetime) -> Any:
        """What the official library reads, at this moment; it raises for what is not signed."""

        class Then(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> "Then":
                return cls.fromtimestamp(at.timestamp(), tz)

        with mock.patch.object(webhooks, "datetime", Then):
            return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Answers 204, or what the script says next: a status, or HANG until it is let go."""

    script: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    heard: list[Heard] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    always: int = 204
    origin: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._answer)
        app.router.add_route("*", "/{path:.*}", self._other)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self.origin = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"{self.origin}/hook"

    @property
    def types(self) -> list[str]:
        return [one.event["type"] for one in self.heard]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(Heard(dict(request.headers), await request.read()))
        self.arrived.set()
        status = self.script.pop(0) if self.script else self.always
        if status == HANG:
            await asyncio.sleep(timedelta(seconds=30).total_seconds())
        return web.Response(status=status, headers=self.headers, body=self.body or None)

    async def _other(self, request: web.Request) -> web.StreamResponse:
        self.elsewhere.append(request.path)
        return web.Response(status=204)
