"""Tasks: none is lost because the one who had it is gone."""

from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import ClinicActor
from app.accounts.models import Clinic, Person
from app.clinic.models import Task
from app.clinic.task_list import Wish, tasks_of
from tests.factories import a_care_link, a_clinician, a_patient
from tests.story_time import MONDAY


async def a_task(session: AsyncSession, patient: Person, owner: Person | None, by: Person) -> UUID:
    assert by.clinic_id is not None
    task = Task(
        patient_id=patient.id, id=uuid4(), clinic_id=by.clinic_id, title="Call",
        created_by=by.id, created_at=MONDAY, owner_id=owner.id if owner else None,
    )  # fmt: skip
    session.add(task)
    await session.flush()
    return task.id


async def test_a_task_of_somebody_who_is_gone_is_nobodys(session: AsyncSession) -> None:
    """Else it stood in no list that anybody works off: neither theirs nor nobody's."""
    one = await a_clinician(session)
    clinic = await session.get_one(Clinic, one.clinic_id)
    leaver, shut_out = [await a_clinician(session, clinic=clinic) for _ in range(2)]
    patient = await a_patient(session)
    await a_care_link(session, patient, one)
    await a_care_link(session, patient, leaver)
    ended = await a_care_link(session, patient, shut_out)
    mine = await a_task(session, patient, one, one)
    theirs, gone, nobodys = [
        await a_task(session, patient, owner, one) for owner in (leaver, shut_out, None)
    ]

    async def ids(wish: Wish) -> set[UUID]:
        assert one.clinic_id is not None
        actor = ClinicActor(one, one.clinic_id)
        page = await tasks_of(session, actor, wish, None, 50, MONDAY)
        return {told.task.id for told in page.tasks}

    assert await ids(Wish(owner="nobody")) == {nobodys}
    ended.ended_at = leaver.left_at = MONDAY
    await session.flush()
    assert await ids(Wish(owner="nobody")) == {nobodys, theirs, gone}
    assert await ids(Wish(owner=one.id)) == {mine}
    assert await ids(Wish(owner=leaver.id)) == {theirs}
