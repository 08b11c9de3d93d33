"""Date of birth and sex of a patient, told by themselves or their clinician, and corrected."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import preferences_of
from app.accounts.models import Person, Sex
from app.accounts.waking import today_of
from app.problems import Invalid

EARLIEST = date(1900, 1, 1)


class About(BaseModel):
    """What rules and reference ranges by age and sex go by; null where it was not told."""

    model_config = ConfigDict(extra="forbid")

    born_on: date | None
    sex: Sex | None


async def about(session: AsyncSession, patient_id: UUID) -> About:
    """What is known of a patient."""
    person = await session.get_one(Person, patient_id)
    return About(born_on=person.born_on, sex=person.sex)


async def tell_about(
    session: AsyncSession, patient_id: UUID, actor: Person, told: About, now: datetime
) -> None:
    """Keep what was told; the same again changes nothing.

    Raises Invalid for a date of birth before 1900, or that has not come where the patient is.
    """
    today = today_of(await preferences_of(session, patient_id), now)
    if told.born_on is not None and not EARLIEST <= told.born_on <= today:
        raise Invalid(
            "This is not a date of birth.", field="born_on",
            cure=f"Choose a day from {EARLIEST} to {today}.",
        )  # fmt: skip
    person = await session.get_one(Person, patient_id, with_for_update=True)
    if (person.born_on, person.sex) == (told.born_on, told.sex):
        return
    person.born_on, person.sex = told.born_on, told.sex
    audit.record(session, "about.told", at=now, actor=actor.id, patient=patient_id)
