"""Initiation, implementation and persistence of one line. Pure.

Source: Vrijens 2012, Br J Clin Pharmacol 73:691, doi:10.1111/j.1365-2125.2012.04167.x; how a
discontinuation is told, and why its doses stay expected, is in `app.doses.definition`.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.doses.course import Course
from app.doses.rhythm import marks


class State(enum.StrEnum):
    """How far a line's treatment has come; the later words are of treatments that have ended."""

    ON_TREATMENT = "on_treatment"
    DISCONTINUED = "discontinued"
    STOPPED = "stopped"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class Persistence:
    """From the first intake to the discontinuation.

    days         whole days, up to now while on treatment; None before the first intake
    until        the last intake of what was discontinued, the end of what was stopped
    permissible  the gap after which treatment counts as discontinued; None for several lines
    """

    state: State
    days: int | None
    until: datetime | None
    permissible: timedelta | None


def persistence_of(course: Course, until: datetime) -> Persistence:
    """How far this line's treatment had come at `until`."""
    gap, began = course.rhythm.permissible, course.initiated_at
    if began is None:
        return Persistence(State.NOT_STARTED, None, None, gap)
    stopped = course.stopped_at if (course.stopped_at or until) < until else None
    end = stopped or until
    given = [mark for mark in marks(course) if mark.at <= end]
    last = max((mark.at for mark in given), default=began)
    if end - last > gap and any(course.unfilled(last, end)):
        taken = max((mark.at for mark in given if mark.intake), default=began)
        return Persistence(State.DISCONTINUED, (taken - began).days, taken, gap)
    if stopped is not None:
        return Persistence(State.STOPPED, max(0, (stopped - began).days), stopped, gap)
    return Persistence(State.ON_TREATMENT, max(0, (until - began).days), None, gap)


def after_discontinuation(course: Course, since: datetime, until: datetime) -> int:
    """How many expected doses of the period were left out after treatment had been discontinued."""
    found = persistence_of(course, until)
    if found.state is not State.DISCONTINUED or found.until is None:
        return 0
    return sum(1 for _ in course.unfilled(max(since, found.until), until))


def overall(parts: Sequence[tuple[datetime | None, Persistence]], until: datetime) -> Persistence:
    """Of several lines together: as far as the one that came furthest.

    parts   when each line was initiated, and its persistence
    """
    order = list(State)
    state = min((one.state for _, one in parts), key=order.index, default=State.NOT_STARTED)
    begun = [at for at, _ in parts if at is not None]
    if not begun:
        return Persistence(state, None, None, None)
    ends = [one.until for _, one in parts if one.until is not None]
    end = None if state is State.ON_TREATMENT else max(ends, default=None)
    return Persistence(state, max(0, ((end or until) - min(begun)).days), end, None)
