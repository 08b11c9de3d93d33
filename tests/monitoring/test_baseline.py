"""Whether blood was drawn before the start, and from when a proposed treatment counts."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.baseline import baseline_drawn
from app.monitoring.due import State
from app.monitoring.plan import draw_id, mark_drawn, materialise
from app.monitoring.policy import choose_rules
from app.monitoring.treatment import treatment_of
from app.protocols.proposals import acknowledge, withdraw
from app.protocols.versions import Draft, enter_version
from app.schedule import A_DAY
from tests.factories import a_clinician, a_patient, a_protocol, some_results
from tests.monitoring.test_plan import BLOOD
from tests.monitoring.test_rules import a_rule
from tests.story_time import MONDAY, Clock

TONIGHT = MONDAY.date()
DRAFT = {"lines": [{
    "medicine": "testosterone_cypionate", "route": "intramuscular",
    "amount": {"value": "100", "unit": "mg"}, "recurrence": {"weekdays": [7]},
}]}  # fmt: skip


async def test_a_baseline_is_recorded_once_its_draw_is_done(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    assert await baseline_drawn(session, patient.id, time.now) is False
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    scan, blood = (draw_id(patient.id, rule, 0) for rule in ("baseline-scan", "baseline"))
    await mark_drawn(session, patient.id, scan, patient, None, time.now)
    assert await baseline_drawn(session, patient.id, time.now) is False, "another draw"
    await mark_drawn(session, patient.id, blood, patient, None, time.now)
    assert await baseline_drawn(session, patient.id, time.now) is True


async def test_results_of_the_last_thirty_days_are_a_baseline_before_anything_is_prescribed(
    session: AsyncSession, time: Clock
) -> None:
    for days, drawn in ((31, False), (30, True)):
        patient = await a_patient(session)
        await some_results(session, patient, TONIGHT - A_DAY * days, *BLOOD)
        assert await baseline_drawn(session, patient.id, time.now) is drawn
    patient = await a_patient(session)
    await some_results(session, patient, TONIGHT, *BLOOD[1:])
    assert await baseline_drawn(session, patient.id, time.now) is False, "not all of it"


async def test_a_draw_weeks_into_the_treatment_is_no_baseline_of_it(
    session: AsyncSession, time: Clock
) -> None:
    """Though it ends the asking; for what begins within thirty days of it, it counts again."""
    for days, later, drawn in ((7, 60, True), (8, 60, False), (8, 38, True)):
        patient = await a_patient(session)
        await a_protocol(session, patient)
        await some_results(session, patient, TONIGHT + A_DAY * days, *BLOOD)
        now = time.now + A_DAY * later
        assert await baseline_drawn(session, patient.id, now) is drawn, (days, later)
        baseline = draw_id(patient.id, "baseline", 0)
        labs = await materialise(session, patient.id, now)
        (state,) = (each.standing.state for each in labs.draws if each.id == baseline)
        assert state is State.DONE


async def test_a_plan_without_a_baseline_warns_of_none(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    yearly = a_rule(offset_days=365, repeat_days=365)
    await choose_rules(session, patient.id, patient, [yearly], time.now)
    assert await baseline_drawn(session, patient.id, time.now) is None


async def test_a_proposal_that_was_taken_back_began_no_treatment(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    draft = Draft.model_validate(DRAFT)
    await enter_version(session, patient.id, clinician, draft, time.now)
    proposed = await treatment_of(session, patient.id, time.now)
    assert proposed is not None
    assert (proposed.start, proposed.ended) == (TONIGHT, None)
    await withdraw(session, patient.id, 1, clinician, "A mistake", time.now)
    assert await treatment_of(session, patient.id, time.now) is None
    again = Draft.model_validate(DRAFT | {"based_on": 1})
    await enter_version(session, patient.id, clinician, again, time.now)
    time.now += timedelta(days=3)
    await acknowledge(session, patient.id, 2, patient, time.now)
    taken = await treatment_of(session, patient.id, time.now)
    assert taken is not None
    assert taken.start == TONIGHT + A_DAY * 3, "it began when it came into force"
