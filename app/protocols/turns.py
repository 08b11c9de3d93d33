"""What lies ahead of a line by itself: the turns of its cycle and the steps of its titration.

Pure, and in the words a patient reads. Nothing here proposes anything: a turn and a step were
signed with the prescription.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.schedule import A_DAY, Recurrence
from app.units import Amount


class Way(enum.StrEnum):
    """Which way a cycle turns, or that an amount changes."""

    PAUSE_BEGINS = "pause_begins"
    PAUSE_ENDS = "pause_ends"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Turn:
    """A night from which a line runs differently; `amount` only for a step."""

    night: date
    way: Way
    amount: Amount | None = None

    def text(self, name: str) -> str:
        """The turn in plain words, such as `Sermorelin: the pause begins on Monday 7 December.`"""
        on = spoken_day(self.night)
        if self.way is Way.STEP:
            return f"{name}: from {on} the amount is {self.amount}."
        verb = "begins" if self.way is Way.PAUSE_BEGINS else "ends"
        return f"{name}: the pause {verb} on {on}."


def spoken_day(night: date) -> str:
    """A night as people say it: `Monday 7 December`."""
    return f"{night:%A} {night.day} {night:%B}"


def turns(rule: Recurrence, since: date, until: date) -> Iterator[Turn]:
    """The turns of a line's cycle in the nights [since, until), in order; none without weeks off.

    A pause begins the night after the last week on, and ends on the first night of the next one.
    Nothing turns before the first night or after the last, where the line itself begins and ends.
    """
    if not rule.weeks_off:
        return
    on, whole = rule.weeks_on * 7, (rule.weeks_on + rule.weeks_off) * 7
    night = max(since, rule.first + A_DAY)
    last = until - A_DAY if rule.last is None else min(rule.last, until - A_DAY)
    while night <= last:
        day_of_cycle = (night - rule.first).days % whole
        if day_of_cycle == on:
            yield Turn(night, Way.PAUSE_BEGINS)
        elif day_of_cycle == 0:
            yield Turn(night, Way.PAUSE_ENDS)
        night += A_DAY


def next_turn(rule: Recurrence, tonight: date) -> Turn | None:
    """The first turn of the cycle after tonight, within two whole cycles; None without one."""
    ahead = max(tonight, rule.first) + A_DAY * 14 * (rule.weeks_on + rule.weeks_off) + A_DAY
    return next(turns(rule, tonight + A_DAY, ahead), None)


def next_step(steps: list[dict[str, str]], tonight: date) -> Turn | None:
    """The first step after tonight, of a titration as `Terms.steps` keeps it; or None."""
    return next(steps_ahead(steps, tonight + A_DAY), None)


def steps_ahead(steps: list[dict[str, str]], since: date) -> Iterator[Turn]:
    """The steps from the night `since` on, in order."""
    for step in steps:
        night = date.fromisoformat(step["from"])
        if night >= since:
            yield Turn(night, Way.STEP, Amount(Decimal(step["value"]), step["unit"]))
