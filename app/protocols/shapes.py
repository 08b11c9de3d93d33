"""What the API answers with about medicines, templates and protocols."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from app.accounts.models import Role
from app.doses.shapes import AmountOut
from app.protocols.lines import LADDER, RecurrenceIn, recurrence_of, schedule_text
from app.protocols.medicines import Medicine, Template, label_of
from app.protocols.models import Hold, Line, Terms
from app.units import plain


class FormOut(BaseModel):
    """One form of a medicine; forms are different drugs in practice."""

    code: str
    name: str
    note: str


class PlausibleOut(BaseModel):
    """Bounds that only catch slips of the unit; they are no dose range."""

    min: str
    max: str
    unit: str
    source: str


class StatusOut(BaseModel):
    """What one authority says, as of when, and where that was read."""

    jurisdiction: str
    status: str
    as_of: str
    source: str


class MedicineOut(BaseModel):
    """What can be prescribed, and the defaults of its schedule with their source."""

    code: str
    name: str
    substances: list[str]
    forms: list[FormOut]
    form_required: bool
    routes: list[str]
    units: list[str]
    plausible: PlausibleOut | None
    window_minutes: int | None
    window_source: str
    on_time_minutes: int
    schedule: str | None
    status: list[StatusOut]

    @classmethod
    def of(cls, medicine: Medicine) -> "MedicineOut":
        """The medicine as the API shows it, with the guard of its usual unit."""
        guard = medicine.plausible[0] if medicine.plausible else None
        return cls(
            code=medicine.code,
            name=medicine.name,
            substances=list(medicine.substances),
            forms=[FormOut(code=f.code, name=f.name, note=f.note) for f in medicine.forms],
            form_required=medicine.form_required,
            routes=list(medicine.routes),
            units=list(medicine.units),
            plausible=PlausibleOut(
                min=plain(guard.least.value), max=plain(guard.most.value),
                unit=guard.least.unit, source=guard.source,
            ) if guard else None,
            window_minutes=medicine.window_minutes,
            window_source=medicine.window_source,
            on_time_minutes=medicine.on_time_minutes,
            schedule=medicine.schedule,
            status=[
                StatusOut(
                    jurisdiction=entry.jurisdiction, status=entry.status, as_of=entry.as_of,
                    source=entry.source,
                )
                for entry in medicine.status
            ],
        )  # fmt: skip


class MedicinesOut(BaseModel):
    """Every medicine Vesper knows."""

    medicines: list[MedicineOut]


class TemplateLineOut(BaseModel):
    """One line of a template: everything but how much, and but a form that must be chosen."""

    medicine: str
    form: str | None
    route: str
    recurrence: RecurrenceIn
    window_minutes: int | None
    on_time_minutes: int
    ladder: list[int]


class TemplateOut(BaseModel):
    """A usual combination, to start a prescription from."""

    code: str
    name: str
    description: str
    lines: list[TemplateLineOut]

    @classmethod
    def of(cls, template: Template) -> "TemplateOut":
        """The template as the API shows it, with each medicine's own defaults."""
        return cls(
            code=template.code,
            name=template.name,
            description=template.description,
            lines=[
                TemplateLineOut(
                    medicine=line.medicine.code,
                    form=None,
                    route=line.route,
                    recurrence=RecurrenceIn(weekdays=list(line.weekdays), times=list(line.times)),
                    window_minutes=line.medicine.window_minutes,
                    on_time_minutes=line.medicine.on_time_minutes,
                    ladder=list(LADDER),
                )
                for line in template.lines
            ],
        )


class TemplatesOut(BaseModel):
    """Every template Vesper knows."""

    templates: list[TemplateOut]


class AuthorOut(BaseModel):
    """Who entered a version."""

    id: UUID
    name: str
    role: Role


class RecurrenceOut(BaseModel):
    """The nights and times of a line; see the request's shape."""

    weekdays: list[int]
    every: int
    weeks_on: int
    weeks_off: int
    first: date
    last: date | None
    times: list[str]


class HoldOut(BaseModel):
    """A pause in the nights [since, until); open while `until` is null."""

    since: date
    until: date | None
    reason: str


class LineOut(BaseModel):
    """One medicine of a version, with its schedule in words; `hold` runs now or is to come."""

    id: UUID
    medicine: str
    name: str
    form: str | None
    route: str
    amount: AmountOut
    recurrence: RecurrenceOut
    schedule_text: str
    window_minutes: int | None
    on_time_minutes: int
    ladder: list[int]
    hold: HoldOut | None

    @classmethod
    def of(cls, terms: Terms, line: Line, standing: Hold | None) -> "LineOut":
        """The line under one version's terms."""
        return cls(
            id=line.id,
            medicine=line.medicine,
            name=label_of(line.medicine),
            form=line.form or None,
            route=line.route,
            amount=AmountOut.of(terms.amount),
            recurrence=RecurrenceOut.model_validate(terms.recurrence),
            schedule_text=schedule_text(recurrence_of(terms.recurrence)),
            window_minutes=terms.window_minutes,
            on_time_minutes=terms.on_time_minutes,
            ladder=terms.ladder,
            hold=HoldOut(since=standing.since, until=standing.until, reason=standing.reason)
            if standing
            else None,
        )


class VersionOut(BaseModel):
    """One version of a protocol, with everything it prescribes."""

    number: int
    effective_night: date
    created_at: datetime
    author: AuthorOut
    reason: str
    prescriber: str
    self_reported: bool
    acknowledged_at: datetime | None
    lines: list[LineOut]


class VersionNote(BaseModel):
    """One entry in the list of versions: who changed the protocol, when and why."""

    number: int
    effective_night: date
    created_at: datetime
    author: AuthorOut
    reason: str


class ProtocolOut(BaseModel):
    """What is prescribed tonight, or is to begin; and every version there ever was."""

    current: VersionOut | None
    versions: list[VersionNote]
