"""How long each line's vials last, by the plan that is really in force.

The vials that serve a line are those of its medicine and form; lines of one medicine share them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.supplies.catalogue import opened_days_of
from app.supplies.dates import opened_on
from app.supplies.draw import tick_of
from app.supplies.forecast import BASES, Forecast, Supply, run_out_by_line
from app.supplies.holding import contents_of_many
from app.supplies.kit import NO_KIT, Kit, kits_of
from app.supplies.ledger import Contents
from app.supplies.models import Form, Vial
from app.supplies.needs import NIGHTS, Course, courses_of
from app.supplies.strength import quantity_of, whole
from app.units import Amount, IncompatibleUnits

_THOUSANDTHS = 1000


async def outlook_of(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> dict[UUID, Forecast]:
    """The forecast of each line that a patient takes or will take, by line; writes nothing.

    A line without any vial on record is left out.
    """
    held = await contents_of_many(session, [patient_id], now)
    return (await outlooks_of(session, held, now)).get(patient_id, {})


async def outlooks_of(
    session: AsyncSession, contents: Mapping[UUID, Mapping[UUID, Contents]], now: datetime, *,
    nights: int = NIGHTS,
) -> dict[UUID, dict[UUID, Forecast]]:  # fmt: skip
    """The same for many patients, by patient, in as many statements as for one.

    Lines without any vial on record are left out, and patients without such lines.

    contents   every vial of each patient, as `app.supplies.holding` has them
    nights     how many nights are looked ahead; what lasts longer has no date
    """
    held = {patient: list(vials.values()) for patient, vials in contents.items() if vials}
    if not held:
        return {}
    courses = await courses_of(session, list(held), now)
    kits = await kits_of(session, list(held))
    found = {
        patient: forecasts(course, held[patient], kits, nights)
        for patient, course in courses.items()
    }
    return {patient: of_lines for patient, of_lines in found.items() if of_lines}


def forecasts(
    course: Course, held: Sequence[Contents], kits: Mapping[UUID, Kit], nights: int = NIGHTS
) -> dict[UUID, Forecast]:
    """The forecast of each line of a course that any of these vials serves; nothing is read.

    kits   what a line is drawn with; lines not named are drawn with nobody knows what
    """
    together: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for line in course.lines.values():
        together[line.medicine, line.form].append(line.id)
    found: dict[UUID, Forecast] = {}
    for (medicine, form), lines in together.items():
        serving = [each for each in held if each.vial.serves(medicine, form)]
        if serving:
            stock = [each for each in (supply_of(one, course.here) for one in serving) if each]
            needs = course.needs({line: kits.get(line, NO_KIT) for line in lines}, nights)
            found |= run_out_by_line(needs, stock, course.here, lines)
    return found


def supply_of(held: Contents, here: ZoneInfo) -> Supply | None:
    """A vial as the forecast takes from it; None for one that is gone, or served its one dose.

    A powder that is not dissolved counts by what it weighs. What stays in syringes is lost from it
    only where the label says how much of it a millilitre will hold.
    """
    vial = held.vial
    if vial.gone_at is not None or (vial.single_use and held.doses):
        return None
    measures = _measures(vial)
    if held.left is not None:
        left = Fraction(held.left)
        per_ul = Fraction(vial.form is not Form.TABLETS)
    else:
        left, measures, per_ul = _by_mass(vial)
    opened = opened_on(vial, held.first_drawn_at, here)
    return Supply(
        id=vial.id,
        left=left,
        measures=measures,
        per_ul=per_ul,
        last_day=held.discard.day,
        days_once_open=_days_once_open(vial),
        is_open=opened is not None,
        single_use=vial.single_use,
        piece=tick_of(vial.form, 0),
    )


def _measures(vial: Vial) -> dict[str, Fraction]:
    """How much of a vial each base unit is, for those that can be taken from it."""
    each = {base: quantity_of(vial, Amount(Decimal(1), base)) for base in BASES}
    return {base: quantity for base, quantity in each.items() if quantity}


def _by_mass(vial: Vial) -> tuple[Fraction, dict[str, Fraction], Fraction]:
    """What an undissolved powder holds, in which unit, and how much of it a microlitre will be."""
    try:
        held = whole(vial)
    except IncompatibleUnits:
        return Fraction(1), {}, Fraction(0)
    base = next(base for base in BASES if _speaks(held, base))
    per_ul = Fraction(0)
    if vial.label_strengths:
        per_ul = (
            sum(
                (
                    Fraction(Decimal(each["value"]))
                    * Fraction(Amount(Decimal(1), each["unit"]).to(base).value)
                    for each in vial.label_strengths
                    if vial.counts in ("", each["substance"]) and _speaks_unit(each["unit"], base)
                ),
                Fraction(0),
            )
            / _THOUSANDTHS
        )
    return Fraction(held.to(base).value), {base: Fraction(1)}, per_ul


def _speaks(amount: Amount, base: str) -> bool:
    return _speaks_unit(amount.unit, base)


def _speaks_unit(unit: str, base: str) -> bool:
    try:
        Amount(Decimal(1), unit).to(base)
    except IncompatibleUnits:
        return False
    return True


def _days_once_open(vial: Vial) -> int | None:
    """How many days a vial has from the day of its first puncture; a pack of tablets is as it is.

    Source: clinical.md 5.2, as `app.supplies.dates` reads it.
    """
    if vial.form is Form.TABLETS:
        return None
    return opened_days_of(vial.medicine)
