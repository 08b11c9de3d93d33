"""How much to draw tonight, as the API answers it: the figure, or what is in the way of one."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.doses.models import Dose, Kind
from app.doses.shapes import AmountOut
from app.protocols.prescribed import name_of
from app.supplies.catalogue import SYRINGES
from app.supplies.confirmations import Asked, asked_of, is_confirmed, stated, worked
from app.supplies.draw import LABEL, QUARTER, Draw, Warned, Worked, nearest
from app.supplies.draw_shapes import (
    BeforeOut,
    ChangedOut,
    ConfirmOut,
    DrawLine,
    DrawVial,
    FigureOut,
    HeedOut,
    MarkUnit,
    NowOut,
    OtherVial,
    State,
    SyringeOut,
    ToDrawOut,
)
from app.supplies.draw_words import pen_words, percent, shown
from app.supplies.fitting import date_notes, label_notes, misfit
from app.supplies.holding import standing_draws
from app.supplies.label import SAID_TOGETHER
from app.supplies.ledger import Contents
from app.supplies.models import Confirmation
from app.supplies.scene import Scene
from app.supplies.strength import TABLETS, Part, counted, full, rounded, strength_of
from app.supplies.vial_answers import quantity_out, status_of
from app.supplies.vial_shapes import Status, StrengthOut
from app.units import Amount, plain

LAST_DOSES = 14
"""How many doses back the last one that was taken is looked for."""


@dataclass(frozen=True, slots=True)
class _Found:
    """How far one gets towards a figure.

    shown   whether the strength may be seen yet, and what is left: after one dose that tells how
            much the dose was
    """

    state: State
    warnings: tuple[Warned, ...] = ()
    draw: Draw | None = None
    confirm: ConfirmOut | None = None
    shown: bool = True


async def answer_of(session: AsyncSession, scene: Scene) -> ToDrawOut:
    """The answer to who asks how much to draw. Changes nothing."""
    found = _found(scene)
    held = scene.chosen
    vial = held.vial if held else None
    tablets = bool(vial and vial.form == TABLETS)
    return ToDrawOut(
        line=DrawLine(id=scene.line.id, name=name_of(scene.line.medicine, scene.line.form)),
        amount=AmountOut.of(scene.prescription.amount),
        counts=(vial.counts or SAID_TOGETHER) if vial else SAID_TOGETHER,
        vial=_vial(held, shown=found.shown) if held else None,
        vials=[_other(each, scene) for each in scene.vials],
        words=pen_words(scene.prescription.amount) if found.state == "pen" else None,
        syringe=SyringeOut.of(scene.syringe) if scene.syringe and not tablets else None,
        syringes=_syringes(scene),
        tablets=tablets,
        state=found.state,
        draw=_figure(found.draw) if found.draw and found.state == "ready" else None,
        warnings=[HeedOut(code=each.code, text=each.text) for each in found.warnings],
        confirm=found.confirm,
        changed=await _changed(session, scene, found.draw) if found.state == "ready" else None,
        label=LABEL,
    )


def _found(scene: Scene) -> _Found:
    """What state a draw is in, step by step: the first thing in the way is what is said."""
    held, notes = scene.chosen, scene.prescription.notes
    if held is None:
        return _Found("no_vial", notes)
    vial = held.vial
    wrong = _wrong(scene, held)
    if wrong is not None or not scene.prescription.stands:
        return _Found("no_figure", (*notes, wrong) if wrong else notes, shown=False)
    notes = (
        *notes, *label_notes(vial, scene.line.medicine),
        *scene.heeded, *date_notes(held, scene.today),
    )  # fmt: skip
    if full(vial) is None:
        return _Found("not_dissolved", notes, shown=False)
    strength = counted(vial)
    pen = scene.with_pen and vial.form != TABLETS
    asked = asked_of(scene.confirmations, vial, strength) if strength and not pen else None
    if strength and scene.syringe is None and vial.form != TABLETS:
        return _Found("no_syringe", notes, shown=asked is None)
    work = worked(scene, held)
    if strength and asked:
        return _confirming(scene, asked, strength, work, notes)
    state: State = "no_figure" if work.draw is None else "ready"
    if pen and all(each.code != "other_unit" for each in work.warnings):
        state = "pen"
    return _Found(state, (*notes, *work.warnings), work.draw)


def _wrong(scene: Scene, held: Contents) -> Warned | None:
    """Why nothing is to be drawn from this vial for the line at all."""
    if status_of(held, scene.today) is Status.GONE:
        return Warned("gone", "This vial is no longer used. Choose another one.")
    return misfit(held.vial, scene.line.medicine, scene.line.form)


def _confirming(
    scene: Scene, asked: Asked, strength: Amount, work: Worked, notes: tuple[Warned, ...]
) -> _Found:
    """The first step says nothing of the vial's strength; the second shows both marks."""
    second = asked.open is not None
    now = None
    if second and work.draw is not None:
        now = NowOut(
            strength=_amount(strength),
            mark=plain(work.draw.mark),
            mark_unit=_unit(work.draw.mark_unit),
            amount=AmountOut.of(scene.prescription.amount),
        )
    confirm = ConfirmOut(
        kind=asked.kind,
        step=2 if second else 1,
        id=asked.open.id if asked.open else None,
        before=_before(scene, asked.last) if asked.last else None,
        now=now,
    )
    if not second:
        return _Found("confirm", notes, confirm=confirm, shown=asked.kind == "one_step")
    state: State = "confirm" if now else "no_figure"
    return _Found(state, (*notes, *work.warnings), confirm=confirm)


def _before(scene: Scene, last: Confirmation) -> BeforeOut:
    held = scene.held.get(last.vial_id)
    syringe = SYRINGES.get(last.syringe)
    unit: MarkUnit | None = None
    if last.mark is not None:
        unit = syringe.mark_unit if syringe else "tablets"
    amount = None
    if last.amount_value is not None and last.amount_unit is not None:
        amount = AmountOut.of(Amount(last.amount_value, last.amount_unit))
    return BeforeOut(
        strength=_amount(stated(last)),
        mark=plain(last.mark) if last.mark is not None else None,
        mark_unit=unit,
        amount=amount,
        lot=held.vial.lot if held else "",
    )


async def _changed(session: AsyncSession, scene: Scene, draw: Draw | None) -> ChangedOut | None:
    """The mark of the last dose that was taken and drawn from a vial, where it was another."""
    if draw is None:
        return None
    doses = (
        select(Dose)
        .where(
            Dose.patient_id == scene.patient_id, Dose.line_id == scene.line.id, Dose.events.any(),
        )
        .options(selectinload(Dose.events))
        .order_by(Dose.due_at.desc())
        .limit(LAST_DOSES)
    )  # fmt: skip
    for dose in await session.scalars(doses):
        said = dose.outcome
        if said is None or said.kind is not Kind.TAKEN:
            continue
        drawn = (await standing_draws(session, [scene.patient_id], doses=[dose.id])).get(
            scene.patient_id, []
        )
        quantities = [each.quantity for each in drawn]
        # There is no mark to compare with where some of the dose came from no vial on record.
        if not quantities or None in quantities:
            return None
        vials = [scene.held[each.vial_id].vial for each in drawn if each.vial_id in scene.held]
        quantity = sum(each or 0 for each in quantities)
        syringe = SYRINGES.get(drawn[-1].syringe) or scene.syringe
        tablets = draw.mark_unit == "tablets"
        # Nor between tablets and a liquid, which one line may have been taken as.
        alike = all((vial.form == TABLETS) == tablets for vial in vials)
        told = all(is_confirmed(scene.confirmations, vial) for vial in vials)
        if not alike or not told or (syringe is not None and syringe.is_pen):
            return None
        if tablets or syringe is None:
            unit: MarkUnit = "tablets"
            mark = Decimal(nearest(Fraction(quantity), QUARTER)) / 1000
        else:
            unit = syringe.mark_unit
            mark = syringe.mark_at(nearest(Fraction(quantity), syringe.tick_ul))
        if (mark, unit) == (draw.mark, draw.mark_unit):
            return None
        return ChangedOut(
            mark_before=plain(mark), mark_unit=unit,
            amount_before=AmountOut.of(said.amount or dose.amount),
        )  # fmt: skip
    return None


def _figure(draw: Draw) -> FigureOut:
    unit = "{tablet}" if draw.mark_unit == "tablets" else "mL"
    return FigureOut(
        exact=AmountOut(value=plain(rounded(draw.exact / 1000, 4)), unit=unit),
        volume=AmountOut(value=plain(Decimal(draw.quantity) / 1000), unit=unit),
        mark=plain(draw.mark),
        mark_unit=_unit(draw.mark_unit),
        drawn=AmountOut(value=plain(shown(draw.drawn)), unit=draw.unit),
        error_percent=("-" if draw.error < 0 else "") + percent(abs(draw.error)),
        substances=[_substance(part) for part in draw.parts],
        words=draw.words,
    )


def _vial(held: Contents, *, shown: bool) -> DrawVial:
    vial = held.vial
    strength = strength_of(vial)
    one = counted(vial)
    parts = None
    if shown and strength is not None and not strength.tablet:
        parts = [_substance(part) for part in strength.parts]
    return DrawVial(
        id=vial.id,
        lot=vial.lot,
        medicine_name=name_of(vial.medicine, vial.medicine_form),
        discard_on=held.discard.day,
        left=_left(held) if shown else None,
        per_ml=parts,
        strength=_amount(one) if shown and one else None,
    )


def _other(held: Contents, scene: Scene) -> OtherVial:
    strength = counted(held.vial)
    asked = asked_of(scene.confirmations, held.vial, strength) if strength else None
    seen = scene.with_pen or asked is None or asked.kind == "one_step" or asked.open is not None
    return OtherVial(
        id=held.vial.id, lot=held.vial.lot, discard_on=held.discard.day,
        left=_left(held) if seen else None, status=status_of(held, scene.today),
    )  # fmt: skip


def _left(held: Contents) -> AmountOut | None:
    return None if held.left is None else quantity_out(held.vial, held.left)


def _syringes(scene: Scene) -> list[SyringeOut]:
    """Every syringe; for a muscle those with millilitres first, because oil is read in them.

    Then the pen, which is none.
    """
    first = "ml" if scene.line.route == "intramuscular" else "units"
    ordered = sorted(SYRINGES.values(), key=lambda each: (each.is_pen, each.kind != first))
    return [SyringeOut.of(each) for each in ordered]


def _substance(part: Part) -> StrengthOut:
    return StrengthOut(substance=part.substance, value=plain(shown(part.value)), unit=part.unit)


def _amount(amount: Amount) -> AmountOut:
    return AmountOut(value=plain(shown(Fraction(amount.value))), unit=amount.unit)


def _unit(mark_unit: str) -> MarkUnit:
    return "units" if mark_unit == "units" else "mL" if mark_unit == "mL" else "tablets"
