"""The Makefile explains itself, and what it runs is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .repository import ROOT, read


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run make, as a person at a prompt would."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=alone,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    listed = re.findall(r"^make ([a-z-]+) +(.+)$", make().stdout, re.MULTILINE)
    phony = next(line for line in read("Makefile").splitlines() if line.startswith(".PHONY: help"))
    assert [name for name, _ in listed] == phony.split()[1:]
    for name, sentence in listed:
        assert sentence[0].isupper(), name
        assert sentence.endswith("."), name


def test_what_a_recipe_names_is_there() -> None:
    makefile = read("Makefile")
    for module in re.findall(r"\$\(RUN\) ((?:bench|tests)[\w.]*)", makefile):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module
    for script in re.findall(r"\.venv/bin/python ([\w/]+\.py)", makefile):
        assert (ROOT / script).exists(), script


def test_an_old_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    refused = make(".venv/bin/python", "PYTHON=false no-such-python", folder=tmp_path)
    assert refused.returncode != 0
    assert "Vesper needs Python 3.11 or newer" in refused.stderr
    assert "false no-such-python" in refused.stderr


def test_the_build_machine_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    assert commands == ["set -eu", 'cd "$(dirname "$0")/.."', "exec make test </dev/null"]
    assert script.read_text().startswith("#!/usr/bin/env bash\n")


def test_the_licence_is_whole_and_names_who_holds_it() -> None:
    licence = read("LICENSE")
    assert "Copyright 2026 The Vesper authors" in licence
    for section in range(1, 10):
        assert f"\n   {section}. " in licence
    assert "END OF TERMS AND CONDITIONS" in licence
