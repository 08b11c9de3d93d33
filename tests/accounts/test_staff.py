"""A clinic's people: who is its admin, who joins, who has left."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts import care, invites
from app.accounts.models import CareLink, Clinic, InviteKind, Person, SignIn
from app.audit import AuditEntry
from app.db import Sessions
from tests.factories import PASSWORD, a_care_link, a_clinician, a_patient, signed_in
from tests.story_time import Clock

Headers = dict[str, str]
PEOPLE = "/api/clinic/people"


async def a_clinic_of(
    sessions: Sessions, time: Clock, *admins: bool
) -> list[tuple[Person, Headers]]:
    """One clinician for each word, of one clinic, with the headers of their browsers."""
    async with sessions.begin() as session:
        found: list[tuple[Person, Headers]] = []
        clinic: Clinic | None = None
        for admin in admins:
            person = await a_clinician(session, clinic=clinic, admin=admin)
            clinic = clinic or await session.get_one(Clinic, person.clinic_id)
            found.append((person, await signed_in(session, person, time.now)))
    return found


async def test_an_admin_invites_a_colleague_by_a_code_that_no_log_sees(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(admin, side)] = await a_clinic_of(sessions, time, True)
    answer = await http.post(f"{PEOPLE}/invites", json={}, headers=side)
    assert answer.status_code == 201, answer.text
    invite = answer.json()
    assert invite["url"] == f"http://localhost:8000/invite/clinician#{invite['code']}"
    assert invite["qr"]["size"] > 21 + 8
    assert invite["qr"]["path"].startswith("M4 4h7v1h-7z")
    new = {
        "email": "new@example.org", "password": "purple otter makes soup", "name": "Dr New",
        "timezone": "America/Denver", "invite": invite["code"],
    }  # fmt: skip
    me = (await http.post("/api/auth/register", json=new)).json()
    assert (me["role"], me["admin"], me["clinic"]["id"]) == (
        "clinician", False, str(admin.clinic_id),
    )  # fmt: skip
    again = await http.post("/api/auth/register", json=new | {"email": "other@example.org"})
    assert (again.status_code, again.json()["errors"][0]["field"]) == (404, "invite")
    people = (await http.get(PEOPLE, headers=side)).json()["people"]
    assert [(each["name"], each["admin"]) for each in people] == [
        ("A clinician", True), ("Dr New", False),
    ]  # fmt: skip


async def test_who_is_no_admin_finds_no_such_page(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(_, _), (colleague, side)] = await a_clinic_of(sessions, time, True, False)
    [(other, elsewhere)] = await a_clinic_of(sessions, time, True)
    async with sessions.begin() as session:
        patient = await signed_in(session, await a_patient(session), time.now)
    for who in (side, patient):
        for method, path in (
            ("GET", PEOPLE), ("POST", f"{PEOPLE}/invites"), ("PATCH", f"{PEOPLE}/{other.id}")
        ):  # fmt: skip
            answer = await http.request(method, path, json={}, headers=who)
            assert answer.status_code == 404, (method, path)
    # An admin of another clinic finds nobody of this one.
    for wanted in ({"admin": True}, {"left": True}, {}):
        path = f"{PEOPLE}/{colleague.id}"
        assert (await http.patch(path, json=wanted, headers=elsewhere)).status_code == 404


async def test_being_an_admin_opens_no_record(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(_, side), (colleague, _)] = await a_clinic_of(sessions, time, True, False)
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_care_link(session, patient, colleague)
    for path in ("protocol", "doses", "adherence"):
        answer = await http.get(f"/api/patients/{patient.id}/{path}", headers=side)
        assert answer.status_code == 404
    assert (await http.get("/api/clinic/patients", headers=side)).json()["patients"] == []


async def test_the_last_admin_stays_until_there_is_another(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(admin, side), (colleague, theirs)] = await a_clinic_of(sessions, time, True, False)
    mine, other = f"{PEOPLE}/{admin.id}", f"{PEOPLE}/{colleague.id}"
    for wanted in ({"admin": False}, {"left": True}):
        answer = await http.patch(mine, json=wanted, headers=side)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/last-admin")
        assert answer.json()["cure"]
    for _ in range(2):
        assert (await http.patch(other, json={"admin": True}, headers=side)).json()["admin"] is True
    assert (await http.patch(mine, json={"admin": False}, headers=side)).status_code == 200
    assert (await http.get(PEOPLE, headers=side)).status_code == 404
    assert (await http.get(PEOPLE, headers=theirs)).status_code == 200
    async with sessions.begin() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert actions.count("clinician.made_admin") == 1  # the repeat changed nothing
    assert actions.count("clinician.unmade_admin") == 1


async def test_who_has_left_is_out_everywhere_and_what_they_did_stays(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(_, side), (leaver, theirs)] = await a_clinic_of(sessions, time, True, True)
    async with sessions.begin() as session:
        patient = await a_patient(session)
        link = await a_care_link(session, patient, leaver)
        mine = await signed_in(session, patient, time.now)
    record = f"/api/patients/{patient.id}/doses"
    assert (await http.get(record, headers=theirs)).status_code == 200
    code = (await http.post("/api/clinic/invites", json={}, headers=theirs)).json()["code"]
    door = (await http.post(f"{PEOPLE}/invites", json={}, headers=theirs)).json()["code"]

    for _ in range(2):
        answer = await http.patch(f"{PEOPLE}/{leaver.id}", json={"left": True}, headers=side)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["left_at"] is not None, answer.json()["admin"]) == (True, False)
    assert (await http.get(record, headers=theirs)).status_code == 401
    known = {"email": leaver.email, "password": PASSWORD}
    unknown = {"email": "nobody@example.org", "password": PASSWORD}
    refused = [await http.post("/api/auth/login", json=each) for each in (known, unknown)]
    assert [each.status_code for each in refused] == [401, 401]
    assert refused[0].json() == refused[1].json()  # nor does the answer say why
    # Neither of the codes they handed out opens anything.
    used = await http.post("/api/care-links", json={"code": code}, headers=mine)
    assert used.status_code == 404
    new = {
        "email": "back@example.org", "password": "purple otter makes soup", "name": "Back",
        "timezone": "America/Denver", "invite": door,
    }  # fmt: skip
    assert (await http.post("/api/auth/register", json=new)).status_code == 404

    [shown] = (await http.get("/api/care-links", headers=mine)).json()["links"]
    assert (shown["id"], shown["ended_at"] is not None) == (str(link.id), True)
    log = (await http.get("/api/me/access-log", headers=mine)).json()["entries"]
    told = [entry["what"] for entry in log]
    assert "ended the access of a clinician who left the clinic" in told
    assert "looked at your doses" in told
    again = await http.patch(f"{PEOPLE}/{leaver.id}", json={"admin": True}, headers=side)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/has-left")


async def test_a_sign_in_or_link_that_slips_in_as_somebody_leaves_opens_nothing(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(leaver, _)] = await a_clinic_of(sessions, time, False)
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_care_link(session, patient, leaver)
        (await session.get_one(Person, leaver.id)).left_at = time.now
        late = await signed_in(session, leaver, time.now)
    assert (await http.get("/api/me", headers=late)).status_code == 401
    async with sessions.begin() as session:
        assert not await care.is_looked_after(session, patient.id, time.now)
        assert await care.looks_after(session, leaver.id, patient.id, time.now) is None


async def test_codes_for_clinicians_end_with_the_admin_who_made_them(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(_, side), (other, theirs)] = await a_clinic_of(sessions, time, True, True)
    code = (await http.post(f"{PEOPLE}/invites", json={"admin": True}, headers=theirs)).json()
    patients = (await http.post("/api/clinic/invites", json={}, headers=theirs)).json()
    await http.patch(f"{PEOPLE}/{other.id}", json={"admin": False}, headers=side)
    async with sessions.begin() as session:
        for given, kind, fits in (
            (code, InviteKind.CLINICIAN, False),
            (patients, InviteKind.PATIENT, True),  # a clinician invites patients still
        ):
            try:
                await invites.claim(session, given["code"], kind, now=time.now)
            except invites.InviteNotUsable:
                assert not fits
            else:
                assert fits


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_admins_who_unmake_each_other_leave_one(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    for wanted in ({"admin": False}, {"left": True}, {"admin": False}):
        [(one, ones), (two, twos)] = await a_clinic_of(sessions, time, True, True)
        answers = await asyncio.gather(
            http.patch(f"{PEOPLE}/{two.id}", json=wanted, headers=ones),
            http.patch(f"{PEOPLE}/{one.id}", json=wanted, headers=twos),
        )
        first, second = sorted(answer.status_code for answer in answers)
        assert (first, second in {401, 404}) == (200, True), [a.text for a in answers]
        async with sessions.begin() as session:
            left = select(func.count()).where(
                Person.clinic_id == one.clinic_id, Person.admin, Person.left_at.is_(None)
            )
            assert await session.scalar(left) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_somebody_leaves_while_they_read_and_nothing_hangs(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    [(_, side), (leaver, theirs)] = await a_clinic_of(sessions, time, True, False)
    async with sessions.begin() as session:
        patients = [await a_patient(session) for _ in range(4)]
        for patient in patients:
            await a_care_link(session, patient, leaver)
    time.now += timedelta(minutes=2)  # so that each request writes that it was seen
    reads = [
        http.put(
            f"/api/patients/{patient.id}/labs/plan",
            json={"rules": []}, headers=theirs,
        )
        for patient in patients
    ]  # fmt: skip
    *answers, left = await asyncio.gather(
        *reads, http.patch(f"{PEOPLE}/{leaver.id}", json={"left": True}, headers=side)
    )
    assert left.status_code == 200, left.text
    assert {answer.status_code for answer in answers} <= {200, 401, 404}
    async with sessions.begin() as session:
        live = select(func.count()).where(CareLink.ended_at.is_(None))
        assert await session.scalar(live) == 0
        assert await session.scalar(select(func.count()).where(SignIn.person_id == leaver.id)) == 0
