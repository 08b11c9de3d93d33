"""What was wasted from a vial, and how much somebody found in it: said, and voided if wrong."""

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.problems import NotFound, Problem
from app.supplies import witness
from app.supplies.label import refuse_future, refuse_unfit, refuse_unprintable
from app.supplies.looks import look_again
from app.supplies.models import Stock, StockEntry, Vial
from app.supplies.vial_shapes import StockIn
from app.supplies.vials import Actor


class StockEntryDiffers(Problem):
    """Something else was said of a vial with this id."""

    status: ClassVar[int] = 409


async def say(
    session: AsyncSession, vial: Vial, given: StockIn, actor: Actor, now: datetime
) -> StockEntry:
    """Record what was wasted from a vial, or how much was found in it.

    vial   locked. The same again changes nothing, also when it was voided since. Raises Invalid,
           and StockEntryDiffers.
    """
    quantity, at = int(given.quantity.value * 1000), given.at.astimezone(UTC)
    before = await session.get(StockEntry, (vial.patient_id, given.id))
    if before is not None:
        known = (before.vial_id, before.kind, before.quantity, before.at, before.note)
        if known == (vial.id, given.kind, quantity, at, given.note):
            return before
        raise StockEntryDiffers(
            "Something else was recorded with this id.", cure="Send it with an id of its own."
        )
    refuse_future(at, now)
    refuse_unfit(vial, quantity, given.quantity.unit)
    refuse_unprintable(given.note, "note")
    row = StockEntry(
        patient_id=vial.patient_id, id=given.id, vial_id=vial.id, kind=given.kind,
        quantity=quantity, at=at, author_id=actor.id, said_at=now, note=given.note,
    )  # fmt: skip
    session.add(row)
    action = "stock.wasted" if given.kind is Stock.WASTED else "stock.counted"
    audit.record(
        session, action, at=now, actor=actor.id, patient=vial.patient_id,
        means=actor.means, vial=str(vial.id), **witness.STOCK.facts([row]),
    )  # fmt: skip
    await session.flush()
    await look_again(session, vial.patient_id, now)
    return row


async def void(
    session: AsyncSession, vial: Vial, entry_id: UUID, actor: Actor, now: datetime
) -> StockEntry:
    """Say that an entry was a mistake; it stays in the history. A repeat changes nothing.

    vial   locked. Raises NotFound for an entry that is not this vial's.
    """
    row = await session.get(StockEntry, (vial.patient_id, entry_id), populate_existing=True)
    if row is None or row.vial_id != vial.id:
        raise NotFound("There is no such entry.")
    if row.voided_at is None:
        row.voided_at, row.voided_by = now, actor.id
        audit.record(
            session, "stock.voided", at=now, actor=actor.id, patient=vial.patient_id,
            means=actor.means, vial=str(vial.id), **witness.VOIDS.facts([row]),
        )  # fmt: skip
        await session.flush()
        await look_again(session, vial.patient_id, now)
    return row
