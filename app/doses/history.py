"""What a file of earlier history says, row by row: a table of intakes and skips, as text.

Pure reading. The file is CSV with a header row, separated by commas or semicolons. Each row is
understood or refused with the field, the reason and a cure; nothing is guessed: not which of two
numbers is the month, nor what happened where no status is given. Text stays text, whatever a
spreadsheet would make of its first character.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from app.clock import EARLIEST, LATEST
from app.doses.models import AmountReason, Kind, SkipReason
from app.problems import Invalid
from app.units import UNITS, Amount

COLUMNS = ("medicine", "date", "time", "status", "amount", "unit", "reason", "note")
REQUIRED = ("medicine", "date", "status")
MOST_ROWS = 5000
MOST_BYTES = 1_000_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_UNITS = {unit.lower(): unit for unit in UNITS} | {
    "mcg": "ug", "\N{MICRO SIGN}g": "ug", "\N{GREEK SMALL LETTER MU}g": "ug", "iu": "[IU]",
    "tablet": "{tablet}", "tablets": "{tablet}",
}  # fmt: skip


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

    medicine   as it was written, for finding the line
    day, at    date and wall-clock time as on the patient's own clock; a skip may have no time
    """

    row: int
    medicine: str
    day: date
    at: time | None
    kind: Kind
    amount: Amount | None = None
    reason: SkipReason | None = None
    amount_reason: AmountReason | None = None
    note: str | None = None


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
        raise _unusable("This file has no rows.", "Put one intake on each row below the header.")


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if missing or unknown or len(set(names)) < len(names):
        raise _unusable(
            "The first row does not name the columns of a history.",
            f"Use {', '.join(COLUMNS)}, each once; {', '.join(REQUIRED)} are required.",
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
    medicine = fields.get("medicine", "")
    if not medicine:
        raise _Wrong("medicine", "No medicine is named.", "Write its name as in your protocol.")
    kind = _kind(fields.get("status", ""))
    note = fields.get("note") or None
    if note and len(note) > 500:
        raise _Wrong("note", "This note is too long.", "Use at most 500 characters.")
    amount = _amount(fields.get("amount", ""), fields.get("unit", ""))
    if kind is Kind.SKIPPED and amount is not None:
        raise _Wrong("amount", "A skipped dose has no amount.", "Leave amount and unit empty.")
    reason, amount_reason = _reason(fields.get("reason", ""), kind, amount)
    at = _time(fields.get("time", ""))
    if kind is Kind.TAKEN and at is None:
        raise _Wrong("time", "An intake needs its time.", "Write it as 22:30.")
    return Entry(
        row=row, medicine=medicine, day=_day(fields.get("date", "")), at=at, kind=kind,
        amount=amount, reason=reason, amount_reason=amount_reason, note=note,
    )  # fmt: skip


def _kind(text: str) -> Kind:
    kinds = {kind.value: kind for kind in (Kind.TAKEN, Kind.SKIPPED)}
    if text.lower() not in kinds:
        raise _Wrong("status", f"{text[:40]!r} is not a status.", "Write taken or skipped.")
    return kinds[text.lower()]


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
        raise _Wrong("time", f"{text[:40]!r} is not a time of day.", "Write it as 22:30.")
    return time.fromisoformat(text)


def _amount(number: str, unit: str) -> Amount | None:
    if not number and not unit:
        return None
    if not _NUMBER.fullmatch(number) or not Decimal(number):
        raise _Wrong(
            "amount", f"{number[:40]!r} is not an amount.",
            "Write a number above zero with a point, such as 0.25, or leave amount and unit empty.",
        )  # fmt: skip
    known = _UNITS.get(unit.lower())
    if known is None:
        raise _Wrong(
            "unit", f"{unit[:40]!r} is not a unit Vesper knows.",
            f"Use one of {', '.join(sorted(UNITS))}, or mcg, IU or tablet.",
        )  # fmt: skip
    return Amount(Decimal(number), known)


def _reason(
    text: str, kind: Kind, amount: Amount | None
) -> tuple[SkipReason | None, AmountReason | None]:
    """Why it was skipped, or why another amount was taken."""
    if not text:
        return None, None
    if kind is Kind.TAKEN and amount is None:
        raise _Wrong(
            "reason", "A dose taken as planned has no reason.", "Leave it empty, or use the note."
        )
    word = text.lower().replace(" ", "_")
    words = SkipReason if kind is Kind.SKIPPED else AmountReason
    if word not in {each.value for each in words}:
        raise _Wrong(
            "reason", f"{text[:40]!r} is not one of the reasons.",
            f"Use one of {', '.join(each.value for each in words)}, or the note.",
        )  # fmt: skip
    return (SkipReason(word), None) if kind is Kind.SKIPPED else (None, AmountReason(word))
