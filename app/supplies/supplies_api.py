"""Run-out, other supplies and how to hear of them, over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access, InConfidence
from app.accounts.evenings import clock_time
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, declared
from app.revisions import IfMatch, PreconditionRequired, Stale, tag
from app.supplies import consumables, settings
from app.supplies.consumables import EnoughSupplies, Kept, SupplyDiffers
from app.supplies.models import ConsumableCount
from app.supplies.settings import Wishes
from app.supplies.standing import line_supply, standing_of
from app.supplies.supply_shapes import (
    ConsumableChange,
    ConsumableIn,
    ConsumableOut,
    CountIn,
    CountShape,
    SettingsIn,
    SettingsOut,
    SuppliesOut,
)

router = APIRouter(prefix="/api/patients/{patient}", tags=["supplies"])

_NOT_EMPTY = ("name", "per_injection", "lines")


@router.get("/supplies", responses=declared(NotFound))
async def read_supplies(access: InConfidence, session: Session, now: Now) -> SuppliesOut:
    """Until when each line's vials last by the plan, what else there is, and the settings."""
    standing = await standing_of(session, access.patient_id, now)
    return SuppliesOut(
        lines=[line_supply(standing, line) for line in standing.lines.values()],
        consumables=[_out(kept) for kept in standing.consumables],
        settings=_settings(standing.wishes),
    )


@router.put("/supplies/settings", responses=declared(NotFound, Invalid))
async def change_supply_settings(
    given: SettingsIn, access: InConfidence, session: Session, now: Now
) -> SettingsOut:
    """Say how early, at which hour, and whether supplies are spoken of. Safe to repeat."""
    at = None if given.speak_at is None else clock_time(given.speak_at, "speak_at")
    wishes = Wishes(given.lead_days, at, given.notices)
    await settings.wish(session, access, wishes, now)
    return _settings(wishes)


@router.post(
    "/consumables", status_code=201,
    responses=declared(NotFound, Invalid, SupplyDiffers, EnoughSupplies),
)  # fmt: skip
async def add_consumable(
    given: ConsumableIn, access: InConfidence, response: Response, session: Session, now: Now
) -> ConsumableOut:
    """Begin to keep count of something. The same id again makes no second one."""
    await consumables.add(session, access, given.id, given.model_dump(exclude={"id"}), now)
    return await _answer(session, access, given.id, response, now)


@router.patch(
    "/consumables/{consumable}",
    responses=declared(NotFound, Invalid, PreconditionRequired, Stale),
)
async def change_consumable(
    consumable: UUID, given: ConsumableChange, access: InConfidence, meant: IfMatch,
    response: Response, session: Session, now: Now,
) -> ConsumableOut:  # fmt: skip
    """Change what was said of it. The answer's ETag is the new revision."""
    said = given.model_dump(exclude_unset=True)
    for name in _NOT_EMPTY:
        if name in said and said[name] is None:
            raise Invalid("This cannot be empty.", field=name, cure="Leave it out to keep it.")
    await consumables.change(session, access, consumable, said, meant, now)
    return await _answer(session, access, consumable, response, now)


@router.post(
    "/consumables/{consumable}/counts", status_code=201,
    responses=declared(NotFound, Invalid, SupplyDiffers),
)  # fmt: skip
async def add_consumable_count(
    consumable: UUID, given: CountIn, access: InConfidence, response: Response, session: Session,
    now: Now,
) -> ConsumableOut:  # fmt: skip
    """Say how many came, or how many are there. Safe to repeat."""
    counted = ConsumableCount(
        patient_id=access.patient_id, id=given.id, consumable_id=consumable, kind=given.kind,
        number=given.number, at=given.at or now, author_id=access.actor.id, said_at=now,
    )  # fmt: skip
    await consumables.count(session, access, consumable, counted, now)
    return await _answer(session, access, consumable, response, now)


@router.post("/consumables/{consumable}/counts/{count}/void", responses=declared(NotFound))
async def void_consumable_count(
    consumable: UUID, count: UUID, access: InConfidence, response: Response, session: Session,
    now: Now,
) -> ConsumableOut:  # fmt: skip
    """Take a count back. Safe to repeat."""
    await consumables.void(session, access, consumable, count, now)
    return await _answer(session, access, consumable, response, now)


@router.post("/consumables/{consumable}/remove", status_code=204, responses=declared(NotFound))
async def remove_consumable(
    consumable: UUID, access: InConfidence, session: Session, now: Now
) -> None:
    """Keep count of it no longer; what was counted stays on record. Safe to repeat."""
    await consumables.remove(session, access, consumable, now)


async def _answer(
    session: AsyncSession, access: Access, consumable: UUID, response: Response, now: Now
) -> ConsumableOut:
    every = await consumables.kept_of(session, access.patient_id, now)
    found = next((kept for kept in every if kept.row.id == consumable), None)
    if found is None:  # a repeat of its entry, after it was removed
        raise NotFound("There is no such supply.")
    response.headers["ETag"] = tag(found.row.revision)
    return _out(found)


def _out(kept: Kept) -> ConsumableOut:
    row, last = kept.row, kept.last
    return ConsumableOut(
        id=row.id,
        item=row.item,
        name=row.name,
        left=kept.left,
        per_injection=row.per_injection,
        lines=[UUID(line) for line in row.lines],
        low_at=row.low_at,
        low=kept.low,
        lasts_until=kept.lasts_until,
        revision=row.revision,
        last_count=CountShape(id=last.id, kind=last.kind, number=last.number, at=last.at)
        if last
        else None,
    )


def _settings(wishes: Wishes) -> SettingsOut:
    return SettingsOut(
        lead_days=wishes.lead_days,
        speak_at=f"{wishes.speak_at:%H:%M}" if wishes.speak_at else None,
        notices=wishes.notices,
    )
