"""Invite codes and care links: who may look after whom, and until when."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import invites
from app.accounts.models import CareLink, Clinic, InviteKind, Person
from app.audit import AuditEntry
from app.db import Sessions
from app.problems import NotFound
from tests.factories import a_clinician, a_patient, signed_in
from tests.story_time import MONDAY, Clock

Headers = dict[str, str]


async def people(
    sessions: Sessions, time: Clock, patients: int = 1
) -> tuple[Person, Headers, list[tuple[Person, Headers]]]:
    """A clinician and some patients, each with the headers of a browser."""
    async with sessions.begin() as session:
        clinician = await a_clinician(session, name="Dr Clay")
        cookie = await signed_in(session, clinician, time.now)
        others = []
        for _ in range(patients):
            patient = await a_patient(session)
            others.append((patient, await signed_in(session, patient, time.now)))
    return clinician, cookie, others


async def test_a_patient_lets_a_clinician_in_sees_who_looked_and_shuts_them_out(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    clinician, clinic_side, [(patient, patient_side)] = await people(sessions, time)
    record = f"/api/patients/{patient.id}/adherence"
    assert (await http.get(record, headers=clinic_side)).status_code == 404

    invite = (await http.post("/api/clinic/invites", json={}, headers=clinic_side)).json()
    assert len(invite["code"]) == 12
    written = {"code": f" {invite['code'].lower().replace('-', ' ')} "}
    accepted = await http.post("/api/care-links", json=written, headers=patient_side)
    assert accepted.status_code == 201, accepted.text
    link = accepted.json()
    assert link["person"] == {"id": str(clinician.id), "name": "Dr Clay"}
    assert link["clinic"]["id"] == str(clinician.clinic_id)
    assert link["ended_at"] is None
    assert (await http.get(record, headers=clinic_side)).status_code == 200

    log = (await http.get("/api/me/access-log", headers=patient_side)).json()["entries"]
    looks = [entry for entry in log if entry["action"] == "record.read"]
    assert [(look["who"], look["role"], look["route"]) for look in looks] == [
        ("Dr Clay", "clinician", "GET /api/patients/{patient}/adherence")
    ]

    for _ in range(2):
        ended = await http.delete(f"/api/care-links/{link['id']}", headers=patient_side)
        assert ended.status_code == 204
    assert (await http.get(record, headers=clinic_side)).status_code == 404
    [shown] = (await http.get("/api/care-links", headers=patient_side)).json()["links"]
    assert shown["ended_at"] is not None


async def test_letting_the_same_clinician_in_twice_is_a_conflict_that_says_so(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    _, clinic_side, [(_, patient_side)] = await people(sessions, time)
    first, second = [
        (await http.post("/api/clinic/invites", json={}, headers=clinic_side)).json()["code"]
        for _ in range(2)
    ]
    link = await http.post("/api/care-links", json={"code": first}, headers=patient_side)
    for code in (first, second):
        again = await http.post("/api/care-links", json={"code": code}, headers=patient_side)
        assert again.status_code == 409
        assert again.json()["type"] == "/problems/already-in-care"
        assert again.json()["link"] == link.json()["id"]
    await http.delete(f"/api/care-links/{link.json()['id']}", headers=patient_side)
    used = await http.post("/api/care-links", json={"code": first}, headers=patient_side)
    assert used.status_code == 404
    unused = await http.post("/api/care-links", json={"code": second}, headers=patient_side)
    assert unused.status_code == 201


async def test_of_two_people_with_one_code_one_gets_in(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    clinician, clinic_side, both = await people(sessions, time, patients=2)
    code = (await http.post("/api/clinic/invites", json={}, headers=clinic_side)).json()["code"]
    answers = await asyncio.gather(
        *(http.post("/api/care-links", json={"code": code}, headers=side) for _, side in both)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 404]
    async with sessions.begin() as session:
        links = select(func.count()).where(CareLink.person_id == clinician.id)
        assert await session.scalar(links) == 1


async def test_of_many_codes_at_once_one_patient_gets_one_link(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    _, clinic_side, [(_, side)] = await people(sessions, time)
    codes = [
        (await http.post("/api/clinic/invites", json={}, headers=clinic_side)).json()["code"]
        for _ in range(8)
    ]
    answers = await asyncio.gather(
        *(http.post("/api/care-links", json={"code": code}, headers=side) for code in codes)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


@pytest.mark.parametrize("kind", list(InviteKind))
async def test_a_code_is_good_until_it_expires_and_for_its_own_purpose(
    session: AsyncSession, kind: InviteKind
) -> None:
    clinician = await a_clinician(session)
    assert clinician.clinic_id is not None
    patient = await a_patient(session)
    others = [each for each in InviteKind if each is not kind]
    for age, fits in ((timedelta(0), True), (invites.LIFE[kind], False)):
        if kind is InviteKind.PATIENT:
            code, expires_at = invites.invite_patient(session, clinician, MONDAY)
            assert expires_at == MONDAY + timedelta(days=14)
        elif kind is InviteKind.COMPANION:
            code, expires_at = invites.invite_companion(session, patient, MONDAY)
            assert expires_at == MONDAY + timedelta(days=7)
        else:
            code = await invites.invite_clinician(session, clinician.clinic_id, MONDAY)
        with pytest.raises(invites.InviteNotUsable):
            await invites.claim(session, code, *others, now=MONDAY)
        if fits:
            await invites.claim(session, code, kind, now=MONDAY + age)
        with pytest.raises(invites.InviteNotUsable):
            await invites.claim(session, code, kind, now=MONDAY + age)


async def test_guessing_codes_has_to_wait(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    _, _, [(_, side)] = await people(sessions, time)
    answers = [
        await http.post("/api/care-links", json={"code": f"ABCD-EFGH-{n:02}"}, headers=side)
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]


async def test_only_a_clinic_that_is_there_invites_clinicians(session: AsyncSession) -> None:
    from uuid import uuid4

    with pytest.raises(NotFound):
        await invites.invite_clinician(session, uuid4(), MONDAY)


async def test_what_people_do_is_in_the_audit_log_without_names_or_codes(
    app: FastAPI, http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    _, clinic_side, [(patient, patient_side)] = await people(sessions, time)
    code = (await http.post("/api/clinic/invites", json={}, headers=clinic_side)).json()["code"]
    link = await http.post("/api/care-links", json={"code": code}, headers=patient_side)
    await http.delete(f"/api/care-links/{link.json()['id']}", headers=patient_side)
    async with sessions.begin() as session:
        clinic = (await session.scalars(select(Clinic))).one()
        entries = (await session.scalars(select(AuditEntry))).all()
        assert {"care.invited", "care.granted", "care.ended", "signed.in"} <= {
            entry.action for entry in entries
        }
        secrets = [code, patient.name, patient.email, clinic.name]
        assert not any(secret in str(entry.facts) for entry in entries for secret in secrets)
