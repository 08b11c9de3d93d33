"""The protocol over HTTP, as a patient's phone and a clinician's program use it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from app.db import Sessions
from app.protocols.models import Plan
from tests.factories import a_care_link, a_clinician, a_patient, a_screening, signed_in
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
        await a_screening(session, patient)
        headers = await signed_in(session, patient)
    http.headers.update(headers)
    empty = await http.get("/api/patients/me/protocol")
    assert empty.json() == {"current": None, "proposed": None, "versions": [], "warnings": []}

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
        "per_week": None,
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
    hold = held.json()["lines"][0]["hold"]
    assert hold == {
        "id": hold["id"],
        "since": "2026-11-23",
        "until": None,
        "reason": "Travelling",
        "author": version["author"],
        "resumed_at": None,
        "resumed_by": None,
    }
    doses = (await http.get("/api/patients/me/doses")).json()["doses"]
    assert {dose["state"] for dose in doses} == {"held"}
    resumed = await http.post(f"{path}/resume", json={})
    (line,) = resumed.json()["lines"]
    assert line["hold"] is None
    (ended,) = line["holds"]
    assert (ended["id"], ended["until"]) == (hold["id"], "2026-11-23")
    assert (ended["resumed_at"], ended["resumed_by"]) == (
        "2026-11-23T12:00:00Z",
        version["author"],
    )
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
        await a_screening(session, patient)
        await a_care_link(session, patient, clinician)
        stranger = await signed_in(session, await a_clinician(session, name="Dr Other"))
        own, theirs = await signed_in(session, patient), await signed_in(session, clinician)
    protocol = f"/api/patients/{patient.id}/protocol"
    unseen = await http.get(protocol, headers=stranger)
    assert unseen.status_code == 404
    draft = {"lines": [LINE], "overrides": [{"code": "baseline_labs_missing", "reason": "Drawn"}]}
    made = await http.post(f"{protocol}/versions", json=draft, headers=theirs)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["acknowledged_at"]) == ("proposed", None)
    line = made.json()["lines"][0]["id"]
    alien = await http.post(f"{protocol}/versions/1/acknowledge", json={}, headers=theirs)
    assert alien.status_code == 403
    seen = await http.post("/api/patients/me/protocol/versions/1/acknowledge", headers=own)
    assert seen.json()["acknowledged_at"] == "2026-11-23T12:00:00Z"
    assert (seen.json()["state"], seen.json()["in_force_from"]) == ("in_force", "2026-11-23")
    hold = f"/api/patients/me/protocol/lines/{line}/hold"
    refused = await http.post(hold, json={"reason": "I want to"}, headers=own)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/clinic-decides")
    none = await http.post("/api/patients/me/protocol/versions/9/acknowledge", headers=own)
    assert none.status_code == 404
    nowhere = await http.post(
        f"{protocol}/lines/{uuid4()}/hold", json={"reason": "x"}, headers=theirs
    )
    assert nowhere.status_code == 404


async def test_a_preview_says_what_would_change_and_saves_nothing(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_screening(session, patient)
        http.headers.update(await signed_in(session, patient))
    versions = "/api/patients/me/protocol/versions"
    first = (await http.post(versions, json={"lines": [LINE]})).json()
    less = LINE | {"id": first["lines"][0]["id"], "amount": {"value": "100", "unit": "ug"}}
    preview = await http.post(f"{versions}/preview", json={"lines": [less], "based_on": 1})
    assert preview.status_code == 200, preview.text
    (change,) = preview.json()["changes"]
    assert change == {
        "kind": "changed",
        "line_id": less["id"],
        "name": "CJC-1295 / ipamorelin, without DAC",
        "text": "CJC-1295 / ipamorelin, without DAC 250 mcg → 100 mcg, Monday to Friday, from "
        "Monday night",
    }
    slip = LINE | {"amount": {"value": "250", "unit": "mg"}}
    for body, status in (
        ({"lines": [slip]}, 422),
        ({"lines": [LINE], "based_on": 9}, 409),
        ({"lines": []}, 422),
        ({"lines": [LINE], "based_on": 10**30}, 422),
    ):
        assert (await http.post(f"{versions}/preview", json=body)).status_code == status, body
    assert len((await http.get("/api/patients/me/protocol")).json()["versions"]) == 1
    assert (await http.get(f"{versions}/1")).json()["number"] == 1
    for path in (f"{versions}/2", f"{versions}/2/difference", f"{versions}/1/difference?from=2"):
        assert (await http.get(path)).status_code == 404
    assert (await http.get(f"{versions}/1/difference?from={10**40}")).status_code == 422
    assert (await http.get(f"{versions}/1/difference?from=1")).json()["changes"] == []
    new = (await http.get(f"{versions}/1/difference")).json()
    assert (new["from"], new["to"], new["changes"][0]["kind"]) == (None, 1, "added")


async def test_a_line_says_its_next_step_and_the_next_turn_of_its_cycle(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_screening(session, patient)
        http.headers.update(await signed_in(session, patient))
    line = LINE | {
        "steps": [{"from": "2026-11-27", "amount": {"value": "300", "unit": "ug"}}],
        "recurrence": {"weeks_on": 1, "weeks_off": 1},
        "min_gap_minutes": 1200,
        "min_gap_source": "Clinic rule 4",
    }
    made = await http.post("/api/patients/me/protocol/versions", json={"lines": [line]})
    assert made.status_code == 201, made.text
    (out,) = made.json()["lines"]
    assert out["amount"] == {"value": "250", "unit": "ug"}
    assert out["steps"] == [{"from": "2026-11-27", "amount": {"value": "300", "unit": "ug"}}]
    assert out["next_step"] == out["steps"][0] | {
        "text": "Next step Friday: 300 mcg instead of 250 mcg"
    }
    assert (out["next_turn"]["night"], out["next_turn"]["kind"]) == ("2026-11-30", "pause_begins")
    assert (out["min_gap_minutes"], out["min_gap_source"]) == (1200, "Clinic rule 4")


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
        patient = await a_patient(session)
        await a_screening(session, patient)
        http.headers.update(await signed_in(session, patient))
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
