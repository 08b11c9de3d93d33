"""Until when what is there lasts: the plan's doses are taken one by one from the vials in order.

Pure: needs and supplies go in, dates come out. The order, the splitting of a dose over two vials
and what a syringe keeps are those by which doses are drawn; a vial that the forecast opens has its
days from then on. Lines that share vials run out together: with more in stock, no line is ever
short sooner.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from app.schedule import A_DAY
from app.supplies.draw import at_mark
from app.units import Amount, IncompatibleUnits

BASES = ("ug", "uL", "[IU]", "{tablet}")
"""One unit of each dimension that an amount can have."""

_FAR = date.max


@dataclass(frozen=True, slots=True)
class Need:
    """One dose that is still to be taken.

    night     the night it belongs to, which is the date a patient is told
    due_at    decides the order, and which vials are past their date by then
    dead_ul   what stays in the syringe and is lost, in microlitres
    tick_ul   from one mark of the syringe to the next; 0: nobody knows the syringe
    """

    dose_id: UUID
    line_id: UUID
    night: date
    due_at: datetime
    amount: Amount
    dead_ul: int = 0
    tick_ul: int = 0


@dataclass(frozen=True, slots=True)
class Supply:
    """One vial or pack as far as the forecast goes; all quantities in one measure of its own.

    left            what is in it: microlitres, thousandths of a tablet, or the mass of a powder
    measures        how much of the measure one unit of `BASES` is; a unit that is missing cannot
                    be taken from this vial
    per_ul          how much of the measure a microlitre is, for marks and for what stays in
                    syringes; 0 where there is no syringe, or nobody can say
    last_day        the last day on which it may be used, as it stands now; None: no date
    days_once_open  how many days it has from the day it is opened; None: opening changes nothing
    is_open         in use already: of two that end together, this one comes first
    single_use      serves one dose, and what is left of it then is thrown away
    piece           the smallest piece in which tablets are taken; 0 for others
    """

    id: UUID
    left: Fraction
    measures: Mapping[str, Fraction]
    per_ul: Fraction = Fraction(0)
    last_day: date | None = None
    days_once_open: int | None = None
    is_open: bool = False
    single_use: bool = False
    piece: int = 0

    def drawn(self, need: Need) -> Fraction | None:
        """What a dose takes from this vial, up to the syringe's mark; None as for `quantity`."""
        exact = self.quantity(need.amount)
        if exact is None or not self.per_ul:
            return at_mark(exact, self.piece) if exact and self.piece else exact
        return at_mark(exact / self.per_ul, need.tick_ul) * self.per_ul

    def quantity(self, amount: Amount) -> Fraction | None:
        """How much of this vial's measure an amount is; None where that cannot be worked out."""
        for base, each in self.measures.items():
            try:
                return Fraction(amount.to(base).value) * each
            except IncompatibleUnits:
                continue
        return None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Until when a line's doses are covered.

    short_on    the night of the first dose that is not covered in full; None: all of those looked
                at are
    doses_left  how many doses are covered before; of all those looked at where none runs out
    known       False: what is on record cannot be counted against what is prescribed
    nothing     for that first dose there is nothing at all, rather than too little
    """

    short_on: date | None
    doses_left: int | None
    known: bool = True
    nothing: bool = False

    @property
    def enough_until(self) -> date | None:
        """The day before, up to which everything is there; None where nothing runs out, and where
        not even the next dose is covered: then there is no day up to which there is enough."""
        return self.short_on - A_DAY if self.short_on and self.doses_left else None


def run_out(needs: Iterable[Need], stock: Sequence[Supply], zone: ZoneInfo) -> Forecast:
    """Until when these doses, in order of time, are covered together; read no further than that.

    zone   where the patient is: a vial's date ends with their day
    """
    shelf = _Shelf(stock, zone)
    covered = 0
    for need in needs:
        if covered == 0 and not shelf.speaks_of(need.amount):
            return Forecast(None, None, known=False)
        if lacking := shelf.take(need):
            return Forecast(need.night, covered, nothing=lacking == 1)
        covered += 1
    return Forecast(None, covered)


def run_out_by_line(
    needs: Iterable[Need], stock: Sequence[Supply], zone: ZoneInfo, lines: Sequence[UUID]
) -> dict[UUID, Forecast]:
    """The same for each of these lines, which share the vials.

    A dose that is not covered in full takes what there is all the same: one line would otherwise
    live on what is too little for the other, and more in stock could then end sooner.
    """
    shelf = _Shelf(stock, zone)
    covered = dict.fromkeys(lines, 0)
    found: dict[UUID, Forecast] = {}
    for need in needs:
        line = need.line_id
        if line in found:
            continue
        if covered[line] == 0 and not shelf.speaks_of(need.amount):
            found[line] = Forecast(None, None, known=False)
        elif lacking := shelf.take(need):
            found[line] = Forecast(need.night, covered[line], nothing=lacking == 1)
        else:
            covered[line] += 1
        if len(found) == len(covered):
            break
    return {line: found.get(line, Forecast(None, covered[line])) for line in lines}


class _Shelf:
    """Vials in the order in which they are used, while doses are taken from them."""

    def __init__(self, stock: Sequence[Supply], zone: ZoneInfo) -> None:
        self._vials = sorted((each for each in stock if each.left > 0), key=_turn)
        self._zone = zone

    def speaks_of(self, amount: Amount) -> bool:
        """Whether the amount can be taken from any of them at all; an empty shelf can tell."""
        return not self._vials or any(each.quantity(amount) for each in self._vials)

    def take(self, need: Need) -> Fraction:
        """Take one dose, the rest of one vial and some of the next; the share that was not there.

        Too little is taken all the same.

        What stays in the syringe is lost from the vial that completes the dose, as far as it goes.
        """
        day = need.due_at.astimezone(self._zone).date()
        wanted = Fraction(1)
        for place, vial in enumerate(self._vials):
            whole = vial.drawn(need)
            if whole is None or _past(vial, day):
                continue
            gives = min(wanted * whole, vial.left)
            wanted -= gives / whole
            lost = min(vial.left - gives, need.dead_ul * vial.per_ul)
            rest = Fraction(0) if vial.single_use else vial.left - gives - lost
            self._vials[place] = _opened(replace(vial, left=rest), day)
            if not wanted:
                break
        # What is opened has another date; what comes before it in the order is used up or past.
        self._vials = sorted((each for each in self._vials if each.left > 0), key=_turn)
        return wanted


def _turn(vial: Supply) -> tuple[date, bool]:
    """The oldest date first; of two that end together, the one in use, else the first given."""
    return vial.last_day or _FAR, not vial.is_open


def _past(vial: Supply, day: date) -> bool:
    return vial.last_day is not None and vial.last_day < day


def _opened(vial: Supply, day: date) -> Supply:
    """The vial once somebody has drawn from it on that day."""
    if vial.is_open or vial.days_once_open is None:
        return replace(vial, is_open=True)
    ends = day + timedelta(days=vial.days_once_open)
    return replace(vial, is_open=True, last_day=min(vial.last_day or _FAR, ends))
