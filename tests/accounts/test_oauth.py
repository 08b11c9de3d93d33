"""Tokens for programs that sign: what a statement has to say, and that nobody gets in by another.

The rules are those of SMART Backend Services (SMART App Launch 2.2) and RFC 6749, 7009 and 7523.
"""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import OctKey
from sqlalchemy import func, select

from app.accounts.keys import ALGORITHMS
from app.accounts.models import AccessToken, ApiKey, UsedStatement
from app.accounts.oauth import Refusal, form_of
from app.accounts.programs import kept
from app.accounts.scopes import TEXTS
from app.db import Sessions
from app.housekeeping import tidy
from tests.factories import a_care_link, a_clinician, a_patient, a_program
from tests.signing_program import KIND, TOKEN_URL, SigningProgram
from tests.story_time import Clock

ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HELD = ("system/Observation.rs", "system/Flag.rs", "record:read")


async def registered(
    sessions: Sessions, now: datetime, *held: str, algorithm: str = "ES384", kid: str = "one"
) -> tuple[SigningProgram, str]:
    """A program that signs, and the address of a patient of its clinic."""
    program = SigningProgram(algorithm, kid)
    async with sessions.begin() as session:
        admin = await a_clinician(session, admin=True)
        patient = await a_patient(session)
        await a_care_link(session, patient, admin)
        key, _ = await a_program(
            session, admin, *(held or HELD), public_keys=program.jwks()["keys"], now=now
        )
        program.client_id = str(key.id)
    return program, f"/api/patients/{patient.id}/doses"


async def ask(http: httpx.AsyncClient, form: dict[str, str]) -> httpx.Response:
    return await http.post("/oauth/token", data=form)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
async def test_a_signed_statement_gets_a_token_of_five_minutes(
    algorithm: str, sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, doses = await registered(sessions, time.now, algorithm=algorithm)
    answer = await ask(http, program.form(program.statement(time.now)))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    given_token = answer.json()
    assert given_token["token_type"] == "bearer"
    assert given_token["expires_in"] == 300
    assert set(given_token["scope"].split()) == set(HELD)
    assert "refresh_token" not in given_token
    headers = bearer(given_token["access_token"])
    assert (await http.get(doses, headers=headers)).status_code == 200
    time.advance(minutes=5)
    ended = await http.get(doses, headers=headers)
    assert (ended.status_code, ended.json()["type"]) == (401, "/problems/key-not-accepted")
    async with sessions.begin() as session:
        await tidy(session, time.now)
        assert await session.scalar(select(func.count()).select_from(AccessToken)) == 0
        assert await session.scalar(select(func.count()).select_from(UsedStatement)) == 0


@ONE_SITE
async def test_a_token_is_good_for_what_was_asked_and_held_and_for_nothing_more(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, doses = await registered(sessions, time.now)
    narrow = await program.token(http, time.now, "system/Observation.rs system/Patient.rs")
    assert narrow["scope"] == "system/Observation.rs"
    answer = await http.get(doses, headers=bearer(narrow["access_token"]))
    assert (answer.status_code, answer.json()["scope"]) == (403, "record:read")
    single = await program.token(http, time.now, "system/*.rs")
    assert set(single["scope"].split()) == {"system/Observation.rs", "system/Flag.rs"}
    form = program.form(program.statement(time.now), "system/Patient.rs openid")
    refused = await ask(http, form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@ONE_SITE
async def test_a_statement_counts_once_even_where_it_got_nothing(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, _ = await registered(sessions, time.now)
    statement = program.statement(time.now)
    assert (await ask(http, program.form(statement))).status_code == 200
    again = await ask(http, program.form(statement))
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert "jti" in again.json()["error_description"]
    wasted = program.statement(time.now)
    assert (await ask(http, program.form(wasted, "system/Patient.rs"))).status_code == 400
    assert (await ask(http, program.form(wasted))).status_code == 401
    same_jti = program.statement(time.now, jti="mine")
    assert (await ask(http, program.form(same_jti))).status_code == 200
    other_words = program.statement(time.now, jti="mine", iat=int(time.now.timestamp()))
    assert (await ask(http, program.form(other_words))).status_code == 401


async def test_two_programs_may_use_the_same_jti(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    for _ in range(2):
        program, _ = await registered(sessions, time.now)
        form = program.form(program.statement(time.now, jti="first"))
        assert (await ask(http, form)).status_code == 200


def seconds(now: datetime, by: float) -> int | float:
    return now.timestamp() + by


@ONE_SITE
async def test_wrong_statements_get_nothing(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, _ = await registered(sessions, time.now)
    other, _ = await registered(sessions, time.now, kid="two")
    now = time.now
    wrong: dict[str, Any] = {
        "another audience": {"aud": "https://elsewhere.example.org/oauth/token"},
        "two audiences": {"aud": [TOKEN_URL, "https://elsewhere.example.org"]},
        "no audience": {"leave_out": "aud"},
        "ended": {"exp": seconds(now, 0)},
        "long ended": {"exp": seconds(now, -3600)},
        "too long": {"exp": seconds(now, 361)},
        "no end": {"leave_out": "exp"},
        "an end that is none": {"exp": "soon"},
        "an end that is true": {"exp": True},
        "an endless end": {"exp": float("inf")},
        "a huge end": {"exp": 10**30},
        "not yet": {"nbf": seconds(now, 61)},
        "a beginning that is true": {"nbf": True},
        "an end that is no number": {"exp": float("nan")},
        "from the future": {"iat": seconds(now, 61)},
        "another issuer": {"iss": other.client_id},
        "another subject": {"sub": other.client_id},
        "no subject": {"leave_out": "sub"},
        "no issuer": {"leave_out": "iss"},
        "no jti": {"leave_out": "jti"},
        "an empty jti": {"jti": ""},
        "a jti that is no text": {"jti": 7},
        "the key of another client": {"key": other.key},
        "the key of another client by its name": {"key": other.key, "header": {"kid": "two"}},
        "an unknown key": {"header": {"kid": "three"}},
        "a key by address": {"header": {"jku": "https://elsewhere.example.org/jwks.json"}},
        "somebody unknown": {
            "iss": "0b5f6b5e-0000-4000-8000-000000000000",
            "sub": "0b5f6b5e-0000-4000-8000-000000000000",
        },
        "no id": {"iss": "me", "sub": "me"},
    }
    got = {}
    for name, how in wrong.items():
        answer = await ask(http, program.form(program.statement(now, **how)))
        got[name] = (answer.status_code, answer.json()["error"])
    assert set(got.values()) == {(401, "invalid_client")}, got
    right: dict[str, Any] = {
        "the only audience, in a list": {"aud": [TOKEN_URL]},
        "five minutes": {"exp": seconds(now, 300)},
        "a fraction": {"exp": seconds(now, 1.5)},
        "a clock that is ahead": {"iat": seconds(now, 59), "nbf": seconds(now, 59)},
        "five minutes by a clock that is ahead": {"exp": seconds(now, 360)},
    }
    for name, how in right.items():
        answer = await ask(http, program.form(program.statement(now, **how)))
        assert answer.status_code == 200, (name, answer.text)


@ONE_SITE
async def test_the_algorithm_is_never_the_statements_to_choose(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, _ = await registered(sessions, time.now, algorithm="RS384")
    statement = program.statement(time.now)
    header, claims, signature = statement.split(".")

    def with_header(**said: str) -> str:
        text = json.dumps({"alg": "RS384", "kid": "one", "typ": "JWT", **said}).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    public = program.key.as_pem(private=False)
    # The old trick: the public key, which everybody may know, as the secret of an HMAC.
    confused = program.statement(
        time.now, header={"alg": "HS384"}, key=OctKey.import_key(base64.b64encode(public))
    )
    for forged in (
        f"{with_header(alg='none')}.{claims}.", f"{with_header(alg='none')}.{claims}.{signature}",
        f"{with_header(alg='None')}.{claims}.", f"{with_header(alg='ES384')}.{claims}.{signature}",
        f"{with_header(alg='RS256')}.{claims}.{signature}", f"{header}.{claims}.", confused,
        f"{header}.{claims}.{signature[:-8]}AAAAAAAA", f"{header}.{claims}", "a.b.c", "..", "é.ü.ö",
        f"{with_header()}.{claims[:-4]}.{signature}", "x" * 9000, f"{header}.W10.{signature}",
        "[" * 4000, f"{base64.urlsafe_b64encode(b'[' * 3000).decode()}.{claims}.{signature}",
    ):  # fmt: skip
        answer = await ask(http, program.form(forged))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), forged[:80]
    assert (await ask(http, program.form(statement))).status_code == 200


@ONE_SITE
async def test_a_form_that_is_not_right_is_told_by_the_words_of_oauth(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, _ = await registered(sessions, time.now)
    good = program.form(program.statement(time.now))
    for change, error in (
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"client_assertion_type": "jwt"}, "invalid_client"),
        ({"client_assertion": ""}, "invalid_client"),
        ({"client_id": "somebody"}, "invalid_client"),
    ):
        answer = await ask(http, {**good, **change})
        assert answer.json()["error"] == error, change
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"grant_type=a&grant_type=b", b"\xff=\xfe", b"a=%ff", b"&&", b"a" * 100):
        answer = await http.post("/oauth/token", content=body, headers=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), body
    answer = await http.post("/oauth/token", headers=form)
    assert answer.status_code == 400
    answer = await http.post("/oauth/token", json=good)
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/not-json")
    answer = await http.post("/api/auth/login", data=good)
    assert answer.status_code == 415


async def test_a_revoked_key_ends_its_live_tokens_and_gets_no_new_one(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, doses = await registered(sessions, time.now)
    headers = bearer((await program.token(http, time.now))["access_token"])
    assert (await http.get(doses, headers=headers)).status_code == 200
    async with sessions.begin() as session:
        key = await session.get_one(ApiKey, UUID(program.client_id))
        key.revoked_at = time.now
    assert (await http.get(doses, headers=headers)).status_code == 401
    assert (await ask(http, program.form(program.statement(time.now)))).status_code == 401


@ONE_SITE
async def test_a_token_never_outlives_its_key(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, doses = await registered(sessions, time.now)
    time.advance(days=90, seconds=-100)
    given_token = await program.token(http, time.now)
    assert given_token["expires_in"] == 100
    time.advance(seconds=100)
    headers = bearer(given_token["access_token"])
    assert (await http.get(doses, headers=headers)).status_code == 401
    assert (await ask(http, program.form(program.statement(time.now)))).status_code == 401


async def test_a_program_ends_its_own_token_and_nobody_elses(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, doses = await registered(sessions, time.now)
    other, _ = await registered(sessions, time.now, kid="two")
    token = (await program.token(http, time.now))["access_token"]

    async def end(by: SigningProgram, text: str) -> int:
        form = {
            "token": text, "client_assertion_type": KIND, "client_assertion": by.statement(time.now)
        }  # fmt: skip
        return (await http.post("/oauth/revoke", data=form)).status_code

    assert await end(other, token) == 200
    assert (await http.get(doses, headers=bearer(token))).status_code == 200
    assert await end(program, token) == 200
    assert (await http.get(doses, headers=bearer(token))).status_code == 401
    assert await end(program, token) == 200
    nobody = await http.post("/oauth/revoke", data={"token": token})
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")


@ONE_SITE
async def test_the_smart_configuration_leads_a_program_to_its_token(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    said = (await http.get("/fhir/.well-known/smart-configuration")).json()
    assert said["token_endpoint"] == TOKEN_URL
    assert said["grant_types_supported"] == ["client_credentials"]
    assert said["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert set(said["token_endpoint_auth_signing_alg_values_supported"]) == set(ALGORITHMS.values())
    assert set(said["scopes_supported"]) == {each for each in TEXTS if each.startswith("system/")}
    assert "client-confidential-asymmetric" in said["capabilities"]
    program, _ = await registered(sessions, time.now)
    form = program.form(program.statement(time.now, aud=said["token_endpoint"]))
    assert (await http.post(said["token_endpoint"], data=form)).status_code == 200
    ended = {**form, "client_assertion": program.statement(time.now), "token": "vst_none"}
    assert (await http.post(said["revocation_endpoint"], data=ended)).status_code == 200


@ONE_SITE
async def test_the_database_keeps_no_token_and_a_bearer_key_signs_nothing(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    program, _ = await registered(sessions, time.now)
    token = (await program.token(http, time.now))["access_token"]
    async with sessions.begin() as session:
        row = (await session.scalars(select(AccessToken))).one()
        assert row.token_hash == kept(token)
        admin = await a_clinician(session, admin=True)
        key, _ = await a_program(session, admin)
        program.client_id = str(key.id)
    assert (await ask(http, program.form(program.statement(time.now)))).status_code == 401


@given(st.binary(max_size=200))
@settings(max_examples=80)
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        form = form_of(body)
    except Refusal as refusal:
        form = {"error": refusal.code}
    assert all(isinstance(value, str) for value in form.values())
