"""Whether a claimed delivery is sent now, and if so, the request. One bad row stops no other."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import structlog

from app.config import Settings
from app.push.circuit import Permit
from app.push.claim import Job, Result
from app.push.encrypt import PlaintextTooLarge, Prepared
from app.push.guard import (
    Addresses,
    EndpointRefused,
    NotPublic,
    NotResolved,
    check_endpoint,
    pins_of,
)
from app.push.judge import Judge, tell
from app.push.letter import body_of, headers_of
from app.push.models import State
from app.push.policy import Act, Verdict, backoff
from app.push.seal import Seal, Unsealable
from app.push.send import Answer, Post
from app.push.vapid import Identity

log = structlog.get_logger(__name__)

# Rows that wait for a service to recover do not all come back in the same second.
SPREAD = timedelta(seconds=5)

Found = TypeVar("Found")


class Preparer:
    """Knows everything a request needs: our identity, the seal, which addresses may be called."""

    def __init__(
        self, identity: Identity, seal: Seal, settings: Settings, judge: Judge, keys: Prepared
    ) -> None:
        self._identity = identity
        self._seal = seal
        self._allowed = settings.push_allowed_origins
        self._routes = settings.push_routes
        self._judge = judge
        self._keys = keys
        self._addresses = Addresses()
        self._pins: dict[str, str | NotPublic | NotResolved] = {}
        self._stalled: set[str] = set()

    async def look_up(self, jobs: Sequence[Job], stalled: set[str]) -> None:
        """Check every endpoint, and find the public addresses of their hosts.

        stalled   origins that hang: what is for them waits, so that it takes nobody's place
        """
        self._stalled = stalled
        for job in jobs:
            try:
                job.origin = check_endpoint(job.endpoint, self._allowed)
            except EndpointRefused:
                job.origin = ""
        for origin in {job.origin for job in jobs} - {""}:
            self._pins[origin] = await self._pin(origin)

    async def _pin(self, origin: str) -> str | NotPublic | NotResolved:
        if origin in self._routes:
            return ""
        try:
            return await pins_of(origin, self._allowed, self._addresses)
        except (NotPublic, NotResolved) as error:
            return error

    def prepare(self, job: Job, now: datetime) -> Post | Result:
        """The request for a delivery, or what to write down when it is not sent."""
        return self.unsent(job, now) or self.write(job, now)

    def write_all(self, jobs: Sequence[Job], now: datetime) -> list[tuple[Job, Post | Result]]:
        """The requests for deliveries that nothing stands against. Safe on any thread.

        Agreeing on a key is the largest part of it, and `cryptography` lets others run meanwhile.
        """
        return [(job, self.write(job, now)) for job in jobs]

    def write(self, job: Job, now: datetime) -> Post | Result:
        """The request for a delivery, or what to write down where none can be written."""
        return self._isolated(self._post, job, now)

    def unsent(self, job: Job, now: datetime) -> Result | None:
        """The reason not to send, if there is one."""
        return self._isolated(self._unsent, job, now)

    def _isolated(
        self, step: Callable[[Job, datetime], Found], job: Job, now: datetime
    ) -> Found | Result:
        """One step for one delivery, whose failure is its own and stops no other."""
        try:
            return step(job, now)
        except (Unsealable, PlaintextTooLarge, ValueError) as error:
            log.error(
                "push cannot be written", alarm=True, reason=type(error).__name__,
                message=str(job.message_id), subscription=str(job.subscription_id),
            )  # fmt: skip
            return Result(job, State.REFUSED, now)
        except Exception:
            # Nobody foresaw this one; the others of the batch must not wait for it.
            log.exception("push failed", alarm=True, message=str(job.message_id))
            wait = backoff(job.attempts, 1.0)
            if now + wait >= job.expires_at:
                return Result(job, State.EXPIRED, now)
            return Result(job, State.WAITING, now, ready_at=now + wait)

    def _unsent(self, job: Job, now: datetime) -> Result | None:
        if now >= job.expires_at:
            return Result(job, State.EXPIRED, now)
        if job.retired is not None:
            return Result(job, State.GONE, now)
        if job.vapid_key_id != self._identity.key_id:
            # The device's state tells its person; a push service would answer 403 to our key.
            return Result(job, State.REFUSED, now)
        if not job.origin or isinstance(self._pins[job.origin], NotPublic):
            why = "Vesper does not send to the address this device gave."
            tell(job, Verdict(Act.REFUSE, alarm=True), "address")
            return Result(job, State.REFUSED, now, suspects=(job.suspicions, why))
        return self._unsendable(job, now)

    def _unsendable(self, job: Job, now: datetime) -> Result | None:
        """The reason its push service gives not to send just now, if there is one."""
        if job.origin in self._stalled:
            return self._later(job, now + SPREAD, now)
        permit = self._judge.circuit.ask(job.origin, now)
        if isinstance(permit, datetime):
            return self._later(job, permit, now)
        job.probe = permit is Permit.PROBE
        if not isinstance(self._pins[job.origin], NotResolved):
            return None
        unsent = Post(job.endpoint, job.origin, [], b"", "", job)
        result = self._judge.result(Answer(unsent, "name", None, ""), now)
        assert isinstance(result, Result)
        return result

    def _later(self, job: Job, when: datetime, now: datetime) -> Result:
        """Wait, without counting an attempt, for a service that is being left alone."""
        when += SPREAD * self._judge.random()
        if when >= job.expires_at:
            return Result(job, State.EXPIRED, now)
        return Result(job, State.WAITING, now, ready_at=when, untried=True)

    def _post(self, job: Job, now: datetime) -> Post:
        url = job.endpoint
        if route := self._routes.get(job.origin):
            parts = urlsplit(job.endpoint)
            url = route.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
        pin = self._pins[job.origin]
        assert isinstance(pin, str)
        return Post(
            url=url,
            origin=job.origin,
            headers=headers_of(job, self._identity, now),
            body=body_of(job, self._seal, self._keys.take()),
            pins=pin,
            ticket=job,
        )
