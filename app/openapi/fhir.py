"""The FHIR facade's operations, as far as OpenAPI can say it: `/fhir/metadata` says the rest."""

from typing import Any

from app.accounts.scopes import FHIR_TYPES
from app.http.outcomes import outcome_of, speaks_fhir
from app.problems import Problem

MEDIA = "application/fhir+json"
_ISSUE = {
    "type": "object",
    "required": ["severity", "code"],
    "properties": {
        "severity": {"enum": ["fatal", "error", "warning", "information"]},
        "code": {"type": "string", "description": "The kind of failure, of FHIR's IssueType."},
        "details": {"type": "object", "description": "The failure by its stable name."},
        "diagnostics": {"type": "string", "description": "What happened, and what to do."},
        "expression": {"type": "array", "items": {"type": "string"}},
    },
}
SCHEMAS: dict[str, Any] = {
    "FhirResource": {
        "title": "FhirResource",
        "description": "A resource of HL7 FHIR R4 (4.0.1), such as a Bundle.",
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"type": "string"}, "id": {"type": "string"}},
        "additionalProperties": True,
    },
    "OperationOutcome": {
        "title": "OperationOutcome",
        "description": "Why a request was not carried out, as FHIR says it.",
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {"type": "array", "minItems": 1, "items": _ISSUE},
        },
    },
}
SEARCH = {
    "patient": "Whose record; a patient's own and a program's searches may need it.",
    "code": "Of this code, as `system|code` or `code`.",
    "status": "In this status.",
    "date": "When, with a prefix such as `ge2026-11-01`.",
    "_id": "Of this id.",
    "_lastUpdated": "Recorded when, with a prefix such as `ge2026-11-01`.",
    "_count": "How many on a page.",
}
"""What every search understands; the types' own parameters stand in the CapabilityStatement."""

WHOLE = {
    "_type": "Only these types, with commas between them.",
    "_since": "Only what was recorded since this instant.",
    "_count": "How many on a page.",
}


def speak_fhir(operation: dict[str, Any], path: str) -> None:
    """Describe the answers and the parameters of one operation, if it is one of FHIR's."""
    if not speaks_fhir(path):
        return
    if ".well-known" not in path:
        schema = {"$ref": "#/components/schemas/FhirResource"}
        operation["responses"]["200"] = {
            "description": "A FHIR resource.", "content": {MEDIA: {"schema": schema}},
        }  # fmt: skip
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["name"] == "kind":
            parameter["schema"] = {"type": "string", "enum": list(FHIR_TYPES)}
    more = WHOLE if path.endswith("$everything") else SEARCH if path.endswith("{kind}") else {}
    parameters += [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in more.items()
    ]


def outcome(kind: type[Problem], example: dict[str, Any]) -> dict[str, Any]:
    """The same failure as FHIR says it."""
    problem = kind(example["detail"], cure=example.get("cure", ""))
    problem.errors = example.get("errors", [])
    return {"summary": kind.title(), "value": outcome_of(problem)}
