"""The plan: rebuilt as often as anybody likes, with the past left alone."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import PreferencesChange, change_preferences
from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle, undo
from app.doses.models import Dose, Kind, Reminder
from app.doses.plan import dose_id
from app.protocols.holds import stop
from app.protocols.models import Terms
from app.protocols.planning import plan_patient
from app.reminders.arm import arm
from app.schedule import zone
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import Clock


async def doses_of(session: AsyncSession, patient: Person) -> list[Dose]:
    mine = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at)
    return list((await session.scalars(mine.execution_options(populate_existing=True))).all())


async def change(session: AsyncSession, patient: Person, now: datetime, **what: object) -> None:
    asked = PreferencesChange.model_validate(what)
    await change_preferences(session, patient.id, asked, now)
    await plan_patient(session, patient.id, now)
    await arm(session, patient.id, now)


def test_a_dose_keeps_its_name_whatever_the_plan_does() -> None:
    line = UUID("6f1c0b1e-8a52-4a0f-9f0a-0d7f6c8b2a11")
    assert dose_id(line, date(2026, 11, 23), 0) == dose_id(line, date(2026, 11, 23), 0)
    assert dose_id(line, date(2026, 11, 23), 0) != dose_id(line, date(2026, 11, 24), 0)
    assert dose_id(line, date(2026, 11, 23), 0) != dose_id(line, date(2026, 11, 23), 1)


async def test_planning_again_changes_nothing(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    before = [(dose.id, dose.due_at) for dose in await doses_of(session, patient)]
    assert len(before) == 14
    await plan_patient(session, patient.id, time.now)
    assert [(dose.id, dose.due_at) for dose in await doses_of(session, patient)] == before


async def test_the_horizon_moves_on_one_night_at_a_time(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    for day in range(1, 4):
        time.advance(days=1)
        await plan_patient(session, patient.id, time.now)
        doses = await doses_of(session, patient)
        assert len(doses) == 14 + day
        assert len({dose.night for dose in doses}) == len(doses)


async def test_a_new_bedtime_moves_the_future_and_not_the_past(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    time.advance(days=2)
    past = [(d.id, d.due_at) for d in await doses_of(session, patient) if d.due_at <= time.now]
    await change(session, patient, time.now, bedtimes=["21:00"] * 7)
    doses = await doses_of(session, patient)
    assert [(dose.id, dose.due_at) for dose in doses[: len(past)]] == past
    for dose in doses[len(past) :]:
        assert f"{dose.due_at.astimezone(zone(dose.zone)):%H:%M}" == "21:00"


async def test_a_settled_dose_stays_where_it_was_planned(
    session: AsyncSession, time: Clock
) -> None:
    """Taken early, then the bedtime moved: the record keeps the time it was planned for."""
    patient = await a_patient(session)
    await a_protocol(session, patient)
    tonight = (await doses_of(session, patient))[0]
    planned = tonight.due_at
    early = Report(id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP)
    await settle(session, patient.id, tonight.id, early, now=time.advance(hours=10))
    await change(session, patient, time.now, bedtimes=["23:45"] * 7)
    assert (await doses_of(session, patient))[0].due_at == planned


async def test_an_undone_dose_follows_the_prescription_again(
    session: AsyncSession, time: Clock
) -> None:
    """Logged for tomorrow by mistake and undone; then the amount changes, then the line stops."""
    patient = await a_patient(session)
    [line] = await a_protocol(session, patient)
    tomorrow = (await doses_of(session, patient))[1].id
    early = Report(id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP)
    await settle(session, patient.id, tomorrow, early, now=time.advance(hours=1))
    await undo(session, patient.id, tomorrow, event_id=uuid4(), author=patient.id,
               means=Means.APP, now=time.now)  # fmt: skip
    await session.execute(update(Terms).values(amount_value=Decimal(150)))
    await plan_patient(session, patient.id, time.now)
    dose = await session.get_one(Dose, (patient.id, tomorrow), populate_existing=True)
    assert dose.amount.value == Decimal(150)
    await stop(session, patient.id, line, patient, "Enough.", time.now)
    await plan_patient(session, patient.id, time.now)
    await arm(session, patient.id, time.now)
    dose = await session.get_one(Dose, (patient.id, tomorrow), populate_existing=True)
    assert dose.held
    assert await session.get(Reminder, (patient.id, tomorrow)) is None


async def test_a_bedtime_moved_into_the_past_does_not_make_tonight_overdue(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    tonight = (await doses_of(session, patient))[0]
    before = tonight.due_at
    time.now = before - timedelta(minutes=30)
    await change(session, patient, time.now, bedtimes=["21:00"] * 7)
    assert (await doses_of(session, patient))[0].due_at == before


async def test_flying_to_tokyo_keeps_one_dose_a_night(session: AsyncSession, time: Clock) -> None:
    """Honolulu to Tokyo: the next local bedtime is hours away, and no night gets two doses."""
    patient = await a_patient(session, timezone="Pacific/Honolulu")
    await a_protocol(session, patient)
    time.advance(days=3)
    await plan_patient(session, patient.id, time.now)
    await change(session, patient, time.now, timezone="Asia/Tokyo")
    await change(session, patient, time.now, timezone="Pacific/Honolulu")
    await change(session, patient, time.now, timezone="Asia/Tokyo")
    doses = await doses_of(session, patient)
    nights = [dose.night for dose in doses]
    assert len(nights) == len(set(nights))
    assert nights == sorted(nights)
    assert (nights[-1] - nights[0]).days == len(nights) - 1  # and none is lost


async def test_reminders_follow_a_new_bedtime(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await change(session, patient, time.now, bedtimes=["21:00"] * 7)
    tonight = (await doses_of(session, patient))[0]
    reminder = await session.get(Reminder, (patient.id, tonight.id), populate_existing=True)
    assert reminder is not None
    assert reminder.remind_at == tonight.due_at


async def test_a_medicine_entered_in_the_afternoon_did_not_miss_its_morning(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    time.advance(hours=10)  # three in the afternoon in Denver
    await a_protocol(session, patient, a_line(times=("09:00",), window_minutes=600), now=time.now)
    assert all(dose.due_at > time.now for dose in await doses_of(session, patient))


async def test_doses_due_together_share_a_thread(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(), a_line(medicine="gonadorelin", amount="100"))
    time.advance(hours=1)
    tonight = (await doses_of(session, patient))[:2]
    threads = set()
    for dose in tonight:
        reminder = await session.get(Reminder, (patient.id, dose.id))
        assert reminder is not None
        threads.add(reminder.thread)
    assert threads == {min(dose.id for dose in tonight)}
