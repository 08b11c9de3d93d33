"""A clinician's panel: only their own patients, at a constant price, and nobody is ranked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.access import ClinicActor
from app.accounts.models import Person
from app.audit import AuditEntry
from app.clinic.listing import Wanted
from app.clinic.panel import Page
from app.clinic.panel import panel as panel_of
from app.db import Sessions
from app.monitoring.plan import draw_id, mark_drawn, materialise, overdue_among, snooze
from app.protocols.holds import stop
from app.push.models import State
from tests.clinic.test_adherence import doses_of, fresh, say, speak
from tests.factories import (
    a_care_link,
    a_clinician,
    a_device,
    a_patient,
    a_protocol,
    signed_in,
    some_results,
)
from tests.monitoring.test_plan import BLOOD
from tests.story_time import MONDAY, Clock


async def panel(
    session: AsyncSession, clinician: Person, *, cursor: str | None, limit: int, now: datetime
) -> Page:
    """The clinician's own list, by name."""
    assert clinician.clinic_id is not None
    actor = ClinicActor(clinician, clinician.clinic_id)
    return await panel_of(session, actor, Wanted(cursor=cursor, limit=limit), now)


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_the_panel_shows_each_patient_as_they_stand(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        clinician = await a_clinician(session)
        ann, ben = await a_patient(session, name="ann"), await a_patient(session, name="Ben")
        for patient in (ben, ann):
            await a_care_link(session, patient, clinician)
        await a_device(session, ann)
        await a_protocol(session, ann)
        nights = await doses_of(session, ann)
        await say(session, nights[0])
        await say(session, nights[1])
        time.now = nights[2].due_at + timedelta(minutes=1)
    cookie = await fresh(sessions, clinician, time)
    body = (await http.get("/api/clinic/patients", headers=cookie)).json()
    assert body["next"] is None
    assert body["patients"] == [
        {
            "id": str(ann.id),
            "name": "ann",
            "since": "2026-11-23T12:00:00Z",
            "taking30": {"taken": 2, "expected": 2, "before_initiation": 0},
            "worst": {"name": "Sermorelin", "taken": 2, "expected": 2},
            "last_taken_at": nights[1].due_at.isoformat().replace("+00:00", "Z"),
            "unreachable": False,
            "devices": 1,
            "labs_overdue": 0,
            "open_now": 1,
            "flags": 1,
            "severity": "amber",
            "nights": ["none"] * 11 + ["taken", "taken", "open"],
            "tasks_open": 0,
            "looked_at": None,
        },
        {
            "id": str(ben.id),
            "name": "Ben",
            "since": "2026-11-23T12:00:00Z",
            "taking30": {"taken": 0, "expected": 0, "before_initiation": 0},
            "worst": None,
            "last_taken_at": None,
            "unreachable": True,
            "devices": 0,
            "labs_overdue": 0,
            "open_now": 0,
            "flags": 0,
            "severity": None,
            "nights": ["none"] * 14,
            "tasks_open": 0,
            "looked_at": None,
        },
    ]
    async with sessions.begin() as session:
        looks = select(AuditEntry.patient_id).where(AuditEntry.action == "panel.read")
        assert set(await session.scalars(looks)) == {ann.id, ben.id}


async def test_a_visit_for_blood_is_overdue_until_it_is_drawn_and_not_after_the_end(
    sessions: Sessions, engine: AsyncEngine, time: Clock
) -> None:
    """Satisfied by results too; and three patients cost as many statements as one."""
    later = MONDAY + timedelta(days=8)
    async with sessions.begin() as session:
        clinician = await a_clinician(session)
        names = ("drawn", "ended", "measured", "overdue", "snoozed", "unlinked")
        people = {name: await a_patient(session, name=name) for name in names}
        for name, patient in people.items():
            (line,) = await a_protocol(session, patient)
            await materialise(session, patient.id, MONDAY)
            baseline = draw_id(patient.id, "baseline", 0)
            if name != "unlinked":
                await a_care_link(session, patient, clinician)
            if name == "drawn":
                await mark_drawn(session, patient.id, baseline, patient, None, MONDAY)
            if name == "measured":
                await some_results(session, patient, MONDAY.date(), *BLOOD)
            if name == "snoozed":
                await snooze(session, patient.id, baseline, patient, until=None, days=9, now=MONDAY)
            if name == "ended":
                await stop(session, patient.id, line, patient, "Done", later)
    for now, overdue in ((later - timedelta(days=1), set()), (later, {"overdue"})):
        async with sessions.begin() as session:
            page = await panel(session, clinician, cursor=None, limit=9, now=now)
        assert {row.patient.name for row in page.rows if row.seen.labs_overdue} == overdue
    counted = []
    for limit in (1, 5):
        async with sessions.begin() as session:
            with statements(engine) as sent:
                await overdue_among(session, [people[n].id for n in names][:limit], later)
            counted.append(len(sent))
    assert counted[0] == counted[1] <= 8


async def test_pages_follow_the_names_and_end(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    names = ["ann", "Ben", "Ben", "cleo", "Dan"]
    async with sessions.begin() as session:
        clinician, other = await a_clinician(session), await a_clinician(session)
        for name in reversed(names):
            await a_care_link(session, await a_patient(session, name=name), clinician)
        gone = await a_patient(session, name="Gone")
        (await a_care_link(session, gone, clinician)).ended_at = time.now
        foreign = await a_patient(session, name="Foreign")
        await a_care_link(session, foreign, other)
        cookie = await signed_in(session, clinician, time.now)
    seen: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(3):
        body = (await http.get(f"/api/clinic/patients?limit=2{cursor}", headers=cookie)).json()
        seen += body["patients"]
        cursor = f"&cursor={body['next']}"
    assert body["next"] is None
    assert [row["name"] for row in seen] == names
    assert len({row["id"] for row in seen}) == 5
    for wrong in (str(foreign.id), str(uuid4()), "x"):
        answer = await http.get(f"/api/clinic/patients?cursor={wrong}", headers=cookie)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("devices", "accepted_days_ago", "reminded", "unreachable"),
    [
        (0, None, False, True),
        (0, None, True, True),
        (1, None, False, False),
        (1, None, True, True),
        (1, 8, True, True),
        (1, 8, False, False),
        (1, 6, True, False),
    ],
)
async def test_unreachable_is_about_devices_and_not_about_doses(
    session: AsyncSession,
    devices: int,
    accepted_days_ago: int | None,
    reminded: bool,
    unreachable: bool,
) -> None:
    clinician, patient = await a_clinician(session), await a_patient(session)
    await a_care_link(session, patient, clinician)
    await a_protocol(session, patient)
    nights = await doses_of(session, patient)
    now = nights[9].due_at + timedelta(minutes=1)
    if reminded:
        await speak(session, nights[8], devices=devices)
    for _ in range(devices):
        device = await a_device(session, patient)
        if accepted_days_ago is not None:
            device.last_accepted_at = now - timedelta(days=accepted_days_ago)
    retired = await a_device(session, patient)
    retired.last_accepted_at = retired.retired_at = now
    await session.flush()
    page = await panel(session, clinician, cursor=None, limit=10, now=now)
    [row] = page.rows
    assert (row.devices, row.seen.unreachable) == (devices, unreachable)


async def test_a_page_costs_the_same_number_of_statements_for_one_and_for_many(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    async def a_panel(patients: int) -> Person:
        clinician = await a_clinician(session)
        for _ in range(patients):
            patient = await a_patient(session)
            await a_care_link(session, patient, clinician)
            await a_protocol(session, patient)
            dose = (await doses_of(session, patient))[0]
            await speak(session, dose, (State.ACCEPTED, True))
            await say(session, dose)
        await session.flush()
        return clinician

    prices = []
    for patients in (1, 4):
        clinician = await a_panel(patients)
        now = MONDAY + timedelta(days=5)
        with statements(engine) as sent:
            page = await panel(session, clinician, cursor=None, limit=50, now=now)
            await session.flush()
        assert len(page.rows) == patients
        assert all((row.taking.taken, row.taking.expected) == (1, 5) for row in page.rows)
        prices.append(len(sent))
    assert prices[0] == prices[1] <= 41  # one of them asks whether anybody has a vial on record
