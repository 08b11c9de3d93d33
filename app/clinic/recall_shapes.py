"""How a recall is asked for and answered: a lot, and who of the clinic's patients has it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

VialStatus = Literal["unopened", "not_dissolved", "in_use", "past_its_date", "empty", "gone"]


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("must say something")
    return text


class RecallIn(BaseModel):
    """Which lot is recalled; it is sent in the body so that it stands in no address or log.

    lot        as the label or the recall says it; case and spaces do not matter
    medicine   code of a medicine, where two pharmacies may have numbered alike
    """

    model_config = ConfigDict(extra="forbid")

    lot: Annotated[str, Field(max_length=80), AfterValidator(_said)]
    medicine: str | None = Field(default=None, max_length=40)


class RecalledDose(BaseModel):
    """A dose that stands as taken and as drawn from the lot.

    assumed   Vesper took the vial that was in use; nobody said so
    """

    dose: UUID
    night: date
    taken_at: datetime
    assumed: bool


class RecalledVial(BaseModel):
    """A vial of the lot; `drawn` is empty for one that nobody has drawn from."""

    id: UUID
    medicine_name: str
    lot: str
    pharmacy: str
    received_on: date
    status: VialStatus
    drawn: list[RecalledDose]


class RecalledPatient(BaseModel):
    """A patient who has, or had, vials of the lot."""

    id: UUID
    name: str
    vials: list[RecalledVial]


class RecallOut(BaseModel):
    """Everybody of the asker's patients with a vial of the lot, by name."""

    patients: list[RecalledPatient]
