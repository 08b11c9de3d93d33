"""What a file of earlier history says, row by row: a table of intakes and skips, as text.

Pure reading. The file is CSV with a header row, separated by commas or semicolons. Each row is
understood or refused with the field, the reason and a cure; nothing is guessed: not which of two
numbers is the month, nor what happened where no status is given. Text stays text, whatever a
spreadsheet would make of its first character.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from app.doses.models import AmountReason, Kind, SkipReason
from app.history_file import Refused, WrongField, day_of, read_rows, time_of, unusable
from app.units import UNITS, Amount

COLUMNS = ("medicine", "date", "time", "status", "amount", "unit", "reason", "note")
REQUIRED = ("medicine", "date", "status")

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_UNITS = {unit.lower(): unit for unit in UNITS} | {
    "mcg": "ug", "\N{MICRO SIGN}g": "ug", "\N{GREEK SMALL LETTER MU}g": "ug", "iu": "[IU]",
    "tablet": "{tablet}", "tablets": "{tablet}",
}  # fmt: skip


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


def read(text: str) -> tuple[list[Entry], list[Refused]]:
    """The rows of a file that were understood, and those that were not, in the file's order.

    Empty rows are passed over. Raises Invalid when the whole is no such file, or is too large.
    """
    return read_rows(text, _columns, _entry, "intake")


def _columns(cells: list[str]) -> list[str]:
    complete = set(REQUIRED) <= set(cells)
    if not complete or set(cells) - set(COLUMNS) or len(set(cells)) < len(cells):
        raise unusable(
            "The first row does not name the columns of a history.",
            f"Use {', '.join(COLUMNS)}, each once; {', '.join(REQUIRED)} are required.",
        )
    return cells


def _entry(row: int, fields: Mapping[str, str]) -> Entry:
    medicine = fields.get("medicine", "")
    if not medicine:
        raise WrongField("medicine", "No medicine is named.", "Write its name as in your protocol.")
    kind = _kind(fields.get("status", ""))
    note = fields.get("note") or None
    if note and len(note) > 500:
        raise WrongField("note", "This note is too long.", "Use at most 500 characters.")
    amount = _amount(fields.get("amount", ""), fields.get("unit", ""))
    if kind is Kind.SKIPPED and amount is not None:
        raise WrongField("amount", "A skipped dose has no amount.", "Leave amount and unit empty.")
    reason, amount_reason = _reason(fields.get("reason", ""), kind, amount)
    at = time_of(fields.get("time", ""))
    if kind is Kind.TAKEN and at is None:
        raise WrongField("time", "An intake needs its time.", "Write it as 22:30.")
    return Entry(
        row=row, medicine=medicine, day=day_of(fields.get("date", "")), at=at, kind=kind,
        amount=amount, reason=reason, amount_reason=amount_reason, note=note,
    )  # fmt: skip


def _kind(text: str) -> Kind:
    kinds = {kind.value: kind for kind in (Kind.TAKEN, Kind.SKIPPED)}
    if text.lower() not in kinds:
        raise WrongField("status", f"{text[:40]!r} is not a status.", "Write taken or skipped.")
    return kinds[text.lower()]


def _amount(number: str, unit: str) -> Amount | None:
    if not number and not unit:
        return None
    if not _NUMBER.fullmatch(number) or not Decimal(number):
        raise WrongField(
            "amount", f"{number[:40]!r} is not an amount.",
            "Write a number above zero with a point, such as 0.25, or leave amount and unit empty.",
        )  # fmt: skip
    known = _UNITS.get(unit.lower())
    if known is None:
        raise WrongField(
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
        raise WrongField(
            "reason", "A dose taken as planned has no reason.", "Leave it empty, or use the note."
        )
    word = text.lower().replace(" ", "_")
    words = SkipReason if kind is Kind.SKIPPED else AmountReason
    if word not in {each.value for each in words}:
        raise WrongField(
            "reason", f"{text[:40]!r} is not one of the reasons.",
            f"Use one of {', '.join(each.value for each in words)}, or the note.",
        )  # fmt: skip
    return (SkipReason(word), None) if kind is Kind.SKIPPED else (None, AmountReason(word))
