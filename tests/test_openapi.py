"""The API's document, and the pages, as the server hands them out."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def errors(app: FastAPI) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (method, path, status, response)
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        for status, response in operation["responses"].items()
        if int(status) >= 400 and path != "/readyz"
    ]


def test_every_error_in_the_document_is_a_problem_document(app: FastAPI) -> None:
    found = errors(app)
    assert len(found) > 60
    for method, path, status, response in found:
        assert set(response["content"]) == {"application/problem+json"}, (method, path, status)


def test_every_operation_says_what_it_does(app: FastAPI) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"


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


@pytest.mark.parametrize("path", ["/", "/tonight", "/tonight?dose=1", "/history"])
async def test_every_screen_gets_the_shell(built: Path, http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 200
    assert "<title>Vesper" in response.text
    assert response.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_the_worker_script_is_always_asked_for_anew(
    built: Path, http: httpx.AsyncClient
) -> None:
    response = await http.get("/sw.js")
    assert response.headers["cache-control"] == "no-cache"
    manifest = await http.get("/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")


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
