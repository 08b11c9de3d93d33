"""What each dose was given from and into: its vials with their lots, and its spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry
from app.sites.models import Placement
from app.sites.placements import is_last
from app.supplies.holding import standing_draws
from app.supplies.models import Vial


@dataclass(frozen=True, slots=True)
class FromVial:
    """One vial that a dose came from.

    expires_on   the maker's date on the label; where it has none, the pharmacy's own
    """

    id: UUID
    lot: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of one dose beside that it was taken.

    vials     in the order in which they were drawn from; none where none is on record
    assumed   Vesper took the vial in use; nobody said so
    site      a code of the map; None where nobody said, or took back what was said
    said_at   when any of this was said last, or the label of a vial corrected
    """

    vials: tuple[FromVial, ...]
    assumed: bool
    site: str | None
    said_at: datetime


async def given_of(session: AsyncSession, patient_id: UUID) -> dict[UUID, Given]:
    """What doses of a patient were given from and into, by dose; four statements.

    A spot stays known while its dose was taken back: who shows it asks whether the dose stands.
    """
    mine = select(Vial).where(Vial.patient_id == patient_id)
    read = (await session.scalars(mine)).all()
    vials = {vial.id: FromVial(vial.id, vial.lot, vial.expires_on or vial.use_by) for vial in read}
    corrected = await _corrected(session, patient_id, list(read))
    found: dict[UUID, Given] = {}
    for draw in (await standing_draws(session, [patient_id]))[patient_id]:
        before = found.get(draw.dose_id, Given((), draw.assumed, None, draw.said_at))
        one = (vials[draw.vial_id],) if draw.vial_id is not None else ()
        said_at = max(before.said_at, draw.said_at, corrected.get(draw.vial_id, draw.said_at))
        found[draw.dose_id] = Given((*before.vials, *one), draw.assumed, None, said_at)
    placed = select(Placement).where(Placement.patient_id == patient_id, is_last(Placement))
    for row in await session.scalars(placed):
        before = found.get(row.dose_id, Given((), False, None, row.said_at))
        found[row.dose_id] = Given(
            before.vials, before.assumed, row.site, max(before.said_at, row.said_at)
        )
    return found


async def _corrected(
    session: AsyncSession, patient_id: UUID, vials: Sequence[Vial]
) -> dict[UUID | None, datetime]:
    """When the labels of these vials were last corrected, by vial, as the audit tells it."""
    if all(vial.revision == 1 for vial in vials):
        return {}
    entries = await session.execute(
        select(AuditEntry.at, AuditEntry.facts)
        .where(AuditEntry.patient_id == patient_id, AuditEntry.action == "vial.changed")
        .order_by(AuditEntry.at)
    )
    return {UUID(entry.facts["vial"]): entry.at for entry in entries}
