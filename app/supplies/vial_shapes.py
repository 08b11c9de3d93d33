"""How vials are written in requests and answers: decimals as text, amounts with a UCUM unit."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.clock import Day, Instant
from app.doses.shapes import AmountOut, AmountShape, AuthorOut
from app.supplies.models import Diluent, Form, Gone, Stock, Storage

TOGETHER = "together"
"""In `counts`: the prescribed amount counts all substances of a blend together."""

MOST_SUBSTANCES = 6
MOST_TABLETS = 5_000

Code = Annotated[str, StringConstraints(max_length=40)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Substance = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class Status(StrEnum):
    """How a vial stands today."""

    UNOPENED = "unopened"
    NOT_DISSOLVED = "not_dissolved"
    IN_USE = "in_use"
    PAST_ITS_DATE = "past_its_date"
    EMPTY = "empty"
    GONE = "gone"


class SourceState(StrEnum):
    """What is known of where a vial comes from."""

    VERIFIED = "verified"
    DOUBTFUL = "doubtful"
    UNVERIFIED = "unverified"


class SourceAnswer(StrEnum):
    """An answer to a question of the checklist."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class StrengthShape(AmountShape):
    """How much of one substance: in the whole vial of a powder, in each mL of a solution, in each
    tablet."""

    substance: Substance


class StrengthOut(AmountOut):
    """How much of one substance."""

    substance: str


class VolumeShape(BaseModel):
    """A volume in millilitres, to the microlitre."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=3)]
    unit: Literal["mL"]


class QuantityShape(BaseModel):
    """How much of a vial: millilitres to the microlitre, or tablets to the thousandth."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=3)]
    unit: Literal["mL", "{tablet}"]


class VialFields(BaseModel):
    """What stands on a vial's label and how it was prepared, as far as it was given.

    medicine_form     which of the medicine's forms, where it has several; else empty
    salt              ester or salt on the label, where it names one
    strengths         in the whole vial of a powder, in each mL of a solution, in each tablet
    counts            what the prescribed amount counts: a substance's name, or `together` for all
                      of them; a blend has to say it, a single substance need not
    label_strengths   in each mL once dissolved, where the label says so
    volume            what a solution holds when it comes
    tablets           how many come
    single_use        without preservative: what is left after one puncture is thrown away
    use_by            the pharmacy's own beyond-use date
    """

    model_config = ConfigDict(extra="forbid")

    medicine: Code | None = None
    medicine_form: Code | None = None
    salt: Short | None = None
    form: Form | None = None
    strengths: Annotated[list[StrengthShape], Field(min_length=1, max_length=MOST_SUBSTANCES)] | (
        None
    ) = None
    counts: Substance | None = None
    label_strengths: (
        Annotated[list[StrengthShape], Field(min_length=1, max_length=MOST_SUBSTANCES)] | None
    ) = None
    volume: VolumeShape | None = None
    tablets: Annotated[int, Field(strict=True, ge=1, le=MOST_TABLETS)] | None = None
    single_use: bool | None = None
    pharmacy: Name | None = None
    pharmacy_licence: Short | None = None
    prescriber: Name | None = None
    lot: Short | None = None
    received_on: Day | None = None
    expires_on: Day | None = None
    use_by: Day | None = None
    storage: Storage | None = None
    opened_at: Instant | None = None
    reconstituted_at: Instant | None = None
    diluent: Diluent | None = None
    diluent_volume: VolumeShape | None = None
    note: Note | None = None


class VialChange(VialFields):
    """What is to be corrected of a vial; what is left out stays, null takes it away."""


class VialIn(VialFields):
    """A new vial or pack, as its label says. The client makes the id, so a repeat is harmless."""

    id: UUID
    medicine: Code
    form: Form
    strengths: Annotated[list[StrengthShape], Field(min_length=1, max_length=MOST_SUBSTANCES)]
    pharmacy: Name
    lot: Short
    received_on: Day


class DissolveIn(BaseModel):
    """That a powder was dissolved: in what, in how much, and when."""

    model_config = ConfigDict(extra="forbid")

    diluent: Diluent
    volume: VolumeShape
    at: Instant


class OpenIn(BaseModel):
    """When a vial was first punctured."""

    model_config = ConfigDict(extra="forbid")

    at: Instant


class DiscardIn(BaseModel):
    """That a vial is no longer used: why, and since when."""

    model_config = ConfigDict(extra="forbid")

    why: Gone
    at: Instant


class KeepIn(BaseModel):
    """That a vial was not thrown away after all."""

    model_config = ConfigDict(extra="forbid")


class SourceCheckIn(BaseModel):
    """Answers to the checklist about where a vial comes from, by the code of each question."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    answers: Annotated[dict[Code, SourceAnswer], Field(min_length=1, max_length=30)]
    note: Note = ""


class StockIn(BaseModel):
    """What was wasted from a vial, or how much somebody found in it."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Stock
    quantity: QuantityShape
    at: Instant
    note: Note = ""


class SourceOut(BaseModel):
    """What the last answers to the checklist say; `answers` is null before the first."""

    state: SourceState
    at: datetime | None
    by: AuthorOut | None
    answers: dict[str, SourceAnswer] | None


class VialWarningOut(BaseModel):
    """Something to look at; `code` is stable, `text` is for people."""

    code: str
    text: str


class VialOut(BaseModel):
    """One vial or pack, what is in it today, and what is to be looked at.

    per_ml        what one mL holds; null for tablets and for powder that is not dissolved
    opened_on     the date of the first puncture, said or by the first dose drawn
    left          null for powder that is not dissolved. It is a count of what is there, after all
                  doses, waste and what stays in syringes, and says how far to draw to nobody: that
                  is `GET …/draw`, after the strength was confirmed
    left_amount   the same in the unit that is prescribed
    doses_left    whole doses of the prescribed amount; null where nothing prescribed fits
    overdrawn     what was drawn beyond what it can have held; null where nothing was
    lines         the lines of the protocol in force that it serves
    """

    id: UUID
    medicine: str
    medicine_name: str
    medicine_form: str
    salt: str
    form: Form
    strengths: list[StrengthOut]
    counts: str
    label_strengths: list[StrengthOut] | None
    per_ml: list[StrengthOut] | None
    volume: AmountOut | None
    tablets: int | None
    single_use: bool
    pharmacy: str
    pharmacy_licence: str
    prescriber: str
    lot: str
    received_on: date
    expires_on: date | None
    use_by: date | None
    storage: Storage | None
    opened_at: datetime | None
    opened_on: date | None
    reconstituted_at: datetime | None
    diluent: Diluent | None
    diluent_volume: AmountOut | None
    note: str
    status: Status
    discard_on: date | None
    discard_why: Literal["use_by", "expires", "opened", "single_use"] | None
    left: AmountOut | None
    left_amount: AmountOut | None
    doses_left: int | None
    overdrawn: AmountOut | None
    drawn_doses: int
    lines: list[UUID]
    source: SourceOut
    entered_by: AuthorOut
    created_at: datetime
    gone_at: datetime | None
    gone_why: Gone | None
    revision: int
    warnings: list[VialWarningOut]


class VialsOut(BaseModel):
    """A patient's vials and packs, and which date it is where they are."""

    vials: list[VialOut]
    today: date


class SourceQuestionOut(BaseModel):
    """A question of the checklist, why it is asked, and where that is from.

    medicines   it is asked of vials of these alone; empty: of every vial
    """

    code: str
    text: str
    help: str
    source: str
    medicines: list[str]


class ChecklistOut(BaseModel):
    """What to look at to know where a vial comes from."""

    questions: list[SourceQuestionOut]


class VialEventOut(BaseModel):
    """One thing that happened to a vial, or that somebody said of it.

    quantity   what it was about, where there is one
    dose       the dose it was drawn for; `assumed`: Vesper took the vial that was in use
    id         of a stock entry or of a draw; null for others
    voided     it was taken back
    """

    at: datetime
    kind: Literal[
        "entered", "changed", "dissolved", "opened", "drawn", "wasted", "counted", "discarded",
        "kept", "source_checked",
    ]  # fmt: skip
    text: str
    quantity: AmountOut | None
    by: AuthorOut | None
    dose: UUID | None
    assumed: bool | None
    id: UUID | None
    voided: bool


class VialHistoryOut(BaseModel):
    """Everything that happened to a vial, newest first."""

    events: list[VialEventOut]
