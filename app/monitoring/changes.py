"""When the protocol changed, to be marked beside results and symptoms."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.protocols.difference import difference
from app.protocols.drafts import as_prescribed
from app.protocols.standing import segments, terms_of, versions_of


@dataclass(frozen=True, slots=True)
class DoseChange:
    """From which night another version held, and what was different in it."""

    day: date
    version: int
    text: str


async def dose_changes(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> list[DoseChange]:  # fmt: skip
    """Every version that has held, oldest first, up to tonight; three statements."""
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    versions = await versions_of(session, patient_id)
    stretches = [each for each in segments(versions, date.min) if each.since <= tonight]
    if not stretches:
        return []
    terms = await terms_of(session, patient_id, [each.version.id for each in stretches])
    found = []
    before = None
    for stretch in stretches:
        after = [as_prescribed(*row) for row in terms[stretch.version.id]]
        if before is None:
            text = "The protocol begins"
        else:
            told = difference(before, after, stretch.since, tonight)
            text = "; ".join(change.text for change in told) or "Nothing about the doses changes"
        found.append(DoseChange(stretch.since, stretch.version.number, f"{text}."))
        before = after
    return found
