"""The check-in's own push: once a day, in neutral words, only where nothing else brings it up."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import PreferencesChange, QuietHours, change_preferences
from app.accounts.models import Person, Preferences
from app.audit import Means
from app.doses.models import Dose, Event, Kind, Reminder
from app.monitoring.asking import ask
from app.monitoring.courses import courses_of, report_of
from app.monitoring.side_effects import Course
from app.observations.checkins import keep
from app.observations.models import Asked, Observation, Rhythm, Tracking
from app.observations.tracking import Policy, choose, look_again
from app.push.models import Message
from app.push.outbox import associated_data, enqueue
from app.push.seal import Seal
from app.reminders.arm import arm
from app.reminders.tick import Mouth, remind
from tests.factories import a_device, a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

SEAL = Seal("a-secret-of-the-tests-0123456789-abcdef")
URL = "https://vesper.example.org/"
TODAY = date(2026, 11, 23)
SEVEN = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""Seven in the evening of Monday in Denver, and half past ten, which is bedtime."""
BEDTIME = SEVEN + timedelta(hours=3, minutes=30)

OWN = {"rhythm": Rhythm.DAILY, "asked": Asked.OWN, "at": wall(19)}
EVENING = {"rhythm": Rhythm.DAILY}


async def who_chose(session: AsyncSession, **facts: Any) -> Person:
    """A patient with a phone who wishes to be asked like this."""
    patient = await a_patient(session)
    await a_device(session, patient)
    await choose(session, patient.id, patient, Means.APP, Policy(**facts), MONDAY)
    return patient


async def asked(session: AsyncSession, now: datetime) -> int:
    """How many check-ins a tick at this instant has asked for so far."""
    await ask(session, SEAL, now, URL)
    assert await ask(session, SEAL, now, URL) == 0, "a repeat finds nothing to do"
    return len(await messages(session))


async def messages(session: AsyncSession) -> Sequence[Message]:
    return (await session.scalars(select(Message).where(Message.kind == "check-in"))).all()


async def answers(session: AsyncSession, patient: Person, day: date, now: datetime) -> None:
    await keep(session, patient.id, patient, Means.APP, uuid4(), day, {"energy": 5}, "", now)


async def test_at_its_own_time_it_is_asked_once_a_day_and_names_nothing(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **OWN)
    assert await asked(session, SEVEN - timedelta(seconds=1)) == 0
    assert await asked(session, SEVEN) == 1
    assert await asked(session, SEVEN + timedelta(hours=2)) == 1
    await look_again(session, patient.id, SEVEN + timedelta(hours=3))
    assert await asked(session, SEVEN + timedelta(hours=3)) == 1
    (message,) = await messages(session)
    assert (message.urgent, message.due_at) == (False, SEVEN)
    assert message.expires_at == datetime(2026, 11, 24, 11, tzinfo=UTC)  # when the day turns
    assert message.payload is not None
    payload = json.loads(SEAL.open(message.payload, associated_data(patient.id, message.id)))
    shown = payload["notification"]
    assert (shown["title"], shown["body"]) == ("Vesper", "How are you today? Open Vesper.")
    assert shown["navigate"] == "https://vesper.example.org/health"
    assert set(shown["data"]) == {"kind", "message", "receipt"}
    assert await asked(session, SEVEN + timedelta(days=1)) == 2


async def test_it_is_not_asked_when_that_days_check_in_is_there(session: AsyncSession) -> None:
    patient = await who_chose(session, **OWN)
    await answers(session, patient, TODAY, MONDAY)
    assert await asked(session, SEVEN) == 0
    # Yesterday's does not count for today.
    assert await asked(session, SEVEN + timedelta(days=1)) == 1


async def test_with_the_doses_the_reminder_of_that_evening_says_enough(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **EVENING)
    await a_protocol(session, patient)
    # Whichever tick has its turn first at bedtime, only the reminder speaks.
    assert await asked(session, BEDTIME) == 0
    await remind(session, Mouth(SEAL, URL), BEDTIME)
    assert await asked(session, BEDTIME + timedelta(minutes=1)) == 0
    row = await session.get_one(Tracking, patient.id)
    assert row.ask_at == BEDTIME + timedelta(days=1)


async def test_with_the_doses_it_is_asked_at_bedtime_on_a_night_without_a_reminder(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **EVENING)
    await a_protocol(session, patient, a_line(weekdays=(2, 4)))  # not on a Monday
    assert await asked(session, BEDTIME - timedelta(seconds=1)) == 0
    assert await asked(session, BEDTIME) == 1
    tuesday = BEDTIME + timedelta(days=1)
    await arm(session, patient.id, tuesday - timedelta(hours=1))
    assert await asked(session, tuesday) == 1
    await remind(session, Mouth(SEAL, URL), tuesday)
    assert await asked(session, tuesday + timedelta(minutes=1)) == 1


async def test_a_reminder_of_the_morning_is_none_of_the_evening(session: AsyncSession) -> None:
    patient = await who_chose(session, **EVENING)
    await a_protocol(session, patient, a_line(times=("08:00",)))
    await remind(session, Mouth(SEAL, URL), datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert await asked(session, BEDTIME) == 1


async def test_a_dose_due_after_bedtime_will_bring_it_up(session: AsyncSession) -> None:
    patient = await who_chose(session, **EVENING)
    await a_protocol(session, patient, a_line(times=("23:30",)))
    assert await asked(session, BEDTIME) == 0


async def test_a_dose_that_was_settled_before_bedtime_reminds_nobody_so_it_is_asked(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **EVENING)
    await a_protocol(session, patient)
    await session.execute(delete(Reminder))  # as logging the dose does
    assert await asked(session, BEDTIME) == 1


async def test_a_reminder_that_is_never_said_does_not_silence_the_check_in(
    session: AsyncSession,
) -> None:
    """As in a week that was taken as often as asked for: the row moves on without a word."""
    patient = await who_chose(session, **EVENING)
    await a_protocol(session, patient)
    assert await asked(session, BEDTIME) == 0
    for row in await session.scalars(select(Reminder)):
        row.remind_at = max(row.remind_at, BEDTIME + timedelta(minutes=20))
    assert await asked(session, BEDTIME + timedelta(minutes=1)) == 1
    assert patient


@pytest.mark.parametrize(
    ("change", "later"),
    [
        (PreferencesChange(timezone="America/New_York"), timedelta(hours=-2)),
        (PreferencesChange(timezone="Pacific/Honolulu"), timedelta(hours=3)),
        (PreferencesChange(bedtimes=["21:00"] * 7), timedelta(hours=-1, minutes=-30)),
        (PreferencesChange(bedtimes=["23:45"] * 7), timedelta(hours=1, minutes=15)),
    ],
)
async def test_a_new_zone_or_bedtime_moves_the_question_with_it(
    session: AsyncSession, change: PreferencesChange, later: timedelta
) -> None:
    patient = await who_chose(session, **EVENING)
    await change_preferences(session, patient.id, change, MONDAY + timedelta(hours=1))
    await look_again(session, patient.id, MONDAY + timedelta(hours=1))
    assert await asked(session, MONDAY + timedelta(hours=1)) == 0
    assert await asked(session, BEDTIME + later - timedelta(seconds=1)) == 0
    assert await asked(session, BEDTIME + later) == 1


async def test_a_change_that_nobody_announced_is_seen_when_the_time_comes(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **OWN)
    preferences = await session.get_one(Preferences, patient.id)
    preferences.timezone = "Pacific/Honolulu"
    assert await asked(session, SEVEN) == 0
    assert await asked(session, SEVEN + timedelta(hours=3)) == 1


async def test_across_a_change_of_clocks_it_stays_at_seven_on_the_wall(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **OWN)
    before = datetime(2027, 3, 14, 2, tzinfo=UTC)  # Saturday at seven; the clocks go forward
    assert await asked(session, before) == 1
    row = await session.get_one(Tracking, patient.id)
    assert row.ask_at == before + timedelta(hours=23)


async def test_quiet_hours_are_kept_and_a_night_that_is_over_is_let_go(
    session: AsyncSession,
) -> None:
    patient = await who_chose(session, **OWN)
    quiet = PreferencesChange(quiet=QuietHours(**{"from": "18:00", "until": "20:00"}))
    await change_preferences(session, patient.id, quiet, MONDAY)
    assert await asked(session, SEVEN) == 0
    assert await asked(session, SEVEN + timedelta(hours=1)) == 1
    # The worker slept until quiet hours that last beyond the turn of the day.
    quiet = PreferencesChange(quiet=QuietHours(**{"from": "22:00", "until": "07:00"}))
    await change_preferences(session, patient.id, quiet, MONDAY)
    tuesday = SEVEN + timedelta(days=1)
    assert await asked(session, tuesday + timedelta(hours=4)) == 1
    row = await session.get_one(Tracking, patient.id)
    assert row.ask_at == tuesday + timedelta(days=1)


async def test_a_worker_that_slept_over_a_night_does_not_ask_about_it(
    session: AsyncSession,
) -> None:
    await who_chose(session, **OWN)
    assert await asked(session, SEVEN + timedelta(hours=9, seconds=-1)) == 1  # 03:59 there
    assert await asked(session, SEVEN + timedelta(days=1, hours=9)) == 1  # 04:00, a day later


async def test_weekly_is_asked_on_its_weekday_only(session: AsyncSession) -> None:
    await who_chose(session, **{**OWN, "rhythm": Rhythm.WEEKLY, "weekday": 3})
    found = [await asked(session, SEVEN + timedelta(days=days)) for days in range(10)]
    assert found == [0, 0, 1, 1, 1, 1, 1, 1, 1, 2]


async def test_nobody_is_asked_who_does_not_wish_it(session: AsyncSession) -> None:
    await who_chose(session)
    assert await ask(session, SEAL, SEVEN + timedelta(days=3), URL) == 0


async def test_one_who_cannot_be_asked_keeps_nobody_else_from_it(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await who_chose(session, **OWN)
    fine = await who_chose(session, **OWN)

    async def breaking(*args: Any, person_id: Any, **facts: Any) -> int:
        if person_id == broken.id:
            raise RuntimeError("a row that nobody can read")
        return await enqueue(*args, person_id=person_id, **facts)

    monkeypatch.setattr("app.monitoring.asking.enqueue", breaking)
    assert await ask(session, SEAL, SEVEN, URL) == 2
    assert [message.person_id for message in await messages(session)] == [fine.id]
    monkeypatch.undo()
    assert await ask(session, SEAL, SEVEN + timedelta(minutes=14), URL) == 0
    assert await asked(session, SEVEN + timedelta(minutes=15)) == 2


async def test_a_limit_leaves_the_others_for_the_next_round(session: AsyncSession) -> None:
    for _ in range(3):
        await who_chose(session, **OWN)
    assert [await ask(session, SEAL, SEVEN, URL, limit=2) for _ in range(3)] == [2, 1, 0]
    assert len(await messages(session)) == 3


async def test_a_course_begins_with_the_first_dose_taken_or_else_planned(
    session: AsyncSession, time: Clock
) -> None:
    patient, other = await a_patient(session), await a_patient(session)
    tablet = a_line(medicine="anastrozole", route="oral", amount="1", unit="mg")
    shot = a_line(medicine="testosterone_cypionate", route="intramuscular", amount="1", unit="mg")
    lines = await a_protocol(session, patient, a_line(), tablet, shot)
    await a_protocol(session, other)
    assert await courses_of(session, [patient.id], time.now) == {}  # nothing is due yet
    later = MONDAY + timedelta(days=3)
    found = await courses_of(session, [patient.id, other.id], later)
    assert {each.line_id: each for each in found[patient.id]} == {
        lines[0]: Course(lines[0], TODAY, watched=True),
        lines[1]: Course(lines[1], TODAY, watched=False),
        lines[2]: Course(lines[2], TODAY, watched=True),
    }
    assert len(found[other.id]) == 1
    # The first one that was taken counts, once there is one.
    night = TODAY + timedelta(days=2)
    dose = await session.scalar(select(Dose).where(Dose.line_id == lines[0], Dose.night == night))
    assert dose is not None
    await _log(session, dose, patient, later)
    found = await courses_of(session, [patient.id], later)
    assert {each.line_id: each.first for each in found[patient.id]}[lines[0]] == night


async def _log(session: AsyncSession, dose: Dose, patient: Person, now: datetime) -> None:
    session.add(Event(
        patient_id=patient.id, id=uuid4(), dose_id=dose.id, seq=1, kind=Kind.TAKEN, taken_at=now,
        logged_at=now, author_id=patient.id, means=Means.APP,
    ))  # fmt: skip
    await session.flush()


def test_a_report_of_the_small_hours_is_of_the_night_before() -> None:
    who = uuid4()
    row = Observation(
        patient_id=who, id=uuid4(), panel_id=uuid4(), code="headache", value=Decimal("4"),
        unit="{score}", collected_at=datetime(2026, 11, 24, 10, 59, tzinfo=UTC),
        zone="America/Denver", day=date(2026, 11, 24), author_id=who, means=Means.APP,
        entered_at=MONDAY,
    )  # fmt: skip
    assert report_of(row, wall(4)).night == TODAY
    assert report_of(row, wall(3, 59)).night == date(2026, 11, 24)  # it turns at that minute
    assert report_of(row, wall(4)).severity == 4
