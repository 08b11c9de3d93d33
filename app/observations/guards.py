"""What is refused, and what is asked about, before a value enters the record. Pure.

A limit catches slips of the pen; it is no reference range. A value that looks as if it were read
off in another unit is asked about before a limit refuses it. What somebody confirms is recorded,
unless it lies beyond what the item can be. Sources: clinical.md 2, all [D].
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.observations.catalogue import (
    CATALOGUE,
    OTHER_THINGS,
    Item,
    Range,
    item_of_loinc,
    spoken_unit,
)
from app.observations.catalogue import check_digit_fits as _fits
from app.observations.conversions import canonical, in_unit, shown

CLOCK_SLACK = timedelta(minutes=5)
"""How far a phone's clock may run ahead of ours."""

OLD = timedelta(days=5 * 365 + 1)
"""Since when a result is so old that its year may be a slip."""

HEMATOCRIT_JUMP = Decimal(10)
TESTOSTERONE_JUMP = Decimal(5)
WEIGHT_JUMP = Decimal("0.25")
WEIGHT_JUMP_WITHIN = timedelta(days=30)

QUANTITATION_LIMIT = Decimal(30)
"""pg/mL of estradiol up to which a standard immunoassay is near, or below, what it can measure.

One laboratory gives 24 pg/mL and calls its test possibly unsuitable for men: [P] labcatalog.net
2006475. The upper end of the goal that clinics use, 30 pg/mL, leaves room for others: [D].
"""

BELOW = frozenset({"<", "<="})
"""Comparators of what was too little to be measured."""

_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What cannot be recorded as it is: where, what is wrong, and how to mend it."""

    field: str
    problem: str
    cure: str


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be answered before it is recorded.

    code   of the result, to be sent back in `confirmed` for "yes, it is right"
    kind   hint, soft, delta, twice or old
    unit   the unit in which it would fit, where there is one
    """

    code: str
    field: str
    kind: str
    text: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier value of the same item: canonical, when it was collected, and the date there."""

    canonical: Decimal
    collected_at: datetime
    day: date


def number(text: str) -> Decimal | None:
    """A decimal number, digit by digit; None for anything else, also for a decimal comma."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def mistaken_value(
    item: Item, value: Decimal, unit: str, comparator: str | None = None
) -> str | None:
    """Why this cannot be a value of the item at all; None when it can.

    Both ends of the hard limits are inside. `unit` is one of the item's. What lies below a number
    that a laboratory can measure may lie below the lower limit too: `<0.5` is no slip.
    """
    if item.integer and value != value.to_integral_value():
        return f"{item.name} is a whole number."
    derived = canonical(item, value, unit)
    if item.hard is None or item.hard.holds(derived):
        return None
    if comparator in BELOW and 0 < derived < item.hard.low:
        return None
    return (
        f"{item.name} of {value:f} {spoken_unit(unit)} is outside {_ends(item, item.hard, unit)}."
    )


def meant_units(item: Item, value: Decimal, unit: str) -> tuple[str, ...]:
    """In which other units this value was probably read off; empty when it looks right.

    A value in the canonical unit is held against the item's hints. One in another unit that lies
    outside the soft limits is held against the units in which it would lie inside.
    """
    if unit == item.unit:
        return tuple(hint.unit for hint in item.hints if hint.holds(value))
    if item.soft is None or item.soft.holds(canonical(item, value, unit)):
        return ()
    others = (other for other in item.units if other != unit)
    return tuple(o for o in others if item.soft.holds(canonical(item, value, o)))[:1]


def questions_of(item: Item, value: Decimal, unit: str, field: str) -> list[Question]:
    """What to ask about a value by itself: whether another unit is meant, else whether it is right.

    field   where the value stands in the request
    """
    if units := meant_units(item, value, unit):
        return [
            Question(
                item.code, field, "hint",
                f"{value:f} {spoken_unit(unit)}: is this {spoken_unit(meant)}?", meant,
            )
            for meant in units
        ]  # fmt: skip
    if item.soft is None or item.soft.holds(canonical(item, value, unit)):
        return []
    return [
        Question(
            item.code, field, "soft",
            f"{item.name} of {value:f} {spoken_unit(unit)} is unusual: most lie between "
            f"{_ends(item, item.soft, unit)}. Is it right?",
        )
    ]  # fmt: skip


def jump(
    item: Item, value: Decimal, unit: str, collected_at: datetime, before: Before, field: str
) -> Question | None:
    """What to ask about a change since the value before that is larger than bodies usually change.

    Hematocrit by more than 10 points; testosterone to more than five times, or less than a fifth;
    weight by more than a quarter within 30 days, which is most often a pound for a kilogram.
    """
    new, old = canonical(item, value, unit), before.canonical
    since = f"It was {shown(item, old)} {spoken_unit(item.unit)} on {before.day}"
    right = f"{since}. Is {value:f} {spoken_unit(unit)} right"
    if item.code == "hematocrit" and abs(new - old) > HEMATOCRIT_JUMP:
        return Question(item.code, field, "delta", f"{right}?")
    if item.code == "testosterone_total" and (
        new > old * TESTOSTERONE_JUMP or old > new * TESTOSTERONE_JUMP
    ):
        return Question(item.code, field, "delta", f"{right}?")
    if (
        item.code == "weight"
        and abs(collected_at - before.collected_at) <= WEIGHT_JUMP_WITHIN
        and abs(new - old) > old * WEIGHT_JUMP
    ):
        other = "[lb_av]" if unit == "kg" else "kg"
        text = f"{right}, or is it {spoken_unit(other)}?"
        return Question(item.code, field, "delta", text, other)
    return None


JUMPING = ("hematocrit", "testosterone_total", "weight")
"""Items whose change since the value before is looked at."""


def mistaken_loinc(item: Item, code: str) -> str | None:
    """Why a laboratory's code cannot belong to this item; None for one that can, or is unknown."""
    if not _fits(code):
        return f"{code[:20]!r} is not a LOINC code."
    if code in OTHER_THINGS:
        return f"{code} is {OTHER_THINGS[code]}."
    named = item_of_loinc(code)
    if named is not None and named.code != item.code:
        return f"{code} is {named.name}, not {item.name}."
    return None


def pressure_mistaken(systolic: Decimal, diastolic: Decimal) -> bool:
    """Whether the upper value of a blood pressure is not above the lower one; both in mmHg."""
    return systolic <= diastolic


def assay_care(code: str, value: Decimal, assay: str | None) -> str | None:
    """What stands beside a result that its test may be too coarse for; None where it is not.

    value   canonical
    assay   `standard`, `sensitive`, `unknown` or None

    Only of estradiol, up to QUANTITATION_LIMIT. It is told beside the result and refuses nothing.
    """
    if code != "estradiol" or value > QUANTITATION_LIMIT or assay == "sensitive":
        return None
    if assay == "standard":
        return (
            "A standard immunoassay measures estradiol poorly this low. A sensitive test (LC-MS) "
            "tells more; ask your clinic before anything follows from this number."
        )
    return (
        "It is not known how this was measured. A standard immunoassay measures estradiol poorly "
        "this low; the laboratory's report says which test was used."
    )


def units_in_words(item: Item) -> str:
    """The units in which an item is accepted, as people write them: `mg/dL or mmol/L`."""
    return " or ".join(spoken_unit(unit) for unit in item.units)


def _ends(item: Item, ends: Range, unit: str) -> str:
    """The limits in the unit in which the value was typed, rounded so that a person can read it."""
    if unit == item.unit:
        low, high = ends.low, ends.high
    else:
        low, high = (in_unit(item, end, unit) for end in (ends.low, ends.high))
    return f"{_brief(low)} and {_brief(high)} {spoken_unit(unit)}"


def _brief(value: Decimal) -> str:
    rounded = f"{float(value):.4g}"
    return f"{Decimal(rounded):f}" if "e" in rounded else rounded


def item_of(code: str) -> Item | None:
    """The item of this code, unless a check-in is the only place where it is entered."""
    item = CATALOGUE.get(code)
    return None if item is None or item.group == "scale" else item
