"""The scopes of programs: which route each opens, and that nothing else is open."""

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts import access, scopes
from tests.accounts.test_access import routes_of, who_asks

ANY = st.lists(st.sampled_from(sorted(scopes.TEXTS)), unique=True)
ASKED = st.lists(st.sampled_from([*sorted(scopes.TEXTS), "system/*.cruds", "openid", ""]))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_that_a_scope_opens_exists_and_lets_programs_ask(app: FastAPI) -> None:
    routes = {
        f"{method} {route.path}": who_asks(route.dependant)
        for route in routes_of(app.routes)
        for method in route.methods or ()
    }
    assert set(scopes.ROUTES) - set(routes) == set()
    shut = {each for each in scopes.ROUTES if access.asking not in routes[each]}
    assert shut == set(), "these take a cookie only; use InClinic, AdminOrProgram or OfPatient"
    locked = {access.signed_in, access.me, access.clinician}
    assert {each for each in scopes.ROUTES if routes[each] & locked} == set()


@given(ANY, ASKED)
@settings(max_examples=60)
def test_narrowing_never_gives_what_is_not_held(held: list[str], wanted: list[str]) -> None:
    given_now = scopes.narrowed(held, wanted)
    assert len(given_now) == len(set(given_now))
    assert all(scopes.covers(held, each) for each in given_now)
    for route in scopes.ROUTES:
        method, _, path = route.partition(" ")
        if opens(given_now, method, path):
            assert opens(held, method, path)
    everything = [each for each in held if each in wanted]
    assert set(everything) <= set(given_now)


@given(ANY)
@settings(max_examples=50)
def test_a_route_opens_by_one_of_its_scopes_and_by_nothing_else(held: list[str]) -> None:
    for route, enough in scopes.ROUTES.items():
        method, _, path = route.partition(" ")
        assert opens(held, method, path) == bool(set(enough) & set(held))
    fhir = any(each.startswith("system/") for each in held)
    assert opens(held, "GET", "/fhir/Observation") == fhir
    assert not opens(held, "POST", "/fhir/Observation")


def test_a_route_without_a_scope_is_shut_to_a_key_that_holds_them_all() -> None:
    for method, path in (
        ("POST", "/api/patients/{patient}/protocol/versions"),
        ("PUT", "/api/patients/{patient}/doses/{dose_id}/log"),
        ("PUT", "/api/patients/{patient}/about"),
        ("GET", "/api/something/new"),
        ("GET", "/api/clinic/api-keys"),
    ):
        with pytest.raises(scopes.NotForPrograms):
            scopes.check_route(list(scopes.TEXTS), method, path)


def test_all_types_cover_each_type_and_a_wildcard_asked_of_single_ones_gives_those() -> None:
    assert scopes.covers(["system/*.rs"], "system/Flag.rs")
    assert not scopes.covers(["system/Flag.rs"], "system/*.rs")
    assert not scopes.covers(["system/*.rs"], "record:read")
    assert scopes.narrowed(["record:read", "system/Flag.rs"], ["system/*.rs"]) == ["system/Flag.rs"]
    assert scopes.narrowed(["system/*.rs"], ["system/Flag.rs"]) == ["system/Flag.rs"]
    assert scopes.narrowed(["panel:read"], ["record:read", "system/*.rs"]) == []


def opens(held: list[str], method: str, path: str) -> bool:
    """Whether these scopes get a request past the door of this route."""
    try:
        scopes.check_route(held, method, path)
    except (scopes.InsufficientScope, scopes.NotForPrograms):
        return False
    return True
