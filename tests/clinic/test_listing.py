"""The clinic's list: every order and its reverse, filters, words of a name, page by page."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.access import ClinicActor
from app.accounts.models import ApiKey, Clinic, Person
from app.accounts.programs import Program
from app.audit import AuditEntry
from app.clinic.listing import Filter, Sort, Wanted, listed
from app.clinic.models import Look, Task
from app.clinic.panel import panel
from app.db import Sessions
from app.problems import Invalid
from tests.clinic.test_panel import statements
from tests.factories import (
    a_care_link,
    a_clinician,
    a_patient,
    a_protocol,
    a_screening,
    signed_in,
)
from tests.story_time import MONDAY, Clock

EPOCH = MONDAY - timedelta(days=9999)

FACTS = {
    # name: severity, flags, unreachable, labs_overdue, taken, expected, days since the last one
    "ann": (0, 1, False, 0, 3, 4, 2),
    "Ben": (3, 2, True, 2, 30, 34, 0),
    "ben": (9, 0, False, 2, 0, 0, None),
    "Cleo Zed": (1, 4, False, 0, 0, 9, 20),
    "dan": (1, 4, True, 1, 17, 34, 1),
    "Eva 100%": (9, 0, False, 0, 34, 34, 0),
}
"""What the cache says of some patients; two more have no row in it."""

UNSEEN = ("Bo_unseen", "zoe unseen")


async def a_list(session: AsyncSession) -> tuple[ClinicActor, dict[str, Person]]:
    """A clinician with these patients, in no order."""
    clinician = await a_clinician(session)
    assert clinician.clinic_id is not None
    people = {}
    for name in [*UNSEEN, *reversed(FACTS)]:
        people[name] = await a_patient(session, name=name)
        await a_care_link(session, people[name], clinician)
    for name, (severity, flags, unreachable, labs, taken, expected, days) in FACTS.items():
        session.add(Look(
            patient_id=people[name].id, next_at=MONDAY, looked_at=MONDAY, severity=severity,
            flags=flags, unreachable=unreachable, labs_overdue=labs, taken=taken,
            expected=expected,
            last_taken_at=None if days is None else MONDAY - timedelta(days=days),
        ))  # fmt: skip
    await session.flush()
    return ClinicActor(clinician, clinician.clinic_id), people


def in_order(sort: Sort) -> list[str]:
    """The names as they have to come, sorted in the plainest way."""
    word, back = sort.value.removeprefix("-"), sort.value.startswith("-")
    if word == "name":
        return sorted([*FACTS, *UNSEEN], key=str.lower, reverse=back)

    def key(name: str) -> float:
        severity, flags, unreachable, labs, taken, expected, days = FACTS[name]
        keys: dict[str, float] = {
            "flags": severity * 1000 - flags,
            "unreachable": not unreachable,
            "labs": -labs,
            "taking": taken / expected if expected else 2,
            "last_taken": -9999 if days is None else -days,
        }
        return -keys[word] if back else keys[word]

    seen = sorted(FACTS, key=lambda name: (key(name), name.lower()))
    return [*seen, *sorted(UNSEEN, key=str.lower)]


async def pages(session: AsyncSession, actor: ClinicActor, wanted: Wanted) -> list[str]:
    """The names of all pages, one after the other."""
    names: list[str] = []
    cursor = None
    for _ in range(9):
        page = Wanted(wanted.sort, wanted.filters, wanted.words, cursor, wanted.limit)
        found, cursor, _ = await listed(session, actor, page, MONDAY)
        names += [one.patient.name for one in found]
        if cursor is None:
            return names
    raise AssertionError("the list does not end")


async def test_every_order_and_its_reverse_page_by_page(session: AsyncSession) -> None:
    actor, _ = await a_list(session)
    for sort in Sort:
        whole = await pages(session, actor, Wanted(sort, limit=50))
        wanted = in_order(sort)
        # Two share a name but for its case, and their ids decide.
        assert [n.lower() for n in whole] == [n.lower() for n in wanted], sort
        for limit in (1, 2, 3):
            assert await pages(session, actor, Wanted(sort, limit=limit)) == whole, sort


NARROWED: list[tuple[list[Filter], str, set[str]]] = [
    ([Filter.FLAGS], "", {"ann", "Ben", "Cleo Zed", "dan"}),
    ([Filter.UNREACHABLE], "", {"Ben", "dan"}),
    ([Filter.LABS_OVERDUE], "", {"Ben", "ben", "dan"}),
    ([Filter.LABS_OVERDUE, Filter.FLAGS], "", {"Ben", "dan"}),
    ([Filter.MINE_TASKS], "", {"ann"}),
    ([], "BEN", {"Ben", "ben"}),
    ([], "zed cleo", {"Cleo Zed"}),
    ([], "%", {"Eva 100%"}),
    ([], "_", {"Bo_unseen"}),
    ([], "nobody", set()),
    ([Filter.FLAGS], "ben", {"Ben"}),
]
"""Filters, words of the name, and who is left."""


async def test_filters_and_words_narrow_it_and_the_total_says_to_how_many(
    session: AsyncSession,
) -> None:
    actor, people = await a_list(session)
    for owner, closed in ((actor.person.id, None), (actor.person.id, MONDAY), (None, None)):
        name = "ann" if owner and closed is None else "dan"
        session.add(Task(
            patient_id=people[name].id, id=uuid4(), clinic_id=actor.clinic_id, title="Call",
            created_by=actor.person.id, created_at=MONDAY, owner_id=owner, closed_at=closed,
        ))  # fmt: skip
    await session.flush()
    for filters, words, names in NARROWED:
        wanted = Wanted(Sort.FLAGS, filters, words, limit=2)
        assert set(await pages(session, actor, wanted)) == names, (filters, words)
        assert (await listed(session, actor, wanted, MONDAY))[2] == len(names)


async def test_a_cursor_names_nobody_and_belongs_to_its_own_list(session: AsyncSession) -> None:
    actor, people = await a_list(session)
    other, _ = await a_list(session)
    for sort in (Sort.NAME, Sort.TAKING, Sort.LAST_TAKEN):
        _, cursor, _ = await listed(session, actor, Wanted(sort, limit=1), MONDAY)
        assert cursor is not None
        text = base64.urlsafe_b64decode(cursor + "==").decode()
        assert not any(name.lower() in text.lower() for name in people)
        with pytest.raises(Invalid):
            await listed(session, other, Wanted(sort, cursor=cursor), MONDAY)
        with pytest.raises(Invalid):
            await listed(session, actor, Wanted(Sort.LABS, cursor=cursor), MONDAY)
    mine = people["ann"].id.hex
    odd: list[list[Any]] = [
        ["labs", "DROP", 0, mine], ["labs", 2**70, 0, mine], ["labs", 1.5, 0, mine],
        ["labs", 0, 0, 7], ["labs", None, 0, mine], ["labs", 0, "no", mine],
        ["labs", 0, 0, str(uuid4())], [[], {}], [["labs"] * 4], ["labs", 0, 1.0, mine],
        ["labs", 0, False, mine],
    ]  # fmt: skip
    made = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in odd]
    for wrong in ("x", "ä", "e30", *made):
        with pytest.raises(Invalid):
            await listed(session, actor, Wanted(Sort.LABS, cursor=wrong), MONDAY)
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T12:00"):
        text = json.dumps(["last_taken", moment, 0, mine])
        wrong = base64.urlsafe_b64encode(text.encode()).decode()
        with pytest.raises(Invalid):
            await listed(session, actor, Wanted(Sort.LAST_TAKEN, cursor=wrong), MONDAY)


async def test_who_changes_between_two_pages_is_neither_lost_nor_a_mistake(
    session: AsyncSession,
) -> None:
    actor, people = await a_list(session)
    _, cursor, _ = await listed(session, actor, Wanted(Sort.NAME, limit=3), MONDAY)
    people["Ben"].name, people["ben"].name = "Aaron", "aaron"
    link = await a_care_link(session, people["ann"], actor.person)
    link.ended_at = MONDAY
    await session.flush()
    found, _, _ = await listed(session, actor, Wanted(Sort.NAME, cursor=cursor), MONDAY)
    assert "Cleo Zed" in [one.patient.name for one in found]


async def test_a_program_sees_whom_anybody_of_its_clinic_cares_for_once(
    session: AsyncSession,
) -> None:
    actor, people = await a_list(session)
    clinic = await session.get_one(Clinic, actor.clinic_id)
    colleague = await a_clinician(session, clinic=clinic)
    await a_care_link(session, people["ann"], colleague)
    extra = await a_patient(session, name="Only the colleague's")
    await a_care_link(session, extra, colleague)
    foreign = await a_patient(session, name="Foreign")
    await a_care_link(session, foreign, await a_clinician(session))
    key = ApiKey.__new__(ApiKey)
    program = Program(actor.person, key, actor.clinic_id, frozenset({"panel:read"}))
    names = await pages(
        session, ClinicActor(actor.person, actor.clinic_id, program), Wanted(limit=3)
    )
    assert sorted(names) == sorted([*FACTS, *UNSEEN, "Only the colleague's"])


async def test_what_is_shown_comes_from_the_cache_only_while_nothing_has_changed(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    actor, people = await a_list(session)
    await a_protocol(session, people["ann"])
    await a_screening(session, people["ann"], cancer="yes")
    now = MONDAY + timedelta(minutes=1)
    look = await session.get_one(Look, people["ann"].id)

    async def ann() -> tuple[int, str | None]:
        page = await panel(session, actor, Wanted(words="ann"), now)
        (row,) = page.rows
        assert row.looked_at == MONDAY
        return row.seen.flags, row.seen.severity and row.seen.severity.value

    look.flags, look.severity, look.next_at = 7, 0, now + timedelta(hours=1)
    await session.flush()
    assert await ann() == (7, "emergency")
    look.next_at = now  # something changed, and the watch has not looked yet
    await session.flush()
    assert (await ann())[0] != 7
    for one in people.values():
        if (row := await session.get(Look, one.id)) is not None:
            row.next_at = now + timedelta(hours=1)
    await session.flush()
    costs = []
    for words in ("ann", "e"):
        with statements(engine) as sent:
            await panel(session, actor, Wanted(Sort.FLAGS, [Filter.FLAGS], words), now)
            await session.flush()
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 12


async def test_a_name_is_searched_in_a_body_and_each_patient_found_sees_the_look(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        actor, people = await a_list(session)
        cookie = await signed_in(session, actor.person, time.now)
    search = {"q": "ben", "sort": "-flags", "filters": ["labs_overdue"]}
    answer = await http.post("/api/clinic/patients/search", headers=cookie, json=search)
    body = answer.json()
    assert answer.status_code == 200, answer.text
    assert [one["name"] for one in body["patients"]] == ["ben", "Ben"]
    assert (body["total"], body["next"]) == (2, None)
    assert body["definition"]["id"] == "vesper-1"
    asked = await http.get(
        "/api/clinic/patients?filter=flags&filter=unreachable&sort=-taking", headers=cookie
    )
    assert [one["name"] for one in asked.json()["patients"]] == ["Ben", "dan"]
    for wrong in ({"sort": "beauty"}, {"filters": ["x"]}, {"q": "x" * 101}, {"more": 1}):
        refused = await http.post("/api/clinic/patients/search", headers=cookie, json=wrong)
        assert refused.status_code == 422
    async with sessions.begin() as session:
        looks = select(AuditEntry.patient_id).where(AuditEntry.action == "panel.read")
        seen = set(await session.scalars(looks))
        assert seen == {people[name].id for name in ("Ben", "ben", "dan")}
