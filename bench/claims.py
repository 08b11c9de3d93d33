"""Claims: what it costs to take what is due, with few and with many doses planned around it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import clock
from app.db import Sessions, connect, sessions_on
from app.push.claim import Result, claim, finish
from app.push.deliver import BATCH
from app.push.models import State
from app.push.seal import Seal
from app.reminders.tick import Mouth, remind
from bench import crowd
from bench.database import durable
from bench.push_service import NotHonest
from bench.results import Row, Table, Target
from tests.push_service import Phone

SECRET = "only for the bench, and long enough"

# The doses of so many other nights, before and after this one, for everybody.
HISTORY = """
INSERT INTO dose (patient_id, id, line_id, version_id, night, slot, label, amount_value,
                  amount_unit, route, due_at, closes_at, on_time_minutes, ladder, zone, held, extra)
SELECT patient_id, gen_random_uuid(), line_id, version_id, night + day, slot, label, amount_value,
       amount_unit, route, due_at + day * interval '1 day', closes_at + day * interval '1 day',
       on_time_minutes, ladder, zone, held, extra
  FROM (SELECT patient_id, line_id, version_id, night, slot, label, amount_value, amount_unit,
               route, due_at, closes_at, on_time_minutes, ladder, zone, held, extra
          FROM dose) AS today,
       generate_series(1, $1::int) AS day
"""


@dataclass(frozen=True)
class Cost:
    """What one stage took for one dose."""

    per_second: float
    wal_bytes: float


def measure(*, quick: bool = False) -> Table:
    """Both stages, without a network, on a small and on a ten times larger dose table."""
    # The outbox is as large in both: only the record grows, by nights and not by people.
    count, rounds, sizes = (500, 1, (5, 50)) if quick else (5_000, 2, (20, 200))
    small, large = (f"{count * nights:.0e}".replace("e+0", "e") for nights in sizes)
    rates = {
        (stage, nights): Row(f"{stage}, {name} doses planned")
        for stage in ("remind", "courier")
        for nights, name in zip(sizes, (small, large), strict=True)
    }
    weights: dict[tuple[str, int], list[float]] = {key: [] for key in rates}
    evening(50, 2)  # statements are compiled once in a process
    for _ in range(rounds):
        for nights in sizes:
            for stage, cost in evening(count, nights).items():
                rates[stage, nights].figures.append(cost.per_second)
                weights[stage, nights].append(cost.wal_bytes)
    few, many = sizes
    targets = []
    for stage in ("remind", "courier"):
        speed = rates[stage, many].median / rates[stage, few].median
        targets.append(Target(f"{stage}: rate at {large} to rate at {small}", speed, 0.9))
        light, heavy = (sorted(weights[stage, n])[rounds // 2] for n in sizes)
        targets.append(
            Target(
                f"{stage}: WAL at {large} to WAL at {small} ({light:,.0f} and {heavy:,.0f} bytes)",
                heavy / light, 1.1, at_most=True,
            )
        )  # fmt: skip
    return Table(
        "Claimed and moved on, one process, no network",
        "doses/s",
        list(rates.values()),
        ours=None,
        targets=targets,
        notes=[
            f"{count:,} people with one dose due, {rounds} rounds, each in a new database after "
            "VACUUM ANALYZE and CHECKPOINT, full-page images included, autovacuum off.",
            "`remind` writes message, delivery, tap token and note, and seals the text; `courier` "
            f"claims in batches of {BATCH} and records every answer as accepted.",
        ],
    )


def evening(count: int, nights: int) -> dict[str, Cost]:
    """Both stages once, in a database of their own with so many nights planned."""
    with durable("autovacuum=off") as url:
        return asyncio.run(_evening(url, count, nights))


async def _evening(url: str, count: int, nights: int) -> dict[str, Cost]:
    engine = connect(url)
    try:
        now = clock.now()
        phones = [Phone() for _ in range(crowd.PHONES)]
        everybody = crowd.people(count, "https://push.example.org", phones)
        async with crowd.connection(url) as direct:
            await crowd.settle_in(direct, everybody, "0123456789abcdef", now)
            await crowd.arm(direct, everybody, now - timedelta(seconds=1))
            await direct.execute(HISTORY, nights - 1)
            # As planning writes it: a person's nights side by side, tonight among them.
            for statement in (
                "CLUSTER dose USING dose_patient_id_due_at_ix", "VACUUM ANALYZE", "CHECKPOINT",
            ):  # fmt: skip
                await direct.execute(statement)
            sessions = sessions_on(engine)
            found = {"remind": await _cost(direct, count, _remind(sessions))}
            await direct.execute("CHECKPOINT")
            found["courier"] = await _cost(direct, count, _courier(sessions))
            await _check(direct, count, nights)
        return found
    finally:
        await engine.dispose()


async def _cost(direct: Any, count: int, work: Any) -> Cost:
    here = "SELECT pg_current_wal_insert_lsn() - '0/0'"
    before = await direct.fetchval(here)
    began = clock.monotonic()
    await work
    took = clock.monotonic() - began
    return Cost(count / took, float(await direct.fetchval(here) - before) / count)


async def _remind(sessions: Sessions) -> None:
    """As the worker's tick does it."""
    mouth = Mouth(Seal(SECRET), crowd.PUBLIC_URL)
    done = 1
    while done:
        async with sessions.begin() as session:
            done = await remind(session, mouth, clock.now())


async def _courier(sessions: Sessions) -> None:
    """As the courier does it, with a push service that has answered before it was asked."""
    while True:
        async with sessions.begin() as session:
            jobs = await claim(session, clock.now(), BATCH, timedelta(minutes=1))
        if not jobs:
            return
        now = clock.now()
        async with sessions.begin() as session:
            await finish(session, [Result(job, State.ACCEPTED, now, status=201) for job in jobs])


async def _check(direct: Any, count: int, nights: int) -> None:
    facts = await direct.fetchrow(
        "SELECT (SELECT count(*) FROM dose), (SELECT count(*) FROM reminder),"
        " (SELECT count(*) FROM spoken), (SELECT count(*) FROM tap_token),"
        " (SELECT count(*) FROM delivery WHERE state = 'accepted' AND status = 201)"
    )
    if tuple(facts) != (count * nights, 0, count, count, count):
        raise NotHonest(f"doses, reminders, notes, tokens, accepted are {tuple(facts)}")
