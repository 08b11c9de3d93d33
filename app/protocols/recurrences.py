"""When a line is taken: the shape in the API, its rules, and how it is spoken."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date, time
from itertools import pairwise
from math import lcm
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.clock import Day
from app.problems import Invalid
from app.schedule import A_DAY, Evenings, Recurrence

BEDTIME = "bedtime"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_A_DAY_IN_MINUTES = 24 * 60
_TEN_YEARS = 3653  # nights
_OFTEN = 4  # doses a week from which a line is a habit of the night rather than an interval
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class ScheduleRefused(Invalid):
    """These nights or times do not make a schedule."""


class RecurrenceIn(BaseModel):
    """The nights and times of a line, as the API writes them.

    weekdays            1 is Monday, 7 is Sunday; none means every `every` nights
    weeks_on, weeks_off blocks counted from `first`; no weeks off is no cycling
    first               None is the night from which the version is in force
    times               `bedtime` or a wall-clock time such as `09:00`, one for each slot
    per_week            any so many nights of the week (Monday to Sunday), 1 to 6, instead of
                        `weekdays` or `every`, and with one time a night
    """

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    weekdays: list[int] = Field(default_factory=list, max_length=14)
    every: int = 1
    weeks_on: int = 1
    weeks_off: int = 0
    first: Day | None = None
    last: Day | None = None
    times: list[str] = Field(default_factory=lambda: [BEDTIME], max_length=24)
    per_week: int | None = None


def check_recurrence(asked: RecurrenceIn, effective: date, field: str) -> dict[str, Any]:
    """The recurrence as it is kept, from what was asked for.

    effective   first night of the version, which is also the default for `first`
    field       path of the recurrence in the request, for the answer

    Raises ScheduleRefused with the field that has to change.
    """

    def refuse(name: str, problem: str, cure: str) -> ScheduleRefused:
        return ScheduleRefused(problem, field=f"{field}.{name}", cure=cure)

    if any(not 1 <= day <= 7 for day in asked.weekdays):
        raise refuse("weekdays", "A weekday is not 1 to 7.", "Use 1 for Monday to 7 for Sunday.")
    if len(set(asked.weekdays)) != len(asked.weekdays):
        raise refuse("weekdays", "A weekday is named twice.", "Name each weekday once.")
    if not 1 <= asked.every <= 90:
        raise refuse("every", "Nights between doses must be 1 to 90.", "Use a number from 1 to 90.")
    if asked.weekdays and asked.every != 1:
        raise refuse(
            "every",
            "A line is taken on weekdays or every so many nights, not both.",
            "Leave out `every`, or leave out `weekdays`.",
        )
    _check_quota(asked, refuse)
    if not (0 <= asked.weeks_on <= 52 and 0 <= asked.weeks_off <= 52):
        raise refuse("weeks_on", "Weeks on and off must be 0 to 52.", "Use numbers from 0 to 52.")
    if asked.weeks_on == 0 and asked.weeks_off > 0:
        raise refuse("weeks_on", "With no week on, no dose would ever fall due.", "Use 1 or more.")
    first = asked.first or effective
    if not effective - A_DAY * 3660 <= first <= effective + A_DAY * 366:
        raise refuse(
            "first",
            "The first night is more than ten years back or a year ahead.",
            "Check the year.",
        )
    if asked.last is not None and asked.last < first:
        raise refuse(
            "last",
            "The last night is before the first.",
            "Choose a later last night, or leave it out.",
        )
    recurrence = {
        "weekdays": sorted(asked.weekdays),
        "every": asked.every,
        "weeks_on": asked.weeks_on if asked.weeks_off else 1,
        "weeks_off": asked.weeks_off,
        "first": first.isoformat(),
        "last": asked.last.isoformat() if asked.last else None,
        "times": _checked_times(asked.times, f"{field}.times"),
    }
    if asked.per_week is not None:  # left out otherwise, as in what was kept before there was any
        recurrence["per_week"] = asked.per_week
    rule = recurrence_of(recurrence)
    if not _nights(rule, max(effective, first)):
        raise refuse(
            "last",
            "No dose would ever fall due between the first and the last night.",
            "Choose a later last night, other weekdays, or more weeks on.",
        )
    return recurrence


def _check_quota(asked: RecurrenceIn, refuse: Callable[[str, str, str], ScheduleRefused]) -> None:
    """Refuse any so many nights of the week that are all of them, or more than once a night."""
    if asked.per_week is None:
        return
    if not 1 <= asked.per_week <= 6:
        raise refuse(
            "per_week",
            "Any so many nights of the week must be 1 to 6 of them.",
            "Use a number from 1 to 6; leave it out for every night.",
        )
    if asked.weekdays or asked.every != 1:
        raise refuse(
            "per_week",
            "A line is taken on any so many nights, or on fixed ones, not both.",
            "Leave out `per_week`, or leave out `weekdays` and `every`.",
        )
    if len(asked.times) != 1:
        raise refuse(
            "times",
            "A line on any so many nights of the week is taken once a night.",
            "Name one time; split a line that needs more.",
        )


def _checked_times(times: Sequence[str], field: str) -> list[str]:
    if not 1 <= len(times) <= 4:
        raise ScheduleRefused(
            "A line is taken one to four times a night.",
            field=field,
            cure="Name one to four times; split a line that needs more.",
        )
    kept = [_checked_time(text, field) for text in times]
    if len(set(kept)) != len(kept):
        raise ScheduleRefused("A time is named twice.", field=field, cure="Name each time once.")
    return kept


def _checked_time(text: str, field: str) -> str:
    if text == BEDTIME:
        return text
    if not _CLOCK.fullmatch(text):
        raise ScheduleRefused(
            "A time is neither `bedtime` nor a wall-clock time.",
            field=field,
            cure="Write `bedtime`, or hours and minutes such as `09:00`.",
        )
    return text


def recurrence_of(recurrence: dict[str, Any]) -> Recurrence:
    """The rule that a kept recurrence states."""
    return Recurrence(
        first=date.fromisoformat(recurrence["first"]),
        last=date.fromisoformat(recurrence["last"]) if recurrence["last"] else None,
        weekdays=frozenset(recurrence["weekdays"]),
        every=recurrence["every"],
        weeks_on=recurrence["weeks_on"],
        weeks_off=recurrence["weeks_off"],
        times=tuple(
            None if text == BEDTIME else time.fromisoformat(text) for text in recurrence["times"]
        ),
        per_week=recurrence.get("per_week"),
    )


def _nights(rule: Recurrence, since: date) -> list[date]:
    """The line's nights from `since` on, in order, until they repeat, and once more.

    Every nine days and in every other week repeats after eighteen weeks, not after two: a dose of
    either side of a week off may lie closer than usual. At most ten years are looked at.
    """
    weeks = 7 * (rule.weeks_on + rule.weeks_off)
    every = 1 if rule.weekdays else rule.every
    nights = min(2 * lcm(every, weeks) + 14, _TEN_YEARS)
    if rule.last is not None:
        nights = min(nights, (rule.last - since).days + 1)
    # Only every so many nights can be among them, which keeps this short for long intervals.
    begin = -(since - rule.first).days % every
    found = (since + A_DAY * n for n in range(begin, max(0, nights), every))
    return [night for night in found if rule.includes(night)]


def shortest_gap(rule: Recurrence, evenings: Evenings, since: date) -> int | None:
    """Minutes on the wall clock between the two doses of a line that lie closest together.

    None for a line with one single dose. Clock changes are left out; planning sees to them.
    """
    turn = evenings.turns.hour * 60 + evenings.turns.minute

    def minute(night: date, at: time | None) -> int:
        at = evenings.bedtimes[night.weekday()] if at is None else at
        since_turn = (at.hour * 60 + at.minute - turn) % _A_DAY_IN_MINUTES
        return night.toordinal() * _A_DAY_IN_MINUTES + since_turn

    doses = sorted(minute(night, at) for night in _nights(rule, since) for at in rule.times)
    return min((later - earlier for earlier, later in pairwise(doses)), default=None)


def most_in_seven_nights(rule: Recurrence, since: date) -> int:
    """The most doses that are asked for in any seven nights in a row."""
    nights = _nights(rule, since)  # in order, and in the longest cycle more than a thousand
    ends = (bisect_left(nights, start + A_DAY * 7) for start in nights)
    most = max((end - place for place, end in enumerate(ends)), default=0) * len(rule.times)
    return most if rule.per_week is None else min(most, rule.per_week)


def follows_the_night(rule: Recurrence, slot: int) -> bool:
    """Whether this slot moves to local nights with a patient who travels, if they wish so.

    Bedtime doses of a line with four or more of them in a week do. A clock time, or a line taken
    less often, keeps its interval on the home clock. Source: product.md, pain point 6.
    """
    if rule.times[slot] is not None:
        return False
    nights = rule.per_week or len(rule.weekdays) or -(-7 // rule.every)
    return nights * len(rule.times) >= _OFTEN


def schedule_text(rule: Recurrence) -> str:
    """The schedule in plain words, such as `Monday to Friday, at bedtime`."""
    text = _spoken_nights(rule) + _spoken_times(rule.times)
    if rule.weeks_off:
        text += f", {_counted(rule.weeks_on, 'week')} on, {_counted(rule.weeks_off, 'week')} off"
    if rule.last is not None:
        text += f", until {rule.last.day} {rule.last:%B %Y}"
    return text


def nights_text(rule: Recurrence) -> str:
    """The nights alone in plain words, such as `Mondays and Thursdays`."""
    return _spoken_nights(rule)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _spoken_nights(rule: Recurrence) -> str:
    days = sorted(rule.weekdays)
    if rule.per_week is not None:
        thing = "night" if set(rule.times) == {None} else "day"
        return f"Any {_counted(rule.per_week, thing)} of the week"
    if (not days and rule.every == 1) or len(days) == 7:
        return "Every night" if set(rule.times) == {None} else "Every day"
    if not days:
        return f"Every {rule.every} days"
    if len(days) >= 3 and days[-1] - days[0] == len(days) - 1:
        return f"{_DAYS[days[0] - 1]} to {_DAYS[days[-1] - 1]}"
    return _joined([f"{_DAYS[day - 1]}s" for day in days])


def _spoken_times(times: Sequence[time | None]) -> str:
    spoken = _joined([f"at {at:%H:%M}" if at else "at bedtime" for at in times])
    return f" {spoken}" if times[0] else f", {spoken}"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
