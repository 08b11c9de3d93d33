"""Whether what a file prescribes could have been entered here: checked before any of it is planned.

Reading a record once does not show what is wrong with it later: a step of a titration is looked at
when its night has come, and by then nobody would be reminded any more.
"""

from datetime import date, timedelta
from decimal import Decimal

from app.clock import EARLIEST
from app.problems import Invalid
from app.protocols.amounts import AmountIn, amount_of
from app.protocols.medicines import MEDICINES
from app.protocols.models import Line, Terms, Version
from app.protocols.recurrences import RecurrenceIn, check_recurrence, recurrence_of
from app.protocols.steps import StepIn, check_steps
from app.schedule import A_DAY

A_WEEK = 10_080
"""Minutes. No window, gap or reminder of a line is further than this from its dose."""

REACH = timedelta(days=20 * 366)
"""How far a line may have begun before its version: whoever changes it goes on with its nights."""


def must_be_prescribable(version: Version, terms: Terms, line: Line, place: str) -> None:
    """Raise Invalid or ValueError, unless a version could say this of a line.

    place   of the terms in the document
    """
    medicine = MEDICINES.get(line.medicine)
    if medicine is None or line.route not in medicine.routes:
        raise _odd(f"{place}.line_id")
    if line.form != "" and medicine.form(line.form) is None:
        raise _odd(f"{place}.line_id")
    asked = RecurrenceIn.model_validate(terms.recurrence)
    if asked.first is None or abs(version.effective_night - asked.first) > REACH:
        raise _odd(f"{place}.recurrence")
    if check_recurrence(asked, asked.first, f"{place}.recurrence") != terms.recurrence:
        raise _odd(f"{place}.recurrence")
    amount_of(_amount(terms.amount_value, terms.amount_unit), medicine, f"{place}.amount_value")
    rule = recurrence_of(terms.recurrence)
    steps = [
        StepIn.model_validate(
            {"from": each["from"], "amount": _amount(Decimal(each["value"]), each["unit"])}
        )
        for each in terms.steps
    ]
    begins = min([rule.first, *(each.since for each in steps)]) - A_DAY
    check_steps(steps, medicine, begins, rule.last, f"{place}.steps", excused=True)
    minutes = [
        terms.window_minutes or 1, terms.min_gap_minutes or 1, terms.on_time_minutes + 1,
        *(abs(rung) + 1 for rung in terms.ladder),
    ]  # fmt: skip
    if not all(1 <= each <= A_WEEK + 1 for each in minutes):
        raise _odd(f"{place}.window_minutes")


def must_be_of_this_age(version: Version, today: date) -> None:
    """Raise Invalid for nights that no prescription of a living person has."""
    first = EARLIEST.date()
    for night in (version.effective_night, version.in_force_from):
        if night is not None and not first <= night <= today + REACH:
            raise _odd("tables.protocol_version")


def _amount(value: Decimal, unit: str) -> AmountIn:
    return AmountIn.model_validate({"value": f"{value:f}", "unit": unit})


def _odd(field: str) -> Invalid:
    return Invalid(
        f"This file cannot be brought back: {field} is nothing that could be prescribed here.",
        field=field,
        cure="Choose the file that Vesper saved, unchanged.",
    )  # fmt: skip
