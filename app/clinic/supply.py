"""What the vials on record say of how a line was followed, beside what was logged.

Supply says what could have been taken, the record what was said; neither is what happened. Where
the two do not fit together that is named, with how many doses, and nothing is made of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.courses import Edges
from app.clinic.holdings import (
    Held,
    Key,
    amount_of,
    capacity,
    held_by_key,
    in_unit,
    not_from_these,
)
from app.clinic.reading import Reading
from app.doses.adherence import EXPECTED, FILLED, word_of
from app.schedule import A_DAY
from app.supplies.coverage import Box, Need, covered
from app.supplies.holding import contents_and_draws
from app.units import Amount

SLACK = Fraction(1, 10)
"""A gap is named only beyond a tenth of what the vials came with: they are filled with a little
more than the label says, and the marks of a syringe are read to the nearest. [D]"""

FEWEST = 2
"""And from so many doses of a liquid on, because one is within reading a vial's level. Tablets are
counted, so of them one is enough, without slack. [D]"""

CARRIED = timedelta(days=400)
"""So long before a period doses and vials are read: what was left of earlier ones is not known, and
a day mistyped on one label makes nobody's whole record be read. What is kept for longer counts as
full, so that no gap is named because of it. [D]"""


@dataclass(frozen=True, slots=True)
class Gap:
    """What does not fit, by how many doses: more logged than the vials on record can have held, or
    more counted than should be left."""

    code: Literal["beyond_stock", "left_over"]
    doses: int


@dataclass(frozen=True, slots=True)
class Supplied:
    """What the vials say of one line in a period, or of several together.

    covered      of `of` expected doses since the first vial came; None where an amount cannot be
                 worked out
    logged       of the same doses, how many were logged as taken
    beyond       doses logged as taken that the vials on record cannot have held
    left_over    doses more than should be left, by the counts of the period; None without one
    shelf        what tells the vials of a line from those of others; lines of one medicine share it
    """

    covered: int | None
    logged: int
    of: int
    beyond: int = 0
    left_over: int | None = None
    counted_at: datetime | None = None
    gap: Gap | None = None
    shelf: Key | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures of a patient are wanted, and what is known beside their doses and vials.

    read        since when doses are read; vials that ended before are left out
    zone        where the patient is
    begun       when the first dose of each line that was taken was due, by line
    elsewhere   the doses that came from none of the vials on record, as somebody said
    """

    since: datetime
    until: datetime
    now: datetime
    read: datetime
    zone: ZoneInfo
    begun: Mapping[UUID, datetime | None]
    elsewhere: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """One dose, and what the figures make of it.

    counts      whether it was due in the period, and after the first vial had come
    planned     as prescribed, in the unit of all; None where that says nothing
    taken       as logged, on the day it was taken, of one from what is on record; else None
    """

    line: UUID
    counts: bool
    expected: bool
    logged: bool
    planned: Need | None
    taken: Need | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the counts of the period found too much, in doses and as an amount; and what came in
    the vials that were counted."""

    doses: int
    over: Fraction
    at: datetime
    came: Fraction


@dataclass(frozen=True, slots=True)
class Shelves:
    """What patients have, or had, on record; those who never had a vial are left out.

    elsewhere   the doses that came from none of it, as somebody said
    """

    held: Mapping[UUID, Mapping[Key, Held]]
    elsewhere: Collection[UUID] = ()

    def read_from(self, since: datetime) -> datetime:
        """Since when doses are read for what is said of a period that begins then: since the first
        of the vials came, and no further back than CARRIED."""
        if not self.held:
            return since
        first = min(each.since for mine in self.held.values() for each in mine.values())
        oldest = (since - CARRIED).date()
        return min(since, datetime.combine(max(first, oldest) - A_DAY, time(), tzinfo=UTC))


async def shelves_of(session: AsyncSession, patients: Collection[UUID], now: datetime) -> Shelves:
    """The shelves of these patients, in as many statements for a hundred as for one."""
    contents, draws = await contents_and_draws(session, patients, now)
    held = {patient: held_by_key(mine.values()) for patient, mine in contents.items() if mine}
    return Shelves(held, not_from_these(draws))


def supplied(
    shelves: Shelves, found: Mapping[UUID, Sequence[Reading]], edges: Mapping[UUID, Edges],
    zones: Mapping[UUID, ZoneInfo], since: datetime, until: datetime, now: datetime,
) -> dict[UUID, dict[UUID, Supplied]]:  # fmt: skip
    """What the vials of each of these patients say of the doses due in (since, until], by line.

    found   the doses of each patient, from `Shelves.read_from` on
    edges   of their lines
    zones   of each patient

    Lines without a vial on record are left out.
    """
    read = shelves.read_from(since)
    begun = {line: edge.first_due for line, edge in edges.items()}
    figures: dict[UUID, dict[UUID, Supplied]] = {}
    for patient, mine in shelves.held.items():
        asked = Asked(since, until, now, read, zones[patient], begun, shelves.elsewhere)
        by_key: dict[Key, list[Reading]] = {key: [] for key in mine}
        for one in found.get(patient, []):
            edge = edges[one.line_id]
            if one.intake.due_at > read and (edge.medicine, edge.form) in mine:
                by_key[edge.medicine, edge.form].append(one)
        figures[patient] = {
            line: replace(said, shelf=key)
            for key, doses in by_key.items()
            for line, said in of_key(mine[key], doses, asked).items()
        }
    return figures


def of_key(held: Held, doses: Sequence[Reading], asked: Asked) -> dict[UUID, Supplied]:
    """The figures of each line that shares these vials, by line.

    doses   of all of these lines, in order of time, since the first vial came
    """
    if not doses:
        return {}
    newest = next((one for one in reversed(doses) if not one.intake.extra), doses[-1]).planned
    ordered = sorted(doses, key=lambda one: (one.night, one.intake.due_at, one.id))
    each = [_given(one, held, newest.unit, asked) for one in ordered]
    boxes = held.boxes(newest.unit, asked.zone, asked.read.date())
    lines = dict.fromkeys(one.line for one in each)
    if boxes is None or any(one.expected and one.planned is None for one in each):
        return {line: Supplied(None, *_logged(each, line)) for line in lines}
    there = _tally(each, boxes, [one.planned if one.expected else None for one in each])
    # What was logged may come from a vial that was past its date; only what it held is a bound.
    endless = [Box(box.holds, box.first) for box in boxes]
    possible = _tally(each, endless, [one.taken for one in each])
    counts = _counts(held, newest, asked)
    return {
        line: Supplied(
            sum(there[line].values()),
            *_logged(each, line),
            beyond=len(possible[line]) - sum(possible[line].values()),
            left_over=None if counts is None else counts.doses,
            counted_at=None if counts is None else counts.at,
            gap=_gap(
                held,
                newest,
                counts,
                beyond=sum(not was for was in possible[line].values()),
                came=_holding(boxes, asked.since.astimezone(asked.zone).date()),
            ),
        )
        for line in lines
    }


def together(lines: Iterable[Supplied]) -> Supplied | None:
    """Several lines as sums, without naming a gap; None of none."""
    every = list(lines)
    known = [one for one in every if one.covered is not None]
    counted = [one.counted_at for one in every if one.counted_at is not None]
    # Lines that share their vials say the same of them.
    left = {one.shelf: one.left_over for one in every if one.left_over is not None}
    return None if not every else Supplied(
        covered=sum(one.covered or 0 for one in known) if known else None,
        logged=sum(one.logged for one in known or every),
        of=sum(one.of for one in known or every),
        beyond=sum(one.beyond for one in every),
        left_over=sum(left.values()) if left else None,
        counted_at=max(counted, default=None),
    )  # fmt: skip


def _given(one: Reading, held: Held, unit: str, asked: Asked) -> Given:
    word = word_of(one.counted(asked.begun.get(one.line_id), None), asked.now)
    planned = in_unit(one.planned, unit)
    taken = None
    if (word in FILLED or word == "extra") and one.id not in asked.elsewhere:
        taken = in_unit(one.taken or one.planned, unit)
    return Given(
        one.line_id, one.intake.due_at > asked.since and one.night >= held.since,
        word in EXPECTED, word in FILLED,
        None if planned is None else Need(one.night, planned),
        # A dose that waited for its vial belongs to an earlier night.
        None if taken is None else Need(one.taken_on(asked.zone), taken),
    )  # fmt: skip


def _tally(
    given: Sequence[Given], boxes: Sequence[Box], needs: Sequence[Need | None]
) -> dict[UUID, dict[int, bool]]:
    """Of each line the doses of the period that need something, and whether that was there."""
    asking = sorted(
        ((number, need) for number, need in enumerate(needs) if need is not None),
        key=lambda each: each[1].night,
    )
    words = covered([need for _, need in asking], boxes)
    found: dict[UUID, dict[int, bool]] = defaultdict(dict)
    for (number, _), word in zip(asking, words, strict=True):
        if given[number].counts:
            found[given[number].line][number] = word
    return found


def _logged(given: Iterable[Given], line: UUID) -> tuple[int, int]:
    """How many of the line's expected doses were logged as taken, and how many there are."""
    mine = [one for one in given if one.line == line and one.counts and one.expected]
    return sum(one.logged for one in mine), len(mine)


def _counts(held: Held, dose: Amount, asked: Asked) -> Counts | None:
    """What the counts of the period found beyond what should be left; None where none was made.

    A count is set against what came, less the doses that stand as drawn, what stayed in syringes
    and what was wasted.
    """
    made = [
        each for each in held.vials
        if each.counted_at is not None and asked.since < each.counted_at <= asked.until
    ]  # fmt: skip
    if not made:
        return None
    over = sum((amount_of(each.vial, -each.missing, dose.unit) for each in made), Fraction(0))
    # Where a syringe keeps less than is reckoned, the rest is still there, and nobody's dose.
    lost = sum((amount_of(each.vial, each.dead, dose.unit) for each in made), Fraction(0))
    doses = max(0, floor(over / Fraction(dose.value)))
    at = max(each.counted_at for each in made if each.counted_at)
    came = sum((capacity(each.vial, dose.unit) or Fraction(0) for each in made), Fraction(0))
    return Counts(doses, over - lost, at, came)


def _holding(boxes: Iterable[Box], since: date) -> Fraction:
    """What came in those that could be used from this day on."""
    return sum((box.holds for box in boxes if box.last is None or box.last >= since), Fraction(0))


def _gap(
    held: Held, dose: Amount, counts: Counts | None, *, beyond: int, came: Fraction
) -> Gap | None:
    """The gap that is named, if one is: first what cannot be, then what is left over.

    came   what the vials of the period came with
    """
    fewest, slack = (1, Fraction(0)) if held.tablets else (FEWEST, SLACK)
    if beyond >= fewest and beyond * Fraction(dose.value) > came * slack:
        return Gap("beyond_stock", beyond)
    if counts is not None and counts.doses >= fewest and counts.over > counts.came * slack:
        return Gap("left_over", counts.doses)
    return None
