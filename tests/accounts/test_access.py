"""Every route says who asks, and what is not yours does not exist."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.accounts import access
from app.db import Sessions
from tests.factories import a_care_link, a_clinician, a_patient, signed_in
from tests.story_time import Clock

WHO = {access.signed_in, access.me, access.clinician, access.of_patient, access.asking}

# What anybody may ask. A tap and a receipt carry their own proof; the key is the public half.
PUBLIC = {
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/logout",
    "POST /api/auth/passkeys/options",
    "POST /api/auth/passkeys/sign-in",
    "POST /api/tap",
    "POST /api/push/receipts",
    "GET /api/push/key",
    "GET /healthz",
    "POST /oauth/token",
    "POST /oauth/revoke",
    "GET /fhir/metadata",
    "GET /fhir/.well-known/smart-configuration",
    "GET /problems",
    "GET /problems/{problem}",
    "GET /readyz",
    "GET /metrics",
    "GET /docs",
    "GET /calendar/{token}.ics",
    "GET /{path:path}",
}


def routes_of(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """Every endpoint, also those of routers that FastAPI includes lazily."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)


def who_asks(dependant: Any) -> set[Any]:
    """Which of the declarations of access an endpoint depends on, however deep."""
    found = {dependant.call} & WHO
    return found.union(*(who_asks(each) for each in dependant.dependencies))


def test_every_route_says_who_asks(app: FastAPI) -> None:
    routes = list(routes_of(app.routes))
    assert len(routes) > 30
    for route in routes:
        asks = who_asks(route.dependant)
        for method in route.methods or ():
            name = f"{method} {route.path}"
            assert bool(asks) != (name in PUBLIC), name
        if "{patient}" in route.path:
            assert access.of_patient in asks, route.path


async def test_nobody_unknown_gets_past_the_door(app: FastAPI, http: httpx.AsyncClient) -> None:
    asked = 0
    for route in routes_of(app.routes):
        if not who_asks(route.dependant):
            continue
        for method in route.methods or ():
            answer = await http.request(method, filled(route.path, str(uuid4())), json={})
            assert answer.status_code == 401, (method, route.path, answer.text)
            if route.path.startswith("/fhir/"):
                assert answer.json()["resourceType"] == "OperationOutcome"
            else:
                assert answer.json()["type"] == "/problems/not-signed-in"
            asked += 1
    assert asked > 25


async def test_a_stranger_finds_no_patient_anywhere(
    app: FastAPI, http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, stranger = await a_patient(session), await a_patient(session)
        clinician, other = await a_clinician(session), await a_clinician(session)
        (await a_care_link(session, patient, clinician)).ended_at = time.now
        await a_care_link(session, stranger, other)
        await a_care_link(session, patient, await a_clinician(session))
        cookies = [
            await signed_in(session, each, time.now) for each in (stranger, clinician, other)
        ]
    asked = 0
    for route in routes_of(app.routes):
        if "{patient}" not in route.path:
            continue
        for method in route.methods or ():
            known = [(cookie, str(patient.id)) for cookie in cookies]
            odd = [(cookies[0], name) for name in (str(uuid4()), "nobody", "%00", "0" * 500)]
            for cookie, name in known + odd:
                path = filled(route.path, name)
                answer = await http.request(method, path, json={}, headers=cookie)
                assert answer.status_code == 404, (method, path, answer.text)
                asked += 1
    assert asked >= 600


async def test_me_is_the_patient_and_no_clinician(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        mine = await signed_in(session, patient, time.now)
        theirs = await signed_in(session, clinician, time.now)
    for name in ("me", str(patient.id), patient.id.hex.upper()):
        answer = await http.get(f"/api/patients/{name}/adherence", headers=mine)
        assert answer.status_code == 200, answer.text
    own = (await http.get("/api/me/access-log", headers=mine)).json()["entries"]
    assert [entry["action"] for entry in own] == ["signed.in"]
    for path in ("/api/patients/me/adherence", "/api/me/access-log", "/api/care-links"):
        assert (await http.get(path, headers=theirs)).status_code == 404
    for path in ("/api/clinic/patients",):
        assert (await http.get(path, headers=mine)).status_code == 404


async def test_ids_in_a_path_that_are_none_name_nothing(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        mine = await signed_in(session, await a_patient(session), time.now)
    answer = await http.delete("/api/care-links/not-an-id", headers=mine)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def filled(path: str, patient: str) -> str:
    """A route's template with this patient, and with ids and numbers that name nothing."""
    path = path.replace("{patient}", patient).replace("{n}", "1").replace("{number}", "1")
    return re.sub(r"\{\w+\}", str(uuid4()), path)
