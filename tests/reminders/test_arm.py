"""Arming: what may still speak does, once, and what is settled keeps silent."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle, undo
from app.doses.models import Dose, Kind, Reminder, Spoken
from app.problems import NotFound
from app.protocols.holds import hold, stop
from app.protocols.planning import plan_patient
from app.reminders.arm import arm
from app.reminders.reconcile import reconcile
from app.reminders.snooze import snooze
from tests.factories import a_care_link, a_clinician, a_line, a_patient, a_protocol
from tests.story_time import Clock


async def tonight(session: AsyncSession, patient: Person) -> Dose:
    first = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at).limit(1)
    dose = await session.scalar(first)
    assert dose is not None
    return dose


async def reminder_of(session: AsyncSession, dose: Dose) -> Reminder | None:
    return await session.get(Reminder, (dose.patient_id, dose.id), populate_existing=True)


async def take(session: AsyncSession, dose: Dose, time: Clock) -> UUID:
    report = Report(id=uuid4(), kind=Kind.TAKEN, author=dose.patient_id, means=Means.APP)
    await settle(session, dose.patient_id, dose.id, report, now=time.now)
    return report.id


async def test_a_settled_dose_is_not_armed_again(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await tonight(session, patient)
    await take(session, dose, time)
    await arm(session, patient.id, time.now)
    assert await reminder_of(session, dose) is None


async def test_a_held_dose_is_silent(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await tonight(session, patient)
    await session.execute(update(Dose).values(held=True))
    await arm(session, patient.id, time.now)
    assert await reminder_of(session, dose) is None
    with pytest.raises(NotFound):
        await snooze(session, patient.id, dose.id, minutes=5, means=Means.APP, now=time.now)


async def test_an_open_dose_is_silent_once_its_line_is_held_or_stopped(
    session: AsyncSession, time: Clock
) -> None:
    """Its ladder has rungs left, and "Still open" would contradict the clinic."""
    patient, clinician = await a_patient(session), await a_clinician(session)
    held, stopped, kept = await a_protocol(
        session, patient, a_line(), a_line(medicine="gonadorelin"), a_line(medicine="anastrozole")
    )
    await a_care_link(session, patient, clinician)
    time.now = (await tonight(session, patient)).due_at + timedelta(minutes=5)
    await hold(
        session, patient.id, held, clinician, since=None, until=None, reason="High.", now=time.now
    )
    await stop(session, patient.id, stopped, clinician, "High.", time.now)
    await plan_patient(session, patient.id, time.now)
    await arm(session, patient.id, time.now)
    both = (Reminder.patient_id == Dose.patient_id) & (Reminder.id == Dose.id)
    open_now = select(Dose.line_id).join(Reminder, both).where(Dose.due_at <= time.now)
    assert set(await session.scalars(open_now)) == {kept}


async def test_a_snooze_survives_arming(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await tonight(session, patient)
    time.now = dose.due_at
    later = await snooze(session, patient.id, dose.id, minutes=45, means=Means.APP, now=time.now)
    await arm(session, patient.id, time.now)
    reminder = await reminder_of(session, dose)
    assert reminder is not None
    assert reminder.remind_at == later == dose.due_at + timedelta(minutes=45)


async def test_a_dose_that_nobody_armed_in_time_speaks_at_once(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await tonight(session, patient)
    await session.execute(delete(Reminder))
    session.expunge_all()
    time.now = dose.due_at + timedelta(minutes=5)
    assert await reconcile(session, time.now) == 1
    reminder = await reminder_of(session, dose)
    assert reminder is not None
    assert reminder.remind_at == time.now
    assert await reconcile(session, time.now) == 0


async def test_an_undone_dose_reminds_again_on_the_rungs_that_are_left(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await tonight(session, patient)
    time.now = dose.due_at
    session.add(Spoken(
        patient_id=patient.id, dose_id=dose.id, message_id=uuid4(), at=time.now, devices=1
    ))  # fmt: skip
    await take(session, dose, time)
    time.advance(minutes=5)
    await undo(
        session, patient.id, dose.id, event_id=uuid4(), author=patient.id, means=Means.APP,
        now=time.now,
    )  # fmt: skip
    assert await reconcile(session, time.now) == 0  # nothing was lost
    reminder = await reminder_of(session, dose)
    assert reminder is not None
    assert reminder.remind_at == dose.due_at + timedelta(minutes=20)


async def test_a_dose_whose_window_has_closed_says_nothing(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await tonight(session, patient)
    await session.execute(delete(Reminder))
    session.expunge_all()
    time.now = dose.closes_at
    await arm(session, patient.id, time.now)
    assert await reminder_of(session, dose) is None
