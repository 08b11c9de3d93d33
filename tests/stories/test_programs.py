"""A laboratory's feed and a hospital's service: let in, seen by the patient, shut out."""

from typing import Any
from uuid import uuid4

import httpx

from tests.signing_program import SigningProgram
from tests.stories.cast import Browser, World, browser
from tests.stories.test_care import a_clinic_with_admin, a_colleague, told_by

KEYS = "/api/clinic/api-keys"


def software(world: World) -> httpx.AsyncClient:
    """A program's HTTP client: no cookies, and no headers that only browsers send."""
    transport = httpx.ASGITransport(app=world.app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


def by(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


async def a_patient_of(world: World, clinician: Browser, scope: str) -> tuple[Browser, str, str]:
    """A patient who lets this clinician in: their browser, their record, and the link."""
    patient = browser(world.app)
    me = await patient.sign_up(name="Pat")
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    consent = {"code": invite["code"], "scope": scope}
    link = await patient("POST", "/api/care-links", consent, expect=201)
    return patient, f"/api/patients/{me['id']}", link["id"]


def a_panel(world: World) -> dict[str, Any]:
    """Blood results as a laboratory sends them."""
    return {
        "id": str(uuid4()), "collected_at": world.time.now.isoformat(),
        "results": [{"code": "hematocrit", "value": "45", "unit": "%"}],
    }  # fmt: skip


async def test_a_laboratorys_feed_enters_results_within_its_scope_until_its_key_is_revoked(
    world: World,
) -> None:
    admin = await a_clinic_with_admin(world)
    clinician = await a_colleague(world, admin, "Dr Clay")
    patient, record, link = await a_patient_of(world, clinician, "see")
    wanted = {"name": "Lab feed", "scopes": ["observations:write"], "expires_in_days": 90}
    await clinician("POST", KEYS, wanted, expect=404)
    made = await admin("POST", KEYS, wanted, expect=201)
    key = by(made["key"])
    async with software(world) as feed:
        panel = a_panel(world)
        answer = await feed.post(f"{record}/observations", json=panel, headers=key)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/only-looking")
        # The patient widens what the clinic may do; the clinic's program follows from it.
        await patient("PATCH", f"/api/care-links/{link}", {"scope": "change"})
        for _ in range(2):
            answer = await feed.post(f"{record}/observations", json=panel, headers=key)
            assert answer.status_code == 201, answer.text
        answer = await feed.get(f"{record}/observations", headers=key)
        assert (answer.status_code, answer.json()["scope"]) == (403, "record:read")
        answer = await feed.put(f"{record}/labs/plan", json={"rules": []}, headers=key)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-for-programs")

        results = (await patient("GET", "/api/patients/me/observations"))["observations"]
        assert [each["code"] for each in results] == ["hematocrit"]
        log = (await patient("GET", "/api/me/access-log"))["entries"]
        seen = [entry for entry in log if entry["role"] == "program"]
        assert {entry["means"] for entry in seen} == {"api_key"}
        assert set(told_by(seen)) == {
            ("Lab feed, Evening clinic", "entered results, measurements or side effects for you"),
            ("Lab feed, Evening clinic", "entered results, measurements or side effects"),
        }

        [listed] = (await admin("GET", KEYS))["keys"]
        assert listed["last_used_at"] is not None
        await admin("DELETE", f"{KEYS}/{made['id']}", expect=204)
        answer = await feed.post(f"{record}/observations", json=a_panel(world), headers=key)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/key-not-accepted")


async def test_a_hospitals_service_signs_polls_and_is_ended_with_its_live_token(
    world: World,
) -> None:
    admin = await a_clinic_with_admin(world)
    clinician = await a_colleague(world, admin, "Dr Clay")
    patient, record, link = await a_patient_of(world, clinician, "change")
    stranger = browser(world.app)
    other = f"/api/patients/{(await stranger.sign_up(name='Sam'))['id']}"
    service = SigningProgram("RS384")
    wanted = {
        "name": "Registry", "scopes": ["record:read", "system/Observation.rs"],
        "public_keys": service.jwks(), "per_minute": 5,
    }  # fmt: skip
    made = await admin("POST", KEYS, wanted, expect=201)
    service.client_id = made["client_id"]
    async with software(world) as client:
        statement = service.statement(world.time.now)
        answer = await client.post("/oauth/token", data=service.form(statement, "record:read"))
        assert answer.json()["scope"] == "record:read"
        token = by(answer.json()["access_token"])
        # Whoever saw the statement on its way gets nothing by it.
        answer = await client.post("/oauth/token", data=service.form(statement))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

        first = await client.get(f"{record}/protocol", headers=token)
        assert first.status_code == 200, first.text
        held = {**token, "If-None-Match": first.headers["etag"]}
        assert (await client.get(f"{record}/protocol", headers=held)).status_code == 304
        assert (await client.get(f"{other}/protocol", headers=token)).status_code == 404
        assert (await client.get(f"{record}/doses", headers=token)).status_code == 200
        assert (await client.get(f"{record}/doses", headers=token)).status_code == 200
        often = await client.get(f"{record}/doses", headers=token)
        assert (often.status_code, often.json()["type"]) == (429, "/problems/too-many-requests")
        assert int(often.headers["retry-after"]) > 0

        world.app.state.attempts = None  # a minute later
        world.time.advance(minutes=5)
        ended = await client.get(f"{record}/doses", headers=token)
        assert (ended.status_code, ended.json()["type"]) == (401, "/problems/key-not-accepted")
        token = by((await service.token(client, world.time.now))["access_token"])
        assert (await client.get(f"{record}/doses", headers=token)).status_code == 200
        await patient("DELETE", f"/api/care-links/{link}", expect=204)
        assert (await client.get(f"{record}/doses", headers=token)).status_code == 404
        await admin("DELETE", f"{KEYS}/{made['id']}", expect=204)
        revoked = await client.get(f"{record}/doses", headers=token)
        assert revoked.status_code == 401
        answer = await client.post(
            "/oauth/token", data=service.form(service.statement(world.time.now))
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
