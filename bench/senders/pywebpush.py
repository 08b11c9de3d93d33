"""Peer: pywebpush's `webpush_async` at its best, with one session and one key object.

It has no database: subscriptions and texts are in memory before the clock starts.
"""

import asyncio
import json
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from py_vapid import Vapid02
from pywebpush import webpush_async


async def send(job: dict[str, str], lines: list[Any]) -> dict[str, float]:
    """Send every push of the list, so many at a time, and say what it took in seconds."""
    key = Vapid02.from_pem(job["private_key"].encode())
    tls = ssl.create_default_context(cafile=job["certificate"])
    at_a_time = int(job["in_flight"])
    waiting = iter(lines)

    async def carry(session: aiohttp.ClientSession) -> None:
        for push in waiting:
            answer: Any = await webpush_async(
                push["subscription"],
                push["text"],
                vapid_private_key=key,
                # A fresh dict, because the library writes the audience into it.
                vapid_claims={"sub": "mailto:bench@example.org"},
                ttl=18000,
                headers={"Urgency": "high", "Topic": push["topic"]},
                aiohttp_session=session,
            )
            if answer.status != 201:
                raise RuntimeError(f"answered {answer.status}")

    connector = aiohttp.TCPConnector(limit=at_a_time, ssl=tls)
    async with aiohttp.ClientSession(connector=connector) as session:
        began, processor = time.monotonic(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(at_a_time):
                group.create_task(carry(session))
        return {
            "seconds": time.monotonic() - began,
            "processor": time.process_time() - processor,
        }


if __name__ == "__main__":
    given = json.load(sys.stdin)
    pushes = [json.loads(line) for line in Path(given["list"]).read_text().splitlines()]
    print(json.dumps(uvloop.run(send(given, pushes))))
