"""Which doses what was dispensed covers, had it been used as prescribed. Pure.

The pill box: every vial gives from the night it came to its last one. A dose takes from the vial
that ends first, and from the next where that one does not hold enough; so a vial that comes while
another lasts begins where the other ends (overlaps are shifted). A dose for which all together do
not hold enough is not covered, and uses up what there is: then more supply never covers less.

Source: product.md 5.1 and 5.2, the proportion covered after PQA: covered of expected, at most 1.
That it counts expected doses instead of days, so that it stands beside what was logged, and leaves
out what stays in syringes: [D].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from heapq import heappop, heappush
from math import floor, lcm

FOREVER = date.max
EXTENDED = timedelta(days=730)
"""So far beyond the planned doses a supply is followed. [D]"""


@dataclass(frozen=True, slots=True)
class Box:
    """One vial or pack.

    holds   what it came with, in the one measure in which all needs are
    first   the day it came
    last    the last night it may be used; None: no end
    """

    holds: Fraction
    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One dose: its night, and how much it takes, in the measure of the boxes."""

    night: date
    amount: Fraction


def covered(needs: Sequence[Need], boxes: Iterable[Box]) -> list[bool]:
    """Whether each of these doses is covered, one word for each.

    needs   in order of night; the order of those of one night is the order in which they take
    """
    coming = sorted(boxes, key=lambda box: box.first, reverse=True)
    # In whole numbers of the largest measure that all of them are multiples of: it is as exact as
    # with fractions, and takes a fifth of the time.
    known = [*(need.amount for need in needs), *(box.holds for box in coming)]
    parts = lcm(*{each.denominator for each in known})
    open_boxes: list[tuple[date, int, int]] = []
    words = []
    for need in needs:
        while coming and coming[-1].first <= need.night:
            box = coming.pop()
            heappush(open_boxes, (box.last or FOREVER, len(coming), _whole(box.holds, parts)))
        while open_boxes and open_boxes[0][0] < need.night:
            heappop(open_boxes)
        words.append(_take(open_boxes, _whole(need.amount, parts)))
    return words


def _whole(amount: Fraction, parts: int) -> int:
    return amount.numerator * (parts // amount.denominator)


def _take(open_boxes: list[tuple[date, int, int]], wanted: int) -> bool:
    """Take so much from those that end first; whether all of it was there."""
    while wanted > 0 and open_boxes:
        last, number, holds = heappop(open_boxes)
        if holds > wanted:
            heappush(open_boxes, (last, number, holds - wanted))
        wanted -= min(wanted, holds)
    return wanted <= 0


def short_from(needs: Sequence[Need], boxes: Sequence[Box], day: date) -> date | None:
    """The first night from `day` on that these boxes do not cover.

    Beyond the last need doses go on as they were: as often on average, and in the last amount.
    None where fewer than two needs say how often, or nothing runs out within two years of them.
    """
    planned = list(needs)
    if len(planned) < 2 or planned[-1].night == planned[0].night:
        return None
    interval = Fraction((planned[-1].night - planned[0].night).days, len(planned) - 1)
    last, step = planned[-1], 1
    while (night := last.night + timedelta(days=floor(interval * step))) <= last.night + EXTENDED:
        planned.append(Need(night, last.amount))
        step += 1
    words = zip(planned, covered(planned, boxes), strict=True)
    return next((need.night for need, there in words if not there and need.night >= day), None)


def days_early(needs: Sequence[Need], boxes: Sequence[Box], day: date) -> int | None:
    """How many days what was there on `day` would still have lasted, used as prescribed.

    boxes   of every delivery; those of `day` itself and later are left out

    None for a first delivery, and where it cannot be told.
    """
    before = [box for box in boxes if box.first < day]
    if not before:
        return None
    short = short_from(needs, before, day)
    return None if short is None else (short - day).days
