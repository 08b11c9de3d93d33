"""Which lines a file of earlier history may speak of, and by which names."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.doses.backfill import KnownLine
from app.protocols.medicines import MEDICINES, label_of
from app.protocols.models import Line, Terms, Version

MEDICINE_NAMES = frozenset(
    name.lower() for medicine in MEDICINES.values() for name in (medicine.code, medicine.name)
)
"""Every way to write a medicine that Vesper knows."""


async def known_lines(session: AsyncSession, patient_id: UUID) -> Sequence[KnownLine]:
    """The lines a patient has or had, each under the earliest version that holds or held it."""
    rows = await session.execute(
        select(Terms, Line)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .join(
            Version,
            (Version.patient_id == Terms.patient_id) & (Version.id == Terms.version_id),
        )
        .where(Terms.patient_id == patient_id, Version.in_force_from.is_not(None))
        .order_by(Version.number.desc(), Terms.position)
    )
    earliest: dict[UUID, KnownLine] = {}
    for terms, line in rows:
        label = label_of(line.medicine)
        earliest[line.id] = KnownLine(
            id=line.id,
            names=frozenset({line.medicine.lower(), label.lower(), str(line.id)}),
            version_id=terms.version_id,
            label=label,
            route=line.route,
            on_time_minutes=terms.on_time_minutes,
            min_gap_minutes=terms.min_gap_minutes,
            amount_at=terms.amount_at,
        )
    return list(earliest.values())
