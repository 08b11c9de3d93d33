"""Processes of `vesper` that start at once: forked from one that has read the program already.

Reading the program takes a second of processor time, and the tests start it a hundred times. The
nursery is one process for a whole run of tests: it reads the program once, and then only forks. A
child has its own environment, folder and files, runs the same command line, and can be killed like
any other. `tests/test_cli.py` and `tests/operations` start the program as it is installed.
"""

import fcntl
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.databases import ROOT

# What the commands read only when they need it.
READ_AHEAD = (
    "app.cli", "app.main", "app.worker", "uvicorn", "uvicorn.loops.auto", "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on", "aiosqlite", "asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.dialects.postgresql.asyncpg",
    "alembic.command", "alembic.autogenerate",
)  # fmt: skip


class Grown:
    """A process of the nursery, to be waited for, asked to end, or killed."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = connection.makefile("rb")
        self.pid = int(self._heard.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, None while it runs; that of a killed one is the signal, negative."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            watch = selectors.DefaultSelector()
            watch.register(self._connection, selectors.EVENT_READ)
            if not watch.select(timeout):
                raise subprocess.TimeoutExpired("vesper", timeout or 0)
            self.returncode = int(self._heard.readline() or -signal.SIGKILL)
            self._heard.close()
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)


def start(*arguments: str, environment: dict[str, str], said: Path) -> Grown:
    """Run `vesper` with these arguments; what it says is added to the file."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(_nursery()))
    wanted = {"arguments": arguments, "environment": environment, "said": str(said)}
    connection.sendall(json.dumps(wanted).encode() + b"\n")
    return Grown(connection)


def run(*arguments: str, environment: dict[str, str]) -> tuple[int, str]:
    """Run `vesper` to its end: the exit code and all it said."""
    with tempfile.NamedTemporaryFile() as file:
        code = start(*arguments, environment=environment, said=Path(file.name)).wait(120)
        return code, file.read().decode(errors="replace")


def _nursery() -> Path:
    """The address of this run's nursery, which is started by whoever comes first."""
    mine = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"vesper-nursery-{mine}"
    folder.mkdir(mode=0o700, exist_ok=True)
    address = folder / "socket"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            # Of all who test, the one at the top lives longest; the nursery ends with it.
            parent = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
            subprocess.run(
                [sys.executable, "-m", "tests.nursery", str(address), str(parent)], cwd=ROOT,
                check=True, timeout=120, stdin=subprocess.DEVNULL,
            )  # fmt: skip
    return address


def _serve(address: str, parent: int) -> None:
    """Read the program, answer at the address, and go on alone until the parent has gone."""
    for name in READ_AHEAD:
        __import__(name)
    gc.collect()
    gc.freeze()
    door = socket.socket(socket.AF_UNIX)
    door.bind(address)
    door.listen(100)
    if os.fork():
        os._exit(0)  # whoever waits for it knows that it is ready
    os.setsid()
    children: dict[int, socket.socket] = {}
    door.settimeout(0.05)
    while _lives(parent):
        with suppress(TimeoutError):
            connection, _ = door.accept()
            _raise(door, connection, children)
        _report(children)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(Path(address).parent, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _raise(door: socket.socket, connection: socket.socket, children: dict[int, Any]) -> None:
    connection.settimeout(20)
    wanted = json.loads(connection.makefile("rb").readline())
    pid = os.fork()
    if pid:
        children[pid] = connection
        connection.sendall(f"{pid}\n".encode())
        return
    for each in (door, connection, *children.values()):
        each.close()
    _become(wanted)


def _become(wanted: dict[str, Any]) -> None:
    """Be the program that was wanted, from here to the end of the process."""
    code = 1
    try:
        said = os.open(wanted["said"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for here, there in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(here, there)
        os.environ.clear()
        os.environ.update(wanted["environment"])
        sys.argv = ["vesper", *wanted["arguments"]]

        from app.cli import cli

        try:
            cli()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _report(children: dict[int, socket.socket]) -> None:
    """Tell of every child that has ended."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        connection = children.pop(pid)
        with suppress(OSError):
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        connection.close()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
