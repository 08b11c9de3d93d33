"""HTTP for how a protocol was followed: the figures of a period, and the doses behind them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import OfPatient
from app.accounts.evenings import preferences_of
from app.audit import Means
from app.clinic.dose_record import Raw, doses_read
from app.clinic.figure_shapes import AdherenceOut
from app.clinic.figures import LONGEST_DAYS, Period, adherence_of
from app.clock import Day, Now
from app.db import Session
from app.doses import definition
from app.doses.delivery import Fate
from app.doses.shapes import AmountOut
from app.doses.state import DoseState
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api", tags=["adherence"])

USUAL_DAYS = 30

Days = Annotated[int | None, Query(ge=1, le=LONGEST_DAYS)]
First = Annotated[Day | None, Query(alias="from")]
Last = Annotated[Day | None, Query(alias="to")]


class RawLine(BaseModel):
    """Which line a dose is of."""

    id: UUID
    name: str
    medicine: str


class RawDose(BaseModel):
    """One dose as it was planned, and what stands of it.

    version     number of the version that planned it
    counts_as   the count of the adherence figures in which it is
    on_time     null of a dose that was not taken as planned
    reminder    how far its reminder came; null where nothing spoke of it
    """

    id: UUID
    line: RawLine
    version: int
    night: date
    due_at: datetime
    closes_at: datetime
    planned: AmountOut
    state: DoseState
    counts_as: str
    taken_at: datetime | None
    logged_at: datetime | None
    taken: AmountOut | None
    on_time: bool | None
    reason: str | None
    source: Means | None
    reminder: Fate | None

    @classmethod
    def of(cls, raw: Raw) -> "RawDose":
        """The dose as the API shows it."""
        one, intake = raw.reading, raw.reading.intake
        took = None if intake.taken_at is None else one.taken or one.planned
        return cls(
            id=one.id, line=RawLine(id=one.line_id, name=one.label, medicine=raw.medicine),
            version=raw.version, night=one.night, due_at=intake.due_at, closes_at=intake.closes_at,
            planned=AmountOut.of(one.planned), state=raw.state, counts_as=raw.counts_as,
            taken_at=intake.taken_at, logged_at=one.logged_at,
            taken=None if took is None else AmountOut.of(took),
            on_time={"on_time": True, "late": False}.get(raw.counts_as),
            reason=intake.skip_reason or None, source=one.means, reminder=raw.reminder,
        )  # fmt: skip


class RawDoses(BaseModel):
    """One page of doses, oldest first; `next` is the cursor of the page after it."""

    doses: list[RawDose]
    next: str | None
    definition_id: str


@router.get("/patients/{patient}/adherence", responses=declared(NotFound, Invalid))
async def read_adherence(
    access: OfPatient,
    session: Session,
    now: Now,
    days: Days = None,
    first: First = None,
    last: Last = None,
    since: Annotated[Literal["current_version"] | None, Query()] = None,
) -> AdherenceOut:
    """How the protocol was followed: each line, and all together.

    Either in the last `days` times 24 hours (30 unless something is asked for), or from one date
    to another, or since the version in force began; never two of them at once.
    """
    period = await _period(session, access.patient_id, now, days, first, last, since)
    return (await adherence_of(session, access.patient_id, period, now)).out()


@router.get("/patients/{patient}/doses/record", responses=declared(NotFound, Invalid))
async def read_record(
    access: OfPatient,
    session: Session,
    now: Now,
    first: First = None,
    last: Last = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RawDoses:
    """The doses that the figures count, one by one; of the last 30 days unless dates are given.

    With both instants, when it was taken and when that was logged, and without anybody's notes.
    """
    period = await _period(session, access.patient_id, now, None, first, last, None)
    found, then = await doses_read(
        session, access.patient_id, period.since, period.until, cursor, limit, now=now
    )
    return RawDoses(
        doses=[RawDose.of(one) for one in found], next=then, definition_id=definition.ID
    )


async def _period(
    session: AsyncSession, patient_id: UUID, now: datetime, days: int | None,
    first: date | None, last: date | None, since: str | None,
) -> Period:  # fmt: skip
    """The one period that was asked for. Raises Invalid for more than one, or half of one."""
    asked = [days is not None, first is not None or last is not None, since is not None]
    if sum(asked) > 1:
        raise Invalid(
            "More than one period was asked for.", field="days",
            cure="Give `days`, or `from` and `to`, or `since`.",
        )  # fmt: skip
    if since is not None:
        return await Period.since_current_version(session, patient_id, now)
    if first is None and last is None:
        return Period.last_days(days or USUAL_DAYS, now)
    if first is None or last is None:
        raise Invalid(
            "One of the two dates is missing.", field="to" if last is None else "from",
            cure="Give both `from` and `to`; both dates are counted.",
        )  # fmt: skip
    timezone = (await preferences_of(session, patient_id)).timezone
    return Period.between(first, last, timezone, now)
