"""What happens by itself, and how often: APScheduler ticks, the database knows what is due.

A restart loses nothing, a missed tick is caught by the next one, and two workers are safe.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, housekeeping, pulse
from app.clinic.digest import digests
from app.clinic.watch import watch
from app.clinic.webhook_delivery import Teller
from app.config import Settings, sealing_key
from app.db import Sessions, time_of_database
from app.monitoring.asking import ask
from app.monitoring.draw_tick import remind_of_draws
from app.monitoring.tick import prompt
from app.protocols.planning import rederive
from app.push.deliver import Courier
from app.push.seal import Seal
from app.push.vapid import identity_of
from app.reminders.arm import plan_and_arm
from app.reminders.notices import tell
from app.reminders.tick import Mouth, remind
from app.sealing import Sealer, seal
from app.supplies.tick import look

log = structlog.get_logger()

RUNS = Counter("vesper_tick_runs_total", "Completed runs of each tick", ["tick"])
FAILURES = Counter("vesper_tick_failures_total", "Runs of each tick that failed", ["tick"])
SKIPPED = Counter(
    "vesper_tick_skipped_total", "Runs APScheduler skipped or could not start", ["why"]
)
SKEW = Gauge("vesper_database_clock_skew_seconds", "How far our clock and the database's differ")
AGE = Gauge("vesper_tick_age_seconds", "Seconds since any tick of this process last completed")

EVERY = {
    # A reminder waits for one tick of each: half a second at most. When nothing is due they cost
    # two index look-ups.
    "deliver": timedelta(milliseconds=250),
    "remind": timedelta(milliseconds=250),
    "plan": timedelta(seconds=5),
    # How long an entry could be removed unseen.
    "seal": timedelta(seconds=2),
    "webhooks": timedelta(seconds=2),
    "watch": timedelta(seconds=5),
    "digest": timedelta(seconds=60),
    "notices": timedelta(seconds=5),
    "labs": timedelta(seconds=60),
    "draw_days": timedelta(seconds=60),
    "check_ins": timedelta(seconds=60),
    "supplies": timedelta(seconds=60),
    "housekeeping": timedelta(minutes=5),
}
# Longer than any healthy run; a run that hangs must not keep its tick from ever running again.
LIMIT = timedelta(seconds=120)
# The tables need not be told every second that a tick is alive.
BEAT = timedelta(seconds=10)
# Nothing completed for this long means the loop is blocked; the supervisor starts a new process.
STUCK = timedelta(seconds=60)
DRAIN = timedelta(seconds=20)
# More than any network needs for one question and its answer.
APART = timedelta(seconds=5)


class Ticker(AsyncIOScheduler):  # type: ignore[misc]
    """A scheduler that its own exceptions cannot stop: it looks again after a second.

    In APScheduler 3.11.3 an exception that leaves `_process_jobs` ends the timer for good, while
    `running` stays true (measured; upstream fix agronholm/apscheduler#1132 is not released).
    """

    def _process_jobs(self) -> float | None:
        try:
            wait: float | None = super()._process_jobs()
        except Exception:
            log.exception("scheduler failed; it looks again in a second")
            return 1.0
        return wait


@dataclass
class Worker:
    """One process's ticks, from start to drained stop."""

    settings: Settings
    sessions: Sessions
    courier: Courier
    mouth: Mouth
    sealer: Sealer
    teller: Teller
    last_tick: float = field(default_factory=clock.monotonic)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _beats: dict[str, float] = field(default_factory=dict)
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    @classmethod
    def create(cls, settings: Settings, sessions: Sessions) -> Self:
        """A worker with its own courier; nothing runs until `run`."""
        secret = sealing_key(settings)
        envelope = Seal(secret)
        identity = identity_of(settings)
        courier = Courier(settings, sessions, identity, envelope)
        mouth = Mouth(envelope, settings.public_url)
        teller = Teller(settings, sessions, envelope)
        return cls(settings, sessions, courier, mouth, Sealer(secret), teller)

    async def run(self) -> None:
        """Tick until `stop`, then let what is under way finish and give back what is claimed."""
        await self._guarded("rederive", self._in_transaction(rederive))()
        await self._guarded("compare clocks", self._in_transaction(compare_clocks))()
        steady = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        ticker = Ticker(timezone=UTC, job_defaults=steady)
        ticker.add_listener(
            self._note_skip, EVENT_JOB_MISSED | EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES
        )
        for name, tick in self.ticks().items():
            ticker.add_job(
                self._guarded(name, tick),
                "interval",
                seconds=EVERY[name].total_seconds(),
                id=name,
                next_run_time=clock.now(),
            )
        watchdog = Watchdog(self)
        watchdog.start()
        ticker.start()
        log.info("worker ticks", ticks=list(EVERY))
        try:
            await self.stopping.wait()
        finally:
            # shutdown() would cancel running coroutines, so everything else comes first.
            ticker.pause()
            await self._drain()
            watchdog.stop()
            ticker.shutdown(wait=False)
            log.info("worker has stopped")

    def stop(self) -> None:
        """Ask for the end; `run` returns when everything under way is finished or given back."""
        self.stopping.set()

    def ticks(self) -> dict[str, Callable[[], Awaitable[int]]]:
        """Every tick by its name; each returns how much it did."""
        return {
            "deliver": self._deliver,
            "remind": self._until_nothing_is_due(
                lambda session, now: remind(session, self.mouth, now)
            ),
            "plan": self._until_nothing_is_due(plan_and_arm),
            "seal": self._until_nothing_is_due(
                lambda session, now: seal(session, self.sealer, now)
            ),
            "webhooks": self._tell_webhooks,
            "watch": self._until_nothing_is_due(watch),
            "digest": self._in_transaction(
                lambda session, now: digests(
                    session, self.mouth.seal, now, self.settings.public_url
                )
            ),
            "notices": self._until_nothing_is_due(
                lambda session, now: tell(session, self.mouth, now)
            ),
            "labs": self._in_transaction(
                lambda session, now: prompt(session, self.mouth.seal, now, self.settings.public_url)
            ),
            "draw_days": self._until_nothing_is_due(
                lambda session, now: remind_of_draws(
                    session, self.mouth.seal, now, self.settings.public_url
                )
            ),
            "check_ins": self._until_nothing_is_due(
                lambda session, now: ask(session, self.mouth.seal, now, self.settings.public_url)
            ),
            "supplies": self._until_nothing_is_due(
                lambda session, now: look(session, self.mouth.seal, now, self.settings.public_url)
            ),
            "housekeeping": self._in_transaction(housekeeping.tidy),
        }

    async def _deliver(self) -> int:
        return await self.courier.run_once(clock.now())

    async def _tell_webhooks(self) -> int:
        return await self.teller.run_once(clock.now())

    def _in_transaction(
        self, tick: Callable[[AsyncSession, Any], Awaitable[int]]
    ) -> Callable[[], Awaitable[int]]:
        """One run, one transaction, one instant."""

        async def run() -> int:
            async with self.sessions.begin() as session:
                return await tick(session, clock.now())

        return run

    def _until_nothing_is_due(
        self, tick: Callable[[AsyncSession, Any], Awaitable[int]]
    ) -> Callable[[], Awaitable[int]]:
        """Batch after batch, each its own transaction, so that a backlog never waits for a tick."""
        once = self._in_transaction(tick)

        async def run() -> int:
            total = 0
            while (done := await once()) and not self.stopping.is_set():
                total += done
            return total + done

        return run

    def _guarded(
        self, name: str, tick: Callable[[], Awaitable[int]]
    ) -> Callable[[], Awaitable[None]]:
        """A tick that cannot take anything down with it: bounded in time, every failure counted."""

        async def run() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            try:
                async with asyncio.timeout(LIMIT.total_seconds()):
                    await tick()
                    await self._beat(name)
            except Exception:
                FAILURES.labels(name).inc()
                log.exception("tick failed", tick=name)
            else:
                RUNS.labels(name).inc()
            finally:
                self._running.discard(task)
                self.last_tick = clock.monotonic()
                AGE.set(0)

        return run

    async def _beat(self, name: str) -> None:
        moment = clock.monotonic()
        if moment - self._beats.get(name, -1e9) < BEAT.total_seconds():
            return
        async with self.sessions.begin() as session:
            await pulse.beat(session, name, clock.now())
        self._beats[name] = moment

    async def _drain(self) -> None:
        """Give every running tick its time, then give back what the courier still holds."""
        async with asyncio.timeout(DRAIN.total_seconds() + 5):
            await asyncio.gather(self.courier.drain(DRAIN), self.teller.drain())
            if self._running:
                await asyncio.wait(self._running, timeout=DRAIN.total_seconds())

    @staticmethod
    def _note_skip(event: Any) -> None:
        why = {EVENT_JOB_MISSED: "missed", EVENT_JOB_MAX_INSTANCES: "still running"}
        SKIPPED.labels(why.get(event.code, "error")).inc()


async def compare_clocks(session: AsyncSession, now: datetime) -> int:
    """Say so when this machine's clock and the database's differ: two workers would too.

    It only says so. A worker that refused to start would remind nobody at all.
    """
    theirs = await time_of_database(session)
    apart = 0.0 if theirs is None else abs((theirs - now).total_seconds())
    SKEW.set(apart)
    if apart > APART.total_seconds():
        log.error("clocks differ; reminders come early or late by as much", seconds=apart)
    return 0


class Watchdog(threading.Thread):
    """Ends a process whose event loop is stuck: a scheduler cannot report its own death."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._worker = worker
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look every second until `stop`."""
        while not self._stopped.wait(1):
            age = clock.monotonic() - self._worker.last_tick
            AGE.set(age)
            if age > STUCK.total_seconds():
                log.critical(
                    "no tick completed; the process ends so that a new one starts", age=age
                )
                os._exit(70)

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()


async def run_until_signalled(worker: Worker) -> None:
    """Run a worker that SIGTERM or SIGINT drains."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await worker.run()
