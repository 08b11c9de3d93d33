"""Which event of a dose stands, in SQL as `Dose.outcome` says it in Python, and what it means."""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from app.doses.adherence import Intake
from app.doses.models import Dose, Event, Kind
from app.doses.weeks import Standing


@cache
def standing_event() -> Any:
    """The events, under a name of their own, to be joined by `stands`."""
    return aliased(Event, name="last")


@cache
def stands(event: Any) -> ColumnElement[bool]:
    """Joins a dose to the one event that stands: the last, unless it undid the one before.

    Put together once, like the name: that takes longer than most statements take to run.
    """
    later = aliased(Event)
    superseded = (
        select(later.id)
        .where(
            later.patient_id == event.patient_id, later.dose_id == event.dose_id,
            later.seq > event.seq,
        )
        .exists()
    )  # fmt: skip
    return and_(
        event.patient_id == Dose.patient_id, event.dose_id == Dose.id,
        event.kind != Kind.UNDONE, ~superseded,
    )  # fmt: skip


def intake_of(row: Any, standing: Standing | None = None) -> Intake:
    """A row of a dose and of what stands of it, as adherence counts it.

    row        has `due_at`, `closes_at`, `on_time_minutes`, `held` and `extra` of the dose, and
               `kind`, `taken_at` and `reason` of the event
    standing   of a night of a line taken on any so many nights
    """
    skipped = row.kind is Kind.SKIPPED
    return Intake(
        due_at=row.due_at,
        closes_at=row.closes_at,
        on_time=timedelta(minutes=row.on_time_minutes),
        taken_at=row.taken_at if row.kind is Kind.TAKEN else None,
        skip_reason=(row.reason.value if row.reason else "") if skipped else None,
        held=row.held,
        extra=row.extra,
        standing=standing,
    )
