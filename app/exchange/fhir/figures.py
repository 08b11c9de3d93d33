"""The figures of adherence as FHIR gives them out, read by the one function that counts them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.figure_shapes import AdherenceOut, Figures
from app.clinic.figures import Period, adherence_of
from app.exchange.fhir.adherence import COUNTED, Followed

PERIODS = (7, 30, 90)
"""Days that are looked back. Source: product.md 5.3."""


async def figures_read(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> tuple[Mapping[str, str], list[Followed]]:
    """The definition, and for each period all lines together and then each of them."""
    found: list[Followed] = []
    definition: dict[str, str] = {}
    for days in PERIODS:
        period = Period.last_days(days, now)
        report = (await adherence_of(session, patient_id, period, now)).out()
        definition = {"id": report.definition.id, **report.definition.text}
        found += [_followed(report, each) for each in (report.pooled, *report.lines)]
    return definition, found


def _followed(report: AdherenceOut, figures: Figures) -> Followed:
    counts = figures.model_dump(include=set(COUNTED))
    return Followed(
        line_id=figures.line.id if figures.line else None,
        name=figures.line.name if figures.line else "", days=report.period.days,
        since=report.period.since, until=report.period.until, counts=counts,
        share=figures.taking.value, interval=figures.taking.ci95,
    )  # fmt: skip
