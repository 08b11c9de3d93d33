"""Reminders that wait for a blood draw, with the worker's ticks moved by hand."""

import datetime as wall
from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle
from app.doses.models import Dose, Kind, Reminder, Spoken
from app.doses.waits import begin, end
from app.protocols.planning import mark_for_planning
from app.push.models import Message
from app.push.seal import Seal
from app.reminders.arm import plan_and_arm
from app.reminders.reconcile import reconcile
from app.reminders.snooze import snooze
from app.reminders.tick import Mouth, remind
from tests.factories import a_device, a_line, a_patient, a_protocol
from tests.story_time import Clock

MOUTH = Mouth(Seal("a-secret-of-the-tests-0123456789-abcdef"), "https://vesper.example.org")
DENVER = ZoneInfo("America/Denver")


def at(text: str, day: str = "2026-11-24") -> datetime:
    """An hour of the draw day, a Tuesday, where the patients live."""
    return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=DENVER).astimezone(UTC)


async def ticks(session: AsyncSession, time: Clock, until: datetime) -> list[str]:
    """Both ticks every ten minutes; when something was said, on the clock of the patient."""
    said: list[str] = []
    before = await _count(session)
    while time.now <= until:
        await plan_and_arm(session, time.now)
        if await remind(session, MOUTH, time.now) and await _count(session) > before + len(said):
            said.append(f"{time.now.astimezone(DENVER):%H:%M}")
        time.advance(minutes=10)
    return said


async def _count(session: AsyncSession) -> int:
    return len((await session.scalars(select(Message.id))).all())


async def a_draw_day(
    session: AsyncSession, time: Clock, *, window_minutes: int | None = None
) -> tuple[Person, UUID]:
    """At seven on a day that was chosen before: a patient with a dose at eight and at bedtime."""
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(
        session, patient, a_line(times=("08:00",), window_minutes=window_minutes),
        a_line(medicine="gonadorelin"),
    )  # fmt: skip
    wait = uuid4()
    await begin(session, patient.id, wait, at("04:00"), at("12:00"))
    await mark_for_planning(session, patient.id, time.now)
    time.now = at("07:00")
    return patient, wait


async def confirm(session: AsyncSession, patient: Person, wait: UUID, time: Clock) -> None:
    await end(session, patient.id, [wait], time.now)
    await mark_for_planning(session, patient.id, time.now)


async def test_a_morning_dose_is_silent_until_the_draw_is_confirmed_and_then_speaks(
    session: AsyncSession, time: Clock
) -> None:
    patient, wait = await a_draw_day(session, time)
    assert await ticks(session, time, at("08:40")) == []
    await confirm(session, patient, wait, time)
    # At once, and on up the ladder that is left.
    assert await ticks(session, time, at("12:30")) == ["08:50", "09:00"]
    time.now = at("22:20")
    assert await ticks(session, time, at("22:40")) == ["22:30"]


async def test_a_draw_confirmed_before_the_dose_is_due_leaves_everything_as_ever(
    session: AsyncSession, time: Clock
) -> None:
    patient, wait = await a_draw_day(session, time)
    assert await ticks(session, time, at("07:30")) == []
    await confirm(session, patient, wait, time)
    assert await ticks(session, time, at("09:10")) == ["08:00", "08:20", "09:00"]


async def test_without_a_word_it_speaks_at_noon_and_only_once(
    session: AsyncSession, time: Clock
) -> None:
    await a_draw_day(session, time)
    assert await ticks(session, time, at("13:10")) == ["12:00"]
    time.now = at("22:20")
    assert await ticks(session, time, at("23:30")) == ["22:30", "22:50", "23:30"]


async def test_a_worker_that_slept_over_noon_speaks_once(
    session: AsyncSession, time: Clock
) -> None:
    patient, wait = await a_draw_day(session, time)
    time.now = at("13:00")
    assert await ticks(session, time, at("13:30")) == ["13:00"]
    # Confirmed later still: nothing was held back any more, so nothing is said again.
    await confirm(session, patient, wait, time)
    assert await ticks(session, time, at("14:10")) == []


async def test_a_window_that_closes_in_the_morning_closes_on_time_and_without_a_word(
    session: AsyncSession, time: Clock
) -> None:
    patient, wait = await a_draw_day(session, time, window_minutes=180)
    assert await ticks(session, time, at("10:50")) == []
    dose = await session.scalar(
        select(Dose).where(Dose.patient_id == patient.id, Dose.due_at == at("08:00"))
    )
    assert dose is not None
    assert dose.closes_at == at("11:00")
    # It is silent on purpose: nobody is paged for it, and nothing arms it again.
    assert await reconcile(session, at("10:50")) == 0
    assert REGISTRY.get_sample_value("vesper_doses_unarmed") == 0
    assert time.now == at("11:00")
    await confirm(session, patient, wait, time)
    assert await ticks(session, time, at("12:20")) == []


async def test_it_can_be_logged_and_put_off_while_it_waits(
    session: AsyncSession, time: Clock
) -> None:
    patient, _ = await a_draw_day(session, time)
    assert await ticks(session, time, at("08:20")) == []
    mine = select(Dose).where(Dose.patient_id == patient.id, Dose.due_at == at("08:00"))
    dose = await session.scalar(mine)
    assert dose is not None
    await snooze(session, patient.id, dose.id, minutes=30, means=Means.APP, now=time.now)
    await mark_for_planning(session, patient.id, time.now)
    assert await ticks(session, time, at("10:00")) == ["09:00"]  # asked for, so it speaks
    report = Report(id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP)
    await settle(session, patient.id, dose.id, report, now=time.now)
    time.now = at("11:50")
    assert await ticks(session, time, at("12:20")) == []


async def test_a_dose_that_spoke_before_the_day_was_chosen_holds_its_next_rungs_back(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient, a_line(times=("06:00",)))
    time.now = at("05:50")
    assert await ticks(session, time, at("06:10")) == ["06:00"]
    wait = uuid4()
    await begin(session, patient.id, wait, at("04:00"), at("12:00"))
    await mark_for_planning(session, patient.id, time.now)
    assert await ticks(session, time, at("07:10")) == []
    time.now = at("11:50")
    assert await ticks(session, time, at("12:30")) == ["12:00"]
    assert len((await session.scalars(select(Spoken.message_id))).all()) == 2


async def test_what_was_armed_before_the_day_was_chosen_is_armed_again(
    session: AsyncSession, time: Clock
) -> None:
    """Also a row that came back in between: the plan tick compares every row with what it wants."""
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient, a_line(times=("08:00",)))
    time.now = at("07:50")
    await plan_and_arm(session, time.now)
    mine = select(Reminder).where(Reminder.patient_id == patient.id,
                                  Reminder.due_at == at("08:00"))  # fmt: skip
    row = await session.scalar(mine)
    assert row is not None
    await begin(session, patient.id, uuid4(), at("04:00"), at("12:00"))
    assert (await session.scalars(mine)).all() == []
    session.expunge_all()
    session.add(Reminder(
        patient_id=patient.id, id=row.id, thread=row.thread, due_at=row.due_at,
        closes_at=row.closes_at, remind_at=row.remind_at, rungs=row.rungs,
    ))  # fmt: skip
    await session.flush()
    await mark_for_planning(session, patient.id, time.now)
    assert await ticks(session, time, at("09:10")) == []
    time.now = at("11:50")
    assert await ticks(session, time, at("12:30")) == ["12:00"]


async def test_noon_in_quiet_hours_waits_for_their_end(session: AsyncSession, time: Clock) -> None:
    patient, _ = await a_draw_day(session, time)
    preferences = await preferences_of(session, patient.id)
    preferences.quiet_from, preferences.quiet_until = wall.time(11), wall.time(14)
    await mark_for_planning(session, patient.id, time.now)
    time.now = at("11:30")
    assert await ticks(session, time, at("14:30")) == ["14:00"]


@pytest.mark.parametrize("day", ["2027-03-14", "2026-11-01"])
async def test_on_a_day_on_which_the_clocks_change_noon_is_noon_on_the_wall(
    session: AsyncSession, time: Clock, day: str
) -> None:
    time.now = at("07:00", day) - wall.timedelta(days=2)
    patient = await a_patient(session, now=time.now)
    await a_device(session, patient)
    await a_protocol(
        session, patient, a_line(times=("08:00",)), now=time.now, first=time.now.date()
    )
    time.now = at("07:30", day)
    await begin(session, patient.id, uuid4(), at("04:00", day), at("12:00", day))
    await mark_for_planning(session, patient.id, time.now)
    assert await ticks(session, time, at("09:00", day)) == []
    time.now = at("11:50", day)
    assert await ticks(session, time, at("12:20", day)) == ["12:00"]
