"""The questions before a growth-hormone peptide: what stops a start, what settles it, and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry
from app.problems import Invalid
from app.protocols.models import Screening, ScreeningOverride
from app.protocols.screening import (
    QUESTIONS,
    SCREENED,
    VALID,
    Answer,
    Answered,
    ClinicianOverrides,
    NothingToOverride,
    OtherAnswers,
    ScreeningNeeded,
    ScreeningStops,
    State,
    answer,
    check_start,
    override,
    read_questions,
    screenings_of,
    standing,
)
from tests.factories import (
    a_care_link,
    a_clinician,
    a_line,
    a_patient,
    a_protocol,
    a_screening,
)
from tests.story_time import MONDAY

DAY = timedelta(days=1)
PEPTIDE = ["sermorelin"]


def after(*answered: Answered, needed: bool = True, days: int = 1) -> State:
    return standing(answered, needed=needed, now=MONDAY + days * DAY).state


def one(
    said: Answer, *, day: int = 0, by_patient: bool = True, overridden: bool = False
) -> Answered:
    return Answered(MONDAY + day * DAY, said, by_patient, overridden)


YES, NO, UNSURE = one(Answer.YES), one(Answer.NO), one(Answer.UNSURE)


def test_without_answers_they_are_due_only_where_a_peptide_is_prescribed() -> None:
    assert after(needed=True) is State.DUE
    assert after(needed=False) is State.NOT_NEEDED


def test_a_no_to_everything_is_clear_for_a_year_to_the_second() -> None:
    at = MONDAY + VALID
    second = timedelta(seconds=1)
    assert standing([NO], needed=True, now=at - second).state is State.CLEAR
    assert standing([NO], needed=True, now=at).state is State.DUE
    assert standing([NO], needed=True, now=at).due_at == at
    assert standing([NO], needed=False, now=at).state is State.NOT_NEEDED


def test_a_yes_and_an_unsure_stop_the_start_and_never_lapse_by_themselves() -> None:
    for said in (YES, UNSURE):
        assert after(said) is State.STOPPED
        assert after(said, days=800) is State.STOPPED
        assert after(said, needed=False) is State.STOPPED


def test_a_patient_cannot_answer_a_yes_away_but_may_find_out_what_they_were_unsure_of() -> None:
    assert after(YES, one(Answer.NO, day=1), days=2) is State.STOPPED
    assert after(UNSURE, one(Answer.NO, day=1), days=2) is State.CLEAR
    assert after(NO, one(Answer.UNSURE, day=1), days=2) is State.STOPPED


def test_a_clinician_settles_what_was_answered_before_and_nothing_after() -> None:
    settled = replace(YES, overridden=True)
    assert after(settled) is State.OVERRIDDEN
    assert after(settled, one(Answer.NO, day=1), days=2) is State.CLEAR
    assert after(settled, one(Answer.YES, day=1), days=2) is State.STOPPED
    assert after(settled, days=365) is State.DUE
    assert after(YES, one(Answer.NO, day=1, by_patient=False), days=2) is State.CLEAR
    assert after(one(Answer.YES, by_patient=False)) is State.STOPPED


answered = st.lists(
    st.builds(
        Answered,
        at=st.just(MONDAY),
        answer=st.sampled_from(Answer),
        by_patient=st.booleans(),
        overridden=st.booleans(),
    ).map(lambda each: each if each.answer is not Answer.NO else replace(each, overridden=False)),
    max_size=6,
).map(lambda rows: [replace(each, at=MONDAY + n * DAY) for n, each in enumerate(rows)])


@settings(deadline=None)
@given(rows=answered, days=st.integers(0, 800), needed=st.booleans())
def test_nothing_starts_while_a_yes_has_met_no_clinician(
    rows: Sequence[Answered], days: int, needed: bool
) -> None:
    """Rebuilt forwards, answer by answer: a clinician's word clears the slate, a yes marks it."""
    marked = False
    unsure = False
    for each in rows:
        if each.overridden or not each.by_patient:
            marked = False
        if each.answer is Answer.YES and not each.overridden:
            marked = True
        unsure = each.answer is Answer.UNSURE and not each.overridden
    found = standing(rows, needed=needed, now=MONDAY + (len(rows) + days) * DAY)
    assert (found.state is State.STOPPED) == (marked or unsure)
    if found.state in (State.CLEAR, State.OVERRIDDEN):
        assert rows
        assert found.due_at == rows[-1].at + VALID


def test_every_question_has_plain_words_and_a_source() -> None:
    assert list(QUESTIONS) == ["active_malignancy", "severe_diabetic_retinopathy"]
    for question in QUESTIONS.values():
        assert question.text.endswith("?") or "?" in question.text
        assert question.source.startswith("[S]")
    assert set(SCREENED) == {"cjc1295_ipamorelin", "sermorelin"}
    with pytest.raises(ValueError, match="no source"):
        read_questions('[pregnant]\ntext = "?"\nsource = ""')


async def test_a_start_needs_answers_and_another_medicine_does_not(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await check_start(session, patient.id, ["anastrozole", "semaglutide"], MONDAY)
    with pytest.raises(ScreeningNeeded):
        await check_start(session, patient.id, ["anastrozole", "sermorelin"], MONDAY)
    await a_screening(session, patient)
    await check_start(session, patient.id, PEPTIDE, MONDAY)
    with pytest.raises(ScreeningNeeded):
        await check_start(session, patient.id, PEPTIDE, MONDAY + VALID)


@pytest.mark.parametrize("said", ["yes", "unsure"])
async def test_an_answer_stops_the_start_until_a_clinician_has_decided(
    session: AsyncSession, said: str
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    given = await a_screening(session, patient, active_malignancy=said)
    with pytest.raises(ScreeningStops):
        await check_start(session, patient.id, PEPTIDE, MONDAY)
    await override(session, patient.id, given, clinician, "in remission", MONDAY)
    await check_start(session, patient.id, PEPTIDE, MONDAY)


async def test_what_already_runs_is_not_stopped_by_an_answer_but_another_start_is(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await a_screening(session, patient, active_malignancy="yes")
    await check_start(session, patient.id, PEPTIDE, MONDAY)
    with pytest.raises(ScreeningStops):
        await check_start(session, patient.id, [*PEPTIDE, "cjc1295_ipamorelin"], MONDAY)


async def test_what_only_waits_for_its_night_does_not_run_yet(session: AsyncSession) -> None:
    patient = await a_patient(session)
    later = MONDAY.date() + 7 * DAY
    await a_protocol(session, patient, a_line(), first=later)
    with pytest.raises(ScreeningNeeded):
        await check_start(session, patient.id, PEPTIDE, MONDAY)
    await check_start(session, patient.id, PEPTIDE, MONDAY + 8 * DAY)


async def test_answers_are_kept_once_and_never_overwritten(session: AsyncSession) -> None:
    patient = await a_patient(session)
    key, no = uuid4(), dict.fromkeys(QUESTIONS, "no")
    first = await answer(session, patient.id, patient, key, no, "", MONDAY)
    again = await answer(session, patient.id, patient, key, no, "", MONDAY + DAY)
    assert again.answered_at == first.answered_at == MONDAY
    with pytest.raises(OtherAnswers):
        await answer(
            session, patient.id, patient, key, no | {"active_malignancy": "yes"}, "", MONDAY
        )
    assert len(await screenings_of(session, patient.id)) == 1
    noted = select(func.count()).where(AuditEntry.action == "screening.answered")
    assert await session.scalar(noted) == 1


async def test_every_question_has_to_be_answered_and_no_other(session: AsyncSession) -> None:
    patient = await a_patient(session)
    with pytest.raises(Invalid) as missing:
        await answer(session, patient.id, patient, uuid4(), {"active_malignancy": "no"}, "", MONDAY)
    assert missing.value.errors[0]["field"] == "answers.severe_diabetic_retinopathy"
    given = dict.fromkeys(QUESTIONS, "no") | {"star_sign": "yes"}
    with pytest.raises(Invalid) as unknown:
        await answer(session, patient.id, patient, uuid4(), given, "", MONDAY)
    assert unknown.value.errors[0]["field"] == "answers.star_sign"
    assert await session.scalar(select(func.count()).select_from(Screening)) == 0


async def test_only_a_clinician_overrides_once_and_only_what_stops(session: AsyncSession) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_care_link(session, patient, clinician)
    given = await a_screening(session, patient, active_malignancy="yes")
    with pytest.raises(ClinicianOverrides):
        await override(session, patient.id, given, patient, "I feel fine", MONDAY)
    first = await override(session, patient.id, given, clinician, "seen", MONDAY)
    again = await override(session, patient.id, given, clinician, "another reason", MONDAY + DAY)
    assert (again.at, again.reason) == (first.at, "seen")
    assert await session.scalar(select(func.count()).select_from(ScreeningOverride)) == 1
    clear = await a_screening(session, patient, now=MONDAY + DAY)
    with pytest.raises(NothingToOverride):
        await override(session, patient.id, clear, clinician, "why not", MONDAY)


async def test_the_trail_holds_no_answer(session: AsyncSession) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    key = uuid4()
    given = dict.fromkeys(QUESTIONS, "yes")
    await answer(session, patient.id, patient, key, given, "a lump", MONDAY)
    await override(session, patient.id, key, clinician, "benign", MONDAY)
    for entry in await session.scalars(select(AuditEntry)):
        assert entry.facts == {"screening": str(key)}
