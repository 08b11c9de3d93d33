"""A second way to say when what is there runs out: day by day, in plain numbers.

It shares no code with `app.supplies`, nor with the schedule: it walks the calendar, decides for
each evening what is taken, and pours it out of dictionaries.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


@dataclass
class Course:
    """One line as a person would describe it.

    amounts   micrograms from a night on, in order of nights
    first     night from which intervals, weeks on and weeks off are counted
    until     the night on which it stops, if it does
    clocks    minutes after midnight; those before four in the morning are of the next date
    paused    nights [a, b)
    done      (night, clock) of what was taken already, or left out on purpose
    taken     nights of this week that were taken, for a line of so many nights a week
    tick      microlitres from one line of the syringe to the next
    """

    first: date
    amounts: list[tuple[date, int]]
    weekdays: set[int] = field(default_factory=set)
    every: int = 1
    on: int = 1
    off: int = 0
    quota: int | None = None
    clocks: tuple[int, ...] = (1350,)
    until: date | None = None
    paused: list[tuple[date, date]] = field(default_factory=list)
    done: set[tuple[date, int]] = field(default_factory=set)
    taken: set[date] = field(default_factory=set)
    dead: int = 0
    tick: int = 0

    def falls_on(self, night: date) -> bool:
        if night < self.first or (self.until is not None and night >= self.until):
            return False
        if any(a <= night < b for a, b in self.paused):
            return False
        passed = (night - self.first).days
        if self.off and (passed // 7) % (self.on + self.off) >= self.on:
            return False
        if self.weekdays:
            return night.weekday() + 1 in self.weekdays
        return passed % self.every == 0

    def amount(self, night: date) -> int:
        return [each for since, each in self.amounts if since <= night][-1]


@dataclass
class Bottle:
    """What is in a vial in micrograms, and how many of them are in a microlitre (0: nobody knows).

    last   the last day on which it may be used; None: no date
    days   how long it is good once it is opened; None: that changes nothing
    """

    micrograms: Fraction
    dense: Fraction
    last: date | None
    days: int | None
    opened: bool
    once: bool = False


def outcome(
    courses: list[Course], bottles: list[Bottle], tonight: date, nights: int
) -> list[tuple[date | None, int]]:
    """Of each course the first night without enough, if any, and how many doses there were before.

    The courses share the bottles; once there is too little for one, it is too little for all.
    """
    counts = [0 for _ in courses]
    ends: list[date | None] = [None for _ in courses]
    weekly = [{night - DAY * night.weekday(): 0 for night in course.taken} for course in courses]
    for number, course in enumerate(courses):
        for night in course.taken:
            weekly[number][night - DAY * night.weekday()] += 1
    dry = False
    for ahead in range(nights):
        night = tonight + DAY * ahead
        evening = [
            ((clock < 240, clock), number)
            for number, course in enumerate(courses)
            if course.falls_on(night)
            for clock in course.clocks
            if (night, clock) not in course.done
        ]
        for (after_midnight, _), number in sorted(evening):
            course = courses[number]
            if course.quota is not None:
                week = night - DAY * night.weekday()
                if weekly[number].get(week, 0) >= course.quota:
                    continue
                weekly[number][week] = weekly[number].get(week, 0) + 1
            if ends[number] is not None:
                continue
            day = night + DAY if after_midnight else night
            if not dry:
                dry = not pour(bottles, course, course.amount(night), day)
            if dry:
                ends[number] = night
            else:
                counts[number] += 1
    return list(zip(ends, counts, strict=True))


def pour(bottles: list[Bottle], course: Course, micrograms: int, day: date) -> bool:
    """Fill one syringe on a day; whether there was enough."""
    missing = Fraction(1)
    while missing:
        good = [
            bottle
            for bottle in bottles
            if bottle.micrograms > 0 and (bottle.last is None or day <= bottle.last)
        ]
        if not good:
            return False
        bottle = min(good, key=lambda each: (each.last or date.max, not each.opened))
        if not bottle.opened and bottle.days is not None:
            ends = day + DAY * bottle.days
            bottle.last = ends if bottle.last is None else min(bottle.last, ends)
        bottle.opened = True
        dose = to_the_line(micrograms, course.tick * bottle.dense)
        if bottle.micrograms >= missing * dose:
            lost = missing * dose + course.dead * bottle.dense
            bottle.micrograms = max(Fraction(0), bottle.micrograms - lost)
            missing = Fraction(0)
        else:
            missing -= bottle.micrograms / dose
            bottle.micrograms = Fraction(0)
        if bottle.once:
            bottle.micrograms = Fraction(0)
    return True


def to_the_line(micrograms: int, line: Fraction) -> Fraction:
    """A dose as the syringe measures it, where a line is near enough to be shown."""
    dose = Fraction(micrograms)
    lines = [number * line for number in range(int(dose / line) + 2)] if line else []
    near = min(lines, key=lambda each: abs(each - dose), default=dose)
    return near if abs(near - dose) * 10 <= dose else dose
