"""What a dose is at a given instant: computed from its plan and its last event, never stored."""

import enum
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from app.doses.models import Dose, Kind
from app.doses.weeks import Standing, Week, WeekNight, monday_of, week_of

WeekKey = tuple[UUID, date]
"""A line, and the Monday of a week."""


class DoseState(enum.StrEnum):
    """The one word a reader may trust."""

    UPCOMING = "upcoming"
    OPEN = "open"
    TAKEN = "taken"
    SKIPPED = "skipped"
    MISSED = "missed"
    HELD = "held"
    REST = "rest"


def state_of(dose: Dose, now: datetime, week: Week | None = None) -> DoseState:
    """What happened to a dose, or what may still happen.

    week   of a line taken on any so many nights: how this dose's week stands

    An event decides; without one a held dose is held, a night that its week leaves free is rest,
    a dose whose window has closed is missed by itself, and nothing unlogged is ever taken. An
    intake outside the plan that was taken back was never expected: rest as well. The window is
    half-open: at `closes_at` it is shut. Raises LookupError for a dose of such a line without its
    week, because alone it cannot be told from a missed one.
    """
    outcome = dose.outcome
    if outcome is not None:
        return DoseState.TAKEN if outcome.kind is Kind.TAKEN else DoseState.SKIPPED
    if dose.extra:
        return DoseState.REST
    if dose.held:
        return DoseState.HELD
    if counts_in_week(dose):
        if week is None:
            raise LookupError(f"dose {dose.id} has a quota and was asked about without its week")
        if week.standings.get(dose.night) is Standing.REST:
            return DoseState.REST
    if now >= dose.closes_at:
        return DoseState.MISSED
    return DoseState.OPEN if now >= dose.due_at else DoseState.UPCOMING


def counts_in_week(dose: Dose) -> bool:
    """Whether the dose is one of any so many nights of its week."""
    return dose.quota is not None and not dose.extra


def week_key(dose: Dose) -> WeekKey:
    """Which week of which line a dose lies in."""
    return dose.line_id, monday_of(dose.night)


def weeks_among(doses: Iterable[Dose], now: datetime) -> dict[WeekKey, Week]:
    """The weeks of lines taken on any so many nights; the doses have to be whole ISO weeks."""
    nights: dict[WeekKey, list[WeekNight]] = {}
    for dose in doses:
        if dose.quota is None or dose.extra:
            continue
        kind = dose.outcome.kind if dose.outcome else None
        one = WeekNight(
            night=dose.night,
            quota=dose.quota,
            taken=kind is Kind.TAKEN,
            closed=kind is Kind.SKIPPED or now >= dose.closes_at,
            held=dose.held,
        )
        nights.setdefault(week_key(dose), []).append(one)
    return {key: week_of(of_week) for key, of_week in nights.items()}


def is_late(dose: Dose) -> bool | None:
    """Whether a taken dose was further from its due time than counts as on time; None untaken."""
    outcome = dose.outcome
    if outcome is None or outcome.taken_at is None:
        return None
    return abs(outcome.taken_at - dose.due_at) > timedelta(minutes=dose.on_time_minutes)
