"""How much of what is in one mL, one tablet or a whole vial: exact arithmetic on its label. Pure.

Everything between the label and an answer is a fraction: a third of a millilitre stays a third.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.units import Amount, IncompatibleUnits

if TYPE_CHECKING:
    from app.supplies.models import Vial

TOGETHER = ""
"""`counts` of a vial whose prescribed amount counts all its substances together."""

POWDER = "powder"
SOLUTION = "solution"
TABLETS = "tablets"

UL_IN_ML = 1000
THOUSANDTHS = 1000
_PLACES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one substance in one mL, one tablet, or one vial."""

    substance: str
    value: Fraction
    unit: str

    @property
    def amount(self) -> Amount:
        """The same as an amount; see `decimal_of` for thirds."""
        return Amount(decimal_of(self.value), self.unit)


@dataclass(frozen=True, slots=True)
class Strength:
    """What one mL or one tablet holds.

    parts    every substance
    counts   the one that prescriptions count; TOGETHER: all of them
    tablet   whether it is of one tablet rather than of one mL
    """

    parts: tuple[Part, ...]
    counts: str = TOGETHER
    tablet: bool = False

    @property
    def counted(self) -> Part | None:
        """What the prescription counts, as one figure; None where no figure can be given."""
        return _together(self.parts, self.counts)

    def quantity_of(self, amount: Amount) -> Fraction | None:
        """Microlitres, or thousandths of a tablet, that hold the amount; None: cannot be said."""
        bare = "{tablet}" if self.tablet else "mL"
        try:
            return Fraction(amount.to(bare).value) * 1000
        except IncompatibleUnits:
            counted = self.counted
        if counted is None or not counted.value:
            return None
        try:
            return Fraction(amount.to(counted.unit).value) / counted.value * 1000
        except IncompatibleUnits:
            return None

    def amount_in(self, quantity: Fraction | int, unit: str = "") -> Amount | None:
        """What so many microlitres or thousandths of a tablet hold of what is counted.

        In `unit` where one is asked for; None where that measures something else.
        """
        if unit in ("{tablet}", "mL", "uL"):
            whole = Amount(
                decimal_of(Fraction(quantity, 1000)), "{tablet}" if self.tablet else "mL"
            )
            return _converted(whole, unit)
        counted = self.counted
        if counted is None:
            return None
        # Into the unit first: what is rounded in grams is lost in nanograms.
        one = _converted(Amount(Decimal(1), counted.unit), unit)
        if one is None:
            return None
        value = counted.value * Fraction(one.value) * quantity / 1000
        return Amount(decimal_of(value), one.unit)

    def parts_in(self, quantity: Fraction | int) -> tuple[Part, ...]:
        """Every substance in so many microlitres or thousandths of a tablet."""
        return tuple(
            Part(part.substance, part.value * quantity / 1000, part.unit) for part in self.parts
        )


def strength_of(vial: "Vial") -> Strength | None:
    """What one mL or one tablet of a vial holds; None for a powder that is not dissolved.

    What the pharmacy's label says of one mL stands above what arithmetic makes of the powder.
    """
    if vial.form == TABLETS:
        return Strength(_parts(vial.strengths), vial.counts, tablet=True)
    if vial.form == POWDER:
        if not vial.diluent_ul:
            return None
        if not vial.label_strengths:
            # The powder itself is taken to have no volume; source: clinical.md 5.1.
            per_ml = Fraction(UL_IN_ML, vial.diluent_ul)
            return Strength(
                tuple(
                    Part(part.substance, part.value * per_ml, part.unit)
                    for part in _parts(vial.strengths)
                ),
                vial.counts,
            )
    return Strength(_parts(vial.label_strengths or vial.strengths), vial.counts)


def per_ml(vial: "Vial") -> list[tuple[str, Amount]] | None:
    """Every substance in one mL; None for tablets and for a powder that is not dissolved."""
    strength = strength_of(vial)
    if strength is None or strength.tablet:
        return None
    return [(part.substance, part.amount) for part in strength.parts]


def counted(vial: "Vial") -> Amount | None:
    """What one mL or one tablet holds of what the prescription counts.

    None for a powder that is not dissolved, and where substances cannot be added up.
    """
    strength = strength_of(vial)
    part = strength.counted if strength else None
    return part.amount if part else None


def whole(vial: "Vial") -> Amount:
    """What the whole vial holds, as it came, of what the prescription counts.

    Raises IncompatibleUnits for substances that cannot be added up; no such vial is accepted.
    """
    part = _together(
        _parts(vial.strengths if vial.form == POWDER else vial.label_strengths or vial.strengths),
        vial.counts,
    )
    if part is None:
        raise IncompatibleUnits("the substances of this vial cannot be counted together")
    times = {POWDER: Fraction(1), TABLETS: Fraction(vial.tablets or 0)}.get(
        vial.form, Fraction(vial.volume_ul or 0, UL_IN_ML)
    )
    return Amount(decimal_of(part.value * times), part.unit)


def full(vial: "Vial") -> int | None:
    """Microlitres, or thousandths of a tablet, in the full vial; None: a powder not dissolved."""
    if vial.form == TABLETS:
        return (vial.tablets or 0) * THOUSANDTHS
    return vial.diluent_ul or None if vial.form == POWDER else vial.volume_ul


def quantity_of(vial: "Vial", amount: Amount) -> Fraction | None:
    """Microlitres, or thousandths of a tablet, of a vial that hold a prescribed amount.

    None for a powder that is not dissolved, and for an amount in a unit that says nothing here.
    """
    strength = strength_of(vial)
    return strength.quantity_of(amount) if strength else None


def amount_in(vial: "Vial", quantity: Fraction | int, unit: str = "") -> Amount | None:
    """What so many microlitres, or thousandths of a tablet, hold of what is counted.

    In `unit` where one is asked for. None where `quantity_of` would give none.
    """
    strength = strength_of(vial)
    return strength.amount_in(quantity, unit) if strength else None


def decimal_of(value: Fraction) -> Decimal:
    """The fraction as a decimal: exact where it ends within twelve places, else rounded there."""
    # normalize() writes 2500 as 2.5E+3; adding nothing gives the digits back.
    return rounded(value, _PLACES).normalize() + Decimal(0)


def rounded(value: Fraction, places: int) -> Decimal:
    """The fraction with so many places, a half to the even neighbour: only ever for showing.

    However large it is; from 28 digits on the last ones become noughts.
    """
    return Decimal(round(Fraction(value) * 10**places)).scaleb(-places)


def _parts(strengths: Iterable[Any]) -> tuple[Part, ...]:
    return tuple(
        Part(each["substance"], Fraction(Decimal(each["value"])), each["unit"])
        for each in strengths
    )


def _together(parts: Iterable[Part], counts: str) -> Part | None:
    """The substance that counts, or all of them added up in the unit of the first."""
    counting = [part for part in parts if counts in (TOGETHER, part.substance)]
    if not counting:
        return None
    unit = counting[0].unit
    try:
        total = sum(
            (part.value * Fraction(Amount(Decimal(1), part.unit).to(unit).value))
            for part in counting
        )
    except IncompatibleUnits:
        return None
    return Part(counts, Fraction(total), unit)


def _converted(amount: Amount, unit: str) -> Amount | None:
    try:
        return amount.to(unit) if unit else amount
    except IncompatibleUnits:
        return None
