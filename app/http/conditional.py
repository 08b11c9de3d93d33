"""`ETag` and `If-None-Match`: a program that asks again reads nothing that it has.

The tag is over the body as it was sent, so it says that nothing changed and never guesses. The look
is noted in the patient's access log all the same: the server did open the record. Answers stay
`no-store`, which forbids caches to keep them; a program keeps the tag by itself.
"""

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TAGGED = ("/api/", "/fhir/")
"""Where answers get a tag; the pages' files have their own."""

LARGEST = 4 * 1024 * 1024
"""Bytes of a body beyond which nobody computes a tag: exports, which nobody polls."""

_TAG = re.compile(r'(?:W/)?("[^"]*")')


class Conditional:
    """Middleware that tags what a GET answers, and says 304 to whoever has that already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request through."""
        if (
            scope["type"] != "http"
            or scope["method"] not in {"GET", "HEAD"}
            or not scope["path"].startswith(TAGGED)
        ):
            await self.app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("if-none-match")
        start: Message | None = None

        async def send_on(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
                return
            if start is None:
                await send(message)
                return
            first, start = start, None
            headers = MutableHeaders(scope=first)
            body = message.get("body", b"")
            whole = not message.get("more_body", False) and len(body) <= LARGEST
            if whole and scope["method"] == "GET":
                headers.setdefault("ETag", tag_of(body))
            if whole and wanted is not None and matches(wanted, headers.get("etag")):
                for name in ("content-length", "content-type"):
                    del headers[name]
                await send({**first, "status": 304})
                await send({"type": "http.response.body", "body": b""})
                return
            await send(first)
            await send(message)

        await self.app(scope, receive, send_on)


def tag_of(body: bytes) -> str:
    """The strong tag of an answer with exactly this body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(wanted: str, tag: str | None) -> bool:
    """Whether `If-None-Match` names this tag, compared weakly (RFC 9110 section 13.1.2)."""
    if tag is None:
        return False
    return wanted.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(wanted)
