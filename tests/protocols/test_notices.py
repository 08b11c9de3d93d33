"""Which turns and steps a patient is told of, when, and that none outlives the prescription."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.protocols.drafts import copy_of
from app.protocols.models import Hold, Notice, NoticeKind, Terms, Version
from app.protocols.news import news_of
from app.protocols.notices import announce
from app.protocols.planning import plan_patient
from tests.factories import a_clinician, a_line, a_patient, a_protocol
from tests.story_time import MONDAY

DAY = timedelta(days=1)
TONIGHT = MONDAY.date()
CYCLE = a_line(weeks_on=2, weeks_off=1)  # pauses from 7 December, runs again from 14 December
TITRATION = a_line(steps=((date(2026, 11, 30), "300"), (date(2026, 12, 7), "350")))


async def rows(session: AsyncSession) -> Sequence[Notice]:
    return (await session.scalars(select(Notice).order_by(Notice.say_at, Notice.id))).all()


def known(found: Sequence[Notice]) -> list[tuple[str, str, int]]:
    return [(row.kind.value, row.night.isoformat(), row.days_before) for row in found]


async def test_a_turn_is_told_seven_and_three_days_before_at_ten_in_the_morning(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, CYCLE)
    assert await rows(session) == [], "the turn is two weeks away"
    await plan_patient(session, patient.id, MONDAY + 7 * DAY)
    found = await rows(session)
    assert known(found) == [("pause_begins", "2026-12-07", 7), ("pause_begins", "2026-12-07", 3)]
    assert [row.say_at.isoformat() for row in found if row.say_at] == [
        "2026-11-30T17:00:00+00:00", "2026-12-04T17:00:00+00:00",
    ]  # fmt: skip
    await plan_patient(session, patient.id, MONDAY + 14 * DAY)
    assert known(await rows(session))[-2:] == [
        ("pause_ends", "2026-12-14", 7), ("pause_ends", "2026-12-14", 3),
    ]  # fmt: skip


async def test_a_step_is_told_the_day_before(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, TITRATION)
    await plan_patient(session, patient.id, MONDAY)
    (row,) = await rows(session)
    assert known([row]) == [("step", "2026-11-30", 1)]
    assert row.say_at == datetime.fromisoformat("2026-11-29T17:00Z")


async def test_planning_again_changes_nothing_and_a_new_zone_moves_what_is_unsaid(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, TITRATION)
    before = [(row.id, row.say_at) for row in await rows(session)]
    await plan_patient(session, patient.id, MONDAY + timedelta(hours=6))
    assert [(row.id, row.say_at) for row in await rows(session)] == before
    (await preferences_of(session, patient.id)).timezone = "Asia/Tokyo"
    await plan_patient(session, patient.id, MONDAY + timedelta(hours=7))
    (row,) = await rows(session)
    assert row.say_at == datetime.fromisoformat("2026-11-29T10:00+09:00")


async def test_what_is_first_foreseen_too_late_for_seven_days_is_told_at_three(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, CYCLE)
    await plan_patient(session, patient.id, MONDAY + 9 * DAY)
    assert known(await rows(session)) == [("pause_begins", "2026-12-07", 3)]


async def test_a_line_on_hold_neither_pauses_nor_steps(session: AsyncSession) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient, TITRATION)
    assert len(await rows(session)) == 1
    await pause(session, patient.id, line)
    await plan_patient(session, patient.id, MONDAY)
    assert await rows(session) == []


async def pause(session: AsyncSession, patient_id: UUID, line: UUID) -> None:
    session.add(
        Hold(
            patient_id=patient_id, id=uuid4(), line_id=line, since=TONIGHT, until=None,
            reason="", author_id=patient_id, created_at=MONDAY,
        )
    )  # fmt: skip
    await session.flush()


async def test_what_a_newer_version_no_longer_asks_for_is_gone_even_when_it_was_said(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, TITRATION)
    (row,) = await rows(session)
    row.say_at, row.said_at = None, MONDAY
    await session.flush()
    await another_version(session, patient.id, from_night=date(2026, 11, 30))
    await plan_patient(session, patient.id, MONDAY)
    assert await rows(session) == []


async def another_version(session: AsyncSession, patient_id: UUID, from_night: date) -> Version:
    """A version 2 without any line."""
    version = Version(
        patient_id=patient_id, id=uuid4(), number=2, author_id=patient_id, created_at=MONDAY,
        effective_night=from_night, reason="", prescriber="", self_reported=True,
        in_force_from=from_night, acknowledged_at=MONDAY,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    return version


async def test_a_step_to_the_amount_that_stands_is_not_worth_telling(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(steps=((date(2026, 11, 30), "250"),)))
    assert await rows(session) == []


async def test_news_are_what_was_told_and_is_still_to_come_once(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, CYCLE)
    await plan_patient(session, patient.id, MONDAY + 7 * DAY)
    at = datetime.fromisoformat
    assert await news_of(session, patient.id, at("2026-11-30T16:59Z")) == []
    (first,) = await news_of(session, patient.id, at("2026-11-30T17:00Z"))
    assert first.text == "Sermorelin: the pause begins on Monday 7 December."
    assert (first.name, first.version, first.days_before) == ("Sermorelin", 1, 7)
    (still,) = await news_of(session, patient.id, at("2026-12-08T05:00Z"))
    assert still.days_before == 3, "the nearer telling stands for both"
    assert await news_of(session, patient.id, at("2026-12-08T11:01Z")) == []


async def test_a_step_says_the_new_amount(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, TITRATION)
    (step,) = await news_of(session, patient.id, datetime.fromisoformat("2026-11-29T17:00Z"))
    assert step.text == "Sermorelin: from Monday 30 November the amount is 300 mcg."


async def test_a_proposal_is_news_until_it_is_acknowledged_withdrawn_or_overtaken(
    session: AsyncSession,
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_protocol(session, patient, author=clinician)
    version = await another_version(session, patient.id, date(2026, 11, 30))
    version.in_force_from = version.acknowledged_at = None
    for _ in range(2):  # a repeat is silent
        await announce(session, version, NoticeKind.PROPOSED, version.effective_night, MONDAY)
    (news,) = await news_of(session, patient.id, MONDAY)
    assert (news.kind, news.version, news.line_id, news.name) == ("proposed", 2, None, None)
    assert "Monday 30 November" in news.text
    version.withdrawn_at = MONDAY
    await session.flush()
    assert await news_of(session, patient.id, MONDAY) == []
    version.withdrawn_at, version.in_force_from = None, version.effective_night
    await session.flush()
    assert await news_of(session, patient.id, MONDAY) == []


async def test_a_change_at_once_is_news_until_the_patient_has_seen_it(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    version = await another_version(session, patient.id, TONIGHT)
    version.acknowledged_at, version.at_once = None, True
    await announce(session, version, NoticeKind.AT_ONCE, TONIGHT, MONDAY)
    assert len(await news_of(session, patient.id, MONDAY + 30 * DAY)) == 1
    version.acknowledged_at = MONDAY
    await session.flush()
    assert await news_of(session, patient.id, MONDAY) == []


async def test_what_is_due_stays_due_when_the_patient_flies_west(session: AsyncSession) -> None:
    patient = await a_patient(session, timezone="Asia/Tokyo")
    await a_protocol(session, patient, TITRATION)
    due = datetime.fromisoformat("2026-11-29T10:00+09:00")
    await plan_patient(session, patient.id, due - DAY)
    assert len(await news_of(session, patient.id, due)) == 1
    (await preferences_of(session, patient.id)).timezone = "Pacific/Honolulu"
    await plan_patient(session, patient.id, due)  # there the day before has not begun
    assert len(await news_of(session, patient.id, due)) == 1


async def test_a_step_that_was_told_says_what_the_newer_version_makes_of_it(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient, TITRATION)
    told = datetime.fromisoformat("2026-11-29T17:00Z")
    (row,) = await rows(session)
    row.say_at, row.said_at = None, told
    await session.flush()
    version = await another_version(session, patient.id, TONIGHT)
    (first,) = await session.scalars(select(Terms).where(Terms.line_id == line))
    newer = copy_of(first, version)
    newer.steps = [{"from": "2026-11-30", "value": "275", "unit": "ug"}]
    session.add(newer)
    await session.flush()
    await plan_patient(session, patient.id, told)
    (step,) = await news_of(session, patient.id, told)
    assert (step.version, step.text) == (
        2, "Sermorelin: from Monday 30 November the amount is 275 mcg.",
    )  # fmt: skip


async def test_a_proposal_whose_night_has_passed_is_said_to_begin_tonight(
    session: AsyncSession,
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_protocol(session, patient, author=clinician)
    version = await another_version(session, patient.id, date(2026, 11, 30))
    version.in_force_from = version.acknowledged_at = None
    await announce(session, version, NoticeKind.PROPOSED, version.effective_night, MONDAY)
    (later,) = await news_of(session, patient.id, MONDAY + 21 * DAY)
    assert later.text.startswith("A change of your protocol waits for you, to begin tonight.")
