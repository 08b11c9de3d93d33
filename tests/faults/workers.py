"""Real worker processes that a test may kill."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app import clock
from app.config import Settings
from tests import nursery
from tests.nursery import Grown


@dataclass
class Workers:
    """Processes of `vesper worker` on one database, started and ended by a test."""

    settings: Settings
    folder: Path
    running: list[Grown] = field(default_factory=list)

    async def start(self) -> Grown:
        """One more worker; it works as soon as it has started."""
        process = await asyncio.to_thread(
            nursery.start, "worker", environment=self._environment(),
            said=self.folder / "workers.log",
        )  # fmt: skip
        self.running.append(process)
        return process

    async def kill(self, process: Grown) -> None:
        """End one as a power cut would: nothing of it gets to say goodbye."""
        process.kill()
        await asyncio.to_thread(process.wait, 30)
        self.running.remove(process)

    async def terminate(self, process: Grown) -> int:
        """Ask one to end, as a deployment does, and wait until it has drained."""
        process.terminate()
        self.running.remove(process)
        return await asyncio.to_thread(process.wait, 30)

    async def end(self) -> None:
        """Leave none behind."""
        for process in list(self.running):
            await self.kill(process)

    def log(self) -> str:
        """What the workers said."""
        return (self.folder / "workers.log").read_text(errors="replace")[-4000:]

    def _environment(self) -> dict[str, str]:
        given = self.settings
        return {
            **{name: value for name, value in os.environ.items() if "VESPER" not in name},
            "VESPER_DATABASE_URL": given.database_url,
            "VESPER_DATA_FOLDER": str(given.data_folder),
            "VESPER_SECRET_KEY": given.secret_key.get_secret_value(),
            "VESPER_VAPID_PRIVATE_KEY": given.vapid_private_key.get_secret_value(),
            "VESPER_VAPID_SUBJECT": given.vapid_subject,
            "VESPER_PUSH_ALLOWED_ORIGINS": ",".join(given.push_allowed_origins),
            "VESPER_PUSH_IN_FLIGHT": str(given.push_in_flight),
            "VESPER_PUSH_LEASE": str(given.push_lease),
        }


async def until(condition: Callable[[], bool], *, within: float, why: Callable[[], str]) -> None:
    """Wait for something that other processes do; fail with `why` when it takes too long."""
    end = clock.monotonic() + within
    while not condition():
        if clock.monotonic() > end:
            raise AssertionError(why())
        await asyncio.sleep(0.02)
