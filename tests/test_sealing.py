"""Audit entries become one chain, in order and without a gap, whoever seals."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app import audit, housekeeping, sealing
from app.audit import AuditEntry, AuditSeal, AuditWaiting, Means
from app.db import Sessions
from app.sealing import NOTHING, Head, Sealer, last, seal
from tests.conftest import SECRET
from tests.story_time import MONDAY, Clock

SEALER = Sealer(SECRET)


async def write(sessions: Sessions, count: int, *, action: str = "signed.in") -> None:
    async with sessions.begin() as session:
        for n in range(count):
            at = MONDAY + timedelta(seconds=n)
            audit.record(session, action, at=at, actor=None, patient=None, n=n)


async def seal_all(sessions: Sessions) -> int:
    total = 0
    while True:
        async with sessions.begin() as session:
            done = await seal(session, SEALER, MONDAY)
        if not done:
            return total
        total += done


async def numbers(sessions: Sessions) -> list[int]:
    async with sessions.begin() as session:
        return list(await session.scalars(select(AuditSeal.number).order_by(AuditSeal.number)))


async def test_every_entry_is_sealed_once_in_order_and_a_repeat_changes_nothing(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    await write(sessions, 10)
    assert await seal_all(sessions) == 10
    await write(sessions, 3)
    assert await seal_all(sessions) == 3
    assert await seal_all(sessions) == 0
    assert await numbers(sessions) == list(range(1, 14))
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(AuditWaiting)) == 0
        links = (await session.scalars(select(AuditSeal).order_by(AuditSeal.number))).all()
        previous = NOTHING.hash
        for link in links:
            entry = await session.get_one(AuditEntry, link.entry_id)
            assert link.hash == SEALER.hash(previous, link.number, link.sealed_at, entry)
            assert link.key_id == SEALER.key_id
            previous = link.hash
        assert await last(session) == Head(13, previous)


async def test_an_entry_that_was_undone_is_never_sealed(sessions: Sessions) -> None:
    async with sessions() as session:
        audit.record(session, "signed.in", at=MONDAY, actor=None, patient=None)
        await session.flush()
        await session.rollback()
    assert await seal_all(sessions) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_sealers_at_once_make_one_chain(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    await asyncio.gather(*(write(sessions, 20) for _ in range(4)))
    counts = await asyncio.gather(*(seal_all(sessions) for _ in range(6)))
    assert sum(counts) == 80
    assert sum(count > 0 for count in counts) >= 2
    assert await numbers(sessions) == list(range(1, 81))


async def test_what_somebody_put_back_is_not_sealed_twice(sessions: Sessions) -> None:
    await write(sessions, 2)
    await seal_all(sessions)
    async with sessions.begin() as session:
        for entry in await session.scalars(select(AuditEntry)):
            session.add(AuditWaiting(entry=entry))
    assert await seal_all(sessions) == 0
    assert await numbers(sessions) == [1, 2]
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(AuditWaiting)) == 0


async def test_the_cost_follows_what_waits(sessions: Sessions, engine: AsyncEngine) -> None:
    await write(sessions, 40)
    await seal_all(sessions)
    asked: list[str] = []

    def heard(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "DELETE")):
            asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", heard)
    await seal_all(sessions)
    assert len(asked) == 1
    await write(sessions, 200)
    asked.clear()
    async with sessions.begin() as session:
        assert await seal(session, SEALER, MONDAY) == 200
    assert len(asked) <= 6
    event.remove(engine.sync_engine, "before_cursor_execute", heard)


@pytest.mark.parametrize("table", ["audit_seal", "audit_entry"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
async def test_the_database_itself_refuses_to_rewrite_the_log(
    sessions: Sessions, table: str, act: str
) -> None:
    await write(sessions, 2)
    await seal_all(sessions)
    column = "key_id" if table == "audit_seal" else "action"
    with pytest.raises(DBAPIError, match=r"only grows|append"):
        async with sessions.begin() as session:
            await session.execute(text(act.format(table, column, "'x'")))


async def test_the_head_is_logged_once_a_day_and_lies_outside_the_database(
    sessions: Sessions, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(housekeeping.log, "info", lambda _event, head: said.append(head))

    async def tidy(**by: float) -> None:
        time.advance(**by)
        async with sessions.begin() as session:
            await housekeeping.tidy(session, time.now)

    await tidy()
    assert said == []  # an empty chain has no head
    await write(sessions, 3)
    await seal_all(sessions)
    await tidy(minutes=5)
    await tidy(minutes=5)
    assert len(said) == 1
    await tidy(hours=24)
    assert len(said) == 2
    assert Head.parse(said[0]).number == 3


@pytest.mark.parametrize(
    "given", ["", "3", "3:", "x:00", "3:zz", "-1:" + "00" * 32, "1:" + "00" * 31]
)
def test_what_is_no_head_is_refused(given: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever int and fromhex say
        Head.parse(given)


def test_a_head_is_read_as_it_was_printed() -> None:
    head = Head(12, bytes(range(32)))
    assert Head.parse(f" {head}\n") == head


def test_the_key_is_neither_the_secret_nor_told_by_its_name() -> None:
    other = Sealer(SECRET + "x")
    assert other.key_id != SEALER.key_id
    assert SEALER._key not in (SECRET.encode(), SECRET.encode()[:32])
    assert SEALER._key.hex()[:16] != SEALER.key_id


MOMENTS = st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC))
FACTS = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(0, 99), max_size=3)
ENTRIES = st.fixed_dictionaries({
    "id": st.uuids(), "at": MOMENTS, "actor_id": st.none() | st.uuids(),
    "patient_id": st.none() | st.uuids(), "action": st.text(max_size=12),
    "means": st.sampled_from(Means), "facts": FACTS,
})  # fmt: skip


@given(ENTRIES, ENTRIES, st.binary(min_size=32, max_size=32), st.integers(1, 99), st.data())
def test_any_change_of_anything_gives_another_seal(
    said: dict[str, Any], other: dict[str, Any], previous: bytes, number: int, data: st.DataObject
) -> None:
    """Whichever one thing differs, even if its value moves to the field beside it."""
    name = data.draw(st.sampled_from([*said, "previous", "number", "sealed_at"]))
    before = SEALER.hash(previous, number, MONDAY, AuditEntry(**said))
    assert SEALER.hash(previous, number, MONDAY, AuditEntry(**said)) == before
    changed = {**said, name: other[name]} if name in said else said
    moved = {
        "previous": (bytes([previous[0] ^ 1]) + previous[1:], number, MONDAY),
        "number": (previous, number + 1, MONDAY),
        "sealed_at": (previous, number, MONDAY + timedelta(microseconds=1)),
    }.get(name, (previous, number, MONDAY))
    after = SEALER.hash(*moved, AuditEntry(**changed))
    assert (after == before) == (name in said and changed == said)


@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_without_the_key_no_seal_can_be_made(entries: Iterable[dict[str, Any]]) -> None:
    guess = Sealer("another secret, as long as ours and as good")
    for said in entries:
        entry = AuditEntry(**said)
        assert guess.hash(bytes(32), 1, MONDAY, entry) != SEALER.hash(bytes(32), 1, MONDAY, entry)


def test_swapping_actor_and_patient_is_a_change() -> None:
    one, two = UUID(int=1), uuid4()
    said: dict[str, Any] = {
        "id": uuid4(),
        "at": MONDAY,
        "action": "a",
        "means": Means.APP,
        "facts": {},
    }
    hashes = {
        SEALER.hash(bytes(32), 1, MONDAY, AuditEntry(actor_id=a, patient_id=b, **said))
        for a, b in ((one, two), (two, one))
    }
    assert len(hashes) == 2
