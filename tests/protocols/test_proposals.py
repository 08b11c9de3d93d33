"""A clinician proposes, the patient acknowledges; a reduction may hold at once."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.db import Sessions
from app.problems import Invalid, NotFound
from app.protocols.checks import UnansweredWarnings
from app.protocols.models import Notice, NoticeKind, Version
from app.protocols.proposals import (
    ClinicianWithdraws,
    NoLongerProposed,
    PatientAcknowledges,
    StepSkipped,
    acknowledge,
    withdraw,
)
from app.protocols.screening import ScreeningNeeded
from app.protocols.standing import VersionState, locked_versions, state_of, stood_before
from app.protocols.versions import (
    Draft,
    VersionConflict,
    current_of,
    enter_version,
    terms_of,
    versions_of,
)
from app.schedule import A_DAY
from tests.factories import a_clinician, a_patient, a_screening
from tests.story_time import MONDAY, Clock

TONIGHT = MONDAY.date()
MEANT = [
    {"code": code, "reason": "Meant"}
    for code in ("anastrozole_without_testosterone", "closer_than_minimum_gap")
]


def line(**changes: Any) -> dict[str, Any]:
    return {
        "medicine": "sermorelin",
        "route": "subcutaneous",
        "amount": {"value": "250", "unit": "ug"},
    } | changes


def anastrozole(value: str, **changes: Any) -> dict[str, Any]:
    amount = {"value": value, "unit": "mg"}
    return {"medicine": "anastrozole", "route": "oral", "amount": amount} | changes


def draft(*lines: dict[str, Any], **facts: Any) -> Draft:
    return Draft.model_validate({"lines": list(lines or (line(),))} | facts)


async def a_pair(session: AsyncSession) -> tuple[Person, Person]:
    """A patient who has answered the questions before a peptide, and a clinician."""
    patient = await a_patient(session)
    await a_screening(session, patient)
    return patient, await a_clinician(session)


async def lines_of(session: AsyncSession, version: Version) -> list[str]:
    terms = await terms_of(session, version.patient_id, [version.id])
    return [str(kept.id) for _, kept in terms[version.id]]


async def test_the_patient_acknowledges_once_and_nobody_does_it_for_them(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    await enter_version(session, patient.id, clinician, draft(), time.now)
    with pytest.raises(PatientAcknowledges):
        await acknowledge(session, patient.id, 1, clinician, time.now)
    seen_at = time.advance(minutes=1)
    await acknowledge(session, patient.id, 1, patient, seen_at)
    again = await acknowledge(session, patient.id, 1, patient, time.advance(minutes=1))
    assert again.acknowledged_at == seen_at
    with pytest.raises(NotFound):
        await acknowledge(session, patient.id, 2, patient, time.now)


async def test_a_proposal_holds_from_its_night_or_from_the_one_it_is_acknowledged_in(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    tonight = draft(effective_night=TONIGHT)
    await enter_version(session, patient.id, clinician, tonight, time.now)
    assert current_of(await versions_of(session, patient.id), TONIGHT) is None
    time.advance(days=2)
    first = await acknowledge(session, patient.id, 1, patient, time.now)
    assert (first.effective_night, first.in_force_from) == (TONIGHT, TONIGHT + A_DAY * 2)
    later = draft(reason="Less", based_on=1, effective_night=TONIGHT + A_DAY * 9)
    await enter_version(session, patient.id, clinician, later, time.now)
    second = await acknowledge(session, patient.id, 2, patient, time.now)
    assert second.in_force_from == TONIGHT + A_DAY * 9
    versions = await versions_of(session, patient.id)
    states = [state_of(each, versions, TONIGHT + A_DAY * 2) for each in versions]
    assert states == [VersionState.IN_FORCE, VersionState.COMING]
    assert stood_before(second, versions, TONIGHT) is first
    states = [state_of(each, versions, TONIGHT + A_DAY * 9) for each in versions]
    assert states == [VersionState.PAST, VersionState.IN_FORCE]


async def test_who_had_an_older_version_before_them_is_told_the_newest(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    other = await a_clinician(session, name="Dr Other")
    with pytest.raises(Invalid) as nothing:
        await enter_version(session, patient.id, other, draft(based_on=1), time.now)
    assert nothing.value.errors[0]["field"] == "based_on"
    await enter_version(session, patient.id, clinician, draft(), time.now)
    for basis in (None, 2):
        with pytest.raises(VersionConflict) as refused:
            await enter_version(session, patient.id, other, draft(based_on=basis), time.now)
        assert refused.value.facts["newest"] == 1
    await enter_version(session, patient.id, other, draft(based_on=1), time.now)
    authors = [each.author_id for each in await versions_of(session, patient.id)]
    assert authors == [clinician.id, other.id]
    stale = draft(based_on=1, reason="x")
    with pytest.raises(VersionConflict):
        await enter_version(session, patient.id, clinician, stale, time.now)


async def test_a_draft_that_is_sent_again_answers_with_what_it_made_even_when_overtaken(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    await enter_version(session, patient.id, clinician, draft(), time.now)
    unusual = line(amount={"value": "50", "unit": "mg"}, override_reason="Study protocol")
    mine = draft(unusual, reason="Mine", based_on=1)
    made = await enter_version(session, patient.id, clinician, mine, time.now)
    again = await enter_version(session, patient.id, clinician, mine, time.now)
    assert again.id == made.id, "also while it is proposed"
    theirs = draft(reason="Theirs", based_on=2)
    await enter_version(session, patient.id, clinician, theirs, time.now)
    time.advance(days=1)
    assert (await enter_version(session, patient.id, clinician, mine, time.now)).id == made.id
    assert len(await versions_of(session, patient.id)) == 3


async def test_what_was_overtaken_or_withdrawn_cannot_be_acknowledged(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    await enter_version(session, patient.id, clinician, draft(), time.now)
    await enter_version(session, patient.id, clinician, draft(based_on=1, reason="b"), time.now)
    for act in (
        acknowledge(session, patient.id, 1, patient, time.now),
        withdraw(session, patient.id, 1, clinician, "No", time.now),
    ):
        with pytest.raises(NoLongerProposed) as refused:
            await act
        assert refused.value.facts["newest"] == 2
    with pytest.raises(ClinicianWithdraws):
        await withdraw(session, patient.id, 2, patient, "No", time.now)
    at = time.now
    await withdraw(session, patient.id, 2, clinician, "A mistake", at)
    again = await withdraw(session, patient.id, 2, clinician, "Again", time.advance(minutes=1))
    assert (again.withdrawn_at, again.withdrawn_reason) == (at, "A mistake")
    with pytest.raises(NoLongerProposed):
        await acknowledge(session, patient.id, 2, patient, time.now)
    versions = await versions_of(session, patient.id)
    states = [state_of(each, versions, TONIGHT) for each in versions]
    assert states == [VersionState.REPLACED, VersionState.WITHDRAWN]
    assert current_of(versions, TONIGHT) is None


async def test_what_is_settled_is_not_told_any_more(session: AsyncSession, time: Clock) -> None:
    patient, clinician = await a_pair(session)

    async def waiting() -> list[tuple[int, NoticeKind]]:
        rows = await session.execute(
            select(Version.number, Notice.kind)
            .join(Notice, (Notice.version_id == Version.id) & Notice.say_at.is_not(None))
            .order_by(Version.number)
        )
        return [(number, kind) for number, kind in rows]

    first = await enter_version(session, patient.id, clinician, draft(), time.now)
    (kept,) = await lines_of(session, first)
    assert await waiting() == [(1, NoticeKind.PROPOSED)]
    second = draft(line(id=kept), based_on=1, reason="b")
    await enter_version(session, patient.id, clinician, second, time.now)
    assert await waiting() == [(2, NoticeKind.PROPOSED)]
    await acknowledge(session, patient.id, 2, patient, time.now)
    assert await waiting() == []
    less = line(id=kept, amount={"value": "100", "unit": "ug"})
    at_once = draft(less, based_on=2, at_once=True)
    await enter_version(session, patient.id, clinician, at_once, time.now)
    await enter_version(session, patient.id, clinician, draft(based_on=3, reason="d"), time.now)
    # What holds already is still told when something newer is proposed.
    assert await waiting() == [(3, NoticeKind.AT_ONCE), (4, NoticeKind.PROPOSED)]
    await withdraw(session, patient.id, 4, clinician, "No", time.now)
    assert await waiting() == [(3, NoticeKind.AT_ONCE)]


async def test_a_reduction_holds_at_once_and_nothing_else_does(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    with pytest.raises(Invalid) as refused:
        await enter_version(session, patient.id, clinician, draft(at_once=True), time.now)
    assert refused.value.errors[0]["field"] == "at_once"
    await enter_version(session, patient.id, clinician, draft(), time.now)
    first = await acknowledge(session, patient.id, 1, patient, time.now)
    (kept,) = await lines_of(session, first)

    def change(value: str) -> Draft:
        amount = {"value": value, "unit": "ug"}
        return draft(line(id=kept, amount=amount), at_once=True, based_on=1)

    for value in ("250", "251"):
        with pytest.raises(Invalid):
            await enter_version(session, patient.id, clinician, change(value), time.now)
    less = await enter_version(session, patient.id, clinician, change("200"), time.now)
    assert (less.in_force_from, less.acknowledged_at, less.at_once) == (TONIGHT, None, True)
    assert current_of(await versions_of(session, patient.id), TONIGHT) is less
    seen = await acknowledge(session, patient.id, 2, patient, time.now)
    assert (seen.in_force_from, seen.acknowledged_at) == (TONIGHT, time.now)


async def test_a_reduction_undoes_no_other_one_that_waits_for_its_night(
    session: AsyncSession, time: Clock
) -> None:
    """It would supersede the coming version, and bring back what that one takes away."""
    patient, clinician = await a_pair(session)
    both = draft(line(), anastrozole("0.5"), overrides=MEANT)
    await enter_version(session, patient.id, clinician, both, time.now)
    first = await acknowledge(session, patient.id, 1, patient, time.now)
    peptide, tablet = await lines_of(session, first)
    coming = draft(
        line(id=peptide), anastrozole("0.25", id=tablet), based_on=1, overrides=MEANT,
        effective_night=TONIGHT + A_DAY * 7,
    )  # fmt: skip
    await enter_version(session, patient.id, clinician, coming, time.now)
    await acknowledge(session, patient.id, 2, patient, time.now)
    less = line(id=peptide, amount={"value": "100", "unit": "ug"})
    tonight = draft(less, anastrozole("0.5", id=tablet), based_on=2, at_once=True, overrides=MEANT)
    with pytest.raises(Invalid, match=r"0\.5 mg is more than 0\.25 mg"):
        await enter_version(session, patient.id, clinician, tonight, time.now)


async def test_a_patients_own_record_says_by_whom_and_where_it_was_prescribed(
    session: AsyncSession, time: Clock
) -> None:
    patient, _ = await a_pair(session)
    facts: dict[str, Any] = {
        "prescriber": "Dr Clay", "pharmacy": "Corner pharmacy", "prescribed_on": "2026-11-20",
    }  # fmt: skip
    own = await enter_version(session, patient.id, patient, draft(**facts), time.now)
    assert (own.self_reported, own.in_force_from) == (True, TONIGHT)
    assert (own.prescriber, own.pharmacy) == ("Dr Clay", "Corner pharmacy")
    assert own.prescribed_on == date(2026, 11, 20)
    lab = {"marker": "Estradiol", "value": "12.5", "unit": "pg/mL", "collected_on": "2026-12-20"}
    for field, given in (
        ("prescribed_on", {"prescribed_on": "2026-12-20"}),
        ("because.collected_on", {"because": lab}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            await enter_version(session, patient.id, patient, draft(**given), time.now)
        assert refused.value.errors[0]["field"] == field


async def test_a_peptide_starts_only_after_the_questions_before_it(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    with pytest.raises(ScreeningNeeded):
        await enter_version(session, patient.id, patient, draft(), time.now)
    await enter_version(session, patient.id, clinician, draft(), time.now)
    with pytest.raises(ScreeningNeeded):
        await acknowledge(session, patient.id, 1, patient, time.now)
    await a_screening(session, patient)
    await acknowledge(session, patient.id, 1, patient, time.now)


async def test_a_clinician_answers_each_warning_once_and_the_answer_is_kept(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_pair(session)
    alone = draft(anastrozole("0.5"))
    with pytest.raises(UnansweredWarnings) as refused:
        await enter_version(session, patient.id, clinician, alone, time.now, baseline_drawn=False)
    codes = [each["code"] for each in refused.value.facts["warnings"]]
    assert codes == [
        "anastrozole_without_testosterone", "closer_than_minimum_gap", "baseline_labs_missing",
    ]  # fmt: skip
    overrides = [{"code": code, "reason": "Meant"} for code in codes]
    meant = draft(anastrozole("0.5"), overrides=overrides)
    first = await enter_version(
        session, patient.id, clinician, meant, time.now, baseline_drawn=False
    )
    kept = [(each["code"], each["reason"]) for each in first.overrides]
    assert kept == [(code, "Meant") for code in codes]
    assert "Anastrozole runs without testosterone" in first.overrides[0]["seen"]
    (tablet,) = await lines_of(session, first)
    again = draft(anastrozole("0.25", id=tablet), reason="Again", based_on=1)
    second = await enter_version(session, patient.id, clinician, again, time.now)
    kept = [each["code"] for each in second.overrides]
    assert kept == codes[:2], "nobody is asked for the same reason twice"


async def test_warnings_never_stop_what_a_patient_writes_down(
    session: AsyncSession, time: Clock
) -> None:
    patient, _ = await a_pair(session)
    own = await enter_version(
        session, patient.id, patient, draft(anastrozole("0.5")), time.now, baseline_drawn=False
    )
    assert (own.number, own.overrides) == (1, [])


STEPS = [
    {"from": "2026-11-30", "amount": {"value": "350", "unit": "ug"}},
    {"from": "2026-12-07", "amount": {"value": "450", "unit": "ug"}},
]


@pytest.mark.parametrize(("weeks", "taken_up"), [(0, True), (1, False), (2, False)])
async def test_a_titration_acknowledged_late_does_not_begin_above_a_step_nobody_took(
    session: AsyncSession, time: Clock, weeks: int, taken_up: bool
) -> None:
    patient, clinician = await a_pair(session)
    await enter_version(session, patient.id, clinician, draft(line(steps=STEPS)), time.now)
    late = time.now + 7 * weeks * A_DAY
    if taken_up:
        await acknowledge(session, patient.id, 1, patient, late)
        return
    with pytest.raises(StepSkipped) as refused:
        await acknowledge(session, patient.id, 1, patient, late)
    assert "Sermorelin" in str(refused.value)
    (version,) = await versions_of(session, patient.id)
    assert (version.in_force_from, version.acknowledged_at) == (None, None)


async def test_the_step_after_the_amount_that_is_taken_may_be_acknowledged_late(
    session: AsyncSession, time: Clock
) -> None:
    """From 250, 350 is what comes next whenever it is acknowledged; 450 is not."""
    patient, clinician = await a_pair(session)
    first = await enter_version(session, patient.id, clinician, draft(), time.now)
    await acknowledge(session, patient.id, 1, patient, time.now)
    (mine,) = await lines_of(session, first)
    asked = draft(line(id=mine, steps=STEPS), based_on=1)
    await enter_version(session, patient.id, clinician, asked, time.now)
    with pytest.raises(StepSkipped):
        await acknowledge(session, patient.id, 2, patient, time.now + 14 * A_DAY)
    version = await acknowledge(session, patient.id, 2, patient, time.now + 7 * A_DAY)
    assert version.in_force_from == TONIGHT + 7 * A_DAY


async def test_whoever_waited_for_the_protocol_holds_the_version_that_is_newest_by_then(
    sessions: Sessions, time: Clock
) -> None:
    """Otherwise two could acknowledge and withdraw the same proposal at the same moment."""
    async with sessions.begin() as session:
        patient, clinician = await a_pair(session)
        await enter_version(session, patient.id, clinician, draft(), time.now)
    held, go_on = asyncio.Event(), asyncio.Event()

    async def waits() -> int:
        async with sessions.begin() as session:
            newest = (await locked_versions(session, patient.id))[-1].number
            held.set()
            await go_on.wait()
            return newest

    async with sessions.begin() as session:
        await locked_versions(session, patient.id)
        second = asyncio.create_task(waits())
        await asyncio.sleep(0.2)
        again = draft(based_on=1, reason="Another one")
        await enter_version(session, patient.id, clinician, again, time.now)
    await asyncio.wait_for(held.wait(), 5)

    async def third() -> None:
        async with sessions.begin() as session:
            await locked_versions(session, patient.id)

    knocks = asyncio.create_task(third())
    await asyncio.sleep(0.3)
    assert not knocks.done(), "the second still holds version 2"
    go_on.set()
    assert await second == 2
    await knocks
