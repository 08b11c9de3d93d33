"""Tests share a PostgreSQL database in turn, and none finds what another did to it."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from app.db import connect, sessions_on
from tests.databases import PostgreSQL
from tests.factories import a_patient, a_protocol

TEMPLATE = "template_vesper"


def asked(url: str, *statements: str) -> list[Any]:
    """The first value of each answer."""

    async def run() -> list[Any]:
        engine = connect(url)
        async with engine.begin() as connection:
            answers = [await connection.execute(text(statement)) for statement in statements]
            values = [answer.scalar() if answer.returns_rows else None for answer in answers]
        await engine.dispose()
        return values

    return asyncio.run(run())


def test_what_a_test_wrote_is_gone_even_where_nothing_may_be_deleted(
    postgresql: PostgreSQL,
) -> None:
    async def write(url: str) -> None:
        engine = connect(url)
        async with sessions_on(engine).begin() as session:
            await a_protocol(session, await a_patient(session))
        await engine.dispose()

    count = ("SELECT count(*) FROM person", "SELECT count(*) FROM protocol_version")
    with postgresql.copy_of(TEMPLATE) as first:
        asyncio.run(write(first))
        assert asked(first, *count) == [1, 1]
    with postgresql.copy_of(TEMPLATE) as second:
        assert second == first
        assert asked(second, *count) == [0, 0]
        assert asked(second, "SELECT count(*) FROM alembic_version") == [1]


def test_a_changed_schema_is_never_handed_on(postgresql: PostgreSQL) -> None:
    """Nor a changed row of what every database begins with."""
    changes = (
        "ALTER TABLE person ADD COLUMN height integer",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TABLE audit_waiting",
        "CREATE INDEX slow ON person (name)",
        f"UPDATE alembic_version SET version_num = '{uuid4().hex[:8]}'",
    )
    look = (
        "SELECT count(*) FROM information_schema.columns WHERE column_name = 'height'",
        "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'",
        "SELECT count(*) FROM audit_waiting",
        "SELECT count(*) FROM pg_indexes WHERE indexname = 'slow'",
    )
    with postgresql.copy_of(TEMPLATE) as url:
        whole = asked(url, "SELECT version_num FROM alembic_version")
    for change in changes:
        with postgresql.copy_of(TEMPLATE) as url:
            asked(url, change)
        with postgresql.copy_of(TEMPLATE) as url:
            assert asked(url, *look) == [0, 0, 0, 0], change
            assert asked(url, "SELECT version_num FROM alembic_version") == whole
