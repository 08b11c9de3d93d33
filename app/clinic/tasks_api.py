"""HTTP for tasks: the clinic's list, and one patient's tasks."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import ClinicActor, InClinic, InConfidence, OnlyLooking
from app.accounts.models import Preferences
from app.accounts.waking import today_of
from app.clinic import tasks
from app.clinic.models import Outcome
from app.clinic.task_list import TaskState, Wish, tasks_of
from app.clinic.tasks import AlreadyATask, AlreadyClosed, Told, Wanted
from app.clock import Day, Now
from app.db import Session
from app.problems import Invalid, NotFound, declared
from app.revisions import IfMatch, PreconditionRequired, Stale, tag

router = APIRouter(prefix="/api", tags=["tasks"])


def _words(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise ValueError("must say something")
    return text


Title = Annotated[str, Field(max_length=200), AfterValidator(_words)]


class Named(BaseModel):
    """Somebody, by id and name."""

    id: UUID
    name: str


class TaskIn(BaseModel):
    """A task to be made. `id` is a random UUID of the sender's, so that a repeat is harmless.

    flag     the flag it comes from; null for one that somebody thought of
    owner    a clinician who looks after the patient; null for nobody yet
    due_on   the day until which it is to be done
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    title: Title
    flag: UUID | None = None
    owner: UUID | None = None
    due_on: Day | None = None


class TaskPatch(BaseModel):
    """What is to be different about a task; a field that is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    owner: UUID | None = None
    due_on: Day | None = None


class TaskClose(BaseModel):
    """What came of a task."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    note: str = Field(default="", max_length=500)


class TaskOut(BaseModel):
    """A task with its names.

    rule       code of the flag's rule; empty for a task that somebody thought of
    overdue    open, and its day is over where the reader is
    revision   counts changes; a change sends the one it has seen as `If-Match`
    """

    id: UUID
    patient: Named
    title: str
    rule: str
    flag: UUID | None
    owner: Named | None
    due_on: date | None
    overdue: bool
    created_at: datetime
    created_by: Named
    closed_at: datetime | None
    closed_by: Named | None
    outcome: Outcome | None
    outcome_note: str
    revision: int

    @classmethod
    def of(cls, told: Told, today: date) -> Self:
        """The task as the API shows it."""
        task = told.task
        return cls(
            id=task.id, patient=Named(id=task.patient_id, name=told.patient), title=task.title,
            rule=task.rule, flag=task.flag_id, owner=_named(task.owner_id, told.owner),
            due_on=task.due_on,
            overdue=task.closed_at is None and task.due_on is not None and task.due_on < today,
            created_at=task.created_at, created_by=Named(id=task.created_by, name=told.created_by),
            closed_at=task.closed_at, closed_by=_named(task.closed_by, told.closed_by),
            outcome=task.outcome, outcome_note=task.outcome_note, revision=task.revision,
        )  # fmt: skip


class TasksOut(BaseModel):
    """One page of tasks; `next` is the cursor of the page after it."""

    tasks: list[TaskOut]
    next: str | None


@router.get("/clinic/tasks", responses=declared(NotFound, Invalid))
async def read_tasks(
    actor: InClinic,
    session: Session,
    now: Now,
    owner: Literal["me", "nobody"] | UUID | None = None,
    state: TaskState = "open",
    patient: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> TasksOut:
    """The clinic's tasks about the asker's patients; each patient finds the look in their log."""
    whose = actor.person.id if owner == "me" else owner
    page = await tasks_of(session, actor, Wish(state, whose, patient), cursor, limit, now)
    for each in sorted({told.task.patient_id for told in page.tasks}):
        audit.record(
            session, "tasks.read", at=now, actor=actor.person.id, patient=each,
            means=actor.means if actor.program else audit.Means.APP,
        )  # fmt: skip
    today = await _today(session, actor, now)
    return TasksOut(tasks=[TaskOut.of(told, today) for told in page.tasks], next=page.next)


@router.post(
    "/patients/{patient}/tasks",
    status_code=201,
    responses=declared(NotFound, OnlyLooking, Invalid, AlreadyATask),
)
async def create_task(
    given: TaskIn, access: InConfidence, actor: InClinic, response: Response, session: Session,
    now: Now,
) -> TaskOut:  # fmt: skip
    """Make a task about a patient. The same id again makes no second one."""
    wanted = Wanted(given.id, given.title, given.flag, given.owner, given.due_on)
    told = await tasks.create(session, access, actor.clinic_id, wanted, now)
    return await _answer(session, actor, told, response, now)


@router.patch(
    "/patients/{patient}/tasks/{task}",
    responses=declared(
        NotFound, OnlyLooking, Invalid, AlreadyClosed, PreconditionRequired, Stale
    ),
)  # fmt: skip
async def change_task(
    task: UUID, given: TaskPatch, access: InConfidence, actor: InClinic, meant: IfMatch,
    response: Response, session: Session, now: Now,
) -> TaskOut:  # fmt: skip
    """Change title, owner or day. The answer's ETag is the new revision."""
    known = given.model_dump(exclude_unset=True)
    if "title" in known and known["title"] is None:
        raise Invalid("A task needs a title.", field="title", cure="Leave it out to keep it.")
    if "owner" in known:
        known["owner_id"] = known.pop("owner")
    told = await tasks.change(session, access, actor.clinic_id, task, known, meant, now)
    return await _answer(session, actor, told, response, now)


@router.post(
    "/patients/{patient}/tasks/{task}/close",
    responses=declared(NotFound, OnlyLooking, AlreadyClosed, PreconditionRequired, Stale),
)
async def close_task(
    task: UUID, given: TaskClose, access: InConfidence, actor: InClinic, meant: IfMatch,
    response: Response, session: Session, now: Now,
) -> TaskOut:  # fmt: skip
    """Close a task with what came of it, which shows beside the next flag of that kind."""
    told = await tasks.close(
        session, access, actor.clinic_id, task, given.outcome, given.note.strip(), meant, now
    )
    return await _answer(session, actor, told, response, now)


@router.post(
    "/patients/{patient}/tasks/{task}/reopen",
    responses=declared(NotFound, OnlyLooking, AlreadyATask, PreconditionRequired, Stale),
)
async def reopen_task(
    task: UUID, access: InConfidence, actor: InClinic, meant: IfMatch, response: Response,
    session: Session, now: Now,
) -> TaskOut:  # fmt: skip
    """Open a closed task again. What had come of it is taken back."""
    told = await tasks.reopen(session, access, actor.clinic_id, task, meant, now)
    return await _answer(session, actor, told, response, now)


async def _answer(
    session: AsyncSession, actor: ClinicActor, told: Told, response: Response, now: datetime
) -> TaskOut:
    response.headers["ETag"] = tag(told.task.revision)
    return TaskOut.of(told, await _today(session, actor, now))


async def _today(session: AsyncSession, actor: ClinicActor, now: datetime) -> date:
    """The date where the reader is; a program has no zone and reads by UTC."""
    preferences = await session.get(Preferences, actor.person.id)
    return today_of(preferences, now) if preferences else now.date()


def _named(id: UUID | None, name: str | None) -> Named | None:
    return None if id is None else Named(id=id, name=name or "")
