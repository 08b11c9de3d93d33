"""A line pauses, goes on, or ends; the nights before stay as they were."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.problems import Invalid, NotFound
from app.protocols.holds import AlreadyHeld, hold, holds_of, resume, stop
from app.protocols.models import Hold
from app.protocols.versions import (
    ClinicDecides,
    Draft,
    current_of,
    enter_version,
    terms_of,
    versions_of,
)
from app.schedule import A_DAY
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol, a_screening
from tests.story_time import MONDAY, Clock

TONIGHT = MONDAY.date()


async def pause(
    session: AsyncSession,
    patient: Person,
    line: UUID,
    *,
    by: Person | None = None,
    since: date | None = None,
    until: date | None = None,
    reason: str = "Unwell",
) -> Hold:
    return await hold(
        session,
        patient.id,
        line,
        by or patient,
        since=since,
        until=until,
        reason=reason,
        now=MONDAY,
    )


async def test_a_hold_begins_tonight_and_twice_is_once(session: AsyncSession) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    first = await pause(session, patient, line)
    assert (first.since, first.until) == (TONIGHT, None)
    assert (await pause(session, patient, line)).id == first.id
    with pytest.raises(AlreadyHeld):
        await pause(session, patient, line, reason="Another")


async def test_holds_may_touch_but_not_overlap(session: AsyncSession) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    later = TONIGHT + A_DAY * 5
    await pause(session, patient, line, since=later, until=later + A_DAY)
    await pause(session, patient, line, until=later)
    await pause(session, patient, line, since=later + A_DAY)
    with pytest.raises(AlreadyHeld):
        await pause(session, patient, line, since=later, until=later + A_DAY * 2)
    assert len(await holds_of(session, patient.id, TONIGHT)) == 3


async def test_a_hold_of_no_nights_or_past_ones_is_refused(session: AsyncSession) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    refused_nights = [(-1, None, "since"), (0, 0, "until"), (3, 2, "until"), (367, None, "since")]
    for since, until, field in refused_nights:
        nights: dict[str, Any] = {"since": TONIGHT + A_DAY * since}
        if until is not None:
            nights["until"] = TONIGHT + A_DAY * until
        with pytest.raises(Invalid) as refused:
            await pause(session, patient, line, **nights)
        assert refused.value.errors[0]["field"] == field


async def test_to_resume_ends_what_runs_and_what_was_to_come(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    running = await pause(session, patient, line, until=TONIGHT + A_DAY * 3)
    coming = await pause(session, patient, line, since=TONIGHT + A_DAY * 5)
    time.advance(days=1)
    for _ in range(2):
        await resume(session, patient.id, line, patient, time.now)
    assert running.until == TONIGHT + A_DAY
    assert coming.until == coming.since
    assert await holds_of(session, patient.id, TONIGHT + A_DAY) == []
    assert (await pause(session, patient, line, since=TONIGHT + A_DAY)).until is None


async def test_a_hold_that_is_resumed_the_same_evening_can_be_made_again(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    first = await pause(session, patient, line)
    await resume(session, patient.id, line, patient, MONDAY)
    assert (await pause(session, patient, line)).id != first.id


async def test_nobody_holds_a_line_of_somebody_else(session: AsyncSession) -> None:
    patient, stranger = await a_patient(session), await a_patient(session)
    (line,) = await a_protocol(session, stranger)
    await a_protocol(session, patient)
    for wrong in (line, uuid4()):
        with pytest.raises(NotFound):
            await pause(session, patient, wrong)
        with pytest.raises(NotFound):
            await resume(session, patient.id, wrong, patient, MONDAY)
        with pytest.raises(NotFound):
            await stop(session, patient.id, wrong, patient, "No", MONDAY)


async def test_a_clinic_pauses_what_it_prescribed_and_the_patient_cannot(
    session: AsyncSession,
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_care_link(session, patient, clinician)
    (line,) = await a_protocol(session, patient, author=clinician)
    with pytest.raises(ClinicDecides):
        await pause(session, patient, line)
    with pytest.raises(ClinicDecides):
        await stop(session, patient.id, line, patient, "No", MONDAY)
    held = await pause(session, patient, line, by=clinician)
    assert held.author_id == clinician.id
    with pytest.raises(ClinicDecides):
        await resume(session, patient.id, line, patient, MONDAY)


async def test_to_stop_a_line_is_the_next_version_without_it(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    lines = [
        {
            "medicine": "sermorelin",
            "route": "subcutaneous",
            "amount": {"value": value, "unit": "ug"},
        }
        for value in ("100", "200")
    ]
    await a_screening(session, patient)
    draft = Draft.model_validate({"lines": lines, "prescriber": "Dr Clay"})
    first = await enter_version(session, patient.id, patient, draft, time.now)
    later = Draft.model_validate({"lines": lines, "effective_night": f"{TONIGHT + A_DAY * 7}"})
    rows = (await terms_of(session, patient.id, [first.id]))[first.id]
    for position, (_, old) in enumerate(rows):
        later.lines[position].id = old.id
    await enter_version(session, patient.id, patient, later, time.now)
    time.advance(days=1)
    for _ in range(2):
        await stop(session, patient.id, rows[0][1].id, patient, "Done", time.now)
    versions = await versions_of(session, patient.id)
    assert [(each.number, each.effective_night) for each in versions[2:]] == [
        (3, TONIGHT + A_DAY),
        (4, TONIGHT + A_DAY * 7),
    ]
    current = current_of(versions, TONIGHT + A_DAY)
    assert current is not None
    assert (current.number, current.reason, current.prescriber) == (3, "Done", "Dr Clay")
    terms = await terms_of(session, patient.id, [version.id for version in versions[2:]])
    for remaining in terms.values():
        assert [f"{each.amount}" for each, _ in remaining] == ["200 mcg"]
    with pytest.raises(NotFound):
        await hold(
            session, patient.id, rows[0][1].id, patient,
            since=None, until=None, reason="Late", now=time.now,
        )  # fmt: skip
