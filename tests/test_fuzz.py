"""Whatever anybody sends, the answer is never a 500 and always what the document declares.

Each case is made once and sent as everybody: what nobody may do, what a patient may do with their
own record, and what others may do with it. Ids in addresses are mostly those of that record.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import clock
from app.accounts.scopes import TEXTS
from tests.server import Server

# Made up for each operation, beside those of the document; more are for `make soak`.
EXAMPLES = int(os.environ.get("VESPER_FUZZ_EXAMPLES", "1"))
PARTS = 3

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Signing out, or ending the record, would end the very session that the others are tried with.
LEFT_OUT = {"/api/auth/logout", "/api/auth/logout-everywhere", "/api/me/deletion"}
LINE = {
    "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
    "recurrence": {"times": ["bedtime"]},
}  # fmt: skip


@dataclass
class Visitor:
    """Somebody who asks: with these headers, and naming things so in addresses."""

    headers: dict[str, str]
    ids: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("fuzz")).running() as server:
        yield server


@pytest.fixture(scope="module")
def visitors(server: Server) -> dict[str, Visitor]:
    """Everybody who may ask: a patient, and those whom that patient let in."""
    admin = server.a_clinician()
    joining = done(admin.post("/api/clinic/people/invites", json={"admin": False}))["code"]
    clinician = server.sign_up(email="colleague@example.org", invite=joining)
    patient = server.sign_up(email="patient@example.org")
    entered = done(patient.post("/api/patients/me/protocol/versions", json={
        "lines": [LINE], "overrides": [
            {"code": "anastrozole_without_testosterone", "reason": "Known"},
            {"code": "baseline_labs_missing", "reason": "Known"},
        ],
    }))  # fmt: skip
    for each in (admin, clinician):
        code = done(each.post("/api/clinic/invites", json={}))["code"]
        done(patient.post("/api/care-links", json={"code": code}))
    code = done(patient.post("/api/me/companion-invites", json={}))["code"]
    companion = server.sign_up(email="companion@example.org", invite=code)
    wanted = {"name": "A program", "scopes": list(TEXTS), "per_minute": 6000}
    key = done(admin.post("/api/clinic/api-keys", json=wanted))["key"]
    day = clock.now().date()
    doses = done(patient.get(f"/api/patients/me/doses?from={day}&to={day + timedelta(days=7)}"))
    ids = {
        "patient": done(patient.get("/api/me"))["id"], "number": "1",
        "line": entered["lines"][0]["id"], "dose_id": doses["doses"][0]["id"],
    }  # fmt: skip
    return {
        "nobody": Visitor({}, ids),
        "patient": Visitor(headers(patient), {**ids, "patient": "me"}),
        "clinician": Visitor(headers(clinician), ids),
        "admin": Visitor(headers(admin), ids),
        "companion": Visitor(headers(companion), ids),
        "program": Visitor({"Authorization": f"Bearer {key}"}, ids),
    }


def done(answer: httpx.Response) -> Any:
    """What was answered by what had to work."""
    assert answer.is_success, answer.text
    return answer.json()


def headers(client: httpx.Client) -> dict[str, str]:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Cookie": cookies, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def operations(server: Server) -> list[APIOperation[Any, Any, Any, Any]]:
    """Every operation of the document, as the server hands it out."""
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    found = [each.ok() for each in document.get_all_operations()]  # type: ignore[union-attr]
    assert len(found) > 120
    return [each for each in found if each.path not in LEFT_OUT]


@pytest.mark.timeout(int(os.environ.get("VESPER_SOAK_TIMEOUT", "300")))
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_anybody_sends_breaks_the_server(
    server: Server, visitors: dict[str, Visitor],
    operations: list[APIOperation[Any, Any, Any, Any]], part: int,
) -> None:  # fmt: skip
    for operation in operations[part::PARTS]:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck), database=None,
        )  # fmt: skip
        def ask(case: Case[Any]) -> None:
            for visitor in visitors.values():
                named = case.path_parameters
                named.update({name: id for name, id in visitor.ids.items() if name in named})
                response = case.call(base_url=server.url, headers=visitor.headers)
                case.validate_response(response, checks=CHECKS)

        ask()
