"""Check-ins: one a day, changed with history, twice as once; and how somebody is asked."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import PreferencesChange, change_preferences, go_away
from app.accounts.models import AwayNights, Person
from app.audit import AuditEntry, Means
from app.db import Sessions
from app.observations.checkins import CheckIn, CheckInDiffers, check_ins_of, is_there, keep, slot_of
from app.observations.models import Asked, Observation, Rhythm, Tracking
from app.observations.record import void
from app.observations.tracking import SCALES, Policy, choose, look_again, policy_of
from app.problems import Invalid
from app.schedule import Evenings, Quiet, zone
from app.verification import verify
from tests.factories import a_clinician, a_patient
from tests.story_time import MONDAY, Clock
from tests.test_verification import SEALER

TODAY = date(2026, 11, 23)


async def said(
    session: AsyncSession, who: Person, now: datetime, day: date = TODAY, note: str = "",
    check_in: UUID | None = None, **scores: int,
) -> CheckIn:  # fmt: skip
    return await keep(session, who.id, who, Means.APP, check_in or uuid4(), day, scores, note, now)


async def rows(session: AsyncSession) -> int:
    return await session.scalar(select(func.count(Observation.id))) or 0


async def test_a_score_that_is_left_out_is_skipped_and_never_zero(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    kept = await said(session, patient, time.now, energy=0, libido=10)
    assert kept.scores == {"energy": 0, "libido": 10}
    assert await rows(session) == 2
    assert len(kept.history) == 1


async def test_a_change_keeps_what_was_there_before(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await said(session, patient, time.now, energy=3, recovery=5)
    kept = await said(session, patient, time.advance(hours=1), energy=6, libido=2, note="Later")
    assert (kept.scores, kept.note) == ({"energy": 6, "libido": 2}, "Later")
    assert [(each.at, each.scores) for each in kept.history] == [
        (MONDAY, {"energy": 3, "recovery": 5}),
        (time.now, {"energy": 6, "libido": 2}),
    ]
    first = await session.scalar(
        select(Observation).where(Observation.code == "energy", Observation.value == Decimal(3))
    )
    assert first is not None
    assert (first.voided_at, first.voided_by, first.slot) == (time.now, patient.id, None)
    later = await session.scalar(
        select(Observation).where(Observation.code == "energy", Observation.voided_at.is_(None))
    )
    assert later is not None
    assert (later.replaces, later.slot) == (first.id, slot_of("energy", TODAY))


async def test_changes_of_one_instant_are_told_apart_too(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await said(session, patient, time.now, energy=3)
    kept = await said(session, patient, time.now, energy=4)
    assert [each.scores for each in kept.history] == [{"energy": 3}, {"energy": 4}]


async def test_the_same_again_changes_nothing_even_after_a_later_one(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    first = uuid4()
    await said(session, patient, time.now, check_in=first, energy=3)
    await said(session, patient, time.advance(hours=1), energy=8)
    before = await rows(session), await session.scalar(select(func.count(AuditEntry.id)))
    kept = await said(session, patient, time.advance(hours=1), check_in=first, energy=3)
    assert kept.scores == {"energy": 8}
    await said(session, patient, time.now, energy=8)
    assert (await rows(session), await session.scalar(select(func.count(AuditEntry.id)))) == before


async def test_what_is_no_longer_asked_about_stays_when_the_rest_is_changed(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await said(session, patient, time.now, note="All", energy=3, recovery=5, libido=7)
    await chosen(session, patient, time.now, rhythm=Rhythm.DAILY, items=("energy", "recovery"))
    second = uuid4()
    kept = await said(session, patient, time.advance(hours=1), check_in=second, energy=6)
    # Recovery was asked and left out; libido was not asked.
    assert (kept.scores, kept.note) == ({"energy": 6, "libido": 7}, "")
    assert [each.scores for each in kept.history] == [
        {"energy": 3, "recovery": 5, "libido": 7}, {"energy": 6, "libido": 7},
    ]  # fmt: skip
    before = await rows(session)
    await said(session, patient, time.now, check_in=second, energy=6)
    await said(session, patient, time.now, energy=6)
    assert await rows(session) == before
    kept = await said(session, patient, time.advance(hours=1), energy=6, libido=2)
    assert kept.scores == {"energy": 6, "libido": 2}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_score_voided_while_its_day_is_changed_is_void_once(
    sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await said(session, patient, time.now, energy=3)
        wrong = await session.scalar(select(Observation.id))
    assert wrong is not None

    async def change() -> CheckIn:
        async with sessions.begin() as session:
            return await said(session, patient, time.now, energy=8)

    async with sessions.begin() as session:
        await void(session, patient.id, wrong, "Slip", patient.id, Means.APP, time.now)
        await session.flush()
        time.advance(minutes=1)
        changing = asyncio.create_task(change())
        await asyncio.sleep(0.3)
    assert (await changing).scores == {"energy": 8}
    assert (await verify(sessions, [SEALER], now=time.now)).findings == []


@pytest.mark.parametrize(
    "other", [{"energy": 4}, {"energy": 3, "libido": 1}, {"energy": 3, "note": "Other"},
              {"energy": 3, "day": TODAY - timedelta(days=1)}],
)  # fmt: skip
async def test_something_else_with_the_same_id_is_refused(
    session: AsyncSession, time: Clock, other: Any
) -> None:
    patient = await a_patient(session)
    first = uuid4()
    await said(session, patient, time.now, check_in=first, energy=3)
    with pytest.raises(CheckInDiffers):
        await said(session, patient, time.now, check_in=first, **other)
    assert await rows(session) == 1


async def test_half_past_midnight_belongs_to_the_evening_before_until_the_day_turns(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    # Denver is seven hours behind: 03:59 and 04:00 of Tuesday there.
    before, after = (datetime(2026, 11, 24, 10, 59, tzinfo=UTC) + timedelta(minutes=m)
                     for m in (0, 1))  # fmt: skip
    tuesday = TODAY + timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        await said(session, patient, before, day=tuesday, energy=5)
    assert refused.value.errors[0]["field"] == "day"
    await said(session, patient, before, day=TODAY, energy=5)
    await said(session, patient, after, day=tuesday, energy=6)
    assert [each.day for each in await check_ins_of(session, patient.id, TODAY, tuesday)] == [
        tuesday, TODAY,
    ]  # fmt: skip
    row = await session.scalar(select(Observation).where(Observation.value == Decimal(5)))
    assert row is not None
    assert (row.day, row.time_known, row.collected_at) == (TODAY, True, before)


async def test_a_past_day_is_welcome_and_has_no_time(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    past = date(2026, 3, 8)  # the day on which Denver's clocks go forward
    kept = await said(session, patient, time.now, day=past, energy=5)
    assert kept.day == past
    row = await session.scalar(select(Observation))
    assert row is not None
    assert (row.time_known, row.collected_at) == (False, datetime(2026, 3, 8, 14, tzinfo=UTC))
    assert await is_there(session, patient.id, past)
    assert not await is_there(session, patient.id, TODAY)


@pytest.mark.parametrize("scores", [{}, {"headache": 3}, {"energy": 4, "weight": 80}])
async def test_what_is_no_check_in_is_refused_whole(
    session: AsyncSession, time: Clock, scores: Any
) -> None:
    patient = await a_patient(session)
    with pytest.raises(Invalid) as refused:
        await said(session, patient, time.now, **scores)
    assert refused.value.errors[0]["field"].startswith("scores")
    assert await rows(session) == 0


async def test_a_day_whose_scores_are_all_void_has_no_check_in(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    clinician = await a_clinician(session)
    await said(session, patient, time.now, energy=3)
    row = await session.scalar(select(Observation))
    assert row is not None
    row.voided_at, row.voided_by, row.slot = time.advance(hours=1), clinician.id, None
    await session.flush()
    assert await check_ins_of(session, patient.id, TODAY, TODAY) == []
    assert not await is_there(session, patient.id, TODAY)
    kept = await said(session, patient, time.advance(hours=1), energy=4)
    assert [each.scores for each in kept.history] == [{"energy": 3}, {}, {"energy": 4}]
    assert kept.history[1].author.id == clinician.id


async def test_a_repeat_of_what_was_voided_meanwhile_leaves_it_void(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    first = uuid4()
    await said(session, patient, time.now, check_in=first, energy=3)
    row = await session.scalar(select(Observation.id))
    assert row is not None
    time.advance(hours=1)
    await void(session, patient.id, row, "Slip", patient.id, Means.APP, time.now)
    kept = await said(session, patient, time.now, check_in=first, energy=3)
    assert (kept.scores, kept.note) == ({}, "")
    assert [each.scores for each in kept.history] == [{"energy": 3}, {}]
    assert await rows(session) == 1


DENVER = Evenings(zone("America/Denver"), (time(22, 30),) * 7)
NIGHTS = Quiet(time(0), time(6), zone("America/Denver"))


def test_a_time_of_its_own_follows_the_wall_clock_across_a_change_of_clocks() -> None:
    policy = Policy(rhythm=Rhythm.DAILY, asked=Asked.OWN, at=time(19))
    saturday = date(2026, 3, 7)
    found = [policy.moment(saturday + timedelta(days=n), DENVER, NIGHTS) for n in (0, 1)]
    assert found == [
        datetime(2026, 3, 8, 2, tzinfo=UTC), datetime(2026, 3, 9, 1, tzinfo=UTC),
    ]  # fmt: skip


def test_with_the_doses_is_at_the_bedtime_of_that_night() -> None:
    bedtimes = (time(22, 30), *(time(23),) * 5, time(0, 30))
    evenings = Evenings(zone("America/Denver"), bedtimes)
    policy = Policy(rhythm=Rhythm.DAILY)
    assert policy.moment(TODAY, evenings, None) == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    sunday = TODAY - timedelta(days=1)
    assert policy.moment(sunday, evenings, None) == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    # In quiet hours it waits for their end, which is after the day has turned: nothing is pushed.
    assert policy.moment(sunday, evenings, NIGHTS) is None
    short = Quiet(time(0), time(1), zone("America/Denver"))
    assert policy.moment(sunday, evenings, short) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_weekly_check_in_comes_round_once_a_week() -> None:
    policy = Policy(rhythm=Rhythm.WEEKLY, weekday=3, asked=Asked.OWN, at=time(19))
    moment = policy.next_moment(DENVER, NIGHTS, since=TODAY, after=MONDAY)
    assert moment == datetime(2026, 11, 26, 2, tzinfo=UTC)  # Wednesday evening there
    again = policy.next_moment(DENVER, NIGHTS, since=TODAY, after=moment)
    assert again == moment + timedelta(days=7)
    off = Policy()
    assert off.next_moment(DENVER, NIGHTS, since=TODAY, after=MONDAY) is None


async def chosen(session: AsyncSession, who: Person, now: datetime, **facts: Any) -> Policy:
    return await choose(session, who.id, who, Means.APP, Policy(**facts), now)


async def test_what_does_not_apply_is_dropped_and_a_repeat_changes_nothing(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    assert await policy_of(session, patient.id) == Policy()
    facts: dict[str, Any] = {
        "rhythm": Rhythm.DAILY, "weekday": 3, "at": DENVER.bedtimes[0],
        "items": ("libido", "energy"), "training_days": (5, 1, 5),
    }  # fmt: skip
    policy = await chosen(session, patient, time.now, **facts)
    assert (policy.weekday, policy.at, policy.items, policy.training_days) == (
        None, None, ("energy", "libido"), (1, 5),
    )  # fmt: skip
    await chosen(session, patient, time.advance(hours=1), **facts)
    row = await session.get_one(Tracking, patient.id)
    assert row.chosen_at == MONDAY
    assert row.ask_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    assert await session.scalar(select(func.count(AuditEntry.id))) == 1
    await chosen(session, patient, time.now, rhythm=Rhythm.OFF)
    await session.refresh(row)
    assert row.ask_at is None


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"rhythm": Rhythm.WEEKLY}, "weekday"),
        ({"rhythm": Rhythm.DAILY, "asked": Asked.OWN}, "at"),
        ({"rhythm": Rhythm.DAILY, "asked": Asked.OWN, "at": NIGHTS.start}, "at"),
        ({"rhythm": Rhythm.DAILY, "items": ()}, "items"),
        ({"rhythm": Rhythm.OFF, "items": ("energy", "headache")}, "items.1"),
    ],
)
async def test_a_policy_that_could_not_be_kept_is_refused_by_its_field(
    session: AsyncSession, time: Clock, facts: dict[str, Any], field: str
) -> None:
    patient = await a_patient(session, quiet=True)
    with pytest.raises(Invalid) as refused:
        await chosen(session, patient, time.now, **facts)
    assert refused.value.errors[0]["field"] == field
    assert refused.value.errors[0]["cure"]
    assert await session.get(Tracking, patient.id) is None


async def test_nobody_is_asked_at_a_time_that_has_gone_by_today(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    at = DENVER.bedtimes[0].replace(hour=5)  # five in the morning, which it is
    await chosen(session, patient, time.now, rhythm=Rhythm.DAILY, asked=Asked.OWN, at=at)
    row = await session.get_one(Tracking, patient.id)
    assert row.ask_at == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    time.advance(minutes=30)
    await chosen(
        session, patient, time.now, rhythm=Rhythm.DAILY, asked=Asked.OWN, at=at, items=("energy",)
    )
    assert row.ask_at == datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


async def test_whoever_is_not_asked_is_not_looked_at_again(
    session: AsyncSession, time: Clock
) -> None:
    asked, off = await a_patient(session), await a_patient(session)
    await chosen(session, asked, time.now, rhythm=Rhythm.DAILY)
    await chosen(session, off, time.now, rhythm=Rhythm.OFF)
    for patient in (asked, off):
        await look_again(session, patient.id, time.now)
    found = select(Tracking.patient_id).where(Tracking.ask_at == time.now)
    assert (await session.scalars(found)).all() == [asked.id]


async def test_away_from_home_the_day_follows_the_clock_of_the_nights(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await change_preferences(session, patient.id, PreferencesChange(turns="04:00"), time.now)
    await go_away(session, patient.id, "Asia/Tokyo", AwayNights.LOCAL, time.now)
    time.now = datetime(2026, 11, 23, 21, tzinfo=UTC)  # six in the morning of Tuesday in Tokyo
    kept = await said(session, patient, time.now, day=TODAY + timedelta(days=1), energy=5)
    assert kept.day == TODAY + timedelta(days=1)
    row = await session.scalar(select(Observation))
    assert row is not None
    assert row.zone == "Asia/Tokyo"


def test_the_scales_are_those_of_the_brief() -> None:
    assert SCALES == ("energy", "sleep_quality", "recovery", "libido")
