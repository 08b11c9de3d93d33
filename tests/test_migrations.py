"""Migrations: from nothing to what the models say, and back, on both databases."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app.db import Base, connect
from app.monitoring.models import LabPlan
from app.monitoring.rules import check
from app.monitoring.treatment import rules_from
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
        if owner is None or table.name in {
            "sign_in",
            "audit_entry",
            "api_key",
            "passkey_challenge",
        }:
            continue
        assert next(iter(table.primary_key.columns)).name == owner, table.name
        for key in table.foreign_key_constraints:
            remote = next(iter(key.elements)).column.table
            if remote.name not in {"person", "clinic", "invite"}:
                assert owner in key.column_keys, f"{table.name} -> {remote.name}"


WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


async def _write_a_little_of_everything(url: str) -> None:
    """A patient in care, a protocol, a dose that was taken and its trail, as 0001 keeps them."""
    engine = connect(url)
    async with engine.begin() as connection:
        known = MetaData()
        await connection.run_sync(known.reflect)
        key: Any = (
            (lambda n: UUID(int=n)) if engine.name == "postgresql" else (lambda n: f"{n:032x}")
        )
        one, patient, clinician = key(1), key(2), key(3)
        mine = {"patient_id": patient, "id": one}
        person = {"password_hash": "-", "name": "A person", "created_at": WHEN}
        amount = {"amount_value": "250", "amount_unit": "ug"}
        window = {"on_time_minutes": 120, "ladder": [0]}
        night = date(2026, 11, 1)
        rows: list[tuple[str, dict[str, Any]]] = [
            ("clinic", {"id": one, "name": "A clinic", "created_at": WHEN}),
            ("person", person | {"id": patient, "role": "patient", "email": "p@example.org"}),
            ("person", person | {"id": clinician, "role": "clinician", "email": "c@example.org",
                                 "clinic_id": one}),
            ("preferences", {"person_id": patient, "timezone": "America/Denver",
                             "bedtimes": ["22:30"] * 7, "turns": time(4), "detail": "discreet"}),
            ("invite", {"id": one, "kind": "patient", "code_hash": b"x" * 32, "clinic_id": one,
                        "created_by": clinician, "created_at": WHEN, "expires_at": WHEN}),
            ("care_link", mine | {"clinician_id": clinician, "clinic_id": one, "granted_at": WHEN}),
            ("protocol_version", mine | {
                "number": 1, "author_id": clinician, "created_at": WHEN, "effective_night": night,
                "reason": "", "prescriber": "", "self_reported": False}),
            ("line", mine | {"medicine": "sermorelin", "form": "", "route": "subcutaneous"}),
            ("terms", amount | window | {
                "patient_id": patient, "version_id": one, "line_id": one, "position": 0,
                "recurrence": {}}),
            ("hold", mine | {"line_id": one, "since": night, "until": night, "reason": "",
                             "author_id": clinician, "created_at": WHEN}),
            ("dose", mine | amount | window | {
                "line_id": one, "version_id": one, "night": night, "slot": 0, "label": "Sermorelin",
                "route": "subcutaneous", "due_at": WHEN, "closes_at": WHEN + timedelta(hours=5),
                "zone": "America/Denver", "held": False, "extra": False}),
            ("event", mine | {"dose_id": one, "seq": 1, "kind": "taken", "taken_at": WHEN,
                              "logged_at": WHEN, "author_id": patient, "means": "app"}),
            ("lab_plan", {"patient_id": patient, "edited_by": clinician, "edited_at": WHEN,
                          "steps": [{"step": "week-8", "name": "Week 8", "offset_days": 56,
                                     "repeat_days": 14, "markers": ["PSA", "Ferritin"]}]}),
            ("lab_draw", mine | {"step": "week-8", "repetition": 0, "name": "Week 8", "prompts": 1,
                                 "due_on": night, "drawn_on": night}),
            ("audit_entry", {"id": one, "at": WHEN, "actor_id": patient, "patient_id": patient,
                             "action": "dose.taken", "means": "app", "facts": {}}),
        ]  # fmt: skip
        for table, row in rows:
            await connection.execute(known.tables[table].insert().values(row))
    await engine.dispose()


async def _lab_plans(url: str) -> list[list[dict[str, Any]]]:
    engine = connect(url)
    async with engine.connect() as connection:
        kept = list((await connection.execute(select(LabPlan.steps))).scalars())
    await engine.dispose()
    return kept


def asked(url: str, question: str) -> list[tuple[Any, ...]]:
    async def ask() -> list[tuple[Any, ...]]:
        engine = connect(url)
        try:
            async with engine.begin() as connection:
                rows = await connection.execute(text(question))
                return [tuple(row) for row in rows] if rows.returns_rows else []
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def test_a_record_that_was_kept_before_is_kept_through_the_newer_tables(database_url: str) -> None:
    command.downgrade(configuration(database_url), "0001")
    asyncio.run(_write_a_little_of_everything(database_url))
    command.upgrade(configuration(database_url), "head")
    holds = asked(database_url, "SELECT in_force_from = effective_night FROM protocol_version")
    assert [bool(row[0]) for row in holds] == [True]
    assert asked(database_url, "SELECT scope FROM care_link") == [("change",)]
    assert [bool(row[0]) for row in asked(database_url, "SELECT admin FROM person")] == [False] * 2
    assert len(asked(database_url, "SELECT entry_id FROM audit_waiting")) == 1
    (plan,) = asyncio.run(_lab_plans(database_url))
    (rule,) = rules_from(plan)
    check(rule)
    assert (rule.rule, rule.name, rule.markers) == ("week-8", "Week 8: Ferritin", ("psa",))
    assert (rule.offset_days, rule.window_before, rule.repeat_days) == (56, 6, 14)
    assert plan[0]["step"] == "week-8", "where the release before this one looks for it"
    (draw,) = asked(database_url, "SELECT markers FROM lab_draw")
    assert draw[0] in ('["psa"]', ["psa"])
    for table in ("event", "audit_entry"):
        with pytest.raises(DBAPIError, match="only grows"):
            asked(database_url, f"UPDATE {table} SET means = 'system'")
    command.downgrade(configuration(database_url), "0001")
    assert len(asked(database_url, "SELECT id FROM dose")) == 1
    with pytest.raises(DBAPIError, match="only grows"):
        asked(database_url, "DELETE FROM event")
