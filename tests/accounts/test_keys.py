"""The keys of a clinic's programs, as its admins look after them."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import func, select

from app.accounts import keys
from app.accounts.models import ApiKey, Clinic, Person
from app.accounts.scopes import TEXTS
from app.audit import AuditEntry
from app.db import Sessions
from app.problems import Invalid
from tests.factories import a_care_link, a_clinician, a_patient, a_program, signed_in
from tests.signing_program import SigningProgram, key_pair
from tests.story_time import Clock

KEYS = "/api/clinic/api-keys"
WANTED = {"name": "Lab feed", "scopes": ["record:read"], "expires_in_days": 30}
ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def an_admin(sessions: Sessions) -> tuple[Person, dict[str, str]]:
    async with sessions.begin() as session:
        admin = await a_clinician(session, admin=True)
        return admin, await signed_in(session, admin)


async def test_a_key_is_shown_once_and_only_its_digest_is_kept(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    admin, cookie = await an_admin(sessions)
    made = (await http.post(KEYS, json=WANTED, headers=cookie)).json()
    assert made["key"].startswith("vsp_")
    assert len(made["key"]) >= 40
    assert (made["kind"], made["client_id"]) == ("bearer", None)
    assert made["created_by"] == {"id": str(admin.id), "name": admin.name}
    listed = await http.get(KEYS, headers=cookie)
    assert made["key"] not in listed.text
    assert [each["id"] for each in listed.json()["keys"]] == [made["id"]]
    assert {each["scope"] for each in listed.json()["scopes"]} == set(TEXTS)
    async with sessions.begin() as session:
        row = (await session.scalars(select(ApiKey))).one()
        assert row.key_hash is not None
        assert len(row.key_hash) == 32
        assert made["key"].encode() not in row.key_hash
        assert row.expires_at == time.now + timedelta(days=30)
        facts = [str(each.facts) for each in await session.scalars(select(AuditEntry))]
        assert not any(made["key"] in each or "Lab feed" in each for each in facts)
        program = await session.get_one(Person, row.person_id)
        clinic = await session.get_one(Clinic, admin.clinic_id)
        assert program.name == f"Lab feed, {clinic.name}"
        assert program.clinic_id is None


async def test_a_revoked_key_opens_nothing_from_then_on_and_a_repeat_is_harmless(
    sessions: Sessions, http: httpx.AsyncClient
) -> None:
    admin, cookie = await an_admin(sessions)
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_care_link(session, patient, admin)
    made = (await http.post(KEYS, json=WANTED, headers=cookie)).json()
    doses = f"/api/patients/{patient.id}/doses"
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert (await http.get(doses, headers=bearer)).status_code == 200
    for _ in range(2):
        assert (await http.delete(f"{KEYS}/{made['id']}", headers=cookie)).status_code == 204
        assert (await http.get(doses, headers=bearer)).status_code == 401
    async with sessions.begin() as session:
        ended = select(func.count()).where(AuditEntry.action == "key.revoked")
        assert await session.scalar(ended) == 1


async def test_another_clinics_keys_are_neither_seen_nor_ended(
    sessions: Sessions, http: httpx.AsyncClient
) -> None:
    _, mine = await an_admin(sessions)
    _, theirs = await an_admin(sessions)
    made = (await http.post(KEYS, json=WANTED, headers=mine)).json()
    assert (await http.get(KEYS, headers=theirs)).json()["keys"] == []
    assert (await http.delete(f"{KEYS}/{made['id']}", headers=theirs)).status_code == 404
    [kept] = (await http.get(KEYS, headers=mine)).json()["keys"]
    assert kept["revoked_at"] is None


@ONE_SITE
async def test_only_an_admin_looks_after_keys(sessions: Sessions, http: httpx.AsyncClient) -> None:
    async with sessions.begin() as session:
        clinician, patient = await a_clinician(session), await a_patient(session)
        admin = await a_clinician(session, admin=True)
        cookies = [await signed_in(session, each) for each in (clinician, patient)]
        cookies.append((await a_program(session, admin))[1])
    for cookie, status in zip(cookies, (404, 404, 401), strict=True):
        assert (await http.get(KEYS, headers=cookie)).status_code == status
        assert (await http.post(KEYS, json=WANTED, headers=cookie)).status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []}, {"scopes": ["everything"]}, {"scopes": ["system/*.cruds"]}, {"name": ""},
        {"name": "x" * 81}, {"name": "a\u0007b"}, {"expires_in_days": 366}, {"expires_in_days": 0},
        {"per_minute": 0}, {"public_keys": {"keys": []}}, {"public_keys": {"keys": [{}]}},
        {"secret": True},
    ],
)  # fmt: skip
@ONE_SITE
async def test_a_key_that_cannot_be_is_not_made(
    change: dict[str, Any], sessions: Sessions, http: httpx.AsyncClient
) -> None:
    _, cookie = await an_admin(sessions)
    answer = await http.post(KEYS, json={**WANTED, **change}, headers=cookie)
    assert answer.status_code == 422, answer.text
    assert (await http.get(KEYS, headers=cookie)).json()["keys"] == []


@ONE_SITE
async def test_a_clinic_has_a_bounded_number_of_keys(
    sessions: Sessions, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    _, cookie = await an_admin(sessions)
    first = (await http.post(KEYS, json=WANTED, headers=cookie)).json()
    full = await http.post(KEYS, json=WANTED, headers=cookie)
    assert (full.status_code, full.json()["type"]) == (409, "/problems/too-many-keys")
    await http.delete(f"{KEYS}/{first['id']}", headers=cookie)
    assert (await http.post(KEYS, json=WANTED, headers=cookie)).status_code == 201


@ONE_SITE
async def test_a_program_that_signs_has_a_client_id_and_no_key(
    sessions: Sessions, http: httpx.AsyncClient
) -> None:
    _, cookie = await an_admin(sessions)
    program = SigningProgram()
    wanted = {**WANTED, "public_keys": program.jwks()}
    made = (await http.post(KEYS, json=wanted, headers=cookie)).json()
    assert (made["kind"], made["key"], made["client_id"]) == ("signed", None, made["id"])


def test_only_public_keys_that_can_sign_are_taken() -> None:
    good = key_pair("ES384", "one").as_dict(private=False)
    rsa = key_pair("RS384", "one").as_dict(private=False)
    small, large = (
        {**rsa, "n": urlsafe_b64encode(b"\xff" * size).decode().rstrip("=")} for size in (128, 520)
    )
    wrong_ones: tuple[Any, ...] = (
        key_pair("ES384", "one").as_dict(private=True),
        key_pair("RS384", "one").as_dict(private=True),
        ECKey.generate_key("P-256", {"kid": "one"}).as_dict(private=False),
        OctKey.generate_key(256, {"kid": "one"}).as_dict(), small, large, {**rsa, "e": "Aw"},
        {**good, "kid": ""},
        {name: value for name, value in good.items() if name != "kid"}, {**good, "x": "AAAA"},
        {**good, "x": 7}, {**good, "y": good["x"]}, {"kty": "RSA", "kid": "one", "n": "AQAB"},
        {"kty": "RSA", "kid": "one", "n": "", "e": "AQAB"}, {"kty": "OKP", "kid": "one"}, [], None,
    )  # fmt: skip
    for wrong in wrong_ones:
        with pytest.raises(Invalid):
            keys.public_keys_read([wrong])
    with pytest.raises(Invalid):
        keys.public_keys_read([good, good])
    with pytest.raises(Invalid):
        keys.public_keys_read([good] * 6)
    [kept] = keys.public_keys_read([{**good, "use": "sig", "x5c": ["much more"]}])
    assert kept == {name: good[name] for name in ("kty", "crv", "x", "y", "kid")}
