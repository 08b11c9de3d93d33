"""Tables as CSV that no spreadsheet runs and that still says exactly what the record says. Pure.

A cell that begins like a formula is run by spreadsheets when the file is opened, whoever wrote it;
so is what follows a separator of another country's settings inside a cell. Source: OWASP, CSV
Injection. An apostrophe before it keeps it text, and `read_cell` takes exactly that one away again.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from io import StringIO
from typing import Any
from uuid import UUID

from app.schedule import zone

# Signs that begin a formula, four of them as on East Asian keyboards; the apostrophe is ours.
_RUN = "=+\\-@\uff1d\uff0b\uff0d\uff20'"
_BEGINS = r"(?:^|(?<=[,;|\t\r\n]))"
# Some programs overlook spaces before them, and a quotation mark after a separator opens a cell.
_GUARD = re.compile(rf"{_BEGINS}(?=[\s\"]*[{_RUN}])")
_GUARDED = re.compile(rf"{_BEGINS}'")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def csv_cell(text: str) -> str:
    """A text as it stands in a cell, before commas and quotation marks are dealt with.

    A plain negative number stays a number. `read_cell` gives back the text, whatever it was.
    """
    return text if _NUMBER.fullmatch(text) else _guarded(text)


def _guarded(text: str) -> str:
    return _GUARD.sub("'", text)


def read_cell(cell: str) -> str:
    """The text that `csv_cell` was given."""
    return _GUARDED.sub("", cell)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as RFC 4180 has it: a header, commas, CRLF, doubled quotation marks."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for first, *others in rows:
        # To a program that expects semicolons the whole row is one cell, which begins with this.
        writer.writerow([_guarded(plain(first)), *(csv_cell(plain(value)) for value in others)])
    return out.getvalue()


def plain(value: Any) -> str:
    """A value in words of one form: nothing as an empty cell, yes and no, ISO dates, plain digits.

    An instant without a place is written in UTC. Raises TypeError for what has no one form.
    """
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case Enum():
            text = str(value.value)
        case str() | int() | UUID():
            text = str(value)
        case Decimal() | float():
            text = f"{Decimal(str(value)):f}"
        case datetime():
            text = value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            text = value.isoformat()
        case time():
            text = value.isoformat(timespec="minutes")
        case _:
            raise TypeError(f"{type(value)} has no one form in a cell")
    return text


def there(moment: datetime | None, place: str) -> str:
    """An instant as the clock on that place's wall showed it, with the offset that held there."""
    return "" if moment is None else moment.astimezone(zone(place)).isoformat(timespec="seconds")
