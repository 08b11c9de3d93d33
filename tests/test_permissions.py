"""Who may ask what: `docs/permissions.toml`, tried route by route and actor by actor."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from app.config import Settings
from app.db import Sessions, is_sqlite
from tests.accounts.test_access import routes_of
from tests.databases import ROOT
from tests.permission_world import (
    BODIES,
    FORGED,
    NOW,
    PUSH,
    QUERIES,
    SEEN_REVISION,
    WATCHED,
    Form,
    Stage,
    build,
    fingerprint,
    opening,
)
from tests.story_time import Clock

TABLE = tomllib.loads((ROOT / "docs" / "permissions.toml").read_text(encoding="utf-8"))
ACTORS: list[str] = list(TABLE["actors"])
ROWS: dict[str, Any] = TABLE["routes"]
REFUSED = {401, 403, 404}
# Who may read the watched patient's name: all others never do, whatever they ask.
MAY_KNOW = {"own", "change", "see", "friend", "companion", "program"}
OWN = {"own", "alone"}
# Some of those who have no record of their own, so that `me` names nothing.
NO_PATIENTS = {"change", "companion", "admin"}


def asked(app: FastAPI) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in routes_of(app.routes)
        for method in route.methods or ()
    }


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    settings.push_allowed_origins = [PUSH]
    settings.push_routes = {PUSH: "http://127.0.0.1:1"}
    settings.webhook_allowed_origins = [PUSH]
    settings.sign_in_attempts = "100000/minute"
    (tmp_path / "index.html").write_text("<title>Vesper</title>")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.html").write_text("<title>Vesper</title>")
    return settings


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_has_a_row_and_every_row_a_route(app: FastAPI) -> None:
    assert asked(app) == set(ROWS), "write the missing rows into docs/permissions.toml"
    assert set(BODIES) | set(QUERIES) <= set(ROWS)
    assert set(FORGED) == {route for route, row in ROWS.items() if row == "proof"}


def test_every_row_answers_for_every_actor() -> None:
    for route, row in ROWS.items():
        if isinstance(row, str):
            assert row in {"public", "proof"}, route
            continue
        assert len(row) == len(ACTORS), route
        assert set(row) <= {"yes", *REFUSED}, route
        by_actor = dict(zip(ACTORS, row, strict=True))
        assert by_actor["nobody"] == by_actor["left"] == 401, route
        if "{patient}" in route:
            shut_out = ("stranger", "unlinked", "revoked", "ended", "elsewhere", "former", "admin")
            assert {by_actor[actor] for actor in shut_out} == {404}, route
            if not route.startswith("GET "):
                onlookers = {by_actor[actor] for actor in ("see", "friend", "companion")}
                assert onlookers == {403}, route


def test_a_program_may_what_a_scope_opens_and_never_more_than_its_clinic() -> None:
    for route, row in ROWS.items():
        if isinstance(row, str):
            continue
        by_actor = dict(zip(ACTORS, row, strict=True))
        assert (by_actor["program"] == "yes") == bool(opening(route)), route
        assert by_actor["narrow"] in {401, 403}, route
        if "{" in route:
            assert by_actor["foreign"] != "yes", route
        if by_actor["program"] == "yes" and "{patient}" in route:
            assert by_actor["foreign"] == 404, route
            assert by_actor["change"] == "yes", "a program may no more than a clinician"


class Trial:
    """Asks each question in a transaction that is undone, so that one world serves them all."""

    def __init__(self, app: FastAPI, engine: AsyncEngine, http: httpx.AsyncClient) -> None:
        self.app, self.engine, self.http = app, engine, http
        self.stage: Stage
        self.before: tuple[Any, ...] = ()
        self.worked: set[str] = set()

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[Sessions]:
        """Sessions whose commits are forgotten."""
        async with self.engine.connect() as connection:
            outer = await connection.begin()
            self.app.state.sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            yield self.app.state.sessions
            await outer.rollback()

    async def ask(self, route: str, actor: str, patient: str, bodies: Any = BODIES) -> str:
        """The status; with `!` behind it if somebody reads what they must not know."""
        record = self.stage.record_of(actor)
        method = route.partition(" ")[0]
        body = None if method == "GET" else bodies.get(route, lambda _: {})(record)
        form = isinstance(body, Form)
        self.app.state.attempts = None
        answer = await self.http.request(
            method, record.path(route, patient, forged=bodies is FORGED),
            headers=self.stage.headers(actor, route) | SEEN_REVISION,
            json=None if form else body, data=body if form else None,
            params={
                name: text.format(**record.ids) for name, text in QUERIES.get(route, {}).items()
            },
        )  # fmt: skip
        if answer.is_success:
            self.worked.add(route)
        watched = self.stage.watched.patient
        told = WATCHED in answer.text or str(watched.id) in answer.text
        leaks = told and actor not in MAY_KNOW and not isinstance(ROWS[route], str)
        return f"{answer.status_code}{'!' if leaks else ''}"

    async def untouched(self, sessions: Sessions) -> bool:
        """Whether everything is as it was when the world was built."""
        async with sessions.begin() as session:
            return await fingerprint(session) == self.before

    def names_of(self, actor: str, route: str) -> list[str]:
        """The names under which an actor tries a record: their own has two."""
        name = str(self.stage.record_of(actor).patient.id)
        return ["me", name] if "{patient}" in route and actor in OWN else [name]


@pytest.fixture
async def trial(
    app: FastAPI, engine: AsyncEngine, sessions: Sessions, http: httpx.AsyncClient, time: Clock,
    quick_passwords: None,
) -> Trial:  # fmt: skip
    time.now = NOW
    trial = Trial(app, engine, http)
    trial.stage = await build(sessions, http)
    async with sessions.begin() as session:
        trial.before = await fingerprint(session)
    return trial


@pytest.mark.timeout(300)  # thousands of questions; on a busy machine minutes
async def test_every_route_answers_every_actor_as_the_table_says(trial: Trial) -> None:
    wrong = []
    # Access is decided in Python, the same on both databases: each question is asked of one of
    # them, two of three of the first, another third of each route; every route succeeds on both.
    share = (0, 1) if is_sqlite(str(trial.engine.url)) else (2,)
    for number, (route, row) in enumerate(ROWS.items()):
        answers = ["yes"] * len(ACTORS) if isinstance(row, str) else row
        expected = dict(zip(ACTORS, answers, strict=True))
        asks = [
            (actor, name, answer, BODIES)
            for actor, answer in expected.items()
            for name in trial.names_of(actor, route)
        ]
        if "{patient}" in route:
            asks += [(actor, "me", 404, BODIES) for actor in NO_PATIENTS]
        if row == "proof":
            asks += [(actor, "", "no", FORGED) for actor in ("nobody", "stranger")]
        async with trial.undone() as sessions:
            refusals = [each for each in asks if each[2] != "yes"]
            mine = [each for place, each in enumerate(refusals) if (place + number) % 3 in share]
            for actor, name, answer, bodies in mine:
                status = await trial.ask(route, actor, name, bodies)
                refused = status in {"401", "404"} if answer == "no" else status == str(answer)
                if not refused:
                    wrong.append(f"{route} as {actor} ({name[:2]}): {status}, not {answer}")
            if not await trial.untouched(sessions):
                wrong.append(f"{route}: somebody was refused, and changed something all the same")
        allowed = [each for each in asks if each[2] == "yes"]
        for place, (actor, name, _, bodies) in enumerate(allowed):
            if route in trial.worked and (place + number) % 3 not in share:
                continue
            async with trial.undone():
                status = await trial.ask(route, actor, name, bodies)
            if status in {"401", "403", "404"} or "!" in status:
                wrong.append(f"{route} as {actor} ({name[:2]}): {status}, though allowed")
    assert wrong == []
    assert set(ROWS) - trial.worked == set(), "nobody ever succeeded: the request is not right"
