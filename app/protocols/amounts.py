"""How much of a medicine: read exactly as it was written, and checked for a slip of the unit."""

import re
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from app.problems import Invalid
from app.protocols.medicines import Medicine
from app.units import Amount, IncompatibleUnits, spoken

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")
_MASSES = frozenset({"ng", "ug", "mg", "g"})


class UnitRefused(Invalid):
    """This medicine is not measured in this unit."""


class AmountRefused(Invalid):
    """This is not an amount."""


class UnitSlip(Invalid):
    """This amount looks like a slip of the unit."""


class AmountIn(BaseModel):
    """How much, as the API writes it: a decimal in text and a UCUM unit."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(max_length=40)
    unit: str = Field(max_length=16)


def amount_of(asked: AmountIn, medicine: Medicine, field: str) -> Amount:
    """The exact amount that was written, in a unit this medicine is measured in.

    Raises AmountRefused or UnitRefused; says nothing of whether the amount is plausible.
    """
    if not _DECIMAL.fullmatch(asked.value):
        raise AmountRefused(
            "The amount is not a plain decimal number.",
            field=f"{field}.value",
            cure="Write digits with a point, such as the label does, without sign or exponent.",
        )
    value = Decimal(asked.value).normalize()
    if value <= 0:
        raise AmountRefused(
            "The amount must be more than nothing.", field=f"{field}.value", cure="Write it anew."
        )
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -6:
        raise AmountRefused(
            "The amount has more than six decimals.",
            field=f"{field}.value",
            cure="Round it to what a syringe can measure, or choose a smaller unit.",
        )
    # normalize() writes 100 as 1E+2; quantizing gives the digits back.
    amount = Amount(
        value.quantize(Decimal(1)) if value == value.to_integral() else value, asked.unit
    )
    if asked.unit in medicine.units:
        return amount
    problem = f"{medicine.name} is not measured in this unit."
    names = " or ".join(spoken(unit) for unit in medicine.units)
    codes = " or ".join(f"`{unit}`" for unit in medicine.units)
    if meant := _meant(amount, medicine):
        raise UnitRefused(
            f"{problem} Did you mean {meant}?", field=f"{field}.unit", cure=f"Choose {codes}."
        )
    if asked.unit in ("mL", "uL", "[IU]"):
        raise UnitRefused(
            f"{problem} A volume or syringe units say nothing without the strength of the vial.",
            field=f"{field}.unit",
            cure=f"Ask the clinic or pharmacy for the amount in {names}, and choose {codes}.",
        )
    raise UnitRefused(problem, field=f"{field}.unit", cure=f"Choose {codes}, that is {names}.")


def _meant(amount: Amount, medicine: Medicine) -> Amount | None:
    """The amount with the same digits, or a thousandth or a thousandfold, that is plausible."""
    if amount.unit not in _MASSES:
        return None
    for unit in medicine.units:
        other = Amount(amount.value, unit)
        bounds = medicine.bounds_for(other)
        if unit != amount.unit and unit in _MASSES and bounds and bounds.hold(other):
            return other
    for factor in (Decimal("0.001"), Decimal(1000)):
        other = Amount(amount.value * factor, amount.unit)
        bounds = medicine.bounds_for(other)
        if bounds and bounds.hold(other):
            return _in_unit_of(medicine, other)
    return None


def _in_unit_of(medicine: Medicine, amount: Amount) -> Amount:
    """The same amount in a unit of the medicine, where there is a factor."""
    if amount.unit in medicine.units:
        return amount
    for unit in medicine.units:
        try:
            return amount.to(unit)
        except IncompatibleUnits:
            continue
    return amount


def slip_of(amount: Amount, medicine: Medicine) -> str:
    """What looks wrong about the amount, in plain words; empty when nothing does."""
    bounds = medicine.bounds_for(amount)
    if bounds is None or bounds.hold(amount):
        return ""
    size = "more" if amount.to(bounds.most.unit).value > bounds.most.value else "less"
    meant = _meant(amount, medicine)
    question = f" Did you mean {meant}?" if meant else ""
    return f"{amount} is far {size} than {medicine.name} is ever written for.{question}"
