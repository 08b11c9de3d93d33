"""The page of sources says what the rules say, and no rule is without a source."""

import tomllib
from pathlib import Path

import pytest

from app.cli import sources
from app.monitoring.limits import RULES
from app.protocols.medicines import MEDICINES
from app.sources import APP, TITLES, WORDS, page, stated_in
from tests.databases import ROOT

FILES = sorted(APP.glob("*/data/*.toml"))

# Words and references to other tables, which state no figure of their own.
NO_RULE = {
    "monitoring/data/context.toml": {"depends", "care"},
}


def test_the_committed_page_is_the_one_that_the_rules_make() -> None:
    committed = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    assert committed == page(), "run: .venv/bin/vesper sources > docs/sources.md"


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    # Not through the command line, whose umask would stay for every test after this one.
    sources()
    assert capsys.readouterr().out == page()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_rule_of_every_data_file_names_its_source(path: Path) -> None:
    name = str(path.relative_to(APP))
    if name in WORDS:
        return
    assert name in TITLES, f"{name} has no heading"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for rule, table in data.items():
        if isinstance(table, dict) and rule not in NO_RULE.get(name, set()):
            rows = list(stated_in(table, (rule,)))
            assert rows, f"{name}: {rule} has no source"
            assert all(row.source.strip() for row in rows), rule


def test_every_signal_and_every_window_stands_on_the_page_with_its_figure() -> None:
    text = page()
    for rule in RULES.values():
        row = next(line for line in text.splitlines() if line.startswith(f"| {rule.code} |"))
        assert rule.source.replace("<", "&lt;") in row
        figure = rule.setting or (f"at {rule.at}" if rule.at is not None else "outside_range")
        assert figure in row
    for medicine in MEDICINES.values():
        assert medicine.window_source.replace("<", "&lt;") in text
        assert medicine.min_gap_source.replace("<", "&lt;") in text
    assert "28.842" in text
    assert "36 48 292" in text, "the row of the table for men from 36 to 40"
    assert "52 unless a clinic chooses" in text


def test_a_rule_with_sources_for_single_facts_has_a_row_for_each() -> None:
    table = {
        "window_minutes": 10, "window_source": "[D]", "source": "[P]", "name": "x",
        "at": [{"unit": "mg", "source": "[S]"}],
    }  # fmt: skip
    found = list(stated_in(table, ("a",)))
    assert [(row.rule, row.figure, row.source) for row in found] == [
        ("a", "", "[P]"), ("a · window", "window_minutes 10", "[D]"),
        ("a · at · mg", "unit mg", "[S]"),
    ]  # fmt: skip
