"""Stop calling a push service that refuses everybody, and try again carefully.

Kept in memory, per process: each worker learns within seconds by itself.
"""

import enum
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.push import metrics
from app.push.policy import Blame

log = structlog.get_logger(__name__)

WINDOW = timedelta(seconds=60)
PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Limit:
    """When a kind of fault is no longer one device's: at least so many, and such a share."""

    faults: int
    share: float


LIMITS = {
    # One dead endpoint may be refused a few times over; five are a wrong key or token.
    Blame.IDENTITY: Limit(5, 0.05),
    # A service that fails half of the time is better left alone for a while.
    Blame.SERVICE: Limit(10, 0.5),
}


class Permit(enum.Enum):
    """Leave to send one message."""

    SEND = "send"
    PROBE = "probe"
    """The one that finds out whether a service has recovered; its answer decides."""


@dataclass(slots=True)
class _Origin:
    seconds: deque[tuple[int, Counter[Blame]]] = field(default_factory=deque)
    open_until: datetime | None = None
    pause: timedelta = PAUSE


class Circuit:
    """For every push service: closed (called), open (left alone), or being probed."""

    def __init__(self) -> None:
        self._origins: dict[str, _Origin] = {}

    def ask(self, origin: str, now: datetime) -> Permit | datetime:
        """Leave to send, or when to ask again.

        After a pause the first to ask may probe; the others wait for what it learns.
        """
        known = self._origins.get(origin)
        if known is None or known.open_until is None:
            return Permit.SEND
        if now < known.open_until:
            return known.open_until
        known.open_until = now + known.pause
        return Permit.PROBE

    def is_open(self, origin: str) -> bool:
        """Whether this service is being left alone."""
        known = self._origins.get(origin)
        return known is not None and known.open_until is not None

    def note(self, origin: str, blame: Blame, now: datetime, *, probe: bool = False) -> None:
        """Learn from one answer. While open, only a probe's answer counts: the others were sent
        before.
        """
        known = self._origins.setdefault(origin, _Origin())
        if known.open_until is not None:
            if probe and blame is Blame.NOBODY:
                self._close(origin)
            elif probe:
                known.pause = min(known.pause * 2, LONGEST_PAUSE)
                known.open_until = now + known.pause
            return
        second = int(now.timestamp())
        if not known.seconds or known.seconds[-1][0] != second:
            known.seconds.append((second, Counter()))
        known.seconds[-1][1][blame] += 1
        if (limit := LIMITS.get(blame)) is None:
            return
        while known.seconds[0][0] <= second - WINDOW.seconds:
            known.seconds.popleft()
        counts = sum((counter for _, counter in known.seconds), Counter[Blame]())
        if counts[blame] >= limit.faults and counts[blame] > limit.share * counts.total():
            known.open_until = now + known.pause
            metrics.circuit_open.labels(origin=origin).set(1)
            log.error(
                "push circuit opened", alarm=True, origin=origin, blame=str(blame),
                answers=counts.total(), faults=counts[blame],
            )  # fmt: skip

    def _close(self, origin: str) -> None:
        self._origins[origin] = _Origin()
        metrics.circuit_open.labels(origin=origin).set(0)
        log.warning("push circuit closed", origin=origin)
