"""The rules by which Vesper puts something on a clinician's list, read from their data file. Pure.

Figures, words and sources stand in `data/flags.toml`; what a figure means is in the module that
fires the rule.
"""

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

STAYS = timedelta(days=28)
"""A signal that somebody acknowledged stays visible for this long. [D] engineering default."""


class Severity(enum.StrEnum):
    """How soon a look is due, the gravest first."""

    EMERGENCY = "emergency"
    RED = "red"
    AMBER = "amber"
    INFO = "info"

    @property
    def order(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


WORDINGS = {"clinician", "overdue", "no_device", "supply", "out", "more"}
"""What a rule can say; all else in its table is a figure."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who acknowledged a flag, when, and what they noted."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at.

    code            of the rule
    since           when it arose, by the record
    overridden      a clinician has decided about it or acknowledged it; it stays visible
    id              of a signal: follows from what it is about. Of all others None until
                    `app.clinic.episodes` has kept it
    observation_id  the result, side effect or warning sign it is about; only these are acknowledged
    source          of the rule that raised it
    subject         what it is about beside the patient, such as a line's id; one of each is open
    opened_at       when Vesper first saw it; None of one that is not kept yet
    closed_at       when it held no longer; None while it does
    """

    code: str
    severity: Severity
    since: datetime
    text: str
    overridden: bool = False
    id: UUID | None = None
    observation_id: UUID | None = None
    seen: Seen | None = None
    source: str | None = None
    subject: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlagRule:
    """One rule: how grave it is, what it says, what it turns on, and where that is from.

    words     what is shown, by the name of the wording; `clinician` is the usual one
    figures   numbers by name; the file says what each means
    decided   how grave it is once a clinician has decided about it; None: as before
    """

    code: str
    severity: Severity
    source: str
    words: Mapping[str, str]
    figures: Mapping[str, Decimal]
    decided: Severity | None = None

    def number(self, name: str) -> int:
        """A whole figure. Raises KeyError for one that the rule does not have."""
        return int(self.figures[name])

    def span(self, name: str) -> timedelta:
        """A figure in days, or in hours where its name says so."""
        unit = "hours" if name == "hours" else "days"
        return timedelta(**{unit: float(self.figures[name])})

    def flag(
        self, since: datetime, subject: str = "", wording: str = "clinician", **known: object
    ) -> Flag:
        """The flag that this rule raises, with its words filled in."""
        return Flag(
            self.code, self.severity, since, self.words[wording].format(**known),
            source=self.source, subject=subject,
        )  # fmt: skip


def read_flag_rules(text: str) -> dict[str, FlagRule]:
    """The rules of a data file by code. Raises ValueError for one without words or a source."""
    return {code: _rule(code, dict(table)) for code, table in tomllib.loads(text).items()}


def _rule(code: str, table: dict[str, Any]) -> FlagRule:
    severity, source = Severity(table.pop("severity")), table.pop("source", "")
    decided = Severity(table.pop("decided")) if "decided" in table else None
    words = {name: table.pop(name) for name in WORDINGS & table.keys()}
    if not source or "clinician" not in words:
        raise ValueError(f"{code} has no source or no words")
    figures = {name: Decimal(fact) for name, fact in table.items()}
    return FlagRule(code, severity, source, words, figures, decided)


FLAG_RULES = read_flag_rules(
    files("app.clinic").joinpath("data/flags.toml").read_text(encoding="utf-8")
)
