"""Every example in the API's document is one the application gave, and fits its schema.

`VESPER_RECORD=1 pytest tests/test_examples.py` records what is missing or no longer fits, by asking
each operation once in the world of `tests/permission_world.py`; `VESPER_RECORD=all` records anew.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.db import Sessions
from app.main import document
from app.openapi.examples import FILE, recorded
from tests.permission_world import BODIES, NOW, PUSH, QUERIES, build
from tests.story_time import Clock
from tests.test_permissions import ACTORS, ROWS, Trial

RECORD = os.environ.get("VESPER_RECORD", "")
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
EMAILS = re.compile(r"[a-z0-9]+@example\.org")
LONG = 6_000
FIRST = ("own", "change", "admin", "program", "alone", "nobody")
NO_BODY = {"GET", "DELETE"}


def is_json(kind: str) -> bool:
    return kind.endswith("json") and "problem" not in kind


document_once = cache(document)
"""Made once for all tests that only read it."""

Operation = tuple[str, dict[str, Any]]


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """Every operation, by method and path."""
    for path, found in described["paths"].items():
        for method, operation in found.items():
            yield f"{method.upper()} {path}", operation


def answers(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The JSON that an operation answers with when it works, by status."""
    for status, response in operation["responses"].items():
        for kind, described in response.get("content", {}).items():
            if int(status) < 300 and is_json(kind):
                yield status, described


def requests(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The JSON that an operation is sent."""
    for kind, described in operation.get("requestBody", {}).get("content", {}).items():
        if is_json(kind):
            yield described


def checker(described: dict[str, Any]) -> Callable[[Any, Any], str]:
    """Says what is wrong with a value by one of the document's schemas; empty if nothing is."""
    whole = Draft202012Validator(described)

    def wrong(schema: Any, value: Any) -> str:
        # It keeps what it knows of the document, to which the references lead.
        error = next(whole.evolve(schema=schema).iter_errors(value), None)
        return "" if error is None else f"{error.json_path}: {error.message[:150]}"

    return wrong


def test_every_operation_shows_a_request_and_an_answer_that_fit() -> None:
    described = document_once()
    wrong_by = checker(described)
    found = []
    for name, operation in operations(described):
        shown = [("request", each) for each in requests(operation)]
        shown += [(f"answer {status}", each) for status, each in answers(operation)]
        for what, described in shown:
            if "example" not in described:
                found.append(f"{name}: no example of the {what}")
            elif problem := wrong_by(described["schema"], described["example"]):
                found.append(f"{name}: {what}: {problem}")
    again = "Run `VESPER_RECORD=1 pytest tests/test_examples.py` to record them."
    assert found == [], again


def test_no_example_is_of_an_operation_that_is_gone() -> None:
    assert set(recorded()) - {name for name, _ in operations(document_once())} == set()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.push_allowed_origins = settings.webhook_allowed_origins = [PUSH]
    settings.push_routes = {PUSH: "http://127.0.0.1:1"}
    return settings


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.timeout(300)
async def the_recording(
    app: FastAPI, engine: AsyncEngine, sessions: Sessions, http: httpx.AsyncClient, time: Clock,
    quick_passwords: None,
) -> None:  # fmt: skip
    time.now = NOW
    trial = Trial(app, engine, http)
    trial.stage = await build(sessions, http)
    described = app.openapi()
    recorder = Recorder(trial, checker(described))
    known = {} if RECORD == "all" else dict(recorded())
    fresh = {}
    for name, operation in operations(described):
        if name not in ROWS:
            continue
        old = known.get(name)
        fresh[name] = old if old and recorder.fits(operation, old) else {}
        if not fresh[name]:
            fresh[name] = await recorder.record(name, operation)
    write(fresh)


if RECORD:  # only then is it run as a test
    test_record = the_recording


def write(examples: dict[str, Any]) -> None:
    """Keep them, one operation a line: a file of this kind is compared, not read."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(each, ensure_ascii=False, separators=(',', ':'))}"
        for name, each in sorted(examples.items())
        if each
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


class Recorder:
    """Asks as somebody who may, and keeps what was sent and answered, shortened."""

    def __init__(self, trial: Trial, wrong_by: Callable[[Any, Any], str]) -> None:
        self.trial, self.wrong_by = trial, wrong_by

    def fits(self, operation: dict[str, Any], kept: dict[str, Any]) -> bool:
        """Whether what was recorded before still does."""
        for described in requests(operation):
            if "request" not in kept or self.wrong_by(described["schema"], kept["request"]):
                return False
        said = kept.get("answers", {})
        return all(
            status in said and not self.wrong_by(described["schema"], said[status])
            for status, described in answers(operation)
        )

    async def record(self, name: str, operation: dict[str, Any]) -> dict[str, Any]:
        """The example of one operation; empty where nobody may, and where nothing is to be seen."""
        if not [*requests(operation), *answers(operation)]:
            return {}
        row = ROWS[name]
        by_actor = dict(zip(ACTORS, row, strict=True)) if isinstance(row, list) else {}
        may = [actor for actor in (*FIRST, *ACTORS) if by_actor.get(actor, "yes") == "yes"]
        for actor in dict.fromkeys(may):
            if actor in self.trial.stage.cookies and (
                found := await self._ask(name, operation, actor)
            ):
                return found
        return {}

    async def _ask(self, name: str, operation: dict[str, Any], actor: str) -> dict[str, Any]:
        record = self.trial.stage.record_of(actor)
        missing = set(re.findall(r"\{(\w+)\}", name)) - {*record.ids, "patient", "who"}
        if missing:  # the world has no such thing to name
            return {}
        method = name.partition(" ")[0]
        made = BODIES.get(name)
        body = None if method in NO_BODY else made(record) if made else {}
        # Most of what is asked for are a page's or a month's own; ids are the record's.
        query = {key: text.format(**record.ids) for key, text in QUERIES.get(name, {}).items()}
        async with self.trial.undone():
            self.trial.app.state.attempts = None
            answer = await self.trial.http.request(
                method, record.path(name, str(record.patient.id)), json=body, params=query,
                headers={"If-Match": '"1"', **self.trial.stage.cookies[actor]},
            )  # fmt: skip
        if not answer.is_success:
            return {}
        found: dict[str, Any] = {}
        if list(requests(operation)) and body is not None:
            found["request"] = neutral(body)
        for status, described in answers(operation):
            if status == str(answer.status_code) and answer.content:
                found["answers"] = {status: self._shortened(described["schema"], answer.json())}
        return found

    def _shortened(self, schema: Any, said: Any) -> Any:
        """As little as shows the shape: the first of each list, where that still fits."""
        for most in (2, 1):
            short = neutral(shortened(said, most))
            if not self.wrong_by(schema, short) and (most == 1 or len(json.dumps(short)) < LONG):
                return short
        return neutral(said)


def shortened(said: Any, most: int) -> Any:
    """The same with at most so many items in each list."""
    match said:
        case dict():
            return {key: shortened(value, most) for key, value in said.items()}
        case list():
            return [shortened(each, most) for each in said[:most]]
    return said


def neutral(said: Any) -> Any:
    """The same with ids and addresses that are the same whenever it is recorded."""
    text = json.dumps(said)
    ids: dict[str, str] = {}

    def stable(match: re.Match[str]) -> str:
        new = ids.setdefault(match[0].replace("-", ""), str(uuid5(NAMESPACE_URL, str(len(ids)))))
        return new if "-" in match[0] else new.replace("-", "")

    text = EMAILS.sub("somebody@example.org", UUIDS.sub(stable, text))
    return json.loads(text.replace("http://localhost:8000", "https://vesper.example.org"))
