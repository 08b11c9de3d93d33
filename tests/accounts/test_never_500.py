"""Whatever is sent to any route, signed in, the answer is never "something went wrong"."""

import os
import re
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.attempts import Attempts
from app.accounts.models import Clinic
from app.db import Sessions
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol, signed_in
from tests.story_time import Clock

NASTY: tuple[Any, ...] = (
    None, True, -1, 10**17, 1e308, "", "x" * 5000, "0001-01-01", "9999-12-31T23:59:59+14:00",
    "9999-12-31T23:59:59-14:00", "-1e400000", "NaN", "\u202e\ufeff'\";--\x7f", [], {}, [[]], [None],
)  # fmt: skip
QUERY = ("0001-01-01", "9999-12-31", "9" * 30, "-1", "%ff", "%F0%9F%8F%B3", "'", "1e5", "")
PAGES = ("/" + "x" * 300, "/" + "x/" * 2000, "/%00", "/..%2f..%2fetc%2fpasswd", "/api", "/docs/x")
WEIRD_PATHS = ("%ff", "%2e%2e%2f", "x" * 3000, "0001-01-01", "9" * 25, "-1", "%F0%9F%8F%B3")


BY_FORMAT = {"uuid": str(uuid4()), "date": "2026-11-24", "date-time": "2026-11-23T11:00:00Z"}


def sample(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """A value that more or less fits a schema of the API document."""
    if "$ref" in schema:
        return sample(components[schema["$ref"].rpartition("/")[2]], components)
    choices = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]
    if choices:
        return sample(choices[0], components)
    fixed = [schema.get("default"), schema.get("const"), *schema.get("enum", [])]
    properties, items = schema.get("properties", {}), schema.get("items", {})
    by_type: dict[str, Any] = {
        "object": lambda: {name: sample(each, components) for name, each in properties.items()},
        "array": lambda: [sample(items, components)],
        "integer": lambda: schema.get("minimum", 1),
        "boolean": lambda: True,
        "string": lambda: BY_FORMAT.get(schema.get("format", ""), "22:30"),
    }
    known = next((value for value in fixed if value is not None), None)
    return by_type.get(schema.get("type", ""), lambda: "1")() if known is None else known


def spoiled(body: Any, some: Iterator[Any]) -> Iterator[Any]:
    """The body with each part in turn replaced by a few of the nasty values, taken in turn."""
    yield from islice(some, 3)
    if isinstance(body, dict):
        for name, value in body.items():
            for worse in spoiled(value, some):
                yield body | {name: worse}
    elif isinstance(body, list) and body:
        for worse in spoiled(body[0], some):
            yield [worse]


SHARE = int(os.environ.get("VESPER_ODD_SHARE", "6"))
"""Of so many odd requests one is sent; `make soak` sends all."""


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_request_breaks_anything(
    app: FastAPI, http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session, admin=True)
        clinic = await session.get_one(Clinic, clinician.clinic_id)
        colleague = await a_clinician(session, clinic=clinic)
        await a_care_link(session, patient, clinician)
        [line] = await a_protocol(session, patient)
        browsers = [await signed_in(session, each, time.now) for each in (patient, clinician)]
    document = app.openapi()
    components = document["components"]["schemas"]
    asked, nasty = 0, cycle(NASTY)

    async def ask(method: str, path: str, headers: dict[str, str], **more: Any) -> None:
        nonlocal asked
        asked += 1
        if asked % SHARE:
            return
        app.state.attempts = Attempts()
        answer = await http.request(method, path, headers=headers, **more)
        what = (method, path, str(more)[:300], answer.text[:300])
        assert answer.status_code < 500, what

    for page in PAGES:
        await ask("GET", page, browsers[0])
    for template, operations in document["paths"].items():
        if "logout" in template or template.startswith(("/readyz", "/metrics")):
            continue  # signing out would end the test; /readyz says 503 without a worker
        path = template.replace("{patient}", str(patient.id)).replace("{line}", str(line))
        path = path.replace("{person}", str(colleague.id))
        path = re.sub(r"\{n\w*\}", "1", path)
        path = re.sub(r"\{\w+\}", str(uuid4()), path)
        for method, operation in operations.items():
            asking = browsers if "{patient}" in template else browsers[:1]
            for browser in browsers[1:] if template.startswith("/api/clinic") else asking:
                for weird in WEIRD_PATHS if "{" in template else ():
                    await ask(method, re.sub(r"\{\w+\}", weird, template), browser)
                for parameter in operation.get("parameters", []):
                    for value in QUERY if parameter["in"] == "query" else ():
                        await ask(method, f"{path}?{parameter['name']}={value}", browser)
                content = operation.get("requestBody", {}).get("content", {})
                if "application/json" in content:
                    body = sample(content["application/json"]["schema"], components)
                    for worse in spoiled(body, nasty):
                        await ask(method, path, browser, json=worse)
    assert asked > 400 * SHARE
