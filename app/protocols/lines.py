"""One line of a prescription: its shape in the API and the rules it has to keep.

A rule stops a slip of the pen, never a decision: what a clinician signed can always be recorded,
at most with a reason beside it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.problems import Invalid
from app.protocols.amounts import AmountIn, UnitSlip, amount_of, slip_of
from app.protocols.gaps import min_gap_of, source_of
from app.protocols.medicines import MEDICINES, Medicine
from app.protocols.recurrences import (
    RecurrenceIn,
    ScheduleRefused,
    check_recurrence,
    most_in_seven_nights,
    recurrence_of,
    schedule_text,
    shortest_gap,
)
from app.protocols.steps import Step, StepIn, check_steps
from app.schedule import Evenings, Recurrence
from app.units import Amount

__all__ = [
    "AmountIn", "CheckedLine", "LineIn", "RecurrenceIn", "check_line", "recurrence_of",
    "schedule_text",
]  # fmt: skip

LADDER = (0, 20, 60, -30)
_WINDOWS = range(15, 10_081)  # a quarter of an hour to a week, in minutes
_A_DAY_IN_MINUTES = 24 * 60
_UNTIL_THE_TURN = "[D] until the day turns, because the usual window would reach the next dose"


class UnknownMedicine(Invalid):
    """Vesper does not know this medicine."""


class FormRequired(Invalid):
    """This medicine comes in forms that must not be confused."""


class RouteRefused(Invalid):
    """This medicine is not given by this route."""


class TooOften(Invalid):
    """This form is given more often than is known to be safe."""


class WindowRefused(Invalid):
    """This late window does not fit the schedule."""


class LadderRefused(Invalid):
    """These reminders do not fit the late window."""


class LineIn(BaseModel):
    """One line of a prescription as it is entered.

    id               of an existing line, which then stays the same line
    window_minutes   left out: the medicine's default; null: until the day turns
    window_source    where a window of one's own comes from; without it, who set it stands there
    min_gap_minutes  left out: the medicine's default; null: no rule, and Vesper stays silent
    min_gap_source   where a gap of one's own comes from
    steps            titration: the nights from which another amount holds, in order
    on_time_minutes  left out: the medicine's default
    ladder           minutes after the due time; a negative rung counts back from the closing
    override_reason  why an amount or a frequency that looks like a slip is meant all the same
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    medicine: str = Field(max_length=40)
    form: str | None = Field(default=None, max_length=40)
    route: str = Field(max_length=40)
    amount: AmountIn
    recurrence: RecurrenceIn = Field(default_factory=RecurrenceIn)
    window_minutes: int | None = None
    window_source: str | None = Field(default=None, max_length=500)
    min_gap_minutes: int | None = None
    min_gap_source: str | None = Field(default=None, max_length=500)
    steps: list[StepIn] = Field(default_factory=list, max_length=50)
    on_time_minutes: int | None = None
    ladder: list[int] | None = Field(default=None, max_length=24)
    override_reason: str | None = Field(default=None, max_length=200)


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line that keeps every rule, with its defaults filled in. `form` is empty without forms.

    overridden   the reason that was needed and given; empty when none was needed
    """

    id: UUID | None
    medicine: str
    form: str
    route: str
    amount: Amount
    recurrence: dict[str, Any]
    window_minutes: int | None
    on_time_minutes: int
    ladder: tuple[int, ...]
    overridden: str = ""
    window_source: str = ""
    min_gap_minutes: int | None = None
    min_gap_source: str = ""
    steps: tuple[Step, ...] = ()


def check_line(
    asked: LineIn, evenings: Evenings, effective: date, field: str, *, signed: bool = False,
    own: bool = False,
) -> CheckedLine:  # fmt: skip
    """The line as it will be kept, or the first rule it breaks.

    effective   first night of the version
    field       path of the line in the request, such as `lines.0`
    signed      whether these very amount and nights already stand in the version before, so that
                nobody is asked for the same reason twice
    own         whether the patient writes down what was prescribed to them, instead of a clinician

    Raises a subclass of Invalid that names the field and the cure.
    """
    medicine = MEDICINES.get(asked.medicine)
    if medicine is None:
        raise UnknownMedicine(
            "Vesper does not know this medicine.",
            field=f"{field}.medicine",
            cure=f"Choose one of: {', '.join(MEDICINES)}.",
        )
    form = _form(medicine, asked.form, field)
    if asked.route not in medicine.routes:
        raise RouteRefused(
            f"{medicine.name} is not given by this route.",
            field=f"{field}.route",
            cure=f"Choose {' or '.join(medicine.routes)}.",
        )
    reason = (asked.override_reason or "").strip()
    excused = signed or bool(reason)
    amount = amount_of(asked.amount, medicine, f"{field}.amount")
    slip = slip_of(amount, medicine)
    if slip and not excused:
        raise UnitSlip(
            slip,
            field=f"{field}.amount",
            cure="Correct the value or the unit, or give an `override_reason` if it is meant.",
        )
    recurrence = check_recurrence(asked.recurrence, effective, f"{field}.recurrence")
    rule = recurrence_of(recurrence)
    since = max(rule.first, effective)
    often = _too_often(medicine, form, rule, since)
    if often and not excused:
        raise TooOften(
            often,
            field=f"{field}.recurrence",
            cure="Choose at most one dose in seven nights, choose the form without DAC, or give "
            "an `override_reason` if it is meant.",
        )
    steps, stepped = check_steps(
        asked.steps, medicine, since, rule.last, f"{field}.steps", excused=excused
    )
    gap = shortest_gap(rule, evenings, since)
    if gap == 0:
        raise ScheduleRefused(
            "Two doses of this line would fall due at the same moment.",
            field=f"{field}.recurrence.times",
            cure="A time equals the bedtime of one of these nights; leave one of the two out.",
        )
    window = _window(asked, medicine, gap, field)
    min_gap, min_gap_source = min_gap_of(
        asked.min_gap_minutes, asked.min_gap_source, medicine, f"{field}.min_gap_minutes",
        stated="min_gap_minutes" in asked.model_fields_set, own=own,
    )  # fmt: skip
    return CheckedLine(
        id=asked.id,
        medicine=medicine.code,
        form=form,
        route=asked.route,
        amount=amount,
        recurrence=recurrence,
        window_minutes=window,
        on_time_minutes=_on_time(asked, medicine, gap, field),
        ladder=_ladder(asked.ladder, window, f"{field}.ladder"),
        overridden=reason if (slip or stepped or often) and not signed else "",
        window_source=_window_source(asked, medicine, window, own=own),
        min_gap_minutes=min_gap,
        min_gap_source=min_gap_source,
        steps=steps,
    )


def _form(medicine: Medicine, asked: str | None, field: str) -> str:
    codes = [form.code for form in medicine.forms]
    if not asked:
        if not medicine.form_required:
            return ""
        raise FormRequired(
            f"{medicine.name}: which form it is has to be said, because they are different drugs.",
            field=f"{field}.form",
            cure=f"Read it off the vial and choose {' or '.join(codes)}.",
        )
    if asked not in codes:
        raise FormRequired(
            f"{medicine.name} does not come in this form.",
            field=f"{field}.form",
            cure=f"Choose {' or '.join(codes)}." if codes else "Leave the form out.",
        )
    return asked


def _too_often(medicine: Medicine, form: str, rule: Recurrence, since: date) -> str:
    """Why this form must not be given this often; empty when it may."""
    known = medicine.form(form)
    if known is None or known.most_per_week is None:
        return ""
    if most_in_seven_nights(rule, since) <= known.most_per_week:
        return ""
    return f"{known.warning}."


def _window(asked: LineIn, medicine: Medicine, gap: int | None, field: str) -> int | None:
    """Minutes a dose may be late; a default that would reach the next dose ends with the day."""
    if "window_minutes" not in asked.model_fields_set:
        default = medicine.window_minutes
        return default if default is None or gap is None or default < gap else None
    window = asked.window_minutes
    if window is None:
        return None
    if window not in _WINDOWS:
        raise WindowRefused(
            "A late window must be 15 minutes to 7 days.",
            field=f"{field}.window_minutes",
            cure="Use 15 to 10080 minutes, or null for until the day turns.",
        )
    if gap is not None and window >= gap:
        raise WindowRefused(
            f"The next dose of this line falls due {gap} minutes after the one before, while this "
            "one could still be taken.",
            field=f"{field}.window_minutes",
            cure=f"Use fewer than {gap} minutes.",
        )
    return window


def _window_source(asked: LineIn, medicine: Medicine, window: int | None, *, own: bool) -> str:
    """Where the late window comes from: never the medicine's own source for another window."""
    if "window_minutes" not in asked.model_fields_set and window != medicine.window_minutes:
        return _UNTIL_THE_TURN
    same = window == medicine.window_minutes
    return source_of(asked.window_source, medicine.window_source, same=same, own=own)


def _on_time(asked: LineIn, medicine: Medicine, gap: int | None, field: str) -> int:
    """Minutes that count as on time; the default shrinks with the interval.

    Source: product.md 5.2: 2 h for a nightly line, 12 h for twice a week, 24 h for weekly.
    """
    if asked.on_time_minutes is None:
        if gap is None or gap >= 6 * _A_DAY_IN_MINUTES:
            return medicine.on_time_minutes
        return min(medicine.on_time_minutes, 720 if gap >= 2 * _A_DAY_IN_MINUTES else 120)
    if not 1 <= asked.on_time_minutes <= 2 * _A_DAY_IN_MINUTES:
        raise WindowRefused(
            "On time must be within 1 minute to 2 days.",
            field=f"{field}.on_time_minutes",
            cure="Use 1 to 2880 minutes.",
        )
    return asked.on_time_minutes


def _ladder(asked: list[int] | None, window: int | None, field: str) -> tuple[int, ...]:
    """The rungs in order of time; the default ones that fit the window when none were given.

    A window that ends with the day is at most a day long; a rung past its closing stays silent.
    """
    longest = window or _A_DAY_IN_MINUTES
    if asked is None:
        return tuple(rung for rung in LADDER if -longest < rung < longest)
    if len(asked) > 8:
        raise LadderRefused(
            "A dose reminds at most eight times.", field=field, cure="Leave rungs out."
        )
    if len(set(asked)) != len(asked):
        raise LadderRefused("A rung is named twice.", field=field, cure="Name each rung once.")
    if any(not -longest < rung < longest for rung in asked):
        raise LadderRefused(
            f"A rung lies outside the late window of {longest} minutes.",
            field=field,
            cure="Use minutes after the due time, or negative minutes before the closing, that "
            "fall within the window.",
        )
    return tuple(sorted(asked, key=lambda rung: (rung < 0, rung)))
