"""The API's own document: what a program needs to know, and what a client is generated from.

FastAPI knows shapes and parameters. Here it learns who may ask, what can go wrong, what things are
called, and how a request and its answer look.
"""

from typing import Any

from fastapi import FastAPI

from app.http.conditional import TAGGED
from app.openapi.access import Ways, schemes, security_of, ways_in
from app.openapi.errors import PROBLEM, failures, with_errors
from app.openapi.examples import with_examples
from app.openapi.fhir import SCHEMAS, speak_fhir
from app.openapi.shapes import settle_shapes
from app.openapi.words import DESCRIPTION, PARAMETERS, TAGS, named, sentences


def install(app: FastAPI) -> None:
    """Have `/openapi.json` say what the application really answers."""
    original = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _mended(original(), ways_in(app))
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _mended(document: dict[str, Any], ways: dict[tuple[str, str], Ways]) -> dict[str, Any]:
    components = document["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    settle_shapes(document)
    components["schemas"] |= {"ProblemDocument": PROBLEM, **SCHEMAS}
    components["securitySchemes"] = schemes()
    components["examples"] = failures()
    document["info"]["description"] = DESCRIPTION
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    document["servers"] = [{"url": "/", "description": "The server that this document is from."}]
    used: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            way = ways[method, path]
            operation["operationId"] = named(way.name)
            operation["summary"], operation["description"] = sentences(operation, way.name)
            operation["security"] = security_of(way, method, path)
            for parameter in operation.get("parameters", ()):
                words = PARAMETERS.get(parameter["name"].lower(), "")
                parameter.setdefault("description", words)
            speak_fhir(operation, path)
            _say_what_comes(operation, components["schemas"])
            with_errors(operation, way, method, path)
            with_examples(operation, method, path)
            if method == "get":
                _say_it_may_be_known(operation, path)
            used.update(operation.get("tags", ()))
    document["tags"] = [
        {"name": name, "description": words} for name, words in TAGS.items() if name in used
    ]
    return document


def _say_what_comes(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Describe the answer of an operation that works by what its model says of itself."""
    for status, response in operation["responses"].items():
        if response["description"] != "Successful Response":
            continue
        content = response.get("content", {})
        name = str(content.get("application/json", {}).get("schema", {}).get("$ref", ""))
        about = schemas.get(name.rpartition("/")[2], {}).get("description", "")
        done = (
            "It was done, and there is nothing to say."
            if status == "204"
            else "What was asked for."
        )
        response["description"] = " ".join(about.partition("\n\n")[0].split()) or done


def _say_it_may_be_known(operation: dict[str, Any], path: str) -> None:
    """Add what a GET answers to somebody who sends back the tag of the answer that they have."""
    if path.startswith(TAGGED):
        tag = {"description": "Names this answer.", "schema": {"type": "string"}}
        operation["responses"]["200"].setdefault("headers", {})["ETag"] = tag
        operation["responses"]["304"] = {"description": "It is as it was at that `If-None-Match`."}
        operation["responses"] = dict(sorted(operation["responses"].items()))
