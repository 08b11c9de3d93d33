"""Lateness: everybody's dose is due in the same second, and one real worker tells them all."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from app import clock
from app.push.vapid import Identity, make_private_key
from bench import crowd
from bench.crowd import Somebody
from bench.database import durable
from bench.push_service import ROOT, NotHonest, PushService
from bench.results import Row, Table, Target
from tests.push_service import Phone

SECRET = "only for the bench, and long enough"
# Time for the worker to start and to find nothing to do, as on any evening before the hour.
BEFORE = timedelta(seconds=8)
PATIENCE = 90.0
COMMAND = [sys.executable, "-c", "from app.cli import cli; cli()", "worker"]


def measure(*, quick: bool = False) -> Table:
    """Seconds from the due instant to each accepted push; all of them accepted once and read."""
    count, rounds = (1_000, 1) if quick else (10_000, 3)
    rows = {50: Row("half of them within"), 99: Row("99 of 100 within"), 100: Row("all within")}
    for _ in range(rounds):
        late = sorted(evening(count))
        for percent, row in rows.items():
            row.figures.append(late[min(count - 1, count * percent // 100)])
    return Table(
        f"{count:,} doses due in the same second, one worker",
        "s",
        list(rows.values()),
        ours=None,
        digits=2,
        targets=[
            Target("p50 in seconds", rows[50].median, 1, at_most=True),
            Target("p99 in seconds", rows[99].median, 3, at_most=True),
        ],
        notes=[
            f"{rounds} evenings; `vesper worker` as a process, the real clock, PostgreSQL with "
            "fsync, TLS, stand-in, database and worker on the same machine.",
            "From the due instant to the push service's acceptance, with every tick's waiting in.",
        ],
    )


def evening(count: int) -> list[float]:
    """One evening: seconds of lateness of every push. Raises NotHonest when one is missing."""
    with durable() as database, PushService.start() as push:
        phones = [Phone() for _ in range(crowd.PHONES)]
        everybody = crowd.people(count, push.origin, phones)
        private_key = make_private_key()
        asyncio.run(_settle(database, everybody, private_key))
        with worker(database, push, private_key) as process:
            due_at = asyncio.run(_arm(database, everybody))
            _wait_for(push, count, process)
        report = push.check(count, phones)
        asyncio.run(_check_record(database, count))
    late = [moment - due_at for moment in report.at]
    if min(late) < 0:
        raise NotHonest("a push arrived before its dose was due")
    return late


@contextmanager
def worker(
    database: str, push: PushService, private_key: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """One `vesper worker`; it has to drain and end when it is asked to."""
    with tempfile.TemporaryDirectory(prefix="vesper-bench-") as folder:
        log = Path(folder) / "log"
        environment = {name: value for name, value in os.environ.items() if "VESPER" not in name}
        environment |= {
            "VESPER_DATABASE_URL": database,
            "VESPER_DATA_FOLDER": folder,
            "VESPER_SECRET_KEY": SECRET,
            "VESPER_VAPID_PRIVATE_KEY": private_key,
            "VESPER_PUSH_ALLOWED_ORIGINS": push.origin,
            "VESPER_PUBLIC_URL": crowd.PUBLIC_URL,
            "SSL_CERT_FILE": push.certificate,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                COMMAND, cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            if process.wait(30):
                raise NotHonest(f"the worker failed: {log.read_text(errors='replace')[-1000:]}")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


async def _settle(database: str, everybody: list[Somebody], private_key: str) -> None:
    key_id = Identity(private_key).key_id
    async with crowd.connection(database) as direct:
        await crowd.settle_in(direct, everybody, key_id, clock.now())


async def _arm(database: str, everybody: list[Somebody]) -> float:
    """Arm everybody for a little later; when that is, in seconds since 1970."""
    due_at = (clock.now() + BEFORE).replace(microsecond=0)
    async with crowd.connection(database) as direct:
        await crowd.arm(direct, everybody, due_at)
        await direct.execute("ANALYZE")
        await direct.execute("CHECKPOINT")
    if clock.now() > due_at - timedelta(seconds=1):
        raise NotHonest("arming took so long that the doses were due already")
    return due_at.timestamp()


def _wait_for(push: PushService, count: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + BEFORE.total_seconds() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        seen = push.tell("seen")
        if seen["accepted"] >= count or seen["refused"]:
            time.sleep(1)  # a second copy would arrive now
            return
        time.sleep(0.25)


async def _check_record(database: str, count: int) -> None:
    async with crowd.connection(database) as direct:
        rows = await direct.fetch("SELECT state, count(*) FROM delivery GROUP BY state")
    if [tuple(row) for row in rows] != [("accepted", count)]:
        raise NotHonest(f"the record says {json.dumps([list(row) for row in rows])}")
