"""Supplies that are counted: never below none, and lasting as long as the plan says."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.audit import AuditEntry
from app.db import Base, Sessions
from app.doses.models import Dose
from app.supplies.counting import Count, Injection, Used, begins, lasts_until, left
from app.supplies.models import Consumable, ConsumableCount, LineKit, SupplyLook
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY, Clock
from tests.supplies.test_forecast import TONIGHT, nightly
from tests.test_verification import Record, another, let_anything_be_changed

LINE = UUID(int=5)
HOUR = timedelta(hours=1)


def hours(*numbers: int) -> list[Injection]:
    return [Injection(LINE, MONDAY + HOUR * number) for number in numbers]


def counted(number: int, hour: int = 0) -> Count:
    return Count(number, MONDAY + HOUR * hour, whole=True)


def added(number: int, hour: int) -> Count:
    return Count(number, MONDAY + HOUR * hour, whole=False)


def test_each_injection_since_the_count_takes_its_pieces() -> None:
    assert left([counted(10)], hours(-1, 0, 1, 2), Used(1)) == 8
    assert left([counted(10)], hours(1, 2), Used(2)) == 6
    assert left([counted(10), added(5, 3)], hours(1, 4), Used(1)) == 13
    assert left([counted(10), counted(3, 2)], hours(1, 4), Used(1)) == 2, "a count starts anew"
    assert left([counted(10), added(5, 0)], (), Used(1)) == 15, "said after it, of one instant"
    assert left([added(5, 0)], hours(1), Used(1)) == 4, "without a count, from what came first"
    assert left([], hours(1), Used(1)) is None
    assert left([counted(10)], hours(1), Used(1, frozenset({UUID(int=6)}))) == 10


def test_less_than_none_is_not_owed() -> None:
    assert left([counted(1)], hours(1, 2, 3), Used(1)) == 0
    assert left([counted(1), added(20, 4)], hours(1, 2, 3), Used(1)) == 20


COUNTS = st.lists(st.builds(
    Count, st.integers(0, 30), st.integers(-9, 9).map(lambda n: MONDAY + HOUR * n), st.booleans()
)).map(lambda counts: sorted(counts, key=lambda count: count.at))  # fmt: skip
TAKEN = st.lists(st.integers(-9, 9)).map(lambda numbers: hours(*numbers))


@settings(max_examples=100)
@given(COUNTS, TAKEN, st.integers(0, 4))
def test_what_is_left_is_never_below_none_and_never_more_than_ever_came(
    counts: list[Count], taken: list[Injection], each: int
) -> None:
    number = left(counts, taken, Used(each))
    assert (number is None) == (not counts) == (begins(counts) is None)
    if number is not None:
        assert 0 <= number <= sum(count.number for count in counts)
        more = left(counts, [*taken, Injection(LINE, MONDAY)], Used(each))
        assert more is not None
        assert more <= number
        fuller = left([*counts, Count(3, MONDAY + HOUR * 10, whole=False)], taken, Used(each))
        assert fuller == number + 3


def test_they_last_until_the_day_before_the_first_injection_without() -> None:
    needs = nightly(30)
    assert lasts_until(5, needs, Used(1)) == TONIGHT + timedelta(days=4)
    assert lasts_until(5, needs, Used(2)) == TONIGHT + timedelta(days=1)
    assert lasts_until(0, needs, Used(1)) is None, "not up to last night, which says nothing"
    assert lasts_until(1, needs, Used(2)) is None
    assert lasts_until(2, needs, Used(2)) == TONIGHT
    assert lasts_until(30, needs, Used(1)) is None
    assert lasts_until(None, needs, Used(1)) is None
    assert lasts_until(1, needs, Used(0)) is None
    assert lasts_until(1, needs, Used(1, frozenset({UUID(int=6)}))) is None


class Patient:
    """A patient with one injected and one swallowed line, over HTTP."""

    def __init__(self, http: httpx.AsyncClient, cookies: dict[str, str], lines: list[UUID]) -> None:
        self.http, self.cookies = http, cookies
        self.injected, self.swallowed = lines

    async def __call__(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, seen: int = 0
    ) -> Any:
        headers = {"If-Match": f'"{seen}"'} if seen else {}
        answer = await self.http.request(
            method, f"/api/patients/me{path}", json=body, headers=self.cookies | headers
        )
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    async def keep(self, **facts: Any) -> Any:
        body = {"id": str(uuid4()), "item": "syringe", "name": "Syringes", "low_at": 3}
        return await self("POST", "/consumables", body | facts, expect=201)

    async def count(self, of: Any, number: int, kind: str = "counted", **facts: Any) -> Any:
        body = {"id": str(uuid4()), "kind": kind, "number": number, **facts}
        return await self("POST", f"/consumables/{of['id']}/counts", body, expect=201)


@pytest.fixture
async def patient(http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> Patient:
    async with sessions.begin() as session:
        person = await a_patient(session)
        swallowed = a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg")
        lines = await a_protocol(session, person, a_line(), swallowed)
        return Patient(http, await signed_in(session, person, time.now), lines)


async def test_injections_are_taken_from_what_was_counted_and_an_undo_gives_back(
    patient: Patient, sessions: Sessions, time: Clock
) -> None:
    kept = await patient.keep()
    assert (kept["left"], kept["low"], kept["lasts_until"]) == (None, False, None)
    kept = await patient.count(kept, 5)
    assert (kept["left"], kept["lasts_until"]) == (5, "2026-11-27")
    async with sessions.begin() as session:
        rows = (await session.scalars(select(Dose).order_by(Dose.due_at).limit(2))).all()
    time.advance(hours=18)
    for dose in rows:
        said = {"id": str(uuid4()), "kind": "taken"}
        await patient("PUT", f"/doses/{dose.id}/log", said)
    (kept,) = (await patient("GET", "/supplies"))["consumables"]
    assert (kept["left"], kept["lasts_until"]) == (4, "2026-11-27"), "the tablet takes none"
    box = await patient.keep(item="sharps_box", name="Box", per_injection=2, low_at=1)
    box = await patient.count(box, 60, at=MONDAY.isoformat())
    assert box["left"] == 58
    injected = next(dose for dose in rows if dose.line_id == patient.injected)
    await patient("POST", f"/doses/{injected.id}/undo", {"id": str(uuid4())})
    again = (await patient("GET", "/supplies"))["consumables"]
    assert [(each["name"], each["left"]) for each in again] == [("Syringes", 5), ("Box", 60)]


async def test_a_repeat_is_harmless_and_something_else_with_its_id_is_refused(
    patient: Patient, sessions: Sessions
) -> None:
    kept = await patient.keep()
    body = {"id": kept["id"], "item": "syringe", "name": "Syringes", "low_at": 3}
    assert await patient("POST", "/consumables", body, expect=201) == kept
    differs = await patient("POST", "/consumables", {**body, "name": "Swabs"}, expect=409)
    assert differs["type"] == "/problems/supply-differs"
    said = {"id": str(uuid4()), "kind": "added", "number": 4}
    address = f"/consumables/{kept['id']}/counts"
    first = await patient("POST", address, said, expect=201)
    assert await patient("POST", address, said, expect=201) == first
    await patient("POST", address, {**said, "number": 5}, expect=409)
    assert (first["left"], first["last_count"]["id"]) == (4, said["id"])
    for _ in range(2):
        voided = await patient("POST", f"{address}/{said['id']}/void")
        assert (voided["left"], voided["last_count"]) == (None, None)
    assert (await patient("POST", address, said, expect=201))["left"] is None, "it stays voided"
    for _ in range(2):
        await patient("POST", f"/consumables/{kept['id']}/remove", expect=204)
    assert (await patient("GET", "/supplies"))["consumables"] == []
    await patient("POST", address, {**said, "id": str(uuid4())}, expect=404)
    async with sessions() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
        assert [each for each in actions if each.startswith("consumable")] == [
            "consumable.entered", "consumable.counted", "consumable.count_voided",
            "consumable.removed",
        ]  # fmt: skip
        assert len((await session.scalars(select(ConsumableCount))).all()) == 1
        assert len((await session.scalars(select(SupplyLook))).all()) == 1


async def test_a_change_names_the_revision_it_has_seen(patient: Patient) -> None:
    kept = await patient.keep()
    address = f"/consumables/{kept['id']}"
    await patient("PATCH", address, {"name": "Large"}, expect=428)
    changed = await patient("PATCH", address, {"name": "Large"}, seen=1)
    assert (changed["name"], changed["revision"], changed["low_at"]) == ("Large", 2, 3)
    await patient("PATCH", address, {"name": "Small"}, expect=412, seen=1)
    lines = {"lines": [str(patient.injected)], "low_at": None}
    changed = await patient("PATCH", address, lines, seen=2)
    assert (changed["lines"], changed["low_at"]) == ([str(patient.injected)], None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bad_input_is_told_by_its_field(patient: Patient) -> None:
    bad: list[tuple[str, Any, str]] = [
        ("name", " ", "name"), ("name", "a\x00b", "name"), ("per_injection", -1, "per_injection"),
        ("per_injection", "2", "per_injection"), ("low_at", 10**9, "low_at"),
        ("lines", [str(uuid4())], "lines.0"), ("item", "pump", "item"), ("more", 1, "more"),
    ]  # fmt: skip
    for name, wrong, field in bad:
        body = {"id": str(uuid4()), "item": "swab", "name": "Swabs", name: wrong}
        problem = await patient("POST", "/consumables", body, expect=422)
        assert [each["field"] for each in problem["errors"]] == [field]
        assert all(each["cure"] for each in problem["errors"])
    assert (await patient("GET", "/supplies"))["consumables"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bad_counts_and_settings_change_nothing(patient: Patient, time: Clock) -> None:
    kept = await patient.keep()
    ahead = (time.now + timedelta(days=1)).isoformat()
    for wrong in ({"number": -1}, {"number": 1.5}, {"at": ahead}, {"kind": "lost"}):
        body = {"id": str(uuid4()), "kind": "counted", "number": 4, **wrong}
        await patient("POST", f"/consumables/{kept['id']}/counts", body, expect=422)
    settings = {"lead_days": 7, "speak_at": None, "notices": True}
    for bad in ({"lead_days": 0}, {"lead_days": 61}, {"speak_at": "25:00"}, {"speak_at": "8"}):
        problem = await patient("PUT", "/supplies/settings", settings | bad, expect=422)
        assert [each["field"] for each in problem["errors"]] == list(bad)
    found = await patient("GET", "/supplies")
    assert (found["settings"], found["consumables"][0]["left"]) == (settings, None)
    wanted = {"lead_days": 21, "speak_at": "08:15", "notices": False}
    for _ in range(2):
        assert await patient("PUT", "/supplies/settings", wanted) == wanted
    assert (await patient("GET", "/supplies"))["settings"] == wanted


# All of what a digest covers; the two that change in place, and the one that is voided once.
TOLD: dict[type[Base], int] = {LineKit: 6, Consumable: 10, ConsumableCount: 9}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_column_of_a_syringe_a_supply_and_a_count_is_told_of_in_the_audit(
    patient: Patient, sessions: Sessions, engine: AsyncEngine
) -> None:
    """Whoever changes one in the database, removes one, or puts one back, is found."""

    async def findings(record: Record) -> list[str]:
        # The factory of the protocol tells the audit of nothing.
        found = (await record.verify()).findings
        return [each for each in found if not each.startswith("version")]

    record = Record(engine, sessions)
    before = {}
    for syringe in ("u100_1", "u100_0_3_half", "u100_1"):  # twice the same would change nothing
        body = {"syringe": syringe, "dead_space": {"value": "5", "unit": "uL"}}
        await patient("PUT", f"/lines/{patient.injected}/kit", body)
        [before[syringe]] = await record.rows(LineKit)
    kept = await patient.keep(lines=[str(patient.injected)])
    [entered] = await record.rows(Consumable)
    await patient("PATCH", f"/consumables/{kept['id']}", {"low_at": 4}, seen=1)
    count = await patient.count(kept, 5)
    void = f"/consumables/{kept['id']}/counts/{count['last_count']['id']}/void"
    await patient("POST", void)
    await patient.count(kept, 7)
    await patient("POST", f"/consumables/{kept['id']}/remove", expect=204)
    await let_anything_be_changed(engine)
    assert await findings(record) == [], "changes of one instant follow each other all the same"
    for table, columns in TOLD.items():
        plain = Base.metadata.tables[table.__tablename__]
        assert len(plain.c) == columns
        for row in await record.rows(table):
            key = [column == getattr(row, column.name) for column in plain.primary_key]
            for column in plain.c:
                value = another(getattr(row, column.name), column)
                forged = update(plain).where(*key).values({column.name: value})
                async with record.tampered(forged) as tampered:
                    assert await findings(tampered), column
        async with record.tampered(delete(plain)) as tampered:
            assert any("was removed" in each for each in await findings(tampered))
    for old in (before["u100_0_3_half"], entered):
        plain = Base.metadata.tables[type(old).__tablename__]
        values = {column.name: getattr(old, column.name) for column in plain.c}
        async with record.tampered(update(plain).values(values)) as tampered:
            assert any("was altered" in each for each in await findings(tampered)), "as it was"
    assert await findings(record) == []
