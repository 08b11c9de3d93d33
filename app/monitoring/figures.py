"""What trends and the body page are made of, read from the record: series, scans, versions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.monitoring.body import Scan
from app.monitoring.trends import InForce, Point
from app.observations.models import Observation
from app.observations.reading import value_of
from app.observations.record import standing
from app.protocols.medicines import MEDICINES
from app.protocols.standing import current_of, segments, terms_of, versions_of
from app.schedule import A_DAY

SEEN_BACK = timedelta(days=400)
"""How far back a trend reaches."""


@dataclass(frozen=True, slots=True)
class Series:
    """One thing over time: its points, oldest first, in the canonical unit; and the last of them.

    at   when the last point was measured; None without any
    """

    points: tuple[Point, ...] = ()
    at: datetime | None = None

    @property
    def latest(self) -> Point | None:
        """The point that was measured last."""
        return self.points[-1] if self.points else None


async def series_of(
    session: AsyncSession, patient_id: UUID, groups: Collection[str], now: datetime
) -> tuple[dict[str, Series], list[Observation]]:
    """The series of everything in these groups in the last 400 days, and the rows behind them."""
    found = await standing(session, [patient_id], groups=groups, since=now - SEEN_BACK)
    rows = found[patient_id]
    points: dict[str, list[Point]] = defaultdict(list)
    last: dict[str, datetime] = {}
    for row in rows:
        points[row.code].append(Point(row.day, value_of(row).canonical))
        last[row.code] = row.collected_at
    return {code: Series(tuple(each), last[code]) for code, each in points.items()}, rows


async def scans_of(session: AsyncSession, patient_id: UUID) -> list[Scan]:
    """Every scan that stands, oldest first; what was entered together is one scan."""
    found = await standing(session, [patient_id], groups={"scan"})
    panels: dict[UUID, list[Observation]] = defaultdict(list)
    for row in found[patient_id]:
        panels[row.panel_id].append(row)
    scans = [_scan(panel_id, rows) for panel_id, rows in panels.items()]
    return sorted(scans, key=lambda scan: (scan.at, scan.panel_id))


def pressures(rows: Iterable[Observation]) -> tuple[date, Decimal, Decimal] | None:
    """The last day with both pressures of one measurement, and the two; None without any."""
    panels: dict[UUID, dict[str, Observation]] = defaultdict(dict)
    latest = None
    for row in rows:
        if row.code in ("systolic", "diastolic"):
            panel = panels[row.panel_id]
            panel[row.code] = row
            if len(panel) == 2:
                upper, lower = value_of(panel["systolic"]), value_of(panel["diastolic"])
                latest = row.day, upper.canonical, lower.canonical
    return latest


async def versions_in_force(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> tuple[list[InForce], date]:
    """The versions that have been in force up to tonight, oldest first; and which night it is."""
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    versions = await versions_of(session, patient_id)
    begins = [each.in_force_from for each in versions if each.in_force_from is not None]
    if not begins:
        return [], tonight
    return [
        InForce(
            stretch.version.number, stretch.since,
            None if stretch.until is None else stretch.until - A_DAY,
        )
        for stretch in segments(versions, min(begins))
        if stretch.since <= tonight
    ], tonight  # fmt: skip


async def kinds_taken(session: AsyncSession, patient_id: UUID, tonight: date) -> frozenset[str]:
    """The kinds of the medicines that the version in force tonight prescribes."""
    version = current_of(await versions_of(session, patient_id), tonight)
    if version is None:
        return frozenset()
    terms = await terms_of(session, patient_id, [version.id])
    return frozenset(
        kind
        for _, line in terms[version.id]
        if line.medicine in MEDICINES
        for kind in MEDICINES[line.medicine].kinds
    )


def points_of(series: Mapping[str, Series], codes: Iterable[str]) -> dict[str, Sequence[Point]]:
    """The points of these codes, empty where nothing was measured."""
    return {code: series[code].points if code in series else () for code in codes}


def _scan(panel_id: UUID, rows: Sequence[Observation]) -> Scan:
    first = rows[0]
    return Scan(
        panel_id, first.collected_at, first.day, first.scanner_make, first.scanner_model,
        {row.code: value_of(row).canonical for row in rows},
    )  # fmt: skip
