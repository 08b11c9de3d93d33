"""What the demo patients had measured and how they felt, entered as they would have entered it.

The figures are made up to show what Vesper says of them; they are nobody's.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person, Sex
from app.audit import Means
from app.monitoring.models import LabSettings
from app.monitoring.settings import Goal, MonitoringSettings
from app.observations.checkins import keep
from app.observations.models import Asked, Fasting, Rhythm
from app.observations.record import enter
from app.observations.shapes import PanelIn, ResultIn, ScannerShape
from app.observations.tracking import SCALES, Policy, choose
from app.schedule import A_DAY, zone

ZONE = "America/Denver"

UNITS = {
    "testosterone_total": "ng/dL", "testosterone_free": "pg/mL", "estradiol": "pg/mL",
    "igf1": "ng/mL", "hematocrit": "%", "hemoglobin": "g/dL", "glucose_fasting": "mg/dL",
    "hba1c": "%", "hdl": "mg/dL", "ldl": "mg/dL", "cholesterol_total": "mg/dL",
    "triglycerides": "mg/dL", "psa": "ng/mL", "alt": "U/L", "ast": "U/L",
    "weight": "kg", "waist": "cm", "systolic": "mm[Hg]", "diastolic": "mm[Hg]",
    "dexa_lean": "kg", "dexa_fat": "kg", "dexa_bone": "kg",
}  # fmt: skip

# Weeks from the start of treatment to what the laboratory wrote.
PANELS: Mapping[int, Mapping[str, str]] = {
    -1: {
        "testosterone_total": "241", "testosterone_free": "48", "estradiol": "18", "igf1": "128",
        "hematocrit": "44.1", "hemoglobin": "14.8", "glucose_fasting": "91", "hba1c": "5.3",
        "hdl": "46", "ldl": "118", "cholesterol_total": "191", "triglycerides": "132",
        "psa": "0.8", "alt": "24", "ast": "22",
    },
    6: {"testosterone_total": "512", "testosterone_free": "121", "estradiol": "34", "igf1": "196",
        "hematocrit": "48.6"},
    11: {
        "testosterone_total": "588", "testosterone_free": "142", "estradiol": "11", "igf1": "238",
        "hematocrit": "52.4", "hemoglobin": "17.4", "glucose_fasting": "96", "hba1c": "5.4",
        "hdl": "41", "ldl": "124", "cholesterol_total": "194", "triglycerides": "141",
        "psa": "0.9", "alt": "29", "ast": "25",
    },
}  # fmt: skip

RANGES = {"igf1": ("52", "328"), "testosterone_total": ("264", "916")}

SCANS: Mapping[int, Mapping[str, str]] = {
    -1: {"dexa_lean": "58.20", "dexa_fat": "24.90", "dexa_bone": "2.91"},
    10: {"dexa_lean": "59.90", "dexa_fat": "23.30", "dexa_bone": "2.92"},
}


async def measure(
    session: AsyncSession, person: Person, clinician: Person, start: datetime, now: datetime,
    chance: Random,
) -> None:  # fmt: skip
    """Twelve weeks of panels, scans, weights and check-ins; each is entered the day it was taken.

    The last panel has a hematocrit that its clinician has to look at.
    """
    person.born_on, person.sex = date(1981, 5, 4), Sex.MALE
    chosen = MonitoringSettings(protein=Goal.model_validate({"low": "1.6", "high": "2.2"}))
    session.add(LabSettings(
        patient_id=person.id, chosen=chosen.model_dump(mode="json"), edited_by=clinician.id,
        edited_at=start,
    ))  # fmt: skip
    wanted = Policy(rhythm=Rhythm.DAILY, asked=Asked.EVENING, items=SCALES, training_days=(1, 3, 6))
    await choose(session, person.id, person, Means.APP, wanted, start)
    for week, values in PANELS.items():
        # Testosterone is taken on Sundays at nine: Wednesday morning is the middle of its week.
        at = _morning(start, week, weekday=3)
        await _enter(session, person, values, at, max(at, start), fasting=Fasting.YES)
    for week, values in SCANS.items():
        at = _morning(start, week, weekday=5)
        scanner = ScannerShape(make="Hologic", model="Horizon A")
        await _enter(session, person, values, at, max(at, start), scanner=scanner)
    for week in range(13):
        at = _morning(start, week, weekday=1)
        if at + timedelta(hours=9) < now:
            weight = {"weight": f"{84.6 - 0.11 * week + chance.uniform(-0.4, 0.4):.1f}"}
            pressure = {"systolic": str(126 + week // 2), "diastolic": str(79 + week // 4)}
            await _enter(session, person, weight | (pressure if week % 4 == 0 else {}), at, at)
    await _feel(session, person, start, now, chance)


def _morning(start: datetime, week: int, *, weekday: int) -> datetime:
    """Eight o'clock on a weekday of a week of treatment, 1 is Monday."""
    here = zone(ZONE)
    day = start.astimezone(here).date() + A_DAY * 7 * week
    day += A_DAY * ((weekday - day.isoweekday()) % 7)
    return datetime.combine(day, time(8), tzinfo=here).astimezone(UTC)


async def _enter(
    session: AsyncSession, person: Person, values: Mapping[str, str], at: datetime,
    heard: datetime, *, fasting: Fasting | None = None, scanner: ScannerShape | None = None,
) -> None:  # fmt: skip
    results = [
        ResultIn(
            code=code, value=value, unit=UNITS[code], low=RANGES.get(code, (None, None))[0],
            high=RANGES.get(code, (None, None))[1],
        )
        for code, value in values.items()
    ]  # fmt: skip
    panel = PanelIn(
        id=_id(person, "/".join(values), at), collected_at=at, fasting=fasting, scanner=scanner,
        results=results, confirmed=list(values),
    )  # fmt: skip
    await enter(session, person.id, panel, person.id, Means.APP, heard + timedelta(hours=9))


async def _feel(
    session: AsyncSession, person: Person, start: datetime, now: datetime, chance: Random
) -> None:
    """A check-in on most evenings, slowly better and never smooth."""
    day, tonight = start.astimezone(zone(ZONE)).date(), now.astimezone(zone(ZONE)).date()
    begun = day
    while day < tonight:
        at = datetime.combine(day, time(22, 40), tzinfo=zone(ZONE)).astimezone(UTC)
        if at < now and chance.random() < 0.8:
            gone = (day - begun).days / 84
            scores = {
                code: max(0, min(10, round(chance.gauss(4 + 3 * gone, 1.1)))) for code in SCALES
            }
            await keep(
                session, person.id, person, Means.APP, _id(person, "check-in", at), day, scores, "",
                at,
            )  # fmt: skip
        day += A_DAY


def _id(person: Person, what: str, at: datetime) -> UUID:
    return uuid5(person.id, f"demo/{what}/{at.isoformat()}")
