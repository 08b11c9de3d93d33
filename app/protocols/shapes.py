"""What the API answers with about medicines and templates."""

from pydantic import BaseModel

from app.protocols.lines import LADDER, RecurrenceIn
from app.protocols.medicines import Medicine, Template
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


class CodeOut(BaseModel):
    """How another system names a medicine, what exactly it names, and where that was checked."""

    system: str
    code: str
    what: str
    verified_on: str
    verified_from: str


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
    min_gap_minutes: int | None
    min_gap_source: str
    schedule: str | None
    status: list[StatusOut]
    codes: list[CodeOut]
    growth_hormone_peptide: bool

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
            min_gap_minutes=medicine.min_gap_minutes,
            min_gap_source=medicine.min_gap_source,
            schedule=medicine.schedule,
            status=[
                StatusOut(
                    jurisdiction=entry.jurisdiction, status=entry.status, as_of=entry.as_of,
                    source=entry.source,
                )
                for entry in medicine.status
            ],
            codes=[
                CodeOut(
                    system=each.system, code=each.code, what=each.what,
                    verified_on=each.verified_on, verified_from=each.verified_from,
                )
                for each in medicine.codes
            ],
            growth_hormone_peptide=medicine.growth_hormone_peptide,
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
