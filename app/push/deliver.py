"""Send what waits in the outbox: claim, encrypt, post, write down; several batches at a time.

While one batch is on the wire the next is claimed and encrypted, and answers are written down as
they come. Nothing waits for a network inside a transaction. The database alone knows what is
still to be said, so a courier may be killed at any moment: its leases end and others go on.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog

from app import clock
from app.config import Settings
from app.db import Sessions
from app.push import metrics
from app.push.claim import Job, Result, claim, extend, finish
from app.push.encrypt import Prepared
from app.push.judge import Judge
from app.push.models import State
from app.push.prepare import Preparer
from app.push.seal import Seal
from app.push.send import LATE, Answer, Post, Sender
from app.push.vapid import Identity

log = structlog.get_logger(__name__)

BATCH = 250
# So many claimed deliveries that are not hanging may be in memory: four batches keep every stage
# of the pipeline busy, and a killed courier delays no more than these by a lease.
ROOM = 4 * BATCH
# Messages that one thread encrypts at a time: a few milliseconds.
SLICE = 25
# After the last claim a run waits this long for answers; later ones are written down by the next.
PATIENCE = 1.0
DRAIN = timedelta(seconds=20)
IDLE_KEYS = 200
# Threads that encrypt while the event loop claims and records: on two cores this raised the rate
# against `webpush_async` from 1.27 to 1.58 (bench delivery, one run each).
WRITERS = 2


class Courier:
    """Carries deliveries to the push services. One per process; `run_once` is its tick.

    in memory    the jobs it holds a lease on, and answers that are not written down yet
    random       in [0, 1), spreads the next attempts; tests fix it
    """

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        identity: Identity,
        seal: Seal,
        *,
        random: Callable[[], float] = random.random,
        batch: int = BATCH,
        patience: float = PATIENCE,
        timeout: float = 10.0,
        certificates: str = "",
    ) -> None:
        self._sessions = sessions
        self._swarms = settings.push_in_flight > SLICE
        self._lease = timedelta(seconds=settings.push_lease)
        self._batch = batch
        self._room = ROOM * batch // BATCH
        self._patience = patience
        self._keys = Prepared()
        self._judge = Judge(random)
        self._preparer = Preparer(identity, seal, settings, self._judge, self._keys)
        self._sender = Sender(
            self._hear, in_flight=settings.push_in_flight, timeout=timeout,
            certificates=certificates,
        )  # fmt: skip
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="push-writer")
        self._answers: deque[Answer] = deque()
        self._results: list[Result] = []
        self._held: dict[Job, Post | None] = {}
        self._draining = False
        self._running = False
        # SQLite has one connection, and so have some tests: one transaction at a time is enough,
        # because sending and encrypting go on beside it.
        self._database = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard = asyncio.Event()
        self._began = (datetime.min.replace(tzinfo=UTC), 0.0)
        self._beat_at = 0.0

    async def run_once(self, now: datetime) -> int:
        """Send everything that is due, and say how many deliveries were claimed.

        Returns when nothing more is due and all answers are written down, or a second later: the
        next run then writes down the rest. Safe to call again at any time, but not twice at once.
        """
        self._loop = asyncio.get_running_loop()
        self._began = (now, clock.monotonic())
        self._running = True
        self._give_back_stranded()
        try:
            async with asyncio.TaskGroup() as group:
                taking = group.create_task(self._take())
                group.create_task(self._write_down(taking))
        finally:
            self._running = False
        if not taking.result() and not self._held:
            self._keys.fill(IDLE_KEYS)
        return taking.result()

    async def drain(self, within: timedelta = DRAIN) -> None:
        """Claim nothing more, finish what is on the wire in this time, give back the rest.

        The courier is of no use afterwards. Draining it again changes nothing.
        """
        self._draining = True
        self._loop = asyncio.get_running_loop()
        self._give_back(post.ticket for post in self._sender.take_back())
        if not self._running:
            self._give_back_stranded()
        end = clock.monotonic() + within.total_seconds()
        await self._record()
        while (self._held or self._running) and clock.monotonic() < end:
            await self._listen(0.05)
            await self._record()
        # What hangs even now may have arrived: its lease runs out and the tag hides a second copy.
        self._sender.close()
        self._writers.shutdown(wait=False)

    def close(self) -> None:
        """Stop at once, as if killed: leases run out by themselves."""
        self._draining = True
        self._sender.close()
        self._writers.shutdown(wait=False)

    # -- claiming and sending ------------------------------------------------------------------

    async def _take(self) -> int:
        """Claim batch after batch until nothing is due, and put them on the wire."""
        taken = 0
        upcoming = asyncio.create_task(self._claim())
        try:
            while jobs := await upcoming:
                taken += len(jobs)
                # The database looks for the next batch while this one is encrypted.
                upcoming = asyncio.create_task(self._claim(full=len(jobs) == self._batch))
                await self._send(jobs)
        finally:
            upcoming.cancel()
        return taken

    async def _claim(self, *, full: bool = True) -> list[Job]:
        """The next batch, once there is room for it; nothing after a batch that was not full."""
        # Not an event: time alone makes room too, when jobs begin to hang.
        while full and not self._draining and not self._has_room():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        if self._draining or not full:
            return []
        async with self._database, self._sessions.begin() as session:
            jobs = await claim(session, self._now(), self._batch, self._lease)
        self._held.update(dict.fromkeys(jobs))
        metrics.in_flight.set(len(self._held))
        return jobs

    async def _send(self, jobs: Sequence[Job]) -> None:
        """Encrypt and post a batch; what needs no sending becomes a result at once."""
        await self._preparer.look_up(jobs, self._sender.stalled())
        now = self._now()
        loop = asyncio.get_running_loop()
        writing = []
        for start in range(0, len(jobs), SLICE):
            fit: list[Job] = []
            for job in jobs[start : start + SLICE]:
                if result := self._preparer.unsent(job, now):
                    self._results.append(result)
                else:
                    fit.append(job)
            if fit:
                writing.append(
                    loop.run_in_executor(self._writers, self._preparer.write_all, fit, now)
                )
        for written in writing:
            posts: list[Post] = []
            for job, ready in await written:
                if isinstance(ready, Result):
                    self._results.append(ready)
                else:
                    self._held[job] = ready
                    posts.append(ready)
            self._sender.submit(posts)
        self._heard.set()

    def _has_room(self) -> bool:
        """Whether another batch fits. Jobs that hang do not count, or they would starve others."""
        late = clock.monotonic() - LATE
        crowd = sum(
            1 for post in self._held.values() if post is None or not 0 < post.started < late
        )
        return crowd + self._batch <= self._room  # fmt: skip

    # -- answers --------------------------------------------------------------------------------

    def _hear(self, answers: Sequence[Answer]) -> None:
        """Called on the sender's thread."""
        self._answers.extend(answers)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._heard.set)

    async def _write_down(self, taking: "asyncio.Task[int]") -> None:
        """Record answers as they come, until there are none to wait for or patience ends."""
        end: float | None = None
        while True:
            await self._listen(0.05)
            await self._record()
            await self._keep_leases()
            if not taking.done():
                continue
            if end is None:
                end = clock.monotonic() + self._patience
            if not self._held or clock.monotonic() > end:
                return

    async def _listen(self, within: float) -> None:
        """Wait for news, and a little longer, because answers come in swarms."""
        try:
            async with asyncio.timeout(within):
                await self._heard.wait()
        except TimeoutError:
            return
        self._heard.clear()
        if self._swarms and len(self._held) > SLICE:
            await asyncio.sleep(0.01)

    async def _record(self) -> None:
        """Judge what was answered and write it down in one transaction."""
        now = self._now()
        again: list[Post] = []
        for answer in iter_popleft(self._answers):
            verdict = self._judge.result(answer, now)
            if isinstance(verdict, Job):
                self._sender.written([answer.post])
                again += self._once_more(verdict, now)
            else:
                self._results.append(verdict)
        if again:
            self._sender.submit(again)
        async with self._database:
            batch = list(self._results)
            if not batch:
                return
            async with self._sessions.begin() as session:
                await finish(session, batch)
            # Only now: had the commit failed, the next run would try to write them again.
            del self._results[: len(batch)]
        posts = [self._held.pop(result.job, None) for result in batch]
        self._sender.written([post for post in posts if post is not None])
        metrics.in_flight.set(len(self._held))

    def _once_more(self, job: Job, now: datetime) -> Iterable[Post]:
        """The generic text for a message that was found too large."""
        ready = self._preparer.prepare(job, now)
        if isinstance(ready, Result):
            self._results.append(ready)
            return ()
        self._held[job] = ready
        return (ready,)

    async def _keep_leases(self) -> None:
        """Hold on to what is still in memory."""
        # A quarter of the lease: one round may fail and the next still comes in time.
        if clock.monotonic() - self._beat_at < self._lease.total_seconds() / 4:
            return
        self._beat_at = clock.monotonic()
        if self._held:
            async with self._database, self._sessions.begin() as session:
                await extend(session, list(self._held), self._now() + self._lease)

    def _give_back_stranded(self) -> None:
        """What a run had claimed when it failed, and never handed to the sender, is due again.

        Its leases would otherwise be kept for ever by a courier that does nothing with them.
        """
        judged = {result.job for result in self._results}
        self._give_back(
            [job for job, post in self._held.items() if post is None and job not in judged]
        )

    def _give_back(self, jobs: Iterable[Job]) -> None:
        now = self._now()
        self._results += [
            Result(job, State.WAITING, now, ready_at=now, untried=True) for job in jobs
        ]

    # -- time -----------------------------------------------------------------------------------

    def _now(self) -> datetime:
        """The instant of the run's `now`, moved on by what has passed since it began."""
        return self._began[0] + timedelta(seconds=clock.monotonic() - self._began[1])


def iter_popleft(answers: deque[Answer]) -> Iterable[Answer]:
    """Everything that is in the queue, while another thread may add to it."""
    while answers:
        yield answers.popleft()
