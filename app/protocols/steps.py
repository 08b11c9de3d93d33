"""Titration: the nights from which a line's amount is another one, as they were signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.clock import Day
from app.doses.shapes import AmountOut
from app.problems import Invalid
from app.protocols.amounts import AmountIn, UnitSlip, amount_of, slip_of
from app.protocols.medicines import Medicine
from app.protocols.models import Terms
from app.schedule import A_DAY
from app.units import Amount, IncompatibleUnits, plain

MOST = 12
"""Steps of one line; a prescription that needs more is another version. [D] engineering default."""


class StepRefused(Invalid):
    """These steps do not make a titration."""


class StepIn(BaseModel):
    """From which night on another amount is taken; in JSON the night is `from`."""

    model_config = ConfigDict(extra="forbid")

    since: Day = Field(alias="from")
    amount: AmountIn


class StepOut(BaseModel):
    """From which night on which amount is taken; in JSON the night is `from`."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    since: date = Field(alias="from")
    amount: AmountOut

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "StepOut":
        """A step as a version keeps it."""
        return cls.model_validate(
            {"from": kept["from"], "amount": {"value": kept["value"], "unit": kept["unit"]}}
        )


@dataclass(frozen=True, slots=True)
class Step:
    """From which night on which amount holds."""

    since: date
    amount: Amount

    def kept(self) -> dict[str, str]:
        """The step as `Terms.steps` keeps it."""
        return {
            "from": self.since.isoformat(),
            "value": plain(self.amount.value),
            "unit": self.amount.unit,
        }


def check_steps(
    asked: Sequence[StepIn], medicine: Medicine, begins: date, last: date | None, field: str,
    *, excused: bool,
) -> tuple[tuple[Step, ...], bool]:  # fmt: skip
    """The steps as they will be kept, and whether one of their amounts looks like a slip.

    begins    first night of the line under this version; it has the base amount
    last      last night of the line, if there is one
    field     path of the steps in the request, such as `lines.0.steps`
    excused   a reason was given, or the same was signed before: a slip is then noted, not refused

    Raises a subclass of Invalid that names the field and the cure.
    """
    if len(asked) > MOST:
        raise StepRefused(
            f"A line has at most {MOST} steps.", field=field,
            cure="Enter the later ones with the next version.",
        )  # fmt: skip
    found: list[Step] = []
    slipped = False
    for number, step in enumerate(asked):
        here = f"{field}.{number}"
        before = found[-1].since if found else begins
        if step.since <= before:
            raise StepRefused(
                "A step must lie after the first night and after the step before it.",
                field=f"{here}.from", cure=f"Choose a night after {before}.",
            )  # fmt: skip
        if last is not None and step.since > last:
            raise StepRefused(
                "A step lies after the line's last night.",
                field=f"{here}.from", cure=f"Choose {last} or an earlier night, or leave it out.",
            )  # fmt: skip
        amount = amount_of(step.amount, medicine, f"{here}.amount")
        slip = slip_of(amount, medicine)
        if slip and not excused:
            raise UnitSlip(
                slip, field=f"{here}.amount",
                cure="Correct the value or the unit, or give an `override_reason` if it is meant.",
            )  # fmt: skip
        slipped = slipped or bool(slip)
        found.append(Step(step.since, amount))
    return tuple(found), slipped


def skips_a_step(terms: Terms, effective: date, tonight: date, taking: Amount | None) -> bool:
    """Whether a titration that begins tonight, and not when it was meant to, leaps upwards.

    effective   first night it was meant for
    taking      the amount of this line that is in force tonight; None for a line that is new

    A leap is a rise over steps that have passed, for somebody who takes less than what was to come
    before the last of them.
    """
    passed = [
        night
        for night in (date.fromisoformat(step["from"]) for step in terms.steps)
        if effective < night <= tonight
    ]
    if not passed:
        return False
    before = terms.amount_at(max(passed) - A_DAY)
    rises = _is_less(before, terms.amount_at(tonight))
    return rises and (taking is None or _is_less(taking, before))


def _is_less(one: Amount, other: Amount) -> bool:
    """Whether the first is less; amounts that cannot be compared are taken to be."""
    try:
        return one.to(other.unit).value < other.value
    except IncompatibleUnits:
        return True
