"""How often and how much, as FHIR's Dosage says it. Pure.

Source of the patterns and of what a Timing may hold: clinical.md 4.2. `timeOfDay` and `when`
exclude each other (invariant tim-10), so a line with a bedtime and a clock time is two concurrent
instructions, which FHIR tells by the same `sequence`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from app.exchange.fhir.codes import (
    DOSE_TYPE,
    ROUTES,
    SNOMED,
    UCUM,
    Resource,
    coding,
    concept,
    period,
)
from app.protocols.recurrences import schedule_text
from app.schedule import A_DAY, Recurrence
from app.units import Amount, spoken

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BEDTIME = "HS"
"""Before going to sleep for the night. Source: HL7 v3 TimingEvent (clinical.md 4.1)."""

_HABIT = 4
"""From so many weekdays on, a line is told as daily on those days, not as so many a week. Source:
the examples of clinical.md 4.2."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Nights from `since` up to `until`, both included, with one amount; None is open."""

    since: date
    until: date | None
    amount: Amount


def stretches(
    since: date, until: date | None, first: Amount, steps: Sequence[tuple[date, Amount]]
) -> list[Stretch]:
    """The nights of a line, cut wherever a titration steps, in order."""
    found = [Stretch(since, until, first)]
    for night, amount in steps:
        if night <= since:
            found = [Stretch(since, until, amount)]
        elif until is None or night <= until:
            last = found.pop()
            found += [
                Stretch(last.since, night - A_DAY, last.amount),
                Stretch(night, until, amount),
            ]
    return found


def dosages(rule: Recurrence, parts: Sequence[Stretch], route: str) -> list[Resource]:
    """The instructions of a line: one for each stretch, two where bedtime and clock times mix."""
    clock = [at for at in rule.times if at is not None]
    kinds: list[list[time]] = [[]] if None in rule.times else []
    kinds += [clock] if clock else []
    parts = _in_step(rule, parts)
    return [
        {
            "sequence": number,
            "text": f"{part.amount}, {_lower(schedule_text(rule))}",
            "timing": {"repeat": _repeat(rule, times, part)},
            **route_of(route),
            "doseAndRate": [
                {
                    "type": concept(coding(DOSE_TYPE, "ordered", "Ordered")),
                    "doseQuantity": quantity(part.amount),
                }
            ],
        }
        for number, part in enumerate(parts, 1)
        for times in kinds
    ]


def _in_step(rule: Recurrence, parts: Sequence[Stretch]) -> Sequence[Stretch]:
    """The stretches, each from its first dose on, where a dose falls on every so many nights.

    Whoever reads "every 3 days" counts from the first day of the bounds. A new version, a block of
    a cycle and a step of a titration begin in between, and the nights go on as they were.
    """
    if rule.every == 1 or rule.weekdays:
        return parts
    moved = [
        replace(part, since=part.since + A_DAY * (-(part.since - rule.first).days % rule.every))
        for part in parts
    ]
    with_doses = [each for each in moved if each.until is None or each.since <= each.until]
    return with_doses or parts


def quantity(amount: Amount) -> Resource:
    """An amount as a Quantity in UCUM; never in millilitres, which say nothing without a vial."""
    return {
        "value": amount.value, "unit": spoken(amount.unit), "system": UCUM, "code": amount.unit,
    }  # fmt: skip


def route_of(route: str) -> Resource:
    """The route of a dose, as a field; nothing for one that has no code."""
    known = ROUTES.get(route)
    return {"route": concept(coding(SNOMED, *known), text=route)} if known else {}


def _repeat(rule: Recurrence, times: list[time], part: Stretch) -> Resource:
    often = len(times) or 1
    nights = len(rule.weekdays)
    if rule.per_week is not None:
        rate = {"frequency": rule.per_week, "period": 1, "periodUnit": "wk"}
    elif 0 < nights < _HABIT:
        rate = {"frequency": nights * often, "period": 1, "periodUnit": "wk"}
    else:
        rate = {"frequency": often, "period": rule.every, "periodUnit": "d"}
    repeat: Resource = {"boundsPeriod": period(part.since, part.until), **rate}
    if 0 < nights < len(DAYS):
        repeat["dayOfWeek"] = [DAYS[day - 1] for day in sorted(rule.weekdays)]
    return repeat | (
        {"timeOfDay": [f"{at:%H:%M:%S}" for at in sorted(times)]} if times else {"when": [BEDTIME]}
    )


def _lower(text: str) -> str:
    """The words of a schedule within a sentence; names of weekdays keep their capital."""
    return (
        text if text.split(maxsplit=1)[0].rstrip("s,") in _WEEKDAYS else text[0].lower() + text[1:]
    )


_WEEKDAYS = frozenset(
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)
