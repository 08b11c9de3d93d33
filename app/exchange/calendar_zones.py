"""Time zones for a calendar file: each change of the clock in a stretch, exactly. Pure.

Own code, because `icalendar` dates a change by the clock after it, where RFC 5545 section 3.6.5
wants the clock before it: its VTIMEZONE is wrong for an hour each spring.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard

A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)


def timezone_of(place: ZoneInfo, since: datetime, until: datetime) -> Timezone:
    """The VTIMEZONE of a place, true for every instant from `since` up to `until`.

    One observance for the clock as it stands at `since`, and one for each change after it.
    """
    component = Timezone()
    component.add("TZID", place.key)
    before = since.astimezone(place)
    component.add_component(_observance(since, before, before))
    for moment in _changes(place, since, until):
        before, after = (moment - A_SECOND).astimezone(place), moment.astimezone(place)
        component.add_component(_observance(moment, before, after))
    return component


def _observance(moment: datetime, before: datetime, after: datetime) -> Component:
    """What holds from `moment` on, dated by the clock that held until then."""
    kind = TimezoneDaylight if after.dst() else TimezoneStandard
    component = kind()
    offset = before.utcoffset() or timedelta()
    component.add("DTSTART", (moment.astimezone(UTC) + offset).replace(tzinfo=None))
    component.add("TZOFFSETFROM", offset)
    component.add("TZOFFSETTO", after.utcoffset() or timedelta())
    component.add("TZNAME", after.tzname() or "")
    return component


def _changes(place: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """The first instant of each new offset or name, in order; two on one day are not told apart,
    which no place of this century has had."""
    low = since
    while low < until:
        high = low + A_DAY
        if _reads(place, low) != _reads(place, high):
            yield _first(place, low, high)
        low = high


def _first(place: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first whole second of (low, high] at which the clock reads by the new rule."""
    old = _reads(place, low)
    while high - low > A_SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _reads(place, middle) == old:
            low = middle
        else:
            high = middle
    return high


def _reads(place: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None, bool]:
    there = moment.astimezone(place)
    return there.utcoffset(), there.tzname(), bool(there.dst())
