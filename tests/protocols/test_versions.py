"""Versions follow each other and are never edited; on every night exactly one is in force."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person, Scope
from app.audit import AuditEntry
from app.db import Sessions
from app.problems import Invalid
from app.protocols.drafts import Ready, successor
from app.protocols.models import Line, Terms, Version
from app.protocols.proposals import acknowledge
from app.protocols.versions import (
    ClinicDecides,
    Draft,
    VersionConflict,
    current_of,
    enter_version,
    save,
    segments,
    terms_of,
    versions_of,
)
from app.schedule import A_DAY
from tests.factories import a_care_link, a_clinician, a_patient, a_screening
from tests.story_time import MONDAY, Clock

TONIGHT = MONDAY.date()


def line(**changes: Any) -> dict[str, Any]:
    return {
        "medicine": "sermorelin",
        "route": "subcutaneous",
        "amount": {"value": "250", "unit": "ug"},
    } | changes


def draft(*lines: dict[str, Any], **facts: Any) -> Draft:
    return Draft.model_validate({"lines": list(lines or (line(),))} | facts)


async def a_screened_patient(session: AsyncSession) -> Person:
    patient = await a_patient(session)
    await a_screening(session, patient)
    return patient


def version(number: int, effective: date) -> Version:
    return Version(
        patient_id=uuid4(),
        id=uuid4(),
        number=number,
        author_id=uuid4(),
        created_at=MONDAY,
        effective_night=effective,
        reason="",
        prescriber="",
        self_reported=True,
        in_force_from=effective,
    )


async def test_the_first_version_begins_tonight_and_is_the_patients_own_word(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_screened_patient(session)
    first = await enter_version(session, patient.id, patient, draft(), time.now)
    assert (first.number, first.effective_night) == (1, TONIGHT)
    assert first.self_reported
    assert first.acknowledged_at == time.now
    entries = await session.scalars(select(AuditEntry.action))
    assert "version.entered" in list(entries)


async def test_before_the_day_turns_tonight_is_still_last_night(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_screened_patient(session)
    time.now -= timedelta(hours=1, seconds=1)  # 03:59:59 in Denver
    first = await enter_version(session, patient.id, patient, draft(), time.now)
    assert first.effective_night == TONIGHT - A_DAY


async def test_a_change_of_amount_keeps_the_line_and_a_change_of_route_does_not(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_screened_patient(session)
    testosterone = line(
        medicine="testosterone_cypionate",
        route="intramuscular",
        amount={"value": "100", "unit": "mg"},
    )
    first = await enter_version(session, patient.id, patient, draft(line(), testosterone), time.now)
    (_, peptide), (_, weekly) = (await terms_of(session, patient.id, [first.id]))[first.id]
    second = await enter_version(
        session,
        patient.id,
        patient,
        draft(
            line(id=str(peptide.id), amount={"value": "200", "unit": "ug"}),
            testosterone | {"id": str(weekly.id), "route": "subcutaneous"},
        ),
        time.advance(minutes=5),
    )
    (terms, same), (_, other) = (await terms_of(session, patient.id, [second.id]))[second.id]
    assert same.id == peptide.id
    assert f"{terms.amount}" == "200 mcg"
    assert other.id != weekly.id
    assert second.number == 2


async def test_the_same_draft_again_makes_no_second_version(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_screened_patient(session)
    first = await enter_version(session, patient.id, patient, draft(), time.now)
    again = await enter_version(session, patient.id, patient, draft(), time.advance(minutes=1))
    assert again is first
    other = await enter_version(session, patient.id, patient, draft(reason="Changed"), time.now)
    assert other.number == 2
    changes: list[dict[str, Any]] = [
        {"ladder": [0]},
        {"window_minutes": 60},
        {"on_time_minutes": 10},
        {"recurrence": {"every": 2}},
        {"amount": {"value": "251", "unit": "ug"}},
    ]
    for number, change in enumerate(changes, 3):
        changed = draft(line(**change), reason="Changed")
        made = await enter_version(session, patient.id, patient, changed, time.now)
        assert made.number == number, change
    assert await session.scalar(select(func.count()).select_from(Line)) == 7


async def test_a_version_never_begins_in_the_past_or_in_a_distant_year(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_screened_patient(session)
    for night in (TONIGHT - A_DAY, TONIGHT + A_DAY * 367):
        with pytest.raises(Invalid) as refused:
            await enter_version(
                session, patient.id, patient, draft(effective_night=f"{night}"), time.now
            )
        assert refused.value.errors[0]["field"] == "effective_night"
    later = await enter_version(
        session,
        patient.id,
        patient,
        draft(effective_night=f"{TONIGHT + A_DAY * 366}"),
        time.now,
    )
    assert current_of(await versions_of(session, patient.id), TONIGHT) is later


async def test_a_line_of_somebody_else_is_no_line_of_mine(
    session: AsyncSession, time: Clock
) -> None:
    patient, stranger = await a_screened_patient(session), await a_screened_patient(session)
    theirs = await enter_version(session, stranger.id, stranger, draft(), time.now)
    ((_, foreign),) = (await terms_of(session, stranger.id, [theirs.id]))[theirs.id]
    with pytest.raises(Invalid) as refused:
        await enter_version(session, patient.id, patient, draft(line(id=str(foreign.id))), time.now)
    assert refused.value.errors[0]["field"] == "lines.0.id"


async def test_one_line_cannot_be_named_twice(session: AsyncSession, time: Clock) -> None:
    patient = await a_screened_patient(session)
    first = await enter_version(session, patient.id, patient, draft(), time.now)
    ((_, kept),) = (await terms_of(session, patient.id, [first.id]))[first.id]
    twice = draft(line(id=str(kept.id)), line(id=str(kept.id)))
    with pytest.raises(Invalid) as refused:
        await enter_version(session, patient.id, patient, twice, time.now)
    assert refused.value.errors[0]["field"] == "lines.1.id"


async def test_why_an_unusual_amount_is_meant_stays_with_the_version(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_screened_patient(session)
    unusual = line(amount={"value": "50", "unit": "mg"}, override_reason="Study protocol")
    first = await enter_version(
        session, patient.id, patient, draft(unusual, reason="New"), time.now
    )
    assert first.reason == "New Line 1: Study protocol"
    ((_, kept),) = (await terms_of(session, patient.id, [first.id]))[first.id]
    unchanged = line(id=str(kept.id), amount={"value": "50", "unit": "mg"})
    second = await enter_version(session, patient.id, patient, draft(unchanged), time.now)
    assert second.number == 2, "an amount that stands is not asked about again"
    long = draft(unusual | {"override_reason": "y" * 200}, reason="x" * 400)
    with pytest.raises(Invalid, match="too long"):
        await enter_version(session, patient.id, patient, long, time.now)


async def test_a_version_of_the_clinic_that_waits_is_not_superseded_by_the_patient(
    session: AsyncSession, time: Clock
) -> None:
    """A newer version for tonight would take the place of what the clinic entered for Monday."""
    patient, clinician = await a_screened_patient(session), await a_clinician(session)
    await enter_version(session, patient.id, patient, draft(), time.now)
    await a_care_link(session, patient, clinician)
    waiting = draft(
        line(amount={"value": "100", "unit": "ug"}),
        effective_night=TONIGHT + 7 * A_DAY,
        based_on=1,
    )
    await enter_version(session, patient.id, clinician, waiting, time.now)
    await acknowledge(session, patient.id, 2, patient, time.now)
    with pytest.raises(ClinicDecides):
        await enter_version(session, patient.id, patient, draft(reason="Mine."), time.now)


async def test_while_a_clinic_looks_after_it_the_patient_does_not_rewrite_its_protocol(
    session: AsyncSession, time: Clock
) -> None:
    """Nor its proposal, which an entry of the patient's own would overtake."""
    patient, clinician = await a_screened_patient(session), await a_clinician(session)
    link = await a_care_link(session, patient, clinician)
    entered = await enter_version(session, patient.id, clinician, draft(), time.now)
    assert not entered.self_reported
    assert (entered.acknowledged_at, entered.in_force_from) == (None, None)
    with pytest.raises(ClinicDecides):
        await enter_version(session, patient.id, patient, draft(reason="Mine"), time.now)
    link.ended_at = time.now
    await session.flush()
    own = await enter_version(session, patient.id, patient, draft(reason="Mine"), time.now)
    assert (own.number, own.self_reported) == (2, True)


async def test_of_two_versions_with_one_number_the_second_is_told_to_reload(
    sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_screened_patient(session)
        first = await enter_version(session, patient.id, patient, draft(), time.now)
    async with sessions() as session:
        stale = Ready(successor(first, 1, patient, TONIGHT, "Changed", time.now), (), (), ())
        with pytest.raises(VersionConflict) as refused:
            await save(session, stale, time.now)
        assert "Reload" in refused.value.facts["cure"]
        assert refused.value.facts["newest"] == 1
        await session.rollback()
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Terms)) == 1


def test_a_version_entered_for_tonight_supersedes_one_that_waits() -> None:
    first = version(1, TONIGHT)
    waiting = version(2, TONIGHT + A_DAY * 7)
    assert [each.version.number for each in segments([first, waiting], TONIGHT)] == [1, 2]
    sooner = version(3, TONIGHT + A_DAY * 3)
    found = segments([first, waiting, sooner], TONIGHT)
    assert [(each.version.number, each.since, each.until) for each in found] == [
        (1, TONIGHT, TONIGHT + A_DAY * 3),
        (3, TONIGHT + A_DAY * 3, None),
    ]
    assert current_of([], TONIGHT) is None


@given(st.lists(st.integers(-10, 10), min_size=1, max_size=6), st.integers(-12, 12))
def test_on_every_night_the_highest_number_that_has_begun_is_in_force(
    begins: list[int], since: int
) -> None:
    versions = [version(n, TONIGHT + A_DAY * day) for n, day in enumerate(begins, 1)]
    start = TONIGHT + A_DAY * since
    found = segments(versions, start)
    for night in (start + A_DAY * n for n in range(30)):
        begun = [each.number for each in versions if each.effective_night <= night]
        holding = [
            each.version.number
            for each in found
            if each.since <= night and (each.until is None or night < each.until)
        ]
        assert holding == ([max(begun)] if begun else [])


async def test_a_clinician_who_may_only_look_does_not_keep_the_patient_from_changing_it(
    session: AsyncSession, time: Clock
) -> None:
    """Otherwise nobody could replace what the clinic once entered."""
    patient, clinician = await a_screened_patient(session), await a_clinician(session)
    link = await a_care_link(session, patient, clinician)
    await enter_version(session, patient.id, clinician, draft(), time.now)
    link.scope = Scope.SEE
    await session.flush()
    own = await enter_version(session, patient.id, patient, draft(reason="Mine"), time.now)
    assert (own.number, own.self_reported) == (2, True)
