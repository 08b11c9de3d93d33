"""What a patient's phone loads and keeps: no more than its share, nothing of the clinic's side."""

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


@pytest.fixture(scope="module")
def kept() -> tuple[set[str], set[str]]:
    """The files that the service worker keeps everywhere, and those it keeps for clinicians."""
    lists = re.findall(r"`(/[^`]*,/[^`]*)`", (BUILT / "sw.js").read_text())
    everywhere, clinic = sorted((set(each.split(",")) for each in lists), key=len, reverse=True)
    return everywhere, clinic


def scripts(paths: set[str]) -> dict[str, str]:
    """What is in these files, as far as they are JavaScript, by name."""
    return {Path(path).name: (BUILT / path[1:]).read_text() for path in paths if ".js" in path}


def test_no_patients_phone_keeps_the_clinicians_side(kept: tuple[set[str], set[str]]) -> None:
    everywhere, clinic = kept
    assert "/index.html" in everywhere
    assert not everywhere & clinic
    found = [word for text in scripts(everywhere).values() for word in CLINICIANS if word in text]
    assert found == []
    assert all(word in "".join(scripts(clinic).values()) for word in CLINICIANS)
    chunks = {f"/assets/{path.name}" for path in (BUILT / "assets").glob("*.js")}
    assert chunks <= everywhere | clinic


def test_every_screen_of_a_patient_is_kept(kept: tuple[set[str], set[str]]) -> None:
    everywhere = scripts(kept[0])
    missing: set[str] = set()
    for text in everywhere.values():
        named = set(re.findall(r"""["'`]\./([\w.-]+\.js)["'`]""", text))
        missing |= named - set(everywhere)
    # One way leads to the clinician's screens, and nothing else leads anywhere that is not kept.
    assert [name.partition("-")[0] for name in missing] == ["routes"]
