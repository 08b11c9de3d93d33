"""The worker: ticks that nothing can stop for good, and an end that loses nothing."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from app import clock
from app.config import Settings
from app.db import Sessions
from app.pulse import last_beats
from app.worker import EVERY, SKEW, Ticker, Worker, compare_clocks


@pytest.fixture
def worker(settings: Settings, sessions: Sessions) -> Worker:
    return Worker.create(settings, sessions)


async def runs_for(
    worker: Worker, seconds: float, until: Callable[[], bool] = lambda: True
) -> None:
    """At least so long, in real time, because the scheduler's own clock is what is tested; and on
    a busy machine, where one write may take seconds, until something holds, but no longer than
    half a minute."""
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(seconds)
    for _ in range(300):
        if until():
            break
        await asyncio.sleep(0.1)
    worker.stop()
    await asyncio.wait_for(running, 10)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_tick_that_raises_is_tried_again_and_takes_no_other_down(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def fails() -> int:
        seen.append("fails")
        raise RuntimeError("on purpose")

    async def works() -> int:
        seen.append("works")
        return 0

    monkeypatch.setattr(worker, "ticks", lambda: {"remind": fails, "deliver": works})
    await runs_for(worker, 1.5, lambda: min(seen.count("fails"), seen.count("works")) >= 2)
    assert seen.count("fails") >= 2
    assert seen.count("works") >= 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_failure_inside_the_scheduler_does_not_end_it(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler 3.11.3 itself would never tick again."""
    seen: list[int] = []
    broken: Iterator[bool | None] = iter([True, True])
    original = IntervalTrigger.get_next_fire_time

    def breaks(self: Any, previous: Any, now: Any) -> Any:
        breaks_now = next(broken, None) if seen else None
        if breaks_now:
            raise OSError("the database closed the connection")
        return original(self, previous, now)

    async def works() -> int:
        seen.append(1)
        return 0

    monkeypatch.setattr(worker, "ticks", lambda: {"deliver": works})
    monkeypatch.setattr(IntervalTrigger, "get_next_fire_time", breaks)
    await runs_for(worker, 2.5, lambda: len(seen) >= 3)
    assert len(seen) >= 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_blocked_loop_delays_a_tick_and_does_not_lose_it(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    seen: list[float] = []

    async def works() -> int:
        seen.append(time.monotonic())
        if len(seen) == 1:
            time.sleep(2.2)  # noqa: ASYNC251 - blocking the loop is the fault
        return 0

    monkeypatch.setattr(worker, "ticks", lambda: {"deliver": works})
    await runs_for(worker, 3.5, lambda: len(seen) >= 2)
    assert len(seen) >= 2
    assert seen[1] - seen[0] < 3.2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_stopping_lets_a_running_tick_finish(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler's own shutdown would cancel it in the middle."""
    finished: list[bool] = []
    begun = asyncio.Event()

    async def slow() -> int:
        begun.set()
        await asyncio.sleep(1.0)
        finished.append(True)
        return 0

    monkeypatch.setattr(worker, "ticks", lambda: {"deliver": slow})
    running = asyncio.create_task(worker.run())
    await begun.wait()
    worker.stop()
    await asyncio.wait_for(running, 10)
    assert finished == [True]


async def test_every_tick_runs_on_an_empty_database_and_leaves_its_pulse(
    worker: Worker, sessions: Sessions
) -> None:
    await runs_for(worker, 1.5, lambda: set(EVERY) <= set(worker._beats))
    async with sessions.begin() as session:
        beats = await last_beats(session)
    assert set(EVERY) <= set(beats)


def test_every_tick_is_an_interval_in_utc_that_may_be_late() -> None:
    """No calendar arithmetic in the scheduler: intervals only, coalesced, with no grace time."""
    assert all(every <= timedelta(minutes=5) for every in EVERY.values())
    ticker = Ticker(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    job = ticker.add_job(
        print, "interval", seconds=1, next_run_time=datetime(2026, 1, 1, tzinfo=UTC)
    )
    ticker._configure  # noqa: B018 - present in the pinned version
    assert isinstance(job.trigger, IntervalTrigger)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_clock_that_differs_from_the_databases_is_reported(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await compare_clocks(session, clock.now())
        assert SKEW._value.get() < 2
        await compare_clocks(session, clock.now() - timedelta(seconds=90))
        assert 88 < SKEW._value.get() < 92
