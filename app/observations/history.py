"""What a file of earlier results says, row by row. Pure reading.

The file is CSV with a header row, separated by commas or semicolons. Each row is understood or
refused with the field, the reason and a cure; nothing is guessed: not which of two numbers is the
month, nor a unit that is not written.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from app.clock import EARLIEST, LATEST
from app.observations.catalogue import Item, item_named, item_of_loinc
from app.observations.guards import (
    item_of,
    meant_units,
    mistaken_loinc,
    mistaken_value,
    number,
    units_in_words,
)
from app.observations.models import Comparator, Fasting
from app.observations.shapes import MOST_BYTES
from app.problems import Invalid

COLUMNS = (
    "date", "time", "marker", "loinc", "value", "unit", "low", "high", "fasting", "laboratory",
    "note",
)  # fmt: skip
REQUIRED = ("date", "value", "unit")
_ALSO = {"code": "marker", "name": "marker"}
MOST_ROWS = 5000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_VALUE = re.compile(r"(<=|>=|<|>)?\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be recorded: where it stands in the file, the header being row 1."""

    row: int
    field: str
    problem: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that was understood.

    day, at   date and wall-clock time where the patient was; `at` None where only the date is known
    """

    row: int
    day: date
    at: time | None
    item: Item
    value: Decimal
    unit: str
    comparator: Comparator | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    fasting: Fasting | None = None
    loinc: str | None = None
    laboratory: str = ""
    note: str = ""


class _Wrong(Exception):
    """One field of a row that cannot be understood."""

    def __init__(self, field: str, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.field, self.problem, self.cure = field, problem, cure


def read(text: str) -> tuple[list[Entry], list[Refused]]:
    """The rows of a file that were understood, and those that were not, in the file's order.

    Empty rows are passed over. Raises Invalid when the whole is no such file, or is too large.
    """
    if len(text.encode()) > MOST_BYTES:
        raise _unusable("This file is too large.", "Split it: at most 1 MB at a time.")
    understood: list[Entry] = []
    refused: list[Refused] = []
    for row, fields in _rows(text):
        try:
            understood.append(_entry(row, fields))
        except _Wrong as wrong:
            refused.append(Refused(row, wrong.field, wrong.problem, wrong.cure))
    return understood, refused


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row's number and fields by column; surplus fields stand under an empty name."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = _header(next(reader, []))
        found = 0
        for row, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            found += 1
            if found > MOST_ROWS:
                raise _unusable(
                    f"This file has more than {MOST_ROWS} rows.", "Split it into several files."
                )
            fields = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            yield row, fields | {"": "".join(cells[len(header) :])}
    except csv.Error as error:
        raise _unusable(
            f"Line {reader.line_num} is not valid CSV: {error}.",
            "Close every quotation mark, and double those inside a field.",
        ) from None
    if not found:
        raise _unusable("This file has no rows.", "Put one result on each row below the header.")


def _header(cells: list[str]) -> list[str]:
    names = [_ALSO.get(name, name) for name in (cell.strip().lower() for cell in cells)]
    complete = set(REQUIRED) <= set(names) and {"marker", "loinc"} & set(names)
    if not complete or set(names) - set(COLUMNS) or len(set(names)) < len(names):
        raise _unusable(
            "The first row does not name the columns of a history.",
            f"Use {', '.join(COLUMNS)}, each once; {', '.join(REQUIRED)} and one of marker and "
            "loinc are required.",
        )
    return names


def _unusable(problem: str, cure: str) -> Invalid:
    return Invalid(problem, field="csv", cure=cure)


def _entry(row: int, fields: Mapping[str, str]) -> Entry:
    if fields[""].strip():
        raise _Wrong(
            "row", "This row has more fields than the header.",
            "Put a field that contains the separator in quotation marks.",
        )  # fmt: skip
    get = {name: fields.get(name, "") for name in COLUMNS}
    day, at = _day(get["date"]), _time(get["time"])
    item = _item(get["marker"], get["loinc"])
    lab = item.group == "lab"
    unit = _unit(item, get["unit"])
    comparator, value = _value(item, get["value"])
    low, high = (_number(get[name], name) for name in ("low", "high"))
    if low is not None and high is not None and low > high:
        raise _Wrong("low", "The range ends before it begins.", "Exchange its two ends.")
    if not lab and (comparator or low is not None or high is not None):
        raise _Wrong("value", f"{item.name} is no laboratory's result.", "Give the number alone.")
    _plausible(item, value, unit, comparator)
    for name, most in (("laboratory", 120), ("note", 500)):
        if len(get[name]) > most:
            raise _Wrong(name, "This is too long.", f"Use at most {most} characters.")
    return Entry(
        row=row, day=day, at=at, item=item, value=value, unit=unit, comparator=comparator, low=low,
        high=high, fasting=_fasting(get["fasting"]) if lab else None, loinc=get["loinc"] or None,
        laboratory=get["laboratory"] if lab else "", note=get["note"],
    )  # fmt: skip


def _item(marker: str, loinc: str) -> Item:
    """What a row is about, by either column; where both are filled they have to agree."""
    item = (item_named(marker) or item_of_loinc(marker)) if marker else None
    if marker and item is None:
        raise _Wrong(
            "marker", f"{marker[:40]!r} is nothing Vesper knows by that name.",
            "Write its name, its code or its LOINC as in the catalogue.",
        )  # fmt: skip
    if item is None and not loinc:
        raise _Wrong("marker", "No marker is named.", "Write its name, its code or its LOINC.")
    if loinc and item is not None:
        problem = mistaken_loinc(item, loinc)
        if problem or item.group not in {"lab", "vital", "body"}:
            raise _Wrong("loinc", problem or f"{item.name} has no LOINC.", "Check the code.")
    if item is None:
        item = item_of_loinc(loinc)
    if item is None:
        raise _Wrong(
            "loinc", f"{loinc[:20]!r} is no LOINC code that Vesper knows.",
            "Write the marker's name as in the catalogue.",
        )  # fmt: skip
    if item_of(item.code) is None:
        raise _Wrong("marker", f"{item.name} is entered in the check-in.", "Remove the row.")
    if item.group == "red_flag":
        raise _Wrong(
            "marker", f"{item.name} is a warning sign, which a file cannot answer.",
            "Report it among the side effects, where it is answered at once.",
        )  # fmt: skip
    return item


def _unit(item: Item, text: str) -> str:
    unit = item.unit_named(text)
    if unit is None:
        raise _Wrong(
            "unit", f"{item.name} is not accepted in {text[:40]!r}.",
            f"Use {units_in_words(item)}.",
        )  # fmt: skip
    return unit


def _value(item: Item, text: str) -> tuple[Comparator | None, Decimal]:
    """A number, with the sign before it where the laboratory gives no exact one."""
    match = _VALUE.fullmatch(text)
    value = number(match[2]) if match else None
    if match is None or value is None:
        raise _Wrong(
            "value", f"{text[:40]!r} is not a value.",
            "Write a number with a point, such as 5.2 or <0.1.",
        )  # fmt: skip
    return Comparator(match[1]) if match[1] else None, value


def _number(text: str, field: str) -> Decimal | None:
    if not text:
        return None
    value = number(text)
    if value is None:
        raise _Wrong(
            field, f"{text[:40]!r} is not a number.", "Write it with a point, such as 5.2."
        )
    return value


def _plausible(item: Item, value: Decimal, unit: str, comparator: Comparator | None) -> None:
    """A file is asked nothing: what would be asked about a unit is refused with the question."""
    if meant := meant_units(item, value, unit):
        raise _Wrong(
            "unit", f"{value:f} looks as if it were in another unit: {' or '.join(meant)}.",
            "Correct the unit; if it is right, enter this result by hand.",
        )  # fmt: skip
    if problem := mistaken_value(item, value, unit, comparator):
        raise _Wrong("value", problem, "Check the number and its unit.")


def _fasting(text: str) -> Fasting | None:
    if not text:
        return None
    if text.lower() not in {each.value for each in Fasting}:
        raise _Wrong(
            "fasting", f"{text[:40]!r} is not known here.", "Write yes, no or unknown, or nothing."
        )
    return Fasting(text.lower())


def _day(text: str) -> date:
    wrong = _Wrong("date", f"{text[:40]!r} is not a date.", "Write it as 2026-11-23.")
    if not _DAY.fullmatch(text):
        raise wrong
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise wrong from None
    # A day inside both ends, where no zone can carry an instant over them.
    if not EARLIEST.date() < day < LATEST.date():
        raise _Wrong("date", f"{text} is out of range.", "Check the year.")
    return day


def _time(text: str) -> time | None:
    if not text:
        return None
    if not _TIME.fullmatch(text):
        raise _Wrong("time", f"{text[:40]!r} is not a time of day.", "Write it as 08:30.")
    return time.fromisoformat(text)
