"""How a refill request is sent and answered. The clinic's note about it is not in the answer."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.clinic.models import Outcome

RefillState = Literal["asked", "lapsed", "closed", "withdrawn"]
"""`lapsed`: nobody has closed it, and nobody at the clinic that was asked can any more."""


class RefillIn(BaseModel):
    """A wish for more of one line. `id` is a random UUID of the sender's, so a repeat is harmless.

    note   what the clinic should know, in the patient's words
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    line: UUID
    note: str = Field(default="", max_length=500)


class RefillLine(BaseModel):
    """The line that more is asked for of."""

    id: UUID
    name: str


class RefillOut(BaseModel):
    """A refill request and what came of it.

    runs_out_on   the night from which there was not enough, as worked out when it was asked
    outcome       the clinic's word for what came of it; null while nobody has closed it
    """

    id: UUID
    line: RefillLine
    asked_at: datetime
    note: str
    runs_out_on: date | None
    state: RefillState
    outcome: Outcome | None
    closed_at: datetime | None


class RefillsOut(BaseModel):
    """Every request of a patient, the newest first.

    can_be_asked   whether there is a clinic that may see to a request; without one none can be made
    """

    requests: list[RefillOut]
    can_be_asked: bool
