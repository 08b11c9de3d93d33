"""Tasks: what a clinic wants done about a patient, whose it is, until when, and what came of it.

A task never does anything by itself. What came of one shows beside the next flag of its kind.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit, revisions
from app.accounts.access import Access
from app.accounts.care import live
from app.accounts.models import CareLink, Person
from app.audit import Means
from app.clinic.models import FlagEpisode, Outcome, Task
from app.db import insert_new
from app.problems import Invalid, NotFound, Problem

BEFORE = 3
"""How many outcomes of the same kind show beside a flag."""


class AlreadyATask(Problem):
    """This flag has an open task already, or this id names another task."""

    status: ClassVar[int] = 409


class AlreadyClosed(Problem):
    """This task is closed. Reopen it to change it."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task as somebody asks for it."""

    id: UUID
    title: str
    flag: UUID | None = None
    owner: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A task with the names that a colleague reads."""

    task: Task
    patient: str
    created_by: str
    owner: str | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What came of an earlier task of the same kind."""

    closed_at: datetime
    outcome: Outcome
    note: str
    by: str


async def create(
    session: AsyncSession, access: Access, clinic_id: UUID, wanted: Wanted, now: datetime
) -> Told:
    """Make a task of the actor's clinic about this patient. A repeat of the same changes nothing.

    Raises NotFound for a flag of somebody else, Invalid for an owner who does not look after the
    patient, and AlreadyATask where the flag has an open one or the id names something else.
    """
    patient_id, rule = access.patient_id, ""
    if wanted.flag is not None:
        # Locked, so that of two who make a task of the same flag the second finds the first's.
        flag = await session.get(FlagEpisode, (patient_id, wanted.flag), with_for_update=True)
        if flag is None:
            raise NotFound("There is no such flag.")
        rule = flag.rule
    known = await session.get(Task, (patient_id, wanted.id), populate_existing=True)
    if known is None:
        if wanted.flag is not None and await _open_of(session, patient_id, clinic_id, wanted.flag):
            raise AlreadyATask("There is one that nobody has closed.", cure="Use that one.")
        await check_owner(session, patient_id, clinic_id, wanted.owner, now)
        row = {
            "patient_id": patient_id, "id": wanted.id, "clinic_id": clinic_id,
            "title": wanted.title, "created_by": access.actor.id, "created_at": now, "rule": rule,
            "flag_id": wanted.flag, "owner_id": wanted.owner, "due_on": wanted.due_on,
            "outcome_note": "", "revision": 1,
        }  # fmt: skip
        if await insert_new(session, Task, [row]):
            _note(session, access, "task.created", wanted.id, now, **_flag_fact(wanted.flag))
        known = await session.get_one(Task, (patient_id, wanted.id), populate_existing=True)
    same = (known.clinic_id, known.flag_id, known.created_by)
    if same != (clinic_id, wanted.flag, access.actor.id):
        raise AlreadyATask("This id is taken by another task.", cure="Send a new random id.")
    return await told(session, known)


async def change(
    session: AsyncSession, access: Access, clinic_id: UUID, task_id: UUID,
    wanted: dict[str, Any], meant: frozenset[str], now: datetime,
) -> Told:  # fmt: skip
    """Give a task another title, owner or day; `wanted` names only what is to be different.

    Somebody who repeats their own change, with the revision from before it, finds it done.
    Raises Stale, AlreadyClosed, NotFound, and Invalid for an owner who does not look after the
    patient.
    """
    task = await _locked(session, access.patient_id, clinic_id, task_id)
    if all(getattr(task, name) == value for name, value in wanted.items()) and _repeats(
        task, meant
    ):
        return await told(session, task)
    revisions.check(meant, task.revision)
    if task.closed_at is not None:
        raise AlreadyClosed("Nothing was changed.")
    if wanted.get("owner_id") is not None:
        await check_owner(session, access.patient_id, clinic_id, wanted["owner_id"], now)
    for name, value in wanted.items():
        setattr(task, name, value)
    task.revision += 1
    _note(session, access, "task.changed", task_id, now)
    return await told(session, task)


async def close(
    session: AsyncSession, access: Access, clinic_id: UUID, task_id: UUID, outcome: Outcome,
    note: str, meant: frozenset[str], now: datetime,
) -> Told:  # fmt: skip
    """Close a task with what came of it; a repeat of the same finds it done.

    Raises Stale for a revision that was changed since, AlreadyClosed and NotFound.
    """
    task = await _locked(session, access.patient_id, clinic_id, task_id)
    if (task.outcome, task.outcome_note) == (outcome, note) and _repeats(task, meant):
        return await told(session, task)
    revisions.check(meant, task.revision)
    if task.closed_at is not None:
        raise AlreadyClosed("Somebody has closed it.")
    task.outcome, task.outcome_note = outcome, note
    task.closed_at, task.closed_by = now, access.actor.id
    task.revision += 1
    _note(session, access, "task.closed", task_id, now, outcome=outcome.value)
    return await told(session, task)


async def reopen(
    session: AsyncSession, access: Access, clinic_id: UUID, task_id: UUID, meant: frozenset[str],
    now: datetime,
) -> Told:  # fmt: skip
    """Open a closed task again; its outcome stays in the audit trail alone. A repeat is harmless.

    Raises Stale, NotFound, and AlreadyATask where its flag has another open one by now.
    """
    task = await _locked(session, access.patient_id, clinic_id, task_id)
    if task.closed_at is None and _repeats(task, meant):
        return await told(session, task)
    revisions.check(meant, task.revision)
    if task.closed_at is None:
        return await told(session, task)
    if task.flag_id is not None:
        await session.get(FlagEpisode, (access.patient_id, task.flag_id), with_for_update=True)
        if await _open_of(session, access.patient_id, clinic_id, task.flag_id):
            raise AlreadyATask("Its flag has another one by now.", cure="Use that one.")
    task.outcome, task.outcome_note, task.closed_at, task.closed_by = None, "", None, None
    task.revision += 1
    _note(session, access, "task.reopened", task_id, now)
    return await told(session, task)


async def check_owner(
    session: AsyncSession, patient_id: UUID, clinic_id: UUID, owner: UUID | None, now: datetime
) -> None:
    """Raise Invalid unless this is nobody, or a clinician of the clinic whom the patient let in."""
    if owner is None:
        return
    link = select(CareLink.id).where(
        CareLink.patient_id == patient_id, CareLink.person_id == owner,
        CareLink.clinic_id == clinic_id, live(now),
    )  # fmt: skip
    if await session.scalar(link.limit(1)) is None:
        raise Invalid(
            "The owner has to be a clinician of your clinic whom the patient has let in.",
            field="owner", cure="Name somebody who looks after this patient, or nobody.",
        )  # fmt: skip


async def of_flags(
    session: AsyncSession, patient_id: UUID, clinic_id: UUID
) -> tuple[dict[UUID, Told], dict[str, list[Resolved]]]:
    """The newest task of each flag, and the last outcomes of each rule, of one patient."""
    rows = await session.scalars(
        select(Task)
        .where(Task.patient_id == patient_id, Task.clinic_id == clinic_id)
        .order_by(Task.created_at.desc(), Task.id)
    )
    every = await told_all(session, rows.all())
    newest: dict[UUID, Told] = {}
    before: dict[str, list[Resolved]] = defaultdict(list)
    for each in every:
        if each.task.flag_id is not None:
            newest.setdefault(each.task.flag_id, each)
    done = [each for each in every if each.task.closed_at is not None]
    for each in sorted(done, key=_closed_at, reverse=True):
        task = each.task
        if task.closed_at is None or task.outcome is None or not task.rule:
            continue
        if len(before[task.rule]) < BEFORE:
            before[task.rule].append(
                Resolved(task.closed_at, task.outcome, task.outcome_note, each.closed_by or "")
            )
    return newest, {**before}


def _closed_at(told: Told) -> datetime:
    return told.task.closed_at or told.task.created_at


async def told(session: AsyncSession, task: Task) -> Told:
    """A task with its names."""
    return (await told_all(session, [task]))[0]


async def told_all(session: AsyncSession, tasks: Collection[Task]) -> list[Told]:
    """Tasks with their names, in the order given; one statement."""
    ids = {
        person
        for task in tasks
        for person in (task.patient_id, task.created_by, task.owner_id, task.closed_by)
        if person is not None
    }
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    return [
        Told(
            task, names[task.patient_id], names[task.created_by],
            names[task.owner_id] if task.owner_id else None,
            names[task.closed_by] if task.closed_by else None,
        )
        for task in tasks
    ]  # fmt: skip


async def _locked(session: AsyncSession, patient_id: UUID, clinic_id: UUID, task_id: UUID) -> Task:
    """A task of this clinic, which nobody else changes until the commit, as it is now."""
    task = await session.get(
        Task, (patient_id, task_id), with_for_update=True, populate_existing=True
    )
    if task is None or task.clinic_id != clinic_id:
        raise NotFound("There is no such task.")
    return task


def _repeats(task: Task, meant: frozenset[str]) -> bool:
    """Whether the change that led to this revision is sent again."""
    return str(task.revision - 1) in meant or str(task.revision) in meant


async def _open_of(
    session: AsyncSession, patient_id: UUID, clinic_id: UUID, flag_id: UUID
) -> UUID | None:
    mine = select(Task.id).where(
        Task.patient_id == patient_id, Task.clinic_id == clinic_id, Task.flag_id == flag_id,
        Task.closed_at.is_(None),
    )  # fmt: skip
    found: UUID | None = await session.scalar(mine.limit(1))
    return found


def _flag_fact(flag: UUID | None) -> dict[str, str]:
    return {} if flag is None else {"flag": str(flag)}


def _note(
    session: AsyncSession, access: Access, action: str, task: UUID, now: datetime, **facts: str
) -> None:
    means = access.means if access.program is not None else Means.CLINICIAN
    audit.record(
        session, action, at=now, actor=access.actor.id, patient=access.patient_id, means=means,
        task=str(task), **facts,
    )  # fmt: skip
