"""Observation: results, measurements, scores and side effects, exactly as entered. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.accounts.models import Person, Role
from app.exchange.fhir.codes import (
    CATEGORY,
    FASTING,
    LOINC,
    OBSERVED,
    RANGE_MEANING,
    UCUM,
    Resource,
    coding,
    concept,
    id_in_record,
    instant,
    local,
    of_patient,
    reference,
)
from app.exchange.fhir.people import actor
from app.exchange.fhir.ranges import interpretation
from app.exchange.fhir.writing import Entry, entry
from app.observations.catalogue import CATALOGUE, Item, spoken_unit
from app.observations.models import Assay, Fasting, Observation

PRESSURE = ("systolic", "diastolic")
_PRESSURE_PANEL = coding(LOINC, "85354-9", "Blood pressure panel with all children optional")
"""The code of both pressures together. Source: FHIR R4, vital signs profile of blood pressure."""

_CATEGORIES = {
    "lab": ("laboratory", "Laboratory"),
    "vital": ("vital-signs", "Vital Signs"),
    "body": ("vital-signs", "Vital Signs"),
    "scan": ("imaging", "Imaging"),
    "scale": ("survey", "Survey"),
    "side_effect": ("survey", "Survey"),
    "red_flag": ("survey", "Survey"),
}
_FASTING = {
    Fasting.YES: coding(FASTING, "F", "Patient was fasting prior to the procedure."),
    Fasting.NO: coding(
        FASTING, "NF",
        "The patient indicated they did not fast prior to the procedure.",
    ),
}  # fmt: skip


def observations(
    rows: Sequence[Observation], people: Mapping[UUID, Person], statements: Mapping[UUID, str]
) -> list[Entry]:
    """Every observation on record, void ones as `entered-in-error`; two pressures are one.

    statements   by line, the logical id of the MedicationStatement that a side effect is tied to
    """
    pairs = pressure_pairs(rows)
    second = {each.id for each in pairs.values()}
    changed = _changed(rows)
    return [
        _observation(row, pairs.get(row.id), people, statements, changed)
        for row in rows
        if row.id not in second
    ]


def pressure_pairs(rows: Iterable[Observation]) -> dict[UUID, Observation]:
    """By the id of a systolic pressure that stands, the diastolic one of the same moment."""
    found: dict[tuple[UUID, datetime], dict[str, Observation]] = {}
    for row in rows:
        if row.code in PRESSURE and row.voided_at is None:
            found.setdefault((row.panel_id, row.collected_at), {})[row.code] = row
    return {both["systolic"].id: both["diastolic"] for both in found.values() if len(both) == 2}


def _changed(rows: Iterable[Observation]) -> dict[UUID, datetime]:
    """By panel, when one of its pressures was last entered or taken back.

    The other one then says something else as well: alone what it said for both, or the reverse.
    """
    found: dict[UUID, datetime] = {}
    for row in rows:
        if row.code in PRESSURE:
            at = row.voided_at or row.entered_at
            found[row.panel_id] = max(at, found.get(row.panel_id, at))
    return found


def observation_ref(patient_id: UUID, observation_id: UUID) -> str:
    """The logical id of an observation."""
    return id_in_record(patient_id, observation_id)


def _observation(
    row: Observation, second: Observation | None, people: Mapping[UUID, Person],
    statements: Mapping[UUID, str], changed: Mapping[UUID, datetime],
) -> Entry:  # fmt: skip
    item = CATALOGUE[row.code]
    resource: Resource = {
        "resourceType": "Observation",
        "id": observation_ref(row.patient_id, row.id),
        **_specimen_of(row, item),
        "identifier": [{"system": f"{OBSERVED}-panel", "value": str(row.panel_id)}],
        "status": _status(row, second),
        "category": [concept(coding(CATEGORY, *_CATEGORIES[item.group]))],
        "code": _code(row, item) if second is None else concept(
            _PRESSURE_PANEL, text="Blood pressure"
        ),
        "subject": of_patient(row.patient_id),
        **_focus(row, statements),
        "effectiveDateTime": _when(row),
        "issued": instant(row.entered_at),
        "performer": _performers(row, item, people),
        **(_value(row, item) if second is None else {}),
        **_said(row),
        **({"specimen": {"reference": "#specimen"}} if item.group == "lab" else {}),
        **_range(row),
    }  # fmt: skip
    if second is not None:
        resource["component"] = [
            {"code": _code(each, CATALOGUE[each.code]), **_value(each, CATALOGUE[each.code])}
            for each in (row, second)
        ]
    updated = row.voided_at or row.entered_at
    if row.code in PRESSURE:
        updated = max(updated, changed[row.panel_id])
    return entry(resource, at=row.collected_at, updated=updated)


def _status(row: Observation, second: Observation | None) -> str:
    if row.voided_at is not None:
        return "entered-in-error"
    corrected = row.replaces or (second.replaces if second else None)
    return "corrected" if corrected is not None else "final"


def _code(row: Observation, item: Item) -> Resource:
    """What was measured. A public code is there only where it names it in the unit as entered."""
    loinc = row.loinc or next(
        (
            each.code
            for each in sorted(item.loinc, key=lambda one: not one.preferred)
            if each.unit == row.unit
        ),
        None,
    )
    if loinc is None and item.group in {"vital", "body"}:
        # The codes of weight, girth and pressure name the thing whatever its unit.
        loinc = next((each.code for each in item.loinc if each.preferred), None)
    public = [coding(LOINC, loinc)] if loinc else []
    ours = coding(OBSERVED, item.code.replace("_", "-"), item.name)
    return concept(*public, ours, text=item.name)


def _value(row: Observation, item: Item) -> Resource:
    """The value as entered; a score counts from 0 to 10, and a warning sign is there."""
    if item.group == "red_flag":
        return {"valueBoolean": True}
    if item.group in {"scale", "side_effect"}:
        return {"valueInteger": int(row.value)}
    return {"valueQuantity": _quantity(row.value, row)}


def _quantity(value: Decimal, row: Observation, *, exact: bool = False) -> Resource:
    sign = {"comparator": row.comparator.value} if row.comparator and not exact else {}
    unit = spoken_unit(row.unit)
    return {"value": value, **sign, "unit": unit, "system": UCUM, "code": row.unit}


def _range(row: Observation) -> Resource:
    """The laboratory's own range, and where the result stands in it; nothing without one."""
    if row.low is None and row.high is None:
        return {}
    ends = {
        name: _quantity(end, row, exact=True)
        for name, end in (("low", row.low), ("high", row.high))
        if end is not None
    }
    normal = concept(coding(RANGE_MEANING, "normal", "Normal Range"))
    found: Resource = {"referenceRange": [{**ends, "type": normal}]}
    place = interpretation(row.value, row.comparator, row.low, row.high)
    return found | ({"interpretation": [concept(place)]} if place else {})


def _when(row: Observation) -> str:
    """When it was collected; the day alone where nobody knew the time."""
    return local(row.collected_at, row.zone) if row.time_known else row.day.isoformat()


def _performers(row: Observation, item: Item, people: Mapping[UUID, Person]) -> list[Resource]:
    """The laboratory where it is known; else whoever measured: a patient at home, a clinician."""
    if row.laboratory:
        return [{"type": "Organization", "display": row.laboratory}]
    author = people[row.author_id]
    if item.group in {"scale", "side_effect", "red_flag"} or author.role is not Role.CLINICIAN:
        return [of_patient(row.patient_id)]
    return [actor(author)]


def _said(row: Observation) -> Resource:
    """What was noted beside the value."""
    found: Resource = {}
    if row.note:
        found["note"] = [{"text": row.note}]
    if row.site:
        found["bodySite"] = {"text": row.site.replace("_", " ")}
    scanner = " ".join(filter(None, (row.scanner_make, row.scanner_model)))
    if scanner:
        found["device"] = {"display": scanner}
    if row.assay is Assay.SENSITIVE:
        found["method"] = {"text": "Sensitive assay, LC-MS or alike"}
    return found


def _focus(row: Observation, statements: Mapping[UUID, str]) -> Resource:
    """The medicine that a side effect is tied to."""
    named = statements.get(row.line_id) if row.line_id else None
    return {"focus": [reference("MedicationStatement", named)]} if named else {}


def _specimen_of(row: Observation, item: Item) -> Resource:
    """The draw, within the result: nothing else is known of it than when, and whether fasting."""
    if item.group != "lab":
        return {}
    collection: Resource = {"collectedDateTime": _when(row)}
    if row.fasting in _FASTING:
        collection["fastingStatusCodeableConcept"] = concept(_FASTING[row.fasting])
    specimen = {
        "resourceType": "Specimen", "id": "specimen", "subject": of_patient(row.patient_id),
        "collection": collection,
    }  # fmt: skip
    return {"contained": [specimen]}
