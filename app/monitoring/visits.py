"""What falls together is done in one go: open draws whose windows overlap make one visit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.monitoring.due import SETTLED, Standing, State
from app.monitoring.rules import Purpose

_OVERDUE = {
    Purpose.BLOOD: "Overdue labs", Purpose.SCAN: "Overdue DEXA scan",
    Purpose.MEASURE: "Overdue measurements",
}  # fmt: skip

_PRESSING = (State.OVERDUE, State.DUE, State.SOON, State.UPCOMING, State.SNOOZED)


@dataclass(frozen=True, slots=True)
class Merged:
    """Draws that one visit settles; of one purpose, soonest first.

    due_on              of an open visit, a day that lies in the window of every member
    opens_on, closes_on the stretch that all of their windows share; an overdue draw's window
                        stretches to today, and that of one that was put off to the day it waits for
    state               the most pressing of the members that were not put off
    markers             what is still to be measured; of a visit that was drawn, everything
    """

    members: tuple[Standing, ...]
    purpose: Purpose
    due_on: date
    opens_on: date
    closes_on: date
    state: State
    markers: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the member that asks for most; of members of several days of which one is
        overdue, only that: sixteen weeks in, nobody is asked for a baseline."""
        days = {each.instance.due_on for each in self.members}
        names = {each.instance.name for each in self.members}
        if self.state is State.OVERDUE and len(days) > 1 and len(names) > 1:
            return _OVERDUE[self.purpose]
        return max(self.members, key=lambda each: len(each.instance.markers)).instance.name

    @property
    def open(self) -> bool:
        """Whether anything of it is still asked for."""
        return self.state not in SETTLED


@dataclass
class _Group:
    opens_on: date
    closes_on: date
    members: list[Standing] = field(default_factory=list)


def merged(standings: Iterable[Standing], today: date) -> list[Merged]:
    """The visits that these draws make, soonest first; each draw is in exactly one.

    Soonest first, each open draw joins the first visit of its purpose with which it shares a day.
    What was drawn, or is done, on one day was one visit.
    """
    groups: dict[Purpose, list[_Group]] = {}
    settled: dict[tuple[Purpose, State, date | None], list[Standing]] = {}
    for each in sorted(standings, key=lambda one: one.order):
        purpose = each.instance.purpose
        if not each.open:
            key = (purpose, each.state, each.drawn_on or each.done_on)
            settled.setdefault(key, []).append(each)
            continue
        opens_on, closes_on = window_of(each, today)
        mine = groups.setdefault(purpose, [])
        for group in mine:
            if max(group.opens_on, opens_on) <= min(group.closes_on, closes_on):
                group.opens_on = max(group.opens_on, opens_on)
                group.closes_on = min(group.closes_on, closes_on)
                group.members.append(each)
                break
        else:
            mine.append(_Group(opens_on, closes_on, [each]))
    visits = [_open(group) for of_purpose in groups.values() for group in of_purpose]
    visits += [_settled(members) for members in settled.values()]
    return sorted(visits, key=lambda visit: (visit.due_on, visit.members[0].order))


def window_of(standing: Standing, today: date) -> tuple[date, date]:
    """The first and last day on which a draw can be made good; see `Merged`."""
    instance = standing.instance
    last = max(instance.closes_on, instance.due_on, today, standing.snoozed_until or today)
    return instance.opens_on, min(last, instance.ends_on - timedelta(days=1))


def _open(group: _Group) -> Merged:
    members = tuple(group.members)
    states = {each.state for each in members}
    return Merged(
        members=members,
        purpose=members[0].instance.purpose,
        due_on=min(max(members[0].instance.due_on, group.opens_on), group.closes_on),
        opens_on=group.opens_on,
        closes_on=group.closes_on,
        state=next(state for state in _PRESSING if state in states),
        markers=_union(each.missing or each.instance.markers for each in members),
    )


def _settled(members: list[Standing]) -> Merged:
    first = members[0]
    return Merged(
        members=tuple(members),
        purpose=first.instance.purpose,
        due_on=first.instance.due_on,
        opens_on=max(each.instance.opens_on for each in members),
        closes_on=min(each.instance.closes_on for each in members),
        state=first.state,
        markers=_union(each.instance.markers for each in members),
    )


def _union(markers: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(marker for each in markers for marker in each))
