"""HTTP for one patient's flags: what needs a look, what did, and what came of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Clinician, InClinic, InConfidence, OnlyLooking
from app.clinic.acknowledgement import acknowledge
from app.clinic.episodes import flag_history, reconcile
from app.clinic.flags import Flag, Severity
from app.clinic.models import Outcome
from app.clinic.tasks import Resolved, Told, of_flags
from app.clock import Now
from app.db import Session
from app.problems import NotFound, declared

router = APIRouter(prefix="/api", tags=["flags"])


class SeenOut(BaseModel):
    """Who acknowledged a flag, when, and what they noted."""

    by: str
    at: datetime
    note: str


class FlagOwner(BaseModel):
    """Whose a flag's task is."""

    id: UUID
    name: str


class FlagTask(BaseModel):
    """The newest task of a flag."""

    id: UUID
    owner: FlagOwner | None
    due_on: date | None
    closed_at: datetime | None


class ResolvedOut(BaseModel):
    """What came of an earlier task about a flag of the same kind."""

    closed_at: datetime
    outcome: Outcome
    note: str
    by: str


class FlagOut(BaseModel):
    """One thing to look at; `overridden` is one that a clinician has decided about.

    code, rule       the rule that raised it, by its code
    since            when what it says began, by the record
    id               of the flag; it is acknowledged only where `observation_id` is there, all
                     others go by themselves when they no longer hold
    source           of the rule
    subject          what it is about beside the patient, such as a line's id; often empty
    opened_at        when Vesper first saw it
    closed_at        when it held no longer; null while it does
    task             its newest task in the asker's clinic
    before           what came of the last tasks of the same kind, the newest first
    """

    code: str
    severity: Severity
    since: datetime
    text: str
    overridden: bool
    id: UUID | None
    observation_id: UUID | None
    seen: SeenOut | None
    source: str | None
    rule: str
    subject: str
    opened_at: datetime | None
    closed_at: datetime | None
    task: FlagTask | None
    before: list[ResolvedOut]

    @classmethod
    def of(cls, flag: Flag, task: Told | None, before: Sequence[Resolved]) -> Self:
        """The flag as the API shows it."""
        seen = flag.seen
        return cls(
            code=flag.code, severity=flag.severity, since=flag.since, text=flag.text,
            overridden=flag.overridden, id=flag.id, observation_id=flag.observation_id,
            seen=None if seen is None else SeenOut(by=seen.by, at=seen.at, note=seen.note),
            source=flag.source, rule=flag.code, subject=flag.subject, opened_at=flag.opened_at,
            closed_at=flag.closed_at, task=None if task is None else _task(task),
            before=[
                ResolvedOut(
                    closed_at=each.closed_at, outcome=each.outcome, note=each.note, by=each.by
                )
                for each in before
            ],
        )  # fmt: skip


class NoteIn(BaseModel):
    """What a clinician notes while acknowledging a flag."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=500)


class FlagsOut(BaseModel):
    """What needs a look, the gravest first; after that, if asked for, what did, newest first."""

    flags: list[FlagOut]


@router.get("/patients/{patient}/flags", responses=declared(NotFound))
async def read_flags(
    actor: InClinic, access: InConfidence, session: Session, now: Now, history: bool = False
) -> FlagsOut:
    """What needs a look at this patient, the gravest first. For their clinicians alone.

    With `history` also what held and holds no longer.
    """
    found = (await reconcile(session, [access.patient_id], now))[access.patient_id]
    if history:
        found = [*found, *await flag_history(session, access.patient_id)]
    return FlagsOut(flags=await _outs(session, access.patient_id, actor.clinic_id, found))


@router.post(
    "/patients/{patient}/flags/{flag}/acknowledge", responses=declared(NotFound, OnlyLooking)
)
async def acknowledge_flag(
    flag: UUID, given: NoteIn, access: InConfidence, clinician: Clinician, session: Session,
    now: Now,
) -> FlagOut:  # fmt: skip
    """Note that a clinician has looked at a flag. A repeat keeps the first name, time and note."""
    patient = access.patient_id
    await acknowledge(session, patient, flag, clinician, given.note.strip(), now)
    found = (await reconcile(session, [patient], now))[patient]
    seen = [each for each in found if each.id == flag]
    assert clinician.clinic_id is not None
    return (await _outs(session, patient, clinician.clinic_id, seen))[0]


async def _outs(
    session: AsyncSession, patient: UUID, clinic_id: UUID, flags: Sequence[Flag]
) -> list[FlagOut]:
    tasks, before = await of_flags(session, patient, clinic_id)
    return [
        FlagOut.of(flag, tasks.get(flag.id) if flag.id else None, before.get(flag.code, []))
        for flag in flags
    ]


def _task(told: Told) -> FlagTask:
    owner = told.task.owner_id
    return FlagTask(
        id=told.task.id,
        owner=None if owner is None else FlagOwner(id=owner, name=told.owner or ""),
        due_on=told.task.due_on, closed_at=told.task.closed_at,
    )  # fmt: skip
