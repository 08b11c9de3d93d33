"""What the build's tests read: the folder of this checkout, and the files that belong to it."""

import os
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def kept() -> list[Path]:
    """Every file that .gitignore lets in, relative to ROOT; git itself may be missing here."""
    ignored = [line.strip("/") for line in read(".gitignore").splitlines() if line]
    found: list[Path] = []
    for name, folders, files in os.walk(ROOT):
        place = Path(name).relative_to(ROOT)
        folders[:] = [
            folder
            for folder in folders
            if folder != ".git"
            and not any(
                fnmatch(folder, pattern) or (place / folder).as_posix() == pattern
                for pattern in ignored
            )
        ]
        found += [place / file for file in files]
    return found


def read(name: str) -> str:
    """The text of one file of the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")
