"""Which mornings suit a blood draw: where in the dosing interval they lie, and what to heed. Pure.

It says when, never what to take: no dose is moved for a draw, and a day beside the rule may be
chosen all the same.
"""

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from app.monitoring.draw_notes import Note, moment_of, notes_for, spoken
from app.monitoring.intervals import Position, interval_at, occasions, position_of
from app.schedule import A_DAY

# 08:00 first and then what is nearest to it: laboratories draw fasting blood early. [D]
MORNING = tuple(
    time.fromisoformat(text)
    for text in ("08:00", "07:30", "08:30", "07:00", "09:00", "09:30", "10:00")
)
EARLIEST, LATEST = min(MORNING), max(MORNING)

OVERDUE_DAYS = 14
"""A visit whose window has passed is looked for in so many days from today on. [D]"""

# Doses due so close together are one occasion, and one of them tells nothing about the others.
_ONE_OCCASION = timedelta(hours=12)
_HOUR = timedelta(hours=1)


class Fate(enum.StrEnum):
    """What is known of one testosterone dose.

    taken      taken, at `taken_at`
    ahead      planned and still to come
    held       on hold, or held by a change of zone
    missed     its window closed without it
    skipped    somebody said that it was left out
    unlogged   its time has come, and nobody has said anything yet
    any_night  one of a week's nights that the patient chooses: nobody knows which
    """

    TAKEN = "taken"
    AHEAD = "ahead"
    HELD = "held"
    MISSED = "missed"
    SKIPPED = "skipped"
    UNLOGGED = "unlogged"
    ANY_NIGHT = "any_night"


@dataclass(frozen=True, slots=True)
class Given:
    """One testosterone dose.

    extra   outside the plan, or moved too close to the one before by a change of zone: no interval
            is counted by its due time
    """

    line_id: UUID
    label: str
    due_at: datetime
    fate: Fate
    taken_at: datetime | None = None
    extra: bool = False

    @property
    def moment(self) -> datetime:
        """When it counts as taken: when it was, or for any other when it is due."""
        return self.taken_at or self.due_at

    @property
    def reliable(self) -> bool:
        """Whether hours can be counted from it."""
        return self.fate in (Fate.TAKEN, Fate.AHEAD)


_WEEK = 168
"""Hours of a weekly interval, of which the rules speak."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A stretch of the testosterone interval, in hours of a weekly one and likewise of any other.

    name   how it is spoken of
    open   whether `low` itself lies outside
    """

    name: str
    low: Decimal
    high: Decimal
    open: bool = False

    def holds(self, since: timedelta, interval: timedelta) -> bool:
        """Whether so long after a dose of such an interval lies inside, exactly."""
        passed, whole = _exactly(since) * _WEEK, _exactly(interval)
        low, high = self.low * whole, self.high * whole
        return (low < passed if self.open else low <= passed) and passed <= high

    def hours(self, interval: timedelta) -> tuple[int, int]:
        """Where it begins and ends in such an interval, rounded for people."""
        whole = _exactly(interval) / _exactly(_HOUR) / _WEEK
        return round(self.low * whole), round(self.high * whole)


# Source: clinical.md 1.3: mid-interval of a weekly one is 72 to 108 hours; a trough is more than
# 0.90 of the interval, and before that day's dose [D].
RULES = {
    "mid_interval": Rule("the middle of the interval", Decimal(72), Decimal(108)),
    "trough": Rule("the end of the interval", Decimal("151.2"), Decimal(168), open=True),
}


@dataclass(frozen=True, slots=True)
class Since:
    """The testosterone dose before a draw, and how many hours before, to one decimal.

    planned   it is still to come and counted as if taken on time
    """

    line_id: UUID
    label: str
    hours: Decimal
    planned: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where one moment lies: inside the rule or not, and why not.

    misleads   a dose before it was held, missed or not logged, and only that speaks against it
    """

    day: date
    at: time
    fits: bool
    why: str | None
    since: Since | None
    position: Position | None
    notes: tuple[Note, ...]
    misleads: bool = False

    @property
    def text(self) -> str:
        """The day in plain words."""
        told = [f"{spoken(self.day)}, {self.at:%H:%M}"]
        if self.since is not None:
            hours = f"{self.since.hours.quantize(Decimal(1))} hours after {self.since.label}"
            told.append(f"{hours}, if that is taken on time" if self.since.planned else hours)
        text = f"{': '.join(told)}."
        if self.day.isoweekday() > 5:
            text += " Many laboratories are closed on that day of the week."
        return text


@dataclass(frozen=True, slots=True)
class Days:
    """What a planner answers: days that fit, days to leave alone with the reason, or why none."""

    fitting: tuple[Place, ...]
    avoided: tuple[Place, ...]
    none_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that one visit's draw day turns on.

    opens_on, closes_on  the visit's window, both ends included
    here                 where the patient is
    timing               a key of `RULES`; None where no marker is read by its time in the interval
    fasting              whether a marker of the visit wants an empty stomach
    biotin_hours         for how long biotin is paused; 0 where no marker minds it
    given                testosterone doses around the window, in any order; none without it in the
                         protocol
    due                  when doses of any medicine fall due on these days
    """

    now: datetime
    here: ZoneInfo
    opens_on: date
    closes_on: date
    timing: str | None
    fasting: bool
    biotin_hours: int
    given: Sequence[Given] = ()
    due: Sequence[datetime] = ()

    @property
    def today(self) -> date:
        """The calendar date where the patient is."""
        return self.now.astimezone(self.here).date()

    @property
    def window(self) -> tuple[date, date]:
        """First and last day that may be proposed; of a window that has passed, from today on."""
        return window(self.opens_on, self.closes_on, self.today)


def window(opens_on: date, closes_on: date, today: date) -> tuple[date, date]:
    """First and last day on which a draw of this window still makes sense, from today on."""
    if closes_on < today:
        return today, today + A_DAY * OVERDUE_DAYS
    return max(opens_on, today), closes_on


def days_of(asked: Asked) -> Days:
    """Every day of the window that suits the rule, soonest first, and those to leave alone.

    On each day the hour nearest to 08:00 that suits. A day is to be left alone when it would suit
    but for a dose that was held, missed, left out or not logged.
    """
    fitting: list[Place] = []
    avoided: list[Place] = []
    first, last = asked.window
    log = _Log.of(asked.given)
    for number in range((last - first).days + 1):
        places = [_place(asked, log, first + A_DAY * number, at) for at in MORNING]
        suits = next((place for place in places if place.fits), None)
        misleads = next((place for place in places if place.misleads), None)
        if suits is not None:
            fitting.append(suits)
        elif misleads is not None:
            avoided.append(misleads)
    return Days(
        tuple(fitting), tuple(avoided), None if fitting else _none_because(asked, bool(avoided))
    )


def place_of(asked: Asked, day: date, at: time) -> Place:
    """How one day and hour stands: whether it fits, or the first reason why not."""
    return _place(asked, _Log.of(asked.given), day, at)


@dataclass(frozen=True, slots=True)
class _Log:
    """Testosterone doses in the order of their moments; `due` are the planned occasions."""

    doses: list[Given]
    moments: list[datetime]
    due: list[datetime]

    @classmethod
    def of(cls, given: Sequence[Given]) -> "_Log":
        doses = sorted(given, key=lambda one: (one.moment, one.line_id, one.due_at))
        due = occasions(one.due_at for one in given if not one.extra)
        return cls(doses, [one.moment for one in doses], due)

    def before(self, moment: datetime) -> Given | None:
        """The dose that precedes this moment."""
        place = bisect_left(self.moments, moment)
        return self.doses[place - 1] if place else None

    def unreliable(self, before: Given) -> Given | None:
        """A dose of the same occasion from which no hours can be counted."""
        begins = bisect_right(self.moments, before.moment - _ONE_OCCASION)
        ends = bisect_right(self.moments, before.moment)
        return next((one for one in self.doses[begins:ends] if not one.reliable), None)


def _place(asked: Asked, log: _Log, day: date, at: time) -> Place:
    moment = moment_of(day, at, asked.here)
    if moment is None:
        return Place(day, at, False, "The calendar there has no such day.", None, None, ())
    before = log.before(moment)
    interval = interval_at(before.due_at, log.due) if before else None
    length = moment - before.moment if before else None
    position = None
    if before and before.reliable and interval and length is not None:
        position = position_of(_exactly(length) / _exactly(interval))
    since = None
    if before and before.reliable and length is not None:
        hours = (_exactly(length) / _exactly(_HOUR)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
        since = Since(before.line_id, before.label, hours, before.fate is Fate.AHEAD)
    why = _outside(asked, day, at, moment) or _mistimed(asked, day, length, interval)
    wrong = log.unreliable(before) if before and asked.timing else None
    misleads = wrong is not None and why is None
    if wrong is not None and why is None:
        why = _why(wrong, asked.here)
    notes = notes_for(
        moment, day, asked.here, fasting=asked.fasting, biotin_hours=asked.biotin_hours,
        due=asked.due,
    )  # fmt: skip
    return Place(day, at, why is None, why, since, position, notes, misleads)


def _exactly(length: timedelta) -> Decimal:
    """Microseconds: a share must fall on the right side of its limit."""
    return Decimal(length // timedelta(microseconds=1))


def _outside(asked: Asked, day: date, at: time, moment: datetime) -> str | None:
    """Why a day or hour is out of the question before any dose is looked at."""
    first, last = asked.window
    if moment <= asked.now:
        return "That moment has passed."
    if not first <= day <= last:
        return f"It lies outside the time for this visit, {spoken(first)} to {spoken(last)}."
    if not EARLIEST <= at <= LATEST:
        return f"Blood is drawn in the morning, {EARLIEST:%H:%M} to {LATEST:%H:%M}."
    return None


def _mistimed(
    asked: Asked, day: date, length: timedelta | None, interval: timedelta | None
) -> str | None:
    """Why a day does not suit the timing rule; a dose that misleads counts here as if taken."""
    if asked.timing is None or length is None:
        # Nothing to count from, so only the laboratory's week matters.
        weekend = day.isoweekday() > 5
        return "Many laboratories are closed on that day of the week." if weekend else None
    rule = RULES[asked.timing]
    if interval is None:
        return "No other dose is planned that would tell how long the interval is."
    if rule.holds(length, interval):
        return None
    low, high = rule.hours(interval)
    return (
        f"It lies {round(length / _HOUR)} hours after the dose before it; {rule.name} is {low} to "
        f"{high} hours."
    )


def _why(dose: Given, here: ZoneInfo) -> str:
    local = dose.due_at.astimezone(here)
    said = {
        Fate.HELD: "is on hold",
        Fate.MISSED: "was missed",
        Fate.SKIPPED: "was left out",
        Fate.UNLOGGED: "is not logged yet",
    }.get(dose.fate)
    if said is None:
        return f"{dose.label} is taken on nights of your choice, so the hours cannot be counted."
    return (
        f"The dose before it, {dose.label} of {spoken(local.date())}, {said}, "
        "so the figure would mislead."
    )


def _none_because(asked: Asked, avoided: bool) -> str:
    first, last = asked.window
    span = f"from {spoken(first)} to {spoken(last)}"
    if avoided:
        return (
            f"Every morning {span} that would fit follows a dose that is on hold, or was missed, "
            "left out or not logged. Ask your clinic which day they want."
        )
    if asked.timing is None or not asked.given:
        return f"There is no weekday morning left {span}."
    rule = RULES[asked.timing]
    return (
        f"No morning {span}, {EARLIEST:%H:%M} to {LATEST:%H:%M}, lies in {rule.name} between two "
        "doses as they are planned. Ask your clinic which day they want."
    )
