"""The result on record that a change of the protocol is due to, as the version keeps it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.observations.catalogue import CATALOGUE, spoken_unit
from app.observations.models import Observation
from app.problems import Invalid
from app.protocols.drafts import BecauseIn, Draft

GROUPS = frozenset({"lab", "vital"})


async def with_result(session: AsyncSession, patient_id: UUID, draft: Draft) -> Draft:
    """The draft with marker, value, unit and day of the stored result that it names.

    Whatever else was sent about it does not count. A draft that names none, or that has been
    through here, stays as it is. Raises Invalid for what is no standing result of this patient's.
    """
    named = draft.because.observation if draft.because else None
    if named is None:
        return draft
    row = await session.get(Observation, (patient_id, named))
    if row is None or row.voided_at is not None or CATALOGUE[row.code].group not in GROUPS:
        raise Invalid(
            "There is no such result.", field="because.observation",
            cure="Load the results anew, or write marker, value and day yourself.",
        )  # fmt: skip
    because = BecauseIn(
        observation=row.id,
        marker=CATALOGUE[row.code].name,
        value=f"{row.value:f}",
        unit=spoken_unit(row.unit),
        collected_on=row.day,
        comparator=None if row.comparator is None else row.comparator.value,
    )
    return draft.model_copy(update={"because": because})
