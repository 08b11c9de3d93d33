"""`make browsers` installs what is missing, asks nothing, and says so where it cannot."""

import os
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from tests import install_browsers


class Machine:
    """A machine with these programs, on which commands are only written down."""

    def __init__(self, *programs: str) -> None:
        self.programs = set(programs)
        self.commands: list[list[str]] = []

    def which(self, name: str) -> str | None:
        return name if name in self.programs else None

    def run(
        self, command: Sequence[str], *, stdin: int, check: bool
    ) -> subprocess.CompletedProcess[str]:
        assert stdin == subprocess.DEVNULL, "nobody is there to answer"
        assert not check
        self.commands.append(list(command))
        return subprocess.CompletedProcess(command, 0)

    def behind(self, monkeypatch: pytest.MonkeyPatch, *, user: int) -> None:
        monkeypatch.setattr(shutil, "which", self.which)
        monkeypatch.setattr(subprocess, "run", self.run)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(install_browsers, "find_library", lambda name: name)


def test_nothing_is_done_where_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine("chromium", "firefox-esr", "dbus-daemon", "apt-get")
    machine.behind(monkeypatch, user=0)
    assert install_browsers.main() == 0
    assert machine.commands == []


def test_only_what_is_missing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine("chromium", "dbus-daemon", "apt-get")
    machine.behind(monkeypatch, user=0)
    install_browsers.main()
    assert [command[-1] for command in machine.commands] == ["update", "firefox-esr"]
    assert all("--yes" in command for command in machine.commands)


def test_somebody_who_is_not_root_asks_sudo_which_may_not_ask_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine("apt-get", "sudo")
    machine.behind(monkeypatch, user=1000)
    install_browsers.main()
    assert machine.commands
    assert all(command[:2] == ["sudo", "-n"] for command in machine.commands)


@pytest.mark.parametrize("programs", [(), ("apt-get",)])
def test_where_it_may_not_install_it_says_what_to_do(
    programs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(*programs)
    machine.behind(monkeypatch, user=1000)
    assert install_browsers.main() == 1
    assert machine.commands == []
    said = capsys.readouterr().err
    assert "chromium, firefox-esr, dbus" in said
    assert "on PATH" in said
