"""A prescription as somebody enters it: its shape, its rules, and what it would become."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.clock import Day
from app.problems import Invalid
from app.protocols.lines import CheckedLine, LineIn, check_line, recurrence_of
from app.protocols.models import Line, Terms, Version
from app.protocols.prescribed import Prescribed
from app.schedule import A_DAY, Evenings
from app.units import Amount

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class BecauseIn(BaseModel):
    """The lab result behind a change: one on record, or one as its author read it.

    observation   id of a result on record, from which everything else is taken
    value         a decimal in text
    """

    model_config = ConfigDict(extra="forbid")

    observation: UUID | None = None
    marker: str = Field(default="", max_length=100)
    value: str = Field(default="", pattern=r"^(-?[0-9]{1,9}(\.[0-9]{1,9})?)?$")
    unit: str = Field(default="", max_length=40)
    collected_on: Day | None = None
    comparator: Literal["<", "<=", ">", ">="] | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Without a result on record, marker, value and day have to be there."""
        if self.observation is None and not (self.marker and self.value and self.collected_on):
            raise ValueError("name a result on record, or marker, value and collected_on")
        return self

    def kept(self) -> dict[str, Any]:
        """What a version keeps of it; the result's id only where there is one."""
        said = self.model_dump(mode="json")
        return {name: fact for name, fact in said.items() if name != "observation" or fact}


class WarningAnswerIn(BaseModel):
    """Why a prescription is meant although Vesper warns of it."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=60)
    reason: Words


class Draft(BaseModel):
    """A prescription as it is entered; without `effective_night` it holds from tonight.

    based_on    number of the newest version the author had before them
    at_once     a safety reduction, which does not wait for the patient's acknowledgement
    overrides   why it is meant although Vesper warns of it, by the warning's code
    """

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500)
    prescriber: str = Field(default="", max_length=200)
    pharmacy: str = Field(default="", max_length=200)
    prescribed_on: Day | None = None
    effective_night: Day | None = None
    based_on: int | None = Field(default=None, ge=1, le=1_000_000)
    at_once: bool = False
    because: BecauseIn | None = None
    overrides: list[WarningAnswerIn] = Field(default_factory=list, max_length=20)
    lines: list[LineIn] = Field(min_length=1, max_length=20)


@dataclass(frozen=True, slots=True)
class Ready:
    """What a draft would become: a version with its terms, nothing of it written yet.

    new_lines   lines that begin with it; the others go on
    """

    version: Version
    terms: tuple[Terms, ...]
    new_lines: tuple[Line, ...]
    prescribed: tuple[Prescribed, ...]


async def make_ready(
    session: AsyncSession, version: Version, checked: Sequence[CheckedLine]
) -> Ready:
    """The rows of a version with these lines. A medicine, form or route that changes is a new line.

    Raises Invalid for a line that is not the patient's.
    """
    known = await _known_lines(session, version.patient_id, checked)
    terms, lines, prescribed = [], [], []
    for position, line in enumerate(checked):
        old = known.get(line.id) if line.id else None
        if line.id and old is None:
            raise Invalid(
                "This line is not part of the protocol.",
                field=f"lines.{position}.id",
                cure="Reload the protocol, or leave the id out for a new line.",
            )
        if old is None or (old.medicine, old.form, old.route) != (
            line.medicine, line.form, line.route,
        ):  # fmt: skip
            old = Line(
                patient_id=version.patient_id, id=uuid4(), medicine=line.medicine,
                form=line.form, route=line.route,
            )  # fmt: skip
            lines.append(old)
        row = _terms(version, old.id, position, line)
        terms.append(row)
        prescribed.append(as_prescribed(row, old))
    return Ready(version, tuple(terms), tuple(lines), tuple(prescribed))


def check_draft(
    draft: Draft, evenings: Evenings, effective: date, standing: Sequence[tuple[Terms, Line]], *,
    own: bool,
) -> list[CheckedLine]:  # fmt: skip
    """The draft's lines, each of which keeps every rule; raises the first it breaks.

    standing   what the newest version says, about which nobody is asked again
    own        whether the patient writes it down themselves
    """
    by_id = {line.id: (terms, line) for terms, line in standing}
    checked: list[CheckedLine] = []
    for position, asked in enumerate(draft.lines):
        field = f"lines.{position}"
        if asked.id and asked.id in [line.id for line in checked]:
            raise Invalid(
                "A line is named twice.", field=f"{field}.id", cure="Leave the second id out."
            )
        signed = asked.id is not None and _says_the_same(asked, by_id.get(asked.id), effective)
        checked.append(check_line(asked, evenings, effective, field, signed=signed, own=own))
    return checked


def check_dates(draft: Draft, effective: date, tonight: date) -> None:
    """Refuse a version that begins in the past or too far ahead, and dates still to come."""
    if effective < tonight:
        raise Invalid(
            "A version cannot begin in the past: what was due then is a record.",
            field="effective_night",
            cure=f"Choose tonight ({tonight}) or a later night.",
        )
    if effective > tonight + A_DAY * 366:
        raise Invalid(
            "A version cannot begin more than a year ahead.", field="effective_night",
            cure="Check the year.",
        )  # fmt: skip
    # It may be tomorrow already where the laboratory or the pharmacy is.
    latest = tonight + A_DAY * 2
    because = draft.because
    if because and because.collected_on and because.collected_on > latest:
        raise Invalid(
            "The sample was taken in the future.", field="because.collected_on",
            cure="Check the date.",
        )  # fmt: skip
    if draft.prescribed_on and draft.prescribed_on > latest:
        raise Invalid(
            "It was prescribed in the future.", field="prescribed_on", cure="Check the date."
        )


def reason_of(reason: str, checked: Sequence[CheckedLine]) -> str:
    """The version's reason, and why each unusual line is meant, which belongs to the record."""
    meant = [f"Line {n}: {line.overridden}" for n, line in enumerate(checked, 1) if line.overridden]
    text = " ".join([reason.strip(), *meant]).strip()
    if len(text) > 500:
        raise Invalid(
            "The reasons are too long together.", field="reason",
            cure="Use at most 500 characters for the version's reason and those of its lines.",
        )  # fmt: skip
    return text


def new_version(
    patient_id: UUID, author: Person, number: int, draft: Draft, effective: date, reason: str,
    now: datetime,
) -> Version:  # fmt: skip
    """The version a draft makes: in force at once by the patient's own word, else a proposal."""
    own = author.id == patient_id
    holds = own or draft.at_once
    return Version(
        patient_id=patient_id, id=uuid4(), number=number, author_id=author.id, created_at=now,
        effective_night=effective, in_force_from=effective if holds else None, reason=reason,
        prescriber=draft.prescriber, pharmacy=draft.pharmacy, prescribed_on=draft.prescribed_on,
        self_reported=own, acknowledged_at=now if own else None, based_on=draft.based_on,
        at_once=draft.at_once and not own,
        because=draft.because.kept() if draft.because else None,
    )  # fmt: skip


def successor(
    of: Version, number: int, author: Person, effective: date, reason: str, now: datetime
) -> Version:
    """A version with less than an earlier one, which carries that one on and holds at once."""
    own = author.id == of.patient_id
    return Version(
        patient_id=of.patient_id, id=uuid4(), number=number, author_id=author.id, created_at=now,
        effective_night=effective, in_force_from=effective, reason=reason,
        prescriber=of.prescriber, pharmacy=of.pharmacy, prescribed_on=of.prescribed_on,
        self_reported=own, acknowledged_at=now if own else None, based_on=number - 1,
        at_once=not own, overrides=[dict(each) for each in of.overrides],
    )  # fmt: skip


def repeats(
    made: Version, author: Person, draft: Draft, effective: date, reason: str,
    standing: Sequence[tuple[Terms, Line]], checked: Sequence[CheckedLine],
) -> bool:  # fmt: skip
    """Whether the draft says, word for word, what its author entered as this version."""
    asked = new_version(made.patient_id, author, made.number, draft, effective, reason,
                        made.created_at)  # fmt: skip
    same = all(
        getattr(asked, fact) == getattr(made, fact)
        for fact in (
            "author_id", "effective_night", "reason", "prescriber", "pharmacy", "prescribed_on",
            "based_on", "at_once", "because",
        )
    )  # fmt: skip
    if not same or len(standing) != len(checked):
        return False
    return all(
        line.id in (None, old.id)
        and (line.medicine, line.form, line.route) == (old.medicine, old.form, old.route)
        and all(
            getattr(_terms(made, old.id, position, line), fact) == getattr(terms, fact)
            for fact in _TERMS
        )
        for position, (line, (terms, old)) in enumerate(zip(checked, standing, strict=True))
    )


_TERMS = (
    "position", "amount_value", "amount_unit", "recurrence", "window_minutes", "window_source",
    "on_time_minutes", "ladder", "min_gap_minutes", "min_gap_source", "steps",
)  # fmt: skip


def copy_of(terms: Terms, version: Version) -> Terms:
    """The same terms under another version."""
    copied = {fact: getattr(terms, fact) for fact in _TERMS}
    return Terms(
        patient_id=terms.patient_id, version_id=version.id, line_id=terms.line_id,
        **copied | {
            "recurrence": dict(terms.recurrence), "ladder": list(terms.ladder),
            "steps": [dict(step) for step in terms.steps],
        },
    )  # fmt: skip


def as_prescribed(terms: Terms, line: Line) -> Prescribed:
    """The line under one version's terms, as the pure rules read it."""
    return Prescribed(
        line_id=line.id,
        medicine=line.medicine,
        form=line.form,
        route=line.route,
        amount=terms.amount,
        rule=recurrence_of(terms.recurrence),
        steps=tuple(
            (date.fromisoformat(step["from"]), Amount(Decimal(step["value"]), step["unit"]))
            for step in terms.steps
        ),
        window_minutes=terms.window_minutes,
        window_source=terms.window_source,
        on_time_minutes=terms.on_time_minutes,
        ladder=tuple(terms.ladder),
        min_gap_minutes=terms.min_gap_minutes,
        min_gap_source=terms.min_gap_source,
    )


def _terms(version: Version, line_id: UUID, position: int, line: CheckedLine) -> Terms:
    return Terms(
        patient_id=version.patient_id, version_id=version.id, line_id=line_id, position=position,
        amount_value=line.amount.value, amount_unit=line.amount.unit, recurrence=line.recurrence,
        window_minutes=line.window_minutes, window_source=line.window_source,
        on_time_minutes=line.on_time_minutes, ladder=list(line.ladder),
        min_gap_minutes=line.min_gap_minutes, min_gap_source=line.min_gap_source,
        steps=[step.kept() for step in line.steps],
    )  # fmt: skip


def _says_the_same(asked: LineIn, standing: tuple[Terms, Line] | None, night: date) -> bool:
    """Whether amount, steps ahead, form and nights stand in the newest version on this night."""
    if standing is None:
        return False
    terms, line = standing
    kept: dict[str, Any] = terms.recurrence
    nights = asked.recurrence
    amount = terms.amount_at(night)
    steps = [(step.since.isoformat(), step.amount.value, step.amount.unit) for step in asked.steps]
    ahead = [step for step in terms.steps if step["from"] > night.isoformat()]
    return (
        (line.medicine, line.form) == (asked.medicine, asked.form or "")
        and asked.amount.unit == amount.unit
        and asked.amount.value == f"{amount.value:f}"
        and (sorted(nights.weekdays), nights.every) == (kept["weekdays"], kept["every"])
        and (nights.weeks_off, nights.times) == (kept["weeks_off"], kept["times"])
        and nights.per_week == kept.get("per_week")
        and steps == [(step["from"], step["value"], step["unit"]) for step in ahead]
    )


async def _known_lines(
    session: AsyncSession, patient_id: UUID, checked: Sequence[CheckedLine]
) -> dict[UUID, Line]:
    named = [line.id for line in checked if line.id]
    mine = select(Line).where(Line.patient_id == patient_id, Line.id.in_(named))
    return {line.id: line for line in await session.scalars(mine)} if named else {}
