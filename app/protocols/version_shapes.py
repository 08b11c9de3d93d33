"""What the API answers with about versions, their lines, holds, differences and warnings."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.doses.shapes import AmountOut, AuthorOut
from app.protocols.coherence import Warned
from app.protocols.difference import Change, Kind
from app.protocols.standing import VersionState
from app.protocols.steps import StepOut
from app.protocols.turns import Way


class RecurrenceOut(BaseModel):
    """The nights and times of a line; see the request's shape."""

    weekdays: list[int]
    every: int
    weeks_on: int
    weeks_off: int
    first: date
    last: date | None
    times: list[str]
    per_week: int | None = None


class HoldOut(BaseModel):
    """A pause in the nights [since, until); open while `until` is null.

    resumed_at   when somebody ended it, rather than its own last night
    """

    id: UUID
    since: date
    until: date | None
    reason: str
    author: AuthorOut
    resumed_at: datetime | None
    resumed_by: AuthorOut | None


class NextStep(BaseModel):
    """The next step of a titration: from which night which amount, and that in words."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    since: date = Field(alias="from")
    amount: AmountOut
    text: str


class NextTurn(BaseModel):
    """The next turn of a cycle: on which night a pause begins or ends, and that in words."""

    night: date
    kind: Way
    text: str


class LineOut(BaseModel):
    """One medicine of a version, with its schedule in words.

    amount   what is taken tonight, or on the version's first night where that is another one
    hold     the one that runs now, or is to come
    holds    every one there ever was, oldest first
    """

    id: UUID
    medicine: str
    name: str
    form: str | None
    route: str
    amount: AmountOut
    recurrence: RecurrenceOut
    schedule_text: str
    window_minutes: int | None
    window_source: str
    on_time_minutes: int
    ladder: list[int]
    min_gap_minutes: int | None
    min_gap_source: str
    steps: list[StepOut]
    next_step: NextStep | None
    next_turn: NextTurn | None
    hold: HoldOut | None
    holds: list[HoldOut]


class BecauseOut(BaseModel):
    """The lab result behind a version; `observation` names it where it is on record."""

    observation: UUID | None = None
    marker: str
    value: str
    unit: str
    collected_on: date
    comparator: Literal["<", "<=", ">", ">="] | None = None


class WarningAnswerOut(BaseModel):
    """What Vesper warned of, what it saw, and why it is meant all the same."""

    code: str
    seen: str
    reason: str


class VersionNote(BaseModel):
    """One entry in the list of versions: who changed the protocol, when and why."""

    number: int
    state: VersionState
    effective_night: date
    in_force_from: date | None
    at_once: bool
    created_at: datetime
    author: AuthorOut
    reason: str
    self_reported: bool
    acknowledged_at: datetime | None


class VersionOut(VersionNote):
    """One version of a protocol, with everything it prescribes."""

    based_on: int | None
    because: BecauseOut | None
    prescriber: str
    pharmacy: str
    prescribed_on: date | None
    withdrawn_at: datetime | None
    withdrawn_reason: str
    overrides: list[WarningAnswerOut]
    lines: list[LineOut]


class WarningOut(BaseModel):
    """Something that looks wrong about a protocol: what was seen, in which lines, by what rule."""

    code: str
    seen: str
    lines: list[UUID]
    source: str

    @classmethod
    def of(cls, warned: Warned, known: list[UUID] | None = None) -> "WarningOut":
        """The warning as the API shows it; of lines that only a draft has, nothing."""
        lines = [line for line in warned.lines if known is None or line in known]
        return cls(code=warned.code, seen=warned.seen, lines=lines, source=warned.source)


class ChangeOut(BaseModel):
    """One line that is new, different or gone, in plain words."""

    kind: Kind
    line_id: UUID
    name: str
    text: str

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        """The change as the API shows it."""
        return cls(kind=change.kind, line_id=change.line_id, name=change.name, text=change.text)


class DifferenceOut(BaseModel):
    """What version `to` changes, seen from version `from`; null is from nothing."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    since: int | None = Field(alias="from")
    to: int
    changes: list[ChangeOut]


class PreviewOut(BaseModel):
    """What a draft would change, and what Vesper would warn of."""

    changes: list[ChangeOut]
    warnings: list[WarningOut]


class ProtocolOut(BaseModel):
    """What is prescribed tonight, or is to begin; what is proposed; and every version so far.

    warnings   what looks wrong about what is in force, worked out when it is read
    """

    current: VersionOut | None
    proposed: VersionOut | None
    versions: list[VersionNote]
    warnings: list[WarningOut]


def recurrence_out(kept: dict[str, Any]) -> RecurrenceOut:
    """A recurrence as a version keeps it."""
    return RecurrenceOut.model_validate(kept)
