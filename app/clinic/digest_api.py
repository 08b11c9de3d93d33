"""HTTP for the weekly digest."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from app.accounts.access import InClinic
from app.clinic.digest import digest_of
from app.clinic.flag_rules import Severity
from app.clock import Now
from app.db import Session
from app.problems import NotFound, declared

router = APIRouter(prefix="/api", tags=["digest"])


class DigestCounts(BaseModel):
    """Flags opened and closed in the last seven days; everything else as it is now."""

    patients: int
    flags_opened: int
    flags_closed: int
    tasks_overdue: int
    unreachable: int
    labs_overdue: int


class DigestPatient(BaseModel):
    """A patient with open flags that nobody has decided about, and how grave the worst is."""

    id: UUID
    name: str
    flags: int
    severity: Severity | None


class DigestOut(BaseModel):
    """The week's list. `made_at` is when the reader was told of it, null while they were not."""

    week: date
    made_at: datetime | None
    counts: DigestCounts
    patients: list[DigestPatient]


@router.get("/clinic/digest", responses=declared(NotFound))
async def read_digest(actor: InClinic, session: Session, now: Now) -> DigestOut:
    """The week's list as it is now, the gravest first; each patient finds the look in their log."""
    found = await digest_of(session, actor, now)
    grades = list(Severity)
    return DigestOut(
        week=found.week,
        made_at=found.made_at,
        counts=DigestCounts(**found.counts),
        patients=[
            DigestPatient(
                id=each.id, name=each.name, flags=each.flags,
                severity=grades[each.severity] if each.severity < len(grades) else None,
            )
            for each in found.patients
        ],
    )  # fmt: skip
