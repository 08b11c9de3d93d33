"""The API's document, and the pages, as the server hands them out."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI
from schemathesis.specs.openapi import definitions
from typer.testing import CliRunner

from app.accounts.scopes import ROUTES as scopes_of
from app.cli import cli
from tests.databases import ROOT
from tests.test_examples import Operation, checker, document_once, operations
from tests.test_permissions import ROWS

IDS = ROOT / "docs" / "operations.txt"
"""The ids that generated clients call operations by."""

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PROBLEMS = "application/problem+json"
# Programs that sign read errors as RFC 6749 writes them, and FHIR's as its own resource.
OTHERS = {"/oauth/": "application/json", "/fhir/": "application/fhir+json"}


def named() -> list[Operation]:
    return list(operations(document_once()))


def failures() -> list[tuple[str, str, dict[str, Any]]]:
    """Every way in which an operation can fail: name, status, description."""
    return [
        (name, status, response)
        for name, operation in named()
        for status, response in operation["responses"].items()
        if int(status) >= 400 and name != "GET /readyz"
    ]


def test_the_document_is_one_of_openapi_3_1() -> None:
    described = document_once()
    assert described["openapi"].startswith("3.1")
    validator = jsonschema_rs.Draft202012Validator(definitions.OPENAPI_31)
    assert [error.message for error in validator.iter_errors(described)] == []


def test_every_reference_leads_somewhere() -> None:
    described = document_once()
    for pointer in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described))):
        at: Any = described
        for part in pointer.split("/"):
            assert part in at, pointer
            at = at[part]


def test_every_failure_is_declared_in_its_own_form_with_an_example_of_each_kind() -> None:
    known = document_once()["components"]["examples"]
    found = failures()
    assert len(found) > 600
    for name, status, response in found:
        path = name.partition(" ")[2]
        other = next((kind for start, kind in OTHERS.items() if path.startswith(start)), PROBLEMS)
        assert set(response["content"]) <= {PROBLEMS, other}, (name, status)
        assert response["description"], (name, status)
        for kind, content in response["content"].items():
            shown = content.get("examples") or {"": {"value": content.get("example")}}
            for each in shown.values():
                value = each.get("value") or known[each["$ref"].rpartition("/")[2]]["value"]
                if kind == PROBLEMS:
                    assert str(value["status"]) == status, (name, value)
                    assert value["type"].startswith("/problems/"), (name, value)


def test_every_example_of_a_failure_is_a_problem_document() -> None:
    described = document_once()
    wrong_by = checker(described)
    for name, shown in described["components"]["examples"].items():
        wrong = wrong_by({"$ref": "#/components/schemas/ProblemDocument"}, shown["value"])
        assert wrong == "", name


def test_every_operation_has_an_id_of_its_own_that_reads_as_a_name() -> None:
    ids = Counter(operation["operationId"] for _, operation in named())
    assert [id for id, count in ids.items() if count > 1] == []
    assert [id for id in ids if not re.fullmatch(r"[a-z][a-zA-Z0-9]+", id)] == []


def test_no_client_is_broken_by_an_id_that_changed() -> None:
    kept = dict(line.rsplit(" ", 1) for line in IDS.read_text(encoding="utf-8").splitlines())
    now = {name: operation["operationId"] for name, operation in named()}
    assert now == kept, "Run `vesper openapi --ids > docs/operations.txt` if it is meant to change."


def test_every_operation_says_what_it_does_to_whom_and_what_comes() -> None:
    described = document_once()
    groups = {tag["name"] for tag in described["tags"] if len(tag["description"]) > 20}
    for name, operation in named():
        assert 5 < len(operation["summary"]) <= 110, (name, operation["summary"])
        assert operation["description"].startswith(operation["summary"][:10]), name
        assert operation["tags"], name
        assert set(operation["tags"]) <= groups, (name, operation["tags"])
        for status, response in operation["responses"].items():
            assert response["description"] not in {"", "Successful Response"}, (name, status)
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (name, parameter["name"])


@on_sqlite
def test_every_operation_says_who_may_ask_as_the_table_of_permissions_does(app: FastAPI) -> None:
    schemes = document_once()["components"]["securitySchemes"]
    assert set(schemes) == {"cookie", "key", "oauth"}
    scopes = set(schemes["oauth"]["flows"]["clientCredentials"]["scopes"])
    for name, operation in named():
        ways = operation["security"]
        row = ROWS.get(name, "public")
        assert bool(ways) == isinstance(row, list), name
        for way in ways:
            ((scheme, wanted),) = way.items()
            assert scheme in schemes, name
            assert set(wanted) <= scopes, (name, wanted)
        opened = scopes_of.get(name)
        if opened is not None:
            assert {"key": [opened[0]]} in ways, name


@pytest.mark.usefixtures("as_it_was")
def test_the_command_prints_the_document() -> None:
    printed = CliRunner().invoke(cli, ["openapi"])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == document_once()


@on_sqlite
async def test_without_a_built_frontend_the_page_says_how_to_build_it(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/")
    assert response.status_code == 404
    assert "make run" in response.json()["cure"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<title>Vesper</title>")
    (tmp_path / "sw.js").write_text("//")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    return tmp_path


@on_sqlite
@pytest.mark.parametrize("path", ["/", "/tonight", "/tonight?dose=1", "/history"])
async def test_every_screen_gets_the_shell(built: Path, http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 200
    assert "<title>Vesper" in response.text
    assert response.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in response.headers["content-security-policy"]


@on_sqlite
async def test_the_worker_script_is_always_asked_for_anew(
    built: Path, http: httpx.AsyncClient
) -> None:
    response = await http.get("/sw.js")
    assert response.headers["cache-control"] == "no-cache"
    manifest = await http.get("/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")


@on_sqlite
@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/..%2fpyproject.toml", "/no.png",
             "/api/nothing", "/a%00b", "/" + "a" * 5000 + ".js"],
)  # fmt: skip
async def test_no_address_leaves_the_folder(
    built: Path, http: httpx.AsyncClient, path: str
) -> None:
    response = await http.get(path)
    assert response.status_code in {404, 414}
    assert response.headers["content-type"] == "application/problem+json"
