"""Programs the rig starts: found or complained about, listened to, ended with their children."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from ctypes.util import find_library
from typing import Self

from .waiting import soon

INSTALL = "Run `make browsers` to install what the browser tests need."


class NotInstalled(AssertionError):
    """A program that the browser tests need is not on this machine."""


def installed(*names: str) -> str:
    """The path of the first of these programs that is installed.

    Missing is a failure and not a reason to skip: a skipped test looks like a passed one.
    """
    for name in names:
        if path := shutil.which(name):
            return path
    raise NotInstalled(f"{' or '.join(names)} is not installed. {INSTALL}")


def installed_library(name: str) -> None:
    """Complain when a shared library that a browser loads by itself is missing."""
    if find_library(name) is None:
        raise NotInstalled(f"lib{name} is not installed. {INSTALL}")


class Program:
    """A running program, leader of its own process group, and the last lines it printed."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self.name = name
        self.output: deque[str] = deque(maxlen=200)
        self._process = process
        self._printed = asyncio.Condition()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> Self:
        """Start `command` with exactly this environment, its output going to us."""
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(process, os.path.basename(command[0]))

    async def says(self, pattern: str, *, within: float = 20) -> re.Match[str]:
        """Wait until it has printed a line in which `pattern` is found."""

        async def heard() -> re.Match[str]:
            async with self._printed:
                while True:
                    for line in self.output:
                        if match := re.search(pattern, line):
                            return match
                    if self._listening.done():
                        raise AssertionError(f"{self.name} ended early.\n{self.last_words()}")
                    await self._printed.wait()

        return await soon(heard(), lambda: self._silence(pattern), within=within)

    def last_words(self) -> str:
        """What it printed last, to be shown beside a failure."""
        return "\n".join(self.output)

    async def stop(self) -> None:
        """End it and its children, asking first. Twice is the same as once."""
        for how, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            # Children may outlive their leader for a moment, so the group is signalled in any case.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, how)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._process.wait()
                    await asyncio.shield(self._listening)
                    return
        self._listening.cancel()

    async def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        try:
            async for line in stream:
                self.output.append(line.decode(errors="replace").rstrip())
                async with self._printed:
                    self._printed.notify_all()
        finally:
            async with self._printed:
                self._printed.notify_all()

    def _silence(self, pattern: str) -> str:
        return f"{self.name} to print {pattern!r}; it printed:\n{self.last_words()}"
