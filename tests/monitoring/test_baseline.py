"""Whether blood was drawn before the start, and from when a proposed treatment counts."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.baseline import baseline_drawn
from app.monitoring.due import Step
from app.monitoring.plan import choose_steps, draws_of, mark_drawn, materialise, treatment_of
from app.protocols.proposals import acknowledge, withdraw
from app.protocols.versions import Draft, enter_version
from app.schedule import A_DAY
from tests.factories import a_clinician, a_patient, a_protocol
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
    first, later, *_ = await draws_of(session, patient.id)
    await mark_drawn(session, patient.id, later.id, patient, None, time.now)
    assert await baseline_drawn(session, patient.id, time.now) is False, "another draw"
    await mark_drawn(session, patient.id, first.id, patient, None, time.now)
    assert await baseline_drawn(session, patient.id, time.now) is True


async def test_a_plan_without_a_baseline_warns_of_none(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    yearly = Step("yearly", "Yearly", 365, 365, ("Testosterone",))
    await choose_steps(session, patient.id, patient, [yearly], time.now)
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
