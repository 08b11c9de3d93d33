"""The lab plan over HTTP."""

import asyncio
from typing import Any

import httpx

from app.accounts.models import Scope
from app.db import Sessions
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol, signed_in


async def test_a_patient_sees_what_is_due_puts_it_off_and_has_it_drawn(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        stranger = await signed_in(session, await a_patient(session))
        http.headers.update(await signed_in(session, patient))
    labs = "/api/patients/me/labs"
    draws = (await http.get(f"{labs}/due")).json()["draws"]
    assert [(each["name"], each["state"]) for each in draws[:2]] == [
        ("Baseline labs", "due"),
        ("Week 6 labs", "upcoming"),
    ]
    assert "IGF-1" in draws[0]["markers"]
    one = f"{labs}/{draws[0]['id']}"
    put_off = (await http.post(f"{one}/snooze", json={"days": 3})).json()
    assert (put_off["state"], put_off["snoozed_until"]) == ("snoozed", "2026-11-26")
    assert (await http.post(f"{one}/snooze", json={"days": 0})).status_code == 422
    drawn = (await http.post(f"{one}/drawn", json={})).json()
    assert (drawn["state"], drawn["drawn_on"]) == ("drawn", "2026-11-23")
    refused = await http.post(f"{one}/snooze")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/already-drawn")
    back = (await http.post(f"{one}/undo", json={})).json()
    assert back["state"] == "snoozed"
    foreign = await http.post(f"{one}/drawn", headers=stranger, json={})
    assert foreign.status_code == 404
    assert (await http.get(f"{labs}/due", headers=stranger)).json() == {"draws": []}


async def test_the_clinic_chooses_the_steps_and_the_patient_reads_them(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        await a_protocol(session, patient, author=clinician)
        own, theirs = await signed_in(session, patient), await signed_in(session, clinician)
    plan = f"/api/patients/{patient.id}/labs/plan"
    steps = (await http.get(plan, headers=theirs)).json()["steps"]
    assert [step["step"] for step in steps] == ["baseline", "week-6", "week-12", "half-yearly"]
    steps.append(
        {"step": "psa", "name": "PSA", "offset_days": 90, "repeat_days": 365, "markers": ["PSA"]}
    )
    refused = await http.put("/api/patients/me/labs/plan", json={"steps": steps}, headers=own)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/clinic-plans")
    kept = await http.put(plan, json={"steps": steps}, headers=theirs)
    assert kept.json() == {"steps": steps}
    draws = (await http.get("/api/patients/me/labs/due", headers=own)).json()["draws"]
    assert "psa" in [draw["step"] for draw in draws]
    wrong = await http.put(plan, json={"steps": [steps[0] | {"step": "Ba se"}]}, headers=theirs)
    assert wrong.status_code == 422


async def test_two_who_choose_the_first_plan_at_the_same_moment_both_succeed(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        http.headers.update(await signed_in(session, patient))

    def one(name: str) -> dict[str, Any]:
        step = {"step": name, "name": name, "offset_days": 90, "markers": ["PSA"]}
        return {"steps": [step | {"repeat_days": None}]}

    plan, asked = "/api/patients/me/labs/plan", [one("a"), one("b"), one("c"), one("a")]
    answers = await asyncio.gather(*(http.put(plan, json=each) for each in asked))
    assert [each.status_code for each in answers] == [200] * 4
    assert (await http.get(plan)).json() in asked
    draws = (await http.get("/api/patients/me/labs/due")).json()["draws"]
    assert [draw["step"] for draw in draws] == [(await http.get(plan)).json()["steps"][0]["step"]]


async def test_a_clinician_who_may_only_look_leaves_the_plan_to_the_patient(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician, scope=Scope.SEE)
        http.headers.update(await signed_in(session, patient))
    kept = await http.put("/api/patients/me/labs/plan", json={"steps": []})
    assert kept.status_code == 200
