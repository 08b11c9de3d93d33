"""The minimum gap across a change of zone: which planned doses wait because of the one before.

Bedtime in Honolulu and the next bedtime in Tokyo are five hours apart. Where a line has a minimum
gap, the later dose stays visible and can be logged, yet nobody is told to take it. Pure. Vesper
moves nothing and holds nothing else: a spacing that one clock asks for is what was signed, and a
line without a rule is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.doses.models import Held
from app.doses.plan import PlannedDose
from app.schedule import zone


@dataclass(frozen=True, slots=True)
class Before:
    """An intake that stands in the record, or can still happen.

    zone      whose wall clock `due_at` was read off
    taken_at  when it was taken; None while nobody has settled it and its window is open
    """

    line_id: UUID
    due_at: datetime
    zone: str
    taken_at: datetime | None = None


def keep_apart(planned: Iterable[PlannedDose], before: Sequence[Before]) -> list[PlannedDose]:
    """The planned doses in order of time, those that lie too close for their gap held.

    planned   doses to come that nobody has settled
    before    taken doses, and those that fell due and may still be taken; one that was skipped or
              missed is no reason to wait, and is left out by the caller

    A held dose is not expected, so it holds no other one in its turn.
    """
    near: dict[UUID, list[Before]] = defaultdict(list)
    for intake in before:
        near[intake.line_id].append(intake)
    kept: list[PlannedDose] = []
    for dose in sorted(planned, key=lambda dose: (dose.due_at, dose.night, dose.slot)):
        if not dose.held and any(_too_close(intake, dose) for intake in near[dose.line_id]):
            dose = replace(dose, held=True, held_for=Held.GAP)  # noqa: PLW2901 - the same dose
        if not dose.held:
            near[dose.line_id].append(Before(dose.line_id, dose.due_at, dose.zone))
        kept.append(dose)
    return kept


def _too_close(intake: Before, dose: PlannedDose) -> bool:
    """Whether two clocks bring these closer than the gap, though one clock alone would not."""
    if dose.min_gap_minutes is None or intake.zone == dose.zone:
        return False
    gap = timedelta(minutes=dose.min_gap_minutes)
    if abs(dose.due_at - intake.due_at) >= gap:
        return False
    if intake.taken_at is not None and abs(dose.due_at - intake.taken_at) >= gap:
        return False
    return abs(_on_the_wall(dose) - _on_the_wall(intake)) >= gap


def _on_the_wall(dose: Before | PlannedDose) -> datetime:
    """What the clock showed at the due time: the difference of two is that of one clock."""
    return dose.due_at.astimezone(zone(dose.zone)).replace(tzinfo=None)
