"""The lab plan over HTTP."""

import asyncio
from typing import Any

import httpx

from app.accounts.models import Scope
from app.db import Sessions
from tests.factories import (
    a_care_link,
    a_clinician,
    a_companion,
    a_patient,
    a_protocol,
    signed_in,
    some_results,
)
from tests.monitoring.test_plan import BLOOD
from tests.story_time import MONDAY

LABS = "/api/patients/me/labs"


def rule(code: str = "psa", **facts: Any) -> dict[str, Any]:
    """A rule as a clinic's form sends it, with every field."""
    return {
        "rule": code, "name": "PSA", "purpose": "blood", "markers": ["psa"], "anchor": "start",
        "of": [], "offset_days": 90, "window_before": 7, "window_after": 7, "repeat_days": 365,
        "only_if": None, "source": "The clinic's own", **facts,
    }  # fmt: skip


async def test_a_patient_sees_what_is_due_puts_it_off_and_has_it_drawn(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        stranger = await signed_in(session, await a_patient(session))
        http.headers.update(await signed_in(session, patient))
    due = (await http.get(f"{LABS}/due")).json()
    draws = {each["step"]: each for each in reversed(due["draws"])}
    baseline = draws["baseline"]
    assert baseline | {"id": "", "markers": [], "marker_names": []} == {
        "id": "", "name": "Baseline labs", "step": "baseline", "purpose": "blood",
        "due_on": "2026-11-23", "opens_on": "2026-10-24", "closes_on": "2026-11-30",
        "state": "due", "snoozed_until": None, "drawn_on": None, "done_on": None,
        "markers": [], "marker_names": [],
    }  # fmt: skip
    names = dict(zip(baseline["markers"], baseline["marker_names"], strict=True))
    assert names["igf1"] == "IGF-1"
    assert draws["week-6"]["state"] == "upcoming"
    (visit,) = (each for each in due["visits"] if each["id"] == baseline["id"])
    assert visit["draws"] == [baseline["id"]]
    assert visit["chosen"] is None
    assert (visit["markers"], visit["state"]) == (baseline["markers"], "due")
    one = f"{LABS}/{baseline['id']}"
    put_off = (await http.post(f"{one}/snooze", json={"days": 3})).json()
    assert (put_off["state"], put_off["snoozed_until"]) == ("snoozed", "2026-11-26")
    assert (await http.post(f"{one}/snooze", json={"days": 0})).status_code == 422
    drawn = (await http.post(f"{one}/drawn", json={})).json()
    assert (drawn["state"], drawn["drawn_on"]) == ("drawn", "2026-11-23")
    refused = await http.post(f"{one}/snooze")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/already-drawn")
    async with sessions.begin() as session:
        await some_results(session, patient, MONDAY.date(), *BLOOD)
    due = (await http.get(f"{LABS}/due")).json()
    (done,) = (each for each in due["draws"] if each["id"] == baseline["id"])
    assert (done["state"], done["done_on"]) == ("done", "2026-11-23")
    back = (await http.post(f"{one}/undo", json={})).json()
    assert (back["state"], back["drawn_on"]) == ("done", None), "the results are in all the same"
    foreign = await http.post(f"{one}/drawn", headers=stranger, json={})
    assert foreign.status_code == 404
    nothing = (await http.get(f"{LABS}/due", headers=stranger)).json()
    assert nothing == {"draws": [], "visits": []}


async def test_the_clinic_chooses_the_rules_and_the_patient_reads_them(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        await a_protocol(session, patient, author=clinician)
        own, theirs = await signed_in(session, patient), await signed_in(session, clinician)
    plan = f"/api/patients/{patient.id}/labs/plan"
    standing = (await http.get(plan, headers=theirs)).json()
    assert standing["default"] is True
    assert [each["rule"] for each in standing["rules"]][:3] == [
        "baseline", "baseline-psa", "week-6"
    ]  # fmt: skip
    same = await http.put(plan, json={"rules": standing["rules"]}, headers=theirs)
    assert same.json() == standing, "what is read can be sent back"
    rules = [*standing["rules"], rule(
        "six-weeks-on", anchor="dose_change", of=["androgen"], repeat_days=None, offset_days=42,
        only_if={"age_at_least": 30, "on": ["androgen"]},
    ), rule("last", anchor="last_result", offset_days=180, repeat_days=None), rule()]  # fmt: skip
    refused = await http.put(f"{LABS}/plan", json={"rules": rules}, headers=own)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/clinic-plans")
    kept = await http.put(plan, json={"rules": rules}, headers=theirs)
    assert kept.json() == {"rules": rules, "default": False, "defaults": standing["rules"]}
    assert (await http.get(f"{LABS}/plan", headers=own)).json() == kept.json()
    draws = (await http.get(f"{LABS}/due", headers=own)).json()["draws"]
    assert {"psa", "last"} <= {draw["step"] for draw in draws}


NO_RULES: list[tuple[dict[str, Any], str]] = [
    ({"rule": "Ba se"}, "rules.0.rule"),
    ({"name": ""}, "rules.0.name"),
    ({"markers": []}, "rules.0.markers"),
    ({"markers": ["kryptonite"]}, "rules.0.markers.0"),
    ({"markers": ["weight"]}, "rules.0.markers.0"),
    ({"anchor": "moon"}, "rules.0.anchor"),
    ({"of": ["wine"]}, "rules.0.of.0"),
    ({"anchor": "dose_change"}, "rules.0.of"),
    ({"offset_days": -91}, "rules.0.offset_days"),
    ({"offset_days": 3661}, "rules.0.offset_days"),
    ({"window_before": 400}, "rules.0.window_before"),
    ({"repeat_days": 14}, "rules.0.repeat_days"),
    ({"only_if": {"age_at_least": -1}}, "rules.0.only_if.age_at_least"),
    ({"source": "x" * 301}, "rules.0.source"),
]


async def test_a_rule_that_makes_no_sense_is_refused_with_its_field(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        http.headers.update(await signed_in(session, patient))
    for facts, field in NO_RULES:
        refused = await http.put(f"{LABS}/plan", json={"rules": [rule(**facts)]})
        assert refused.status_code == 422, facts
        (error,) = refused.json()["errors"]
        assert error["field"] == field
        assert error["cure"]
    assert (await http.get(f"{LABS}/plan")).json()["default"] is True


async def test_two_who_choose_the_first_plan_at_the_same_moment_both_succeed(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        http.headers.update(await signed_in(session, patient))
    asked = [{"rules": [rule(name, repeat_days=None)]} for name in ("a", "b", "c", "a")]
    answers = await asyncio.gather(*(http.put(f"{LABS}/plan", json=each) for each in asked))
    assert [each.status_code for each in answers] == [200] * 4
    chosen = (await http.get(f"{LABS}/plan")).json()["rules"]
    assert {"rules": chosen} in asked
    draws = (await http.get(f"{LABS}/due")).json()["draws"]
    assert [draw["step"] for draw in draws] == [chosen[0]["rule"]]


async def test_a_clinician_who_may_only_look_leaves_the_plan_to_the_patient(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician, scope=Scope.SEE)
        http.headers.update(await signed_in(session, patient))
    kept = await http.put(f"{LABS}/plan", json={"rules": []})
    assert kept.status_code == 200
    assert (await http.get(f"{LABS}/due")).json() == {"draws": [], "visits": []}


async def test_a_companion_sees_what_is_due_and_neither_limits_nor_dates_of_birth(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, companion = await a_patient(session), await a_companion(session)
        await a_protocol(session, patient)
        await a_care_link(session, patient, companion)
        http.headers.update(await signed_in(session, companion))
    record = f"/api/patients/{patient.id}"
    assert (await http.get(f"{record}/labs/due")).status_code == 200
    for path in ("labs/settings", "about"):
        assert (await http.get(f"{record}/{path}")).status_code == 404
