"""What a patient holds: every vial with its contents, and the draws that stand."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.evenings import preferences_of, zone_of
from app.accounts.models import Preferences
from app.doses.models import Event, Kind
from app.schedule import zone
from app.supplies.ledger import Contents, StandingDraw, contents
from app.supplies.models import Drawn, StockEntry, Vial


async def contents_of(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> dict[UUID, Contents]:
    """Every vial of a patient with what is in it, by id, in the order of coming; gone ones as well.

    Four statements, however many vials and doses there are. It locks nothing.
    """
    return (await contents_of_many(session, [patient_id], now))[patient_id]


async def contents_of_many(
    session: AsyncSession,
    patients: Collection[UUID],
    now: datetime,
    *,
    only: Collection[UUID] | None = None,
) -> dict[UUID, dict[UUID, Contents]]:
    """The same of many patients, by patient, in as many statements as for one.

    only   of these vials; None: of all
    """
    found: dict[UUID, dict[UUID, Contents]] = {patient: {} for patient in patients}
    wanted = (
        select(Vial)
        .where(Vial.patient_id.in_(patients))
        .order_by(Vial.received_on, Vial.created_at, Vial.id)
        .execution_options(populate_existing=True)
    )
    if only is not None:
        wanted = wanted.where(Vial.id.in_(only))
    vials = await session.scalars(wanted)
    mine: dict[UUID, list[Vial]] = {}
    for vial in vials:
        mine.setdefault(vial.patient_id, []).append(vial)
    if not mine:
        return found
    draws = _by_vial(await standing_draws(session, list(mine), vials=only))
    entries = await entries_of(session, list(mine), only)
    zones = await zones_of(session, list(mine))
    for patient, theirs in mine.items():
        found[patient] = {
            vial.id: contents(
                vial, draws.get((patient, vial.id), ()), entries.get((patient, vial.id), ()),
                zones[patient], now,
            )
            for vial in theirs
        }  # fmt: skip
    return found


async def standing_draws(
    session: AsyncSession,
    patients: Collection[UUID],
    *,
    vials: Collection[UUID] | None = None,
    doses: Collection[UUID] | None = None,
) -> dict[UUID, list[StandingDraw]]:
    """What was drawn for doses that stand as taken, by patient, in the order of taking.

    vials   only what was drawn from these
    doses   only what was drawn for these

    A row stands while the report that it followed is what stands of the dose, and nothing was
    said of the dose's vial since. One statement.
    """
    rows = _standing().where(Drawn.patient_id.in_(patients))
    if vials is not None:
        rows = rows.where(Drawn.vial_id.in_(vials))
    if doses is not None:
        rows = rows.where(Drawn.dose_id.in_(doses))
    found: dict[UUID, list[StandingDraw]] = {patient: [] for patient in patients}
    for row in await session.execute(rows):
        found[row.patient_id].append(
            StandingDraw(
                id=row.id, vial_id=row.vial_id, dose_id=row.dose_id, event_id=row.event_id,
                taken_at=row.taken_at or row.logged_at, said_at=row.said_at,
                author_id=row.author_id, assumed=row.assumed, part=row.part,
                quantity=row.quantity, dead_space=row.dead_space_ul, syringe=row.syringe,
            )
        )  # fmt: skip
    return found


@cache
def _standing() -> Any:
    """What `standing_draws` reads, of everybody; put together once, which takes a millisecond."""
    later_event, later_row = aliased(Event), aliased(Drawn)
    return (
        select(
            Drawn.patient_id, Drawn.id, Drawn.vial_id, Drawn.dose_id, Drawn.event_id,
            Drawn.said_at, Drawn.author_id, Drawn.assumed, Drawn.part, Drawn.quantity,
            Drawn.dead_space_ul, Drawn.syringe, Event.taken_at, Event.logged_at,
        )
        .join(Event, (Event.patient_id == Drawn.patient_id) & (Event.id == Drawn.event_id))
        .where(
            Event.kind == Kind.TAKEN,
            ~exists().where(
                later_event.patient_id == Event.patient_id,
                later_event.dose_id == Event.dose_id,
                later_event.seq > Event.seq,
            ),
            ~exists().where(
                later_row.patient_id == Drawn.patient_id,
                later_row.dose_id == Drawn.dose_id,
                later_row.seq > Drawn.seq,
            ),
        )
        .order_by(Event.taken_at, Drawn.dose_id, Drawn.part)
    )  # fmt: skip


async def entries_of(
    session: AsyncSession, patients: Collection[UUID], vials: Collection[UUID] | None = None
) -> dict[tuple[UUID, UUID], list[StockEntry]]:
    """What was said of the contents of vials and not voided, by patient and vial."""
    mine = (
        select(StockEntry)
        .where(StockEntry.patient_id.in_(patients), StockEntry.voided_at.is_(None))
        .order_by(StockEntry.at, StockEntry.said_at, StockEntry.id)
    )
    if vials is not None:
        mine = mine.where(StockEntry.vial_id.in_(vials))
    rows = await session.scalars(mine)
    found: dict[tuple[UUID, UUID], list[StockEntry]] = {}
    for row in rows:
        found.setdefault((row.patient_id, row.vial_id), []).append(row)
    return found


async def zones_of(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, ZoneInfo]:
    """Where these patients are; of one alone nothing is read again while the session knows it."""
    if len(patients) == 1:
        (patient,) = patients
        return {patient: zone(zone_of(await preferences_of(session, patient)))}
    rows = await session.scalars(select(Preferences).where(Preferences.person_id.in_(patients)))
    return {row.person_id: zone(zone_of(row)) for row in rows}


def _by_vial(
    draws: dict[UUID, list[StandingDraw]],
) -> dict[tuple[UUID, UUID], list[StandingDraw]]:
    found: dict[tuple[UUID, UUID], list[StandingDraw]] = {}
    for patient, theirs in draws.items():
        for draw in theirs:
            if draw.vial_id is not None:
                found.setdefault((patient, draw.vial_id), []).append(draw)
    return found
