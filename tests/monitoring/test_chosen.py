"""A chosen draw day: one for each visit, spoken of the evening before and that morning, once."""

import asyncio
import datetime as wall
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import come_home, go_away, preferences_of
from app.accounts.models import AwayNights, Person
from app.db import Sessions
from app.doses.models import Dose, Held, Wait
from app.doses.state import DoseState
from app.monitoring import draw_tick
from app.monitoring.chosen import AnotherChoice, choose, end_for, give_up
from app.monitoring.draw_days import days_of, place_of
from app.monitoring.draw_facts import asked_of, given_of, is_settled, visit_of
from app.monitoring.draw_tick import remind_of_draws
from app.monitoring.due import State
from app.monitoring.models import ChosenDay
from app.monitoring.plan import Visit, mark_drawn, snooze, visits_of
from app.monitoring.policy import choose_rules
from app.problems import Invalid, NotFound
from app.protocols.holds import hold, stop
from app.protocols.models import Line, Plan
from app.push.models import Delivery, Message
from app.push.outbox import associated_data
from app.push.seal import Seal
from tests.factories import a_device, a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

SEAL = Seal("a-secret-of-the-tests-0123456789-abcdef")
URL = "https://vesper.example.org"
DENVER = ZoneInfo("America/Denver")
THURSDAY = date(2026, 11, 26)
EIGHT = wall.time(8)

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what follows from the rows alone, whatever keeps them."""


def at(text: str, zone: ZoneInfo = DENVER) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def a_weekly_dose(**facts: Any) -> dict[str, Any]:
    """Weekly on Sunday evening, as in `clinical.md` 1.3."""
    usual = {
        "medicine": "testosterone_cypionate", "form": "vial_200", "route": "subcutaneous",
        "amount": "100", "unit": "mg", "weekdays": (7,),
    }  # fmt: skip
    return a_line(**{**usual, **facts})


async def a_chooser(session: AsyncSession, *lines: dict[str, Any]) -> Person:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient, *(lines or (a_line(),)))
    return patient


async def pick(
    session: AsyncSession, patient: Person, day: date, now: datetime,
    choice: UUID | None = None, hour: wall.time = EIGHT, draw: UUID | None = None,
) -> ChosenDay:  # fmt: skip
    visits = await visits_of(session, patient.id, now)
    visit = next((each for each in visits if draw in each.draws), visits[0])
    return await choose(
        session, patient.id, patient, choice=choice or uuid4(), draw=draw or visit.id,
        together=visit.draws, day=day, at=hour, now=now,
    )  # fmt: skip


async def wait_of(session: AsyncSession, row: ChosenDay) -> Wait:
    wait = await session.get(Wait, (row.patient_id, row.id), populate_existing=True)
    assert wait is not None
    return wait


async def hours(session: AsyncSession, time: Clock, until: datetime, step: int = 60) -> list[str]:
    """The tick every hour, and when it said what, on the clock of Denver."""
    told = []
    seen = set(await session.scalars(select(Message.id)))
    while time.now <= until:
        await remind_of_draws(session, SEAL, time.now, URL)
        for message in await session.scalars(select(Message)):
            if message.id not in seen:
                seen.add(message.id)
                told.append(f"{message.kind} {time.now.astimezone(DENVER):%a %H:%M}")
        time.advance(minutes=step)
    return told


async def test_it_speaks_at_six_the_evening_before_and_an_hour_before_the_draw(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)
    wait = await wait_of(session, row)
    assert (wait.since, wait.until) == (at("2026-11-26T04:00"), at("2026-11-26T12:00"))
    time.now = at("2026-11-25T17:00")
    assert await hours(session, time, at("2026-11-26T12:30")) == [
        "draw-evening Wed 18:00", "draw-morning Thu 07:00",
    ]  # fmt: skip
    assert (row.evening_at, row.morning_at, row.ended_at) == (None, None, None)
    evening, morning = (await session.scalars(select(Message).order_by(Message.created_at))).all()
    assert evening.payload is None  # what nobody fetched is replaced by the newer one
    for message in (morning,):
        assert message.payload is not None
        payload = json.loads(SEAL.open(message.payload, associated_data(patient.id, message.id)))
        assert payload["notification"]["title"] == "Vesper"
        assert payload["notification"]["navigate"] == f"{URL}/health"
        assert message.expires_at == at("2026-11-26T08:00")


async def test_the_same_choice_again_changes_nothing_and_its_id_stands_for_nothing_else(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    key = uuid4()
    first = await pick(session, patient, THURSDAY, time.now, key)
    again = await pick(session, patient, THURSDAY, time.advance(minutes=1), key)
    assert again is first
    assert again.chosen_at == MONDAY
    with pytest.raises(AnotherChoice):
        await pick(session, patient, THURSDAY + timedelta(days=1), time.now, key)
    # Also when it has ended: what arrives late does not bring it back.
    await give_up(session, patient.id, patient, key, time.now)
    late = await pick(session, patient, THURSDAY, time.now, key)
    assert late.ended_at == time.now


async def test_another_day_ends_the_choice_before_and_only_that(
    session: AsyncSession, time: Clock
) -> None:
    patient, other = await a_chooser(session), await a_chooser(session)
    before = await pick(session, patient, THURSDAY, time.now)
    theirs = await pick(session, other, THURSDAY, time.now)
    elsewhere = uuid4()
    unrelated = await choose(
        session, patient.id, patient, choice=uuid4(), draw=elsewhere, together=[elsewhere],
        day=THURSDAY, at=EIGHT, now=time.now,
    )  # fmt: skip
    after = await pick(session, patient, THURSDAY + timedelta(days=1), time.advance(minutes=1))
    assert before.ended_at == time.now
    assert (before.evening_at, before.morning_at) == (None, None)
    assert (await wait_of(session, before)).ended_at == time.now
    assert after.ended_at is theirs.ended_at is unrelated.ended_at is None
    time.now = at("2026-11-26T23:00")
    await session.execute(update(Plan).values(next_at=time.now + timedelta(days=1)))
    # Any draw of the visit names it.
    await end_for(session, patient.id, [after.draw_id], time.now)
    plan = await session.get(Plan, patient.id, populate_existing=True)
    assert plan is not None
    assert plan.next_at == time.now  # armed again within one plan tick


async def test_of_two_who_choose_at_the_same_moment_one_choice_stands(
    sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_chooser(session)

    async def pick_one(day: date) -> None:
        async with sessions.begin() as session:
            await pick(session, await session.get_one(Person, patient.id), day, time.now)

    await asyncio.gather(*(pick_one(THURSDAY + timedelta(days=n)) for n in range(4)))
    async with sessions.begin() as session:
        rows = (await session.scalars(select(ChosenDay))).all()
        assert len(rows) == 4
        (stands,) = (row for row in rows if row.ended_at is None)
        open_waits = select(Wait.id).where(Wait.ended_at.is_(None))
        assert (await session.scalars(open_waits)).all() == [stands.id]


async def test_what_was_given_up_or_drawn_says_nothing_more(
    session: AsyncSession, time: Clock
) -> None:
    patient, other = await a_chooser(session), await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)
    theirs = await pick(session, other, THURSDAY, time.now)
    time.now = at("2026-11-25T18:00")
    assert await hours(session, time, time.now) == ["draw-evening Wed 18:00"] * 2
    for minutes in (1, 2):
        now = time.advance(minutes=minutes)
        await give_up(session, patient.id, patient, row.id, now)
        await mark_drawn(session, other.id, theirs.draw_id, other, None, now)
    # What nobody has seen yet is not delivered any more either.
    assert (await session.scalars(select(Delivery.message_id))).all() == []
    assert await hours(session, time, at("2026-11-26T09:00")) == []
    assert (row.ended_at, theirs.ended_at) == (at("2026-11-25T19:01"),) * 2
    with pytest.raises(NotFound):
        await give_up(session, patient.id, patient, theirs.id, time.now)


async def test_any_draw_of_the_visit_that_was_drawn_ends_the_choice(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    patient.born_on = date(1970, 1, 1)  # old enough for a PSA, drawn with the rest
    visits = await visits_of(session, patient.id, time.now)
    visit = next(each for each in visits if "psa" in each.markers)
    first, *_, last = visit.draws
    assert first != last
    before = await pick(session, patient, THURSDAY, time.now, draw=last)
    row = await pick(session, patient, THURSDAY, time.advance(minutes=1), draw=first)
    assert (before.ended_at, row.ended_at) == (time.now, None)
    await mark_drawn(session, patient.id, last, patient, None, time.now)
    assert row.ended_at == time.now


@SQLITE
async def test_a_draw_that_is_put_off_beyond_the_day_gives_it_up(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)
    await snooze(
        session, patient.id, row.draw_id, patient, until=THURSDAY, days=None, now=time.now
    )  # fmt: skip
    assert row.ended_at is None
    await snooze(session, patient.id, row.draw_id, patient, until=None, days=7, now=time.now)
    assert row.ended_at == time.now


async def test_a_draw_that_is_done_meanwhile_ends_without_a_word(
    session: AsyncSession, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its results came before the day: nobody said that it was drawn."""
    patient = await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)

    async def settled(*_: object) -> bool:
        return True

    monkeypatch.setattr(draw_tick, "is_settled", settled)
    time.now = at("2026-11-25T18:00")
    assert await hours(session, time, at("2026-11-26T09:00")) == []
    assert row.ended_at == at("2026-11-25T18:00")


@SQLITE
async def test_quiet_hours_are_kept_where_they_can_be(session: AsyncSession, time: Clock) -> None:
    async def moments(since: str, until: str, hour: str = "08:00") -> tuple[str, str]:
        preferences = await preferences_of(session, patient.id)
        preferences.quiet_from = wall.time.fromisoformat(since)
        preferences.quiet_until = wall.time.fromisoformat(until)
        row = await pick(session, patient, THURSDAY, time.now, hour=wall.time.fromisoformat(hour))
        return tuple(  # type: ignore[return-value]
            f"{moment.astimezone(DENVER):%a %H:%M}" if moment else "-"
            for moment in (row.evening_at, row.morning_at)
        )

    patient = await a_chooser(session)
    assert await moments("00:00", "06:00") == ("Wed 18:00", "Thu 07:00")
    assert await moments("17:00", "20:15") == ("Wed 20:15", "Thu 07:00")
    assert await moments("22:00", "07:30") == ("Wed 18:00", "Thu 07:30")
    # Whoever sleeps until nine and goes at eight wants to be woken.
    assert await moments("22:00", "09:00") == ("Wed 18:00", "Thu 07:00")
    # An evening that is quiet until morning is the morning's business.
    assert await moments("18:00", "06:00") == ("-", "Thu 07:00")
    assert await moments("00:00", "06:00", "05:30") == ("Wed 18:00", "Thu 04:30")


@SQLITE
async def test_quiet_hours_that_came_after_the_choice_are_kept_as_well(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    await pick(session, patient, THURSDAY, time.now)
    preferences = await preferences_of(session, patient.id)
    preferences.quiet_from, preferences.quiet_until = wall.time(17), wall.time(19)
    time.now = at("2026-11-25T17:00")
    assert await hours(session, time, at("2026-11-25T20:00")) == ["draw-evening Wed 19:00"]


@SQLITE
async def test_a_worker_that_slept_says_only_what_still_helps(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    await pick(session, patient, THURSDAY, time.now)
    time.now = at("2026-11-26T07:20")
    assert await hours(session, time, at("2026-11-26T09:00")) == ["draw-morning Thu 07:20"]
    preferences = await preferences_of(session, patient.id)
    preferences.quiet_from, preferences.quiet_until = wall.time(20), wall.time(6)
    row = await pick(session, patient, date(2026, 12, 2), time.now)
    time.now = at("2026-12-01T21:00")  # in quiet hours that last into the day itself
    assert await hours(session, time, time.now) == []
    assert row.evening_at is None
    time.now = at("2026-12-02T08:00")  # the hour has come, and it is too late to say so
    assert await hours(session, time, at("2026-12-02T13:00")) == []
    assert (row.evening_at, row.morning_at) == (None, None)


@SQLITE
async def test_what_was_to_be_said_before_the_choice_is_not_said(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    time.now = at("2026-11-25T19:00")
    await pick(session, patient, THURSDAY, time.now)
    assert await hours(session, time, at("2026-11-26T06:30"), step=60) == []
    again = await pick(session, patient, THURSDAY, at("2026-11-26T07:10"))
    assert (again.evening_at, again.morning_at) == (None, None)
    assert (await wait_of(session, again)).ended_at is None


async def test_whoever_flies_hears_of_it_by_the_clock_there_and_nothing_twice(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)
    tokyo = ZoneInfo("Asia/Tokyo")
    # Flown before the evening: 18:00 in Tokyo is 02:00 in Denver.
    time.now = at("2026-11-24T20:00")
    await go_away(session, patient.id, "Asia/Tokyo", AwayNights.LOCAL, time.now)
    assert await hours(session, time, at("2026-11-25T15:30")) == [
        "draw-evening Wed 02:00", "draw-morning Wed 15:00",
    ]  # fmt: skip
    wait = await wait_of(session, row)
    assert (wait.since, wait.until) == (
        at("2026-11-26T04:00", tokyo), at("2026-11-26T12:00", tokyo),
    )  # fmt: skip


@SQLITE
async def test_an_evening_that_was_said_is_not_said_again_in_another_zone(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)
    time.now = at("2026-11-25T18:00")
    assert await hours(session, time, time.now) == ["draw-evening Wed 18:00"]
    honolulu = ZoneInfo("Pacific/Honolulu")
    await go_away(session, patient.id, "Pacific/Honolulu", AwayNights.LOCAL, time.now)
    assert await hours(session, time, at("2026-11-26T13:00")) == ["draw-morning Thu 10:00"]
    wait = await wait_of(session, row)
    assert wait.until == at("2026-11-26T12:00", honolulu)


@SQLITE
async def test_a_day_on_which_the_clocks_change_has_its_own_hours(
    session: AsyncSession, time: Clock
) -> None:
    time.now = datetime(2027, 3, 10, 12, tzinfo=UTC)
    patient = await a_patient(session, now=time.now)
    await a_device(session, patient)
    await a_protocol(session, patient, now=time.now, first=time.now.date())
    row = await pick(session, patient, date(2027, 3, 14), time.now)
    wait = await wait_of(session, row)
    assert (row.evening_at, row.morning_at) == (
        datetime(2027, 3, 14, 1, tzinfo=UTC), datetime(2027, 3, 14, 13, tzinfo=UTC),
    )  # fmt: skip
    # Denver is at UTC-6 from two in the morning on.
    assert (wait.since, wait.until) == (
        datetime(2027, 3, 14, 10, tzinfo=UTC), datetime(2027, 3, 14, 18, tzinfo=UTC),
    )  # fmt: skip


@SQLITE
async def test_a_day_that_turns_late_leaves_the_night_before_alone(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session)
    preferences = await preferences_of(session, patient.id)
    for turns, since in (("00:00", "04:00"), ("06:30", "06:30"), ("11:00", "04:00")):
        preferences.turns = wall.time.fromisoformat(turns)
        row = await pick(session, patient, THURSDAY, time.now)
        assert (await wait_of(session, row)).since == at(f"2026-11-26T{since}")


@pytest.mark.parametrize(
    ("day", "hour", "field"),
    [
        (date(2026, 11, 22), "08:00", "day"),
        (MONDAY.date() + timedelta(days=121), "08:00", "day"),
        (THURSDAY, "04:59", "at"),
        (THURSDAY, "18:01", "at"),
        (date(2026, 11, 23), "05:00", "at"),  # this very moment
    ],
)
@SQLITE
async def test_a_day_or_hour_that_nobody_can_go_at_is_refused_and_changes_nothing(
    session: AsyncSession, time: Clock, day: date, hour: str, field: str
) -> None:
    patient = await a_chooser(session)
    stands = await pick(session, patient, THURSDAY, time.now)
    with pytest.raises(Invalid) as refused:
        await pick(session, patient, day, time.now, hour=wall.time.fromisoformat(hour))
    assert refused.value.errors[0]["field"] == field
    assert stands.ended_at is None
    furthest = MONDAY.date() + timedelta(days=120)
    assert (await pick(session, patient, furthest, time.now)).day == furthest


async def test_one_patient_who_cannot_be_told_keeps_nobody_else_from_hearing(
    session: AsyncSession, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = await a_chooser(session), await a_chooser(session)
    for patient in (broken, fine):
        await pick(session, patient, THURSDAY, time.now)
    real = is_settled

    async def fails(session: AsyncSession, patient_id: UUID, *rest: Any) -> bool:
        if patient_id == broken.id:
            raise RuntimeError("a broken plan")
        return await real(session, patient_id, *rest)

    monkeypatch.setattr(draw_tick, "is_settled", fails)
    time.now = at("2026-11-25T18:00")
    await go_away(session, broken.id, "America/Chicago", AwayNights.LOCAL, time.now)
    # Until nothing is due: also where the one who cannot be told has moved, and stays in sight.
    done = [await remind_of_draws(session, SEAL, time.now, URL, limit=1) for _ in range(4)]
    assert (sum(done), done[-1]) == (1, 0)
    assert len((await session.scalars(select(Message.id))).all()) == 1
    monkeypatch.setattr(draw_tick, "is_settled", real)
    await come_home(session, broken.id, time.now)
    time.now = at("2026-11-25T18:10")
    assert await hours(session, time, at("2026-11-25T18:20"), step=5) == [
        "draw-evening Wed 18:15"
    ]  # fmt: skip


async def test_the_planner_reads_the_log_the_plan_and_the_prescription(
    session: AsyncSession, time: Clock
) -> None:
    """Week 6 lies far beyond the fourteen nights that are planned."""
    patient = await a_chooser(session, a_weekly_dose(), a_line())
    visit = await a_testosterone_visit(session, patient, time.now)
    asked = await asked_of(session, patient.id, visit, time.now)
    assert asked.timing == "mid_interval"
    found = days_of(asked)
    assert [place.day.isoweekday() for place in found.fitting[:2]] == [4, 5]
    first = found.fitting[0]
    assert first.since is not None
    assert (str(first.since.hours), first.since.planned) == ("81.5", True)
    # The sermorelin of that evening comes after it.
    assert [note.code for note in first.notes][-1] == "before_doses"


@SQLITE
async def test_whose_day_turns_at_noon_may_choose_an_afternoon(
    session: AsyncSession, time: Clock
) -> None:
    """Their morning is over before it begins, so nothing waits for the draw."""
    patient = await a_chooser(session)
    preferences = await preferences_of(session, patient.id)
    preferences.turns = wall.time(12)
    row = await pick(session, patient, THURSDAY, time.now, hour=wall.time(13))
    assert row.morning_at == at("2026-11-26T12:00")
    assert await session.get(Wait, (patient.id, row.id)) is None


@SQLITE
@pytest.mark.parametrize("ends", ["plan", "treatment"])
async def test_a_day_for_a_draw_that_is_asked_for_no_more_is_not_spoken_of(
    session: AsyncSession, time: Clock, ends: str
) -> None:
    """The screen has no such visit any more, so nobody could give it up there either."""
    patient = await a_chooser(session)
    row = await pick(session, patient, THURSDAY, time.now)
    if ends == "plan":
        await choose_rules(session, patient.id, patient, [], time.now)
    else:
        line = await session.scalar(select(Line.id).where(Line.patient_id == patient.id))
        assert line is not None
        await stop(session, patient.id, line, patient, "Done", time.now)
    assert await hours(session, time, at("2026-11-26T09:00")) == []
    assert row.ended_at is not None
    assert (await wait_of(session, row)).ended_at is not None


def test_a_dose_that_a_change_of_zone_moved_counts_no_interval() -> None:
    """As for a result: its due time belongs to no schedule."""
    due = at("2026-11-22T22:30")
    dose = Dose(
        patient_id=uuid4(), id=uuid4(), line_id=uuid4(), version_id=uuid4(), night=THURSDAY, slot=0,
        label="x", amount_value=Decimal(1), amount_unit="mg", route="oral", due_at=due,
        closes_at=due + timedelta(hours=4), on_time_minutes=60, ladder=[0], zone="UTC", held=True,
        held_for=Held.GAP,
    )  # fmt: skip
    dose.events = []
    assert given_of(dose, DoseState.HELD).extra
    dose.held_for = Held.HOLD
    assert not given_of(dose, DoseState.HELD).extra


@SQLITE
async def test_the_planner_leaves_days_after_a_hold_alone_and_the_missed_dose_too(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session, a_weekly_dose())
    line = await session.scalar(select(Line.id).where(Line.patient_id == patient.id))
    assert line is not None
    visit = await a_testosterone_visit(session, patient, time.now)
    first, last = visit.opens_on, visit.closes_on
    await hold(
        session, patient.id, line, patient, since=first - timedelta(days=7),
        until=last + timedelta(days=7), reason="Away.", now=time.now,
    )  # fmt: skip
    found = days_of(await asked_of(session, patient.id, visit, time.now))
    assert found.fitting == ()
    assert found.avoided != ()
    assert all(place.why and "is on hold" in place.why for place in found.avoided)
    # A week after the first Sunday nobody has logged it: it is missed by itself.
    time.now = at("2026-12-02T09:00")
    place = place_of(
        await asked_of(session, patient.id, visit, time.now, also={date(2026, 12, 3)}),
        date(2026, 12, 3), EIGHT,
    )  # fmt: skip
    assert not place.fits


@SQLITE
async def test_the_next_dose_is_known_also_where_it_lies_beyond_the_window(
    session: AsyncSession, time: Clock
) -> None:
    """Mondays and Thursdays: the Saturday after a Thursday is early in four days, not in three."""
    patient = await a_chooser(session, a_weekly_dose(weekdays=(1, 4)))
    visit = await a_testosterone_visit(session, patient, time.now)
    saturday = visit.opens_on + timedelta(days=(6 - visit.opens_on.isoweekday()) % 7)
    until_then = replace(visit.merged, closes_on=saturday)
    asked = await asked_of(session, patient.id, replace(visit, merged=until_then), time.now)
    assert saturday not in {place.day for place in days_of(asked).fitting}
    place = place_of(asked, saturday, EIGHT)
    assert place.why is not None
    assert place.why.endswith("is 41 to 62 hours.")


@SQLITE
async def test_an_overdue_visit_is_looked_for_in_the_next_fortnight(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_chooser(session, a_weekly_dose())
    time.now = MONDAY + timedelta(days=10)
    visits = await visits_of(session, patient.id, time.now)
    visit = next(each for each in visits if each.state is State.OVERDUE)
    today = date(2026, 12, 3)
    asked = await asked_of(session, patient.id, visit, time.now)
    assert asked.window == (today, today + timedelta(days=14))


async def a_testosterone_visit(session: AsyncSession, patient: Person, now: datetime) -> Visit:
    return next(
        each for each in await visits_of(session, patient.id, now)
        if "testosterone_total" in each.markers and each.opens_on > MONDAY.date()
    )  # fmt: skip


@SQLITE
async def test_a_draw_of_somebody_else_is_no_draw(session: AsyncSession, time: Clock) -> None:
    patient, other = await a_chooser(session), await a_chooser(session)
    visit = (await visits_of(session, other.id, time.now))[0]
    with pytest.raises(NotFound):
        await visit_of(session, patient.id, visit.id, time.now)
