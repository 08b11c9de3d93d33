"""Who may ask an operation, read from what the endpoint itself depends on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.accounts import access, scopes
from app.accounts.oauth import TOKEN_PATH


@dataclass(frozen=True, slots=True)
class Ways:
    """How one operation lets people and programs in.

    name       of the endpoint, from which the operation's id is made
    people     somebody has to be signed in, or a program has to send its key
    programs   it asks for keys at all; which scope opens it, `app.accounts.scopes` says
    """

    name: str
    people: bool
    programs: bool


def ways_in(app: FastAPI) -> dict[tuple[str, str], Ways]:
    """The ways into every operation, by its method in lower case and its path."""
    found = {}
    for route in routes_of(app.routes):
        calls = set(_calls(route.dependant))
        programs = access.asking in calls
        ways = Ways(route.name, programs or access.signed_in in calls, programs)
        for method in route.methods or ():
            found[method.lower(), route.path] = ways
    return found


def routes_of(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """Every endpoint, also those of routers that FastAPI includes lazily."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)


def _calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from _calls(each)


def opened_by(ways: Ways, method: str, path: str) -> tuple[str, ...]:
    """The scopes of which any one lets a program in; none where only people are let in."""
    if not ways.programs:
        return ()
    if path.startswith("/fhir"):
        return tuple(scope for scope in scopes.TEXTS if scope.startswith("system/"))
    return scopes.ROUTES.get(f"{method.upper()} {path}", ())


def security_of(ways: Ways, method: str, path: str) -> list[dict[str, list[str]]]:
    """Every way in, each enough by itself; empty where anybody may ask."""
    if not ways.people:
        return []
    opening = opened_by(ways, method, path)
    by_scope = [{scheme: [scope]} for scope in opening for scheme in ("key", "oauth")]
    return [{"cookie": []}, *by_scope]


def schemes() -> dict[str, Any]:
    """The security schemes that operations name."""
    return {
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": "__Host-vesper",
            "description": "A person who has signed in with a browser. Over plain http, as in "
            "development, the cookie is called `vesper`. Changes need `Sec-Fetch-Site: "
            "same-origin` or an `Origin` of this server.",
        },
        "key": {
            "type": "http", "scheme": "bearer", "bearerFormat": "vsp_…",
            "description": "The key of a clinic's program, which an admin of the clinic made.",
        },
        "oauth": {
            "type": "oauth2",
            "description": "A token of some minutes for a program that signs a statement with its "
            "own key (`private_key_jwt`), as SMART Backend Services asks.",
            "flows": {
                "clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": dict(scopes.TEXTS)}
            },
        },
    }  # fmt: skip
