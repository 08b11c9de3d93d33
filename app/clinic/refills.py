"""Refill requests: a patient asks for more of a line, and the clinic has a task of it.

The task is what the clinic works with, so that nothing has to be kept in step: closing it closes
the request. The patient sees its outcome, and never what the clinic noted. A request that is open
when the clinic's leave ends has lapsed: nobody there can see to it, unless they are let in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Access
from app.accounts.care import changing
from app.accounts.models import CareLink
from app.clinic.models import Outcome, RefillRequest, Task
from app.clinic.refill_shapes import RefillIn, RefillLine, RefillOut, RefillState
from app.db import insert_new
from app.problems import Invalid, NotFound, Problem
from app.protocols.medicines import label_of
from app.protocols.models import Line
from app.supplies.outlook import outlook_of

RULE = "refill"
"""Of the tasks that requests become, so that the outcomes of earlier ones show beside the next."""

WITHDRAWN = "Withdrawn by the patient."
_TAKEN = "This id is taken by another request."


class NoClinic(Problem):
    """No clinic that may change something in this record looks after it."""

    status: ClassVar[int] = 409


class AlreadyAsked(Problem):
    """More of this line has been asked for, and the clinic has not answered yet."""

    status: ClassVar[int] = 409


class RefillClosed(Problem):
    """The clinic has closed this request."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its task and line, and whether anybody of the clinic can still close it."""

    request: RefillRequest
    task: Task
    line: Line
    heard: bool = True

    @property
    def state(self) -> RefillState:
        """Where it stands; what the patient took back stays taken back."""
        if self.request.withdrawn_at is not None:
            return "withdrawn"
        if self.task.closed_at is not None:
            return "closed"
        return "asked" if self.heard else "lapsed"

    def out(self) -> RefillOut:
        """As the API shows it, without the clinic's note."""
        request, closed = self.request, self.state == "closed"
        return RefillOut(
            id=request.id, line=RefillLine(id=request.line_id, name=label_of(self.line.medicine)),
            asked_at=request.asked_at, note=request.note, runs_out_on=request.runs_out_on,
            state=self.state, outcome=self.task.outcome if closed else None,
            closed_at=request.withdrawn_at or (self.task.closed_at if closed else None),
        )  # fmt: skip


async def ask(session: AsyncSession, access: Access, wanted: RefillIn, now: datetime) -> Asked:
    """Ask a clinic for more of a line. A repeat of the same changes nothing.

    The task goes to the actor's own clinic, or of a patient to the one that was let in first of
    those that may change the record. Raises NoClinic without one, NotFound for somebody else's
    line, Invalid for an id that names another request, and AlreadyAsked while one is open.
    """
    patient = access.patient_id
    # Locked, so that of two phones that ask at once the second finds what the first asked.
    line = await session.get(Line, (patient, wanted.line), with_for_update={"key_share": True})
    if line is None:
        raise NotFound("There is no such line.")
    every = await asked_by(session, patient, now)
    known = next((each for each in every if each.request.id == wanted.id), None)
    if known is not None:
        if (known.request.line_id, known.request.note) != (wanted.line, wanted.note.strip()):
            raise Invalid(_TAKEN, field="id", cure="Send a new random id.")
        return known
    clinics = await _clinics(session, access, now)
    if not clinics:
        raise NoClinic(
            "There is nobody who could see to it.",
            cure="Let a clinic in with leave to change your record, or ask your pharmacy.",
        )
    if any(each.state == "asked" and each.request.line_id == line.id for each in every):
        raise AlreadyAsked("It was asked for.", cure="Wait for the answer, or withdraw it.")
    return await _made(session, access, line, clinics[0], wanted, now)


async def withdraw(session: AsyncSession, access: Access, id: UUID, now: datetime) -> Asked:
    """Take a request back, which closes its task; a repeat changes nothing.

    One that has lapsed is taken back as well, so that it does not open again with the clinic's
    leave. Raises NotFound, and RefillClosed for one that the clinic has closed.
    """
    patient = access.patient_id
    request = await session.get(RefillRequest, (patient, id))
    if request is None:
        raise NotFound("There is no such request.")
    task = await session.get_one(
        Task, (patient, request.task_id), with_for_update=True, populate_existing=True
    )
    await session.refresh(request)
    line = await session.get_one(Line, (patient, request.line_id))
    asked = Asked(request, task, line)
    if asked.state == "closed":
        raise RefillClosed("There is nothing left to take back.", cure="Ask anew if you need more.")
    if asked.state == "asked":
        request.withdrawn_at = now
        task.outcome, task.outcome_note = Outcome.NOTHING_NEEDED, WITHDRAWN
        task.closed_at, task.closed_by = now, access.actor.id
        task.revision += 1
        _note(session, access, "refill.withdrawn", now, refill=id)
        _note(session, access, "task.closed", now, task=task.id, outcome=task.outcome.value)
    return asked


async def asked_by(session: AsyncSession, patient_id: UUID, now: datetime) -> Sequence[Asked]:
    """Every request of a patient, the newest first; one statement."""
    heard = select(CareLink.id).where(
        CareLink.clinic_id == Task.clinic_id, *changing(patient_id, now)
    )
    rows = await session.execute(
        select(RefillRequest, Task, Line, heard.exists())
        .join(
            Task,
            and_(Task.patient_id == RefillRequest.patient_id, Task.id == RefillRequest.task_id),
        )
        .join(
            Line,
            and_(Line.patient_id == RefillRequest.patient_id, Line.id == RefillRequest.line_id),
        )
        .where(RefillRequest.patient_id == patient_id)
        .order_by(RefillRequest.asked_at.desc(), RefillRequest.id)
        .execution_options(populate_existing=True)
    )
    return [Asked(*row) for row in rows]


async def _clinics(session: AsyncSession, access: Access, now: datetime) -> list[UUID]:
    """The clinics that may see to it: first the actor's own, then by how long they look after."""
    rows = await session.execute(
        select(CareLink.clinic_id, CareLink.person_id)
        .where(*changing(access.patient_id, now))
        .order_by(CareLink.granted_at, CareLink.id)
    )
    mine = sorted(rows, key=lambda row: row.person_id != access.actor.id)
    return list(dict.fromkeys(row.clinic_id for row in mine))


async def _made(
    session: AsyncSession, access: Access, line: Line, clinic_id: UUID, wanted: RefillIn,
    now: datetime,
) -> Asked:  # fmt: skip
    """Write the task and the request, and note both."""
    patient, name = access.patient_id, label_of(line.medicine)
    outlook = (await outlook_of(session, patient, now)).get(line.id)
    task_id = uuid5(wanted.id, "task")  # follows from the request: a repeat makes no second one
    task = {
        "patient_id": patient, "id": task_id, "clinic_id": clinic_id,
        "title": f"Refill asked for: {name}", "created_by": access.actor.id, "created_at": now,
        "rule": RULE, "outcome_note": "", "revision": 1,
    }  # fmt: skip
    request = {
        "patient_id": patient, "id": wanted.id, "line_id": line.id, "task_id": task_id,
        "asked_at": now, "author_id": access.actor.id, "note": wanted.note.strip(),
        "runs_out_on": outlook.short_on if outlook else None,
    }  # fmt: skip
    await insert_new(session, Task, [task])
    if not await insert_new(session, RefillRequest, [request]):
        raise Invalid(_TAKEN, field="id", cure="Send a new random id.")
    _note(session, access, "refill.asked", now, refill=wanted.id)
    _note(session, access, "task.created", now, task=task_id)
    return Asked(
        await session.get_one(RefillRequest, (patient, wanted.id)),
        await session.get_one(Task, (patient, task_id)),
        line,
    )


def _note(
    session: AsyncSession, access: Access, action: str, now: datetime, **facts: UUID | str
) -> None:
    audit.record(
        session, action, at=now, actor=access.actor.id, patient=access.patient_id,
        means=access.means, **{name: str(fact) for name, fact in facts.items()},
    )  # fmt: skip
