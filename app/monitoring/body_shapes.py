"""How trends and the body page are written in answers: numbers as decimal strings."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.monitoring.body import Change, Compared, Scan
from app.monitoring.figures import Series
from app.monitoring.trends import Days, Middle, Point, too_few, trend
from app.observations.catalogue import CATALOGUE, Item, spoken_unit
from app.observations.conversions import shown
from app.observations.shapes import ScannerShape


class PointOut(BaseModel):
    """What was measured or felt on a day."""

    day: date
    value: str


class MiddleOut(BaseModel):
    """The median of the days that end with this one, of so many points; null for too few."""

    day: date
    value: str | None
    n: int


class TrendOut(BaseModel):
    """One scale over time.

    `window_days` says of how many days each median is; `too_few`, that none has enough points.
    """

    code: str
    name: str
    points: list[PointOut]
    window_days: int
    median: list[MiddleOut]
    too_few: bool

    @classmethod
    def of(cls, code: str, points: Sequence[Point], window: timedelta) -> "TrendOut":
        """A scale and its points, oldest first."""
        item, medians = CATALOGUE[code], trend(points, window)
        return cls(
            code=code, name=item.name, points=points_out(item, points), window_days=window.days,
            median=middles_out(item, medians), too_few=too_few(medians),
        )  # fmt: skip


class ChangeOut(BaseModel):
    """A day on which another version of the protocol began."""

    day: date
    version: int
    text: str


class StretchOut(BaseModel):
    """Days, both included; on how many of them was a check-in; each scale's median and its count.

    A median is null where `counts` has too few.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    since: date = Field(alias="from")
    until: date = Field(alias="to")
    n: int
    median: dict[str, str | None]
    counts: dict[str, int]

    @classmethod
    def of(cls, days: Days, n: int, medians: Mapping[str, Middle]) -> "StretchOut":
        """A stretch of days with its medians."""
        return cls(**{
            "from": days.first, "to": days.last, "n": n,
            "median": {code: score_out(each.value) for code, each in medians.items()},
            "counts": {code: each.n for code, each in medians.items()},
        })  # fmt: skip


class BesideOut(BaseModel):
    """A version of the protocol: its first days beside the last ones of the version before."""

    number: int
    before: StretchOut
    after: StretchOut
    text: str


class TrendsOut(BaseModel):
    """How the patient felt over time, and beside the versions of the protocol."""

    items: list[TrendOut]
    changes: list[ChangeOut]
    versions: list[BesideOut]
    text: str


class LatestOut(BaseModel):
    """The last measurement, in the canonical unit."""

    day: date
    value: str


class MeasureOut(BaseModel):
    """One measure over time; `trend` is its 7-day median."""

    code: str
    name: str
    unit: str
    unit_spoken: str
    latest: LatestOut | None
    points: list[PointOut]
    trend: list[MiddleOut]
    too_few: bool

    @classmethod
    def of(cls, code: str, series: Mapping[str, Series]) -> "MeasureOut":
        """A measure, also one of which nothing is on record."""
        item, each = CATALOGUE[code], series.get(code, Series())
        last, medians = each.latest, trend(each.points)
        return cls(
            code=code, name=item.name, unit=item.unit, unit_spoken=spoken_unit(item.unit),
            latest=LatestOut(day=last.day, value=shown(item, last.value)) if last else None,
            points=points_out(item, each.points), trend=middles_out(item, medians),
            too_few=too_few(medians),
        )  # fmt: skip


class PressureOut(BaseModel):
    """Both pressures of one measurement."""

    day: date
    systolic: str
    diastolic: str


class PressuresOut(BaseModel):
    """Blood pressure over time."""

    latest: PressureOut | None
    systolic: MeasureOut
    diastolic: MeasureOut


class TissueOut(BaseModel):
    """What one tissue did between two scans; `change` is null unless it is `beyond` `least`, in kg.

    `source` says where `least` comes from.
    """

    change: str | None
    beyond: bool
    least: str
    text: str
    source: str

    @classmethod
    def of(cls, code: str, found: Change | None, source: str) -> "TissueOut | None":
        """A tissue's change, or null where one scan has no such value."""
        if found is None:
            return None
        change = None if found.change is None else shown(CATALOGUE[code], found.change)
        return cls(
            change=change, beyond=found.beyond, least=f"{found.least:f}", text=found.text,
            source=source,
        )  # fmt: skip


class ComparedOut(BaseModel):
    """A scan beside the one before it on the same scanner."""

    with_day: date
    lean: TissueOut | None
    fat: TissueOut | None

    @classmethod
    def of(cls, found: Compared | None, source: str) -> "ComparedOut | None":
        """A comparison, or null where there is none."""
        if found is None:
            return None
        return cls(
            with_day=found.with_day,
            lean=TissueOut.of("dexa_lean", found.lean, source),
            fat=TissueOut.of("dexa_fat", found.fat, source),
        )


class ScanOut(BaseModel):
    """One scan, values by code in canonical units; regional ones are never compared.

    `why_not` says why a scan is not compared.
    """

    panel_id: UUID
    day: date
    scanner: ScannerShape | None
    values: dict[str, str]
    compared: ComparedOut | None
    why_not: str | None

    @classmethod
    def of(cls, scan: Scan, compared: ComparedOut | None, why_not: str | None) -> "ScanOut":
        """A scan as the API shows it."""
        return cls(
            panel_id=scan.panel_id, day=scan.day,
            scanner=ScannerShape(make=scan.make, model=scan.model) if scan.make else None,
            values={code: shown(CATALOGUE[code], value) for code, value in scan.values.items()},
            compared=compared, why_not=why_not,
        )  # fmt: skip


class MilestoneOut(BaseModel):
    """Days, both included, in which a scan is asked for; `done_on` is the first one in them."""

    model_config = ConfigDict(serialize_by_alias=True)

    code: str
    since: date = Field(alias="from")
    until: date = Field(alias="to")
    done_on: date | None
    text: str
    source: str


class PerKgOut(BaseModel):
    """Grams of protein per kilogram a day, as the clinic set them."""

    low: str
    high: str


class ProteinOut(BaseModel):
    """Grams of protein a day, from the weight of `day`; all null without any weight."""

    low: str | None
    high: str | None
    per_kg: PerKgOut
    weight: str | None
    day: date | None
    text: str


class CompanionOut(BaseModel):
    """What the clinic wants to be seen beside the weight. `attention` is for those on a GLP-1."""

    protein: ProteinOut
    leucine: str
    attention: str | None
    training_days: list[int]
    source: str


class ExpectedOut(BaseModel):
    """What a source reports of some days, counted from the start; no promise."""

    from_day: int
    to_day: int
    text: str
    source: str


class BodyOut(BaseModel):
    """The body page; `companion` is null unless the clinic switched it on."""

    weight: MeasureOut
    waist: MeasureOut
    body_fat: MeasureOut
    blood_pressure: PressuresOut
    scans: list[ScanOut]
    milestones: list[MilestoneOut]
    companion: CompanionOut | None
    timeline: list[ExpectedOut]
    started_on: date | None


def points_out(item: Item, points: Sequence[Point]) -> list[PointOut]:
    """Points in the canonical unit, rounded as a screen shows them."""
    return [PointOut(day=point.day, value=shown(item, point.value)) for point in points]


def middles_out(item: Item, medians: Sequence[tuple[date, Middle]]) -> list[MiddleOut]:
    """The median of each day that has a point; a score's may lie between two numbers."""
    found = []
    for day, each in medians:
        value = None
        if each.value is not None:
            value = score_out(each.value) if item.integer else shown(item, each.value)
        found.append(MiddleOut(day=day, value=value, n=each.n))
    return found


def score_out(value: Decimal | None) -> str | None:
    """A median of scores: a whole number or a half, without zeros behind the point."""
    return None if value is None else f"{value.normalize():f}"
