"""The whole record of one patient: what `$everything` answers, and what a full export holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.exchange.fhir.codes import Resource
from app.exchange.fhir.record import KINDS, Record
from app.exchange.fhir.writing import Entry


async def everything_of(record: Record, kinds: tuple[str, ...] = KINDS) -> list[Entry]:
    """Every resource of these kinds: the patient first, then by kind, each in order of time."""
    found = []
    for kind in KINDS:
        if kind in kinds:
            found += sorted(await record.entries(kind), key=lambda each: each.place)
    return found


async def bundle_of(
    session: AsyncSession, patient_id: UUID, now: datetime, *, for_clinic: bool = False
) -> list[Resource]:
    """Every resource of one patient, for their full export; writes nothing.

    Numbers are int or Decimal: `app.exchange.fhir.writing.written` makes JSON of them, digit by
    digit. A patient's own export has no flags, which are for clinicians alone.
    """
    record = Record(session, patient_id, now, for_clinic=for_clinic)
    return [each.whole for each in await everything_of(record)]
