"""How a patient feels and what their body does, over time: trends and the body page, over HTTP."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import InConfidence
from app.clock import Now
from app.db import Session
from app.monitoring import body, figures
from app.monitoring.body_shapes import (
    BesideOut,
    BodyOut,
    ChangeOut,
    CompanionOut,
    ComparedOut,
    ExpectedOut,
    MeasureOut,
    MilestoneOut,
    PerKgOut,
    PressureOut,
    PressuresOut,
    ProteinOut,
    ScanOut,
    StretchOut,
    TrendOut,
    TrendsOut,
)
from app.monitoring.changes import dose_changes
from app.monitoring.figures import Series
from app.monitoring.settings import MonitoringSettings, settings_of
from app.monitoring.treatment import treatment_of
from app.monitoring.trends import FEWEST, Beside, beside, window_of
from app.observations.catalogue import CATALOGUE
from app.observations.conversions import shown
from app.observations.models import Rhythm
from app.observations.tracking import SCALES, policy_of
from app.problems import NotFound, declared
from app.protocols.medicines import GROWTH_HORMONE_PEPTIDE

router = APIRouter(prefix="/api/patients/{patient}", tags=["monitoring"])

NO_CAUSE = "Medians of {days} days with at least {fewest} scores. They say nothing of a cause."


@router.get("/trends", responses=declared(NotFound))
async def read_trends(access: InConfidence, session: Session, now: Now) -> TrendsOut:
    """Each scale of the check-ins of the last 400 days, and beside the protocol's versions.

    Each median is of 7 days; of 28 for a patient who is asked once a week.
    """
    series, _ = await figures.series_of(session, access.patient_id, {"scale"}, now)
    versions, tonight = await figures.versions_in_force(session, access.patient_id, now)
    scales = figures.points_of(series, SCALES)
    policy = await policy_of(session, access.patient_id)
    window = window_of(weekly=policy.rhythm is Rhythm.WEEKLY)
    return TrendsOut(
        items=[TrendOut.of(code, points, window) for code, points in scales.items()],
        changes=[
            ChangeOut(day=each.day, version=each.version, text=each.text.rstrip("."))
            for each in await dose_changes(session, access.patient_id, now)
        ],
        versions=[_beside_out(each) for each in beside(scales, versions, tonight)],
        text=NO_CAUSE.format(days=window.days, fewest=FEWEST),
    )


@router.get("/body", responses=declared(NotFound))
async def read_body(access: InConfidence, session: Session, now: Now) -> BodyOut:
    """Weight, waist, blood pressure and scans; when scans are asked for; the companion card."""
    patient_id = access.patient_id
    settings = await settings_of(session, patient_id)
    series, rows = await figures.series_of(session, patient_id, {"body", "vital"}, now)
    scans = await figures.scans_of(session, patient_id)
    treatment = await treatment_of(session, patient_id, now)
    versions, tonight = await figures.versions_in_force(session, patient_id, now)
    kinds = await figures.kinds_taken(session, patient_id, tonight) if versions else frozenset()
    pressure = figures.pressures(rows)
    start = treatment.start if treatment else None
    return BodyOut(
        weight=MeasureOut.of("weight", series),
        waist=MeasureOut.of("waist", series),
        body_fat=MeasureOut.of("body_fat", series),
        blood_pressure=PressuresOut(
            latest=_pressure_out(pressure) if pressure else None,
            systolic=MeasureOut.of("systolic", series),
            diastolic=MeasureOut.of("diastolic", series),
        ),
        scans=[_scan_out(scan, scans, settings) for scan in reversed(scans)],
        milestones=_milestones_out(start, scans) if start else [],
        companion=await _companion_out(session, access, settings, series, kinds),
        timeline=_timeline_out() if GROWTH_HORMONE_PEPTIDE in kinds else [],
        started_on=start,
    )


def _beside_out(each: Beside) -> BesideOut:
    return BesideOut(
        number=each.number,
        before=StretchOut.of(each.before, each.before_n, each.before_medians),
        after=StretchOut.of(each.after, each.after_n, each.after_medians),
        text=each.text,
    )


def _scan_out(scan: body.Scan, scans: list[body.Scan], settings: MonitoringSettings) -> ScanOut:
    compared, why_not = body.compare(
        scan, scans, least_lean=settings.lean_change_kg, least_fat=settings.fat_change_kg
    )
    return ScanOut.of(scan, ComparedOut.of(compared, body.LEAST_SOURCE), why_not)


def _milestones_out(start: date, scans: list[body.Scan]) -> list[MilestoneOut]:
    return [
        MilestoneOut(**{
            "code": each.code, "from": each.first, "to": each.last, "done_on": each.done_on,
            "text": each.text, "source": each.source,
        })
        for each in body.milestones(start, scans)
    ]  # fmt: skip


async def _companion_out(
    session: AsyncSession, access: InConfidence, settings: MonitoringSettings,
    series: dict[str, Series], kinds: frozenset[str],
) -> CompanionOut | None:  # fmt: skip
    if settings.protein is None:
        return None
    words, band = body.COMPANION, settings.protein
    weight = series.get("weight", Series()).latest
    policy = await policy_of(session, access.patient_id)
    return CompanionOut(
        protein=ProteinOut(
            low=f"{body.protein(weight.value, band.low):f}" if weight else None,
            high=f"{body.protein(weight.value, band.high):f}" if weight else None,
            per_kg=PerKgOut(low=f"{band.low:f}", high=f"{band.high:f}"),
            weight=shown(CATALOGUE["weight"], weight.value) if weight else None,
            day=weight.day if weight else None,
            text=words["protein"] if weight else words["no_weight"],
        ),
        leucine=words["leucine"],
        attention=words["glp1"] if "glp1" in kinds else None,
        training_days=list(policy.training_days),
        source=words["source"],
    )


def _timeline_out() -> list[ExpectedOut]:
    return [
        ExpectedOut(from_day=each.from_day, to_day=each.to_day, text=each.text, source=each.source)
        for each in body.TIMELINE
    ]


def _pressure_out(found: tuple[date, Decimal, Decimal]) -> PressureOut:
    day, systolic, diastolic = found
    return PressureOut(
        day=day, systolic=shown(CATALOGUE["systolic"], systolic),
        diastolic=shown(CATALOGUE["diastolic"], diastolic),
    )  # fmt: skip
