"""HTTP for a clinic's panel: its patients, sorted, filtered, searched, page by page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import ClinicActor, InClinic
from app.clinic.figure_shapes import DefinitionOut
from app.clinic.flag_rules import Severity
from app.clinic.listing import Filter, Sort, Wanted
from app.clinic.panel import Row, panel
from app.clock import Now
from app.db import Session
from app.doses.nights import NightWord
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api", tags=["clinic"])

Limit = Annotated[int, Query(ge=1, le=100)]


class Taking(BaseModel):
    """Counts of the last 30 days; no rate, because a panel would be read as a ranking.

    before_initiation   doses left out before their line was ever taken: in neither count
    """

    taken: int
    expected: int
    before_initiation: int


class Worst(BaseModel):
    """The line with the least taken of what was expected in 30 days."""

    name: str
    taken: int
    expected: int


class PanelPatient(BaseModel):
    """One patient of the panel; `unreachable` says nothing about what they took.

    severity    of the gravest flag that nobody has decided about
    nights      one word for each of the last 14 nights, oldest first; the last one is tonight
    looked_at   when the figures were made that the list is sorted and filtered by; null before
    """

    id: UUID
    name: str
    since: datetime
    taking30: Taking
    worst: Worst | None
    last_taken_at: datetime | None
    unreachable: bool
    devices: int
    labs_overdue: int
    open_now: int
    flags: int
    severity: Severity | None
    nights: list[NightWord]
    tasks_open: int
    looked_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "PanelPatient":
        """The row as the API shows it."""
        taking, worst = row.taking, row.worst
        return cls(
            id=row.patient.id, name=row.patient.name, since=row.since,
            taking30=Taking(
                taken=taking.taken, expected=taking.expected,
                before_initiation=taking.before_initiation,
            ),
            worst=None if worst is None else Worst(
                name=worst.name, taken=worst.counts.taken, expected=worst.counts.expected
            ),
            last_taken_at=row.last_taken_at, unreachable=row.seen.unreachable, devices=row.devices,
            labs_overdue=row.seen.labs_overdue, open_now=taking.open, flags=row.seen.flags,
            severity=row.seen.severity, nights=row.nights, tasks_open=row.tasks_open,
            looked_at=row.looked_at,
        )  # fmt: skip


class PanelOut(BaseModel):
    """One page; `next` is the cursor of the page after it, `total` counts all of them."""

    patients: list[PanelPatient]
    next: str | None
    total: int
    definition: DefinitionOut


class Search(BaseModel):
    """Which page; a name may not stand in an address, so it is asked for in a body.

    q   words of the name, each of which it has to hold
    """

    model_config = ConfigDict(extra="forbid")

    q: str = Field(default="", max_length=100)
    sort: Sort = Sort.NAME
    filters: list[Filter] = Field(default=[], max_length=len(Filter))
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=50, ge=1, le=100)


@router.get("/clinic/patients", responses=declared(NotFound, Invalid))
async def read_panel(
    actor: InClinic,
    session: Session,
    now: Now,
    sort: Sort = Sort.NAME,
    filters: Annotated[list[Filter], Query(alias="filter", max_length=len(Filter))] = [],  # noqa: B006
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Limit = 50,
) -> PanelOut:
    """The patients in the asker's care, sorted and filtered; each finds the look in their log."""
    return await _page(session, actor, Wanted(sort, filters, "", cursor, limit), now)


@router.post("/clinic/patients/search", responses=declared(NotFound, Invalid))
async def search_panel(wanted: Search, actor: InClinic, session: Session, now: Now) -> PanelOut:
    """The same, of those whose names hold all these words. It changes nothing."""
    asked = Wanted(wanted.sort, wanted.filters, wanted.q, wanted.cursor, wanted.limit)
    return await _page(session, actor, asked, now)


async def _page(
    session: AsyncSession, actor: ClinicActor, wanted: Wanted, now: datetime
) -> PanelOut:
    page = await panel(session, actor, wanted, now)
    return PanelOut(
        patients=[PanelPatient.of(row) for row in page.rows],
        next=page.next,
        total=page.total,
        definition=DefinitionOut(),
    )
