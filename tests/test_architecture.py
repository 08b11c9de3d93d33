"""Rules of the house that no linter knows."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.databases import ROOT

SOURCES = sorted((ROOT / "app").rglob("*.py"))


@cache
def read(path: Path) -> ast.Module:
    """A file of the program, read once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"))


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_only_the_clock_reads_the_clock() -> None:
    for path in SOURCES:
        for node in ast.walk(read(path)) if path.name != "clock.py" else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                assert called not in {
                    "datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic",
                    "time.sleep", "datetime.datetime.now", "func.now",
                }, f"{path}:{node.lineno} calls {called}"  # fmt: skip


def test_every_file_says_what_it_is_and_holds_one_idea() -> None:
    for path in SOURCES:
        assert ast.get_docstring(read(path)), f"{path} does not say what it is"
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= 420, f"{path} holds more than one idea"


def test_the_database_dialect_is_named_in_one_file_only() -> None:
    for path in SOURCES:
        if path.name == "db.py":
            continue
        for node in ast.walk(read(path)):
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) not in {"dialect.name", "bind.dialect.name"}, path


def test_no_package_has_a_junk_drawer() -> None:
    banned = {"services", "repositories", "schemas", "utils", "core", "common", "helpers", "util"}
    names = {path.stem for path in SOURCES} | {path.parent.name for path in SOURCES}
    assert not names & banned
