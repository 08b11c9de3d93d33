"""What a dose is at a given instant: computed from its plan and its last event, never stored."""

import enum
from datetime import datetime, timedelta

from app.doses.models import Dose, Kind


class DoseState(enum.StrEnum):
    """The one word a reader may trust."""

    UPCOMING = "upcoming"
    OPEN = "open"
    TAKEN = "taken"
    SKIPPED = "skipped"
    MISSED = "missed"
    HELD = "held"


def state_of(dose: Dose, now: datetime) -> DoseState:
    """What happened to a dose, or what may still happen.

    An event decides; without one a held dose is held, a dose whose window has closed is missed by
    itself, and nothing unlogged is ever taken. The window is half-open: at `closes_at` it is shut.
    """
    outcome = dose.outcome
    if outcome is not None:
        return DoseState.TAKEN if outcome.kind is Kind.TAKEN else DoseState.SKIPPED
    if dose.held:
        return DoseState.HELD
    if now >= dose.closes_at:
        return DoseState.MISSED
    return DoseState.OPEN if now >= dose.due_at else DoseState.UPCOMING


def is_late(dose: Dose) -> bool | None:
    """Whether a taken dose was further from its due time than counts as on time; None untaken."""
    outcome = dose.outcome
    if outcome is None or outcome.taken_at is None:
        return None
    return abs(outcome.taken_at - dose.due_at) > timedelta(minutes=dose.on_time_minutes)
