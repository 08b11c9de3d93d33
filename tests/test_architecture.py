"""Rules of the house that no linter knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ROOT

SOURCES = sorted((ROOT / "app").rglob("*.py"))


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    if path.name == "clock.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            assert called not in {
                "datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic",
                "time.sleep", "datetime.datetime.now", "func.now",
            }, f"{path}:{node.lineno} calls {called}"  # fmt: skip


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_public_thing_says_what_it_is_and_a_file_holds_one_idea(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{path} does not say what it is"
    assert len(text.splitlines()) <= 420, f"{path} holds more than one idea"


def test_the_database_dialect_is_named_in_one_file_only() -> None:
    for path in SOURCES:
        if path.name == "db.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) not in {"dialect.name", "bind.dialect.name"}, path


def test_no_package_has_a_junk_drawer() -> None:
    banned = {"services", "repositories", "schemas", "utils", "core", "common", "helpers", "util"}
    names = {path.stem for path in SOURCES} | {path.parent.name for path in SOURCES}
    assert not names & banned
