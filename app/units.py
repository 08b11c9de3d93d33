"""Amounts of medicine: an exact decimal and a UCUM unit."""

from dataclasses import dataclass
from decimal import Decimal

# Factors to the base unit of each dimension. UCUM writes the microgram `ug`; `[IU]` measures
# biological activity, so nothing converts it to a mass.
_TO_BASE: dict[str, tuple[str, Decimal]] = {
    "ng": ("mass", Decimal("0.001")),
    "ug": ("mass", Decimal(1)),
    "mg": ("mass", Decimal(1000)),
    "g": ("mass", Decimal(1_000_000)),
    "uL": ("volume", Decimal(1)),
    "mL": ("volume", Decimal(1000)),
    "[IU]": ("activity", Decimal(1)),
    "{tablet}": ("tablet", Decimal(1)),
}

UNITS = frozenset(_TO_BASE)


class IncompatibleUnits(ValueError):
    """The two units measure different things."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: `value` is exact and positive, `unit` is one of `UNITS`."""

    value: Decimal
    unit: str

    def to(self, unit: str) -> "Amount":
        """The same amount in another unit.

        Raises IncompatibleUnits where no factor exists (milligrams to tablets).
        """
        dimension, factor = _TO_BASE[self.unit]
        other, divisor = _TO_BASE[unit]
        if dimension != other:
            raise IncompatibleUnits(f"{self.unit} cannot be converted to {unit}")
        return Amount(self.value * factor / divisor, unit)

    def __str__(self) -> str:
        return f"{plain(self.value)} {spoken(self.unit)}"


def plain(value: Decimal) -> str:
    """A decimal without exponent and trailing zeros: `0.50` is `0.5`, `1E+2` is `100`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spoken(unit: str) -> str:
    """The unit as it is printed on a pharmacy label; `mcg` because a µ is misread as m."""
    return {"ug": "mcg", "[IU]": "IU", "{tablet}": "tablet"}.get(unit, unit)
