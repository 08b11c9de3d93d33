"""From the unit in which something was entered to the canonical one, and back. Pure.

The canonical value is never stored: it is derived from what was entered whenever it is needed, so
a corrected factor corrects every reading of the past.
"""

from decimal import ROUND_HALF_UP, Context, Decimal

from app.observations.catalogue import Item

# More digits than any value has, so that nothing is rounded that a person could have typed; half
# away from zero, as people round, and whatever the thread's own context is.
_EXACT = Context(prec=34, rounding=ROUND_HALF_UP)


class ForeignUnit(ValueError):
    """The unit is none in which this item is accepted."""

    def __init__(self, item: Item, unit: str) -> None:
        super().__init__(f"{item.code} is not measured in {unit}")
        self.item, self.unit = item, unit


def canonical(item: Item, value: Decimal, unit: str) -> Decimal:
    """The value in the item's canonical unit, unrounded. Raises ForeignUnit."""
    if unit == item.unit:
        return value
    alternate = item.alternate(unit)
    if alternate is None:
        raise ForeignUnit(item, unit)
    return _EXACT.fma(value, alternate.factor, alternate.offset)


def in_unit(item: Item, value: Decimal, unit: str) -> Decimal:
    """A canonical value in one of the item's units, to 34 digits. Raises ForeignUnit."""
    if unit == item.unit:
        return value
    alternate = item.alternate(unit)
    if alternate is None:
        raise ForeignUnit(item, unit)
    return _EXACT.divide(_EXACT.subtract(value, alternate.offset), alternate.factor)


def shown(item: Item, value: Decimal) -> str:
    """A canonical value as a screen shows it: rounded half up to the item's decimals."""
    rounded = value.quantize(Decimal(1).scaleb(-item.decimals), context=_EXACT)
    return f"{abs(rounded) if rounded.is_zero() else rounded:f}"
