"""The tasks of a clinic that somebody may see, page by page: only of patients open to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import ClinicActor, patients_open_to
from app.accounts.care import live
from app.accounts.models import CareLink
from app.clinic.models import Task
from app.clinic.tasks import Told, told_all
from app.problems import no_such_page

NEVER = date(9999, 12, 31)
"""Where a task without a day sorts: after all others."""

TaskState = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which tasks somebody wants to see.

    owner     a person's id; `nobody`, which is also somebody who has left or whom the patient no
              longer lets in; or None for anybody's
    patient   of one patient only
    """

    state: TaskState = "open"
    owner: UUID | Literal["nobody"] | None = None
    patient: UUID | None = None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, and the cursor of the page after them while there is one."""

    tasks: Sequence[Told]
    next: str | None


async def tasks_of(
    session: AsyncSession, actor: ClinicActor, wish: Wish, cursor: str | None, limit: int,
    now: datetime,
) -> TaskPage:  # fmt: skip
    """The clinic's tasks about patients who are open to this actor.

    Open ones by their day, then by age; closed ones the newest first. The cursor names the last
    task of the page before. Raises Invalid for one that names none.
    """
    query = select(Task).where(
        Task.clinic_id == actor.clinic_id, Task.patient_id.in_(patients_open_to(actor, now))
    )
    if wish.patient is not None:
        query = query.where(Task.patient_id == wish.patient)
    if wish.owner == "nobody":
        able = select(CareLink.id).where(
            CareLink.patient_id == Task.patient_id, CareLink.person_id == Task.owner_id,
            CareLink.clinic_id == Task.clinic_id, live(now),
        )  # fmt: skip
        query = query.where(~able.correlate(Task).exists())
    elif wish.owner is not None:
        query = query.where(Task.owner_id == wish.owner)
    after = await _after(session, actor, cursor) if cursor else None
    if wish.state == "open":
        query = query.where(Task.closed_at.is_(None))
        order: Any = tuple_(
            func.coalesce(Task.due_on, NEVER), Task.created_at, Task.patient_id, Task.id
        )
        query = query.order_by(*order.clauses)
        if after is not None:
            key = (after.due_on or NEVER, after.created_at, after.patient_id, after.id)
            query = query.where(order > tuple_(*key))
    else:
        query = query.where(Task.closed_at.is_not(None))
        order = tuple_(Task.closed_at, Task.patient_id, Task.id)
        query = query.order_by(*(column.desc() for column in order.clauses))
        if after is not None:
            closed = after.closed_at or now
            query = query.where(order < tuple_(closed, after.patient_id, after.id))
    found = (await session.scalars(query.limit(limit + 1))).all()
    tasks = found[:limit]
    last = tasks[-1] if len(found) > limit else None
    return TaskPage(
        await told_all(session, tasks), None if last is None else f"{last.patient_id}.{last.id}"
    )


async def _after(session: AsyncSession, actor: ClinicActor, cursor: str) -> Task:
    """The task that a cursor names, also one that has changed since."""
    patient, _, id = cursor.partition(".")
    try:
        task = await session.get(Task, (UUID(patient), UUID(id)))
    except ValueError:
        task = None
    if task is None or task.clinic_id != actor.clinic_id:
        raise no_such_page()
    return task
