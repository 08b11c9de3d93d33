"""Where a result stands in the range that its laboratory gave with it. Pure."""

from decimal import Decimal

from app.exchange.fhir.codes import INTERPRETATION, Resource, coding
from app.observations.models import Comparator

LOW = coding(INTERPRETATION, "L", "Low")
NORMAL = coding(INTERPRETATION, "N", "Normal")
HIGH = coding(INTERPRETATION, "H", "High")


def interpretation(
    value: Decimal, comparator: Comparator | None, low: Decimal | None, high: Decimal | None
) -> Resource | None:
    """Low, normal or high; None without a range, or where a result with a sign may be several.

    Both ends of a range belong to it. Below the only known end is normal, and above it likewise.
    """
    if low is None and high is None:
        return None
    may_be = {
        place
        for place, holds in (
            ("L", low is not None and _reaches_below(value, comparator, low)),
            ("N", _reaches_inside(value, comparator, low, high)),
            ("H", high is not None and _reaches_above(value, comparator, high)),
        )
        if holds
    }
    known = {"L": LOW, "N": NORMAL, "H": HIGH}
    return known[may_be.pop()] if len(may_be) == 1 else None


def _reaches_below(value: Decimal, comparator: Comparator | None, low: Decimal) -> bool:
    if comparator in (Comparator.LESS, Comparator.AT_MOST):
        return True
    return value < low


def _reaches_above(value: Decimal, comparator: Comparator | None, high: Decimal) -> bool:
    if comparator in (Comparator.MORE, Comparator.AT_LEAST):
        return True
    return value > high


def _reaches_inside(
    value: Decimal, comparator: Comparator | None, low: Decimal | None, high: Decimal | None
) -> bool:
    match comparator:
        case Comparator.LESS:
            return low is None or value > low
        case Comparator.AT_MOST:
            return low is None or value >= low
        case Comparator.MORE:
            return high is None or value < high
        case Comparator.AT_LEAST:
            return high is None or value <= high
    return (low is None or value >= low) and (high is None or value <= high)
