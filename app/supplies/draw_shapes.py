"""How a draw is written in answers, and what is sent to confirm one."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.doses.shapes import AmountOut, AmountShape
from app.supplies.catalogue import Syringe
from app.supplies.vial_shapes import Status, StrengthOut
from app.units import plain

State = Literal["ready", "confirm", "no_vial", "not_dissolved", "no_syringe", "no_figure", "pen"]
MarkUnit = Literal["units", "mL", "tablets"]
SyringeCode = Annotated[str, StringConstraints(max_length=32)]


class SyringeOut(BaseModel):
    """A syringe by its marks; `tick` is from one line to the next. A `pen` has none: both are 0."""

    code: str
    name: str
    kind: Literal["units", "ml", "pen"]
    capacity: AmountOut
    tick: AmountOut
    dead_space: AmountOut
    source: str

    @classmethod
    def of(cls, syringe: Syringe) -> "SyringeOut":
        """The syringe as the API shows it."""
        return cls(
            code=syringe.code, name=syringe.name, kind=syringe.kind,
            capacity=volume_out(syringe.capacity_ul), tick=volume_out(syringe.tick_ul),
            dead_space=volume_out(syringe.dead_space_ul), source=syringe.source,
        )  # fmt: skip


class HeedOut(BaseModel):
    """One thing to heed; `code` is for programs, `text` for people."""

    code: str
    text: str


class DrawLine(BaseModel):
    """The line that is drawn for."""

    id: UUID
    name: str


class DrawVial(BaseModel):
    """The vial that is drawn from.

    left       null as well while a new strength was not confirmed: one dose less tells how much
               the dose was
    per_ml     every substance in one mL; null for tablets, and while a figure is not to be seen
    strength   what the prescription counts in one mL or one tablet; null as above
    """

    id: UUID
    lot: str
    medicine_name: str
    discard_on: date | None
    left: AmountOut | None
    per_ml: list[StrengthOut] | None
    strength: AmountOut | None


class OtherVial(BaseModel):
    """A vial that serves the line; `left` is null while its new strength was not confirmed."""

    id: UUID
    lot: str
    discard_on: date | None
    left: AmountOut | None
    status: Status


class FigureOut(BaseModel):
    """How far to draw, or how many tablets.

    exact           what would be right to the tenth of a microlitre; tablets in `{tablet}`
    volume          the same at the nearest mark
    mark            what the scale says there
    drawn           what that holds of what is prescribed
    error_percent   (drawn - prescribed) / prescribed
    """

    exact: AmountOut
    volume: AmountOut
    mark: str
    mark_unit: MarkUnit
    drawn: AmountOut
    error_percent: str
    substances: list[StrengthOut]
    words: str


class BeforeOut(BaseModel):
    """What was confirmed last for the line; a mark is null where none could be given."""

    strength: AmountOut
    mark: str | None
    mark_unit: MarkUnit | None
    amount: AmountOut | None
    lot: str


class NowOut(BaseModel):
    """What would be drawn from now on."""

    strength: AmountOut
    mark: str
    mark_unit: MarkUnit
    amount: AmountOut


class ConfirmOut(BaseModel):
    """What is asked before a figure is shown.

    kind   `one_step`: the strength is the one confirmed last; `two_steps`: it is another, or the
           first
    step   1: look at the label; 2: look at both marks
    id     of the confirmation that has begun; null before
    now    null until step 2, and where the syringe cannot measure it
    """

    kind: Literal["one_step", "two_steps"]
    step: Literal[1, 2]
    id: UUID | None
    before: BeforeOut | None
    now: NowOut | None


class ChangedOut(BaseModel):
    """What the last dose was drawn to, where that was another mark."""

    mark_before: str
    mark_unit: MarkUnit
    amount_before: AmountOut


class ToDrawOut(BaseModel):
    """How much to draw for tonight's amount, or what is still in the way of knowing it.

    draw      null unless `state` is `ready`
    words     what to do where `state` is `pen`: it measures the dose itself, and nothing is drawn
    label     stands beside every figure
    """

    line: DrawLine
    amount: AmountOut
    counts: str
    vial: DrawVial | None
    vials: list[OtherVial]
    syringe: SyringeOut | None
    syringes: list[SyringeOut]
    tablets: bool
    state: State
    draw: FigureOut | None
    words: str | None
    warnings: list[HeedOut]
    confirm: ConfirmOut | None
    changed: ChangedOut | None
    label: str


class StartIn(BaseModel):
    """The first look at a vial: what its label says of one mL, or of one tablet.

    id         made by the client: the same again changes nothing
    strength   what the label says
    same       instead of it, where the strength is the one confirmed last: that it is so
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    line: UUID
    vial: UUID
    strength: AmountShape | None = None
    same: bool = False


class SecondLookIn(BaseModel):
    """The mark that was shown beside the old one, and on which syringe; none for tablets."""

    model_config = ConfigDict(extra="forbid")

    mark: Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=3)]
    syringe: SyringeCode | None = None


class DeadSpaceShape(BaseModel):
    """A small volume."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=6)]
    unit: Literal["uL", "mL"]


class KitIn(BaseModel):
    """Which syringe a line is drawn with, or the pen that measures it.

    dead_space   null: what is known of that syringe; a pen has none
    """

    model_config = ConfigDict(extra="forbid")

    syringe: SyringeCode
    dead_space: DeadSpaceShape | None = None


class KitOut(BaseModel):
    """The syringe of a line; `dead_space` is the patient's own figure or the syringe's."""

    syringe: str
    dead_space: AmountOut


def volume_out(quantity: int) -> AmountOut:
    """Microlitres as the API writes them."""
    return AmountOut(value=plain(Decimal(quantity) / 1000), unit="mL")
