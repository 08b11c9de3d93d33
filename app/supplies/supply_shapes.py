"""What the API says of run-out, other supplies and their settings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.clock import Instant
from app.supplies.models import Counted, Item
from app.supplies.settings import LONGEST_LEAD

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Pieces = Annotated[int, Field(strict=True, ge=0, le=100_000)]
PerInjection = Annotated[int, Field(strict=True, ge=0, le=20)]


class LineState(StrEnum):
    """How a line stands: enough, within the days of warning, short for the next dose already, or
    nobody can say."""

    ENOUGH = "enough"
    SOON = "soon"
    OUT = "out"
    UNKNOWN = "unknown"
    NO_VIALS = "no_vials"


class LineSupply(BaseModel):
    """Until when one line's vials last.

    enough_until   the last day up to which every dose is covered; null where nothing runs out, and
                   where not even the next dose is covered
    short_on       the night of the first dose that is not covered
    days_left      days from tonight to that night; 0 is tonight, or before it, still open
    doses_left     doses covered until then; null where it cannot be counted
    ask_by         the day on which the patient wants to be told: so many days before it is short
    """

    id: UUID
    name: str
    medicine: str
    state: LineState
    enough_until: date | None
    short_on: date | None
    days_left: int | None
    doses_left: int | None
    ask_by: date | None
    text: str


class CountShape(BaseModel):
    """One thing somebody said of how many there are."""

    id: UUID
    kind: Counted
    number: int
    at: datetime


class ConsumableOut(BaseModel):
    """Something that is counted; `left` is null until somebody counted it.

    Of a sharps box `left` is how many pieces still fit. `lasts_until` is the last day up to which
    it lasts by the plan; null where that is not known, or further than is looked ahead, and where
    there are too few for the next injection. `last_count` is what was said last, so that it can be
    taken back.
    """

    id: UUID
    item: Item
    name: str
    left: int | None
    per_injection: int
    lines: list[UUID]
    low_at: int | None
    low: bool
    lasts_until: date | None
    revision: int
    last_count: CountShape | None


class SettingsOut(BaseModel):
    """How a patient wants to hear of supplies; `speak_at` null is the usual waking hour."""

    lead_days: int
    speak_at: str | None
    notices: bool


class SuppliesOut(BaseModel):
    """Everything a patient has, and how long it lasts."""

    lines: list[LineSupply]
    consumables: list[ConsumableOut]
    settings: SettingsOut


class SettingsIn(BaseModel):
    """How a patient wants to hear of supplies; every field is given."""

    model_config = ConfigDict(extra="forbid")

    lead_days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_LEAD)]
    speak_at: str | None = Field(max_length=5)
    notices: bool


class ConsumableIn(BaseModel):
    """Something new that is to be counted; the client makes the id."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    item: Item
    name: Name
    per_injection: PerInjection = 1
    lines: list[UUID] = Field(default_factory=list, max_length=50)
    low_at: Pieces | None = None


class ConsumableChange(BaseModel):
    """What is to be different; a field that is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    per_injection: PerInjection | None = None
    lines: list[UUID] | None = Field(default=None, max_length=50)
    low_at: Pieces | None = None


class CountIn(BaseModel):
    """So many more came, or so many are there; the client makes the id. `at` left out is now."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Counted
    number: Pieces
    at: Instant | None = None
