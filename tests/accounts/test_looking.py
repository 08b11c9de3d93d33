"""The patient's access log says in plain words who did or saw what."""

import ast
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from app import audit
from app.accounts.looking import ACTIONS, RECORD, ROUTES, within, words
from app.db import Sessions
from app.doses.models import Kind
from tests.accounts.test_access import routes_of
from tests.databases import ROOT
from tests.factories import a_patient, signed_in
from tests.story_time import Clock


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_of_a_record_has_words(app: FastAPI) -> None:
    found = {
        f"{method} {within(route.path)}"
        for route in routes_of(app.routes)
        for method in route.methods or ()
        if route.path.startswith("/api/patients/{patient}")
    }
    assert len(found) > 10
    assert not found - set(ROUTES), "say in app/accounts/looking.py what these are"


def test_every_action_that_is_recorded_has_words() -> None:
    found = {action for path in (ROOT / "app").rglob("*.py") for action in recorded_in(path)}
    assert {"record.read", "care.widened", "lab.drawn", "dose.undone", "panel.read"} <= found
    assert not found - set(ACTIONS), "say in app/accounts/looking.py what these are"


def test_a_look_is_told_by_its_route_and_another_act_by_itself() -> None:
    doses = "GET /api/patients/{patient}/doses"
    assert words("record.read", doses) == "looked at your doses"
    assert words("record.read", "HEAD /api/patients/{p}/doses") == "looked at your doses"
    assert words("record.read", "GET /api/patients/{patient}/new") == "looked at your record"
    assert words("record.changed") == "changed your record"
    assert words("signed.in", doses) == "signed in"
    assert words("from.tomorrow") == "did something in your record"


def test_the_words_are_a_sentences_end() -> None:
    for phrase in [*ROUTES.values(), *ACTIONS.values()]:
        assert phrase[0].islower(), phrase
        assert not phrase.endswith("."), phrase
    assert within(f"{RECORD}/x".replace("{}", "{patient}")) == "/x"


async def test_the_log_is_read_page_by_page_and_each_entry_once(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, other = await a_patient(session), await a_patient(session)
        mine = await signed_in(session, patient, time.now)
        theirs = await signed_in(session, other, time.now)
        for minute in range(7):  # two of them in the same instant
            at = time.now if minute % 2 else time.advance(minutes=1)
            audit.record(session, "record.read", at=at, actor=other.id, patient=patient.id)
    whole = (await http.get("/api/me/access-log", headers=mine)).json()
    assert whole["next"] is None
    assert [entry["at"] for entry in whole["entries"]] == sorted(
        (entry["at"] for entry in whole["entries"]), reverse=True
    )
    pages, cursor = [], ""
    while True:
        answer = await http.get(f"/api/me/access-log?limit=3{cursor}", headers=mine)
        page = answer.json()
        pages += page["entries"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert pages == whole["entries"]
    refused = await http.get(f"/api/me/access-log?limit=3{cursor}", headers=theirs)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")


def recorded_in(path: object) -> Iterator[str]:
    """Every action that a source file hands to `audit.record`, by itself or by a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    for function in functions_of(tree):
        for call in calls(function, "audit.record"):
            yield from texts(call.args[1], function, tree)


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, also those inside others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(within: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(within):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            yield node


def texts(
    value: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef, tree: ast.Module
) -> Iterator[str]:
    """What an expression may say; a name says what is assigned to it, or given for it."""
    if isinstance(value, ast.JoinedStr):
        assert ast.unparse(value).startswith("f'dose."), ast.unparse(value)
        yield from (f"dose.{kind}" for kind in Kind)
    elif isinstance(value, ast.IfExp):
        yield from texts(value.body, function, tree)
        yield from texts(value.orelse, function, tree)
    elif isinstance(value, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == value.id:
                yield from texts(node.value, function, tree)
        parameters = [each.arg for each in function.args.args]
        if value.id in parameters:
            for caller in functions_of(tree):
                for call in calls(caller, function.name):
                    yield from texts(call.args[parameters.index(value.id)], caller, tree)
    else:
        assert isinstance(value, ast.Constant), ast.unparse(value)
        assert isinstance(value.value, str), ast.unparse(value)
        yield value.value
