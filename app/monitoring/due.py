"""Which draws a lab plan asks for, how each stands on a day, and when it speaks. Pure.

Everything here is computed from the rules, the treatment, what was measured and what somebody said
was drawn, as they are known on the day that is asked about; nothing of it is kept.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from app.monitoring.people import age_on
from app.monitoring.rules import Anchor, Purpose, Rule, answers_for

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
SOON = timedelta(days=14)
MOST_PROMPTS = 4
FOR_EVER = date.max


class State(enum.StrEnum):
    """How a draw stands."""

    UPCOMING = "upcoming"
    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"
    SNOOZED = "snoozed"
    DRAWN = "drawn"
    DONE = "done"


SETTLED = frozenset({State.DRAWN, State.DONE})
"""Nothing more is asked: somebody said it was drawn, or its results are in."""


@dataclass(frozen=True, slots=True)
class Phase:
    """From this day on, and until the next phase: each kind of medicine taken, and how much.

    taken   by kind, words that are the same exactly while the dose is the same
    """

    since: date
    taken: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """That a marker was measured on a day; what it said does not matter here."""

    code: str
    day: date


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said about one draw: when it was drawn, or until when it waits.

    due_on   the due day the draw had when it was said
    """

    rule: str
    repetition: int
    due_on: date
    markers: tuple[str, ...]
    drawn_on: date | None = None
    snoozed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What a lab plan is worked out from, for one patient.

    ended     the first day of a treatment that has ended or is to end; None while it goes on
    phases    in order of days; empty before anything is prescribed
    psa       the clinic's decision about PSA; None: by the rules
    """

    start: date
    ended: date | None = None
    phases: tuple[Phase, ...] = ()
    born_on: date | None = None
    psa: bool | None = None
    results: Sequence[Result] = ()
    said: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """One due time of one rule.

    opens_on    first day of which a result satisfies it
    closes_on   last day on which it is due; afterwards it is overdue
    ends_on     first day of which a result satisfies it no more, because the next one asks or the
                dose has changed again; what is not satisfied by then is asked for no more
    baseline    whether it is to be known before the treatment begins
    """

    rule: str
    repetition: int
    name: str
    purpose: Purpose
    due_on: date
    opens_on: date
    closes_on: date
    ends_on: date
    markers: tuple[str, ...]
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """An instance and how it stands on a day.

    drawn_on        the day of the draw that is to satisfy it, by somebody's word
    done_on         the day by which all of its markers were measured
    missing         markers of which neither a result nor a draw is known
    """

    instance: Instance
    state: State
    drawn_on: date | None = None
    done_on: date | None = None
    snoozed_until: date | None = None
    missing: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is still asked for."""
        return self.state not in SETTLED

    @property
    def order(self) -> tuple[date, str, int]:
        """By due day, and the same for everybody who sorts."""
        return (self.instance.due_on, self.instance.rule, self.instance.repetition)


def due_list(rules: Iterable[Rule], course: Course, today: date, until: date) -> list[Standing]:
    """How everything that falls due before `until` stands today, soonest first.

    What was never satisfied and can no longer be is left out, and so is what is open once the
    treatment has ended; what is done or drawn stays. Looking further ahead only adds at the end.
    """
    found = []
    for rule in rules:
        for instance in _instances(rule, course, today, until):
            standing = standing_of(instance, course, today)
            after = course.ended is not None and instance.due_on >= course.ended
            over = course.ended is not None and course.ended <= today
            replaced = instance.ends_on <= max(today, instance.due_on)
            if standing.open and (after or over or replaced):
                continue
            found.append(standing)
    return sorted(found, key=lambda each: each.order)


def standing_of(instance: Instance, course: Course, today: date) -> Standing:
    """How one instance stands today, whether or not it is still asked for."""
    last = min(today, instance.ends_on - A_DAY)

    def complete(known: Iterable[Result]) -> tuple[date | None, tuple[str, ...]]:
        first: dict[str, date] = {}
        for each in known:
            if instance.opens_on <= each.day <= last:
                first[each.code] = min(first.get(each.code, each.day), each.day)
        days = {
            marker: min((first[code] for code in answers_for(marker) if code in first),
                        default=None)
            for marker in instance.markers
        }  # fmt: skip
        missing = tuple(marker for marker, day in days.items() if day is None)
        if missing or not days:
            return None, missing
        return max(day for day in days.values() if day is not None), ()

    own = next(
        (each for each in course.said
         if (each.rule, each.repetition) == (instance.rule, instance.repetition)), None,
    )  # fmt: skip
    done_on, _ = complete(each for each in course.results if each.day <= today)
    drawn_on, missing = complete(_measured(course, today))
    if own is not None and own.drawn_on is not None and own.drawn_on <= today:
        # Somebody's word about this very draw holds, also when it was drawn before its window; but
        # not once the clinic has moved the draw to where that day has no place.
        inside = instance.opens_on <= own.drawn_on < instance.ends_on
        if inside or own.due_on == instance.due_on:
            drawn_on, missing = own.drawn_on, ()
    if done_on is not None:
        return Standing(instance, State.DONE, own.drawn_on if own else None, done_on)
    if drawn_on is not None:
        return Standing(instance, State.DRAWN, drawn_on)
    snoozed_until = own.snoozed_until if own else None
    state = state_of(
        instance.due_on, today, opens_on=instance.opens_on, closes_on=instance.closes_on,
        snoozed_until=snoozed_until,
    )  # fmt: skip
    return Standing(instance, state, snoozed_until=snoozed_until, missing=missing)


def state_of(
    due_on: date, today: date, *, opens_on: date, closes_on: date, snoozed_until: date | None = None
) -> State:
    """How an open draw stands: soon from 14 days before, or from when its window opens; due from
    its day until its window closes; then overdue."""
    if snoozed_until is not None and today < snoozed_until:
        return State.SNOOZED
    if today > max(closes_on, due_on):
        return State.OVERDUE
    if today >= due_on:
        return State.DUE
    return State.SOON if today >= min(opens_on, due_on - SOON) else State.UPCOMING


def next_prompt(
    due_on: date, from_day: date, *, prompts: int, snoozed_until: date | None = None
) -> date | None:
    """The first day from `from_day` on at which an open draw speaks; None when it has said enough.

    It speaks a week before it is due, on the day, and every week after, four times at most; a
    draw that was put off begins on the day it was put off to.
    """
    if prompts >= MOST_PROMPTS:
        return None
    first = snoozed_until or due_on - A_WEEK
    if from_day <= first:
        return first
    weeks = -((first - from_day) // A_WEEK)  # rounded up
    return first + A_WEEK * weeks


def changes_of(phases: Sequence[Phase], kinds: frozenset[str]) -> list[date]:
    """The days from which another dose of one of these kinds is taken; none for the first ones.

    That a medicine is stopped changes no dose that could be checked.
    """
    return [
        after.since
        for before, after in pairwise(phases)
        if any(kind in after.taken and after.taken[kind] != before.taken.get(kind)
               for kind in kinds)
    ]  # fmt: skip


def kinds_on(phases: Sequence[Phase], day: date) -> frozenset[str]:
    """The kinds of medicine taken on a day; before the first phase, those of it."""
    holds = next((each for each in reversed(phases) if each.since <= day), None)
    holds = holds or (phases[0] if phases else None)
    return frozenset(holds.taken) if holds else frozenset()


def _instances(rule: Rule, course: Course, today: date, until: date) -> Iterator[Instance]:
    markers = rule.markers
    if course.psa is False:
        markers = tuple(marker for marker in markers if marker != "psa")
    if rule.markers and not markers:
        return
    for series in _series(rule, course, today):
        due_on, repetition = series.first, series.repetition
        while due_on < until:
            follows = due_on + timedelta(days=rule.repeat_days) if rule.repeat_days else None
            opens_on = due_on - timedelta(days=rule.window_before)
            if opens_on >= series.replaced_on:
                break
            ends_on = follows - timedelta(days=rule.window_before) if follows else FOR_EVER
            if _holds(rule, course, due_on):
                yield Instance(
                    rule.rule, repetition, rule.name, rule.purpose, due_on, opens_on,
                    due_on + timedelta(days=rule.window_after), min(ends_on, series.replaced_on),
                    markers, rule.anchor is Anchor.START and rule.offset_days <= 0,
                )  # fmt: skip
            if follows is None:
                break
            repetition += 1 if rule.anchor is Anchor.START else (follows - due_on).days
            due_on = follows


@dataclass(frozen=True, slots=True)
class _Series:
    """The due days that follow one anchor, until a later one replaces what is open."""

    first: date
    repetition: int
    replaced_on: date = FOR_EVER


def _series(rule: Rule, course: Course, today: date) -> Iterator[_Series]:
    offset = timedelta(days=rule.offset_days)
    if rule.anchor is Anchor.START:
        yield _Series(course.start + offset, 0)
        return
    if rule.anchor is Anchor.DOSE_CHANGE:
        days = [day for day in changes_of(course.phases, rule.of) if day > course.start]
    else:
        days = _known_days(rule, course, today)
    for day, later in pairwise([*days, FOR_EVER]):
        replaced_on = later
        if rule.anchor is Anchor.LAST_RESULT:
            # What came in the window satisfied it; what came before the window moves it on.
            if later < day + offset - timedelta(days=rule.window_before):
                continue
            replaced_on = FOR_EVER
        yield _Series(day + offset, day.toordinal(), replaced_on)


def _known_days(rule: Rule, course: Course, today: date) -> list[date]:
    """The days on which the least recently measured marker of a rule was last measured, in order.

    Until all were measured once, it is the start of treatment.
    """
    by_day: dict[date, set[str]] = {}
    for each in _measured(course, today):
        by_day.setdefault(each.day, set()).add(each.code)
    latest: dict[str, date] = {}
    days: list[date] = []
    for day, codes in sorted(by_day.items()):
        latest |= {marker: day for marker in rule.markers if codes & answers_for(marker)}
        oldest = min(latest.values()) if len(latest) == len(set(rule.markers)) else None
        if oldest is not None and oldest not in days:
            days.append(oldest)
    return days if days and days[0] <= course.start else [course.start, *days]


def _holds(rule: Rule, course: Course, due_on: date) -> bool:
    """Whether what a rule depends on is so on the due day, as far as is known."""
    taken = kinds_on(course.phases, due_on)
    if rule.of and not rule.of & taken:
        return False
    if rule.only_if is None:
        return True
    if rule.only_if.on and not rule.only_if.on & taken:
        return False
    least = rule.only_if.age_at_least
    if least is None or (course.psa is True and "psa" in rule.markers):
        return True
    age = age_on(course.born_on, due_on)
    return age is not None and age >= least


def _measured(course: Course, today: date) -> Iterator[Result]:
    """What was measured by today, and what was drawn by somebody's word."""
    yield from (each for each in course.results if each.day <= today)
    for said in course.said:
        if said.drawn_on is not None and said.drawn_on <= today:
            yield from (Result(marker, said.drawn_on) for marker in said.markers)
