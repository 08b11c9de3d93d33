"""Passkeys over HTTP, with a phone in software: made, used, and everything that must not work."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.accounts.models import Passkey, PasskeyChallenge, Person, SignIn
from app.accounts.passkeys import Site, forget_challenges
from app.audit import AuditEntry
from app.config import Settings
from app.db import Sessions
from tests.authenticator import Authenticator
from tests.factories import a_clinician, a_companion, a_patient, signed_in
from tests.story_time import Clock


@pytest.fixture
async def patient(sessions: Sessions, time: Clock) -> Person:
    async with sessions.begin() as session:
        return await a_patient(session, now=time.now)


@pytest.fixture
async def clinician(sessions: Sessions, time: Clock) -> Person:
    async with sessions.begin() as session:
        return await a_clinician(session, now=time.now)


class Phone:
    """A browser that asks Vesper, with its passkey."""

    def __init__(self, http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> None:
        self.http, self.sessions, self.time = http, sessions, time

    async def cookies(self, person: Person) -> dict[str, str]:
        async with self.sessions.begin() as session:
            return await signed_in(session, person, self.time.now)

    async def add(
        self, person: Person, key: Authenticator, *, options: Any = None, expect: int = 201,
        **client: Any,
    ) -> Any:  # fmt: skip
        headers = await self.cookies(person)
        if options is None:
            options = (await self.http.post("/api/me/passkeys/options", headers=headers)).json()
        body = {"credential": key.make(options, **client), "name": "My phone"}
        answer = await self.http.post("/api/me/passkeys", headers=headers, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def options(self, **wanted: Any) -> Any:
        return (await self.http.post("/api/auth/passkeys/options", json=wanted)).json()

    async def send(self, credential: Any) -> httpx.Response:
        self.http.cookies.clear()
        return await self.http.post("/api/auth/passkeys/sign-in", json={"credential": credential})

    async def sign_in(self, key: Authenticator, **client: Any) -> httpx.Response:
        return await self.send(key.sign(await self.options(), **client))

    async def refused(
        self, key: Authenticator, kind: str = "passkey-refused", **client: Any
    ) -> None:
        answer = await self.sign_in(key, **client)
        assert answer.status_code == 401, answer.text
        assert answer.json()["type"] == f"/problems/{kind}"
        assert "set-cookie" not in answer.headers


@pytest.fixture
def phone(http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> Phone:
    return Phone(http, sessions, time)


async def test_a_passkey_signs_in_without_an_address_or_a_password(
    phone: Phone, patient: Person, sessions: Sessions
) -> None:
    key = Authenticator()
    added = await phone.add(patient, key)
    assert (added["name"], added["last_used_at"]) == ("My phone", None)
    answer = await phone.sign_in(key)
    assert answer.json()["id"] == str(patient.id)
    me = await phone.http.get("/api/me")
    assert me.json()["email"] == patient.email
    async with sessions.begin() as session:
        signed = await session.scalars(select(SignIn.with_passkey).order_by(SignIn.with_passkey))
        assert signed.all()[-1] is True
        actions = set(await session.scalars(select(AuditEntry.action)))
        assert {"passkey.added", "passkey.used", "signed.in"} <= actions
        told = await session.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith("passkey"))
        )
        assert {entry.patient_id for entry in told} == {patient.id}
    log = (await phone.http.get("/api/me/access-log")).json()
    assert "added a passkey to sign in with" in {each["what"] for each in log["entries"]}


async def test_what_the_browser_is_asked_with(phone: Phone, patient: Person) -> None:
    headers = await phone.cookies(patient)
    key = Authenticator()
    await phone.add(patient, key)
    made = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()["publicKey"]
    assert made["rp"] == {"id": "localhost", "name": "Vesper"}
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["authenticatorSelection"]["userVerification"] == "preferred"
    assert made["attestation"] == "none"
    # A key that has one of this person's passkeys makes no second.
    assert len(made["excludeCredentials"]) == 1
    asked = (await phone.options())["publicKey"]
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "preferred")
    assert asked["allowCredentials"] == []  # nobody learns who has an account
    assert (await phone.options(verify=True))["publicKey"]["userVerification"] == "required"


async def test_the_key_of_a_clinician_must_ask_who_they_are(
    phone: Phone, clinician: Person
) -> None:
    headers = await phone.cookies(clinician)
    made = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()["publicKey"]
    assert made["authenticatorSelection"]["userVerification"] == "required"
    await phone.add(clinician, Authenticator(verifies=False), expect=409)
    key = Authenticator()
    await phone.add(clinician, key)
    key.verifies = False
    await phone.refused(key, "passkey-unverified")
    key.verifies = True
    assert (await phone.sign_in(key)).status_code == 200


async def test_the_key_of_a_patient_need_not(phone: Phone, patient: Person) -> None:
    key = Authenticator(verifies=False)
    await phone.add(patient, key)
    assert (await phone.sign_in(key)).status_code == 200


async def test_a_challenge_is_good_once(phone: Phone, patient: Person) -> None:
    key = Authenticator()
    await phone.add(patient, key)
    signed = key.sign(await phone.options())
    assert (await phone.send(signed)).status_code == 200
    assert (await phone.send(signed)).status_code == 401


async def test_a_challenge_is_used_up_by_whoever_fails_with_it(
    phone: Phone, patient: Person
) -> None:
    key, other = Authenticator(), Authenticator()
    await phone.add(patient, key)
    options = await phone.options()
    assert (await phone.send(other.of(patient.id).sign(options))).status_code == 401
    assert (await phone.send(key.sign(options))).status_code == 401


async def test_a_challenge_is_good_for_five_minutes(
    phone: Phone, patient: Person, time: Clock, sessions: Sessions
) -> None:
    key = Authenticator()
    await phone.add(patient, key)
    in_time, too_late = await phone.options(), await phone.options()
    time.advance(minutes=4, seconds=59)
    assert (await phone.send(key.sign(in_time))).status_code == 200
    time.advance(seconds=1)
    assert (await phone.send(key.sign(too_late))).status_code == 401
    await phone.options()
    async with sessions.begin() as session:
        await forget_challenges(session, time.now)
        assert len((await session.scalars(select(PasskeyChallenge))).all()) == 1


async def test_a_challenge_is_no_secret_of_the_database(phone: Phone, sessions: Sessions) -> None:
    options = await phone.options()
    async with sessions.begin() as session:
        [kept] = (await session.scalars(select(PasskeyChallenge.challenge_hash))).all()
    assert kept.hex() not in str(options)
    assert len(kept) == 32


async def test_another_page_cannot_use_it(phone: Phone, patient: Person) -> None:
    key = Authenticator()
    await phone.add(patient, key)
    for origin in (
        "https://localhost:8000", "http://localhost:8001", "http://localhost",
        "http://localhost:8000.evil.example", "http://evil.example",
    ):  # fmt: skip
        await phone.refused(key, origin=origin)
    await phone.refused(key, type="webauthn.create")
    await phone.refused(key, crossOrigin=True)


async def test_what_was_signed_for_another_site_does_not_count(
    phone: Phone, patient: Person
) -> None:
    key = Authenticator()
    await phone.add(patient, key)
    key.host = "example.org"
    await phone.refused(key)
    await phone.add(patient, Authenticator(host="example.org"), expect=409)
    await phone.add(patient, Authenticator(origin="https://example.org"), expect=409)
    await phone.add(patient, Authenticator(), type="webauthn.get", expect=409)


async def test_somebody_elses_key_signs_nobody_in(
    phone: Phone, patient: Person, clinician: Person
) -> None:
    key, theirs = Authenticator(), Authenticator()
    await phone.add(patient, key)
    await phone.add(clinician, theirs)
    # The clinician's key says it is the patient's, or the patient's credential is signed by it.
    await phone.refused(theirs.of(patient.id))
    forged = Authenticator(credential_id=key.credential_id, owner=key.owner)
    await phone.refused(forged)
    key.owner = b""
    await phone.refused(key)
    await phone.refused(Authenticator().of(patient.id))


async def test_a_key_belongs_to_one_person(
    phone: Phone, patient: Person, clinician: Person, sessions: Sessions
) -> None:
    key = Authenticator()
    await phone.add(patient, key)
    await phone.add(clinician, key, expect=409)
    async with sessions.begin() as session:
        assert [one.person_id for one in await session.scalars(select(Passkey))] == [patient.id]


async def test_a_challenge_for_one_thing_is_not_good_for_another(
    phone: Phone, patient: Person, clinician: Person
) -> None:
    headers = await phone.cookies(clinician)
    theirs = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()
    await phone.add(patient, Authenticator(), options=theirs, expect=409)
    asked = await phone.options()
    asked["publicKey"]["user"] = theirs["publicKey"]["user"]
    await phone.add(clinician, Authenticator(), options=asked, expect=409)
    key = Authenticator()
    await phone.add(patient, key)
    headers = await phone.cookies(patient)
    own = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()
    assert (await phone.send(key.sign(own))).status_code == 401


async def test_adding_it_twice_is_adding_it_once(
    phone: Phone, patient: Person, sessions: Sessions
) -> None:
    key = Authenticator()
    headers = await phone.cookies(patient)
    options = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()
    first = await phone.add(patient, key, options=options)
    assert await phone.add(patient, key, options=options) == first
    # The challenge is used all the same: no other key is added with it.
    await phone.add(patient, Authenticator(), options=options, expect=409)


async def test_a_count_that_falls_back_is_a_copy_and_a_count_of_nought_is_none(
    phone: Phone, patient: Person
) -> None:
    key = Authenticator(count=7)
    await phone.add(patient, key)
    assert (await phone.sign_in(key)).status_code == 200
    key.count = 6
    await phone.refused(key)
    key.count = None
    assert (await phone.sign_in(key)).status_code == 200
    assert (await phone.sign_in(key)).status_code == 200


async def test_removing_one_signs_nobody_out_and_nobody_in(
    phone: Phone, patient: Person, clinician: Person
) -> None:
    key = Authenticator()
    added = await phone.add(patient, key)
    await phone.sign_in(key)
    theirs = await phone.cookies(clinician)
    address = f"/api/me/passkeys/{added['id']}"
    mine = {"Cookie": f"vesper={phone.http.cookies['vesper']}"}
    phone.http.cookies.clear()
    assert (await phone.http.delete(address, headers=theirs)).status_code == 404
    assert (await phone.http.delete(address, headers=mine)).status_code == 204
    assert (await phone.http.delete(address, headers=mine)).status_code == 404
    assert (await phone.http.get("/api/me", headers=mine)).status_code == 200
    assert (await phone.http.get("/api/me/passkeys", headers=mine)).json() == {"passkeys": []}
    await phone.refused(key)


async def test_who_has_left_is_not_signed_in(
    phone: Phone, clinician: Person, sessions: Sessions, time: Clock
) -> None:
    key = Authenticator()
    await phone.add(clinician, key)
    async with sessions.begin() as session:
        (await session.get_one(Person, clinician.id)).left_at = time.now
    await phone.refused(key)


async def test_a_companion_may_have_one_too(phone: Phone, sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        companion = await a_companion(session, now=time.now)
    key = Authenticator(verifies=False)
    await phone.add(companion, key)
    assert (await phone.sign_in(key)).json()["role"] == "companion"


async def test_nobody_has_more_than_twenty(phone: Phone, patient: Person) -> None:
    for _ in range(20):
        await phone.add(patient, Authenticator())
    refused = await phone.add(patient, Authenticator(), expect=409)
    assert refused["type"] == "/problems/too-many-passkeys"


async def test_guessing_is_slow(
    phone: Phone, patient: Person, app: FastAPI, settings: Settings
) -> None:
    settings.sign_in_attempts = "3/minute"
    key = Authenticator()
    await phone.add(patient, key)
    forged = Authenticator(credential_id=key.credential_id, owner=key.owner)
    answers = [(await phone.sign_in(forged)).status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("public_url", "host", "origin"),
    [
        ("https://Vesper.Example.org", "vesper.example.org", "https://vesper.example.org"),
        ("https://vesper.example.org:443/", "vesper.example.org", "https://vesper.example.org"),
        (
            "https://vesper.example.org:8443",
            "vesper.example.org",
            "https://vesper.example.org:8443",
        ),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("https://müller.example", "xn--mller-kva.example", "https://xn--mller-kva.example"),
    ],
)
def test_the_origin_is_written_as_browsers_write_it(
    public_url: str, host: str, origin: str
) -> None:
    assert Site.of(Settings(public_url=public_url)) == Site(host, origin)


NOT_KEYS = (
    "", "!", "AA", "A" * 3000, "e30", "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoxfQ",
    "\u202e",
)  # fmt: skip


async def test_bytes_that_are_no_answer_are_refused_and_nothing_breaks(
    phone: Phone, patient: Person
) -> None:
    key = Authenticator()
    await phone.add(patient, key)
    parts = ("clientDataJSON", "authenticatorData", "signature", "userHandle")
    for part, worse in zip(parts * 7, NOT_KEYS * 4, strict=True):
        signed = key.sign(await phone.options())
        signed["response"][part] = worse
        assert (await phone.send(signed)).status_code in {401, 422}
    headers = await phone.cookies(patient)
    for worse in NOT_KEYS:
        options = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()
        made = Authenticator().make(options)
        made["response"]["attestationObject"] = worse
        body = {"credential": made, "name": "x"}
        answer = await phone.http.post("/api/me/passkeys", headers=headers, json=body)
        assert answer.status_code in {409, 422}


async def test_a_name_is_one_line(phone: Phone, patient: Person) -> None:
    headers = await phone.cookies(patient)
    for name in ("", "\n", "x" * 81):
        options = (await phone.http.post("/api/me/passkeys/options", headers=headers)).json()
        body = {"credential": Authenticator().make(options), "name": name}
        answer = await phone.http.post("/api/me/passkeys", headers=headers, json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "name"
