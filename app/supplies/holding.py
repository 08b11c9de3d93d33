"""What a patient holds: every vial with its contents, and the draws that stand."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
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
    return (await contents_and_draws(session, patients, now, only=only))[0]


async def contents_and_draws(
    session: AsyncSession,
    patients: Collection[UUID],
    now: datetime,
    *,
    only: Collection[UUID] | None = None,
) -> tuple[dict[UUID, dict[UUID, Contents]], dict[UUID, list[StandingDraw]]]:
    """The same with the draws that it was worked out from, as `standing_draws` has them; those of
    nobody where there is no vial."""
    wanted = (
        select(Vial)
        .where(Vial.patient_id.in_(patients))
        .order_by(Vial.received_on, Vial.created_at, Vial.id)
        .execution_options(populate_existing=True)
    )
    if only is not None:
        wanted = wanted.where(Vial.id.in_(only))
    found: dict[UUID, dict[UUID, Contents]] = {patient: {} for patient in patients}
    vials = (await session.scalars(wanted)).all()
    if not vials:
        return found, {}
    standing = await standing_draws(session, {vial.patient_id for vial in vials}, vials=only)
    return found | await _filled(session, vials, standing, now, only), standing


async def drawn_for(
    session: AsyncSession, patient_id: UUID, doses: Collection[UUID], now: datetime
) -> tuple[list[StandingDraw], dict[UUID, Contents]]:
    """What was drawn for these doses of a patient, and what is in the vials that it came from.

    Four statements, and one where nothing was.
    """
    vials = select(Drawn.vial_id).where(Drawn.patient_id == patient_id, Drawn.dose_id.in_(doses))
    rows = _standing().where(
        Drawn.patient_id == patient_id,
        or_(Drawn.dose_id.in_(doses), Drawn.vial_id.in_(vials)),
    )
    standing = [_draw(row) for row in await session.execute(rows)]
    wanted = frozenset(doses)
    drawn = [draw for draw in standing if draw.dose_id in wanted]
    used = {draw.vial_id for draw in drawn if draw.vial_id is not None}
    if not used:
        return drawn, {}
    mine = select(Vial).where(Vial.patient_id == patient_id, Vial.id.in_(used))
    found = (await session.scalars(mine.execution_options(populate_existing=True))).all()
    return drawn, (await _filled(session, found, {patient_id: standing}, now, used))[patient_id]


async def _filled(
    session: AsyncSession, vials: Iterable[Vial], standing: Mapping[UUID, Iterable[StandingDraw]],
    now: datetime, only: Collection[UUID] | None,
) -> dict[UUID, dict[UUID, Contents]]:  # fmt: skip
    """These vials with what is in them, by patient and in their order.

    standing   everything that was drawn from them, by patient
    """
    draws = _by_vial(standing)
    entries = await entries_of(session, list(standing), only)
    zones = await zones_of(session, list(standing))
    found: dict[UUID, dict[UUID, Contents]] = {patient: {} for patient in standing}
    for vial in vials:
        key = vial.patient_id, vial.id
        found[vial.patient_id][vial.id] = contents(
            vial, draws.get(key, ()), entries.get(key, ()), zones[vial.patient_id], now
        )
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
        found[row.patient_id].append(_draw(row))
    return found


def _draw(row: Any) -> StandingDraw:
    return StandingDraw(
        id=row.id, vial_id=row.vial_id, dose_id=row.dose_id, event_id=row.event_id,
        taken_at=row.taken_at or row.logged_at, said_at=row.said_at, author_id=row.author_id,
        assumed=row.assumed, part=row.part, quantity=row.quantity, dead_space=row.dead_space_ul,
        syringe=row.syringe,
    )  # fmt: skip


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
    draws: Mapping[UUID, Iterable[StandingDraw]],
) -> dict[tuple[UUID, UUID], list[StandingDraw]]:
    found: dict[tuple[UUID, UUID], list[StandingDraw]] = {}
    for patient, theirs in draws.items():
        for draw in theirs:
            if draw.vial_id is not None:
                found.setdefault((patient, draw.vial_id), []).append(draw)
    return found
