"""The deployment in compose.yaml: watched, restarted, in the right order, no secret in it."""

import os
import re
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, cast

import pytest
import yaml

from app.config import Settings
from app.push.vapid import make_private_key

from .dockerfile import stages
from .repository import read

COMPOSE: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
RUN_ONCE = {"migrate"}
OURS = set(SERVICES) - {"postgres"}


def environment(service: str) -> dict[str, str]:
    return cast("dict[str, str]", SERVICES[service]["environment"])


def test_the_services_are_these() -> None:
    assert set(SERVICES) == {"postgres", "migrate", "api", "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2


@pytest.mark.parametrize("service", SERVICES)
def test_images_are_pinned(service: str) -> None:
    assert re.search(r":\d+", SERVICES[service]["image"])


@pytest.mark.parametrize("service", sorted(set(SERVICES) - RUN_ONCE))
def test_what_keeps_running_is_watched_and_restarted(service: str) -> None:
    described = SERVICES[service]
    assert described["restart"] == "unless-stopped"
    check = described["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    if check["test"][1] == "python":
        compile(check["test"][-1], service, "exec")


@pytest.mark.parametrize("service", sorted(RUN_ONCE))
def test_what_runs_once_is_neither_watched_nor_restarted(service: str) -> None:
    assert SERVICES[service]["restart"] == "no"
    assert SERVICES[service]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("service", ["api", "worker"])
def test_nothing_starts_on_tables_that_are_not_there(service: str) -> None:
    waits = SERVICES[service]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert waits["postgres"]["condition"] == "service_healthy"


def test_migrations_wait_for_postgresql() -> None:
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_are_files(service: str) -> None:
    for name, value in environment(service).items():
        if re.search(r"PASSWORD|SECRET|PRIVATE|DATABASE_URL", name):
            assert name.endswith("_FILE"), name
            path, secret = value.rsplit("/", 1)
            assert path == "/run/secrets"
            assert secret in SERVICES[service]["secrets"]
            assert set(COMPOSE["secrets"][secret]) == {"file"}


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_variable_is_a_setting_that_exists(service: str) -> None:
    for name in environment(service):
        setting = name.removeprefix("VESPER_").removesuffix("_FILE").lower()
        assert setting in Settings.model_fields, name


@pytest.mark.parametrize("service", sorted(OURS))
def test_a_container_can_write_nothing_and_become_nobody(service: str) -> None:
    described = SERVICES[service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in described["security_opt"]
    assert "user" not in described, "the image says who it runs as"


def test_postgresql_is_out_of_reach() -> None:
    assert "ports" not in SERVICES["postgres"]
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}


def test_only_a_proxy_on_the_same_machine_reaches_the_api() -> None:
    published = {name: given["ports"] for name, given in SERVICES.items() if "ports" in given}
    assert published == {"api": ["127.0.0.1:8000:8000"]}


def test_the_api_is_checked_as_the_image_says() -> None:
    *_, runtime = stages()
    (check,) = runtime.all("HEALTHCHECK")
    assert SERVICES["api"]["healthcheck"]["test"][-1] in check


def test_make_makes_every_secret() -> None:
    made = set(re.findall(r"make_once (\w+)", read("Makefile")))
    assert made == set(COMPOSE["secrets"])
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"] == f"var/secrets/{name}"


def test_a_service_starts_on_what_compose_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"VESPER_PUBLIC_URL": "https://vesper.example.org"}
    given["VESPER_VAPID_SUBJECT"] = "mailto:operator@example.org"
    secrets = {
        "database_url": "postgresql+asyncpg://vesper:password@postgres:5432/vesper",
        "secret_key": token_urlsafe(48),
        "vapid_private_key": make_private_key(),
    }
    for name, secret in secrets.items():
        (tmp_path / name).write_text(secret + "\n")
    for name in [name for name in os.environ if name.startswith("VESPER_")]:
        monkeypatch.delenv(name)
    for name, value in environment("worker").items():
        asked = re.fullmatch(r"\$\{(\w+):\?.+\}", value)
        text = given[asked[1]] if asked else value.replace("/run/secrets", str(tmp_path))
        monkeypatch.setenv(name, text)
    settings = Settings()
    settings.check()
    assert settings.production
    assert settings.database_url == secrets["database_url"]
    assert settings.vapid_private_key.get_secret_value() == secrets["vapid_private_key"].strip()
