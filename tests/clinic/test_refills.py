"""A refill request is the clinic's task: asked once, closed with it, and without its note."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access
from app.accounts.models import CareLink, Person, Scope
from app.audit import AuditEntry, Means
from app.clinic.models import Outcome, RefillRequest, Task
from app.clinic.refill_shapes import RefillIn
from app.clinic.refills import AlreadyAsked, Asked, NoClinic, RefillClosed, ask, asked_by, withdraw
from app.clinic.tasks import AlreadyClosed, close, reopen
from app.db import Sessions
from app.problems import Invalid, NotFound
from tests.clinic.shelf import DAY, stocked
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY, Clock


def own(patient: Person) -> Access:
    return Access(patient.id, patient, own=True, scope=Scope.CHANGE)


def theirs(patient: Person, clinician: Person) -> Access:
    return Access(patient.id, clinician, own=False, scope=Scope.CHANGE, in_clinic=True)


async def cared_for(session: AsyncSession) -> tuple[Person, Person, UUID]:
    """A patient, a clinician they let in, and their one line."""
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_care_link(session, patient, clinician)
    [line] = await a_protocol(session, patient)
    return patient, clinician, line


async def wish(session: AsyncSession, patient: Person, line: UUID, **facts: Any) -> Asked:
    given = RefillIn(id=facts.pop("id", uuid4()), line=line, **facts)
    return await ask(session, own(patient), given, MONDAY)


async def number_of(session: AsyncSession, table: type[Task | RefillRequest]) -> int | None:
    return await session.scalar(select(func.count()).select_from(table))


async def test_asking_makes_one_task_however_often_it_is_sent(session: AsyncSession) -> None:
    patient, clinician, line = await cared_for(session)
    id = uuid4()
    first = await wish(session, patient, line, id=id, note="  Before I travel  ")
    again = await wish(session, patient, line, id=id, note="Before I travel")
    assert first.out() == again.out()
    assert (first.state, first.out().outcome, first.out().closed_at) == ("asked", None, None)
    assert first.out().line.name == "Sermorelin"
    assert first.request.note == "Before I travel"
    assert await number_of(session, Task) == await number_of(session, RefillRequest) == 1
    task = first.task
    assert (task.clinic_id, task.rule, task.created_by) == (
        clinician.clinic_id, "refill", patient.id,
    )  # fmt: skip
    assert task.title == "Refill asked for: Sermorelin"
    with pytest.raises(Invalid):
        await wish(session, patient, line, id=id, note="Something else")
    with pytest.raises(AlreadyAsked):
        await wish(session, patient, line)
    noted = await session.scalars(select(AuditEntry).where(AuditEntry.action == "refill.asked"))
    [entry] = noted.all()
    assert entry.facts == {"refill": str(id)}


async def test_it_says_until_when_the_vials_on_record_last(session: AsyncSession) -> None:
    patient, _, line = await cared_for(session)
    await stocked(session, patient)  # 20 doses, and 28 days to use them
    asked = await wish(session, patient, line)
    assert asked.out().runs_out_on == MONDAY.date() + 20 * DAY


async def test_who_has_no_clinic_hears_what_to_do(session: AsyncSession) -> None:
    patient = await a_patient(session)
    [line] = await a_protocol(session, patient)
    looking = await a_clinician(session)
    link = await a_care_link(session, patient, looking)
    link.scope = Scope.SEE
    await session.flush()
    with pytest.raises(NoClinic) as refused:
        await wish(session, patient, line)
    assert "Let a clinic in" in refused.value.facts["cure"]
    assert await number_of(session, Task) == 0
    link.scope = Scope.CHANGE
    await session.flush()
    assert (await wish(session, patient, line)).state == "asked"


async def test_somebody_elses_line_is_none(session: AsyncSession) -> None:
    patient, _, _ = await cared_for(session)
    _, _, other = await cared_for(session)
    with pytest.raises(NotFound):
        await wish(session, patient, other)


async def test_closing_the_task_closes_the_request_and_keeps_the_clinics_note(
    session: AsyncSession,
) -> None:
    patient, clinician, line = await cared_for(session)
    asked = await wish(session, patient, line)
    access, clinic = theirs(patient, clinician), asked.task.clinic_id
    await close(
        session, access, clinic, asked.task.id, Outcome.SPOKE, "Too soon, see chart",
        frozenset({"1"}), MONDAY + DAY,
    )  # fmt: skip
    [seen] = await asked_by(session, patient.id, MONDAY)
    out = seen.out()
    assert (out.state, out.outcome, out.closed_at) == ("closed", Outcome.SPOKE, MONDAY + DAY)
    assert "chart" not in out.model_dump_json()
    with pytest.raises(RefillClosed):
        await withdraw(session, own(patient), asked.request.id, MONDAY + DAY)
    assert (await wish(session, patient, line)).state == "asked"
    await reopen(session, access, clinic, asked.task.id, frozenset({"2"}), MONDAY + 2 * DAY)
    states = {each.request.id: each.state for each in await asked_by(session, patient.id, MONDAY)}
    assert states[asked.request.id] == "asked"


async def test_what_is_taken_back_closes_the_task(session: AsyncSession) -> None:
    patient, clinician, line = await cared_for(session)
    asked = await wish(session, patient, line)
    for _ in range(2):
        seen = await withdraw(session, own(patient), asked.request.id, MONDAY + DAY)
        assert (seen.state, seen.out().outcome) == ("withdrawn", None)
        assert seen.out().closed_at == MONDAY + DAY
    task = await session.get_one(Task, (patient.id, asked.task.id), populate_existing=True)
    assert (task.closed_at, task.closed_by, task.outcome, task.revision) == (
        MONDAY + DAY, patient.id, Outcome.NOTHING_NEEDED, 2,
    )  # fmt: skip
    with pytest.raises(AlreadyClosed):
        await close(
            session, theirs(patient, clinician), task.clinic_id, task.id, Outcome.SPOKE, "",
            frozenset({"2"}), MONDAY + DAY,
        )  # fmt: skip
    assert (await wish(session, patient, line)).state == "asked", "another may be asked for"
    with pytest.raises(NotFound):
        await withdraw(session, own(patient), uuid4(), MONDAY)


async def test_a_clinic_that_was_left_keeps_nobody_waiting(session: AsyncSession) -> None:
    patient, clinician, line = await cared_for(session)
    first = await wish(session, patient, line)
    other = await a_clinician(session)
    await a_care_link(session, patient, other)
    with pytest.raises(AlreadyAsked):
        await wish(session, patient, line)
    link = await session.scalar(select(CareLink).where(CareLink.person_id == clinician.id))
    assert link is not None
    link.ended_at = MONDAY
    await session.flush()
    again = await wish(session, patient, line)
    assert again.task.clinic_id == other.clinic_id

    async def states(now: datetime = MONDAY) -> dict[UUID, str]:
        return {each.request.id: each.state for each in await asked_by(session, patient.id, now)}

    assert await states() == {first.request.id: "lapsed", again.request.id: "asked"}
    link.ended_at, link.ends_at = None, MONDAY + DAY
    await session.flush()
    assert await states() == {first.request.id: "asked", again.request.id: "asked"}
    assert (await states(MONDAY + DAY))[first.request.id] == "lapsed", "its last day is over"
    link.scope = Scope.SEE
    await session.flush()
    assert (await states())[first.request.id] == "lapsed", "who may only look closes nothing"
    back = await withdraw(session, own(patient), first.request.id, MONDAY + DAY)
    assert (back.state, back.task.closed_at) == ("withdrawn", MONDAY + DAY)
    link.scope = Scope.CHANGE
    await session.flush()
    assert (await states())[first.request.id] == "withdrawn", "it does not open again"


async def test_a_clinician_asks_in_the_patients_name_at_their_own_clinic(
    session: AsyncSession,
) -> None:
    patient, _, line = await cared_for(session)
    other = await a_clinician(session)
    await a_care_link(session, patient, other)
    given = RefillIn(id=uuid4(), line=line)
    asked = await ask(session, theirs(patient, other), given, MONDAY)
    assert (asked.task.clinic_id, asked.task.created_by) == (other.clinic_id, other.id)
    entries = await session.scalars(select(AuditEntry).where(AuditEntry.action == "refill.asked"))
    assert {entry.means for entry in entries} == {Means.CLINICIAN}


async def test_of_two_phones_at_once_one_asks(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, _, line = await cared_for(session)
        cookie = await signed_in(session, patient, time.now)
    time.advance(minutes=1)
    address = "/api/patients/me/refill-requests"

    async def send(id: UUID) -> int:
        body = {"id": str(id), "line": str(line)}
        return (await http.post(address, json=body, headers=cookie)).status_code

    same = uuid4()
    found = await asyncio.gather(*(send(id) for id in (same, same, uuid4(), uuid4())))
    assert sorted(found) in ([201, 201, 409, 409], [201, 409, 409, 409])
    requests = (await http.get(address, headers=cookie)).json()["requests"]
    assert len(requests) == 1
    async with sessions() as session:
        assert await number_of(session, Task) == 1
    wrong = {"id": str(uuid4()), "line": str(line), "note": "x" * 501}
    assert (await http.post(address, json=wrong, headers=cookie)).status_code == 422
