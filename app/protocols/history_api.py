"""Bringing a patient's earlier history in, from a file, over HTTP."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access import OfPatient, OnlyLooking
from app.clock import Now
from app.db import Session
from app.doses.backfill import bring_in
from app.history_file import MOST_BYTES
from app.problems import Invalid, NotFound, TooLarge, declared
from app.protocols.history import MEDICINE_NAMES, known_lines
from app.protocols.planning import mark_for_planning

router = APIRouter(prefix="/api", tags=["doses"])


class ImportIn(BaseModel):
    """A file of earlier history, as text; without `dry_run: false` nothing is recorded.

    Columns: medicine, date, time, status, amount, unit, reason, note; the first row names them.
    `skip_refused` records the other rows although some are refused.
    """

    model_config = ConfigDict(extra="forbid")

    csv: str = Field(min_length=1, max_length=MOST_BYTES)
    dry_run: bool = True
    skip_refused: bool = False


class RefusedOut(BaseModel):
    """A row that cannot be recorded; the header is row 1."""

    row: int
    field: str
    problem: str
    cure: str


class ImportOut(BaseModel):
    """What became of a file, or would: rows, how many of them are new, and how many were there."""

    rows: int
    recorded: int
    already: int
    refused: list[RefusedOut]
    dry_run: bool


@router.post(
    "/patients/{patient}/doses/import",
    responses=declared(NotFound, OnlyLooking, Invalid, TooLarge),
)
async def import_doses(given: ImportIn, access: OfPatient, session: Session, now: Now) -> ImportOut:
    """Record earlier history, or try it out. The same file again records nothing twice.

    Where a row is refused nothing is recorded, unless `skip_refused`; what is recorded already is
    never overwritten.
    """
    lines = await known_lines(session, access.patient_id)
    brought = await bring_in(
        session, access.patient_id, given.csv, lines, MEDICINE_NAMES,
        author=access.actor.id, now=now, dry_run=given.dry_run, skip_refused=given.skip_refused,
    )  # fmt: skip
    if brought.recorded and not given.dry_run:
        await mark_for_planning(session, access.patient_id, now)
    return ImportOut(
        rows=brought.rows,
        recorded=brought.recorded,
        already=brought.already,
        refused=[
            RefusedOut(row=one.row, field=one.field, problem=one.problem, cure=one.cure)
            for one in brought.refused
        ],
        dry_run=given.dry_run,
    )
