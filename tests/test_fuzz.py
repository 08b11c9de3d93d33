"""Whatever anybody sends, the answer is never a 500 and always what the document declares."""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server import Server

# Seconds of fuzzing in every test run; more are for `make soak`.
EXAMPLES = int(os.environ.get("VESPER_FUZZ_EXAMPLES", "6"))

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Signing out would end the very session that the other operations are tried with.
LEFT_OUT = {"/api/auth/logout", "/api/auth/logout-everywhere"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("fuzz")).running() as server:
        yield server


@pytest.fixture(scope="module")
def visitors(server: Server) -> dict[str, dict[str, str]]:
    """The headers of everybody who may ask."""
    clinician = server.a_clinician()
    assert clinician.get("/api/clinic/people").json()["people"][0]["admin"] is True
    return {
        "nobody": {},
        "patient": headers(server.sign_up(email="patient@example.org")),
        "clinician": headers(clinician),
    }


def headers(client: httpx.Client) -> dict[str, str]:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Cookie": cookies, "Sec-Fetch-Site": "same-origin"}


@pytest.mark.timeout(int(os.environ.get("VESPER_SOAK_TIMEOUT", "300")))
@pytest.mark.parametrize("who", ["nobody", "patient", "clinician"])
def test_nothing_anybody_sends_breaks_the_server(
    server: Server, visitors: dict[str, dict[str, str]], who: str
) -> None:
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    tried = 0
    for found in document.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        if operation.path in LEFT_OUT:
            continue
        tried += 1

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck), database=None,
        )  # fmt: skip
        def ask(case: Case[Any]) -> None:
            response = case.call(base_url=server.url, headers=visitors[who])
            case.validate_response(response, checks=CHECKS)

        ask()
    assert tried > 35
