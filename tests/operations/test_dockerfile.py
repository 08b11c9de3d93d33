"""The image is small, pinned, without root and without what it is built with."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from .dockerfile import stages
from .repository import ROOT, read


def test_every_image_is_pinned_to_a_version() -> None:
    for stage in stages():
        assert re.search(r":\d+\.\d+", stage.image), stage.image
        assert "latest" not in stage.image


def test_it_runs_as_somebody_who_is_not_root() -> None:
    *_, runtime = stages()
    (user,) = runtime.all("USER")
    assert int(user.split(":")[0]) >= 10_000
    assert [word for word, _ in runtime.steps].index("USER") > max(
        number for number, (word, _) in enumerate(runtime.steps) if word == "COPY"
    )


def test_the_image_that_runs_installs_nothing_itself() -> None:
    *_, runtime = stages()
    assert runtime.all("RUN") == []
    assert all(copied.startswith("--from=build ") for copied in runtime.all("COPY"))


def test_it_says_whether_it_is_well() -> None:
    *_, runtime = stages()
    (check,) = runtime.all("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[0] == "python"
    assert "/healthz" in command[-1]
    compile(command[-1], "HEALTHCHECK", "exec")


def test_it_starts_without_a_shell_in_between() -> None:
    *_, runtime = stages()
    (command,) = runtime.all("CMD")
    assert json.loads(command)[:2] == ["vesper", "serve"]


def test_time_zones_come_from_the_pinned_package() -> None:
    *_, runtime = stages()
    assert any('PYTHONTZPATH=""' in setting for setting in runtime.all("ENV"))


def test_nothing_is_fetched_by_address() -> None:
    for stage in stages():
        assert stage.all("ADD") == []
        for step in stage.all("RUN"):
            assert not re.search(r"https?://|\b(curl|wget)\b", step)


def test_only_what_is_copied_is_sent_to_the_builder() -> None:
    allowed = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    build, _ = stages()
    copied = {
        source.strip("/").split("/")[0]
        for step in build.all("COPY")
        for source in step.split()[:-1]
    }
    assert read(".dockerignore").splitlines()[1] == "*"
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint's wheels are for Linux")
def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint", path=f"{sys.prefix}/bin")
    assert hadolint, "hadolint is in requirements-dev.lock: run `make test`"
    said = subprocess.run(
        [hadolint, "--no-color", str(ROOT / "Dockerfile")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.stdout == ""
    assert said.returncode == 0
