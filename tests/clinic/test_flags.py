"""Flags: what a clinician should look at, computed from what is on record, stopping nothing."""

from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import ClinicActor
from app.accounts.models import Person, Scope
from app.audit import AuditEntry
from app.clinic.flags import STAYS, Flag, Severity, flags_of
from app.clinic.listing import Wanted
from app.clinic.panel import panel
from app.db import Sessions
from app.monitoring.levels import signal_id
from app.monitoring.models import FlagSeen
from app.protocols.models import Version
from app.protocols.screening import override
from tests.factories import (
    a_care_link,
    a_clinician,
    a_companion,
    a_line,
    a_patient,
    a_protocol,
    a_screening,
    signed_in,
)
from tests.monitoring.rows import a_result
from tests.story_time import MONDAY, Clock

DAY = timedelta(days=1)
OF_DOSES = {"misses_in_row", "labs_overdue", "unreachable"}
"""What time alone brings up in these stories; tests/clinic/test_dose_flags.py has it."""


async def other_flags(session: AsyncSession, patient: Person, now: datetime) -> list[Flag]:
    found = (await flags_of(session, [patient.id], now))[patient.id]
    return [flag for flag in found if flag.code not in OF_DOSES]


ANASTROZOLE = a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg")


async def test_a_yes_is_red_until_a_clinician_decides_and_stays_visible_then(
    session: AsyncSession,
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    given = await a_screening(session, patient, active_malignancy="yes")
    (flag,) = (await flags_of(session, [patient.id], MONDAY + DAY))[patient.id]
    assert (flag.code, flag.severity, flag.since) == ("screening_yes", Severity.RED, MONDAY)
    assert "Do you have cancer now" in flag.text
    assert not flag.overridden
    await override(session, patient.id, given, clinician, "in remission", MONDAY + DAY)
    (flag,) = (await flags_of(session, [patient.id], MONDAY + 2 * DAY))[patient.id]
    assert (flag.code, flag.severity, flag.overridden) == ("screening_yes", Severity.AMBER, True)


async def test_an_unsure_is_red_too_and_goes_when_the_patient_knows(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_screening(session, patient, severe_diabetic_retinopathy="unsure")
    (flag,) = (await flags_of(session, [patient.id], MONDAY))[patient.id]
    assert (flag.code, flag.severity) == ("screening_unsure", Severity.RED)
    await a_screening(session, patient, now=MONDAY + DAY)
    assert (await flags_of(session, [patient.id], MONDAY + DAY))[patient.id] == []


async def test_the_questions_are_due_only_while_a_peptide_runs(session: AsyncSession) -> None:
    patient, other = await a_patient(session), await a_patient(session)
    later = await a_patient(session)
    await a_protocol(session, patient)
    await a_protocol(session, other, ANASTROZOLE)
    await a_protocol(session, later, first=(MONDAY + DAY).date())
    found = await flags_of(session, [patient.id, other.id, later.id], MONDAY)
    assert found[later.id] == [], "it only waits for its night"
    assert [flag.code for flag in found[patient.id]] == ["screening_due"]
    assert found[other.id] == []
    await a_screening(session, patient)
    assert await other_flags(session, patient, MONDAY + 364 * DAY) == []
    (flag,) = await other_flags(session, patient, MONDAY + 365 * DAY)
    assert (flag.code, flag.severity, flag.since) == (
        "screening_due", Severity.AMBER, MONDAY + 365 * DAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "hours", "code"),
    [
        ({"at_once": True}, 48, "at_once_unseen"),
        ({"in_force_from": None}, 7 * 24, "proposal_waiting"),
    ],
    ids=["a change at once", "a proposal"],
)
async def test_what_the_patient_should_have_looked_at(
    session: AsyncSession, facts: dict[str, object], hours: int, code: str
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_protocol(session, patient, ANASTROZOLE, author=clinician)
    (version,) = await session.scalars(select(Version))
    for name, value in facts.items():
        setattr(version, name, value)
    at = MONDAY + timedelta(hours=hours)
    assert await other_flags(session, patient, at - timedelta(seconds=1)) == []
    (flag,) = await other_flags(session, patient, at)
    assert (flag.code, flag.severity) == (code, Severity.AMBER)
    version.acknowledged_at, version.in_force_from = at, at.date()
    assert await other_flags(session, patient, at) == []


async def test_flags_are_for_the_patients_clinicians_alone(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        partner, stranger = await a_companion(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        await a_care_link(session, patient, partner)
        await a_protocol(session, patient)
        await a_screening(session, patient, active_malignancy="yes")
        people = [await signed_in(session, who) for who in (patient, partner, stranger)]
        side = await signed_in(session, clinician)
    path = f"/api/patients/{patient.id}/flags"
    for headers in people:
        assert (await http.get(path, headers=headers)).status_code == 404
    (flag,) = (await http.get(path, headers=side)).json()["flags"]
    assert (flag["code"], flag["severity"], flag["overridden"]) == ("screening_yes", "red", False)
    assert "reminders go on" in flag["text"]
    (row,) = (await http.get("/api/clinic/patients", headers=side)).json()["patients"]
    assert row["flags"] == 1


async def test_a_result_that_asks_for_a_look_is_a_flag_until_somebody_has_looked(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session, name="Dr Clay")
        await a_care_link(session, patient, clinician)
        await a_protocol(session, patient, ANASTROZOLE)
        row = await a_result(session, patient, "hematocrit", "55", MONDAY - DAY)
        side = await signed_in(session, clinician)
    path = f"/api/patients/{patient.id}/flags"
    [flag] = (await http.get(path, headers=side)).json()["flags"]
    assert flag == {
        "code": "hematocrit_red", "severity": "red", "since": flag["since"],
        "text": "Hematocrit 55.0 %: at or above 54.0 %.", "overridden": False,
        "id": str(signal_id(row.id, "hematocrit_red")), "observation_id": str(row.id),
        "seen": None, "source": flag["source"], "rule": "hematocrit_red",
        "subject": str(signal_id(row.id, "hematocrit_red")),
        "opened_at": "2026-11-23T12:00:00Z", "closed_at": None, "task": None, "before": [],
    }  # fmt: skip
    assert "Endocrine Society 2018" in flag["source"]
    address = f"{path}/{flag['id']}/acknowledge"
    seen = (await http.post(address, json={"note": " Called. "}, headers=side)).json()
    assert seen["overridden"] is True
    assert (seen["seen"]["by"], seen["seen"]["note"]) == ("Dr Clay", "Called.")
    time.advance(minutes=10)
    again = (await http.post(address, json={"note": "Twice."}, headers=side)).json()
    assert again == seen, "a repeat changes nothing"
    [row_of_panel] = (await http.get("/api/clinic/patients", headers=side)).json()["patients"]
    assert row_of_panel["flags"] == 0
    async with sessions.begin() as session:
        notes = select(AuditEntry).where(AuditEntry.action == "flag.acknowledged")
        [entry] = (await session.scalars(notes)).all()
        assert entry.facts == {"flag": flag["id"], "observation": str(row.id)}
        assert (entry.actor_id, entry.patient_id) == (clinician.id, patient.id)


async def test_an_acknowledged_flag_stays_for_28_days_and_then_goes(session: AsyncSession) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    link = await a_care_link(session, patient, clinician)
    assert link.clinic_id is not None
    row = await a_result(session, patient, "psa", "6", MONDAY - DAY)
    session.add(FlagSeen(
        patient_id=patient.id, id=signal_id(row.id, "psa_level"), observation_id=row.id,
        rule="psa_level", seen_by=clinician.id, seen_at=MONDAY,
    ))  # fmt: skip
    await session.flush()
    last = MONDAY + STAYS - timedelta(seconds=1)
    [flag] = (await flags_of(session, [patient.id], last))[patient.id]
    assert (flag.code, flag.overridden) == ("psa_level", True)
    actor = ClinicActor(clinician, link.clinic_id)
    [shown] = (await panel(session, actor, Wanted(), last)).rows
    assert shown.seen.flags == 0
    assert (await flags_of(session, [patient.id], MONDAY + STAYS))[patient.id] == []


async def test_the_gravest_flag_comes_first_and_a_warning_sign_before_all(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    for code, number in (("estradiol", "50"), ("systolic", "150"), ("hematocrit", "56"),
                         ("chest_pain", "1")):  # fmt: skip
        await a_result(session, patient, code, number, MONDAY - DAY)
    found = (await flags_of(session, [patient.id], MONDAY))[patient.id]
    assert [flag.severity for flag in found] == [
        Severity.EMERGENCY, Severity.RED, Severity.RED, Severity.AMBER, Severity.INFO,
    ]  # fmt: skip
    assert found[0].code == "blood_clot"


async def test_only_a_clinician_who_may_change_things_acknowledges(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, other = await a_patient(session), await a_patient(session)
        change, see = await a_clinician(session), await a_clinician(session)
        partner = await a_companion(session)
        await a_care_link(session, patient, change)
        await a_care_link(session, patient, see, scope=Scope.SEE)
        await a_care_link(session, patient, partner)
        await a_care_link(session, other, change)
        row = await a_result(session, patient, "hematocrit", "55", MONDAY - DAY)
        void = await a_result(session, patient, "hematocrit", "55", MONDAY - 2 * DAY)
        void.voided_at = MONDAY
        people = [await signed_in(session, who) for who in (change, see, partner, patient)]
    flag = signal_id(row.id, "hematocrit_red")
    gone = signal_id(void.id, "hematocrit_red")
    path = f"/api/patients/{patient.id}/flags"
    answers = [
        (await http.post(f"{path}/{flag}/acknowledge", json={}, headers=who)).status_code
        for who in people
    ]
    assert answers == [200, 403, 403, 404]
    for wrong in (f"{path}/{uuid4()}", f"{path}/{gone}", f"/api/patients/{other.id}/flags/{flag}"):
        answer = await http.post(f"{wrong}/acknowledge", json={}, headers=people[0])
        assert answer.status_code == 404, wrong
    long = {"note": "x" * 501}
    answer = await http.post(f"{path}/{flag}/acknowledge", json=long, headers=people[0])
    assert answer.status_code == 422
