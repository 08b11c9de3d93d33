"""Vials, what left them, where they come from, other supplies, and what injection spots did."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.exchange.reader import Reader, Table
from app.protocols.medicines import label_of
from app.sites.body import SITES
from app.sites.models import Reaction
from app.supplies.holding import contents_of, standing_draws
from app.supplies.ledger import Contents
from app.supplies.models import (
    Consumable,
    ConsumableCount,
    Form,
    SourceCheck,
    StockEntry,
    Vial,
)
from app.supplies.source_checks import state_of


async def vials(reader: Reader) -> Table:
    """One row for each vial or pack: its label, how it was prepared, its dates, what is left.

    `left` is worked out: from what came, was drawn for doses that stand as taken, wasted, counted.
    """
    rows = await _vials(reader)
    held = await contents_of(reader.session, reader.patient_id, reader.now)
    names = await reader.names(row.author_id for row in rows)
    columns = (
        "vial_id", "medicine", "medicine_form", "salt", "form", "strengths", "counts",
        "label_strengths_per_ml", "volume_ml", "tablets", "single_use", "pharmacy",
        "pharmacy_licence", "prescriber", "lot", "received_on", "expires_on", "use_by", "storage",
        "opened_at", "reconstituted_at", "diluent", "diluent_ml", "discard_on", "left",
        "left_unit", "doses_drawn", "note", "gone_at", "gone_why", "entered_at", "entered_by",
    )  # fmt: skip
    found = []
    for row in rows:
        contents = held[row.id]
        found.append((
            row.id, label_of(row.medicine), row.medicine_form, row.salt, row.form,
            _strengths(row.strengths), row.counts, _strengths(row.label_strengths),
            _thousandths(row.volume_ul), row.tablets, row.single_use, row.pharmacy,
            row.pharmacy_licence, row.prescriber, row.lot, row.received_on, row.expires_on,
            row.use_by, row.storage, row.opened_at, row.reconstituted_at, row.diluent,
            _thousandths(row.diluent_ul), contents.discard.day, *_left(row, contents),
            contents.doses, row.note, row.gone_at, row.gone_why, row.created_at,
            names[row.author_id],
        ))  # fmt: skip
    return Table(columns, found)


async def stock(reader: Reader) -> Table:
    """Everything that left a vial, and every count, in order of time; void entries as well.

    A dose that was taken back is not there, because what was drawn for it is back in its vial.
    """
    known = {row.id: row for row in await _vials(reader)}
    draws = (await standing_draws(reader.session, [reader.patient_id]))[reader.patient_id]
    entries = await reader.every(StockEntry, StockEntry.at, StockEntry.said_at, StockEntry.id)
    names = await reader.names([
        *(draw.author_id for draw in draws),
        *(each for row in entries for each in (row.author_id, row.voided_by)),
    ])  # fmt: skip
    columns = (
        "at", "kind", "vial_id", "lot", "quantity", "unit", "dead_space_ml", "dose_id",
        "assumed", "note", "said_at", "said_by", "voided_at", "voided_by", "id",
    )  # fmt: skip
    found: list[tuple[Any, ...]] = []
    for draw in draws:
        found.append((
            draw.taken_at, "drawn", draw.vial_id, _lot(known, draw.vial_id),
            _thousandths(draw.quantity), _unit(known, draw.vial_id),
            _thousandths(draw.dead_space), draw.dose_id, draw.assumed, "", draw.said_at,
            names[draw.author_id], None, "", draw.id,
        ))  # fmt: skip
    for row in entries:
        found.append((
            row.at, row.kind, row.vial_id, _lot(known, row.vial_id), _thousandths(row.quantity),
            _unit(known, row.vial_id), None, None, None, row.note, row.said_at,
            names[row.author_id], row.voided_at, names[row.voided_by], row.id,
        ))  # fmt: skip
    return Table(columns, sorted(found, key=lambda each: (each[0], each[10], str(each[-1]))))


async def source_checks(reader: Reader) -> Table:
    """Every answer to the checklist about where a vial comes from; the last check stands."""
    known = {row.id: row for row in await _vials(reader)}
    rows = await reader.every(SourceCheck, SourceCheck.at, SourceCheck.id)
    names = await reader.names(row.author_id for row in rows)
    columns = ("at", "vial_id", "lot", "question", "answer", "result", "note", "by", "check_id")
    return Table(columns, [
        (
            row.at, row.vial_id, _lot(known, row.vial_id), question, answer,
            state_of(row, known[row.vial_id].medicine), row.note, names[row.author_id], row.id,
        )
        for row in rows
        for question, answer in sorted(row.answers.items())
    ])  # fmt: skip


async def consumables(reader: Reader) -> Table:
    """Every count of other supplies; one row without a count for what was never counted."""
    rows = await reader.every(Consumable, Consumable.created_at, Consumable.id)
    counts = await reader.every(
        ConsumableCount, ConsumableCount.at, ConsumableCount.said_at, ConsumableCount.id
    )
    names = await reader.names(each.author_id for each in counts)
    columns = (
        "supply_id", "item", "name", "per_injection", "line_ids", "low_at", "since", "gone_at",
        "kind", "number", "at", "said_at", "said_by", "voided_at", "count_id",
    )  # fmt: skip
    found: list[tuple[Any, ...]] = []
    for row in rows:
        head = (
            row.id, row.item, row.name, row.per_injection, " ".join(row.lines), row.low_at,
            row.created_at, row.gone_at,
        )  # fmt: skip
        mine = [each for each in counts if each.consumable_id == row.id]
        found += [
            (*head, each.kind, each.number, each.at, each.said_at, names[each.author_id],
             each.voided_at, each.id)
            for each in mine
        ] or [(*head, None, None, None, None, "", None, None)]  # fmt: skip
    return Table(columns, found)


async def reactions(reader: Reader) -> Table:
    """What spots did after injections; those too that were noted by mistake."""
    rows = await reader.every(Reaction, Reaction.noticed_on, Reaction.said_at, Reaction.id)
    names = await reader.names(row.author_id for row in rows)
    columns = (
        "reaction_id", "site", "site_name", "kind", "noticed_on", "ended_on", "dose_id", "note",
        "said_at", "said_by", "voided_at",
    )  # fmt: skip
    return Table(columns, [
        (
            row.id, row.site, SITES[row.site].name if row.site in SITES else row.site, row.kind,
            row.noticed_on, row.ended_on, row.dose_id, row.note, row.said_at,
            names[row.author_id], row.voided_at,
        )
        for row in rows
    ])  # fmt: skip


async def _vials(reader: Reader) -> Sequence[Vial]:
    return await reader.every(Vial, Vial.received_on, Vial.created_at, Vial.id)


def _strengths(strengths: Sequence[Mapping[str, Any]] | None) -> str:
    return "; ".join(
        f"{each['substance']} {each['value']} {each['unit']}" for each in strengths or ()
    )


def _left(vial: Vial, contents: Contents) -> tuple[Decimal | None, str]:
    """How much is left, in mL or tablets; nothing for a powder that is not dissolved."""
    if contents.left is None:
        return None, ""
    return _thousandths(contents.left), _unit_of(vial)


def _unit_of(vial: Vial) -> str:
    return "{tablet}" if vial.form is Form.TABLETS else "mL"


def _unit(known: Mapping[UUID, Vial], vial_id: UUID | None) -> str:
    vial = known.get(vial_id) if vial_id is not None else None
    return _unit_of(vial) if vial is not None else ""


def _lot(known: Mapping[UUID, Vial], vial_id: UUID | None) -> str:
    vial = known.get(vial_id) if vial_id is not None else None
    return vial.lot if vial is not None else ""


def _thousandths(quantity: int | None) -> Decimal | None:
    """Microlitres as mL, or thousandths of a tablet as tablets."""
    return None if quantity is None else Decimal(quantity) / 1000
