"""How observations are written in requests and answers: decimals as text, exactly as entered."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.models import Person, Role
from app.audit import Means
from app.clock import Instant
from app.history_file import MOST_BYTES
from app.observations.catalogue import CATALOGUE, Group, Hint, Item, Range, spoken_unit
from app.observations.conversions import canonical, shown
from app.observations.models import Assay, Comparator, Fasting, Observation
from app.schedule import zone

MOST_RESULTS = 60
"""Results in one panel: everything of the catalogue's largest group, and some more."""

Short = Annotated[str, StringConstraints(max_length=40)]


class ScannerShape(BaseModel):
    """Which machine a scan is from; only scans of one machine are ever compared."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    make: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    model: Annotated[str, StringConstraints(max_length=80)] = ""


class ResultIn(BaseModel):
    """One result as it stands on the paper; numbers are text, so that no digit is lost.

    unit         UCUM, or as people write it; one that the catalogue accepts for this code
    comparator   where the laboratory gives no exact number, as in `<5`
    low, high    the laboratory's own reference range, in the same unit
    line_id      the medicine that a side effect is tied to, where known
    replaces     the observation that this one corrects: that one is voided in the same breath
    """

    model_config = ConfigDict(extra="forbid")

    code: Short
    value: Short
    unit: Short
    comparator: Comparator | None = None
    low: Short | None = None
    high: Short | None = None
    assay: Assay | None = None
    loinc: Short | None = None
    line_id: UUID | None = None
    site: Short | None = None
    replaces: UUID | None = None


class PanelIn(BaseModel):
    """What was drawn, measured or felt at one time; written whole, or not at all.

    id          made by the client, so that a repeat is harmless
    time_known  false where only the date is known; the time of `collected_at` is then ignored
    confirmed   codes of the results whose question was answered "yes, it is right"
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    collected_at: Instant
    time_known: bool = True
    fasting: Fasting | None = None
    laboratory: Annotated[str, StringConstraints(max_length=120)] = ""
    scanner: ScannerShape | None = None
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    confirmed: list[Short] = Field(default=[], max_length=MOST_RESULTS + 1)
    results: list[ResultIn] = Field(min_length=1, max_length=MOST_RESULTS)


class VoidIn(BaseModel):
    """Why an observation does not stand."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class WriterOut(BaseModel):
    """Who entered an observation."""

    id: UUID
    name: str
    role: Role


class ObservationOut(BaseModel):
    """One observation: as it was entered, and what it is in the canonical unit.

    value, low, high   as entered, digit by digit, in `unit`
    canonical, shown   derived: unrounded, and as a screen shows it, in `canonical_unit`
    collected_local    wall clock where the patient was, in `zone`
    """

    id: UUID
    panel_id: UUID
    code: str
    name: str
    group: Group
    value: str
    unit: str
    unit_spoken: str
    canonical: str
    canonical_unit: str
    shown: str
    comparator: Comparator | None
    low: str | None
    high: str | None
    collected_at: datetime
    collected_local: str
    time_known: bool
    zone: str
    day: date
    fasting: Fasting | None
    assay: Assay | None
    laboratory: str
    loinc: str | None
    line_id: UUID | None
    site: str | None
    scanner: ScannerShape | None
    note: str
    author: WriterOut
    means: Means
    entered_at: datetime
    replaces: UUID | None
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str

    @classmethod
    def of(cls, row: Observation, people: Mapping[UUID, Person]) -> Self:
        """A row as the API shows it; `people` holds whoever entered or voided it, by id."""
        item = CATALOGUE[row.code]
        derived = canonical(item, row.value, row.unit)
        author = people[row.author_id]
        return cls(
            id=row.id, panel_id=row.panel_id, code=row.code, name=item.name, group=item.group,
            value=digits(row.value), unit=row.unit, unit_spoken=spoken_unit(row.unit),
            canonical=digits(derived), canonical_unit=item.unit, shown=shown(item, derived),
            comparator=row.comparator,
            low=None if row.low is None else digits(row.low),
            high=None if row.high is None else digits(row.high),
            collected_at=row.collected_at, collected_local=local(row), time_known=row.time_known,
            zone=row.zone, day=row.day, fasting=row.fasting, assay=row.assay,
            laboratory=row.laboratory, loinc=row.loinc, line_id=row.line_id, site=row.site,
            scanner=(
                ScannerShape(make=row.scanner_make, model=row.scanner_model)
                if row.scanner_make else None
            ),
            note=row.note,
            author=WriterOut(id=author.id, name=author.name, role=author.role),
            means=row.means, entered_at=row.entered_at, replaces=row.replaces,
            voided_at=row.voided_at,
            voided_by=None if row.voided_by is None else people[row.voided_by].name,
            void_reason=row.void_reason,
        )  # fmt: skip


class EmergencyOut(BaseModel):
    """What is said at once when something was reported that cannot wait."""

    text: str


class EnteredOut(BaseModel):
    """A panel as it was written; `emergency` when a red flag is in it."""

    observations: list[ObservationOut]
    emergency: EmergencyOut | None


class ObservationsOut(BaseModel):
    """Observations, newest first."""

    observations: list[ObservationOut]


class UnitOut(BaseModel):
    """A unit in UCUM and as people write it."""

    unit: str
    spoken: str


class RangeOut(BaseModel):
    """Two ends, both included, as decimal strings."""

    low: str
    high: str


class HintOut(RangeOut):
    """Values that, typed in the canonical unit, were probably read off in `unit`."""

    unit: str
    spoken: str


class AnchorsOut(BaseModel):
    """What the lowest and the highest score mean."""

    low: str
    high: str


class ItemOut(BaseModel):
    """One thing that can be measured or felt; `units` begins with the canonical one."""

    code: str
    name: str
    short: str
    group: Group
    panel: str | None
    unit: str
    unit_spoken: str
    units: list[UnitOut]
    decimals: int
    hard: RangeOut | None
    soft: RangeOut | None
    hints: list[HintOut]
    loinc: list[str]
    fasting: bool
    assay: bool
    biotin: bool
    integer: bool
    anchors: AnchorsOut | None
    emergency: str | None
    source: str

    @classmethod
    def of(cls, item: Item) -> Self:
        """An item as the API shows it; the preferred LOINC code comes first."""
        codes = sorted(item.loinc, key=lambda each: not each.preferred)
        return cls(
            code=item.code, name=item.name, short=item.short, group=item.group, panel=item.panel,
            unit=item.unit, unit_spoken=spoken_unit(item.unit),
            units=[UnitOut(unit=each, spoken=spoken_unit(each)) for each in item.units],
            decimals=item.decimals, hard=_range(item.hard), soft=_range(item.soft),
            hints=[_hint(each) for each in item.hints], loinc=[each.code for each in codes],
            fasting=item.fasting, assay=item.assay, biotin=item.biotin, integer=item.integer,
            anchors=(
                AnchorsOut(low=item.anchors[0], high=item.anchors[1]) if item.anchors else None
            ),
            emergency=item.emergency or None, source=item.source,
        )  # fmt: skip


class CatalogueOut(BaseModel):
    """Everything that can be entered, and the notice that LOINC's licence asks to be shown."""

    items: list[ItemOut]
    notice: str


class HistoryFileIn(BaseModel):
    """A file of earlier results, as text; without `dry_run: false` nothing is recorded.

    Columns: date, time, marker (or code, or name), loinc, value such as `<0.1`, unit, low, high,
    fasting, laboratory, note; the first row names them. `skip_refused` records the other rows
    although some are refused.
    """

    model_config = ConfigDict(extra="forbid")

    csv: str = Field(min_length=1, max_length=MOST_BYTES)
    dry_run: bool = True
    skip_refused: bool = False


class RefusedRowOut(BaseModel):
    """A row that cannot be recorded; the header is row 1."""

    row: int
    field: str
    problem: str
    cure: str


class HistoryFileOut(BaseModel):
    """What became of a file, or would: rows, how many of them are new, and how many were there."""

    rows: int
    recorded: int
    already: int
    refused: list[RefusedRowOut]
    dry_run: bool


def digits(value: Decimal) -> str:
    """A decimal digit by digit, zeros at its end included and without an exponent."""
    return f"{value:f}"


def local(row: Observation) -> str:
    """When it was collected, by the clock on the wall where the patient was."""
    return f"{row.collected_at.astimezone(zone(row.zone)):%Y-%m-%d %H:%M}"


def _range(ends: Range | None) -> RangeOut | None:
    return None if ends is None else RangeOut(low=digits(ends.low), high=digits(ends.high))


def _hint(hint: Hint) -> HintOut:
    return HintOut(
        low=digits(hint.low), high=digits(hint.high), unit=hint.unit,
        spoken=spoken_unit(hint.unit),
    )  # fmt: skip
