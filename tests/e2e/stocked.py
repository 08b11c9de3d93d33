"""Somebody with vials, other supplies and injection spots behind them, and their clinic."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access
from app.accounts.models import Person, Scope
from app.audit import Means
from app.clinic import refills
from app.clinic.refill_shapes import RefillIn
from app.doses.log import Report
from app.doses.models import Kind
from app.intake.taking import settle
from app.protocols.models import Line
from app.protocols.planning import plan_patient
from app.schedule import A_DAY
from app.sites.models import Placement, Reacted, Reaction
from app.supplies.drawing import Said, say_vial
from app.supplies.models import (
    Consumable,
    ConsumableCount,
    Counted,
    Diluent,
    Form,
    Item,
    SourceCheck,
    Stock,
    StockEntry,
    Vial,
)
from app.supplies.source_checks import QUESTIONS
from tests.e2e.people import QUIETLY, a_person_at_bedtime, doses_due_by
from tests.factories import a_care_link, a_clinician, a_line

LOT = "RT-2041"
"""On the label of the vial that is in use, and of an earlier one."""

NIGHTS = 14


async def who_has_supplies(
    session: AsyncSession, zone: str, now: datetime
) -> dict[str, tuple[Person, str]]:
    """A patient with what a record of supplies can hold, and the clinician who looks after them."""
    oil = a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="50", unit="mg", every=4,
        ladder=QUIETLY,
    )  # fmt: skip
    person = await a_person_at_bedtime(session, zone, a_line(ladder=QUIETLY), oil, nights=NIGHTS)
    person.name = "Somebody with a shelf in the refrigerator"
    start = now - A_DAY * (NIGHTS + 1)
    clinician = await a_clinician(session, name="Dr. Shelf", now=start)
    await a_care_link(session, person, clinician, now=start)
    for days in range(0, NIGHTS, 12):
        await plan_patient(session, person.id, start + A_DAY * (days + 1))
    lines = await session.scalars(select(Line).where(Line.patient_id == person.id))
    line = {each.medicine: each.id for each in lines}
    vials = await what_came(session, person, start, now)
    session.add(_check(person.id, vials["oil"].id, clinician, now - A_DAY * 3))
    session.add(_check(person.id, vials["old"].id, person, start, seal="no"))
    await what_was_taken(session, person, vials["old"].id, now)
    session.add(StockEntry(
        patient_id=person.id, id=uuid4(), vial_id=vials["oil"].id, kind=Stock.COUNTED,
        quantity=8_000, at=now - A_DAY, author_id=person.id, said_at=now - A_DAY,
    ))  # fmt: skip
    await what_is_counted(session, person, now)
    access = Access(person.id, person, own=True, scope=Scope.CHANGE)
    wanted = RefillIn(id=uuid4(), line=line["sermorelin"], note="I travel from the first.")
    await refills.ask(session, access, wanted, now - A_DAY)
    return {"stocked": (person, str(line["sermorelin"])), "shelf": (clinician, str(person.id))}


async def what_came(
    session: AsyncSession, person: Person, start: datetime, now: datetime
) -> dict[str, Vial]:
    """A vial past its date, the one in use, one that nobody has opened, and a controlled one."""

    def vial(medicine: str, form: Form, unit: str, value: str, **facts: Any) -> Vial:
        known: dict[str, Any] = {
            "pharmacy": "A compounding pharmacy", "received_on": start.date(), "lot": LOT, **facts,
        }  # fmt: skip
        substance = "testosterone cypionate" if unit == "mg/mL" else medicine
        return Vial(
            patient_id=person.id, id=uuid4(), medicine=medicine, form=form,
            strengths=[{"substance": substance, "value": value, "unit": "mg"}],
            created_at=start, author_id=person.id, **known,
        )  # fmt: skip

    dissolved: dict[str, Any] = {
        "diluent": Diluent.BACTERIOSTATIC_WATER, "diluent_ul": 2_000, "reconstituted_at": start,
    }  # fmt: skip
    came = {
        "old": vial(
            "sermorelin", Form.POWDER, "mg", "3", lot="QK-1187-with-an-addition",
            use_by=(now - A_DAY * 9).date(), **dissolved,
        ),
        "used": vial("sermorelin", Form.POWDER, "mg", "5", pharmacy_licence="PH-1234", **dissolved),
        "new": vial("sermorelin", Form.POWDER, "mg", "5", received_on=(now - A_DAY * 2).date()),
        "oil": vial(
            "testosterone_cypionate", Form.SOLUTION, "mg/mL", "200", volume_ul=10_000,
            salt="cypionate", lot="TC-88", note="Came in a plain box.",
        ),
    }  # fmt: skip
    session.add_all(came.values())
    await session.flush()
    return came


async def what_was_taken(session: AsyncSession, person: Person, old: UUID, now: datetime) -> None:
    """Every dose but tonight's, each into a spot; one from a vial after its discard date."""
    taken = [dose for dose in await doses_due_by(session, person, now) if dose.due_at < now - A_DAY]
    for number, dose in enumerate(taken):
        at = dose.due_at + timedelta(minutes=10)
        report = Report(id=dose.id, kind=Kind.TAKEN, author=person.id, means=Means.APP, taken_at=at)
        await settle(session, person.id, dose.id, report, now=at)
        spots = ("abdomen_upper_left", "abdomen_lower_right", "thigh_left")
        session.add(Placement(
            patient_id=person.id, id=uuid4(), dose_id=dose.id, seq=1, said_at=at,
            author_id=person.id, site=spots[number % len(spots)],
        ))  # fmt: skip
    late = [dose for dose in taken if dose.amount.unit == "ug"][-1]
    said = Said(person.id, Means.APP, now - A_DAY, uuid4())
    await say_vial(session, person.id, late.id, old, said)
    session.add(Reaction(
        patient_id=person.id, id=uuid4(), site="thigh_left", kind=Reacted.LUMP, note="Like a pea.",
        noticed_on=(now - A_DAY * 2).date(), said_at=now, author_id=person.id,
    ))  # fmt: skip


async def what_is_counted(session: AsyncSession, person: Person, now: datetime) -> None:
    """Syringes enough, needles few, a sharps box nearly full, swabs that nobody has counted."""
    for item, name, number, low_at in (
        (Item.SYRINGE, "Syringes, 0.3 mL", 60, 10),
        (Item.NEEDLE, "Needles, 25 G, with an extraordinarily-long-double-barrelled name", 7, 10),
        (Item.SHARPS_BOX, "Sharps box", 5, 5),
        (Item.SWAB, "Swabs", None, None),
    ):
        one = Consumable(
            patient_id=person.id, id=uuid4(), item=item, name=name, per_injection=1,
            created_at=now, low_at=low_at,
        )  # fmt: skip
        session.add(one)
        await session.flush()
        if number is not None:
            session.add(ConsumableCount(
                patient_id=person.id, id=uuid4(), consumable_id=one.id, kind=Counted.COUNTED,
                number=number, at=now, author_id=person.id, said_at=now,
            ))  # fmt: skip


def _check(patient: UUID, vial: UUID, by: Person, at: datetime, **but: str) -> SourceCheck:
    answers = dict.fromkeys(QUESTIONS, "yes") | but
    return SourceCheck(
        patient_id=patient, id=uuid4(), vial_id=vial, answers=answers, author_id=by.id, at=at
    )
