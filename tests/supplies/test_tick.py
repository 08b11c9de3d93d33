"""The supplies tick: once, discreet, by day, and never because of a reason that is gone."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.evenings import first_preferences
from app.accounts.models import Person, Preferences
from app.db import Sessions
from app.push.models import Message
from app.push.seal import Seal
from app.schedule import A_DAY, zone
from app.supplies import tick as tick_module
from app.supplies.holding import contents_of_many
from app.supplies.hours import may_speak, next_moment
from app.supplies.looks import look_again
from app.supplies.models import (
    Consumable,
    ConsumableCount,
    Counted,
    Form,
    Gone,
    Item,
    Stock,
    StockEntry,
    SupplyLook,
    SupplyNotice,
    SupplySettings,
    Vial,
)
from app.supplies.notices import Kind, Thing, discards, new, over, run_outs
from app.supplies.outlook import outlook_of, outlooks_of
from app.supplies.settings import LONGEST_LEAD
from app.supplies.standing import standing_of
from app.supplies.tick import look
from tests.factories import a_device, a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock
from tests.supplies.shelf import a_vial

SEAL = Seal("a-secret-of-the-tests-0123456789-abcdef")
URL = "https://vesper.example.org"
TEN = MONDAY + timedelta(hours=5)
TODAY = date(2026, 11, 23)
DENVER = zone("America/Denver")


async def told(session: AsyncSession, now: datetime) -> list[tuple[str, str]]:
    """Look at this instant, and what was said by it that was not said before."""
    before = set((await session.scalars(select(SupplyNotice.id))).all())
    await look(session, SEAL, now, URL)
    found = (await session.scalars(select(SupplyNotice))).all()
    return sorted((row.kind, row.day.isoformat()) for row in found if row.id not in before)


async def messages(session: AsyncSession) -> Sequence[Message]:
    return (await session.scalars(select(Message).order_by(Message.created_at))).all()


async def somebody(session: AsyncSession, *lines: dict[str, object]) -> Person:
    patient = await a_patient(session)
    await a_device(session, patient)
    await a_protocol(session, patient, *lines)
    return patient


async def test_three_days_before_the_discard_date_and_on_the_day_at_ten_in_the_morning(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=999, use_by=date(2026, 11, 28))
    heard = {}
    for day in range(8):
        for minutes in (-1, 0, 300):
            moment = TEN + A_DAY * day + timedelta(minutes=minutes)
            if said := await told(session, moment):
                heard[moment] = said
    assert heard == {
        TEN: [("runs_out", "2026-11-29")],
        TEN + A_DAY * 2: [("discard_soon", "2026-11-28")],
        TEN + A_DAY * 5: [("discard", "2026-11-28")],
    }
    assert len(await messages(session)) == len(heard)


async def test_a_run_out_is_told_so_many_days_before_as_the_patient_wants(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=999, use_by=date(2026, 12, 12))
    session.add(SupplySettings(patient_id=patient.id, lead_days=12))
    await session.flush()
    heard = {}
    for day in range(16):
        if said := await told(session, TEN + A_DAY * day):
            heard[day] = said
    assert heard == {8: [("runs_out", "2026-12-13")]}


async def test_a_repeat_says_nothing_and_a_refill_starts_it_anew(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=5)
    assert await told(session, TEN) == [("runs_out", "2026-11-28")]
    assert await told(session, TEN) == []
    # The doses are not logged: it moves on day by day, and that is no news.
    for day in range(1, 9):
        assert await told(session, TEN + A_DAY * day) == []
    refill = await a_vial(session, patient, doses=100)
    assert await told(session, TEN + A_DAY * 9) == []
    assert not (await session.scalars(select(SupplyNotice))).all(), "what was said is over"
    gone = update(Vial).where(Vial.id == refill)
    await session.execute(gone.values(gone_at=TEN, gone_why=Gone.DAMAGED))
    assert await told(session, TEN + A_DAY * 10) == [("runs_out", "2026-12-08")]


async def test_whoever_is_warned_earlier_than_one_vial_lasts_is_told_of_each(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    session.add(SupplySettings(patient_id=patient.id, lead_days=LONGEST_LEAD))
    await a_vial(session, patient, doses=10)
    assert await told(session, TEN) == [("runs_out", "2026-12-03")]
    await a_vial(session, patient, doses=15, now=TEN + A_DAY * 8)
    for day in (9, 10):
        assert await told(session, TEN + A_DAY * day) == [], "until the night that was said"
    assert await told(session, TEN + A_DAY * 11) == [("runs_out", "2026-12-29")]
    for day in (12, 37):
        assert await told(session, TEN + A_DAY * day) == [], "no vial came before this one"


async def test_a_supply_that_is_low_is_told_again_after_more_came(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    key = uuid4()
    session.add(Consumable(
        patient_id=patient.id, id=key, item=Item.SWAB, name="Swabs", per_injection=0,
        created_at=MONDAY, low_at=9,
    ))  # fmt: skip
    for day, kind, number, heard in (
        (0, Counted.ADDED, 5, ["2026-11-23"]), (3, Counted.ADDED, 4, ["2026-11-26"]),
        (4, Counted.ADDED, 20, []), (6, Counted.COUNTED, 2, ["2026-11-29"]),
    ):  # fmt: skip
        at = TEN + A_DAY * day
        session.add(ConsumableCount(
            patient_id=patient.id, id=uuid4(), consumable_id=key, kind=kind, number=number,
            at=at, author_id=patient.id, said_at=at,
        ))  # fmt: skip
        await session.flush()
        assert await told(session, at) == [("low", each) for each in heard]
        assert await told(session, at + A_DAY) == []


async def test_what_happens_at_night_waits_for_the_morning(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=2)
    assert await told(session, MONDAY) == [], "five in the morning"
    row = await session.get_one(SupplyLook, patient.id, populate_existing=True)
    assert row.next_at == TEN
    assert await told(session, TEN - timedelta(minutes=1)) == []
    assert await told(session, TEN) == [("runs_out", "2026-11-25")]


async def test_a_reason_that_is_gone_is_not_said(session: AsyncSession, time: Clock) -> None:
    patient = await somebody(session)
    vial = await a_vial(session, patient, doses=500, use_by=TODAY + A_DAY * 3)
    await a_vial(session, patient, doses=500)
    await told(session, MONDAY)
    gone = update(Vial).where(Vial.id == vial)
    await session.execute(gone.values(gone_at=MONDAY, gone_why=Gone.EMPTY))
    assert await told(session, TEN) == []
    assert await messages(session) == []


async def test_one_push_a_day_however_much_there_is(session: AsyncSession, time: Clock) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=2, use_by=TODAY + A_DAY * 2)
    await a_vial(session, patient, doses=2, use_by=TODAY)
    assert len(await told(session, TEN)) == 3
    await a_vial(session, patient, doses=2, use_by=TODAY + A_DAY)
    later = TEN + timedelta(hours=2)
    await look_again(session, patient.id, later)
    assert await told(session, later) == []
    assert len(await messages(session)) == 1
    assert ("discard", "2026-11-24") in await told(session, TEN + A_DAY)
    (first, second) = await messages(session)
    assert first.topic == second.topic, "the second stands in the place of the first"


async def test_a_refill_and_another_reason_on_the_same_day_make_no_second_push(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=5)
    assert await told(session, TEN) == [("runs_out", "2026-11-28")]
    await a_vial(session, patient, doses=200)
    await a_vial(session, patient, doses=200, use_by=TODAY + A_DAY * 2)
    for hours in (2, 4):
        await look_again(session, patient.id, TEN + timedelta(hours=hours))
        assert await told(session, TEN + timedelta(hours=hours)) == []
    assert await told(session, TEN + A_DAY) == [("discard_soon", "2026-11-25")]
    assert len(await messages(session)) == 2


async def test_an_empty_vial_is_not_spoken_of(session: AsyncSession, time: Clock) -> None:
    patient = await somebody(session)
    await a_vial(session, patient, doses=500)
    empty = await a_vial(session, patient, doses=5, use_by=TODAY + A_DAY)
    session.add(StockEntry(
        patient_id=patient.id, id=uuid4(), vial_id=empty, kind=Stock.COUNTED, quantity=0,
        at=MONDAY, author_id=patient.id, said_at=MONDAY,
    ))  # fmt: skip
    await session.flush()
    assert await told(session, TEN) == []


async def test_nothing_is_said_to_who_wants_none_or_has_no_device(
    session: AsyncSession, time: Clock
) -> None:
    quiet, alone = await somebody(session), await a_patient(session)
    await a_protocol(session, alone)
    session.add(SupplySettings(patient_id=quiet.id, lead_days=7, notices=False))
    for each in (quiet, alone):
        await a_vial(session, each, doses=2)
    assert await told(session, TEN) == []
    await a_device(session, alone)
    later = TEN + timedelta(hours=1)
    await look_again(session, alone.id, later)
    assert await told(session, later) == [], "a message that reached nobody is not sent again"
    assert await told(session, TEN + A_DAY) == [("runs_out", "2026-11-26")], "tried again"


async def test_one_patient_who_cannot_be_worked_out_keeps_nobody_waiting(
    session: AsyncSession, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = await somebody(session), await somebody(session)
    for each in (broken, other):
        await a_vial(session, each, doses=2)

    async def failing(
        session: AsyncSession, patient_id: UUID, now: datetime, *, nights: int
    ) -> object:
        if patient_id == broken.id:
            raise LookupError("a vial that nobody understands")
        return await standing_of(session, patient_id, now, nights=nights)

    monkeypatch.setattr(tick_module, "standing_of", failing)
    assert await told(session, TEN) == [("runs_out", "2026-11-25")]
    row = await session.get_one(SupplyLook, broken.id, populate_existing=True)
    assert row.next_at == TEN + timedelta(minutes=15)
    monkeypatch.undo()
    assert await told(session, row.next_at) == [("runs_out", "2026-11-25")]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_workers_say_it_once(sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        for _ in range(6):
            await a_vial(session, await somebody(session), doses=2)
        await look(session, SEAL, MONDAY, URL)

    async def worker() -> int:
        async with sessions.begin() as session:
            done = await look(session, SEAL, TEN, URL, limit=4)
            await asyncio.sleep(0.05)
            return done

    assert sorted(await asyncio.gather(worker(), worker())) == [2, 4]
    async with sessions.begin() as session:
        assert len(await messages(session)) == 6


async def test_whoever_wants_to_know_sixty_days_before_is_told_then(
    session: AsyncSession, time: Clock
) -> None:
    patient = await somebody(session)
    for _ in range(3):
        await a_vial(session, patient, doses=20)
    session.add(SupplySettings(patient_id=patient.id, lead_days=LONGEST_LEAD))
    assert await told(session, TEN) == [("runs_out", "2027-01-22")]


async def test_whoever_logs_a_dose_waits_for_ten_patients_at_most(
    session: AsyncSession, time: Clock
) -> None:
    """The tick holds the rows that a logged dose moves until its transaction ends."""
    for _ in range(11):
        await a_vial(session, await a_patient(session))
    assert [await look(session, SEAL, MONDAY, URL) for _ in range(3)] == [10, 1, 0]


async def test_the_forecast_of_many_asks_no_more_than_that_of_one(
    session: AsyncSession, engine: AsyncEngine, time: Clock
) -> None:
    patients = [await somebody(session) for _ in range(4)]
    for number, patient in enumerate(patients[:3]):
        await a_vial(session, patient, doses=3 + number)
    await session.flush()
    asked: list[str] = []

    def listen(_c: object, _u: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        one = await outlook_of(session, patients[0].id, TEN)
        alone = len(asked)
        asked.clear()
        many = await outlooks_of(
            session, await contents_of_many(session, [each.id for each in patients], TEN), TEN
        )
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)
    assert len(asked) == alone
    assert many[patients[0].id] == one
    assert {key: [each.doses_left for each in found.values()] for key, found in many.items()} == {
        patient.id: [3 + number] for number, patient in enumerate(patients[:3])
    }
    assert await outlooks_of(session, {}, TEN) == {}
    assert await outlook_of(session, patients[3].id, TEN) == {}


async def test_lines_of_one_medicine_share_its_vials_and_another_form_has_its_own(
    session: AsyncSession, time: Clock
) -> None:
    mornings = a_line(times=("09:00",))
    patient = await somebody(session, a_line(), mornings, a_line(medicine="gonadorelin"))
    await a_vial(session, patient, doses=10)
    found = await outlook_of(session, patient.id, TEN - timedelta(hours=2))
    assert sorted(each.doses_left or 0 for each in found.values()) == [5, 5]
    await a_vial(
        session, patient, medicine="gonadorelin", form=Form.TABLETS, volume_ul=None, tablets=30,
        strengths=[{"substance": "gonadorelin", "value": "1", "unit": "[IU]"}],
    )  # fmt: skip
    found = await outlook_of(session, patient.id, TEN)
    assert sorted(each.known for each in found.values()) == [False, True, True]


# What is new, and at which hour: pure.

ONE, TWO = uuid4(), uuid4()


def test_a_date_that_wavers_is_no_news_and_one_that_comes_nearer_is() -> None:
    first = Thing(Kind.RUNS_OUT, ONE, TODAY + A_DAY * 7)
    assert new([first], []) == [first]
    for days in (-2, 0, 1, 5):
        wavers = Thing(Kind.RUNS_OUT, ONE, first.day + A_DAY * days)
        assert new([wavers], [first]) == [], days
    nearer = Thing(Kind.RUNS_OUT, ONE, first.day - A_DAY * 3)
    assert new([nearer], [first]) == [nearer]
    assert new([first], [first, nearer]) == []
    assert new([Thing(Kind.RUNS_OUT, TWO, first.day)], [first]) != []


def test_another_discard_date_is_another_thing() -> None:
    soon = discards(TODAY, [(ONE, TODAY + A_DAY * 3)])
    assert soon == [Thing(Kind.DISCARD_SOON, ONE, TODAY + A_DAY * 3)]
    moved = discards(TODAY, [(ONE, TODAY + A_DAY * 2)])
    assert new(moved, soon) == moved
    assert new(soon, soon) == []
    assert discards(TODAY, [(ONE, TODAY + A_DAY * 4), (TWO, None)]) == []
    assert [each.kind for each in discards(TODAY, [(ONE, TODAY), (TWO, TODAY - A_DAY * 7)])] == [
        Kind.DISCARD, Kind.DISCARD,
    ]  # fmt: skip
    assert discards(TODAY, [(ONE, TODAY - A_DAY * 8)]) == []


def test_what_was_said_is_over_well_beyond_the_days_of_warning_and_not_at_their_edge() -> None:
    days = [(ONE, TODAY + A_DAY * 10), (TWO, TODAY + A_DAY * 11)]
    assert over(TODAY, days, 7) == {TWO}
    assert over(TODAY, [(ONE, None)], 7) == {ONE}
    assert [each.subject for each in run_outs(TODAY, [(ONE, TODAY + A_DAY * 7)], 7)] == [ONE]
    assert run_outs(TODAY, [(ONE, TODAY + A_DAY * 8), (TWO, None)], 7) == []


def some_preferences(since: wall | None, until: wall | None) -> Preferences:
    preferences = first_preferences(uuid4(), "America/Denver")
    preferences.quiet_from, preferences.quiet_until = since, until
    return preferences


def test_an_hour_of_ones_own_is_kept_and_quiet_hours_put_it_off() -> None:
    usual = some_preferences(wall(0), wall(6))
    assert next_moment(usual, wall(7, 30), MONDAY) == MONDAY + timedelta(hours=2, minutes=30)
    assert next_moment(usual, wall(4), MONDAY) == MONDAY + timedelta(hours=1), "quiet until six"
    assert may_speak(usual, wall(21), TEN + timedelta(hours=12))
    assert not may_speak(usual, wall(21), TEN + timedelta(hours=13, minutes=1))
    assert not may_speak(usual, None, TEN + timedelta(hours=10)), "eight in the evening"
    assert may_speak(usual, None, TEN + timedelta(hours=9, minutes=59))
    noon = some_preferences(wall(12), wall(14))
    assert not may_speak(noon, None, TEN + timedelta(hours=3))
    assert may_speak(noon, None, TEN + timedelta(hours=4))
    silent = some_preferences(wall(8), wall(22))
    assert next_moment(silent, None, MONDAY) == TEN + timedelta(hours=12), "when the quiet ends"
    assert may_speak(silent, None, TEN + timedelta(hours=12))


HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    st.none() | HOURS, HOURS, HOURS,
)  # fmt: skip
def test_there_is_always_a_next_moment_within_two_days_and_it_may_speak(
    now: datetime, speak_at: wall | None, since: wall, until: wall
) -> None:
    quiet = (since, until) if since != until else (None, None)
    preferences = some_preferences(*quiet)
    moment = next_moment(preferences, speak_at, now)
    assert now < moment <= now + timedelta(hours=50)
    assert may_speak(preferences, speak_at, moment)
