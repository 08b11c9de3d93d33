"""Which event of a dose stands: the words in SQL for what `Dose.outcome` says in Python."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from app.doses.models import Dose, Event, Kind


def standing_event() -> Any:
    """The events, under a name of their own, to be joined by `stands`."""
    return aliased(Event, name="last")


def stands(event: Any) -> ColumnElement[bool]:
    """Joins a dose to the one event that stands: the last, unless it undid the one before."""
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
