"""Time in a test: it stands still until the test moves it."""

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""Five in the morning in Denver, where the patients of the tests live."""


class Clock:
    """The one clock of a story."""

    def __init__(self) -> None:
        self.now = MONDAY

    def advance(self, **by: float) -> datetime:
        """Move on by so many `hours=`, `minutes=`, … and say what time it is then."""
        self.now += timedelta(**by)
        return self.now
