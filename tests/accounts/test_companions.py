"""What a companion was let in for, and how they give it up."""

import asyncio

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts.models import CareLink, Scope
from app.audit import AuditEntry
from app.db import Sessions
from tests.factories import a_care_link, a_clinician, a_companion, a_patient, a_protocol, signed_in
from tests.story_time import Clock

Headers = dict[str, str]
OPEN = ("doses", "protocol", "calendar?month=2026-11", "adherence", "labs/due")
CONFIDENTIAL = ("screenings", "flags")


async def looks(http: httpx.AsyncClient, record: str, who: Headers) -> dict[str, int]:
    return {
        path: (await http.get(f"{record}/{path}", headers=who)).status_code
        for path in (*OPEN, *CONFIDENTIAL)
    }


async def test_screening_answers_and_flags_stay_between_a_patient_and_their_clinicians(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, friend = await a_patient(session), await a_patient(session)
        await a_protocol(session, patient)
        companion, clinician = await a_companion(session), await a_clinician(session)
        at_home, both = await a_clinician(session), await a_clinician(session)
        for person in (friend, companion):
            await a_care_link(session, patient, person)
        await a_care_link(session, patient, clinician, scope=Scope.SEE)
        await a_care_link(session, patient, at_home, companion=True)
        for _ in range(3):  # whichever of them has the smallest id
            await a_care_link(session, patient, both, companion=True)
        await a_care_link(session, patient, both, scope=Scope.SEE)
        mine, *others = [
            await signed_in(session, each, time.now)
            for each in (patient, friend, companion, at_home, clinician, both)
        ]
    record = f"/api/patients/{patient.id}"
    everything = dict.fromkeys((*OPEN, *CONFIDENTIAL), 200)
    for companions in others[:3]:
        shut = dict.fromkeys(CONFIDENTIAL, 404)
        assert await looks(http, record, companions) == everything | shut
        tried = {"id": "7f6c1f0e-7f6c-4f0e-8f6c-7f6c1f0e7f6c", "answers": {}}
        answer = await http.post(f"{record}/screenings", json=tried, headers=companions)
        assert answer.status_code == 403
    for clinicians in others[3:]:
        assert await looks(http, record, clinicians) == everything
    assert await looks(http, record, mine) == everything | {"flags": 404}
    listed = (await http.get("/api/care/patients", headers=others[-1])).json()["patients"]
    assert [each["id"] for each in listed] == [str(patient.id)]  # once, whatever the links
    # What was refused is no look: nobody reads in their log that a companion saw their answers.
    log = (await http.get("/api/me/access-log?limit=500", headers=mine)).json()["entries"]
    seen = {entry["what"] for entry in log if entry["role"] in {"companion", "patient"}}
    assert "looked at your doses" in seen
    assert not {what for what in seen if "screening" in what or "attention" in what}


async def test_a_companion_gives_up_looking_and_the_patient_reads_it(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, companion = await a_patient(session), await a_companion(session, name="Sam")
        other, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, companion)
        await a_care_link(session, other, companion)
        await a_care_link(session, patient, clinician)
        mine, theirs, clinic = [
            await signed_in(session, each, time.now) for each in (patient, companion, clinician)
        ]
    address = f"/api/care/patients/{patient.id}"
    assert (await http.delete(address, headers=clinic)).status_code == 404
    assert (await http.delete(address, headers=mine)).status_code == 404
    for _ in range(2):
        assert (await http.delete(address, headers=theirs)).status_code == 204
    assert (await http.get(f"/api/patients/{patient.id}/doses", headers=theirs)).status_code == 404
    assert (await http.get(f"/api/patients/{other.id}/doses", headers=theirs)).status_code == 200
    assert (await http.get(f"/api/patients/{patient.id}/doses", headers=clinic)).status_code == 200
    [left] = [
        entry
        for entry in (await http.get("/api/me/access-log", headers=mine)).json()["entries"]
        if entry["action"] == "companion.left"
    ]
    assert (left["who"], left["what"]) == (
        "Sam", "stopped being a companion and can look at your record no more",
    )  # fmt: skip
    async with sessions.begin() as session:
        of_patient = CareLink.patient_id == patient.id
        link = await session.scalar(
            select(CareLink).where(of_patient, CareLink.person_id == companion.id)
        )
        assert link is not None
        assert (link.ended_at, link.ended_by) == (time.now, companion.id)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_link_that_both_end_at_once_is_ended_once(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, companion = await a_patient(session), await a_companion(session)
        link = await a_care_link(session, patient, companion)
        mine = await signed_in(session, patient, time.now)
        theirs = await signed_in(session, companion, time.now)
    answers = await asyncio.gather(
        http.delete(f"/api/care-links/{link.id}", headers=mine),
        http.delete(f"/api/care/patients/{patient.id}", headers=theirs),
    )
    assert [answer.status_code for answer in answers] == [204, 204]
    async with sessions.begin() as session:
        ends = select(func.count()).where(
            AuditEntry.action.in_(["care.ended", "companion.left"]),
            AuditEntry.patient_id == patient.id,
        )
        assert await session.scalar(ends) == 1
