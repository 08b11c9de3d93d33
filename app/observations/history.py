"""What a file of earlier results says, row by row. Pure reading.

The file is CSV with a header row, separated by commas or semicolons. Each row is understood or
refused with the field, the reason and a cure; nothing is guessed: not which of two numbers is the
month, nor a unit that is not written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from app.history_file import Refused, WrongField, day_of, read_rows, time_of, unusable
from app.observations.catalogue import Item, item_named, item_of_loinc, spoken_unit
from app.observations.guards import (
    item_of,
    meant_units,
    mistaken_loinc,
    mistaken_value,
    number,
    units_in_words,
)
from app.observations.models import Comparator, Fasting

COLUMNS = (
    "date", "time", "marker", "loinc", "value", "unit", "low", "high", "fasting", "laboratory",
    "note",
)  # fmt: skip
REQUIRED = ("date", "value", "unit")
_ALSO = {"code": "marker", "name": "marker"}

_VALUE = re.compile(r"(<=|>=|<|>)?\s*(\S+)")


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


def read(text: str) -> tuple[list[Entry], list[Refused]]:
    """The rows of a file that were understood, and those that were not, in the file's order.

    Empty rows are passed over. Raises Invalid when the whole is no such file, or is too large.
    """
    return read_rows(text, _columns, _entry, "result")


def _columns(cells: list[str]) -> list[str]:
    names = [_ALSO.get(name, name) for name in cells]
    complete = set(REQUIRED) <= set(names) and {"marker", "loinc"} & set(names)
    if not complete or set(names) - set(COLUMNS) or len(set(names)) < len(names):
        raise unusable(
            "The first row does not name the columns of a history.",
            f"Use {', '.join(COLUMNS)}, each once; {', '.join(REQUIRED)} and one of marker and "
            "loinc are required.",
        )
    return names


def _entry(row: int, fields: Mapping[str, str]) -> Entry:
    get = {name: fields.get(name, "") for name in COLUMNS}
    day, at = day_of(get["date"]), time_of(get["time"])
    item = _item(get["marker"], get["loinc"])
    lab = item.group == "lab"
    unit = _unit(item, get["unit"])
    comparator, value = _value(item, get["value"])
    low, high = (_number(get[name], name) for name in ("low", "high"))
    if low is not None and high is not None and low > high:
        raise WrongField("low", "The range ends before it begins.", "Exchange its two ends.")
    if not lab and (comparator or low is not None or high is not None):
        raise WrongField(
            "value", f"{item.name} is no laboratory's result.", "Give the number alone."
        )
    _plausible(item, value, unit, comparator)
    for name, most in (("laboratory", 120), ("note", 500)):
        if len(get[name]) > most:
            raise WrongField(name, "This is too long.", f"Use at most {most} characters.")
    return Entry(
        row=row, day=day, at=at, item=item, value=value, unit=unit, comparator=comparator, low=low,
        high=high, fasting=_fasting(get["fasting"]) if lab else None, loinc=get["loinc"] or None,
        laboratory=get["laboratory"] if lab else "", note=get["note"],
    )  # fmt: skip


def _item(marker: str, loinc: str) -> Item:
    """What a row is about, by either column; where both are filled they have to agree."""
    item = (item_named(marker) or item_of_loinc(marker)) if marker else None
    if marker and item is None:
        raise WrongField(
            "marker", f"{marker[:40]!r} is nothing Vesper knows by that name.",
            "Write its name, its code or its LOINC as in the catalogue.",
        )  # fmt: skip
    if item is None and not loinc:
        raise WrongField("marker", "No marker is named.", "Write its name, its code or its LOINC.")
    if loinc and item is not None:
        problem = mistaken_loinc(item, loinc)
        if problem or item.group not in {"lab", "vital", "body"}:
            raise WrongField("loinc", problem or f"{item.name} has no LOINC.", "Check the code.")
    if item is None:
        item = item_of_loinc(loinc)
    if item is None:
        raise WrongField(
            "loinc", f"{loinc[:20]!r} is no LOINC code that Vesper knows.",
            "Write the marker's name as in the catalogue.",
        )  # fmt: skip
    if item_of(item.code) is None:
        raise WrongField("marker", f"{item.name} is entered in the check-in.", "Remove the row.")
    if item.group == "red_flag":
        raise WrongField(
            "marker", f"{item.name} is a warning sign, which a file cannot answer.",
            "Report it among the side effects, where it is answered at once.",
        )  # fmt: skip
    return item


def _unit(item: Item, text: str) -> str:
    unit = item.unit_named(text)
    if unit is None:
        raise WrongField(
            "unit", f"{item.name} is not accepted in {text[:40]!r}.",
            f"Use {units_in_words(item)}.",
        )  # fmt: skip
    return unit


def _value(item: Item, text: str) -> tuple[Comparator | None, Decimal]:
    """A number, with the sign before it where the laboratory gives no exact one."""
    match = _VALUE.fullmatch(text)
    value = number(match[2]) if match else None
    if match is None or value is None:
        raise WrongField(
            "value", f"{text[:40]!r} is not a value.",
            "Write a number with a point, such as 5.2 or <0.1.",
        )  # fmt: skip
    return Comparator(match[1]) if match[1] else None, value


def _number(text: str, field: str) -> Decimal | None:
    if not text:
        return None
    value = number(text)
    if value is None:
        raise WrongField(
            field, f"{text[:40]!r} is not a number.", "Write it with a point, such as 5.2."
        )
    return value


def _plausible(item: Item, value: Decimal, unit: str, comparator: Comparator | None) -> None:
    """A file is asked nothing: what would be asked about a unit is refused with the question."""
    if meant := meant_units(item, value, unit):
        raise WrongField(
            "unit",
            f"{value:f} looks as if it were in another unit: "
            f"{' or '.join(spoken_unit(each) for each in meant)}.",
            "Correct the unit; if it is right, enter this result by hand.",
        )  # fmt: skip
    if problem := mistaken_value(item, value, unit, comparator):
        raise WrongField("value", problem, "Check the number and its unit.")


def _fasting(text: str) -> Fasting | None:
    if not text:
        return None
    if text.lower() not in {each.value for each in Fasting}:
        raise WrongField(
            "fasting", f"{text[:40]!r} is not known here.", "Write yes, no or unknown, or nothing."
        )
    return Fasting(text.lower())
