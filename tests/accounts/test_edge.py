"""The edge of HTTP, on an application of a few lines: guards, headers, problem documents, log."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.config import Settings
from app.http import install
from app.http.body import DEEPEST, depth
from app.http.failures import expected_of

SECRET = "a drug, a dose and a name"


class Note(BaseModel):
    """Something to send."""

    text: str = ""
    number: int = 0
    at: datetime | None = None
    more: dict[str, Any] = {}


def small_app(settings: Settings) -> FastAPI:
    """Routes that answer, echo and break."""
    app = FastAPI(docs_url=None)
    app.state.settings = settings

    @app.post("/api/notes/{note}")
    async def write(note: str, given: Note) -> Note:
        return given

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError(SECRET)

    @app.get("/api/beyond")
    async def beyond() -> str:
        return str(datetime(9999, 12, 31, tzinfo=UTC) + timedelta(days=2))

    @app.get("/api/away")
    async def away() -> None:
        raise PoolTimeout("no connection in time")

    @app.get("/docs")
    async def docs() -> str:
        return ""

    @app.get("/healthz")
    async def health() -> str:
        return "ok"

    install(app, settings)
    return app


@pytest.fixture
async def edge() -> AsyncIterator[httpx.AsyncClient]:
    app = small_app(Settings(public_url="http://localhost:8000"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Cookie": "vesper=x"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, 403),
        ({"Origin": "http://localhost:8000", "Cookie": "vesper=x"}, 200),
        ({"Origin": "http://LOCALHOST:8000"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:8001", "Cookie": "vesper=x"}, 403),
        ({"Origin": "null", "Cookie": "vesper=x"}, 403),
        ({"Cookie": "vesper=x"}, 403),
        ({"Sec-Fetch-Site": "none", "Cookie": "vesper=x"}, 403),
        ({}, 200),
    ],
)
async def test_changes_come_from_our_own_pages_or_from_programs(
    edge: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await edge.post("/api/notes/1", json={}, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["type"] == "/problems/other-site"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_a_form_of_another_site_could_not_send_json(
    edge: httpx.AsyncClient, kind: str
) -> None:
    answer = await edge.post(
        "/api/notes/1", content=b"{}", headers=OWN | ({"Content-Type": kind} if kind else {})
    )
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/not-json")


HOSTILE = {
    "not JSON": b"{",
    "no UTF-8": b'{"text": "\xff\xfe"}',
    "half a character": b'{"text": "\\ud800"}',
    "half a character as a key": b'{"more": {"\\udfff": 1}}',
    "NUL": b'{"text": "a\\u0000b"}',
    "NUL deep inside": b'{"more": {"a": [{"b": "\\u0000"}]}}',
    "endless number": b'{"number": ' + b"9" * 5000 + b"}",
    "number beyond a column": b'{"number": 9999999999999999999}',
    "infinite": b'{"number": 1e999}',
    "no number": b'{"number": NaN}',
    "nesting": b'{"more": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "nesting of objects": b'{"more":' * 5_000,
    "brackets without end": b"[" * 60_000,
    "quotes without end": b'{"' + b'\\"' * 30_000,
    "wrong type": b'{"number": "many"}',
    "year 0": b'{"at": "0000-01-01T00:00:00Z"}',
    "year 10000": b'{"at": "10000-01-01T00:00:00Z"}',
    "not an object": b"[]",
    "null": b"null",
    "a byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_body_breaks_anything(edge: httpx.AsyncClient, name: str) -> None:
    answer = await edge.post(
        "/api/notes/1", content=HOSTILE[name], headers=OWN | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    for error in answer.json()["errors"]:
        assert error["field"]
        assert error["problem"]
        assert error["cure"]


async def test_an_error_names_the_place_and_never_repeats_what_was_sent(
    edge: httpx.AsyncClient,
) -> None:
    deep = await edge.post("/api/notes/1", json={"more": {"a": [1, "x\x00"]}}, headers=OWN)
    assert [error["field"] for error in deep.json()["errors"]] == ["more.a.1"]
    wrong = await edge.post("/api/notes/1", json={"number": SECRET, "at": SECRET}, headers=OWN)
    assert [error["field"] for error in wrong.json()["errors"]] == ["number", "at"]
    assert SECRET not in wrong.text


def test_depth_is_counted_outside_of_texts() -> None:
    assert depth(b'{"a": ["[[[[", {"b\\"[": 1}]}') == 3
    body = json.dumps({"text": "[" * 100}).encode()
    assert depth(body) < DEEPEST


async def test_a_body_of_more_than_64_kb_is_refused_announced_or_not(
    edge: httpx.AsyncClient,
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    headers = OWN | {"Content-Type": "application/json"}
    for content in (b" " * 70_000, pieces()):
        answer = await edge.post("/api/notes/1", content=content, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    fits = json.dumps({"text": "x" * 60_000}).encode()
    assert (await edge.post("/api/notes/1", content=fits, headers=headers)).status_code == 200


async def test_a_nul_in_the_address_names_nothing(edge: httpx.AsyncClient) -> None:
    assert (await edge.post("/api/notes/%00", json={}, headers=OWN)).status_code == 404
    assert (await edge.get("/api/beyond?q=%00")).status_code == 422


async def test_only_our_own_names_are_answered_to(edge: httpx.AsyncClient) -> None:
    for host, status in (
        ("localhost:8000", 200),
        ("127.0.0.1:9", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("evil.example#localhost", 400),
        ("[", 400),
        ("", 400),
    ):
        answer = await edge.get("/docs", headers={"Host": host})
        assert answer.status_code == status, host
    assert (await edge.get("/healthz", headers={"Host": "10.1.2.3"})).status_code == 200


async def test_unknown_addresses_and_methods_are_problem_documents(
    edge: httpx.AsyncClient,
) -> None:
    nowhere = await edge.get("/api/nowhere")
    assert (nowhere.status_code, nowhere.json()["type"]) == (404, "/problems/not-found")
    wrong = await edge.get("/api/notes/1")
    assert (wrong.status_code, wrong.json()["status"]) == (405, 405)
    assert wrong.headers["allow"] == "POST"


async def test_every_answer_carries_the_headers_that_protect_the_page(
    edge: httpx.AsyncClient,
) -> None:
    for path in ("/api/nowhere", "/api/broken", "/docs", "/healthz"):
        headers = (await edge.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
        docs = path == "/docs"
        assert ("unsafe-inline" in headers["content-security-policy"]) is docs
        assert ("trusted-types" in headers["content-security-policy"]) is not docs
        assert (headers.get("cache-control") == "no-store") is path.startswith("/api/")
        assert len(headers["x-request-id"]) == 16
    refused = await edge.post("/api/notes/1", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "content-security-policy" in refused.headers


async def test_a_bug_is_answered_without_detail_and_logged_without_health_data(
    edge: httpx.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await edge.get(f"/api/broken?name={SECRET}")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/broken"
    assert answer.json()["request"] == answer.headers["x-request-id"]
    assert SECRET not in answer.text
    broke, request = logged
    assert broke["kinds"] == ["RuntimeError"]
    assert "test_edge.py" in broke["frames"][-1]
    assert (request["route"], request["status"]) == ("/api/broken", 500)
    assert SECRET not in str(logged)


async def test_the_access_log_holds_the_template_and_no_id(edge: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as logged:
        await edge.post("/api/notes/b3f1?q=secret", json={"text": SECRET}, headers=OWN)
    [line] = logged
    assert line["route"] == "/api/notes/{note}"
    assert (line["method"], line["status"]) == ("POST", 200)
    assert "b3f1" not in str(line)
    assert "secret" not in str(line)


async def test_what_no_calendar_holds_is_a_correction_and_a_busy_database_a_pause(
    edge: httpx.AsyncClient,
) -> None:
    assert (await edge.get("/api/beyond")).status_code == 422
    away = await edge.get("/api/away")
    assert away.status_code == 503
    assert away.headers["retry-after"] == "3"
    assert away.json()["type"] == "/problems/busy"


class _Said(Exception):
    def __init__(self, text: str, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OperationalError("", {}, _Said("database is locked")), "busy"),
        (OperationalError("", {}, _Said("database or disk is full")), "busy"),
        (OperationalError("", {}, _Said("no such table: dose")), None),
        (DBAPIError("", {}, _Said("deadlock detected", "40P01")), "busy"),
        (DBAPIError("", {}, _Said("terminating connection", "57P01")), "busy"),
        (DBAPIError("", {}, _Said("canceling statement", "57014")), "busy"),
        (DBAPIError("", {}, _Said("duplicate key", "23505")), "busy"),
        (DBAPIError("", {}, _Said("foreign key", "23503")), None),
        (DBAPIError("", {}, _Said("invalid byte sequence", "22021")), "invalid"),
        (DBAPIError("", {}, _Said("out of range", "22003")), "invalid"),
        (_Said("the database system is starting up", "57P03"), "busy"),
        (ConnectionRefusedError(), "busy"),
        (OverflowError(), "invalid"),
        (FileNotFoundError(), None),
        (KeyError("x"), None),
    ],
)
def test_passing_troubles_are_told_from_bugs(error: Exception, kind: str | None) -> None:
    problem = expected_of(error)
    assert (problem.kind() if problem else None) == kind
    if problem is not None:
        assert "duplicate" not in str(problem.document())


def test_production_asks_for_tls_for_ever() -> None:
    from app.http.edge import Edge

    production = Settings(environment="production", public_url="https://vesper.example.org")
    edge = Edge(small_app(production), production)
    assert edge.fixed["Strict-Transport-Security"].startswith("max-age=63072000")
