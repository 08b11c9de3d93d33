"""Which addresses Vesper is willing to call: an endpoint comes from outside and is not trusted.

Browsers produce only a handful of hosts, so those are allowed and nothing else
(https://github.com/web-push-libs/web-push/issues/801). Behind the list stands a second wall: the
host must resolve to public addresses, and the connection goes to an address that was checked.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from app import clock
from app.problems import Problem

LONGEST = 1000

EXACT = frozenset({"fcm.googleapis.com", "jmt17.google.com", "web.push.apple.com"})
SUFFIXES = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")

# NAT64: an IPv6 address that a gateway turns into the IPv4 address in its last four bytes.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Lower-case letters, digits, hyphens and dots: no user, no escape, no other alphabet.
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
# Nothing that an HTTP client could read as the end of the address or of the line.
PLAIN = re.compile(r"[\x21-\x7e]+")
AMBIGUOUS = frozenset('\\"<>^`{|}#')


class EndpointRefused(Problem):
    """This push address is not one that Vesper sends to."""

    status = 422


def _refuse(problem: str) -> EndpointRefused:
    return EndpointRefused(
        f"The endpoint {problem}.",
        field="endpoint",
        cure="Send the endpoint exactly as the browser gave it. A push service of your own "
        "is allowed with VESPER_PUSH_ALLOWED_ORIGINS.",
    )


def check_endpoint(endpoint: str, allowed: Iterable[str] = ()) -> str:
    """The origin of an endpoint that may be called.

    allowed   further origins the operator trusts, such as `https://push.example.org`; they may
              be http and may have a port

    Raises EndpointRefused for every other address. Looks nothing up.
    """
    try:
        origin = plain_origin(endpoint, allowed)
    except NotPlain as error:
        raise _refuse(str(error)) from error
    host = urlsplit(origin).hostname or ""
    if not is_trusted(origin, allowed) and host not in EXACT and not host.endswith(SUFFIXES):
        raise _refuse("leads to no push service that Vesper knows")
    return origin


class NotPlain(Exception):
    """Why an address is none that Vesper would call, as the end of a sentence about it."""


def plain_origin(address: str, allowed: Iterable[str] = ()) -> str:
    """The origin of an address that reads the same to everybody: https, port 443, a plain name.

    allowed   origins the operator trusts; they may be http, have a port, and be an IP address

    Raises NotPlain. Looks nothing up, so the name may still lead into a private network.
    """
    if len(address) > LONGEST:
        raise NotPlain(f"is longer than {LONGEST} characters")
    if not PLAIN.fullmatch(address) or AMBIGUOUS.intersection(address):
        raise NotPlain("has characters that no address has")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise NotPlain("is not an address") from error
    if "@" in parts.netloc:
        raise NotPlain("names a user")
    if not parts.path.startswith("/"):
        raise NotPlain("has no path")
    origin = _origin(parts, port)
    if is_trusted(origin, allowed):
        return origin
    if parts.scheme != "https" or port not in {None, 443}:
        raise NotPlain("is not https on port 443")
    host = parts.hostname or ""
    if not HOST.fullmatch(host) or ".." in host:
        raise NotPlain("has a host that is not a plain name")
    return origin


def is_trusted(origin: str, allowed: Iterable[str]) -> bool:
    """Whether the operator named this origin, so that it may also be a private address."""
    return any(origin == _canonical(other) for other in allowed)


@lru_cache(maxsize=256)
def _canonical(origin: str) -> str:
    parts = urlsplit(origin)
    return _origin(parts, parts.port)


def _origin(parts: SplitResult, port: int | None) -> str:
    """Scheme, host and, unless it is the scheme's own, port; as browsers write an origin."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if port in {None, usual} else f":{port}")


def address_is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet, whatever it is wrapped in."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return address_is_public(str(inner))
    return ip.is_global and not ip.is_multicast


class NotResolved(Exception):
    """The name has no address just now."""


class NotPublic(Exception):
    """The name leads to a private network."""


class Addresses:
    """Looks names up and remembers the checked addresses for a minute.

    Whoever connects takes an address from here and not from a second look-up, which a
    hostile name server would answer differently.
    """

    def __init__(self, *, within: float = 2.0, kept: float = 60.0) -> None:
        self._within = within
        self._kept = kept
        self._known: dict[tuple[str, int], tuple[float, list[str]]] = {}

    async def of(self, host: str, port: int = 443) -> list[str]:
        """Every address of a host, all of them public.

        Raises NotResolved, also when nobody answers in time, and NotPublic when even one
        address is private: an honest push service has none.
        """
        at, known = self._known.get((host, port), (0.0, []))
        if known and clock.monotonic() - at < self._kept:
            return known
        try:
            async with asyncio.timeout(self._within):
                found = await asyncio.get_running_loop().getaddrinfo(
                    host, port, type=socket.SOCK_STREAM
                )
        except (OSError, UnicodeError, TimeoutError) as error:
            raise NotResolved(host) from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses:
            raise NotResolved(host)
        if not all(address_is_public(address) for address in addresses):
            raise NotPublic(host)
        self._known[(host, port)] = (clock.monotonic(), addresses)
        return addresses


async def check_reachable(origin: str, allowed: Iterable[str], addresses: Addresses) -> None:
    """Raise EndpointRefused when an origin's name leads into a private network.

    A name that does not resolve just now passes: it is looked up again before every push.
    """
    if await leads_inside(origin, allowed, addresses):
        raise _refuse("leads into a private network")


async def leads_inside(origin: str, allowed: Iterable[str], addresses: Addresses) -> bool:
    """Whether the name of an origin that nobody trusts leads into a private network.

    One that does not resolve just now leads nowhere.
    """
    try:
        await pins_of(origin, allowed, addresses)
    except NotPublic:
        return True
    except NotResolved:
        pass
    return False


async def pins_of(origin: str, allowed: Iterable[str], addresses: Addresses) -> str:
    """The checked addresses to connect to, as libcurl reads them; empty for a trusted origin.

    Raises NotResolved and NotPublic.
    """
    if is_trusted(origin, allowed):
        return ""
    host = urlsplit(origin).hostname or ""
    return f"{host}:443:{','.join(await addresses.of(host))}"
