"""What stands on a patient's shelf, for tests of what a clinic reads from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report
from app.doses.models import Dose, Event, Kind
from app.intake.taking import settle
from app.protocols.planning import plan_patient
from app.supplies.drawing import Said, say_vial
from app.supplies.models import Drawn, Form, Stock, StockEntry, Vial
from app.units import Amount
from tests.story_time import MONDAY

DAY = timedelta(days=1)


async def stocked(session: AsyncSession, patient: Person, **facts: Any) -> Vial:
    """A vial of this patient: 5 mg of sermorelin dissolved in 2 mL, 20 doses of 250 mcg."""
    given: dict[str, Any] = {
        "patient_id": patient.id, "id": uuid4(), "medicine": "sermorelin", "form": Form.POWDER,
        "strengths": [{"substance": "sermorelin", "value": "5", "unit": "mg"}],
        "pharmacy": "A pharmacy", "lot": "A1", "received_on": MONDAY.date(), "created_at": MONDAY,
        "author_id": patient.id, "diluent_ul": 2000, "reconstituted_at": MONDAY,
    }  # fmt: skip
    vial = Vial(**given | facts)
    session.add(vial)
    await session.flush()
    return vial


async def oil(session: AsyncSession, patient: Person, **facts: Any) -> Vial:
    """A vial of testosterone: 200 mg in each of so many mL, 2 unless said otherwise."""
    given = {
        "medicine": "testosterone_cypionate", "form": Form.SOLUTION, "volume_ul": 2000,
        "diluent_ul": None, "reconstituted_at": None,
        "strengths": [{"substance": "testosterone cypionate", "value": "200", "unit": "mg"}],
    }  # fmt: skip
    return await stocked(session, patient, **given | facts)


async def tablets(session: AsyncSession, patient: Person, count: int, **facts: Any) -> Vial:
    """A pack of 1 mg tablets."""
    given = {
        "medicine": "anastrozole", "form": Form.TABLETS, "tablets": count, "diluent_ul": None,
        "reconstituted_at": None,
        "strengths": [{"substance": "anastrozole", "value": "1", "unit": "mg"}],
    }  # fmt: skip
    return await stocked(session, patient, **given | facts)


async def doses_until(session: AsyncSession, patient: Person, until: datetime) -> list[Dose]:
    """Every dose due up to an instant, planned in good time as the tick would have done."""
    at = MONDAY
    while at + 13 * DAY < until:
        at += 13 * DAY
        await plan_patient(session, patient.id, at)
    rows = select(Dose).where(Dose.patient_id == patient.id, Dose.due_at <= until)
    return list(await session.scalars(rows.order_by(Dose.due_at)))


async def wrote(
    session: AsyncSession, doses: Sequence[Dose], vial: Vial | None = None, *, ul: int = 100
) -> None:
    """The rows of doses taken when they were due, each drawn as `ul` or one tablet of a vial.

    Written straight away, because many of them by `took` cost seconds.
    """
    for dose in doses:
        event = uuid4()
        session.add(Event(
            patient_id=dose.patient_id, id=event, dose_id=dose.id, seq=1, kind=Kind.TAKEN,
            taken_at=dose.due_at, logged_at=dose.due_at, author_id=dose.patient_id, means=Means.APP,
        ))  # fmt: skip
        await session.flush()
        if vial is not None:
            session.add(Drawn(
                patient_id=dose.patient_id, id=uuid4(), dose_id=dose.id, seq=1, event_id=event,
                author_id=dose.patient_id, said_at=dose.due_at, assumed=True, vial_id=vial.id,
                quantity=1000 if vial.form is Form.TABLETS else ul,
            ))  # fmt: skip
    await session.flush()


async def took(
    session: AsyncSession, dose: Dose, amount: Amount | None = None, *, late: timedelta = 0 * DAY
) -> None:
    """Log a dose as taken when it was due, or so much later; the vial in use follows."""
    at = dose.due_at + late
    report = Report(
        id=uuid4(), kind=Kind.TAKEN, author=dose.patient_id, means=Means.APP, taken_at=at,
        amount=amount,
    )  # fmt: skip
    await settle(session, dose.patient_id, dose.id, report, now=at)


async def came_from(session: AsyncSession, dose: Dose, vial: UUID | None) -> None:
    """Say from which vial a dose was drawn."""
    said = Said(dose.patient_id, Means.APP, dose.due_at + timedelta(minutes=1), uuid4())
    await say_vial(session, dose.patient_id, dose.id, vial, said)


async def counted(session: AsyncSession, vial: Vial, quantity: int, at: datetime) -> StockEntry:
    """Somebody found so much in a vial, in microlitres or thousandths of a tablet."""
    return await _entered(session, vial, Stock.COUNTED, quantity, at)


async def wasted(session: AsyncSession, vial: Vial, quantity: int, at: datetime) -> None:
    """So much was wasted."""
    await _entered(session, vial, Stock.WASTED, quantity, at)


async def _entered(
    session: AsyncSession, vial: Vial, kind: Stock, quantity: int, at: datetime
) -> StockEntry:
    entry = StockEntry(
        patient_id=vial.patient_id, id=uuid4(), vial_id=vial.id, kind=kind, quantity=quantity,
        at=at, author_id=vial.patient_id, said_at=at,
    )  # fmt: skip
    session.add(entry)
    await session.flush()
    return entry


def mg(value: str) -> Amount:
    return Amount(Decimal(value), "mg")
