"""A push service over TLS that misbehaves on request: real sockets, real certificates."""

import asyncio
import ssl
from collections import defaultdict
from pathlib import Path
from typing import Self

from aiohttp import web

from tests.push_service import Arrival, Phone

HANG = -1
RESET = -2


class StandIn:
    """Answers 201, or what a phone's script says next: a status, HANG, or RESET after accepting."""

    def __init__(self, certificate: Path) -> None:
        self._certificate = certificate
        self.phones: dict[str, Phone] = defaultdict(Phone)
        self.script: dict[str, list[int]] = {}
        self.headers: dict[str, str] = {}
        self.words = b""
        self.arrived: list[Arrival] = []
        self.raw: list[tuple[str, bytes]] = []
        self.accepted: list[str] = []
        self.origin = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/push/{phone}", self._answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "localhost", 0, ssl_context=context)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self.origin = f"https://localhost:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def endpoint(self, phone: str) -> str:
        return f"{self.origin}/push/{phone}"

    def of(self, phone: str) -> list[Arrival]:
        """What arrived for one phone, whatever was answered."""
        return [arrival for arrival in self.arrived if arrival.phone == phone]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        phone = request.match_info["phone"]
        body = await request.read()
        self.raw.append((phone, body))
        self.arrived.append(Arrival(phone, dict(request.headers), self.phones[phone].read(body)))
        script = self.script.get(phone, [])
        status = script.pop(0) if script else 201
        if status == HANG:
            await asyncio.sleep(30)
        if status == RESET:
            self.accepted.append(phone)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if status == 201:
            self.accepted.append(phone)
        return web.Response(status=status, headers=self.headers, body=self.words)
