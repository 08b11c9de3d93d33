"""The protocol over HTTP, as a patient's phone and a clinician's program use it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from app.db import Sessions
from app.protocols.models import Plan
from tests.factories import a_care_link, a_clinician, a_patient, signed_in
from tests.story_time import Clock

LINE = {
    "medicine": "cjc1295_ipamorelin",
    "form": "no_dac",
    "route": "subcutaneous",
    "amount": {"value": "250.0", "unit": "ug"},
    "recurrence": {"weekdays": [1, 2, 3, 4, 5], "times": ["bedtime"]},
}


async def test_a_patient_writes_down_a_protocol_pauses_it_and_stops_it(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        headers = await signed_in(session, patient)
    http.headers.update(headers)
    empty = await http.get("/api/patients/me/protocol")
    assert empty.json() == {"current": None, "versions": []}

    made = await http.post("/api/patients/me/protocol/versions", json={"lines": [LINE]})
    assert made.status_code == 201, made.text
    version = made.json()
    (line,) = version["lines"]
    assert version["author"] == {"id": str(patient.id), "name": patient.name, "role": "patient"}
    assert line["amount"] == {"value": "250", "unit": "ug"}
    assert line["schedule_text"] == "Monday to Friday, at bedtime"
    assert line["name"] == "CJC-1295 / ipamorelin"
    assert line["recurrence"] == {
        "weekdays": [1, 2, 3, 4, 5],
        "every": 1,
        "weeks_on": 1,
        "weeks_off": 0,
        "first": "2026-11-23",
        "last": None,
        "times": ["bedtime"],
    }
    assert (line["window_minutes"], line["on_time_minutes"]) == (None, 120)
    assert line["ladder"] == [0, 20, 60, -30]
    again = await http.post("/api/patients/me/protocol/versions", json={"lines": [LINE]})
    assert again.json() == version
    async with sessions() as session:
        assert await session.scalar(select(Plan.next_at)) == time.now
        await session.rollback()

    doses = (await http.get("/api/patients/me/doses")).json()["doses"]
    assert [dose["due_local"] for dose in doses] == ["22:30"] * 10

    path = f"/api/patients/me/protocol/lines/{line['id']}"
    held = await http.post(f"{path}/hold", json={"reason": "Travelling"})
    assert held.json()["lines"][0]["hold"] == {
        "since": "2026-11-23",
        "until": None,
        "reason": "Travelling",
    }
    doses = (await http.get("/api/patients/me/doses")).json()["doses"]
    assert {dose["state"] for dose in doses} == {"held"}
    resumed = await http.post(f"{path}/resume", json={})
    assert resumed.json()["lines"][0]["hold"] is None
    refused = await http.post(f"{path}/stop", json={"reason": ""})
    assert refused.status_code == 422
    stopped = await http.post(f"{path}/stop", json={"reason": "Finished"})
    assert (stopped.json()["number"], stopped.json()["lines"]) == (2, [])
    assert (await http.get("/api/patients/me/doses")).json()["doses"] == []
    protocol = (await http.get("/api/patients/me/protocol")).json()
    assert [(each["number"], each["reason"]) for each in protocol["versions"]] == [
        (2, "Finished"),
        (1, ""),
    ]


async def test_a_clinician_changes_the_dose_and_the_patient_acknowledges(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        stranger = await signed_in(session, await a_clinician(session, name="Dr Other"))
        own, theirs = await signed_in(session, patient), await signed_in(session, clinician)
    protocol = f"/api/patients/{patient.id}/protocol"
    unseen = await http.get(protocol, headers=stranger)
    assert unseen.status_code == 404
    made = await http.post(f"{protocol}/versions", json={"lines": [LINE]}, headers=theirs)
    assert made.json()["acknowledged_at"] is None
    line = made.json()["lines"][0]["id"]
    hold = f"/api/patients/me/protocol/lines/{line}/hold"
    refused = await http.post(hold, json={"reason": "I want to"}, headers=own)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/clinic-decides")
    alien = await http.post(f"{protocol}/versions/1/acknowledge", json={}, headers=theirs)
    assert alien.status_code == 403
    seen = await http.post("/api/patients/me/protocol/versions/1/acknowledge", headers=own)
    assert seen.json()["acknowledged_at"] == "2026-11-23T12:00:00Z"
    none = await http.post("/api/patients/me/protocol/versions/9/acknowledge", headers=own)
    assert none.status_code == 404
    nowhere = await http.post(
        f"{protocol}/lines/{uuid4()}/hold", json={"reason": "x"}, headers=theirs
    )
    assert nowhere.status_code == 404


async def test_a_refusal_names_the_field_and_the_cure(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        http.headers.update(await signed_in(session, await a_patient(session)))

    async def refusal(**changes: Any) -> dict[str, Any]:
        answer = await http.post(
            "/api/patients/me/protocol/versions", json={"lines": [LINE | changes]}
        )
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return dict(answer.json())

    slip = await refusal(amount={"value": "250", "unit": "mg"})
    assert slip["type"] == "/problems/unit-slip"
    (error,) = slip["errors"]
    assert error["field"] == "lines.0.amount"
    assert "Did you mean 250 mcg?" in error["problem"]
    assert (await refusal(form=None))["type"] == "/problems/form-required"
    assert await refusal(recurrence={"first": "9999-12-31"})
    assert await refusal(recurrence={"every": 10**400})
    assert await refusal(amount={"value": "1\u0000", "unit": "ug"})


async def test_medicines_and_templates_are_for_people_who_are_signed_in(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    assert (await http.get("/api/medicines")).status_code == 401
    async with sessions.begin() as session:
        http.headers.update(await signed_in(session, await a_patient(session)))
    medicines = {
        each["code"]: each for each in (await http.get("/api/medicines")).json()["medicines"]
    }
    assert medicines["testosterone_cypionate"]["schedule"] == "CIII"
    assert medicines["cjc1295_ipamorelin"]["form_required"]
    assert medicines["tirzepatide"]["window_minutes"] == 96 * 60
    templates = (await http.get("/api/protocol-templates")).json()["templates"]
    lines = [line for template in templates for line in template["lines"]]
    assert {line["medicine"] for line in lines} <= set(medicines)
    assert all("amount" not in line and line["form"] is None for line in lines)


async def test_of_two_changes_at_once_one_is_kept_and_the_other_told_to_reload(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    """SQLite has one connection, so there the two follow each other and both are kept."""
    async with sessions.begin() as session:
        http.headers.update(await signed_in(session, await a_patient(session)))
    drafts = [{"lines": [LINE], "reason": reason} for reason in ("One", "Two", "Three")]
    answers = await asyncio.gather(
        *(http.post("/api/patients/me/protocol/versions", json=draft) for draft in drafts)
    )
    kept = [answer.json()["number"] for answer in answers if answer.status_code == 201]
    refused = [answer.json()["type"] for answer in answers if answer.status_code != 201]
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert kept
    assert set(refused) <= {"/problems/version-conflict"}
    protocol = (await http.get("/api/patients/me/protocol")).json()
    assert len(protocol["versions"]) == len(kept)
