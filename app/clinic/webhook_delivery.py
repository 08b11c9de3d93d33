"""Tell webhooks what happened: claim, sign, post, write down; each webhook on its own.

Nothing waits for a network inside a transaction. A receiver that hangs keeps its own task busy and
nobody else's, and the tick returns meanwhile. A worker may be killed at any moment: its leases end
and another goes on.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter

from app import clock
from app.clinic.webhook_address import WebhookAddressRefused, check_url
from app.clinic.webhook_policy import Verdict, body_of, headers_of, verdict
from app.clinic.webhook_queue import AT_ONCE, Job, Result, claim, fan_out, waiting, write_down
from app.config import Settings
from app.db import Sessions
from app.push.guard import Addresses, NotPublic, NotResolved, pins_of
from app.push.seal import Seal, Unsealable
from app.push.send import Answer, Post, Sender

log = structlog.get_logger(__name__)

ATTEMPTS = Counter(
    "vesper_webhook_attempts_total", "Attempts to tell a webhook of an event", ["outcome"]
)

MOST = 50
"""Webhooks that are served side by side."""

ROUNDS = 10
"""Steps along the stream that one run takes before it sends: whoever has an old stream replayed
keeps nobody else waiting, and goes on with the next run."""

PATIENCE = 1.0
"""Seconds for which a run waits for answers; later ones are written down all the same."""

DRAIN = timedelta(seconds=15)
"""Longer than one attempt may take."""


def secret_of(webhook_id: UUID) -> bytes:
    """What a webhook's secret is sealed for, so that it opens in no other row."""
    return b"webhook " + webhook_id.bytes


class Teller:
    """Carries events to webhooks. One per process; `run_once` is its tick.

    random   in [0, 1), spreads the next attempts; tests fix it
    """

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        seal: Seal,
        *,
        random: Callable[[], float] = random.random,
        patience: float = PATIENCE,
        timeout: float = 10.0,
        certificates: str = "",
    ) -> None:
        self._allowed = settings.webhook_allowed_origins
        self._sessions = sessions
        self._seal = seal
        self._random = random
        self._patience = patience
        self._addresses = Addresses()
        self._sender = Sender(
            self._hear, in_flight=AT_ONCE, timeout=timeout, certificates=certificates
        )
        self._busy: dict[UUID, asyncio.Task[int]] = {}
        self._draining = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = (datetime.min.replace(tzinfo=UTC), 0.0)

    async def run_once(self, now: datetime) -> int:
        """Queue what happened and send what is due; how many deliveries were written down.

        Returns when nothing more is due, or after a second: what hangs goes on by itself.
        """
        self._loop = asyncio.get_running_loop()
        self._began = (now, clock.monotonic())
        for _ in range(ROUNDS):
            if self._draining:
                break
            async with self._sessions.begin() as session:
                moved = await fan_out(session, now)
            if not moved:
                break
        async with self._sessions.begin() as session:
            due = await waiting(session, now)
        for webhook_id in due:
            if webhook_id not in self._busy and len(self._busy) < MOST and not self._draining:
                self._busy[webhook_id] = asyncio.create_task(self._serve(webhook_id))
        return await self._wait(self._patience)

    async def drain(self, within: timedelta = DRAIN) -> None:
        """Begin nothing more and finish what is on the wire; what is not done in time is told again
        by another worker, when the lease has ended.
        """
        self._draining = True
        await self._wait(within.total_seconds())
        for task in self._busy.values():
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy.values())
        self.close()

    def close(self) -> None:
        """Drop what is under way. Again changes nothing."""
        self._sender.close()

    async def _wait(self, seconds: float) -> int:
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=seconds)
        done = {id: task for id, task in self._busy.items() if task.done()}
        told = 0
        for webhook_id, task in done.items():
            del self._busy[webhook_id]
            if task.cancelled():
                continue
            if error := task.exception():
                # Its lease ends and it is tried again; the other webhooks are not held up by it.
                log.error("webhook could not be served", webhook=str(webhook_id), exc_info=error)
            else:
                told += task.result()
        return told

    async def _serve(self, webhook_id: UUID) -> int:
        """Batch after batch of one webhook, until nothing is due or something went wrong."""
        told, go_on = 0, True
        while go_on and not self._draining:
            async with self._sessions.begin() as session:
                jobs = await claim(session, webhook_id, self._now())
            if not jobs:
                break
            results = await self._tell(jobs)
            async with self._sessions.begin() as session:
                go_on = await write_down(session, webhook_id, results, self._now())
            told += len(results)
        return told

    async def _tell(self, jobs: Sequence[Job]) -> list[Result]:
        """Post these; they are of one webhook, so one look at its address serves them all."""
        answers: dict[Job, Answer | None] = dict.fromkeys(jobs)
        try:
            origin = check_url(jobs[0].url, self._allowed)
            pins = await pins_of(origin, self._allowed, self._addresses)
            posts = [self._post(job, origin, pins) for job in jobs]
        except (WebhookAddressRefused, NotPublic, NotResolved, Unsealable) as error:
            log.warning(
                "webhook cannot be called", webhook=str(jobs[0].webhook_id),
                why=type(error).__name__,
            )  # fmt: skip
        else:
            self._sender.submit(posts)
            for answer in await asyncio.gather(*(post.ticket[1] for post in posts)):
                answers[answer.post.ticket[0]] = answer
            self._sender.written(posts)
        return [self._judged(job, answer) for job, answer in answers.items()]

    def _post(self, job: Job, origin: str, pins: str) -> Post:
        secret = self._seal.open(job.secret, secret_of(job.webhook_id))
        body = body_of(job.event.out())
        headers = headers_of(secret, str(job.event.id), body, self._now())
        ticket = (job, asyncio.get_running_loop().create_future())
        return Post(job.url, origin, headers, body, pins, ticket)

    def _judged(self, job: Job, answer: Answer | None) -> Result:
        status = answer.answer if answer is not None and isinstance(answer.answer, int) else None
        decided: Verdict = verdict(
            status, attempts=job.attempts, now=self._now(), random=self._random(),
            retry_after=None if answer is None else answer.retry_after,
        )  # fmt: skip
        outcome = "delivered" if decided.delivered else "later" if decided.ready_at else "given up"
        ATTEMPTS.labels(outcome).inc()
        return Result(job, status, decided)

    def _hear(self, answers: Sequence[Answer]) -> None:
        """Called on the sender's thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_resolve, answers)

    def _now(self) -> datetime:
        """The instant of the run's `now`, moved on by what has passed since it began."""
        return self._began[0] + timedelta(seconds=clock.monotonic() - self._began[1])


def _resolve(answers: Sequence[Answer]) -> None:
    for answer in answers:
        future = answer.post.ticket[1]
        if not future.done():
            future.set_result(answer)
