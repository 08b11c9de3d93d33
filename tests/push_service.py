"""A push service for tests: real sockets, real encryption, and phones that read what they get.

Decryption is `http_ece`'s, the library behind pywebpush, so it is no mirror of our own code.
"""

import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Phone:
    """A browser's side of a subscription: a key pair and a secret."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.p256dh = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.auth = os.urandom(16)

    def keys(self) -> dict[str, str]:
        """As `PushSubscription.toJSON()` has them."""
        return {"p256dh": text64(self.p256dh), "auth": text64(self.auth)}

    def read(self, body: bytes) -> Any:
        """What our server wanted to say."""
        plain = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self.auth, version="aes128gcm"
        )
        return json.loads(plain)


def text64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Arrival:
    """One push as it arrived at the service."""

    phone: str
    headers: dict[str, str]
    message: Any

    @property
    def notification(self) -> dict[str, Any]:
        found: dict[str, Any] = self.message["notification"]
        return found

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.notification["data"]
        return found


@dataclass
class PushService:
    """Accepts every push for its phones with 201, or with the next scripted status."""

    received: list[Arrival] = field(default_factory=list)
    script: list[int] = field(default_factory=list)
    phones: dict[str, Phone] = field(default_factory=dict)
    origin: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/push/{phone}", self._accept)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self.origin = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def a_phone(self) -> dict[str, Any]:
        """The subscription a new phone would POST to our server."""
        name = uuid4().hex
        self.phones[name] = Phone()
        return {"endpoint": f"{self.origin}/push/{name}", "keys": self.phones[name].keys()}

    async def _accept(self, request: web.Request) -> web.Response:
        name = request.match_info["phone"]
        body = await request.read()
        status = self.script.pop(0) if self.script else 201
        if status == 201:
            phone = self.phones[name]
            self.received.append(Arrival(name, dict(request.headers), phone.read(body)))
        return web.Response(status=status)
