"""Workers that die at any moment: nothing is lost, and nobody is alerted twice."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from app import clock
from app.config import Settings
from app.db import Sessions
from app.push.vapid import identity_of
from tests.databases import PostgreSQL
from tests.faults.crowd import a_crowd, alerts, surplus
from tests.faults.workers import Workers, until
from tests.push_service import PushService

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(int(os.environ.get("VESPER_SOAK_TIMEOUT", "240"))),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]

# `make soak` asks for more.
PEOPLE = int(os.environ.get("VESPER_SOAK_PEOPLE", "2000"))
KILLS = int(os.environ.get("VESPER_SOAK_KILLS", "20"))
WITHIN = 60 + PEOPLE / 50


@pytest.fixture
def settings(settings: Settings, push: PushService) -> Settings:
    settings.push_allowed_origins = [push.origin]
    return settings


@pytest.fixture
async def workers(settings: Settings, tmp_path: Path) -> AsyncIterator[Workers]:
    workers = Workers(settings, tmp_path)
    yield workers
    await workers.end()


async def the_crowd(
    sessions: Sessions, settings: Settings, push: PushService, people: int = PEOPLE
) -> list[str]:
    due_at = clock.now() - timedelta(seconds=1)
    async with sessions.begin() as session:
        key_id = identity_of(settings).key_id
        return await a_crowd(session, push, people=people, due_at=due_at, key_id=key_id)


async def test_two_workers_killed_twenty_times_lose_nothing_and_alert_nobody_twice(
    sessions: Sessions, settings: Settings, push: PushService, workers: Workers
) -> None:
    """With one push in flight, a kill costs at most the one that was accepted and not recorded."""
    settings.push_in_flight = 1
    settings.push_lease = 4
    doses = await the_crowd(sessions, settings, push)
    for _ in range(2):
        await workers.start()
    chance = Random(20)
    for number in range(KILLS):
        # Mid-batch: somewhere in the next stretch of what is still to be said.
        mark = len(push.received) + chance.randint(5, PEOPLE // KILLS - 25)
        await until(
            lambda mark=mark: len(push.received) >= min(mark, PEOPLE - 1),  # type: ignore[misc]
            within=WITHIN, why=lambda: f"{len(push.received)} arrived\n{workers.log()}",
        )  # fmt: skip
        await workers.kill(workers.running[number % 2])
        await workers.start()
    await until(
        lambda: len(alerts(push)) == PEOPLE, within=WITHIN,
        why=lambda: f"{PEOPLE - len(alerts(push))} doses lost\n{workers.log()}",
    )  # fmt: skip
    heard = alerts(push)
    assert set(heard) == set(doses)
    assert {len(messages) for messages in heard.values()} == {1}
    assert surplus(push) <= KILLS


async def test_a_worker_asked_to_stop_gives_back_what_it_holds_and_repeats_nothing(
    sessions: Sessions, settings: Settings, push: PushService, workers: Workers
) -> None:
    """A rolling deployment: SIGTERM in the middle of a batch, then the next worker goes on."""
    doses = await the_crowd(sessions, settings, push)
    for _ in range(3):
        mark = len(push.received) + 150
        process = await workers.start()
        await until(
            lambda mark=mark: len(push.received) >= mark,  # type: ignore[misc]
            within=30, why=workers.log,
        )  # fmt: skip
        assert await workers.terminate(process) == 0
    await workers.start()
    await until(lambda: len(alerts(push)) == PEOPLE, within=30, why=workers.log)
    assert set(alerts(push)) == set(doses)
    assert surplus(push) == 0


async def test_a_database_that_restarts_is_waited_for_and_nothing_is_lost(
    sessions: Sessions, settings: Settings, push: PushService, workers: Workers,
    postgresql: PostgreSQL,
) -> None:  # fmt: skip
    settings.push_lease = 4
    doses = await the_crowd(sessions, settings, push)
    process = await workers.start()
    for mark in (300, 900):
        await until(
            lambda mark=mark: len(push.received) >= mark,  # type: ignore[misc]
            within=30, why=workers.log,
        )  # fmt: skip
        postgresql.down("immediate")
        postgresql.up()
    await until(lambda: len(alerts(push)) == PEOPLE, within=WITHIN, why=workers.log)
    assert process.returncode is None  # the very same worker went on
    assert set(alerts(push)) == set(doses)
    assert {len(messages) for messages in alerts(push).values()} == {1}
