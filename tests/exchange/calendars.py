"""Two readers of a calendar file that did not write it: Thunderbird's parser, and a program."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.databases import ROOT

READER = """
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
ICAL.TimezoneService.reset();
for (const each of calendar.getAllSubcomponents("vtimezone"))
  ICAL.TimezoneService.register(new ICAL.Timezone(each));
const value = (event, name) => event.getFirstPropertyValue(name)?.toString() ?? null;
console.log(JSON.stringify(calendar.getAllSubcomponents("vevent").map((event) => {
  const start = event.getFirstPropertyValue("dtstart");
  return {
    uid: value(event, "uid"), title: value(event, "summary"), local: start.toString(),
    zone: event.getFirstProperty("dtstart").getParameter("tzid") ?? null,
    instant: start.isDate ? null : start.toUnixTime(), end: value(event, "dtend"),
    sequence: event.getFirstPropertyValue("sequence"), changed: value(event, "last-modified"),
  };
})));
"""


def read_by_ical_js(file: bytes) -> list[dict[str, Any]]:
    """The events as Thunderbird's parser reads them, without any zone but those in the file."""
    told = subprocess.run(
        [ROOT / ".venv" / "bin" / "node", "--input-type=module", "--eval", READER],
        input=file, capture_output=True, cwd=ROOT / "frontend/tools", check=True, timeout=60,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return found


class Khal:
    """A calendar program with settings, calendar and cache of its own, on the clock of `home`."""

    def __init__(self, folder: Path, home: str) -> None:
        self.folder = folder
        (folder / "calendar").mkdir(parents=True)
        self.moves_to(home)

    def moves_to(self, home: str) -> None:
        """Have the same calendar shown on another clock."""
        self.home = home
        (self.folder / "khal.conf").write_text(
            f"[calendars]\n[[ours]]\npath = {self.folder / 'calendar'}\ntype = calendar\n"
            f"[locale]\nlocal_timezone = {home}\ndefault_timezone = {home}\ntimeformat = %H:%M\n"
            "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
            f"[sqlite]\npath = {self.folder / 'khal.db'}\n[default]\ndefault_calendar = ours\n"
        )

    def read(self, file: bytes) -> None:
        """Import a feed; what was there under the same UID is replaced."""
        (self.folder / "feed.ics").write_bytes(file)
        self._run("import", "--batch", str(self.folder / "feed.ics"))

    def shows(self, day: str, days: int) -> list[str]:
        """What it lists, on its own clock: `2026-11-01 22:30 Evening check-in`."""
        form = "{start-date} {start-time} {title}"
        told = self._run("list", "--once", "--notstarted", "--day-format", "", "--format", form,
                         day, f"{days}d")  # fmt: skip
        return [" ".join(line.split()) for line in told.splitlines() if line.strip()]

    def _run(self, *command: str) -> str:
        done = subprocess.run(  # noqa: PLW1510 - its error is in the assertion
            [ROOT / ".venv" / "bin" / "khal", "-c", self.folder / "khal.conf", *command],
            capture_output=True, text=True, timeout=60, cwd=self.folder,
            # Some machines of ours have no locale, and khal would refuse to print.
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.folder), "TZ": self.home},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout
