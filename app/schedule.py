"""From a recurrence on the wall clock to instants: nights, bedtimes, zones.

Everything here is pure. Local wall time and the IANA zone are the truth; the UTC
instants are derived, and are derived again whenever zone, bedtime or the time-zone
rules change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, reset_tzpath

# zoneinfo would prefer the machine's own copy of the rules, which is often a year behind the pinned
# one: on a Debian 12 of November 2026 it was an hour wrong for Vancouver, Casablanca and Havana.
reset_tzpath(to=[])

A_DAY = timedelta(days=1)

# Names that tzdata carries for machines, not for people: fixed offsets, which never follow a
# clock change, and bookkeeping entries.
_NOT_A_PLACE = frozenset({"Factory", "localtime", "posixrules"})


class UnknownZone(ValueError):
    """The text is not the name of a time zone such as `America/Denver`."""


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every zone a patient may live in: Area/Location names of the pinned tzdata."""
    listing = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(
        name
        for name in listing
        if "/" in name and not name.startswith(("Etc/", "SystemV/")) and name not in _NOT_A_PLACE
    )


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of this name.

    Raises UnknownZone for anything that is not an Area/Location name of the pinned
    tzdata: a path, a wrong capital, an abbreviation or a fixed offset.
    """
    if name not in zone_names():
        raise UnknownZone(f"{name[:64]!r} is not a time zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:  # listed, yet its file is missing
        raise UnknownZone(f"{name!r} is listed but cannot be read") from error


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The nights on which a line is taken, and when in the night.

    first, last         first and last possible night, both included; `last` None is open
    weekdays            1 is Monday, 7 is Sunday; empty means every `every` nights
    every               nights from one dose to the next, counted from `first`; at least 1
    weeks_on, weeks_off blocks counted from `first`; no weeks off means no cycling
    times               one wall-clock time for each slot; None is the patient's bedtime
    per_week            any so many nights of the week, whichever the patient chooses: every night
                        of the cycle can be one of them; None means that the nights are fixed
    """

    first: date
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    every: int = 1
    weeks_on: int = 1
    weeks_off: int = 0
    times: tuple[time | None, ...] = (None,)
    per_week: int | None = None

    def includes(self, night: date) -> bool:
        """Whether doses fall due, or may be taken as one of the week's, in this night."""
        if night < self.first or (self.last is not None and night > self.last):
            return False
        if self.rests(night):
            return False
        if self.weekdays:
            return night.isoweekday() in self.weekdays
        return (night - self.first).days % self.every == 0

    def rests(self, night: date) -> bool:
        """Whether the night lies in a week off, between the first and the last night."""
        if night < self.first or (self.last is not None and night > self.last):
            return False
        return (night - self.first).days // 7 % (self.weeks_on + self.weeks_off) >= self.weeks_on


@dataclass(frozen=True, slots=True)
class Evenings:
    """How one patient's nights run.

    zone        where their wall clock is
    bedtimes    seven times, Monday's evening first
    turns       until this wall-clock time it is still the night before
    """

    zone: ZoneInfo
    bedtimes: tuple[time, ...]
    turns: time = field(default=time(4))

    def instant(self, night: date, at: time | None) -> datetime | None:
        """The UTC instant of a wall-clock time (None: bedtime) in a night.

        A time before the day turns belongs to the date after the night's own. A time
        that a clock change skips is read with the offset in force before the change, so
        a skipped 23:30 becomes 00:30; a time that happens twice is taken the first time.
        None when the calendar had no such date (Samoa, 30 December 2011).

        Source: RFC 5545 section 3.3.5, which Temporal and `fold=0` follow as well.
        """
        at = self.bedtimes[night.weekday()] if at is None else at
        day = night + A_DAY if at < self.turns else night
        return self._moment(day, at)

    def closes(self, night: date) -> datetime:
        """The UTC instant at which a night is over: the day turn of the date after it.

        Where that date never was, the turn of the next date that did happen.
        """
        day = night + A_DAY
        while (moment := self._moment(day, self.turns)) is None:
            day += A_DAY
        return moment

    def night_of(self, instant: datetime) -> date:
        """The night an instant belongs to: its local date, or the date before until the turn."""
        local = instant.astimezone(self.zone)
        return local.date() - A_DAY if local.time() < self.turns else local.date()

    def _moment(self, day: date, at: time) -> datetime | None:
        noon = datetime.combine(day, time(12), tzinfo=self.zone)
        if noon.astimezone(UTC).astimezone(self.zone).date() != day:
            return None
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """One planned intake: the night it belongs to, its slot in that night, its UTC instant."""

    night: date
    slot: int
    at: datetime


def occurrences(rule: Recurrence, evenings: Evenings, since: date, until: date) -> Iterator[Due]:
    """Every dose of the nights in [since, until), in order of night and slot.

    Planning two adjoining stretches gives the same doses as planning both at once.
    """
    night = max(since, rule.first)
    while night < until and (rule.last is None or night <= rule.last):
        if rule.includes(night):
            for slot, at in enumerate(rule.times):
                instant = evenings.instant(night, at)
                if instant is not None:
                    yield Due(night, slot, instant)
        night += A_DAY


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the wall clock in which nothing reminds: from `start` up to, not including, `end`.

    `start` after `end` runs across midnight; equal times would be no hours at all and are refused
    where they are entered.
    """

    start: time
    end: time
    zone: ZoneInfo

    def covers(self, instant: datetime) -> bool:
        """Whether the patient asked for silence at this instant."""
        local = instant.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def ends_after(self, instant: datetime) -> datetime:
        """The first UTC instant from `instant` on at which the wall clock reads `end`."""
        local = instant.astimezone(self.zone)
        day = local.date() if local.time() < self.end else local.date() + A_DAY
        ends = datetime.combine(day, self.end, tzinfo=self.zone)
        if ends.astimezone(UTC) < instant:  # the hour that happens twice, and this is its second
            ends = ends.replace(fold=1)
        return ends.astimezone(UTC)

    def began_before(self, instant: datetime) -> datetime:
        """The last UTC instant up to `instant` at which the wall clock read `start`."""
        local = instant.astimezone(self.zone)
        day = local.date() if local.time() >= self.start else local.date() - A_DAY
        return datetime.combine(day, self.start, tzinfo=self.zone).astimezone(UTC)
