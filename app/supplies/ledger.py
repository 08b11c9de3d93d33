"""What is in a vial, and from which one a dose is drawn. Pure.

It follows from what came, what was drawn, wasted and counted. Quantities are whole microlitres of
a liquid, or thousandths of a tablet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from app.supplies.dates import Discard, discard_of
from app.supplies.draw import OFF, at_mark, tick_of
from app.supplies.strength import POWDER, TABLETS, amount_in, full, quantity_of
from app.units import Amount

if TYPE_CHECKING:
    from app.supplies.models import StockEntry, Vial

COUNTED = "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDraw:
    """What left a vial for one dose that stands as taken.

    vial_id     None: from none of those on record, as somebody said; of what is assumed the rest of
                a dose, which the vials in use did not hold
    taken_at    when the dose was taken
    quantity    None where nobody can work out how much it was; then only the dose is counted
    dead_space  what stayed in the syringe, in microlitres
    """

    id: UUID
    vial_id: UUID | None
    dose_id: UUID
    event_id: UUID
    taken_at: datetime
    said_at: datetime
    author_id: UUID
    assumed: bool
    part: int
    quantity: int | None
    dead_space: int
    syringe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What came in a vial and what became of it.

    Everything that was in it is somewhere: full = left + discarded + drawn + dead + wasted +
    missing - overdrawn, whatever was said in whatever order.

    full            what it held when it came or was dissolved; None while a powder is not
    left            what it holds; 0 when it is gone; None while a powder is not dissolved
    drawn           for doses that stand as taken
    dead            what stayed in syringes
    wasted          what somebody said was wasted
    discarded       what it held when it was thrown away; 0 while it is in use
    overdrawn       what was drawn beyond what it can have held, since the last count
    missing         what counts found too little, in all; negative where they found more
    counted_at      the instant of which the last count speaks, or None
    first_drawn_at  when the first standing dose was taken from it, or None
    doses           how many doses that stand were drawn from it
    discard         by when it is to be thrown away, and why
    """

    vial: "Vial"
    full: int | None
    left: int | None
    drawn: int
    dead: int
    wasted: int
    discarded: int
    overdrawn: int
    missing: int
    counted_at: datetime | None
    first_drawn_at: datetime | None
    doses: int
    discard: Discard

    @property
    def left_amount(self) -> Amount | None:
        """What is left as an amount of what the prescription counts; None where unknown."""
        return None if self.left is None else amount_in(self.vial, self.left)


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that happened to a vial: `change` is taken from it, or `count` was found in it."""

    at: datetime
    rank: int
    said_at: datetime
    change: int = 0
    count: int | None = None


def contents(
    vial: "Vial",
    draws: Iterable[StandingDraw],
    entries: Iterable["StockEntry"],
    zone: ZoneInfo,
    now: datetime,
) -> Contents:
    """What is in one vial at `now`.

    draws    standing ones, of this vial or of others; others are left out
    entries  of this vial or of others; voided ones are left out
    zone     where the patient is: by its calendar a vial counts as opened

    What was drawn or wasted at the instant of a count is part of what was counted.
    """
    mine = [draw for draw in draws if draw.vial_id == vial.id]
    said = [entry for entry in entries if entry.vial_id == vial.id and entry.voided_at is None]
    whole = full(vial)
    steps = _steps(mine, said)
    balance, missing = whole or 0, 0
    for step in steps:
        if step.count is None:
            balance -= step.change
        else:
            missing += balance - step.count
            balance = step.count
    first = min((draw.taken_at for draw in mine), default=None)
    gone = vial.gone_at is not None and vial.gone_at <= now
    kept = max(balance, 0)
    return Contents(
        vial=vial,
        full=whole,
        left=None if whole is None and not gone else 0 if gone else kept,
        drawn=sum(draw.quantity or 0 for draw in mine),
        dead=sum(draw.dead_space for draw in mine),
        wasted=sum(entry.quantity for entry in said if entry.kind != COUNTED),
        discarded=kept if gone else 0,
        # Of a powder that is not dissolved nobody knows how much liquid it holds.
        overdrawn=0 if whole is None else max(-balance, 0),
        missing=missing,
        counted_at=max((entry.at for entry in said if entry.kind == COUNTED), default=None),
        first_drawn_at=first,
        doses=len({draw.dose_id for draw in mine}),
        discard=discard_of(vial, first, zone),
    )


def room(
    vial: "Vial", draws: Iterable[StandingDraw], entries: Iterable["StockEntry"], at: datetime
) -> int:
    """How much may be taken from a vial at an instant so that it never held less than nothing.

    What was taken later counts as well, up to the next count: that one has seen what is there.
    Nothing from a powder that is not dissolved.
    """
    whole = full(vial)
    if whole is None:
        return 0
    mine = (draw for draw in draws if draw.vial_id == vial.id)
    said = (entry for entry in entries if entry.vial_id == vial.id and entry.voided_at is None)
    balance = whole
    for step in _steps(mine, said):
        if step.count is None:
            balance -= step.change
        elif at <= step.at:
            break
        else:
            balance = step.count
    return max(balance, 0)


def _steps(draws: Iterable[StandingDraw], entries: Iterable["StockEntry"]) -> list[_Step]:
    """What happened, in the order of time; of one instant the count comes last."""
    steps = [
        _Step(draw.taken_at, 0, draw.said_at, (draw.quantity or 0) + draw.dead_space)
        for draw in draws
    ]
    for entry in entries:
        if entry.kind == COUNTED:
            steps.append(_Step(entry.at, 1, entry.said_at, count=entry.quantity))
        else:
            steps.append(_Step(entry.at, 0, entry.said_at, entry.quantity))
    return sorted(steps, key=lambda step: (step.at, step.rank, step.said_at))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A vial that a dose may come from, and how much it may give."""

    vial: "Vial"
    room: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one vial gives to a dose; None where nobody can work out how much that is.

    vial   None: the rest of a dose, which the vials before do not hold
    """

    vial: "Vial | None"
    quantity: int | None
    dead_space: int = 0


def there(received_on: date, gone_at: datetime | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a vial had come by an instant, by the calendar where the patient is, and was not
    gone."""
    return received_on <= at.astimezone(zone).date() and (gone_at is None or gone_at > at)


def usable(held: Contents, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a dose taken at this instant is assumed to come from this vial, if it holds enough.

    It had come, was not gone, was dissolved where it is a powder, was not past its date, is not
    one that somebody says was opened later, and not one for a single use that served another dose.
    By the calendar where the patient is: a tired person enters the time of dissolving after the
    dose.
    """
    vial, day = held.vial, at.astimezone(zone).date()
    if not there(vial.received_on, vial.gone_at, at, zone):
        return False
    begun = [vial.opened_at] if vial.opened_at is not None else []
    if vial.form == POWDER:
        if vial.reconstituted_at is None:
            return False
        begun.append(vial.reconstituted_at)
    if any(each.astimezone(zone).date() > day for each in begun):
        return False
    if vial.single_use and held.doses:
        return False
    return not held.discard.passed(day)


def in_order(held: Iterable[Contents]) -> list[Contents]:
    """Vials in the order of use: oldest discard date first, of one date the opened one first."""
    return sorted(
        held,
        key=lambda one: (
            one.discard.day or date.max,
            one.first_drawn_at is None and one.vial.opened_at is None,
            one.vial.received_on,
            one.vial.created_at,
            one.vial.id,
        ),
    )


def choose(
    candidates: Sequence[Candidate], needed: Amount, dead_space: int = 0, tick: int | None = 0
) -> list[Part]:
    """From which vials a dose is drawn: the rest of the first and some of the next.

    candidates   usable ones, in the order of use
    needed       the amount of the dose
    dead_space   in microlitres; lost from the vial that completes the dose, as far as it holds it
    tick         from one mark of the syringe to the next, as in `app.supplies.draw.at_mark`; None:
                 somebody said how much it was, and it is exactly so much

    None gives more than it may. What they do not hold together is a part without a vial, unless it
    is less than a mark may be off: vials hold a little more than they say. Where nobody can work
    out how much of the first vial the dose is, it is drawn from that one all the same, and the
    quantity stays unknown.
    """
    parts: list[Part] = []
    open_share = Fraction(1)
    for each in candidates:
        exact = quantity_of(each.vial, needed)
        if exact is None:
            if not parts:
                return [Part(each.vial, None)]
            continue
        whole = exact if tick is None else at_mark(exact, tick_of(each.vial.form, tick))
        wanted = round(whole * open_share)
        given = min(wanted, each.room)
        if given < wanted:
            if given > 0:
                parts.append(Part(each.vial, given))
                open_share -= Fraction(given) / whole
            continue
        if given > 0:
            lost = 0 if each.vial.form == TABLETS else min(dead_space, each.room - given)
            parts.append(Part(each.vial, given, lost))
        return parts
    return [*parts, Part(None, None)] if parts and open_share > OFF else parts
