"""Which blood draws a lab plan asks for, how each stands today, and when it speaks. Pure."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

A_WEEK = timedelta(days=7)
SOON = timedelta(days=14)
GRACE = timedelta(days=7)
MOST_PROMPTS = 4

_PANEL = (
    "Testosterone, total and free",
    "Estradiol",
    "IGF-1",
    "Blood count with hematocrit",
    "Glucose and HbA1c",
    "Lipids",
)


class State(enum.StrEnum):
    """How a draw stands."""

    UPCOMING = "upcoming"
    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"
    SNOOZED = "snoozed"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of a lab plan.

    offset_days   days from the start of treatment to its first draw; 0 or less is the baseline
    repeat_days   days from each draw to the next; None happens once
    markers       what the laboratory is asked for
    """

    step: str
    name: str
    offset_days: int
    repeat_days: int | None
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """One blood draw: the step it comes from, how often that step came before, when it is due."""

    step: str
    repetition: int
    name: str
    due_on: date


# Source: brief.md rows 9 and 10 and clinical.md 1.2 [D]: baseline, week 4 to 6, month 3, then half
# a year after half a year. PSA is left for a clinic to switch on.
DEFAULT_STEPS = (
    Step("baseline", "Baseline labs", 0, None, (*_PANEL, "Liver (ALT, AST)")),
    Step("week-6", "Week 6 labs", 42, None, _PANEL[:3]),
    Step("week-12", "Week 12 labs", 84, None, _PANEL),
    Step("half-yearly", "Half-yearly labs", 182, 182, (*_PANEL, "Liver (ALT, AST)")),
)


def draws(steps: Iterable[Step], start: date, until: date) -> list[Draw]:
    """Every draw that falls due before `until`, soonest first.

    Asking again with a later `until` only adds to the end.
    """
    found = [draw for step in steps for draw in _of_step(step, start, until)]
    return sorted(found, key=lambda draw: (draw.due_on, draw.step, draw.repetition))


def _of_step(step: Step, start: date, until: date) -> Iterator[Draw]:
    due_on = start + timedelta(days=step.offset_days)
    repetition = 0
    while due_on < until:
        yield Draw(step.step, repetition, step.name, due_on)
        if step.repeat_days is None:
            return
        repetition += 1
        due_on += timedelta(days=step.repeat_days)


def state_of(
    due_on: date, today: date, *, drawn_on: date | None = None, snoozed_until: date | None = None
) -> State:
    """How a draw stands: soon from 14 days before, due for a week from its day, then overdue."""
    if drawn_on is not None:
        return State.DRAWN
    if snoozed_until is not None and today < snoozed_until:
        return State.SNOOZED
    if today > due_on + GRACE:
        return State.OVERDUE
    if today >= due_on:
        return State.DUE
    return State.SOON if today >= due_on - SOON else State.UPCOMING


def next_prompt(
    due_on: date, from_day: date, *, prompts: int, snoozed_until: date | None = None
) -> date | None:
    """The first day from `from_day` on at which an open draw speaks; None when it has said enough.

    It speaks a week before it is due, on the day, and every week after, four times at most; a
    draw that was put off begins on the day it was put off to.
    """
    if prompts >= MOST_PROMPTS:
        return None
    first = snoozed_until or due_on - A_WEEK
    if from_day <= first:
        return first
    weeks = -((first - from_day) // A_WEEK)  # rounded up
    return first + A_WEEK * weeks
