"""A tiny web app and a tiny sender, with which the rig proves itself."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Self

from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from pywebpush import WebPusher, WebPushException, webpush_async

from .push_message import Subscription
from .push_service import PushService
from .vapid_check import rebase64
from .waiting import soon

PAGE = """<!doctype html>
<meta charset="utf-8"><title>Sample</title>
<meta name="viewport" content="width=device-width">
<script src="/page.js" defer></script>
<input id="name" value="old"> <input id="bedtime" type="time"> <button id="save">Save</button>
<select id="side"><option>left<option>right</select>
"""

PAGE_SCRIPT = """
const events = [];
addEventListener('input', e => events.push(`${e.target.id}=${e.target.value}`));
document.getElementById('save').onclick = e => events.push(`trusted=${e.isTrusted}`);
async function subscribe(key) {
  const registration = await navigator.serviceWorker.register('/worker.js');
  await navigator.serviceWorker.ready;
  const options = {userVisibleOnly: true, applicationServerKey: key};
  return (await registration.pushManager.subscribe(options)).toJSON();
}
"""

WORKER_SCRIPT = """
const report = (kind, more) =>
  fetch('/reports', {method: 'POST', body: JSON.stringify({kind, ...more})});
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('push', event => event.waitUntil((async () => {
  await self.registration.showNotification(event.data ? event.data.text() : 'empty', {
    body: 'Tea & <b>toast</b>', tag: 'dose', requireInteraction: true,
    actions: [{action: 'taken', title: 'Taken'}, {action: 'later', title: 'Later'}],
  });
  await report('shown', {});
})()));
self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil(event.action
    ? report('pressed', {action: event.action})
    : self.clients.openWindow('/?opened'));
});
self.addEventListener('pushsubscriptionchange', event => event.waitUntil(
  report('changed', {old: event.oldSubscription?.endpoint, new: event.newSubscription})));
"""


class Site:
    """A page, its worker and a place for the worker's reports."""

    address: str

    def __init__(self) -> None:
        self._reports: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._running: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        for path, content, kind in (
            ("/", PAGE, "text/html"),
            ("/page.js", PAGE_SCRIPT, "text/javascript"),
            ("/worker.js", WORKER_SCRIPT, "text/javascript"),
        ):
            application.router.add_get(path, _serve(content, kind))
        application.router.add_post("/reports", self._file)
        self._running = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._running.setup()
        await web.TCPSite(self._running, "127.0.0.1", 0).start()
        # Workers and push are allowed on plain HTTP only under this name.
        self.address = f"http://localhost:{self._running.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None
        await self._running.cleanup()

    async def report(self, kind: str, *, within: float = 10) -> dict[str, Any]:
        """The next report of this kind. Others before it are passed over."""

        async def read() -> dict[str, Any]:
            while (report := await self._reports.get())["kind"] != kind:
                pass
            return report

        return await soon(read(), f"the worker to report {kind!r}", within=within)

    async def _file(self, request: web.Request) -> web.Response:
        self._reports.put_nowait(await request.json())
        return web.Response()


def _serve(content: str, kind: str) -> Any:
    async def answer(_: web.Request) -> web.Response:
        # As strict as a careful app: the rig must not need `unsafe-eval`.
        policy = {"Content-Security-Policy": "default-src 'self'"}
        return web.Response(text=content, content_type=kind, headers=policy)

    return answer


class Sender:
    """Someone with a VAPID key who sends push messages."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        point = self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.raw_key = point
        self.key = rebase64(point)
        """What browsers subscribe with."""
        self._vapid = Vapid.from_raw(
            rebase64(self._private.private_numbers().private_value.to_bytes(32)).encode()
        )
        # Else it would not sign the wrong claims that a test sends on purpose.
        self._vapid.conf["no-strict"] = True

    async def send(
        self, service: PushService, subscription: Mapping[str, Any], text: str, **headers: str
    ) -> int:
        """Send one message as pywebpush does, and return the service's answer."""
        reachable = {**subscription, "endpoint": service.local(subscription["endpoint"])}
        try:
            response = await webpush_async(
                reachable, text, self._vapid, _claims(service.origin), ttl=60, headers=headers
            )
        except WebPushException as refusal:
            response = refusal.response
        status: int = response.status
        return status

    async def post(
        self,
        service: PushService,
        endpoint: str,
        *,
        body: bytes | None = None,
        claims: Mapping[str, Any] | None = None,
        **headers: str | None,
    ) -> tuple[int, Mapping[str, str]]:
        """Send something by hand, right but for what is given. None leaves a header out."""
        signed = self._vapid.sign({**_claims(service.origin), **(claims or {})})
        wanted: dict[str, str | None] = {
            **signed,
            "TTL": "60",
            "Content-Encoding": "aes128gcm",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        sent = {name: value for name, value in wanted.items() if value is not None}
        content = encrypted("hello") if body is None else body
        async with (
            ClientSession() as session,
            session.post(service.local(endpoint), data=content, headers=sent) as response,
        ):
            return response.status, response.headers.copy()

    def subscribed(self, service: PushService, device: str = "nobody") -> Subscription:
        """A subscription of a browser that is not there."""
        return service.subscribe("channel", device, self.raw_key)


def encrypted(text: str) -> bytes:
    """A message for a browser that nobody has."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": rebase64(raw), "auth": rebase64(bytes(16))}
    pusher = WebPusher({"endpoint": "https://example.org/", "keys": keys})
    body: bytes = pusher.encode(text.encode(), "aes128gcm")["body"]
    return body


def _claims(audience: str) -> dict[str, Any]:
    return {"sub": "mailto:push@example.org", "aud": audience, "exp": int(time.time()) + 3600}
