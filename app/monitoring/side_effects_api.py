"""What a patient reported, and what is said to them about it, over HTTP."""

from datetime import timedelta

from fastapi import APIRouter
from pydantic import BaseModel

from app.accounts.access import InConfidence
from app.clock import Now
from app.db import Session
from app.monitoring.courses import courses_of
from app.monitoring.levels import Level
from app.monitoring.results import REPORTED, results_of
from app.monitoring.side_effects import Meaning, side_effect_signals
from app.monitoring.signals import hematocrit_alert
from app.observations.record import people_of, standing
from app.observations.shapes import ObservationOut
from app.problems import NotFound, declared

router = APIRouter(prefix="/api/patients/{patient}", tags=["monitoring"])

SEEN_BACK = timedelta(days=400)


class SaidOut(BaseModel):
    """What is said of one report, in the words for the patient, and where that comes from."""

    level: Level
    rule: str
    text: str
    source: str

    @classmethod
    def of(cls, meaning: Meaning) -> "SaidOut":
        """What a report means; what raises no flag is for information."""
        return cls(
            level=meaning.level or Level.INFO, rule=meaning.rule, text=meaning.patient_text,
            source=meaning.source,
        )  # fmt: skip


class ReportOut(BaseModel):
    """One side effect or warning sign; `says` is null for one that is gone."""

    observation: ObservationOut
    says: SaidOut | None


class ReportsOut(BaseModel):
    """Side effects and warning signs of the last 400 days, newest first."""

    reports: list[ReportOut]


@router.get("/side-effects", responses=declared(NotFound))
async def read_side_effects(access: InConfidence, session: Session, now: Now) -> ReportsOut:
    """What was reported, and what is said of it as things stand now."""
    mine = [access.patient_id]
    since = now - SEEN_BACK
    results = (await results_of(session, mine, since, {"hematocrit"}))[access.patient_id]
    courses = (await courses_of(session, mine, now)).get(access.patient_id, [])
    meanings = {
        each.observation_id: each
        for each in side_effect_signals(
            results.reports, courses, hematocrit_alert=hematocrit_alert(results)
        )
    }
    rows = (await standing(session, mine, groups=REPORTED, since=since))[access.patient_id]
    people = await people_of(session, rows)
    return ReportsOut(
        reports=[
            ReportOut(
                observation=ObservationOut.of(row, people),
                says=SaidOut.of(meanings[row.id]) if row.id in meanings else None,
            )
            for row in reversed(rows)
        ]
    )
