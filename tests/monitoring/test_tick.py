"""The prompt for a blood draw: once, discreet, by day, for everything that falls together."""

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.models import LabDraw
from app.monitoring.plan import draw_id, draws_of, mark_drawn, snooze
from app.monitoring.tick import prompt
from app.protocols.holds import stop
from app.protocols.models import Plan
from app.push.models import Message
from app.push.outbox import associated_data
from app.push.receipts import BLANK
from app.push.seal import Seal
from tests.factories import a_device, a_patient, a_protocol
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
    assert payload["notification"]["navigate"] == f"{URL}/tonight"
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


async def test_draws_that_fall_together_make_one_message(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    rows = await draws_of(session, patient.id)
    rows[1].prompt_at = rows[0].prompt_at
    assert await prompt(session, SEAL, time.advance(hours=5), URL) == 1
    assert len(await messages(session)) == 1
    assert [row.prompts for row in rows[:3]] == [1, 1, 0]


async def test_a_draw_that_is_done_or_put_off_is_not_asked_for(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient)
    await prompt(session, SEAL, time.now, URL)
    baseline = draw_id(patient.id, "baseline", 0)
    await snooze(session, patient.id, baseline, patient, until=None, days=3, now=time.now)
    assert await prompt(session, SEAL, time.advance(days=2, hours=6), URL) == 0
    assert await prompt(session, SEAL, time.advance(days=1), URL) == 1
    await mark_drawn(session, patient.id, baseline, patient, None, time.now)
    assert await prompt(session, SEAL, time.advance(days=7), URL) == 0


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
    assert len(await draws_of(session, patient.id)) == 5
    plan = await session.get_one(Plan, patient.id)
    time.advance(days=200)
    plan.next_at = time.now + timedelta(hours=3)  # not looked at lately
    await prompt(session, SEAL, time.now, URL)
    assert len(await draws_of(session, patient.id)) == 5
    plan.next_at = time.now + timedelta(hours=5, minutes=56)
    await prompt(session, SEAL, time.now, URL)
    assert len(await draws_of(session, patient.id)) == 6
