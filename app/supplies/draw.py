"""How far to draw a prescribed amount: exact volume, nearest mark, and what that mark holds. Pure.

Arithmetic on an amount that somebody prescribed, and nothing else: no amount comes from here.
Limits are those of clinical.md 5.1: a mark that is more than 10 % off is not shown at all, one that
is more than 5 % off is warned of, and so is a volume that is hard to measure.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from app.supplies.catalogue import Syringe
from app.supplies.draw_words import (
    less_or_more,
    millilitres,
    percent,
    said,
    words_of,
)
from app.supplies.strength import TABLETS, Part, Strength
from app.units import Amount, IncompatibleUnits, spoken

LABEL = "Arithmetic on the amount you were prescribed."
"""Stands beside every figure that comes from here."""

OFF = Fraction(5, 100)
TOO_FAR_OFF = Fraction(10, 100)
SMALL_UL = 50
"""Below five units a volume is called small. Source: clinical.md 5.1 [D]."""

HARD_TO_MEASURE_UL = 20
"""Below two units it is more than small: it cannot be measured well. Asked for by the users [D]."""

QUARTER = 250
"""A tablet is cut into quarters at most: in thousandths."""

MOST_TABLETS = 10
"""More at once look like a slip of the unit, such as mcg for mg on the label, and get no figure.
[D] a guard, as a syringe's capacity is for liquids, after the tenfold slip of clinical.md 5.1."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to heed before drawing, with its figures."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Draw:
    """How far to pull the plunger, or how many tablets to take.

    exact      microlitres, or thousandths of a tablet, that hold the prescribed amount
    quantity   the same at the nearest mark; of two equally near, the lower
    mark       what the scale says there, in `mark_unit`: `units`, `mL` or `tablets`
    drawn      what the quantity at the mark holds, in `unit`, that of the prescription
    error      (drawn - prescribed) / prescribed
    parts      every substance in that quantity, in that unit where it can be
    """

    exact: Fraction
    quantity: int
    mark: Decimal
    mark_unit: str
    drawn: Fraction
    unit: str
    error: Fraction
    parts: tuple[Part, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Worked:
    """A draw and what to heed; no draw where no honest figure can be given."""

    draw: Draw | None
    warnings: tuple[Warned, ...] = ()


def work_out(
    amount: Amount, strength: Strength, syringe: Syringe | None, left: int | None = None, *,
    dead_space_ul: int = 0,
) -> Worked:  # fmt: skip
    """The mark of a prescribed amount; None as `syringe` is right for tablets alone.

    There is none on a pen: then it is only said where the pen holds less than the amount.

    left   what the vial still holds, in the draw's own measure; None: nobody knows
    """
    exact = strength.quantity_of(amount)
    if exact is None or exact <= 0:
        held = strength.counted
        text = f"The prescription is in {spoken(amount.unit)}, " + (
            f"and this vial in {spoken(held.unit)}. One does not turn into the other."
            if held
            else "and the substances in this vial cannot be added up."
        )
        return Worked(None, (Warned("other_unit", text),))
    if strength.tablet:
        return _tablets(amount, strength, exact, left)
    if syringe is None or syringe.is_pen:
        return Worked(None, _pen_holds_less(amount, strength, exact, left) if syringe else ())
    quantity = nearest(exact, syringe.tick_ul)
    if quantity > syringe.capacity_ul:
        return Worked(None, (_over_syringe(exact, syringe),))
    draw = _draw(amount, strength, exact, quantity, syringe)
    too_far = _too_far_off(amount, draw)
    if too_far:
        return Worked(None, (*_small(exact, syringe), too_far))
    warnings = (
        *_small(exact, syringe), *_off(amount, draw),
        *_leftover(draw, left, dead_space_ul),
    )  # fmt: skip
    return Worked(draw, warnings)


def nearest(exact: Fraction, tick: int) -> int:
    """The mark nearest to a volume, in microlitres; of two equally near, the lower."""
    below, over = divmod(exact, tick)
    return (int(below) + (1 if 2 * over > tick else 0)) * tick


def at_mark(exact: Fraction, tick: int) -> Fraction:
    """What is drawn for a dose of so much: up to the mark that is shown for it.

    tick   from one mark to the next; 0: nobody knows the syringe

    Exactly so much where no mark is shown. Half a line each evening is a dose in a vial of twenty:
    what is left is reckoned by the marks, or a count would find doses that nobody left out.
    """
    quantity = nearest(exact, tick) if tick else 0
    return Fraction(quantity) if abs(quantity - exact) <= TOO_FAR_OFF * exact else exact


def tick_of(form: str, tick_ul: int) -> int:
    """In what a vial's doses are measured out: the syringe's lines, or quarters of a tablet."""
    return QUARTER if form == TABLETS else tick_ul


def _tablets(amount: Amount, strength: Strength, exact: Fraction, left: int | None) -> Worked:
    quantity = nearest(exact, QUARTER)
    if quantity > MOST_TABLETS * 1000:
        text = (
            f"This would be {said(Fraction(quantity, 1000), 'tablets')} at once, so no figure is "
            f"shown. Look at the units: the prescription says {amount}. Ask your pharmacy."
        )
        return Worked(None, (Warned("too_many", text),))
    draw = _draw(amount, strength, exact, quantity, None)
    too_far = _too_far_off(amount, draw)
    if too_far:
        return Worked(None, (too_far,))
    return Worked(draw, (*_off(amount, draw), *_leftover(draw, left, 0)))


def _draw(
    amount: Amount, strength: Strength, exact: Fraction, quantity: int, syringe: Syringe | None
) -> Draw:
    error = (quantity - exact) / exact
    drawn = Fraction(amount.value) * (1 + error)
    parts = tuple(_as(part, amount.unit) for part in strength.parts_in(quantity))
    return Draw(
        exact=exact,
        quantity=quantity,
        mark=syringe.mark_at(quantity) if syringe else Decimal(quantity) / 1000,
        mark_unit=syringe.mark_unit if syringe else "tablets",
        drawn=drawn,
        unit=amount.unit,
        error=error,
        parts=parts,
        words=words_of(amount, quantity, drawn, parts, syringe),
    )


def _as(part: Part, unit: str) -> Part:
    """The part in another unit, where that measures the same."""
    try:
        factor = Amount(Decimal(1), part.unit).to(unit).value
    except IncompatibleUnits:
        return part
    return Part(part.substance, part.value * Fraction(factor), unit)


def _over_syringe(exact: Fraction, syringe: Syringe) -> Warned:
    fillings = ceil(exact / syringe.capacity_ul)
    return Warned(
        "over_syringe",
        f"This is {_volume(exact, syringe)}, and the syringe holds "
        f"{_volume(Fraction(syringe.capacity_ul), syringe)}: it would take {fillings} fillings. "
        "Choose a larger syringe, or ask your pharmacy.",
    )


def _too_far_off(amount: Amount, draw: Draw) -> Warned | None:
    if abs(draw.error) <= TOO_FAR_OFF:
        return None
    if draw.quantity == 0:
        found = "The first mark is already more than twice as much."
    else:
        found = (
            f"The nearest mark would be {said(draw.drawn, draw.unit)}, "
            f"{less_or_more(draw.error)} than the {amount} prescribed."
        )
    with_what = (
        "Ask your pharmacy how to take it."
        if draw.mark_unit == "tablets"
        else "Choose a syringe with finer marks, or ask your pharmacy."
    )
    return Warned("rounding", f"{found} No figure is shown. {with_what}")


def _off(amount: Amount, draw: Draw) -> tuple[Warned, ...]:
    if abs(draw.error) <= OFF:
        return ()
    return (
        Warned(
            "rounding",
            f"The nearest mark holds {said(draw.drawn, draw.unit)}: {less_or_more(draw.error)} "
            f"than the {amount} prescribed.",
        ),
    )


def _small(exact: Fraction, syringe: Syringe) -> tuple[Warned, ...]:
    if exact >= SMALL_UL:
        return ()
    beside = Fraction(syringe.tick_ul, 2) / exact
    slip = (
        f"Half a line too far or too short is {percent(beside)} % of the dose."
        if beside <= 1
        else "Half a line is more than the dose itself."
    )
    if exact < HARD_TO_MEASURE_UL:
        text = f"This is {_volume(exact, syringe)}: less than can be measured well. {slip}"
        return (Warned("below_two_units", f"{text} Ask your pharmacy or clinic about it."),)
    return (Warned("small_volume", f"This is {_volume(exact, syringe)}, a small volume. {slip}"),)


def _leftover(draw: Draw, left: int | None, dead_space_ul: int) -> tuple[Warned, ...]:
    if left is None:
        return ()
    if draw.quantity > left:
        text = f"This takes {_measured(draw, draw.quantity)}, and {_about(draw, left)} is left."
        return (Warned("over_left", text),)
    after = max(left - draw.quantity - dead_space_ul, 0)
    if after < draw.quantity:
        short = ": less than another dose" if after else ""
        text = f"After this dose {_about(draw, after)} is left{short}."
        return (Warned("last_of_vial", text),)
    return ()


def _about(draw: Draw, left: int) -> str:
    return f"about {_measured(draw, left)}" if left else "nothing"


def _pen_holds_less(
    amount: Amount, strength: Strength, exact: Fraction, left: int | None
) -> tuple[Warned, ...]:
    """In the unit of the prescription: a pen has no other scale to compare with."""
    if left is None or round(exact) <= left:
        return ()
    held = strength.amount_in(left, amount.unit)
    some = said(Fraction(held.value), held.unit).removeprefix("about ") if held else "less"
    return (Warned("over_left", f"{amount} is prescribed, and about {some} is left in this pen."),)


def _measured(draw: Draw, quantity: int) -> str:
    if draw.mark_unit == "tablets":
        return said(Fraction(quantity, 1000), "{tablet}", plural=quantity != 1000)
    return millilitres(Fraction(quantity))


def _volume(quantity: Fraction, syringe: Syringe) -> str:
    """A volume as the syringe's numbers say it, and in millilitres."""
    if syringe.mark_unit == "mL":
        return millilitres(quantity)
    units = said(quantity / 10, "unit" if quantity == 10 else "units")
    return f"{units} ({millilitres(quantity)})"
