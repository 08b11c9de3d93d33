"""The prompt for a blood draw: once, discreet, by day, for everything that falls together."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from datetime import time as wall
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.about import About, tell_about
from app.accounts.models import Person
from app.monitoring import tick as tick_module
from app.monitoring.models import ChosenDay, LabDraw
from app.monitoring.plan import Labs, draw_id, draws_of, mark_drawn, materialise, snooze
from app.monitoring.policy import choose_rules
from app.monitoring.rules import DEFAULT_RULES, Anchor, Purpose
from app.monitoring.tick import prompt
from app.protocols.holds import stop
from app.protocols.models import Line, Plan
from app.protocols.planning import EVERY, mark_for_planning
from app.protocols.versions import Draft, enter_version
from app.push.models import Message
from app.push.outbox import associated_data
from app.push.receipts import BLANK
from app.push.seal import Seal
from app.schedule import A_DAY
from tests.factories import a_device, a_patient, a_protocol, a_screening, some_results
from tests.monitoring.test_plan import BLOOD
from tests.monitoring.test_rules import a_rule
from tests.story_time import MONDAY, Clock

SEAL = Seal("a-secret-of-the-tests-0123456789-abcdef")
URL = "https://vesper.example.org"
TEN = MONDAY + timedelta(hours=5)


async def messages(session: AsyncSession) -> Sequence[Message]:
    return (await session.scalars(select(Message).order_by(Message.created_at))).all()


async def test_the_baseline_is_asked_for_in_the_morning_and_twice_is_once(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    assert await prompt(session, SEAL, time.now, URL) == 0
    assert await prompt(session, SEAL, time.advance(hours=4, minutes=59), URL) == 0
    assert await prompt(session, SEAL, time.advance(minutes=1), URL) == 1
    assert await prompt(session, SEAL, time.now, URL) == 0
    (message,) = await messages(session)
    assert (message.kind, message.urgent) == ("lab-due", False)
    assert message.topic == draw_id(patient.id, "baseline", 0).hex
    assert message.expires_at == TEN + timedelta(days=1)


async def test_a_prompt_names_no_lab_no_drug_and_nobody(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    await prompt(session, SEAL, time.advance(hours=5), URL)
    (message,) = await messages(session)
    assert message.payload is not None
    opened = SEAL.open(message.payload, associated_data(patient.id, message.id))
    payload = json.loads(opened)
    assert payload["notification"]["title"] == "Vesper"
    assert payload["notification"]["body"] == "Something is due. Open Vesper."
    assert payload["notification"]["navigate"] == f"{URL}/health"
    assert payload["notification"]["data"] == {
        "kind": "lab-due", "message": str(message.id), "receipt": BLANK
    }  # fmt: skip
    text = json.dumps(payload).lower()
    for word in ("sermorelin", "igf", "blood", "baseline", "pat", "clinic"):
        assert word not in text.replace("lab-due", "").replace('"navigate"', "")


async def test_one_draw_speaks_four_times_a_week_apart_and_then_is_silent(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    told = []
    for day in range(34):
        time.now = TEN + timedelta(days=day)
        if await prompt(session, SEAL, time.now, URL):
            told.append(day)
    assert told == [0, 7, 14, 21]


async def test_draws_that_fall_together_make_one_message_and_one_ladder(
    session: AsyncSession, time: Clock
) -> None:
    """The baseline's blood, scan and measurements; and in February those of week 12."""
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    patient.born_on = MONDAY.date().replace(year=1980)
    told = []
    for day in range(116):
        time.now = TEN + timedelta(days=day)
        if await prompt(session, SEAL, time.now, URL):
            told.append(day)
        if day in {1, 36}:
            await settle_all(session, patient, time.now)
    assert told == [0, 35, 77, 84, 91, 98]
    asked = {row.step: row.prompts for row in await draws_of(session, patient.id)}
    together = ("week-12", "week-12-psa", "week-12-scan", "week-12-measure")
    assert [asked[rule] for rule in together] == [4] * 4


async def settle_all(session: AsyncSession, patient: Person, now: datetime) -> None:
    """Everything that speaks by now was drawn, or measured, today."""
    for row in await draws_of(session, patient.id):
        if row.prompts:
            await mark_drawn(session, patient.id, row.id, patient, None, now)


async def test_a_draw_that_is_done_or_put_off_is_not_asked_for(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    baseline = draw_id(patient.id, "baseline", 0)
    await only_blood(session, patient, time.now)
    await snooze(session, patient.id, baseline, patient, until=None, days=3, now=time.now)
    assert await prompt(session, SEAL, time.advance(days=2, hours=6), URL) == 0
    assert await prompt(session, SEAL, time.advance(days=1), URL) == 1
    await mark_drawn(session, patient.id, baseline, patient, None, time.now)
    assert await prompt(session, SEAL, time.advance(days=7), URL) == 0


async def only_blood(session: AsyncSession, patient: Person, now: datetime) -> None:
    """A clinic's plan that asks for nothing but the default plan's blood."""
    rules = [rule for rule in DEFAULT_RULES if rule.purpose is Purpose.BLOOD]
    await choose_rules(session, patient.id, patient, rules, now)


async def test_results_that_came_silence_a_prompt_that_was_planned(
    session: AsyncSession, time: Clock
) -> None:
    """Nobody looked at the plan since: what is due is worked out before it is said."""
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await only_blood(session, patient, time.now)
    await some_results(session, patient, MONDAY.date(), *BLOOD)
    assert await prompt(session, SEAL, time.advance(hours=5), URL) == 0
    assert await prompt(session, SEAL, time.advance(days=7), URL) == 0


async def test_a_day_that_was_chosen_has_its_own_reminders(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await only_blood(session, patient, time.now)
    session.add(ChosenDay(
        patient_id=patient.id, id=uuid4(), draw_id=draw_id(patient.id, "baseline", 0),
        day=MONDAY.date() + timedelta(days=9), at=wall(8), zone="America/Denver",
        chosen_by=patient.id, chosen_at=time.now,
    ))  # fmt: skip
    await session.flush()
    told = []
    for day in range(30):
        time.now = TEN + timedelta(days=day)
        if await prompt(session, SEAL, time.now, URL):
            told.append(day)
    assert told == [10, 14, 21, 28], "the day has passed, and nobody said it was drawn"


async def test_one_whose_record_cannot_be_worked_out_keeps_nobody_else_waiting(
    session: AsyncSession, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = await a_patient(session), await a_patient(session)
    for patient in (broken, sound):
        await a_device(session, patient)
        await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    worked_out = materialise

    async def fails(session: AsyncSession, patient_id: UUID, now: datetime, **how: bool) -> Labs:
        if patient_id == broken.id:
            raise RuntimeError("a rule that nobody foresaw")
        return await worked_out(session, patient_id, now, **how)

    monkeypatch.setattr(tick_module, "materialise", fails)
    assert await prompt(session, SEAL, time.advance(hours=5), URL) == 1
    assert [message.person_id for message in await messages(session)] == [sound.id]
    monkeypatch.setattr(tick_module, "materialise", worked_out)
    assert await prompt(session, SEAL, time.advance(minutes=14), URL) == 0
    assert await prompt(session, SEAL, time.advance(minutes=1), URL) == 1


async def test_a_change_of_dose_is_followed_without_anybody_looking(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    line = await session.scalar(select(Line.id).where(Line.patient_id == patient.id))
    draft = {
        "lines": [{
            "id": line, "medicine": "sermorelin", "route": "subcutaneous",
            "amount": {"value": "300", "unit": "ug"}, "recurrence": {"times": ["bedtime"]},
        }],
        "based_on": 1, "overrides": [{"code": "baseline_labs_missing", "reason": "known"}],
    }  # fmt: skip
    later = time.advance(days=10)
    await a_screening(session, patient, now=later)
    await enter_version(session, patient.id, patient, Draft.model_validate(draft), later)
    await mark_for_planning(session, patient.id, later)
    await prompt(session, SEAL, later, URL)
    steps = {row.step: row.due_on for row in await draws_of(session, patient.id)}
    assert steps["peptide-change"] == MONDAY.date() + timedelta(days=52)


async def test_a_prompt_that_a_sleeping_worker_missed_waits_for_the_morning(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    assert await prompt(session, SEAL, time.advance(hours=17), URL) == 0  # 22:00
    assert await prompt(session, SEAL, time.advance(hours=11, minutes=59), URL) == 0
    assert await prompt(session, SEAL, time.advance(minutes=1), URL) == 1  # 10:00


async def test_what_reaches_no_device_is_not_counted_as_said(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    assert await prompt(session, SEAL, time.advance(hours=5), URL) == 0
    draw = await session.get_one(LabDraw, (patient.id, draw_id(patient.id, "baseline", 0)))
    assert (draw.prompts, draw.prompt_at) == (0, TEN + timedelta(days=7))
    time.now = TEN + timedelta(days=98)
    draw.prompt_at = time.now
    await prompt(session, SEAL, time.now, URL)
    assert draw.prompts == 1


async def test_nobody_is_asked_for_blood_after_the_treatment_ended(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    (line,) = await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    await stop(session, patient.id, line, patient, "Done", time.now)
    assert await prompt(session, SEAL, time.advance(hours=5), URL) == 0
    assert await prompt(session, SEAL, time.advance(days=7), URL) == 0


async def test_a_lab_plan_is_made_without_anybody_opening_it_and_grows_by_itself(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    made = len(await draws_of(session, patient.id))
    assert made == 12
    plan = await session.get_one(Plan, patient.id)
    time.advance(days=200)
    plan.next_at = time.now + timedelta(hours=3)  # not looked at lately
    for row in await draws_of(session, patient.id):
        row.prompt_at = None
    await prompt(session, SEAL, time.now, URL)
    assert len(await draws_of(session, patient.id)) == made
    plan.next_at = time.now + timedelta(hours=5, minutes=56)
    await prompt(session, SEAL, time.now, URL)
    assert len(await draws_of(session, patient.id)) > made


@pytest.mark.parametrize("happened", ["voided", "entered", "told"])
async def test_what_a_void_a_result_or_a_date_of_birth_asks_for_is_spoken_of_though_nobody_looks(
    session: AsyncSession, time: Clock, happened: str
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    again = a_rule(
        rule="again", anchor=Anchor.LAST_RESULT, markers=("hematocrit",), offset_days=20,
        window_before=5, window_after=5,
    )  # fmt: skip
    await choose_rules(
        session, patient.id, patient,
        [again, *(rule for rule in DEFAULT_RULES if rule.rule.startswith(("half", "yearly")))],
        time.now,
    )  # fmt: skip
    plan = await session.get_one(Plan, patient.id)
    if happened == "voided":
        [row] = await some_results(session, patient, MONDAY.date() + A_DAY * 18, "hematocrit")
        time.advance(days=20)
        await prompt(session, SEAL, time.now, URL)
        assert [each for each in await draws_of(session, patient.id) if each.step == "again"
                and each.prompt_at and each.prompt_at < time.now + 5 * A_DAY] == []  # fmt: skip
        row.voided_at = time.now
        audit.record(
            session, "observation.voided", at=time.now, actor=patient.id, patient=patient.id
        )
    elif happened == "entered":
        time.advance(days=3)
        await some_results(session, patient, time.now.date(), "hematocrit", now=time.now)
        audit.record(
            session, "observation.entered", at=time.now, actor=patient.id, patient=patient.id
        )
    else:
        time.advance(days=3)
        born = About(born_on=MONDAY.date() - 50 * 365 * A_DAY, sex=None)
        await tell_about(session, patient.id, patient, born, time.now)
    await session.flush()
    time.advance(hours=5)
    plan.next_at = time.now + EVERY - timedelta(minutes=1)  # just looked at
    await prompt(session, SEAL, time.now, URL)
    rows = await draws_of(session, patient.id)
    asked = {row.step for row in rows if row.prompt_at is not None or row.prompts}
    steps = {row.step for row in rows}
    due = [(row.due_on - time.now.date()).days for row in rows if row.step == "again"]
    if happened == "told":
        assert "half-year-psa" in steps
    else:
        assert "again" in asked
        assert due[-1:] == ([0] if happened == "voided" else [20])
