"""The real server in a process of its own, as `make run` starts it."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from app import clock
from tests import nursery

PASSWORD = "a long enough passphrase"


def free_port() -> int:
    """A port on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`vesper serve` with its worker on an SQLite file of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if "VESPER" not in name},
            "VESPER_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/vesper.sqlite3",
            "VESPER_DATA_FOLDER": str(folder),
            "VESPER_SIGN_IN_ATTEMPTS": "100000/minute",
            "VESPER_VAPID_SUBJECT": "mailto:tests@vesper.example.org",
            "VESPER_LOG_LEVEL": "warning",
            **{f"VESPER_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: nursery.Grown | None = None
        self._clients: list[httpx.Client] = []

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Migrate, serve until the block ends, and drain."""
        self.vesper("migrate")
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Serve, and wait until it answers."""
        self._process = nursery.start(
            "serve", "--port", str(self.port), environment=self.environment,
            said=self.folder / "server.log",
        )  # fmt: skip
        end = clock.monotonic() + 40
        while clock.monotonic() < end and self._process.poll() is None:
            try:
                # It listens once it is ready. Asking without a pause, or with a client that reads
                # certificates each time, would take from the server the time it needs to start.
                socket.create_connection(("localhost", self.port), 5).close()
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)
                continue
            assert self._ask("/healthz").status_code == 200
            return
        raise AssertionError(f"the server did not start:\n{self.log()}")

    def _ask(self, path: str) -> httpx.Response:
        with httpx.Client(base_url=self.url, verify=False) as client:
            return client.get(path)

    def stop(self) -> None:
        """End it as a deployment does."""
        while self._clients:
            self._clients.pop().close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(40)
            self._process = None

    def vesper(self, *arguments: str) -> str:
        """Run one command on the same database; what it printed."""
        code, said = nursery.run(*arguments, environment=self.environment)
        assert code == 0, said[-3000:]
        return said.strip()

    def log(self) -> str:
        """What the server said."""
        return (self.folder / "server.log").read_text(errors="replace")[-5000:]

    def sign_up(self, **facts: str) -> httpx.Client:
        """A program that has registered somebody and keeps their cookie."""
        client = httpx.Client(base_url=self.url, headers={"Sec-Fetch-Site": "same-origin"})
        self._clients.append(client)
        answer = client.post("/api/auth/register", json={
            "password": PASSWORD, "name": "A person", "timezone": "America/Denver", **facts,
        })  # fmt: skip
        assert answer.status_code == 201, answer.text
        return client

    def a_clinician(self) -> httpx.Client:
        """A clinician of a new clinic, who is its admin as well, signed in."""
        self.vesper("clinic", "create", "A clinic")
        code = self.vesper("clinician", "invite", "--admin")
        return self.sign_up(email="clinician@example.org", invite=code)
