"""Writing down from which vial a dose came: assumed after a report, or as somebody says.

Whoever writes here has the dose's row locked, and then locks the patient's vials of its medicine in
the order of their ids: so two phones that log two doses at once take turns at a vial.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import zone_of
from app.accounts.models import Preferences
from app.audit import Means
from app.doses.log import find
from app.doses.models import Dose, Event, Kind
from app.problems import Invalid, Problem
from app.protocols.models import Line
from app.schedule import zone
from app.supplies import witness
from app.supplies.draw import at_mark, tick_of
from app.supplies.holding import entries_of, standing_draws
from app.supplies.kit import NO_KIT, Kit, kit_from, kit_of
from app.supplies.ledger import Candidate, choose, contents, in_order, room, there, usable
from app.supplies.looks import look_again
from app.supplies.models import Drawn, LineKit, Vial
from app.supplies.strength import TABLETS, quantity_of
from app.supplies.vials import locked


class NotTaken(Problem):
    """This dose does not stand as taken, so it came from no vial."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class _Portion:
    """What one vial gave to a dose; without a vial, that it, or its rest, came from none on
    record."""

    vial: Vial | None
    quantity: int | None = None
    dead_space: int = 0
    syringe: str = ""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The vials that a dose may come from, by id, with what its line is drawn, and where the
    patient is."""

    vials: dict[UUID, Vial]
    kit: Kit
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Said:
    """Who says from which vial a dose came, by which way, and when.

    id   made by whoever says it; None for what Vesper assumes
    """

    author: UUID
    means: Means
    now: datetime
    id: UUID | None = None


async def follow(session: AsyncSession, dose: Dose, *, now: datetime) -> None:
    """Write what a dose was drawn from, after its report, in the same transaction.

    dose   locked, with its events; nothing is done unless it stands as taken, by a report of `now`

    A repeat changes nothing. What somebody said of the dose's vial is kept when the report is
    corrected; and also when the dose was taken back, or left out, in between, if the vial was there
    at the time of the dose. What was only assumed is assumed anew, after a correction of the same
    vials first. What was drawn stays as it was where the amount does (and, of an assumption, the
    time): the vial's label may have been corrected since. Nothing is written where no vial is on
    record, where all are past their date, or where nothing is left.
    """
    outcome = dose.outcome
    if outcome is None or outcome.kind is not Kind.TAKEN or outcome.logged_at != now:
        return
    rows = await _rows(session, dose)
    if any(row.event_id == outcome.id for row in rows):
        return
    at = outcome.taken_at or outcome.logged_at
    corrected = _last([row for row in rows if row.event_id == outcome.amends])
    before = corrected or _last([row for row in rows if not row.assumed])
    named = {row.vial_id for row in before if row.vial_id is not None}
    shelf = await _locked(session, dose, at, named)
    vials, kit = shelf.vials, shelf.kit
    if not vials and not before:
        return
    kept = all(
        there(vials[each].received_on, vials[each].gone_at, at, shelf.zone) for each in named
    )
    if not corrected and not kept:
        before = []
    said = Said(outcome.author_id, outcome.means, now)
    if before and _as_before(dose, outcome, before[0]):
        portions = [
            _Portion(
                vials[row.vial_id] if row.vial_id else None, row.quantity, row.dead_space_ul,
                row.syringe,
            )
            for row in before
        ]  # fmt: skip
    elif before and not before[0].assumed:
        vial_id = before[0].vial_id
        portions = [_all_from(vials[vial_id] if vial_id else None, dose, outcome, kit)]
    else:
        first = {row.vial_id for row in before}
        portions = await _assumed(session, dose, outcome, shelf, first)
    assumed = not before or before[0].assumed
    await _write(session, dose, outcome, rows, portions, said, assumed=assumed)


async def say_vial(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, vial_id: UUID | None, said: Said
) -> Dose:
    """Record that a dose came from this vial, or from none of those on record (None).

    An empty, gone or outdated vial is recorded all the same: what happened is never refused. A
    repeat changes nothing. Raises NotFound, NotTaken, and Invalid for an id that is used.
    """
    dose = await find(session, patient_id, dose_id, lock=True)
    rows = await _rows(session, dose)
    used = await session.get(Drawn, (patient_id, said.id)) if said.id else None
    if used is not None:
        if used.dose_id == dose.id and used.vial_id == vial_id:
            return dose
        raise Invalid(
            "This id names something that was said before.", field="id",
            cure="Make a new id for each choice of a vial.",
        )  # fmt: skip
    outcome = dose.outcome
    if outcome is None or outcome.kind is not Kind.TAKEN:
        raise NotTaken(
            "Only a dose that was taken came from a vial.",
            cure="Look at what is recorded of this dose, and log it first if it was taken.",
        )
    vial = await locked(session, patient_id, vial_id) if vial_id else None
    kit = await kit_of(session, patient_id, dose.line_id)
    portion = _all_from(vial, dose, outcome, kit)
    await _write(session, dose, outcome, rows, [portion], said, assumed=False)
    return dose


def _as_before(dose: Dose, outcome: Event, drawn: Drawn) -> bool:
    """Whether a report leaves what was drawn for an earlier one as it was."""
    before = next(event for event in dose.events if event.id == drawn.event_id)
    return (before.amount or dose.amount) == (outcome.amount or dose.amount) and (
        not drawn.assumed or before.taken_at == outcome.taken_at
    )


def _tick(outcome: Event, kit: Kit) -> int | None:
    """The marks up to which a dose was drawn; None where somebody said how much it was."""
    return kit.tick_ul if outcome.amount_value is None else None


def _syringe(vial: Vial | None, kit: Kit) -> str:
    return kit.syringe.code if vial and kit.syringe and vial.form != TABLETS else ""


async def _rows(session: AsyncSession, dose: Dose) -> list[Drawn]:
    """Everything ever said of the dose's vial. Read after the dose is locked."""
    mine = (
        select(Drawn)
        .where(Drawn.patient_id == dose.patient_id, Drawn.dose_id == dose.id)
        .order_by(Drawn.seq, Drawn.part)
    )
    return list(await session.scalars(mine))


def _last(rows: Sequence[Drawn]) -> list[Drawn]:
    return [row for row in rows if row.seq == rows[-1].seq]


async def _locked(
    session: AsyncSession, dose: Dose, at: datetime, named: Collection[UUID]
) -> _Shelf:
    """The vials that served a dose's line at an instant, and those named, locked in order of ids.

    Those that were gone by then are left alone: with the years they are most of them. Not a full
    FOR UPDATE: a row that only refers to a vial need not wait.
    """
    serving = and_(
        Vial.medicine == Line.medicine, Vial.medicine_form == Line.form,
        or_(Vial.gone_at.is_(None), Vial.gone_at > at),
    )  # fmt: skip
    mine = (
        select(Vial, LineKit, Preferences)
        .join(Line, and_(Line.patient_id == Vial.patient_id, Line.id == dose.line_id))
        .outerjoin(LineKit, and_(LineKit.patient_id == Vial.patient_id, LineKit.line_id == Line.id))
        .join(Preferences, Preferences.person_id == Vial.patient_id)
        .where(Vial.patient_id == dose.patient_id, or_(serving, Vial.id.in_(named)))
        .order_by(Vial.id)
        .with_for_update(of=Vial, key_share=True)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(mine)).all()
    if not found:
        return _Shelf({}, NO_KIT, zone(dose.zone))
    _, kit, preferences = found[0]
    vials = {vial.id: vial for vial, *_ in found}
    return _Shelf(vials, kit_from(kit), zone(zone_of(preferences)))


async def _assumed(
    session: AsyncSession, dose: Dose, outcome: Event, shelf: _Shelf,
    before: Collection[UUID | None],
) -> list[_Portion]:  # fmt: skip
    """The vials in use when the dose was taken, as far as they hold it.

    before   those that the corrected report was drawn from come first
    """
    patient = outcome.patient_id
    at = outcome.taken_at or outcome.logged_at
    vials, kit, here = shelf.vials, shelf.kit, shelf.zone
    # Read after the vials are locked: whoever had them before us has committed by now.
    draws = (await standing_draws(session, [patient], vials=vials))[patient]
    entries = [
        entry
        for theirs in (await entries_of(session, [patient], vials)).values()
        for entry in theirs
    ]
    held = [contents(vial, draws, entries, here, outcome.logged_at) for vial in vials.values()]
    ordered = in_order(one for one in held if usable(one, at, here))
    ordered.sort(key=lambda one: one.vial.id not in before)
    candidates = [Candidate(one.vial, room(one.vial, draws, entries, at)) for one in ordered]
    parts = choose(
        candidates, outcome.amount or dose.amount, kit.dead_space_ul, _tick(outcome, kit)
    )  # fmt: skip
    return [
        _Portion(part.vial, part.quantity, part.dead_space, _syringe(part.vial, kit))
        for part in parts
    ]


def _all_from(vial: Vial | None, dose: Dose, outcome: Event, kit: Kit) -> _Portion:
    """The whole dose from one vial, whatever that holds, or from none on record."""
    if vial is None:
        return _Portion(None)
    exact, tick = quantity_of(vial, outcome.amount or dose.amount), _tick(outcome, kit)
    if exact is None:
        return _Portion(vial, syringe=_syringe(vial, kit))
    whole = exact if tick is None else at_mark(exact, tick_of(vial.form, tick))
    dead_space = 0 if vial.form == TABLETS else kit.dead_space_ul
    return _Portion(vial, round(whole), dead_space, _syringe(vial, kit))


async def _write(
    session: AsyncSession, dose: Dose, outcome: Event, rows: Sequence[Drawn],
    portions: Iterable[_Portion], said: Said, *, assumed: bool,
) -> None:  # fmt: skip
    """Append what stands from now on, with its entry in the audit; nothing for no portion."""
    seq = rows[-1].seq + 1 if rows else 1
    written = [
        Drawn(
            patient_id=dose.patient_id, id=said.id or uuid4(), dose_id=dose.id, seq=seq,
            event_id=outcome.id, author_id=said.author, said_at=said.now, assumed=assumed,
            part=part, vial_id=portion.vial.id if portion.vial else None,
            quantity=portion.quantity, dead_space_ul=portion.dead_space,
            syringe=portion.syringe,
        )
        for part, portion in enumerate(portions)
    ]  # fmt: skip
    if not written:
        return
    session.add_all(written)
    audit.record(
        session, "drawn.assumed" if assumed else "drawn.said", at=said.now, actor=said.author,
        patient=dose.patient_id, means=said.means, dose=str(dose.id),
        **witness.DRAWS.facts(written),
    )  # fmt: skip
    await session.flush()
    await look_again(session, dose.patient_id, said.now)
