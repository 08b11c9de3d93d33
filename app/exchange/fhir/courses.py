"""Which orders a protocol comes to: one for each line, version and block of weeks on. Pure.

A cycle is never one Timing (clinical.md 4.2): each of its blocks is an order of its own, up to the
first one still to come. What comes after that follows from the schedule, and would never end.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from app.accounts.models import Person
from app.protocols.models import Hold, Line, Terms, Version
from app.protocols.recurrences import recurrence_of
from app.protocols.standing import Segment, VersionState, segments, state_of
from app.schedule import A_DAY, Evenings, Recurrence

PROPOSALS = frozenset({VersionState.PROPOSED, VersionState.WITHDRAWN, VersionState.REPLACED})


@dataclass(frozen=True, slots=True)
class Protocol:
    """One patient's protocol as rows: every version oldest first, their terms and their people.

    tonight   the night in which it is read
    """

    patient_id: UUID
    versions: Sequence[Version]
    terms: Mapping[UUID, Sequence[tuple[Terms, Line]]]
    holds: Sequence[Hold]
    people: Mapping[UUID, Person]
    evenings: Evenings
    tonight: date

    @property
    def place(self) -> str:
        """The zone by whose clock the patient's nights run."""
        return self.evenings.zone.key

    def stretch(self, version: Version) -> Segment | None:
        """The nights in which a version is or was in force; None for one that never was."""
        every = segments(self.versions, date.min)
        return next((each for each in every if each.version.id == version.id), None)

    def after(self, version: Version) -> Version | None:
        """The version that followed this one in force."""
        every = [each.version for each in segments(self.versions, date.min)]
        ids = [each.id for each in every]
        if version.id not in ids or ids.index(version.id) + 1 == len(ids):
            return None
        return every[ids.index(version.id) + 1]

    def before(self, version: Version) -> Version | None:
        """The version that this one followed in force, or would follow."""
        every = [each.version for each in segments(self.versions, date.min)]
        earlier = [each for each in every if each.number < version.number]
        return earlier[-1] if earlier else None

    def moments(self, version: Version) -> list[datetime]:
        """When somebody said something that changes how a version stands."""
        newer = self.after(version)
        if version.in_force_from is None:
            newer = next((each for each in self.versions if each.number > version.number), None)
        known = [version.created_at, version.acknowledged_at, version.withdrawn_at]
        known += [newer.created_at, newer.acknowledged_at] if newer else []
        return [each for each in known if each is not None]

    def state(self, version: Version) -> VersionState:
        """Where a version stands tonight."""
        return state_of(version, self.versions, self.tonight)


class Ending(enum.StrEnum):
    """Why an order holds no longer.

    OVER         its last night has passed, or its block of the cycle
    SUPERSEDED   a newer version says something else of the same line
    STOPPED      a newer version does not have the line
    """

    OVER = "over"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Order:
    """One line of one version, in one block of its cycle.

    block    0 for a line without a cycle; of a cycle the blocks count from its first night
    since    first night of the order
    until    last night; None is open
    ending   how it comes to its end on `until`; None while that is open
    never    the version was never in force, or not in any night of this line
    """

    version: Version
    terms: Terms
    line: Line
    rule: Recurrence
    block: int
    since: date
    until: date | None
    ending: Ending | None
    never: bool = False

    @property
    def key(self) -> UUID:
        """Its id: it follows from line, version and block, so each read gives the same."""
        return order_key(self.line.id, self.version.number, self.block)


def order_key(line_id: UUID, number: int, block: int) -> UUID:
    """The id of an order of this line, version and block."""
    return uuid5(line_id, f"order/{number}/{block}")


def block_of(rule: Recurrence, night: date) -> int:
    """The block of the cycle in which a night lies; 0 without a cycle."""
    if not rule.weeks_off:
        return 0
    return max(0, (night - rule.first).days // (7 * (rule.weeks_on + rule.weeks_off)))


def orders_of(protocol: Protocol) -> list[Order]:
    """Every order of the protocol, by version and in the order of its lines."""
    return [
        order
        for version in protocol.versions
        for terms, line in protocol.terms.get(version.id, ())
        for order in _orders(protocol, version, terms, line)
    ]


def _orders(protocol: Protocol, version: Version, terms: Terms, line: Line) -> list[Order]:
    rule = recurrence_of(terms.recurrence)
    stretch = protocol.stretch(version)
    begins = stretch.since if stretch else version.effective_night
    since = max(begins, rule.first)
    if stretch is None:
        return [Order(version, terms, line, rule, 0, since, rule.last, None, never=True)]
    replaced = _ending(protocol, version, line) if stretch.until else None
    cut = stretch.until - A_DAY if stretch.until else None
    until, ending = _sooner(cut, replaced, rule.last, Ending.OVER)
    if until is not None and until < since:
        return [Order(version, terms, line, rule, 0, since, None, ending, never=True)]
    if not rule.weeks_off:
        return [Order(version, terms, line, rule, 0, since, until, ending)]
    found = []
    whole = 7 * (rule.weeks_on + rule.weeks_off)
    block = block_of(rule, since)
    while True:
        first = rule.first + A_DAY * whole * block
        last = first + A_DAY * (7 * rule.weeks_on - 1)
        if until is not None and first > until:
            break
        end, why = _sooner(until, ending, last, Ending.OVER)
        if last >= since:
            found.append(Order(version, terms, line, rule, block, max(first, since), end, why))
        if first > protocol.tonight and found:
            break
        block += 1
    # The version may have held in weeks off alone.
    return found or [Order(version, terms, line, rule, 0, since, None, ending, never=True)]


def _ending(protocol: Protocol, version: Version, line: Line) -> Ending:
    newer = protocol.after(version)
    lines = {each.id for _, each in protocol.terms.get(newer.id, ())} if newer else set()
    return Ending.SUPERSEDED if line.id in lines else Ending.STOPPED


def _sooner(
    one: date | None, why: Ending | None, other: date | None, otherwise: Ending
) -> tuple[date | None, Ending | None]:
    """The earlier of two last nights with its reason; a natural end wins when they are the same."""
    if other is not None and (one is None or other <= one):
        return other, otherwise
    return one, why
