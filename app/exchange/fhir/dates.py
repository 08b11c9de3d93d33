"""Dates in searches: what a partial date spans, and how two spans compare. Pure.

Source of every rule: FHIR R4, search, date parameters. A value without an offset is read on the
wall clock where the patient lives, like every date of the record.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

EVER = datetime(1, 1, 3, tzinfo=UTC)
NEVER = datetime(9999, 12, 29, tzinfo=UTC)
"""Ends of an open period; two days within the calendar, so that any zone can show them."""

_PARTS = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(?P<part>\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_PREFIXED = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb)?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks of a date: a comparison, and the span it names."""

    prefix: str
    span: Span

    def holds(self, other: Span) -> bool:
        """Whether a resource whose date spans this is one of those that are asked for."""
        return _TESTS[self.prefix](self.span, other)


def _inside(asked: Span, other: Span) -> bool:
    return asked.start <= other.start and other.end <= asked.end


_TESTS: Mapping[str, Callable[[Span, Span], bool]] = {
    "eq": _inside,
    "ne": lambda asked, other: not _inside(asked, other),
    "gt": lambda asked, other: other.end > asked.end,
    "lt": lambda asked, other: other.start < asked.start,
    "ge": lambda asked, other: other.end > asked.end or _inside(asked, other),
    "le": lambda asked, other: other.start < asked.start or _inside(asked, other),
    "sa": lambda asked, other: other.start >= asked.end,
    "eb": lambda asked, other: other.end <= asked.start,
}


def wanted(text: str, here: tzinfo) -> Wanted | None:
    """What a parameter asks for, such as `ge2026-11`; None for what is no date."""
    match = _PREFIXED.fullmatch(text)
    if match is None:
        return None
    span = span_of(match[2], here)
    return None if span is None else Wanted(match[1] or "eq", span)


def span_of(text: str, here: tzinfo) -> Span | None:
    """What a date or an instant spans: a year, a month, a day, a minute, a second or less."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    try:
        return _span(match, here)
    except (ValueError, OverflowError):  # a thirteenth month, or the ends of the calendar
        return None


def span_between(start: str | None, end: str | None, here: tzinfo) -> Span | None:
    """What a Period spans; without an end it is open."""
    first = span_of(start, here) if start else None
    last = span_of(end, here) if end else None
    if (start and first is None) or (end and last is None):
        return None
    return Span(first.start if first else EVER, last.end if last else NEVER)


def _span(match: re.Match[str], here: tzinfo) -> Span:
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    if match["hour"] is None:
        first = date(year, month, day)
        return Span(_midnight(first, here), _midnight(_after(first, match), here))
    second = int(match["second"] or 0)
    micro = int((match["part"] or ".0")[1:7].ljust(6, "0"))
    zone = here if match["offset"] is None else _offset(match["offset"])
    moment = datetime(
        year, month, day, int(match["hour"]), int(match["minute"]), second, micro, zone
    ).astimezone(UTC)
    return Span(moment, moment + _length(match))


def _after(first: date, match: re.Match[str]) -> date:
    if match["day"]:
        return first + timedelta(days=1)
    if match["month"]:
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date(first.year + 1, 1, 1)


def _midnight(day: date, here: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=here).astimezone(UTC)


def _length(match: re.Match[str]) -> timedelta:
    if match["second"] is None:
        return timedelta(minutes=1)
    digits = len(match["part"] or ".") - 1
    return timedelta(microseconds=max(1, 10 ** (6 - min(digits, 6))))


def _offset(text: str) -> tzinfo:
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
    if zone is None:
        raise ValueError(text)
    return zone
