"""The door: which host was meant, from which site a change comes, and what its body may be."""

import asyncio
import re
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.sign_in import cookie_name
from app.config import Settings
from app.http.body import check_text
from app.http.edge import QUIET
from app.http.failures import answer
from app.problems import Invalid, NotFound, Problem, TooLarge

LARGEST = 64 * 1024
"""Bytes of a body; the largest sensible one, a protocol of many lines, is a tenth of this."""

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a body with a file in it: a megabyte of text, and what JSON adds by escaping it."""

LARGEST_RECORD = 16 * 1024 * 1024
"""Bytes of a whole record that comes back: ten years of four doses and five answers a day. A dose
with its log is 800 bytes, an answer 450."""

RECORDS = "/api/me/restore"
FILES = re.compile(r"/api/patients/[^/]+/(doses|observations)/import")

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FORMS = "/oauth/"
"""Under this, and nowhere else, a body is a form."""

PATIENCE = 20.0
"""Seconds that a body may take to arrive, so that trickled ones do not pile up."""

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class UnknownHost(Problem):
    """This server does not answer to that name."""

    status: ClassVar[int] = 400


class OtherSite(Problem):
    """The request was made by another site."""

    status: ClassVar[int] = 403


class NotJson(Problem):
    """Vesper reads JSON only.

    But for `/oauth/`, where a program asks for a token by a form.
    """

    status: ClassVar[int] = 415


class TooSlow(Problem):
    """The request did not arrive in time."""

    status: ClassVar[int] = 408


class Guard:
    """Middleware that lets a request in, or says why not, before any router sees it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.cookie = cookie_name(settings)
        public = urlsplit(settings.public_url)
        self.origin = f"{public.scheme}://{public.netloc}".lower()
        self.hosts = frozenset(settings.trusted_hosts) or {public.hostname or ""}
        if not settings.production:
            self.hosts |= LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check_host(scope, headers)
            _check_address(scope)
            if scope["method"] in CHANGING:
                self._check_origin(headers)
                body = await _body(headers, receive, _largest(scope, self.cookie), _kind(scope))
                if body is None:
                    return  # the client has gone
                receive = _again(body, receive)
        except Problem as problem:
            await answer(problem, scope["path"])(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _check_host(self, scope: Scope, headers: Headers) -> None:
        """A wrong `Host` would end up in links and caches; probes come by address and may."""
        host = _host(headers.get("host", ""))
        if host not in self.hosts and "*" not in self.hosts and scope["path"] not in QUIET:
            raise UnknownHost("Use the address that the clinic gave you.")

    def _check_origin(self, headers: Headers) -> None:
        """Refuse changes that another site makes with this browser's cookie.

        Browsers say so in Sec-Fetch-Site, older ones in Origin. Whoever sends neither and no cookie
        is a program, which acts with its own rights. `none` is not proof, so Origin is looked at.
        Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet.
        """
        site = headers.get("sec-fetch-site", "none")
        if site == "same-origin":
            return
        origin = headers.get("origin")
        if site != "none" or (origin is None and self.cookie in headers.get("cookie", "")):
            raise OtherSite("Open Vesper itself and try again.")
        if origin is None:
            return
        own = {self.origin, f"{urlsplit(self.origin).scheme}://{headers.get('host', '')}".lower()}
        if origin.lower() not in own:
            raise OtherSite("Open Vesper itself and try again.")


def _host(header: str) -> str:
    """The name in a `Host` header, without its port; empty for what is no host."""
    if not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", header):
        return ""
    return urlsplit(f"//{header}").hostname or ""


def _check_address(scope: Scope) -> None:
    """No database keeps a NUL in a text, so nothing can be found under one."""
    if "\x00" in scope["path"]:
        raise NotFound("There is nothing at this address.")
    if b"%00" in scope.get("query_string", b""):
        raise Invalid("The address holds a NUL character.", field="query", cure="Remove it.")


def _largest(scope: Scope, cookie: str) -> int:
    """How many bytes the body of this request may have; a stranger gives nobody so much to read."""
    if scope["path"] == RECORDS and cookie in Headers(scope=scope).get("cookie", ""):
        return LARGEST_RECORD
    return LARGEST_FILE if FILES.fullmatch(scope["path"]) else LARGEST


def _kind(scope: Scope) -> str:
    """What the body has to be: JSON, but a form where tokens are asked for, as OAuth has it.

    Another site's page can send a form without asking; there no cookie means anything.
    """
    return FORM if scope["path"].startswith(FORMS) else JSON


async def _body(
    headers: Headers, receive: Receive, largest: int, wanted: str = JSON
) -> bytes | None:
    """The whole body of a change, checked; None when the client hung up."""
    announced = headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:12]) > largest:
        raise TooLarge(f"A request may have {largest // 1024} kB.")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += message.get("body", b"")
                if len(body) > largest:
                    raise TooLarge(f"A request may have {largest // 1024} kB.")
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise TooSlow("Please try again, perhaps on a better connection.") from None
    if body:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != wanted:
            raise NotJson(f"Send the body as {wanted}.")
        if wanted == JSON:
            check_text(bytes(body))
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then whatever comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
