"""What a patient has, by the lines it serves, in the unit that is prescribed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.models import Dose
from app.protocols.models import Line
from app.supplies.coverage import Box
from app.supplies.ledger import Contents, StandingDraw
from app.supplies.models import Form, Vial
from app.supplies.strength import amount_in, full, whole
from app.units import Amount, IncompatibleUnits

Key = tuple[str, str]
"""Medicine and form: the lines of one key share the vials of that key."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one patient has, or had, of one medicine and form; never empty."""

    vials: tuple[Contents, ...]

    @property
    def since(self) -> date:
        """The day the first of them came."""
        return min(each.vial.received_on for each in self.vials)

    @property
    def tablets(self) -> bool:
        """Whether all of them are counted rather than measured."""
        return all(each.vial.form is Form.TABLETS for each in self.vials)

    @property
    def counted_at(self) -> datetime | None:
        """When one of them was last counted."""
        return max((each.counted_at for each in self.vials if each.counted_at), default=None)

    def boxes(self, unit: str, zone: ZoneInfo, ending: date = date.min) -> list[Box] | None:
        """Each as the box that coverage asks for; None where one does not say how much it holds.

        ending   those that ended before this day are left out
        """
        found = []
        for each in self.vials:
            holds, last = capacity(each.vial, unit), last_night(each, zone)
            if last is not None and last < ending:
                continue
            if holds is None:
                return None
            found.append(Box(holds, each.vial.received_on, last))
        return found


def held_by_key(contents: Iterable[Contents]) -> dict[Key, Held]:
    """The vials of one patient by what they serve."""
    found: dict[Key, list[Contents]] = defaultdict(list)
    for each in contents:
        found[each.vial.medicine, each.vial.medicine_form].append(each)
    return {key: Held(tuple(vials)) for key, vials in found.items()}


async def keys_of(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, Key]:
    """Medicine and form of every line of these patients, by line; one statement."""
    rows = await session.execute(
        select(Line.id, Line.medicine, Line.form).where(Line.patient_id.in_(patients))
    )
    return {row.id: (row.medicine, row.form) for row in rows}


def amount_of(vial: Vial, quantity: int | Fraction, unit: str) -> Fraction:
    """So much of a vial in this unit; nothing where it cannot be said, as of undissolved powder."""
    found = amount_in(vial, quantity, unit)
    return Fraction(0) if found is None else Fraction(found.value)


def capacity(vial: Vial, unit: str) -> Fraction | None:
    """What a vial came with in this unit; None where the unit says nothing of it."""
    quantity = full(vial)
    if quantity is not None:
        found = amount_in(vial, quantity, unit)
        return None if found is None else Fraction(found.value)
    try:
        return in_unit(whole(vial), unit)
    except IncompatibleUnits:
        return None


@lru_cache(maxsize=1024)
def in_unit(amount: Amount, unit: str) -> Fraction | None:
    """An amount in another unit; None where there is no factor.

    Kept at hand, because a line's doses are of one amount, or of a few.
    """
    try:
        return Fraction(amount.to(unit).value)
    except IncompatibleUnits:
        return None


def last_night(contents: Contents, zone: ZoneInfo) -> date | None:
    """The last night on which a vial may be used: its discard date, or the day it was gone."""
    gone = contents.vial.gone_at
    ends = (contents.discard.day, gone.astimezone(zone).date() if gone else None)
    return min((day for day in ends if day is not None), default=None)


def not_from_these(draws: Mapping[UUID, Iterable[StandingDraw]]) -> frozenset[UUID]:
    """The doses of which somebody said that they came from none of the vials on record."""
    return frozenset(
        draw.dose_id
        for mine in draws.values()
        for draw in mine
        if draw.vial_id is None and not draw.assumed
    )


async def nights_of(
    session: AsyncSession, draws: Mapping[UUID, Iterable[StandingDraw]]
) -> dict[tuple[UUID, UUID], date]:
    """The night of each dose that something was drawn for, by patient and dose; one statement."""
    doses = {draw.dose_id for mine in draws.values() for draw in mine}
    rows = await session.execute(
        select(Dose.patient_id, Dose.id, Dose.night).where(
            Dose.patient_id.in_(draws), Dose.id.in_(doses)
        )
    )
    return {(row.patient_id, row.id): row.night for row in rows}
