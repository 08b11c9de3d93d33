"""How often somebody may try: a moving window for each key, kept in this process.

`limits` reads the rules. Its memory store is not used: while there are attempts it starts a
thread every 10 ms that walks every key it has ever seen. Measured at 50 attempts a second with
20,000 keys, as at bedtime with one for each phone that taps: a third of a core, against a third
of a percent here. Several processes count each for themselves: a rule is a bound per process.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil

from fastapi import Request
from limits import parse

from app.clock import monotonic
from app.problems import TooManyRequests

SWEEP = 60.0
"""Seconds between two sweeps of keys whose last attempt has left its window."""


@dataclass(slots=True)
class _Window:
    """The recent attempts of one key, oldest first, and the seconds for which they count."""

    seconds: int
    at: deque[float] = field(default_factory=deque)


class Attempts:
    """The attempts that this process has seen lately."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}
        self._swept = 0.0

    def wait(self, rule: str, key: str, now: float) -> float:
        """Count one attempt and return 0, or how many seconds to wait without counting it."""
        amount, seconds = _read(rule)
        self._sweep(now)
        window = self._windows.setdefault((rule, key), _Window(seconds))
        while window.at and window.at[0] <= now - seconds:
            window.at.popleft()
        if len(window.at) >= amount:
            return window.at[0] + seconds - now
        window.at.append(now)
        return 0.0

    def _sweep(self, now: float) -> None:
        if now - self._swept < SWEEP:
            return
        self._swept = now
        self._windows = {
            key: window
            for key, window in self._windows.items()
            if window.at and window.at[-1] > now - window.seconds
        }


@lru_cache(maxsize=64)
def _read(rule: str) -> tuple[int, int]:
    """How many attempts in how many seconds, from text such as `10/minute`."""
    item = parse(rule)
    return item.amount, item.get_expiry()


def allow(request: Request, rule: str, *keys: str) -> None:
    """Count an attempt under each key, or raise TooManyRequests saying when to come back.

    rule   as the `limits` library writes it: `10/minute`
    keys   what is counted, such as an action with an account and an action with an address;
           refused attempts do not count, so waiting always helps
    """
    attempts: Attempts | None = getattr(request.app.state, "attempts", None)
    if attempts is None:
        attempts = request.app.state.attempts = Attempts()
    wait = max(attempts.wait(rule, key, monotonic()) for key in keys)
    if wait > 0:
        seconds = ceil(wait)
        raise TooManyRequests(
            f"That was often. Please try again in {seconds} seconds.", retry_after=seconds
        )


def address_of(request: Request) -> str:
    """The client's network: an IPv4 address, or the /64 that one IPv6 subscriber has.

    Source: RFC 6177 gives every end site at least a /64, so single addresses in it are free.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64)) + "/64"
    return str(address)
