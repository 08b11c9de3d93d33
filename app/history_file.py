"""A file of somebody's earlier history: its header, its rows, dates and times. Pure reading.

CSV with a header row, separated by commas or semicolons. What the columns mean is for whoever reads
intakes (`app.doses.history`) or results (`app.observations.history`); a row is understood or
refused with the field, the reason and a cure.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar

from app.clock import EARLIEST, LATEST
from app.problems import Invalid

MOST_ROWS = 5000
MOST_BYTES = 1_000_000

Row = TypeVar("Row")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be recorded: where it stands in the file, the header being row 1."""

    row: int
    field: str
    problem: str
    cure: str


@dataclass(slots=True)
class Brought:
    """What became of a file, or would: rows that say something, newly recorded, there before."""

    rows: int = 0
    recorded: int = 0
    already: int = 0
    refused: list[Refused] = field(default_factory=list)


class WrongField(Exception):
    """One field of a row that cannot be understood."""

    def __init__(self, field: str, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.field, self.problem, self.cure = field, problem, cure


def read_rows(
    text: str, columns: Callable[[list[str]], list[str]],
    entry: Callable[[int, Mapping[str, str]], Row], what: str,
) -> tuple[list[Row], list[Refused]]:  # fmt: skip
    """The rows of a file that were understood, and those that were not, in the file's order.

    columns   names the columns by the cells of the first row, in small letters; or raises Invalid
    entry     understands the row of this number, by column; or raises WrongField
    what      a row is, in the words for somebody whose file has none

    Empty rows are passed over. Raises Invalid when the whole is no such file, or is too large.
    """
    if len(text.encode()) > MOST_BYTES:
        raise unusable("This file is too large.", "Split it: at most 1 MB at a time.")
    understood: list[Row] = []
    refused: list[Refused] = []
    for row, fields in _rows(text, columns, what):
        try:
            if fields[""].strip():
                raise WrongField(
                    "row", "This row has more fields than the header.",
                    "Put a field that contains the separator in quotation marks.",
                )  # fmt: skip
            understood.append(entry(row, fields))
        except WrongField as wrong:
            refused.append(Refused(row, wrong.field, wrong.problem, wrong.cure))
    return understood, refused


def unusable(problem: str, cure: str) -> Invalid:
    """Why the whole is no such file."""
    return Invalid(problem, field="csv", cure=cure)


def day_of(text: str) -> date:
    """A date as in 2026-11-23; nothing is guessed of any other. Raises WrongField."""
    wrong = WrongField("date", f"{text[:40]!r} is not a date.", "Write it as 2026-11-23.")
    if not _DAY.fullmatch(text):
        raise wrong
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise wrong from None
    # A day inside both ends, where no zone can carry an instant over them.
    if not EARLIEST.date() < day < LATEST.date():
        raise WrongField("date", f"{text} is out of range.", "Check the year.")
    return day


def time_of(text: str) -> time | None:
    """A wall-clock time as in 22:30 or 22:30:15; None for an empty field. Raises WrongField."""
    if not text:
        return None
    if not _TIME.fullmatch(text):
        raise WrongField("time", f"{text[:40]!r} is not a time of day.", "Write it as 22:30.")
    return time.fromisoformat(text)


def _rows(
    text: str, columns: Callable[[list[str]], list[str]], what: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row's number and fields by column; surplus fields stand under an empty name."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found = 0
    try:
        header = columns([cell.strip().lower() for cell in next(reader, [])])
        for row, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            found += 1
            if found > MOST_ROWS:
                raise unusable(
                    f"This file has more than {MOST_ROWS} rows.", "Split it into several files."
                )
            fields = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            yield row, fields | {"": "".join(cells[len(header) :])}
    except csv.Error as error:
        raise unusable(
            f"Line {reader.line_num} is not valid CSV: {error}.",
            "Close every quotation mark, and double those inside a field.",
        ) from None
    if not found:
        raise unusable("This file has no rows.", f"Put one {what} on each row below the header.")
