"""What spares a program reading the same again, and what keeps two writers apart."""

import json

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from app import revisions
from app.db import Sessions
from app.http.conditional import matches, tag_of
from app.http.failures import of_problem
from app.problems import Problem
from app.revisions import IfMatch, PreconditionRequired, Stale
from tests.factories import a_care_link, a_clinician, a_patient, a_program, a_protocol, signed_in

ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_SITE
async def test_who_has_the_answer_already_reads_nothing_and_the_look_is_noted_all_the_same(
    sessions: Sessions, http: httpx.AsyncClient
) -> None:
    async with sessions.begin() as session:
        patient, admin = await a_patient(session), await a_clinician(session, admin=True)
        await a_care_link(session, patient, admin)
        await a_protocol(session, patient)
        _, key = await a_program(session, admin)
        cookie = await signed_in(session, patient)
    path = f"/api/patients/{patient.id}/protocol"
    first = await http.get(path, headers=key)
    tag = first.headers["etag"]
    assert tag == tag_of(first.content)
    again = await http.get(path, headers={**key, "If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "no-store"
    assert "content-type" not in again.headers
    other = await http.get(path, headers={**key, "If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    log = (await http.get("/api/me/access-log", headers=cookie)).json()["entries"]
    assert [each["means"] for each in log].count("api_key") == 3


@ONE_SITE
async def test_a_changed_answer_has_another_tag_and_an_error_has_none(
    sessions: Sessions, http: httpx.AsyncClient
) -> None:
    async with sessions.begin() as session:
        cookie = await signed_in(session, await a_patient(session))
    before = await http.get("/api/me", headers=cookie)
    tag = {"If-None-Match": before.headers["etag"]}
    assert (await http.get("/api/me", headers={**cookie, **tag})).status_code == 304
    wanted = {"timezone": "Asia/Tokyo"}
    changed = await http.patch("/api/me/preferences", json=wanted, headers=cookie)
    assert changed.status_code == 200, changed.text
    assert "etag" not in changed.headers
    after = await http.get("/api/me", headers={**cookie, **tag})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    nobody = await http.get("/api/me", headers=tag)
    assert nobody.status_code == 401
    assert "etag" not in nobody.headers


@given(st.binary(max_size=50), st.binary(max_size=50))
@settings(max_examples=60)
def test_two_answers_have_one_tag_only_if_they_are_one(one: bytes, other: bytes) -> None:
    assert (tag_of(one) == tag_of(other)) == (one == other)
    assert matches(tag_of(one), tag_of(other)) == (one == other)
    assert matches("*", tag_of(one))
    assert not matches(tag_of(one).strip('"'), tag_of(one))
    assert not matches("*", None)
    assert matches('"3"', 'W/"3"')


@pytest.fixture
def thing() -> httpx.AsyncClient:
    """A server of one thing with a revision, which is 3."""
    app = FastAPI()
    app.add_exception_handler(Problem, of_problem)  # type: ignore[arg-type]

    @app.patch("/thing")
    async def change(meant: IfMatch) -> dict[str, int]:
        revisions.check(meant, 3)
        return {"revision": 4}

    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (None, 428), ('"3"', 200), ('"2"', 412), ('W/"3"', 412), ('"1", "3"', 200), ("3", 428),
        ("*", 428), ("", 428), ('"3', 428), ('"33"', 412), ('"a"', 412), ('"3"' + " " * 600, 428),
        ('"3""4"', 428), ('"3",', 428),
    ],
)  # fmt: skip
async def test_who_writes_names_the_revision_they_saw(
    sent: str | None, status: int, thing: httpx.AsyncClient
) -> None:
    headers = {} if sent is None else {"If-Match": sent}
    answer = await thing.patch("/thing", headers=headers)
    assert answer.status_code == status, answer.text
    kinds = {428: PreconditionRequired.kind(), 412: Stale.kind()}
    if status in kinds:
        assert json.loads(answer.text)["type"] == f"/problems/{kinds[status]}"


@given(st.text(max_size=600))
@settings(max_examples=60)
async def test_any_header_names_revisions_or_asks_for_one(text: str) -> None:
    try:
        meant = await revisions.revisions_meant(text)
    except PreconditionRequired:
        return
    assert all(f'"{each}"' in text for each in meant)


def test_the_tag_of_a_revision_is_the_one_that_means_it() -> None:
    assert revisions.tag(3) == '"3"'
    revisions.check(frozenset({"2", "3"}), 3)
    with pytest.raises(Stale):
        revisions.check(frozenset(), 3)
