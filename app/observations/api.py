"""Observations over HTTP: what can be entered, whole panels, corrections, and earlier results."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import InConfidence, OnlyLooking, SignedIn
from app.accounts.evenings import preferences_of, zone_of
from app.clock import Day, Now
from app.db import Session
from app.observations.backfill import bring_in
from app.observations.catalogue import CATALOGUE, NOTICE, Group
from app.observations.doubts import AskAboutValues
from app.observations.models import Observation
from app.observations.record import (
    NoLongerStands,
    PanelDiffers,
    enter,
    listed,
    people_of,
    void,
)
from app.observations.shapes import (
    CatalogueOut,
    EmergencyOut,
    EnteredOut,
    HistoryFileIn,
    HistoryFileOut,
    ItemOut,
    ObservationOut,
    ObservationsOut,
    PanelIn,
    RefusedRowOut,
    VoidIn,
)
from app.problems import Invalid, NotFound, TooLarge, declared
from app.schedule import A_DAY, zone

router = APIRouter(prefix="/api", tags=["observations"])

MOST_DAYS = 400

_CATALOGUE = CatalogueOut(items=[ItemOut.of(item) for item in CATALOGUE.values()], notice=NOTICE)


@router.get("/observations/catalogue")
async def read_catalogue(_: SignedIn) -> CatalogueOut:
    """Everything that can be measured or felt: codes, units, limits, and where they are from."""
    return _CATALOGUE


@router.post(
    "/patients/{patient}/observations",
    status_code=201,
    responses=declared(
        NotFound, OnlyLooking, AskAboutValues, PanelDiffers, NoLongerStands, Invalid
    ),
)
async def enter_observations(
    given: PanelIn, access: InConfidence, session: Session, now: Now
) -> EnteredOut:
    """Enter a whole panel, or nothing of it. Safe to repeat with the same `id`.

    A result with `replaces` corrects an earlier one, which is voided in the same breath.
    """
    rows = await enter(session, access.patient_id, given, access.actor.id, access.means, now)
    return EnteredOut(observations=await _told(session, rows), emergency=emergency_of(rows))


@router.get("/patients/{patient}/observations", responses=declared(NotFound, Invalid))
async def read_observations(
    access: InConfidence,
    session: Session,
    now: Now,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
    group: Group | None = None,
    voided: bool = False,
) -> ObservationsOut:
    """What was collected from one date to another, both included, newest first.

    By default the last 400 days, which is also the most that one answer holds. `voided` adds what
    was corrected or does not stand.
    """
    preferences = await preferences_of(session, access.patient_id)
    most = timedelta(days=MOST_DAYS)
    # Who came back from the east has results whose date is tomorrow's here.
    newest = now.astimezone(zone(zone_of(preferences))).date() + A_DAY
    until = until or (min(since + most, newest) if since and since <= newest else newest)
    since = since or until - most
    if not timedelta(0) <= until - since <= most:
        raise Invalid(
            f"`from` and `to` must span at most {MOST_DAYS} days.", field="to",
            cure="Ask for a shorter stretch, the earlier date first.",
        )  # fmt: skip
    rows = await listed(session, access.patient_id, since, until, group=group, voided=voided)
    return ObservationsOut(observations=await _told(session, rows))


@router.post(
    "/patients/{patient}/observations/{observation}/void",
    responses=declared(NotFound, OnlyLooking, Invalid),
)
async def void_observation(
    observation: UUID, given: VoidIn, access: InConfidence, session: Session, now: Now
) -> ObservationOut:
    """Say that an observation does not stand; it stays in the history. A repeat changes nothing."""
    row = await void(
        session, access.patient_id, observation, given.reason, access.actor.id, access.means, now
    )
    return (await _told(session, [row]))[0]


@router.post(
    "/patients/{patient}/observations/import",
    responses=declared(NotFound, OnlyLooking, Invalid, TooLarge),
)
async def import_observations(
    given: HistoryFileIn, access: InConfidence, session: Session, now: Now
) -> HistoryFileOut:
    """Record earlier results from a file, or try it out. The same file again records nothing.

    Where a row is refused nothing is recorded, unless `skip_refused`; what is recorded already is
    never overwritten.
    """
    brought = await bring_in(
        session, access.patient_id, given.csv, author=access.actor.id, now=now,
        dry_run=given.dry_run, skip_refused=given.skip_refused,
    )  # fmt: skip
    return HistoryFileOut(
        rows=brought.rows, recorded=brought.recorded, already=brought.already,
        refused=[
            RefusedRowOut(row=one.row, field=one.field, problem=one.problem, cure=one.cure)
            for one in brought.refused
        ],
        dry_run=given.dry_run,
    )  # fmt: skip


def emergency_of(rows: Sequence[Observation]) -> EmergencyOut | None:
    """What is to be said at once of these rows; each text once, in the order of the rows."""
    texts = dict.fromkeys(CATALOGUE[row.code].emergency for row in rows if row.voided_at is None)
    said = " ".join(text for text in texts if text)
    return EmergencyOut(text=said) if said else None


async def _told(session: AsyncSession, rows: Sequence[Observation]) -> list[ObservationOut]:
    people = await people_of(session, rows)
    return [ObservationOut.of(row, people) for row in rows]
