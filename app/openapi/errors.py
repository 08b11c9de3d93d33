"""What can go wrong with an operation: every failure under its status, each with an example."""

from typing import Any

from app.accounts.access import OnlyLooking
from app.accounts.programs import KeyNotAccepted
from app.accounts.scopes import InsufficientScope, NotForPrograms
from app.exchange.fhir.search import BadParameter, NoPatient, UnknownParameter
from app.http.guard import NotJson, OtherSite, TooSlow, UnknownHost
from app.http.outcomes import speaks_fhir
from app.openapi.access import Ways, opened_by
from app.openapi.fhir import MEDIA, outcome
from app.problems import (
    Busy,
    Invalid,
    NotFound,
    NotSignedIn,
    Problem,
    TooLarge,
    TooManyRequests,
)

PROBLEM: dict[str, Any] = {
    "title": "ProblemDocument",
    "description": "Why a request was not carried out (RFC 9457). Nothing was changed by it.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Stable name of the failure, for programs."},
        "title": {"type": "string", "description": "The failure in a sentence, for people."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened this time."},
        "cure": {"type": "string", "description": "What to do about it."},
        "errors": {
            "type": "array",
            "description": "The fields that have to change.",
            "items": {
                "type": "object",
                "required": ["field", "problem", "cure"],
                "properties": {name: {"type": "string"} for name in ("field", "problem", "cure")},
            },
        },
    },
    "additionalProperties": True,
}
KIND = "application/problem+json"
REF = {"$ref": "#/components/schemas/ProblemDocument"}

# What an answer says beyond its title, where that is always much the same.
MORE: dict[type[Problem], dict[str, Any]] = {
    NotSignedIn: {"detail": "You are signed out, or your sign-in has expired.", "cure": "Sign in."},
    NotFound: {"detail": "There is no such patient."},
    Busy: {"detail": "The database did not answer in time.", "retry_after": 1},
    TooManyRequests: {
        "detail": "That was often. Please try again in 12 seconds.", "retry_after": 12,
    },
    Invalid: {
        "detail": "One field has to be corrected.",
        "errors": [{"field": "id", "problem": "This is missing.", "cure": "Send it."}],
    },
    InsufficientScope: {
        "detail": "The key that was sent does not hold the scope that this needs.",
        "cure": "Ask an admin of the clinic for a key with it.", "scope": "record:read",
    },
}  # fmt: skip
LATER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
}


def with_errors(operation: dict[str, Any], ways: Ways, method: str, path: str) -> None:
    """Describe in an operation every failure that it, the sign-in or the edge may answer with."""
    responses = operation["responses"]
    if path == "/readyz":  # its 503 is a report, not a problem
        return
    everywhere: dict[str, list[type[Problem]]] = {}
    for problem in _anywhere(ways, method, path):
        everywhere.setdefault(str(problem.status), []).append(problem)
    known = _kinds()
    for status in sorted({*everywhere, *(code for code in responses if int(code) >= 400)}):
        response = responses.setdefault(status, {})
        content = response.get("content", {})
        named = [known[name] for name in content.get(KIND, {}).get("examples", {}) if name in known]
        if status == "422" and not named:
            named = [Invalid]
        kinds = list(dict.fromkeys([*named, *everywhere.get(status, ())]))
        if kinds:
            content |= _said(kinds, path)
        # What FastAPI says of its own validation errors is not what is answered.
        if "ValidationError" in str(content.get("application/json")):
            del content["application/json"]
        own = response.get("description", "")
        told = " · ".join(kind.title() for kind in kinds)
        others = [kind for kind in content if kind not in {KIND, MEDIA}]
        response["description"] = f"{own} {told}".strip() if others and own else told or own
        response["content"] = content
        if status in {"429", "503"}:
            response["headers"] = LATER
    operation["responses"] = dict(sorted(responses.items()))


def _said(kinds: list[type[Problem]], path: str) -> dict[str, Any]:
    """What these failures look like: to a program that speaks FHIR as an OperationOutcome."""
    if speaks_fhir(path):
        outcomes = {kind.kind(): outcome(kind, _example(kind)) for kind in kinds}
        schema = {"$ref": "#/components/schemas/OperationOutcome"}
        return {MEDIA: {"schema": schema, "examples": outcomes}}
    examples = {kind.kind(): {"$ref": f"#/components/examples/{kind.kind()}"} for kind in kinds}
    return {KIND: {"schema": REF, "examples": examples}}


def failures() -> dict[str, Any]:
    """One answer of each kind, for the document's components: operations refer to them."""
    return {
        name: {"summary": kind.title(), "value": _example(kind)}
        for name, kind in sorted(_kinds().items())
        if kind.__module__.startswith("app.")
    }


def _example(kind: type[Problem]) -> dict[str, Any]:
    document = {
        "type": f"/problems/{kind.kind()}",
        "title": kind.title(),
        "status": kind.status,
        "detail": kind.title(),
    }
    return document | MORE.get(kind, {})


def _anywhere(ways: Ways, method: str, path: str) -> list[type[Problem]]:
    """What the edge and the sign-in may answer, whichever operation it was."""
    found: list[type[Problem]] = [UnknownHost, Busy]
    if ways.people:
        found += [NotSignedIn, NotFound]
    if ways.programs:
        opens = opened_by(ways, method, path)
        found += [KeyNotAccepted, InsufficientScope if opens else NotForPrograms, TooManyRequests]
    if speaks_fhir(path) and ways.people:
        found += [BadParameter, UnknownParameter, NoPatient]
    if "{patient}" in path and method != "get":
        found.append(OnlyLooking)
    if method != "get":
        found += [OtherSite, TooSlow, TooLarge, NotJson, TooManyRequests]
    return found


def _kinds() -> dict[str, type[Problem]]:
    """Every kind of failure by the name under which endpoints declare it."""
    found: dict[str, type[Problem]] = {}
    waiting = [Problem]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.kind(), kind)
        waiting += kind.__subclasses__()
    return found
