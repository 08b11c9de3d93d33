"""Somebody with sixteen weeks of a protocol and of laboratory results behind them."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person, Sex
from app.audit import Means
from app.doses.log import Report, settle
from app.doses.models import Kind
from app.observations.record import enter
from app.observations.shapes import PanelIn
from app.protocols.drafts import Draft
from app.protocols.models import Line
from app.protocols.planning import plan_patient
from app.protocols.versions import enter_version
from app.schedule import A_DAY
from tests.e2e.people import QUIETLY, a_person_at_bedtime, doses_due_by
from tests.factories import a_line

WEEKS = 16

BASELINE = {
    "testosterone_total": "262 ng/dL", "estradiol": "18 pg/mL", "igf1": "165 ng/mL",
    "hematocrit": "44.1 %", "hemoglobin": "14.8 g/dL", "glucose_fasting": "92 mg/dL",
    "hba1c": "5.3 %", "hdl": "48 mg/dL", "ldl": "118 mg/dL", "triglycerides": "110 mg/dL",
    "alt": "24 U/L", "ast": "22 U/L",
}  # fmt: skip


async def the_measured(session: AsyncSession, zone: str, now: datetime) -> dict[str, Person]:
    """Who sees the screens of labs and results."""
    weekday = (now.astimezone(ZoneInfo(zone)).date() - A_DAY * 2).isoweekday()
    oil = a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg",
        ladder=QUIETLY, weekdays=(weekday,),
    )  # fmt: skip
    person = await a_person_at_bedtime(session, zone, oil, nights=WEEKS * 7)
    person.born_on, person.sex = datetime(1984, 5, 2).date(), Sex.MALE
    start = now - timedelta(weeks=WEEKS)
    await somewhat_more(session, person, weekday, start + timedelta(weeks=9))
    for week in range(0, WEEKS + 1, 2):
        await plan_patient(session, person.id, start + timedelta(weeks=week))
    for dose in (await doses_due_by(session, person, now))[:-3]:
        at = dose.due_at + timedelta(minutes=10)
        report = Report(id=dose.id, kind=Kind.TAKEN, author=person.id, means=Means.APP, taken_at=at)
        await settle(session, person.id, dose.id, report, now=at)
    await results(session, person, zone, now)
    return {"measured": person}


async def somewhat_more(session: AsyncSession, person: Person, weekday: int, now: datetime) -> None:
    """A second version of the protocol, as the patient entered it themselves."""
    line = (await session.scalars(select(Line).where(Line.patient_id == person.id))).one()
    draft = {
        "reason": "", "based_on": 1,
        "lines": [{
            "id": str(line.id), "medicine": line.medicine, "form": line.form, "route": line.route,
            "amount": {"value": "120", "unit": "mg"}, "ladder": list(QUIETLY),
            "recurrence": {"weekdays": [weekday], "times": ["bedtime"]},
        }],
    }  # fmt: skip
    await enter_version(session, person.id, person, Draft.model_validate(draft), now)


async def results(session: AsyncSession, person: Person, zone: str, now: datetime) -> None:
    """A baseline, week 6, and later ones, of which the newest is to be read with care."""

    async def panel(ago: int, at: str = "08:10", **given: str) -> None:
        day = now.astimezone(ZoneInfo(zone)).date() - A_DAY * ago
        collected_at = datetime.combine(day, time.fromisoformat(at), ZoneInfo(zone))
        rows = [
            {
                "code": code, "value": value.lstrip("<"), "unit": unit,
                "comparator": "<" if value.startswith("<") else None,
                **({"assay": "standard"} if code == "estradiol" else {}),
                **({"low": "88", "high": "246"} if code == "igf1" else {}),
            }
            for code, value, unit in ((code, *told.split(" ")) for code, told in given.items())
        ]  # fmt: skip
        shape = PanelIn.model_validate({
            "id": uuid4(), "collected_at": collected_at, "laboratory": "City laboratory",
            "fasting": "yes" if ago > 20 else "unknown", "results": rows, "confirmed": [*given],
        })  # fmt: skip
        await enter(session, person.id, shape, person.id, Means.APP, now)

    await panel(WEEKS * 7 + 3, **BASELINE)
    await panel(70, testosterone_total="472 ng/dL", estradiol="31 pg/mL", igf1="171 ng/mL")
    await panel(33, "07:40", testosterone_total="19.4 nmol/L", estradiol="27 pg/mL")
    await panel(
        12, testosterone_total="688 ng/dL", estradiol="<20 pg/mL", hematocrit="52.6 %",
        hemoglobin="17.4 g/dL", igf1="182 ng/mL",
    )  # fmt: skip
