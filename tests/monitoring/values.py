"""Results and doses for the pure tests of monitoring: every fact optional, nothing random."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.doses.adherence import Intake
from app.monitoring.context import Expected
from app.monitoring.intervals import LoggedDose, Of
from app.observations.reading import Value

DRAWN = datetime(2026, 11, 20, 15, tzinfo=UTC)
"""A Friday at eight in the morning, in Denver."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LINES: dict[Of | None, UUID] = {
    None: UUID(int=9),
    **{of: UUID(int=n) for n, of in enumerate(Of, 1)},
}
MEANT = Expected(trough=False, low_adherence=Decimal("0.8"))


def a_value(code: str, number: str | Decimal = "25", **facts: Any) -> Value:
    """A result in the canonical unit, exact and drawn at `DRAWN` unless said otherwise."""
    at = facts.get("collected_at", DRAWN)
    known: dict[str, Any] = {
        "observation_id": UUID(int=77), "code": code, "canonical": Decimal(number),
        "comparator": None, "collected_at": at, "zone": "America/Denver", "day": at.date(),
        "time_known": True, "fasting": "yes", "assay": None, "low": None, "high": None,
    }  # fmt: skip
    return Value(**known | facts)


def a_dose(
    of: Of | None, due: datetime, taken: datetime | None = None, *, skipped: bool = False,
    held: bool = False, extra: bool = False, quota: int | None = None,
) -> LoggedDose:  # fmt: skip
    """A dose whose window is a day; taken when it says, or not logged."""
    return LoggedDose(
        of=of, line_id=LINES[of], label=of.value if of else "semaglutide",
        night=(due - 7 * HOUR).date(),
        intake=Intake(
            due_at=due, closes_at=due + DAY, on_time=12 * HOUR, taken_at=taken,
            skip_reason="" if skipped else None, held=held, extra=extra,
        ),
        planned=not extra, quota=quota,
    )  # fmt: skip


def weekly(of: Of = Of.TESTOSTERONE, hours: float = 84, *, taken: int = 8) -> list[LoggedDose]:
    """Weekly doses around `DRAWN`, the last taken one so many hours before it; later ones open."""
    last = DRAWN - timedelta(hours=hours)
    return [
        a_dose(of, at, at if week <= 0 else None)
        for week in range(1 - taken, 5)
        for at in [last + 7 * DAY * week]
    ]
