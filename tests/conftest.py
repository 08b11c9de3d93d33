"""What every test stands on: two real databases, the real application, and time moved by hand."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import httpx
import hypothesis
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.routing import BaseRoute

from app import clock
from app.accounts import passwords
from app.config import Settings
from app.config import settings as known_settings
from app.db import Sessions, connect, sessions_on
from app.push.vapid import make_private_key
from tests import factories
from tests.databases import PostgreSQL, migrate
from tests.push_service import PushService
from tests.story_time import Clock

# On a machine with other work an example may take longer than Hypothesis likes; that is no fault.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

WALL_CLOCK = ("test_evening.py", "test_proposal.py")
"""Of the browsers' walks those that wait until bedtime, which comes with a full minute."""

LONG = ("test_image.py", "test_permissions.py")
"""Files of one long test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits for real clocks, then browsers, workers and what is long: at the end it
    would run alone.

    The order within a file, and of all other files, stays.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 0 if item.path.name in WALL_CLOCK else 1
    fault = item.get_closest_marker("fault") is not None
    return 1 if fault or item.path.name in LONG else 2


SECRET = "the-tests-own-secret-0123456789-abcdefghij"


@pytest.fixture
def time() -> Clock:
    return Clock()


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """For a command that runs in this process: it takes rights from what it writes and reads its
    settings once, and neither must stay so for the tests after it."""
    before = os.umask(0)
    os.umask(before)
    known_settings.cache_clear()
    yield
    known_settings.cache_clear()
    os.umask(before)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A PostgreSQL server of this test run's own, migrated once into a template."""
    with PostgreSQL.start() as server:
        migrate(server.url("template_vesper", create=True))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that each test copies."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated database of each kind in turn, at an address that others had before."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = template.with_name("vesper.sqlite3")
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()  # a new file: whoever still had the old one open keeps that
        shutil.copy(template, path)
        yield f"sqlite+aiosqlite:///{path}"
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        with server.copy_of("template_vesper") as url:
            yield url


engine_at = cache(connect)
"""An engine keeps the statements that it has compiled, which takes longer than to run them."""


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Without any connection, as it was made; what listens to it must stop when its test ends."""
    engine = engine_at(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """Use `async with sessions.begin() as session:`, and close it before any HTTP request:
    SQLite has one connection."""
    return sessions_on(engine)


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """One open transaction for a test that makes no HTTP request; undone when the test ends."""
    async with sessions() as session:
        yield session
        await session.rollback()


VAPID_KEY = make_private_key()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """What an operator would set; a test may add to it."""
    return Settings(
        database_url=database_url,
        data_folder=tmp_path,
        secret_key=SecretStr(SECRET),
        vapid_private_key=SecretStr(VAPID_KEY),
        vapid_subject="mailto:tests@vesper.example.org",
        frontend_folder=tmp_path,
        sign_in_attempts="1000/minute",
    )


@pytest.fixture
def app(settings: Settings, engine: AsyncEngine, time: Clock) -> FastAPI:
    from app.main import create_app

    app = create_app(settings, engine=engine)
    with_known_routes(app)
    app.dependency_overrides[clock.now] = lambda: time.now
    return app


_known: dict[int, BaseRoute] = {}


def with_known_routes(app: FastAPI) -> None:
    """Let FastAPI work out the routes of each router once, and not for every test.

    They look for what replaces a dependency in the application that they were made for, so all
    applications share that one dictionary; it is empty when a test begins.
    """
    for number, route in enumerate(app.router.routes):
        if router := getattr(route, "original_router", None):
            app.router.routes[number] = known = _known.setdefault(id(router), route)
            made_for: FastAPI = known.include_context.dependency_overrides_provider  # type: ignore[attr-defined]
            app.dependency_overrides = made_for.dependency_overrides
    app.dependency_overrides.clear()


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the application's own site, with no cookies until `signed_in` gives some."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://localhost:8000",
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as client:
        yield client


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes of no strength, for tests that ask for so many that they would take seconds."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(passwords, "_argon2", quick)
    monkeypatch.setattr(factories, "PASSWORD_HASH", quick.hash(factories.PASSWORD))
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
async def push() -> AsyncIterator[PushService]:
    """A push service with real sockets, whose phones decrypt what they get."""
    async with PushService() as service:
        yield service


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names that are the same in every process: random bytes would keep two from sharing a run."""
    if isinstance(val, bytes):
        return f"{len(val)}-bytes"
    if isinstance(val, dict):
        return "-".join(str(key) for key in val) or "nothing"
    return None
