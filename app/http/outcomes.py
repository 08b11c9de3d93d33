"""A problem as FHIR says it: an OperationOutcome. Pure.

Source: FHIR R4, OperationOutcome; the words of `code` are those of IssueType.
"""

from typing import Any

from app.problems import Problem

FHIR_MEDIA = "application/fhir+json; charset=utf-8"

_CODES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported",
    408: "timeout", 409: "conflict", 412: "conflict", 413: "too-long", 415: "not-supported",
    422: "invalid", 429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip


def speaks_fhir(path: str) -> bool:
    """Whether whoever asks at this path expects FHIR."""
    return path == "/fhir" or path.startswith("/fhir/")


def outcome_of(problem: Problem) -> dict[str, Any]:
    """What went wrong, for whoever reads FHIR: the title, what happened, and the cure.

    The stable name of the failure is the code of `details`; each field that has to change is an
    issue of its own.
    """
    details = {
        "coding": [{"system": "urn:vesper:problem", "code": problem.kind()}],
        "text": problem.title(),
    }
    issue = {
        "severity": "error" if problem.status < 500 else "fatal",
        "code": _CODES.get(problem.status, "processing"),
        "details": details,
    }
    said = " ".join(filter(None, (problem.detail, str(problem.facts.get("cure", "")))))
    issues = [
        issue
        | {
            "diagnostics": " ".join(filter(None, (each["problem"], each["cure"]))),
            "expression": [f"http.{each['field']}"],
        }
        for each in problem.errors
    ]
    return {
        "resourceType": "OperationOutcome",
        "issue": issues or [issue | ({"diagnostics": said} if said else {})],
    }
