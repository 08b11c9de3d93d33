"""Somebody who draws: a confirmed mark, a label to be read, and two marks to be compared."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.protocols.models import Line
from app.schedule import A_DAY
from app.supplies.models import Confirmation, Diluent, Form, LineKit, Vial
from tests.e2e.people import QUIETLY, a_person_at_bedtime
from tests.factories import a_line

SYRINGE = "u100_0_5"


async def who_draws(
    session: AsyncSession, zone: str, now: datetime
) -> dict[str, tuple[Person, str]]:
    """One patient with three lines, each in another state of drawing."""
    oil = a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="50", unit="mg", every=4,
        ladder=QUIETLY,
    )  # fmt: skip
    blend = a_line(medicine="cjc1295_ipamorelin", form="no_dac", amount="100", ladder=QUIETLY)
    person = await a_person_at_bedtime(session, zone, a_line(ladder=QUIETLY), blend, oil)
    lines = await session.scalars(select(Line).where(Line.patient_id == person.id))
    line = {each.medicine: each.id for each in lines}
    await session.flush()

    # Confirmed: 5 mg in 2 mL; and one that is past its date, to choose from as well.
    ready = a_vial(person, "sermorelin", {"sermorelin": "5"}, now)
    session.add(a_vial(person, "sermorelin", {"sermorelin": "5"}, now - A_DAY * 40))
    # Half of what the label said before; its first step is done.
    two = {"CJC-1295": "5", "ipamorelin": "5"}
    before = a_vial(person, "cjc1295_ipamorelin", two, now - A_DAY * 35, counts="ipamorelin")
    tenth = {"CJC-1295": "0.5", "ipamorelin": "0.5"}
    after = a_vial(person, "cjc1295_ipamorelin", tenth, now, counts="ipamorelin")
    session.add_all((ready, before, after, an_oil(person, now)))
    for each in line.values():
        session.add(LineKit(
            patient_id=person.id, line_id=each, syringe=SYRINGE, set_at=now, set_by=person.id,
        ))  # fmt: skip
    await session.flush()
    session.add(a_look(ready, line["sermorelin"], "2.5", now, mark="10"))
    session.add(a_look(before, line["cjc1295_ipamorelin"], "2.5", now - A_DAY * 30, mark="4"))
    session.add(a_look(after, line["cjc1295_ipamorelin"], "0.25", now, mark=None))
    return {
        "drawing-ready": (person, str(line["sermorelin"])),
        "drawing-label": (person, str(line["testosterone_cypionate"])),
        "drawing-marks": (person, str(line["cjc1295_ipamorelin"])),
        "drawing-vial": (person, str(ready.id)),
    }


def a_vial(
    person: Person, medicine: str, milligrams: dict[str, str], dissolved: datetime,
    counts: str = "",
) -> Vial:  # fmt: skip
    """A powder dissolved in 2 mL at this time."""
    return Vial(
        patient_id=person.id, id=uuid4(), medicine=medicine, form=Form.POWDER,
        medicine_form="no_dac" if counts else "", counts=counts,
        strengths=[
            {"substance": name, "value": value, "unit": "mg"} for name, value in milligrams.items()
        ],
        pharmacy="A compounding pharmacy with a name of some length", lot=f"D-{dissolved:%d%m}",
        received_on=dissolved.date() - A_DAY, created_at=dissolved, author_id=person.id,
        diluent=Diluent.BACTERIOSTATIC_WATER, diluent_ul=2_000, reconstituted_at=dissolved,
    )  # fmt: skip


def an_oil(person: Person, now: datetime) -> Vial:
    """10 mL of 200 mg/mL, not opened."""
    substance = "testosterone cypionate"
    return Vial(
        patient_id=person.id, id=uuid4(), medicine="testosterone_cypionate", form=Form.SOLUTION,
        strengths=[{"substance": substance, "value": "200", "unit": "mg"}], volume_ul=10_000,
        pharmacy="A pharmacy", lot="TC-88", received_on=now.date() - A_DAY, created_at=now,
        author_id=person.id,
    )  # fmt: skip


def a_look(
    vial: Vial, line: UUID, milligrams: str, at: datetime, *, mark: str | None
) -> Confirmation:
    """That a label was read; with a mark, that the second step was done too."""
    look = Confirmation(
        patient_id=vial.patient_id, id=uuid4(), vial_id=vial.id, line_id=line,
        strength_value=Decimal(milligrams), strength_unit="mg", author_id=vial.author_id,
        started_at=at,
    )  # fmt: skip
    if mark is not None:
        # In 2.5 mg each mL a unit holds 25 ug.
        look.amount_value, look.amount_unit = 25 * Decimal(mark), "ug"
        look.syringe, look.mark, look.confirmed_at = SYRINGE, Decimal(mark), at
    return look
