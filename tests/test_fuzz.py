"""Whatever anybody sends, the answer is never a 500 and always what the document declares."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import clock
from tests.conftest import SECRET
from tests.databases import ROOT

# Seconds of fuzzing in every test run; more are for `make soak`.
EXAMPLES = int(os.environ.get("VESPER_FUZZ_EXAMPLES", "6"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The real server in a process of its own, with a patient and a clinician signed in."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "VESPER_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/fuzz.sqlite3",
            "VESPER_DATA_FOLDER": str(folder),
            "VESPER_SECRET_KEY": SECRET,
            "VESPER_SIGN_IN_ATTEMPTS": "100000/minute",
            "VESPER_LOG_LEVEL": "warning",
            "VESPER_TRUSTED_HOSTS": "127.0.0.1,localhost",
        }
        self.headers: dict[str, dict[str, str]] = {"nobody": {}}

    def vesper(self, *arguments: str) -> str:
        command = [sys.executable, "-c", "from app.cli import cli; cli()", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def sign_up(self, who: str, **facts: str) -> None:
        answer = httpx.post(f"{self.url}/api/auth/register", json={
            "email": f"{who}@example.org", "password": "a long enough passphrase",
            "name": "A person", "timezone": "America/Denver", **facts,
        })  # fmt: skip
        assert answer.status_code == 201, answer.text
        self.headers[who] = {
            "Cookie": answer.headers["set-cookie"].partition(";")[0],
            "Sec-Fetch-Site": "same-origin",
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("fuzz")
    server = Server(folder)
    server.vesper("migrate")
    server.vesper("clinic", "create", "A clinic")
    code = server.vesper("clinician", "invite")
    command = [sys.executable, "-c", "from app.cli import cli; cli()", "serve", "--port"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(server.port)], cwd=ROOT, env=server.environment, stdout=log, stderr=log
        )
        try:
            wait_for(server, process, folder / "log")
            server.sign_up("patient")
            server.sign_up("clinician", invite=code)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def wait_for(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = clock.monotonic() + 30
    while clock.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"{server.url}/healthz")
        except httpx.TransportError:
            continue
        return
    raise AssertionError(log.read_text(errors="replace"))


CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
# Signing out would end the very session that the other operations are tried with.
LEFT_OUT = {"/api/auth/logout", "/api/auth/logout-everywhere"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["nobody", "patient", "clinician"])
def test_nothing_anybody_sends_breaks_the_server(server: Server, who: str) -> None:
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    tried = 0
    for found in document.get_all_operations():
        operation = found.ok()
        if operation.path in LEFT_OUT:
            continue
        tried += 1

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck), database=None,
        )  # fmt: skip
        def ask(case: Case) -> None:
            response = case.call(base_url=server.url, headers=server.headers[who])
            case.validate_response(response, checks=CHECKS)

        ask()
    assert tried > 35
