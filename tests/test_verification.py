"""Whatever somebody with every right on the database changes, `vesper audit verify` finds it."""

import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from app import audit, verification
from app.audit import AuditEntry, AuditSeal
from app.db import Base, Exact, Sessions, UTCDateTime, is_sqlite, sessions_on
from app.doses.models import Dose, Event
from app.protocols.models import Line, Terms, Version
from app.sealing import Head, Sealer, seal
from app.verification import Verdict, verify
from tests.conftest import SECRET
from tests.factories import a_patient, signed_in
from tests.story_time import MONDAY, Clock

SEALER = Sealer(SECRET)
NIGHTLY = {
    "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
    "recurrence": {"times": ["bedtime"]},
}  # fmt: skip
LAST = 7
"""How many entries there are: a sign-in, two versions, four events."""

ENTRY, SEAL, EVENT, VERSION = (
    Base.metadata.tables[name]
    for name in (
        "audit_entry", "audit_seal", "event", "protocol_version",
    )
)  # fmt: skip


@dataclass
class Record:
    """Two versions and what was said of two doses, sealed; in a database that lets one tamper."""

    engine: AsyncEngine
    sessions: Sessions

    async def verify(self, *keys: Sealer, kept: Head | None = None) -> Verdict:
        return await verify(self.sessions, keys or [SEALER], now=MONDAY, kept=kept)

    async def rows(self, table: type[Base]) -> list[Any]:
        async with self.sessions.begin() as session:
            order = table.__mapper__.primary_key
            return list(await session.scalars(select(table).order_by(*order)))

    @asynccontextmanager
    async def tampered(self, *statements: Executable | str) -> AsyncIterator["Record"]:
        """The record as somebody with every right has left it; put back at the end."""
        async with self.engine.connect() as connection:
            outer = await connection.begin()
            if connection.dialect.name == "postgresql":  # no trigger fires, no foreign key holds
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                await connection.execute(
                    text(statement) if isinstance(statement, str) else statement
                )
            sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            yield Record(self.engine, sessions)
            await outer.rollback()

    async def found(self, *statements: Executable | str) -> str:
        """What is found of this, which has to be something."""
        async with self.tampered(*statements) as record:
            verdict = await record.verify()
        assert not verdict.sound, [str(statement) for statement in statements]
        return " / ".join(verdict.findings)


@pytest.fixture
async def record(engine: AsyncEngine, http: httpx.AsyncClient, time: Clock) -> Record:
    sessions = sessions_on(engine)
    async with sessions.begin() as session:
        patient = await a_patient(session)
        http.headers.update(await signed_in(session, patient, time.now))

    async def ask(method: str, path: str, **body: Any) -> Any:
        answer = await http.request(method, path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    entered = await ask("POST", "/api/patients/me/protocol/versions", lines=[NIGHTLY])
    line = entered["lines"][0]["id"]
    time.advance(hours=18)
    lines = [{**NIGHTLY, "id": line, "amount": {"value": "0.25", "unit": "mg"}}]
    await ask("POST", "/api/patients/me/protocol/versions", lines=lines, reason="Less")
    time.advance(hours=24)
    first, second = (await http.get("/api/patients/me/doses")).json()["doses"][:2]
    amount = {"value": "0.125", "unit": "mg"}
    await ask("PUT", f"/api/doses/{first['id']}/log", id=str(uuid4()), kind="taken", amount=amount)
    await ask("POST", f"/api/doses/{first['id']}/undo", id=str(uuid4()))
    await ask("PUT", f"/api/doses/{first['id']}/log", id=str(uuid4()), kind="taken", note="Late")
    await ask("PUT", f"/api/doses/{second['id']}/log", id=str(uuid4()), kind="skipped")
    if is_sqlite(str(engine.url)):
        await let_anything_be_changed(engine)
    record = Record(engine, sessions)
    verdict = await record.verify()
    assert verdict.findings == []
    assert (verdict.events, verdict.versions, verdict.waiting) == (4, 2, 0)
    assert verdict.entries == verdict.head.number == LAST
    return record


async def let_anything_be_changed(engine: AsyncEngine) -> None:
    """As an attacker with the file would: without its triggers, and heeding no foreign key."""
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute("PRAGMA foreign_keys=OFF")
        triggers = await raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in list(await triggers.fetchall()):
            await raw.execute(f"DROP TRIGGER {name}")


A_LITTLE: dict[type[Any], Any] = {
    datetime: timedelta(microseconds=1), date: timedelta(days=999), Decimal: Decimal("0.001"),
    int: 1000, list: [1],
}  # fmt: skip
NOT_NOTHING: dict[type[Any], Any] = {
    sa.Uuid: UUID(int=7), UTCDateTime: MONDAY, sa.Date: MONDAY.date(), Exact: Decimal(1),
    sa.Integer: 1, sa.JSON: {"a": 1}, sa.Enum: "other", sa.String: "1",
}  # fmt: skip


def another(value: Any, column: sa.Column[Any]) -> Any:  # noqa: PLR0911 - one per kind
    """Something else that this column can hold, and that breaks no key."""
    match value:
        case None:
            kinds = NOT_NOTHING.items()
            return next(other for kind, other in kinds if isinstance(column.type, kind))
        case bool():
            return not value
        case UUID():
            return UUID(int=value.int ^ 1)
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case dict():
            return {**value, "one": "more"}
        case enum.StrEnum():
            return next(word for word in type(value) if word != value)
        case str():
            return value[:-1] + ("y" if value.endswith("x") else "x")
    return value + A_LITTLE[type(value)]


# Every column there is, so that a new one cannot be forgotten; those left out name the rows only.
CHANGES: dict[type[Base], tuple[str, ...]] = {
    table: tuple(c.name for c in table.__mapper__.columns if c.name not in left_out)
    for table, left_out in (
        (AuditEntry, ()), (AuditSeal, ()), (Event, ()), (Dose, ()), (Version, ()),
        (Terms, ("patient_id", "version_id")), (Line, ("patient_id", "id")),
    )
}  # fmt: skip


async def test_every_single_value_that_is_changed_is_found(record: Record) -> None:
    """Row by row and column by column, each put back before the next one."""
    tried = 0
    said = {event.dose_id for event in await record.rows(Event)}
    for table, names in CHANGES.items():
        plain = Base.metadata.tables[table.__tablename__]
        rows = [row for row in await record.rows(table) if table is not Dose or row.id in said]
        for row in (rows[0], rows[-1]) if table in {AuditEntry, AuditSeal} else rows[-1:]:
            key = [column == getattr(row, column.name) for column in plain.primary_key]
            for name in names:
                before = getattr(row, name)
                after = another(before, plain.c[name])
                async with record.tampered(update(plain).where(*key).values({name: after})) as it:
                    verdict = await it.verify()
                assert not verdict.sound, f"{table.__tablename__}.{name}: {before} became {after}"
                tried += 1
    assert tried == sum(map(len, CHANGES.values())) + len(ENTRY.c) + len(SEAL.c)
    verdict = await record.verify()
    assert verdict.findings == []


async def test_no_entry_and_no_seal_can_go_or_come_or_change_places(record: Record) -> None:
    links = await record.rows(AuditSeal)
    for number in (1, 3, LAST):
        gone = delete(SEAL).where(SEAL.c.number == number)
        assert "no seal covers it" in await record.found(gone)
        entry = links[number - 1].entry_id
        without = delete(ENTRY).where(ENTRY.c.id == entry)
        assert f"its entry {entry} was removed" in await record.found(without)
        if number < LAST:
            assert f"seals {number} to {number}: removed" in await record.found(gone, without)
    found = await record.found(
        "UPDATE audit_seal SET number = 99 WHERE number = 2",
        "UPDATE audit_seal SET number = 2 WHERE number = 3",
        "UPDATE audit_seal SET number = 3 WHERE number = 99",
    )
    assert "seal 2: it does not fit" in found
    assert "seal 3: it does not fit" in found
    forged = {
        "id": uuid4(), "at": MONDAY, "action": "signed.in", "means": audit.Means.APP, "facts": {},
    }  # fmt: skip
    assert "no seal covers it" in await record.found(insert(ENTRY).values(forged))
    for number in (LAST + 1, 0, -5, -(2**63)):
        copied = {"entry_id": forged["id"], "hash": links[0].hash, "key_id": SEALER.key_id}
        link = {**copied, "number": number, "sealed_at": MONDAY}
        found = await record.found(insert(ENTRY).values(forged), insert(SEAL).values(link))
        assert f"seal {number}: " in found


async def test_a_word_that_vesper_never_writes_is_found_and_stops_nothing(record: Record) -> None:
    found = await record.found(
        "UPDATE event SET kind = 'forgotten'", "UPDATE audit_entry SET means = '?'"
    )
    assert "the event first of all cannot be read" in found
    assert "the seal first of all cannot be read" in found
    unsealed = (
        "DELETE FROM audit_seal", "INSERT INTO audit_waiting SELECT id FROM audit_entry",
        "UPDATE audit_entry SET means = '?'",
    )  # fmt: skip
    assert "an entry that waits for its seal cannot be read" in await record.found(*unsealed)


async def test_what_is_gone_from_the_record_or_was_never_said_is_found(record: Record) -> None:
    for statement, what in (
        ("DELETE FROM event WHERE kind = 'skipped'", "it was removed"),
        ("UPDATE event SET taken_at = logged_at WHERE kind = 'skipped'", "it was altered"),
        ("DELETE FROM protocol_version WHERE number = 1", "it was removed"),
        ("UPDATE protocol_version SET in_force_from = '2026-01-01'", "in force"),
        ("DELETE FROM terms", "it was altered"),
        ("DELETE FROM line", "it was altered"),
        ("DELETE FROM dose", "it was removed"),
    ):
        assert what in await record.found(statement)
    more = []
    for table, changed, where in (
        (EVENT, {"id": uuid4(), "seq": 9}, EVENT.c.kind == "skipped"),
        (VERSION, {"id": uuid4(), "number": 3}, VERSION.c.number == 2),
    ):
        values: list[Any] = [
            sa.literal(changed[c.name]) if c.name in changed else c for c in table.c
        ]
        copied = select(*values).where(where)
        more.append(insert(table).from_select(list(table.c.keys()), copied))
    assert (await record.found(*more)).count("nothing tells of it") == 2


async def test_an_erasure_that_never_was_excuses_nothing(record: Record) -> None:
    """Entries that claim one, which the worker would seal, hide no row that is gone."""
    (person, *_) = {each.patient_id for each in await record.rows(Event)}
    claimed = []
    for action in ("record.ended", "record.erased"):
        key = uuid4()
        values = {"id": key, "at": MONDAY, "actor_id": None, "patient_id": person,
                  "action": action, "means": "system", "facts": {}}  # fmt: skip
        claimed += [
            insert(ENTRY).values(**values),
            insert(Base.metadata.tables["audit_waiting"]).values(entry_id=key),
        ]
    gone = "DELETE FROM event WHERE kind = 'skipped'"
    assert "it was removed" in await record.found(*claimed, gone)


async def test_an_end_that_was_cut_off_shows_against_a_head_that_was_kept(record: Record) -> None:
    """Without such a head, and without what the entry told of, nothing could show it."""
    links = await record.rows(AuditSeal)
    for link in links:
        verdict = await record.verify(kept=Head(link.number, link.hash))
        assert verdict.sound, "an older head fits a chain that grew"
    kept = Head(links[-1].number, links[-1].hash)
    telling = await record.rows(AuditEntry)
    told = next(entry for entry in telling if entry.id == links[-1].entry_id)
    cut = (
        delete(SEAL).where(SEAL.c.number == LAST), delete(ENTRY).where(ENTRY.c.id == told.id),
        delete(EVENT).where(EVENT.c.id == UUID(told.facts.get("event", str(uuid4())))),
    )  # fmt: skip
    async with record.tampered(*cut) as it:
        assert (await it.verify()).sound
        verdict = await it.verify(kept=kept)
    assert [finding for finding in verdict.findings if str(kept) in finding]


async def test_a_chain_that_was_made_anew_without_the_secret_is_found(record: Record) -> None:
    """All of it is consistent; only the key is another one, whatever the seals say of it."""
    forger = Sealer("the forger's own secret, which is long and good")
    anew = (
        "UPDATE audit_entry SET action = 'signed.in'", "DELETE FROM audit_seal",
        "INSERT INTO audit_waiting SELECT id FROM audit_entry",
    )  # fmt: skip
    async with record.tampered(*anew) as it:
        async with it.sessions.begin() as session:
            assert await seal(session, forger, MONDAY) == LAST
        verdict = await it.verify()
        assert f"made with another key ({forger.key_id})" in verdict.findings[0]
        assert len([each for each in verdict.findings if "another key" in each]) == LAST
        async with it.sessions.begin() as session:
            await session.execute(update(SEAL).values(key_id=SEALER.key_id))
        verdict = await it.verify()
        assert len([each for each in verdict.findings if "does not fit" in each]) == LAST


async def test_a_new_secret_goes_on_from_a_former_one_and_never_back(record: Record) -> None:
    new = Sealer("the operator's next secret, made when the first one leaked")
    async with record.sessions.begin() as session:
        audit.record(session, "signed.in", at=MONDAY, actor=None, patient=None)
    verdict = await record.verify(SEALER, new)
    assert verdict.sound
    assert verdict.head.number == LAST + 1
    assert f"another key ({SEALER.key_id})" in (await record.verify(new)).findings[0]
    async with record.sessions.begin() as session:  # whoever has the leaked one seals on
        audit.record(session, "signed.in", at=MONDAY, actor=None, patient=None)
        await session.flush()
        await seal(session, SEALER, MONDAY)
    assert "former key after a newer one" in (await record.verify(SEALER, new)).findings[0]


async def test_who_checks_with_the_wrong_secret_breaks_nothing(record: Record) -> None:
    async with record.sessions.begin() as session:
        audit.record(session, "signed.in", at=MONDAY, actor=None, patient=None)
    wrong = await record.verify(Sealer("a shell in which nobody had set the operator's secret"))
    assert (wrong.head.number, wrong.waiting) == (LAST, 1)
    assert not wrong.sound
    right = await record.verify()
    assert (right.findings, right.head.number, right.waiting) == ([], LAST + 1, 0)


async def test_pages_of_any_size_and_any_number_of_findings_fit(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in (1, 2, 5):
        monkeypatch.setattr(verification, "PAGE", page)
        verdict = await record.verify()
        assert verdict.findings == []
        assert (verdict.entries, verdict.events, verdict.versions) == (LAST, 4, 2)
        unsound = f"UPDATE audit_seal SET key_id = 'x' WHERE number = {LAST}"
        assert f"seal {LAST}: made with another key" in await record.found(unsound)
    monkeypatch.setattr(verification, "SHOWN", 3)
    async with record.tampered("UPDATE audit_seal SET key_id = 'x'") as it:
        verdict = await it.verify()
    assert (len(verdict.findings), verdict.more) == (3, LAST - 3)


async def test_no_finding_says_what_stands_in_a_row(record: Record) -> None:
    found = await record.found(
        "UPDATE event SET note = 'Changed'", "UPDATE terms SET amount_value = '77.7'",
        "UPDATE line SET medicine = 'oxytocin'", "DELETE FROM audit_seal WHERE number = 4",
        "UPDATE protocol_version SET reason = 'Changed'",
    )  # fmt: skip
    for said in ("Changed", "Late", "Less", "77.7", "oxytocin", "anastrozole", "0.25", "taken"):
        assert said not in found
