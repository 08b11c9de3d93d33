"""What stands on the shelves of some demo patients, entered as they would have entered it.

Labels, pharmacies and lots are made up; amounts are those of the demo's prescription.
"""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.access import Access
from app.accounts.models import Person, Scope
from app.audit import Means
from app.clinic import refills
from app.clinic.refill_shapes import RefillIn
from app.demo_measures import ZONE
from app.doses.models import Dose, Kind
from app.protocols.models import Line
from app.schedule import A_DAY, zone
from app.sites import reactions
from app.sites.models import Reacted
from app.sites.placements import look_for_dose, say_site
from app.supplies import confirmations, consumables, kit, stock, vials
from app.supplies.confirmations import worked
from app.supplies.drawing import Said, say_vial
from app.supplies.models import ConsumableCount, Counted, Diluent, Form, Item, Stock
from app.supplies.scene import scene_of
from app.supplies.strength import counted
from app.supplies.vial_shapes import StockIn, VialIn
from app.supplies.vials import Actor

SITED = {"intramuscular": 15, "subcutaneous": 5}
"""For how many days before now the demo says where injections went, by their route."""


class Shelf(enum.StrEnum):
    """What a demo patient has at home."""

    KEPT = "kept"
    OUTDATED = "outdated"
    NEW = "new"


OIL: Mapping[str, Any] = {
    "medicine": "testosterone_cypionate", "form": Form.SOLUTION, "lot": "TC-2088",
    "strengths": [{"substance": "testosterone cypionate", "value": "200", "unit": "mg"}],
    "volume": {"value": "10", "unit": "mL"},
}  # fmt: skip
BLEND: Mapping[str, Any] = {
    "medicine": "cjc1295_ipamorelin", "medicine_form": "no_dac", "form": Form.POWDER,
    "lot": "CI-4410", "counts": "CJC-1295",
    "strengths": [
        {"substance": substance, "value": "3", "unit": "mg"}
        for substance in ("CJC-1295", "ipamorelin")
    ],
}  # fmt: skip
GONADORELIN: Mapping[str, Any] = {
    "medicine": "gonadorelin", "form": Form.POWDER, "lot": "GN-0731",
    "strengths": [{"substance": "gonadorelin", "value": "2", "unit": "mg"}],
}  # fmt: skip

SYRINGES = {"testosterone_cypionate": "ml_1", "cjc1295_ipamorelin": "u100_0_5"}


async def put_up(
    session: AsyncSession, person: Person, shelf: Shelf | None, start: datetime
) -> None:
    """What came before the first dose: vials, the syringe of each line, and both looks at a mark.

    Of a new patient it is what came and nobody has touched; without a shelf it is nothing.
    """
    match shelf:
        case Shelf.NEW:
            await _came(session, person, OIL, start)
            await _came(session, person, BLEND, start)
        case Shelf.OUTDATED:
            until = start.astimezone(zone(ZONE)).date() + A_DAY * 3
            await _came(session, person, {**OIL, "use_by": until}, start)
        case Shelf.KEPT:
            await _kept(session, person, start)


async def _kept(session: AsyncSession, person: Person, start: datetime) -> None:
    oil = await _came(session, person, OIL, start)
    blend = await _came(session, person, {**BLEND, **_dissolved("3", start)}, start)
    await _came(session, person, {**GONADORELIN, **_dissolved("2", start)}, start)
    lines, access = await _lines_of(session, person), _own(person)
    for medicine, vial in (("testosterone_cypionate", oil), ("cjc1295_ipamorelin", blend)):
        await kit.keep(
            session, access, lines[medicine], start, syringe=SYRINGES[medicine], dead_space_ul=None
        )
        await _look_twice(session, access, lines[medicine], vial, start)
    await _count_syringes(session, access, start)


async def use(session: AsyncSession, person: Person, shelf: Shelf | None, now: datetime) -> None:
    """What was said of it since: spots, a count and a wish for more; or a vial past its date."""
    if shelf is Shelf.OUTDATED:
        for last in (await _injected(session, person, now - A_DAY * 21, "intramuscular"))[-1:]:
            said = Said(person.id, Means.APP, _at(last) + timedelta(minutes=1), _id(person, "said"))
            await say_vial(session, person.id, last.id, _id(person, OIL["lot"]), said)
    if shelf is Shelf.KEPT:
        for route, days in SITED.items():
            for dose in await _injected(session, person, now - A_DAY * days, route):
                await _into(session, person, dose)
        await _found(session, person, now - A_DAY)


async def _injected(
    session: AsyncSession, person: Person, since: datetime, route: str
) -> list[Dose]:
    """The doses by this route that stand as taken, in order of time."""
    rows = await session.scalars(
        select(Dose)
        .where(Dose.patient_id == person.id, Dose.due_at > since, Dose.route == route)
        .options(selectinload(Dose.events))
        .order_by(Dose.due_at)
        .execution_options(populate_existing=True)
    )
    return [dose for dose in rows if dose.outcome and dose.outcome.kind is Kind.TAKEN]


async def _found(session: AsyncSession, person: Person, now: datetime) -> None:
    """A count of the controlled vial, a spot that reacted, and a wish for more of a line."""
    vial = await vials.locked(session, person.id, _id(person, OIL["lot"]))
    found = StockIn.model_validate({
        "id": _id(person, "count"), "kind": Stock.COUNTED, "at": now,
        "quantity": {"value": "8.9", "unit": "mL"},
    })  # fmt: skip
    await stock.say(session, vial, found, Actor(person.id, Means.APP), now)
    await reactions.note(
        session, person.id, _id(person, "reaction"), site="abdomen_upper_left", kind=Reacted.LUMP,
        noticed_on=(now - A_DAY).date(), text="", dose_id=None, author=person.id, means=Means.APP,
        now=now,
    )  # fmt: skip
    lines = await _lines_of(session, person)
    wish = RefillIn(id=_id(person, "refill"), line=lines["gonadorelin"], note="Before I travel.")
    await refills.ask(session, _own(person), wish, now)


async def _came(
    session: AsyncSession, person: Person, label: Mapping[str, Any], at: datetime
) -> UUID:
    """Enter a vial that came on this day; its id."""
    given = VialIn.model_validate({
        "pharmacy": "Demo compounding pharmacy", "id": _id(person, label["lot"]),
        "received_on": at.astimezone(zone(ZONE)).date(), **label,
    })  # fmt: skip
    vial = await vials.enter(session, person.id, given, Actor(person.id, Means.APP), at)
    return vial.id


def _dissolved(millilitres: str, at: datetime) -> dict[str, Any]:
    return {
        "diluent": Diluent.BACTERIOSTATIC_WATER, "reconstituted_at": at,
        "diluent_volume": {"value": millilitres, "unit": "mL"},
    }  # fmt: skip


async def _look_twice(
    session: AsyncSession, access: Access, line: UUID, vial: UUID, now: datetime
) -> None:
    """Type what the label says, then look at the mark that follows, as the first vial asks."""
    scene = await scene_of(session, access.patient_id, now, line, vial_id=vial)
    held, looks = scene.held[vial], uuid5(vial, "looks")
    draw = worked(scene, held).draw
    if draw is None:
        return
    await confirmations.begin(
        session, access, now, confirmation=looks, line=line, vial=vial, typed=counted(held.vial)
    )
    await confirmations.confirm(session, access, now, looks, mark=draw.mark, syringe=None)


async def _count_syringes(session: AsyncSession, access: Access, now: datetime) -> None:
    syringes = uuid5(access.patient_id, "demo/syringes")
    said = {
        "item": Item.SYRINGE, "name": "Insulin syringes", "per_injection": 1, "lines": [],
        "low_at": 10,
    }  # fmt: skip
    await consumables.add(session, access, syringes, said, now)
    count = ConsumableCount(
        patient_id=access.patient_id, id=uuid5(syringes, "first"), consumable_id=syringes,
        kind=Counted.COUNTED, number=30, at=now, author_id=access.actor.id, said_at=now,
    )  # fmt: skip
    await consumables.count(session, access, syringes, count, now)


async def _into(session: AsyncSession, person: Person, dose: Dose) -> None:
    """Where a dose went: into the spot that was suggested."""
    spot = (await look_for_dose(session, person.id, dose.id, _at(dose))).suggestion
    await say_site(
        session, person.id, dose.id, uuid5(dose.id, "spot"), spot.code if spot else None,
        author=person.id, means=Means.APP, now=_at(dose),
    )  # fmt: skip


def _at(dose: Dose) -> datetime:
    """When it was taken."""
    return (dose.outcome.taken_at if dose.outcome else None) or dose.due_at


async def _lines_of(session: AsyncSession, person: Person) -> dict[str, UUID]:
    mine = select(Line).where(Line.patient_id == person.id)
    return {line.medicine: line.id for line in await session.scalars(mine)}


def _own(person: Person) -> Access:
    return Access(person.id, person, own=True, scope=Scope.CHANGE)


def _id(person: Person, what: str) -> UUID:
    return uuid5(person.id, f"demo/{what}")
