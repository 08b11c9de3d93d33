"""Flags: what a clinician should look at, computed from what is on record, stopping nothing."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.flags import Severity, flags_of
from app.db import Sessions
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
from tests.story_time import MONDAY

DAY = timedelta(days=1)
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
    assert (await flags_of(session, [patient.id], MONDAY + 364 * DAY))[patient.id] == []
    (flag,) = (await flags_of(session, [patient.id], MONDAY + 365 * DAY))[patient.id]
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
    assert (await flags_of(session, [patient.id], at - timedelta(seconds=1)))[patient.id] == []
    (flag,) = (await flags_of(session, [patient.id], at))[patient.id]
    assert (flag.code, flag.severity) == (code, Severity.AMBER)
    version.acknowledged_at, version.in_force_from = at, at.date()
    assert (await flags_of(session, [patient.id], at))[patient.id] == []


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
