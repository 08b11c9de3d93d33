"""What came, what was logged and what is there: controlled medicines, added up side by side.

It says what adds up and what does not, in amounts and doses. Why is nothing that amounts can say:
a spill nobody noted, a dose nobody logged and a count that was misread look alike.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.courses import first_dues
from app.clinic.holdings import (
    Held,
    amount_of,
    capacity,
    held_by_key,
    in_unit,
    keys_of,
    not_from_these,
)
from app.clinic.reading import Reading, readings
from app.clinic.reconciliation_shapes import EarlyOut, ReconciledOut
from app.doses.adherence import EXPECTED, word_of
from app.protocols.medicines import MEDICINES, Medicine
from app.supplies.coverage import Need, days_early
from app.supplies.holding import contents_and_draws, zones_of
from app.supplies.ledger import Contents
from app.supplies.strength import decimal_of
from app.units import Amount, plain

EARLY = 7
"""A delivery counts as early from more than so many days on: a prescription is filled, and sent,
some days before the one before it ends. [D]"""

PLANNED = timedelta(days=15)
"""So far ahead doses are planned."""

WAITED = timedelta(days=31)
"""So long before the first vial came a dose may have been due that was taken from it."""

PLACES = Decimal("0.001")

PLANNED_WORDS = EXPECTED | {"open", "upcoming"}


@dataclass(frozen=True, slots=True)
class Known:
    """What one medicine is reconciled from.

    doses   of all its lines, in order of time, from before the first vial came to those planned
    dose    as it is prescribed now; None where it is not
    unit    in which it is prescribed now, or labelled
    """

    medicine: Medicine
    held: Held
    doses: Sequence[Reading]
    dose: Amount | None
    unit: str
    zone: ZoneInfo
    now: datetime
    begun: Mapping[UUID, datetime]
    elsewhere: Collection[UUID]

    def logged(self) -> Fraction:
        """The doses logged as taken since the first vial came, but for those that somebody said
        came from none of these."""
        amounts = (
            in_unit(one.taken or one.planned, self.unit)
            for one in self.doses
            if one.intake.taken_at is not None
            and one.taken_on(self.zone) >= self.held.since
            and one.id not in self.elsewhere
        )
        return sum((amount for amount in amounts if amount is not None), Fraction(0))

    def needs(self) -> list[Need]:
        """The doses as prescribed, those that are planned too."""
        found = []
        for one in sorted(self.doses, key=lambda one: (one.night, one.intake.due_at, one.id)):
            word = word_of(one.counted(self.begun.get(one.line_id), None), self.now)
            amount = in_unit(one.planned, self.unit)
            if word in PLANNED_WORDS and amount is not None:
                found.append(Need(one.night, amount))
        return found


async def reconciled(session: AsyncSession, patient_id: UUID, now: datetime) -> list[ReconciledOut]:
    """Every controlled medicine of which this patient has, or had, a vial on record, by name."""
    contents, draws = await contents_and_draws(session, [patient_id], now)
    held = {
        key: mine
        for key, mine in held_by_key(contents[patient_id].values()).items()
        if key[0] in MEDICINES and MEDICINES[key[0]].schedule is not None
    }
    if not held:
        return []
    zone = (await zones_of(session, [patient_id]))[patient_id]
    first = min(mine.since for mine in held.values())
    start = datetime.combine(first, time(), tzinfo=zone) - WAITED
    doses = await readings(session, [patient_id], start, now + PLANNED, now)
    keys = await keys_of(session, [patient_id])
    begun = await first_dues(session, [patient_id], now)
    elsewhere = not_from_these(draws)
    found = []
    for key, mine in held.items():
        of_key = [one for one in doses if keys[one.line_id] == key]
        dose = _now_prescribed(of_key, now)
        unit = dose.unit if dose else _unit_of(mine)
        found.append(_reconciled(
            Known(MEDICINES[key[0]], mine, of_key, dose, unit, zone, now, begun, elsewhere)
        ))  # fmt: skip
    return sorted(found, key=lambda each: each.name)


def _now_prescribed(doses: Sequence[Reading], now: datetime) -> Amount | None:
    """What the last planned dose that fell due was to be; where none has, the first one to come."""
    planned = [one for one in doses if not one.intake.extra]
    due = [one for one in planned if one.intake.due_at <= now]
    return due[-1].planned if due else planned[0].planned if planned else None


def _unit_of(held: Held) -> str:
    """In what a vial is labelled, where no dose says how it is prescribed."""
    unit: str = held.vials[-1].vial.strengths[0]["unit"]
    return unit


def _reconciled(known: Known) -> ReconciledOut:
    held, unit = known.held, known.unit
    dispensed = _sum(capacity(each.vial, unit) or Fraction(0) for each in held.vials)
    logged = known.logged()
    dead = _sum(amount_of(each.vial, each.dead, unit) for each in held.vials)
    wasted = _sum(amount_of(each.vial, each.wasted, unit) for each in held.vials)
    discarded = _sum(amount_of(each.vial, each.discarded, unit) for each in held.vials)
    on_record = dispensed - logged - dead - wasted - discarded
    counted_at = held.counted_at
    counted = _sum(_there(each, unit) for each in held.vials)
    difference = on_record - counted
    return ReconciledOut(
        medicine=known.medicine.code, name=known.medicine.name,
        schedule=known.medicine.schedule or "", since=held.since, unit=unit,
        dispensed=_text(dispensed), logged=_text(logged), dead_space=_text(dead),
        wasted=_text(wasted), discarded=_text(discarded), on_record=_text(on_record),
        counted=None if counted_at is None else _text(counted),
        counted_at=counted_at,
        uncounted=sum(
            each.counted_at is None and each.vial.gone_at is None for each in held.vials
        ),
        difference=None if counted_at is None else _text(difference),
        doses_difference=None if counted_at is None else _in_doses(known, difference),
        early=_early(known),
    )  # fmt: skip


def _there(contents: Contents, unit: str) -> Fraction:
    """What is in a vial: by its last count and what left since, or by the record; 0 once gone."""
    if contents.left is None:  # powder that nobody has dissolved
        return capacity(contents.vial, unit) or Fraction(0)
    return amount_of(contents.vial, contents.left, unit)


def _in_doses(known: Known, difference: Fraction) -> str | None:
    if known.dose is None:
        return None
    return _text(difference / Fraction(known.dose.value), Decimal("0.1"))


def _early(known: Known) -> list[EarlyOut]:
    """The deliveries that came early, in order; vials that came together are one."""
    boxes = known.held.boxes(known.unit, known.zone)
    if boxes is None:
        return []
    needs, found = known.needs(), []
    by_day: dict[date, UUID] = {}
    for each in known.held.vials:
        by_day.setdefault(each.vial.received_on, each.vial.id)
    for day, vial in sorted(by_day.items()):
        days = days_early(needs, boxes, day)
        if days is not None and days > EARLY:
            found.append(EarlyOut(vial=vial, received_on=day, days_early=days))
    return found


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, Fraction(0))


def _text(amount: Fraction, places: Decimal = PLACES) -> str:
    text = plain(decimal_of(amount).quantize(places))
    return "0" if text == "-0" else text
