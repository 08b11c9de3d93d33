"""What a patient's first screen loads: no more than its share, nothing of the clinician's side."""

import gzip
import re
from pathlib import Path

import pytest

from tests.databases import ROOT

BUILT = ROOT / "frontend" / "dist"
MOST = 30_000
"""Bytes of JavaScript, as they travel, that a phone needs before Tonight is there."""

# Words that only the clinician's screens have: of a request, of a sheet, of a heading.
CLINICIANS = ("/api/clinic/patients", "one-patient", "panel-table", "Sign off up to now")


def loaded(start: list[str]) -> set[str]:
    """These files and every file that they import at once."""
    seen: set[str] = set()
    while start:
        name = start.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (BUILT / "assets" / name).read_text()
        start += re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', text)
    return seen


@pytest.fixture(scope="module")
def first_screen() -> set[str]:
    page = (BUILT / "index.html").read_text()
    night = next((BUILT / "assets").glob("night-*.js")).name
    return loaded([*re.findall(r"/assets/([\w.-]+\.(?:js|css))", page), night])


def test_the_first_screen_of_a_patient_stays_within_its_bytes(first_screen: set[str]) -> None:
    sizes = {
        name: len(gzip.compress((BUILT / "assets" / name).read_bytes(), mtime=0))
        for name in first_screen
        if name.endswith(".js")
    }
    assert sum(sizes.values()) <= MOST, sizes


def test_nothing_of_the_clinicians_side_is_loaded_for_a_patient(first_screen: set[str]) -> None:
    files = {name: (BUILT / "assets" / name).read_text() for name in first_screen}
    found = [(name, word) for name, text in files.items() for word in CLINICIANS if word in text]
    assert not found
    # The words are told apart from the clinician's files, where they are.
    others = [Path(file) for file in (BUILT / "assets").glob("*.js") if file.name not in files]
    elsewhere = "".join(file.read_text() for file in others)
    assert all(word in elsewhere for word in CLINICIANS)
