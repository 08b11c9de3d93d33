"""Ours: the courier of one worker process, from the outbox in PostgreSQL to the written answer."""

import json
import sys
import time

import uvloop

from app import clock
from app.config import Settings
from app.db import connect, sessions_on
from app.push.deliver import Courier
from app.push.seal import Seal
from app.push.vapid import Identity


async def send(job: dict[str, str]) -> dict[str, float]:
    """Empty the outbox, and say what it took in seconds."""
    settings = Settings(
        database_url=job["database"],
        push_allowed_origins=[job["origin"]],
        push_in_flight=int(job["in_flight"]),
    )
    engine = connect(settings.database_url)
    courier = Courier(
        settings, sessions_on(engine), Identity(job["private_key"]), Seal(job["secret"]),
        certificates=job["certificate"],
    )  # fmt: skip
    async with engine.connect():  # as in a worker, which has been running for days
        began, processor = clock.monotonic(), time.process_time()
    while await courier.run_once(clock.now()):
        pass
    took = {
        "seconds": clock.monotonic() - began,
        "processor": time.process_time() - processor,
    }
    courier.close()
    await engine.dispose()
    return took


if __name__ == "__main__":
    print(json.dumps(uvloop.run(send(json.load(sys.stdin)))))
