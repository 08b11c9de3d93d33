"""Goals, limits and timing that a clinic chooses; and date of birth and sex, told once."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry
from app.db import Sessions
from app.monitoring.models import LabSettings
from app.monitoring.plan import materialise
from app.monitoring.settings import MonitoringSettings, settings_of, settings_of_all
from app.monitoring.signals import signals_of
from tests.databases import ROOT
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY

LIMITS, ABOUT = "/api/patients/me/labs/settings", "/api/patients/me/about"
DEFAULT = {
    "timing": "mid_interval", "biotin_hours": 72, "hematocrit_amber": "52",
    "hematocrit_red": "54", "testosterone": {"low": "350", "high": "600"},
    "estradiol": {"low": "20", "high": "30"}, "low_adherence": "0.8", "psa": None,
    "fat_change_kg": "0.76", "lean_change_kg": "0.83", "protein": None,
}  # fmt: skip


def test_the_form_of_the_clinic_names_these_defaults() -> None:
    form = ROOT / "frontend/src/screens/clinic/limits.json"
    assert json.loads(form.read_text(encoding="utf-8")) == DEFAULT


async def test_what_is_not_chosen_has_its_default_and_what_is_chosen_stays(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        own, theirs = await signed_in(session, patient), await signed_in(session, clinician)
    record = f"/api/patients/{patient.id}/labs/settings"
    assert (await http.get(LIMITS, headers=own)).json() == DEFAULT
    chosen = {"timing": "trough", "estradiol": {"low": "18.5", "high": "28"}, "psa": True}
    for _ in range(2):
        kept = await http.put(record, json=chosen, headers=theirs)
        assert (kept.status_code, kept.json()) == (200, DEFAULT | chosen)
    assert (await http.get(LIMITS, headers=own)).json() == DEFAULT | chosen
    refused = await http.put(LIMITS, json={}, headers=own)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/clinic-plans")
    assert (await http.put(record, json={}, headers=theirs)).json() == DEFAULT
    async with sessions.begin() as session:
        row = await session.get_one(LabSettings, patient.id)
        assert row.chosen == {}, "only what differs is kept, so that a better default holds"
        entries = select(AuditEntry).where(AuditEntry.action == "labs.limits_set")
        noted = (await session.scalars(entries)).all()
        assert [entry.actor_id for entry in noted] == [clinician.id] * 2
        assert all(not entry.facts for entry in noted)


NO_LIMITS: list[tuple[dict[str, Any], str]] = [
    ({"timing": "whenever"}, "timing"),
    ({"biotin_hours": 169}, "biotin_hours"),
    ({"hematocrit_amber": "54"}, "hematocrit_amber"),
    ({"hematocrit_red": "-1"}, "hematocrit_red"),
    ({"hematocrit_amber": "0.52"}, "hematocrit_amber"),
    ({"hematocrit_red": "540"}, "hematocrit_red"),
    ({"testosterone": {"low": "12", "high": "99999"}}, "testosterone.high"),
    ({"estradiol": {"low": "31", "high": "30"}}, "estradiol.low"),
    ({"testosterone": {"low": "1"}}, "testosterone.high"),
    ({"protein": {"low": "2.2", "high": "1.6"}}, "protein.low"),
    ({"low_adherence": "1.1"}, "low_adherence"),
    ({"fat_change_kg": "NaN"}, "fat_change_kg"),
    ({"fat_change_kg": "0.00001"}, "fat_change_kg"),
    ({"mood": 3}, "mood"),
]


async def test_limits_that_make_no_sense_are_refused_and_change_nothing(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        http.headers.update(await signed_in(session, await a_patient(session)))
    for chosen, field in NO_LIMITS:
        refused = await http.put(LIMITS, json=chosen)
        assert refused.status_code == 422, chosen
        (error,) = refused.json()["errors"]
        assert error["field"] == field
    assert (await http.get(LIMITS)).json() == DEFAULT


async def test_the_clinics_word_about_psa_is_above_the_age(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        http.headers.update(await signed_in(session, patient))

    async def asked() -> bool:
        draws = (await http.get("/api/patients/me/labs/due")).json()["draws"]
        return any("psa" in draw["markers"] for draw in draws)

    assert not await asked()
    await http.put(LIMITS, json={"psa": True})
    assert await asked()
    await http.put(LIMITS, json={})
    told = await http.put(ABOUT, json={"born_on": "1980-02-29", "sex": "male"})
    assert (told.status_code, told.json()) == (200, {"born_on": "1980-02-29", "sex": "male"})
    assert await asked()
    await http.put(LIMITS, json={"psa": False})
    assert not await asked()


async def test_a_date_of_birth_is_told_corrected_and_taken_back(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        own, theirs = await signed_in(session, patient), await signed_in(session, clinician)
    assert (await http.get(ABOUT, headers=own)).json() == {"born_on": None, "sex": None}
    told = {"born_on": "1985-04-01", "sex": "female"}
    for _ in range(2):
        assert (await http.put(ABOUT, json=told, headers=own)).json() == told
    corrected = told | {"born_on": "1984-04-01"}
    answer = await http.put(f"/api/patients/{patient.id}/about", json=corrected, headers=theirs)
    assert answer.json() == corrected
    assert (await http.get(ABOUT, headers=own)).json() == corrected
    nothing = {"born_on": None, "sex": None}
    assert (await http.put(ABOUT, json=nothing, headers=own)).json() == nothing
    async with sessions.begin() as session:
        noted = select(AuditEntry.actor_id).where(AuditEntry.action == "about.told")
        assert Counter(await session.scalars(noted)) == {patient.id: 2, clinician.id: 1}


NO_BIRTHS: list[tuple[dict[str, Any], str]] = [
    ({"born_on": "1899-12-31", "sex": None}, "born_on"),
    ({"born_on": "2026-11-24", "sex": None}, "born_on"),
    ({"born_on": "yesterday", "sex": None}, "born_on"),
    ({"born_on": None, "sex": "unknown"}, "sex"),
    ({"born_on": None}, "sex"),
    ({"born_on": None, "sex": None, "name": "x"}, "name"),
]


async def test_what_is_no_date_of_birth_is_refused(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        http.headers.update(await signed_in(session, await a_patient(session)))
    for told, field in NO_BIRTHS:
        refused = await http.put(ABOUT, json=told)
        assert refused.status_code == 422, told
        (error,) = refused.json()["errors"]
        assert error["field"] == field
    for edge in ("1900-01-01", "2026-11-23"):
        kept = await http.put(ABOUT, json={"born_on": edge, "sex": None})
        assert kept.status_code == 200


async def test_settings_of_an_older_shape_keep_what_is_still_known(
    session: AsyncSession,
) -> None:
    """Neither the patient's own labs nor their clinic's whole panel may stop for them."""
    patient = await a_patient(session)
    await a_protocol(session, patient)
    session.add(LabSettings(
        patient_id=patient.id, edited_by=patient.id, edited_at=MONDAY,
        chosen={
            "hematocrit_amber": "51", "timing": "at_noon", "lab": "Old", "estradiol": {"low": "1"},
        },
    ))  # fmt: skip
    await session.flush()
    expected = MonitoringSettings(hematocrit_amber=Decimal(51))
    assert await settings_of(session, patient.id) == expected
    assert await settings_of_all(session, [patient.id]) == {patient.id: expected}
    await materialise(session, patient.id, MONDAY)
    assert await signals_of(session, [patient.id], MONDAY) == {patient.id: []}
