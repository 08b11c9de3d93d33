"""Whoever changes where a dose went, or what a spot did, contradicts the audit."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db import Base, is_sqlite, sessions_on
from app.sealing import Sealer
from app.sites.models import Placement, Reaction
from app.verification import verify
from tests.conftest import SECRET
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import Clock

PLACED: Any = Placement.__table__
REACTED: Any = Reaction.__table__


@pytest.fixture
async def recorded(engine: AsyncEngine, http: httpx.AsyncClient, time: Clock) -> UUID:
    """Somebody who said where a dose went, of one reaction its end, and of one a slip."""
    async with sessions_on(engine).begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient, a_line())
        http.headers.update(await signed_in(session, patient, time.now))
    time.advance(hours=18)

    async def ask(method: str, path: str, **body: Any) -> Any:
        answer = await http.request(method, f"/api/patients/me/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    dose = (await http.get("/api/patients/me/doses")).json()["doses"][0]["id"]
    taken = {"id": str(uuid4()), "kind": "taken", "confirmed": True}
    assert (await http.put(f"/api/doses/{dose}/log", json=taken)).is_success
    for site in ("thigh_left", None, "thigh_right"):
        await ask("PUT", f"doses/{dose}/site", id=str(uuid4()), site=site)
    for what in ("end", "void"):
        one = str(uuid4())
        await ask("POST", "reactions", id=one, site="thigh_left", kind="lump",
                  noticed_on="2026-11-22", dose=dose)  # fmt: skip
        for day in ("2026-11-22", "2026-11-23"):
            await ask("POST", f"reactions/{one}/{what}", **({"on": day} if what == "end" else {}))
    return patient.id


async def found(engine: AsyncEngine, *statements: Any) -> list[str]:
    """What `vesper audit verify` finds after somebody with every right has changed the rows."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        if is_sqlite(str(engine.url)):
            for act in ("update", "delete"):
                await connection.execute(text(f"DROP TRIGGER placement_no_{act}"))
        else:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(statement)
        sessions = sessions_on(engine)
        sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        verdict = await verify(sessions, [Sealer(SECRET)], now=NOW)
        await outer.rollback()
    # The factory of the protocol tells the audit of nothing.
    return [each for each in verdict.findings if not each.startswith("version")]


NOW = Clock().now


async def test_a_sound_record_is_sound_and_each_altered_row_is_found(
    engine: AsyncEngine, recorded: UUID
) -> None:
    assert await found(engine) == []
    placed, reacted = update(PLACED), update(REACTED)
    last = PLACED.c.seq == 3
    for statement, word in (
        (placed.where(last).values(site="deltoid_left"), "was altered"),
        (delete(PLACED).where(last), "was removed"),
        (placed.where(last).values(said_at=NOW), "was altered"),
        (reacted.values(kind="bruise"), "was altered"),
        (delete(REACTED), "was removed"),
        (reacted.values(ended_on=None), "nothing tells how it ended"),
        (reacted.where(REACTED.c.voided_at.is_not(None)).values(ended_on=date(2026, 11, 23)),
         "nothing tells how it ended"),
        (reacted.values(voided_at=None), "was altered"),
        (reacted.where(REACTED.c.voided_at.is_(None)).values(voided_at=NOW),
         "nothing tells of it"),
    ):  # fmt: skip
        findings = await found(engine, statement)
        assert any(word in each for each in findings), (str(statement), findings)


async def test_a_row_that_nobody_told_of_is_found(engine: AsyncEngine, recorded: UUID) -> None:
    async with engine.connect() as connection:
        (dose,) = {row.dose_id for row in await connection.execute(PLACED.select())}
    more = {
        "patient_id": recorded, "id": uuid4(), "dose_id": dose, "seq": 4, "said_at": NOW,
        "author_id": recorded, "site": "thigh_left",
    }  # fmt: skip
    (finding,) = await found(engine, PLACED.insert().values(more))
    assert "nothing tells of it" in finding


def test_every_column_of_a_placement_is_in_its_digest() -> None:
    from app.sites.witness import NOTICED
    from app.sites.witness import PLACED as placed

    columns = {column.name for column in Base.metadata.tables["placement"].columns}
    assert set(placed.columns) == columns
    reaction = {column.name for column in Base.metadata.tables["reaction"].columns}
    assert set(NOTICED.columns) == reaction - {"ended_on", "voided_at"}
