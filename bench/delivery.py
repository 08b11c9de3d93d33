"""Delivery: from the outbox to accepted pushes, per process, over TLS to one push stand-in."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from app import clock
from app.push.seal import Seal
from app.push.text64 import encode
from app.push.vapid import Identity, make_private_key
from bench import crowd
from bench.crowd import Somebody
from bench.database import durable
from bench.node import program, scalar
from bench.push_service import ROOT, NotHonest, PushService
from bench.results import Row, Table, Target
from tests.push_service import Phone

SECRET = "only for the bench, and long enough"
IN_FLIGHT = 200


@dataclass(frozen=True)
class Setting:
    """What every round of this bench shares."""

    database: str
    push: PushService
    everybody: list[Somebody]
    phones: list[Phone]
    private_key: str
    folder: Path

    def job(self, senders: Sequence[Somebody]) -> dict[str, str]:
        """What a sender is told; `senders` are the people of its list."""
        identity = Identity(self.private_key)
        pushes = self.folder / "pushes.jsonl"
        pushes.write_text("\n".join(line(one) for one in senders))
        return {
            "database": self.database,
            "origin": self.push.origin,
            "certificate": self.push.certificate,
            "in_flight": str(IN_FLIGHT),
            "secret": SECRET,
            "private_key": self.private_key,
            "private_scalar": scalar(self.private_key),
            "public_key": identity.public_key,
            "list": str(pushes),
        }


def line(one: Somebody) -> str:
    """One push of the list that the peers read: the text is the one that ours finds sealed."""
    keys = {"p256dh": encode(one.phone.p256dh), "auth": encode(one.phone.auth)}
    text = crowd.plaintext(one, clock.now())
    return json.dumps(
        {
            "subscription": {"endpoint": one.endpoint, "keys": keys},
            "text": text,
            "topic": one.dose_id.hex,
        }
    )


def measure(*, quick: bool = False) -> Table:
    """Ours, then each peer, again and again; pushes per second, all of them accepted and read."""
    count, rounds = (2_000, 1) if quick else (20_000, 3)
    node = program()
    ours = Row("Vesper: claim, encrypt, sign, send, record (PostgreSQL)")
    theirs = Row("pywebpush `webpush_async`, shared session (no database)")
    nodes = Row("node web-push, keep-alive (no database)")
    costs: tuple[list[float], ...] = ([], [], [])
    with durable() as database, PushService.start() as push, tempfile.TemporaryDirectory() as there:
        phones = [Phone() for _ in range(crowd.PHONES)]
        everybody = crowd.people(count, push.origin, phones)
        setting = Setting(database, push, everybody, phones, make_private_key(), Path(there))
        asyncio.run(_settle(setting))
        for _ in range(rounds):
            asyncio.run(_fill(setting))
            for row, cost, (command, size) in zip(
                (ours, theirs, nodes), costs, senders(node, count), strict=True
            ):
                figure, processor = timed(setting, command, size)
                row.figures.append(figure)
                cost.append(processor)
            asyncio.run(_all_written_down(setting))
    return Table(
        "From outbox to accepted push, one process",
        "pushes/s",
        [ours, theirs, nodes],
        targets=[
            Target("times webpush_async", ours.median / theirs.median, 3, 1.5),
            Target("times node web-push", ours.median / nodes.median, 8, 4),
        ],
        notes=[
            f"{count:,} people, {rounds} rounds in turn, {IN_FLIGHT} in flight, one stand-in "
            "on the same machine, TLS 1.3 (ours HTTP/2, the peers HTTP/1.1).",
            "Ours reads the outbox and writes every answer down durably; the peers have their "
            "lists in memory and write nothing. Ours pads to 1,024 bytes, the peers do not.",
            "Processor time per push in the sending process, which other work on the machine sways "
            f"less: {median(costs[0]):.0f}, {median(costs[1]):.0f} and {median(costs[2]):.0f} µs; "
            "PostgreSQL's comes on top of ours.",
        ],
    )


def senders(node: str, count: int) -> list[tuple[list[str], int]]:
    """The command of each contender and how many it sends; slower ones get shorter lists."""
    return [
        ([sys.executable, "-m", "bench.senders.vesper"], count),
        ([sys.executable, "-m", "bench.senders.pywebpush"], count // 2),
        ([node, str(ROOT / "bench" / "senders" / "web_push.mjs")], count // 4),
    ]


def timed(setting: Setting, command: list[str], count: int) -> tuple[float, float]:
    """Pushes per second of one sender, and microseconds of processor time for each.

    Raises NotHonest unless all of them arrived.
    """
    setting.push.tell("reset")
    job = json.dumps(setting.job(setting.everybody[:count]))
    try:
        done = subprocess.run(
            command, input=job, text=True, capture_output=True, cwd=ROOT, timeout=180, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise NotHonest(f"{command[-1]} did not finish in three minutes") from late
    if done.returncode:
        raise NotHonest(f"{command[-1]} failed: {done.stderr.strip()[-500:]}")
    setting.push.check(count, setting.phones)
    told = json.loads(done.stdout)
    return count / told["seconds"], told["processor"] / count * 1e6


async def _settle(setting: Setting) -> None:
    key_id = Identity(setting.private_key).key_id
    async with crowd.connection(setting.database) as database:
        await crowd.settle_in(database, setting.everybody, key_id, clock.now())


async def _fill(setting: Setting) -> None:
    async with crowd.connection(setting.database) as database:
        await crowd.post(database, setting.everybody, Seal(SECRET), clock.now())
        await database.execute("CHECKPOINT")


async def _all_written_down(setting: Setting) -> None:
    async with crowd.connection(setting.database) as database:
        left = await database.fetchval(
            "SELECT count(*) FROM delivery WHERE state <> 'accepted' OR attempts <> 1"
        )
    if left:
        raise NotHonest(f"{left:,} deliveries are not written down as accepted at once")
