"""The notice tick: one neutral push for everything, once, whatever else goes wrong."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.models import Detail, Person
from app.db import Sessions
from app.protocols.models import Notice, NoticeKind, Version
from app.protocols.news import news_of
from app.protocols.notices import announce
from app.protocols.planning import plan_patient
from app.push.models import Message
from app.push.outbox import associated_data
from app.push.seal import Seal
from app.reminders import notices
from app.reminders.notices import tell
from app.reminders.tick import Mouth
from tests.factories import a_clinician, a_device, a_line, a_patient, a_protocol

MOUTH = Mouth(Seal("a-secret-of-the-tests-0123456789-abcdef"), "https://vesper.example.org")
TEN = datetime.fromisoformat("2026-11-29T17:00Z")  # ten in the morning in Denver
STEP = a_line(steps=((date(2026, 11, 30), "300"),))
DAY = timedelta(days=1)


async def messages(session: AsyncSession) -> Sequence[Message]:
    return (await session.scalars(select(Message).order_by(Message.created_at))).all()


async def titrating(session: AsyncSession, **facts: Any) -> Person:
    patient = await a_patient(session, **facts)
    await a_device(session, patient)
    await a_protocol(session, patient, STEP)
    return patient


async def a_notice(
    session: AsyncSession, patient: UUID, kind: NoticeKind, *, say_at: datetime, night: date
) -> Notice:
    row = Notice(
        patient_id=patient, id=uuid4(), kind=kind, line_id=None, version_id=None, night=night,
        days_before=0, say_at=say_at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def test_it_is_said_once_at_its_time(session: AsyncSession) -> None:
    await titrating(session)
    assert await tell(session, MOUTH, TEN - timedelta(seconds=1)) == 0
    assert await tell(session, MOUTH, TEN) == 1
    assert await tell(session, MOUTH, TEN) == 0
    assert await tell(session, MOUTH, TEN + DAY) == 0
    (message,) = await messages(session)
    assert (message.kind, message.urgent) == ("news", False)
    (row,) = await session.scalars(select(Notice))
    assert (row.say_at, row.said_at) == (None, TEN)


async def test_the_push_names_nothing_even_to_somebody_who_wants_detail(
    session: AsyncSession,
) -> None:
    patient = await titrating(session)
    (await preferences_of(session, patient.id)).detail = Detail.DETAILED
    await tell(session, MOUTH, TEN)
    (message,) = await messages(session)
    assert message.payload is not None
    payload = json.loads(MOUTH.seal.open(message.payload, associated_data(patient.id, message.id)))
    said = payload["notification"]
    assert (said["title"], said["body"]) == ("Vesper", "There is something to read. Open Vesper.")
    assert said["navigate"] == "https://vesper.example.org/protocol"
    assert set(said["data"]) == {"kind", "message", "receipt"}
    assert "sermorelin" not in json.dumps(payload).lower()


async def test_everything_at_once_is_one_push(session: AsyncSession) -> None:
    patient = await titrating(session)
    night = date(2026, 12, 7)
    await a_notice(session, patient.id, NoticeKind.PAUSE_BEGINS, say_at=TEN, night=night)
    await a_notice(session, patient.id, NoticeKind.PROPOSED, say_at=TEN - DAY, night=night)
    assert await tell(session, MOUTH, TEN) == 3
    assert len(await messages(session)) == 1


async def test_a_turn_waits_for_the_day_and_a_proposal_for_the_end_of_quiet_hours(
    session: AsyncSession,
) -> None:
    patient = await titrating(session, quiet=True)  # midnight to six
    at_three = datetime.fromisoformat("2026-11-29T10:00Z")
    night = date(2026, 12, 7)
    turn = await a_notice(session, patient.id, NoticeKind.STEP, say_at=at_three, night=night)
    new = await a_notice(session, patient.id, NoticeKind.PROPOSED, say_at=at_three, night=night)
    await tell(session, MOUTH, at_three)
    assert (turn.say_at, new.say_at) == (TEN, at_three + timedelta(hours=3))
    assert await messages(session) == []


async def test_a_safety_change_speaks_at_once_and_urgently_also_in_quiet_hours(
    session: AsyncSession,
) -> None:
    patient = await titrating(session, quiet=True)
    at_three = datetime.fromisoformat("2026-11-29T10:00Z")
    night = at_three.date()
    await a_notice(session, patient.id, NoticeKind.AT_ONCE, say_at=at_three, night=night)
    await tell(session, MOUTH, at_three)
    (message,) = await messages(session)
    assert message.urgent
    # What is told later in the day must not replace it while it waits for the phone.
    await tell(session, MOUTH, TEN)
    assert len({each.topic for each in await messages(session)}) == 2


async def test_a_turn_that_has_gone_by_while_the_worker_slept_is_not_told(
    session: AsyncSession,
) -> None:
    await titrating(session)
    assert await tell(session, MOUTH, TEN + 2 * DAY) == 1
    assert await messages(session) == []
    (row,) = await session.scalars(select(Notice))
    assert (row.say_at, row.said_at) == (None, None)


async def test_one_patient_who_cannot_be_told_keeps_nobody_else_from_hearing(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, other = await titrating(session), await titrating(session)
    push = notices._push

    async def fails_for_one(
        session: AsyncSession, mouth: Mouth, said: Sequence[Notice], now: datetime
    ) -> None:
        if said[0].patient_id == unlucky.id:
            raise RuntimeError("planted")
        await push(session, mouth, said, now)

    monkeypatch.setattr(notices, "_push", fails_for_one)
    await tell(session, MOUTH, TEN)
    assert [message.person_id for message in await messages(session)] == [other.id]
    monkeypatch.undo()
    assert await tell(session, MOUTH, TEN + timedelta(minutes=14)) == 0
    assert await tell(session, MOUTH, TEN + timedelta(minutes=15)) == 1
    assert len(await messages(session)) == 2


async def test_a_full_batch_leaves_the_rest_to_the_next(session: AsyncSession) -> None:
    for _ in range(3):
        await titrating(session)
    told = [await tell(session, MOUTH, TEN, limit=2) for _ in range(3)]
    assert told == [2, 1, 0]


async def test_two_workers_at_once_say_everything_once(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for _ in range(6):
            patient = await titrating(session)
            await a_notice(
                session, patient.id, NoticeKind.PROPOSED, say_at=TEN, night=date(2026, 12, 7)
            )

    async def work() -> int:
        async with sessions.begin() as session:
            return await tell(session, MOUTH, TEN)

    done = await asyncio.gather(*(work() for _ in range(4)))
    assert sum(done) == 12
    async with sessions.begin() as session:
        assert len(await messages(session)) == 6


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_patient_whom_another_worker_tells_is_passed_by(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for _ in range(2):
            await titrating(session)
    async with sessions.begin() as one, sessions.begin() as other, asyncio.timeout(10):
        assert await tell(one, MOUTH, TEN, limit=1) == 1
        assert await tell(other, MOUTH, TEN) == 1, "it neither waits nor repeats"
    async with sessions.begin() as session:
        assert len({message.person_id for message in await messages(session)}) == 2


async def test_what_is_due_in_the_evening_is_read_at_once_and_pushed_in_the_morning(
    session: AsyncSession,
) -> None:
    patient = await titrating(session)
    late = TEN + timedelta(hours=11)  # nine in the evening, after the worker was down all day
    for moment in (TEN, late):
        assert len(await news_of(session, patient.id, moment)) == 1
        await plan_patient(session, patient.id, moment)
    await tell(session, MOUTH, late)
    await plan_patient(session, patient.id, late)
    assert await messages(session) == [], "nobody is woken for it"
    assert len(await news_of(session, patient.id, late)) == 1, "and yet it is there to read"
    morning = TEN + DAY
    await tell(session, MOUTH, morning - timedelta(seconds=1))
    assert await messages(session) == []
    await tell(session, MOUTH, morning)
    assert len(await messages(session)) == 1
    (row,) = await session.scalars(select(Notice).where(Notice.night == date(2026, 11, 30)))
    assert (row.say_at, row.said_at) == (None, morning)


async def test_a_proposal_in_quiet_hours_can_be_read_while_its_push_waits(
    session: AsyncSession,
) -> None:
    patient, clinician = await a_patient(session, quiet=True), await a_clinician(session)
    await a_protocol(session, patient, author=clinician)
    at_three = datetime.fromisoformat("2026-11-29T10:00Z")
    version = Version(
        patient_id=patient.id, id=uuid4(), number=2, author_id=clinician.id, created_at=at_three,
        effective_night=date(2026, 12, 7), reason="", prescriber="", self_reported=False,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    await announce(session, version, NoticeKind.PROPOSED, version.effective_night, at_three)
    await tell(session, MOUTH, at_three)
    assert len(await news_of(session, patient.id, at_three)) == 1
    await tell(session, MOUTH, at_three + timedelta(hours=3))
    assert len(await news_of(session, patient.id, at_three + timedelta(hours=3))) == 1


async def test_what_could_not_be_pushed_can_still_be_read(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await titrating(session)

    async def fails(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(notices, "_push", fails)
    mine = patient.id
    await tell(session, MOUTH, TEN)
    session.expire_all()
    assert len(await news_of(session, mine, TEN)) == 1
