"""The API's own document: every error in it is a problem document, as in the answers."""

from typing import Any

from fastapi import FastAPI

from app.accounts.access import OnlyLooking
from app.http.guard import NotJson, OtherSite, TooSlow, UnknownHost
from app.problems import Busy, NotFound, NotSignedIn, Problem, TooLarge, TooManyRequests

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
ANSWER = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}


def install(app: FastAPI) -> None:
    """Have `/openapi.json` say what the application really answers."""
    original = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _mended(original())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _mended(document: dict[str, Any]) -> dict[str, Any]:
    """Put our problem document where FastAPI describes its own validation errors."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ProblemDocument"] = PROBLEM
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for problem in _anywhere(method, path):
                responses.setdefault(str(problem.status), {"description": problem.title()})
            for status, response in responses.items():
                if int(status) >= 400 and path != "/readyz":
                    content = response.get("content", {})
                    response["content"] = {**ANSWER, **{
                        kind: body for kind, body in content.items() if kind in ANSWER
                    }}  # fmt: skip
                    if response.get("description") == "Validation Error":
                        response["description"] = "A field has to be corrected."
    return document


def _anywhere(method: str, path: str) -> list[type[Problem]]:
    """What the edge and the sign-in may answer, whichever operation it was."""
    found: list[type[Problem]] = [UnknownHost, Busy]
    if path.startswith("/api/") and path not in PUBLIC:
        found += [NotSignedIn, NotFound]
    if "{patient}" in path and method != "get":
        found.append(OnlyLooking)
    if method != "get":
        found += [OtherSite, TooSlow, TooLarge, NotJson, TooManyRequests]
    return found


PUBLIC = frozenset({
    "/api/auth/register", "/api/auth/login", "/api/auth/logout", "/api/tap", "/api/push/key",
    "/api/push/receipts",
})  # fmt: skip
