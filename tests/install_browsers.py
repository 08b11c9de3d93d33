"""Install what the browser tests drive, where it is missing; `make browsers` runs this.

Debian's and Ubuntu's packages are installed. Elsewhere, and where that is not allowed, one
sentence says what to install. Twice is the same as once.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from ctypes.util import find_library

PROGRAMS = {"chromium": "chromium", "firefox-esr": "firefox-esr", "dbus-daemon": "dbus-daemon"}
"""Debian's packages by the programs that the tests look for on PATH."""

LIBRARIES = {"notify": "libnotify4"}
"""Debian's packages by the libraries that a browser loads by itself."""


def missing() -> list[str]:
    """The Debian packages whose program or library is not on this machine."""
    programs = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    return programs + [package for name, package in LIBRARIES.items() if find_library(name) is None]


def advice(packages: Sequence[str]) -> str:
    """What somebody must do by hand."""
    return (
        f"The browser tests need {', '.join(packages)}, and they could not be installed here. "
        "On Debian: apt-get install chromium firefox-esr dbus libnotify4. On any other system: put "
        f"{', '.join(PROGRAMS)} on PATH under these names, and libnotify beside them."
    )


def install(packages: Sequence[str]) -> bool:
    """Install Debian packages without asking anything; False when that is not possible."""
    apt = shutil.which("apt-get")
    if apt is None or (os.geteuid() != 0 and shutil.which("sudo") is None):
        return False
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", apt, "--quiet", "--yes"]
    # apt keeps lists of its own, and on a fresh machine they are empty.
    return all(
        subprocess.run([*command, *step], stdin=subprocess.DEVNULL, check=False).returncode == 0
        for step in (["update"], ["install", "--no-install-recommends", *packages])
    )


def main() -> int:
    """Install what is missing; 1 when something still is."""
    if packages := missing():
        print(f"Installing {', '.join(packages)} ...", flush=True)
        install(packages)
    if packages := missing():
        print(advice(packages), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
