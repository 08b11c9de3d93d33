"""Registering, signing in and out, over HTTP."""

from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select

from app.accounts import sign_in
from app.accounts.invites import create_clinic, invite_clinician
from app.accounts.models import Person, SignIn
from app.config import Settings
from app.db import Sessions
from app.push.models import Retired, Subscription
from tests.factories import PASSWORD, a_clinician, a_device, a_patient, signed_in
from tests.story_time import Clock

PAT: dict[str, Any] = {
    "email": "  Pat.Lee@Example.org ",
    "password": "purple otter makes soup",
    "name": "Pat Lee",
    "timezone": "America/Denver",
}


async def test_a_person_registers_signs_out_and_signs_in_again(http: httpx.AsyncClient) -> None:
    registered = await http.post("/api/auth/register", json=PAT)
    assert registered.status_code == 201, registered.text
    me = registered.json()
    assert (me["email"], me["role"], me["clinic"]) == ("pat.lee@example.org", "patient", None)
    assert me["preferences"] == {
        "timezone": "America/Denver",
        "bedtimes": ["22:30"] * 7,
        "turns": "04:00",
        "quiet": {"from": "00:00", "until": "06:00"},
        "detail": "discreet",
        "away": None,
    }
    assert me["admin"] is False
    assert (await http.get("/api/me")).json() == me
    out = await http.post("/api/auth/logout", json={})
    assert out.status_code == 204
    assert out.headers["clear-site-data"] == '"cache", "storage"'
    assert (await http.get("/api/me")).status_code == 401
    again = {"email": "PAT.LEE@example.org", "password": PAT["password"]}
    back = await http.post("/api/auth/login", json=again)
    assert back.json() == me
    assert (await http.get("/api/me")).status_code == 200


async def test_what_is_wrong_with_a_registration_is_said_by_field(
    http: httpx.AsyncClient,
) -> None:
    for field, value in (
        ("email", "pat"),
        ("email", "pat@lee@example.org"),
        ("password", "short"),
        ("name", "  "),
        ("name", "x" * 201),
        ("timezone", "MST"),
        ("surprise", 1),
    ):
        answer = await http.post("/api/auth/register", json=PAT | {field: value})
        assert answer.status_code == 422, (field, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await http.post("/api/auth/register", json={})).json()["errors"][0] == {
        "field": "email",
        "problem": "This is missing.",
        "cure": "Send it.",
    }


async def test_one_address_registers_once(http: httpx.AsyncClient, sessions: Sessions) -> None:
    assert (await http.post("/api/auth/register", json=PAT)).status_code == 201
    again = await http.post("/api/auth/register", json=PAT | {"email": "pat.lee@example.ORG"})
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/email-taken"
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 1


async def test_a_clinicians_code_registers_one_clinician(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        clinic = create_clinic(session, "North Clinic", time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, time.now)
    wrong = await http.post("/api/auth/register", json=PAT | {"invite": "0000-0000-00"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (404, "invite")
    clay = await http.post("/api/auth/register", json=PAT | {"invite": code.lower()})
    assert clay.status_code == 201, clay.text
    assert clay.json()["role"] == "clinician"
    assert clay.json()["clinic"]["name"] == "North Clinic"
    other = PAT | {"email": "other@example.org", "invite": code}
    assert (await http.post("/api/auth/register", json=other)).status_code == 404


async def test_a_wrong_password_and_an_unknown_address_sound_the_same(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
    known = {"email": patient.email, "password": "not this one at all"}
    unknown = {"email": "nobody@example.org", "password": PASSWORD}
    answers = [await http.post("/api/auth/login", json=each) for each in (known, unknown)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


async def test_trying_too_often_has_to_wait(app: FastAPI, http: httpx.AsyncClient) -> None:
    app.state.settings = app.state.settings.model_copy(update={"sign_in_attempts": "2/minute"})
    given = {"email": "nobody@example.org", "password": PASSWORD}
    answers = [await http.post("/api/auth/login", json=given) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert answers[2].json()["retry_after"] == int(answers[2].headers["retry-after"])


async def test_a_new_sign_in_ends_the_one_before_on_this_browser(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        before = await signed_in(session, patient, time.now)
    given = {"email": patient.email, "password": PASSWORD}
    answer = await http.post("/api/auth/login", json=given, headers=before)
    assert answer.status_code == 200
    http.cookies.clear()
    assert (await http.get("/api/me", headers=before)).status_code == 401


async def test_signing_out_ends_the_devices_reminders(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        device = await a_device(session, patient)
        cookie = await signed_in(session, patient, time.now)
    for _ in range(2):
        leaving = {"endpoint": device.endpoint}
        answer = await http.post("/api/auth/logout", json=leaving, headers=cookie)
        assert answer.status_code == 204, answer.text
    async with sessions.begin() as session:
        row = await session.get_one(Subscription, (patient.id, device.id))
        assert row.retired is Retired.REMOVED


async def test_every_browser_can_be_signed_out_at_once(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        cookies = [await signed_in(session, patient, time.now) for _ in range(3)]
    await http.post("/api/auth/logout-everywhere", headers=cookies[0])
    for cookie in cookies:
        assert (await http.get("/api/me", headers=cookie)).status_code == 401


async def test_a_sign_in_ends_when_it_lies_idle_and_at_last_in_any_case(
    sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        people = [await a_patient(session), await a_clinician(session)]
        for person in people:
            began = time.now
            token = await sign_in.new_sign_in(session, person, began)
            idle = await sign_in.new_sign_in(session, person, began)
            step, end = sign_in.IDLE[person.role] * 0.9, began + sign_in.ABSOLUTE[person.role]
            now = began
            while now + step < end:
                now += step
                assert await sign_in.person_signed_in(session, token, now) is person
            assert await sign_in.person_signed_in(session, token, end) is None
            late = began + sign_in.IDLE[person.role]
            assert await sign_in.person_signed_in(session, idle, late) is None


async def test_being_seen_is_written_seldom(sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        token = await sign_in.new_sign_in(session, patient, time.now)
        began = time.now
        for minutes, seen in ((59, began), (60, began + timedelta(minutes=60))):
            now = began + timedelta(minutes=minutes)
            assert await sign_in.person_signed_in(session, token, now) is not None
            row = await session.scalar(select(SignIn).execution_options(populate_existing=True))
            assert row is not None
            assert row.seen_at == seen


def test_the_cookie_is_tied_to_the_host_wherever_there_is_tls() -> None:
    plain = Settings(public_url="http://localhost:8000")
    secure = Settings(public_url="https://vesper.example.org")
    assert sign_in.cookie_name(plain) == "vesper"
    assert sign_in.cookie_name(secure) == "__Host-vesper"


async def test_the_cookie_is_out_of_reach_of_scripts_and_sites(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    app.state.settings = app.state.settings.model_copy(
        update={"public_url": "https://vesper.example.org"}
    )
    answer = await http.post("/api/auth/register", json=PAT)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-vesper=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
