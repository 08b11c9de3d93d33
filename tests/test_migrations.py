"""Migrations: from nothing to what the models say, and back, on both databases."""

import asyncio

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app.db import Base, connect
from tests.databases import ROOT


def configuration(url: str) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def tables(url: str) -> set[str]:
    async def look() -> set[str]:
        engine = connect(url)
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        await engine.dispose()
        return set(names)

    return asyncio.run(look())


def test_the_newest_migration_makes_what_the_models_say(database_url: str) -> None:
    command.check(configuration(database_url))
    assert tables(database_url) == {*Base.metadata.tables, "alembic_version"}


def test_migrations_go_down_to_nothing_and_up_again(database_url: str) -> None:
    command.downgrade(configuration(database_url), "base")
    assert tables(database_url) == {"alembic_version"}
    command.upgrade(configuration(database_url), "head")
    command.check(configuration(database_url))


def test_migrations_are_one_line_without_branches() -> None:
    scripts = ScriptDirectory.from_config(configuration("sqlite+aiosqlite://"))
    assert len(scripts.get_heads()) == 1
    assert all(not script.is_merge_point for script in scripts.walk_revisions())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_keeps_its_promises(database_url: str) -> None:
    """One writer, written through to the disk, and foreign keys that mean it."""
    engine = connect(database_url)
    async with engine.connect() as connection:
        for pragma, value in (("foreign_keys", 1), ("synchronous", 2), ("journal_mode", "wal")):
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value
    await engine.dispose()


def test_every_table_of_a_patient_leads_with_the_patient() -> None:
    """A row cannot point at another patient's row, and the tables can be split by patient."""
    for table in Base.metadata.tables.values():
        owner = next((c for c in ("patient_id", "person_id") if c in table.c), None)
        if owner is None or table.name in {"sign_in", "audit_entry"}:
            continue
        assert next(iter(table.primary_key.columns)).name == owner, table.name
        for key in table.foreign_key_constraints:
            remote = next(iter(key.elements)).column.table
            if remote.name not in {"person", "clinic", "invite"}:
                assert owner in key.column_keys, f"{table.name} -> {remote.name}"
