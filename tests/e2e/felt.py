"""People who say how they are: one who is asked tonight, and one with two months behind them."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.monitoring.models import LabSettings
from app.observations.checkins import keep
from app.observations.models import Asked, Rhythm
from app.observations.record import enter
from app.observations.shapes import PanelIn
from app.observations.tracking import Policy, choose
from app.protocols.drafts import Draft
from app.protocols.models import Line
from app.protocols.versions import enter_version
from app.schedule import A_DAY
from tests.e2e.people import AGO, QUIETLY, a_person_at_bedtime
from tests.factories import a_line, a_screening

HOLOGIC = {"make": "Hologic", "model": "Horizon A"}
LUNAR = {"make": "GE Lunar", "model": "iDXA"}


async def the_felt(session: AsyncSession, zone: str, now: datetime) -> dict[str, Person]:
    """Who sees the screens of check-ins, side effects and body."""
    asked = await a_person_at_bedtime(session, zone)
    await choose(
        session, asked.id, asked, Means.APP,
        Policy(rhythm=Rhythm.DAILY), now - timedelta(hours=2),
    )  # fmt: skip
    return {"asked": asked, "felt": await somebody_with_a_past(session, zone, now)}


async def somebody_with_a_past(session: AsyncSession, zone: str, now: datetime) -> Person:
    """Two months of check-ins over a change of the amount, side effects, measurements, scans."""
    person = await a_person_at_bedtime(session, zone, a_line(ladder=QUIETLY), nights=60)
    await a_screening(session, person, now=now - A_DAY * 61)
    await half_as_much(session, person, now - A_DAY * 24)
    policy = Policy(
        rhythm=Rhythm.WEEKLY, weekday=7, asked=Asked.EVENING, training_days=(1, 3, 5),
    )  # fmt: skip
    await choose(session, person.id, person, Means.APP, policy, now - A_DAY * 60)
    tonight = (now - AGO).astimezone(ZoneInfo(zone)).date()
    for ago in range(58, 1, -1):
        if ago % 9 in (3, 4) or 40 < ago < 46:
            continue
        day = tonight - A_DAY * ago
        scores = {
            "energy": 4 + (58 - ago) // 20 + ago % 3, "sleep_quality": 3 + ago % 4,
            "recovery": 5 + ago % 2, "libido": 2 + (ago * 7) % 5,
        }  # fmt: skip
        if ago % 5 == 0:
            del scores["libido"]
        for told in (scores, {**scores, "energy": 9}) if ago == 2 else (scores,):
            await keep(session, person.id, person, Means.APP, uuid4(), day, told, "", now)
    line = (await session.scalars(select(Line.id).where(Line.patient_id == person.id))).one()
    await measured(session, person, now, line=str(line))
    session.add(
        LabSettings(
            patient_id=person.id,
            chosen={"protein": {"low": "1.6", "high": "2.2"}},
            edited_by=person.id,
            edited_at=now,
        )
    )
    await session.flush()
    return person


async def half_as_much(session: AsyncSession, person: Person, now: datetime) -> None:
    """A second version of the protocol, as the patient entered it themselves."""
    line = (await session.scalars(select(Line).where(Line.patient_id == person.id))).one()
    draft = {
        "reason": "", "based_on": 1, "overrides": [],
        "lines": [{
            "id": str(line.id), "medicine": line.medicine, "form": line.form, "route": line.route,
            "amount": {"value": "125", "unit": "ug"}, "ladder": list(QUIETLY),
            "recurrence": {"weekdays": [], "times": ["bedtime"]},
        }],
    }  # fmt: skip
    await enter_version(session, person.id, person, Draft.model_validate(draft), now)


async def measured(session: AsyncSession, person: Person, now: datetime, *, line: str) -> None:
    """Weight and blood pressure, side effects, and three scans on two scanners."""

    async def panel(ago: float, scanner: dict[str, str] | None = None, **values: str) -> None:
        results = [
            {"code": code, "value": value.split()[0], "unit": value.split()[1]}
            | ({"line_id": line} if code in ("injection_site_reaction", "headache") else {})
            | ({"site": "Thigh, left"} if code == "injection_site_reaction" else {})
            for code, value in values.items()
        ]
        given = PanelIn.model_validate({
            "id": uuid4(), "collected_at": now - A_DAY * Decimal(ago).__float__(),
            "scanner": scanner, "results": results, "confirmed": [*values],
        })  # fmt: skip
        await enter(session, person.id, given, person.id, Means.APP, now)

    for ago in (40, 33, 26, 12, 6, 4, 1):
        await panel(ago, weight=f"{84 - (40 - ago) / 15:.1f} kg")
    await panel(20, waist="96 cm")
    for ago, upper in ((20, 128), (5, 124), (1, 131)):
        await panel(ago + 0.2, systolic=f"{upper} mm[Hg]", diastolic="82 mm[Hg]")
    await panel(55, injection_site_reaction="3 {score}")
    await panel(9, headache="4 {score}")
    await panel(3, headache="6 {score}")
    await panel(70, HOLOGIC, dexa_lean="61.2 kg", dexa_fat="19.8 kg", dexa_bone="2.9 kg")
    await panel(
        6.5, HOLOGIC, dexa_lean="62.6 kg", dexa_fat="19.4 kg", dexa_bone="2.9 kg",
        dexa_body_fat="23 %", dexa_lean_trunk="29.5 kg", dexa_fat_trunk="9.4 kg",
    )  # fmt: skip
    await panel(2, LUNAR, dexa_lean="60.9 kg", dexa_fat="20.6 kg")
