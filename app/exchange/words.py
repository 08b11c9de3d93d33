"""Dates and numbers as they are printed. Pure."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo


def day_of(day: date) -> str:
    """A date that nobody reads the wrong way round: `13 Nov 2026`."""
    return f"{day.day} {day:%b} {day.year}"


def days_between(first: date, last: date) -> str:
    """A stretch of days, both ends included: `25 Aug to 22 Nov 2026`."""
    if first == last:
        return day_of(first)
    if first.year != last.year:
        return f"{day_of(first)} to {day_of(last)}"
    return f"{first.day} {first:%b} to {day_of(last)}"


def moment_of(moment: datetime, here: ZoneInfo) -> str:
    """An instant on the clock of a place: `22 Nov 2026, 18:05 (America/Denver)`."""
    local = moment.astimezone(here)
    return f"{day_of(local.date())}, {local:%H:%M} ({here.key})"


DASH = "\N{EN DASH}"


def percent(share: float | None) -> str:
    """A share of 0 to 1 in whole per cent; a dash where nothing was expected."""
    return DASH if share is None else f"{share * 100:.0f} %"


def number(value: Decimal | float | None) -> str:
    """A number without needless digits; a dash where there is none."""
    if value is None:
        return DASH
    text = f"{Decimal(str(value)):.1f}"
    return text.removesuffix(".0")
