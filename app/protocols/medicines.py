"""The medicines and templates Vesper knows, read once from the data files beside this module.

A medicine is data: adding one is adding a table to `data/medicines.toml`. Templates carry route,
frequency and timing, and never an amount.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from app.units import UNITS, Amount, IncompatibleUnits

ROUTES = frozenset({"subcutaneous", "intramuscular", "oral"})


@dataclass(frozen=True, slots=True)
class Form:
    """One of several forms that are different drugs in practice.

    most_per_week   more doses than this in any seven nights need a reason; None: no such limit
    warning         why, in plain words with the source
    """

    code: str
    name: str
    note: str
    most_per_week: int | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Amounts outside which a slip of the unit is likely: no dose range, only a guard."""

    least: Amount
    most: Amount
    source: str

    def speaks_of(self, amount: Amount) -> bool:
        """Whether the amount's unit measures what these bounds measure."""
        try:
            amount.to(self.least.unit)
        except IncompatibleUnits:
            return False
        return True

    def hold(self, amount: Amount) -> bool:
        """Whether the amount lies inside, both ends included."""
        return self.least.value <= amount.to(self.least.unit).value <= self.most.value


@dataclass(frozen=True, slots=True)
class Status:
    """What one authority says of a medicine, when that was read, and where."""

    jurisdiction: str
    status: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Medicine:
    """What can be prescribed: names, forms, routes and units, and defaults with their sources.

    form_required     there is no default form, because the forms must not be confused
    plausible         guards against slips, one for each kind of unit; the first is the usual one
    window_minutes    default late window; None is until the day turns
    on_time_minutes   how far from the due time, either way, counts as on time
    schedule          controlled-substance schedule in the United States, or None
    codes             code system to code, only those that could be verified
    """

    code: str
    name: str
    substances: tuple[str, ...]
    forms: tuple[Form, ...]
    form_required: bool
    routes: tuple[str, ...]
    units: tuple[str, ...]
    plausible: tuple[Bounds, ...]
    window_minutes: int | None
    window_source: str
    on_time_minutes: int
    schedule: str | None
    status: tuple[Status, ...]
    codes: MappingProxyType[str, str]

    def form(self, code: str) -> Form | None:
        """The form of this code, or None when the medicine has no such form."""
        return next((form for form in self.forms if form.code == code), None)

    def bounds_for(self, amount: Amount) -> Bounds | None:
        """The guard that speaks of the amount's unit; None when there is none."""
        return next((bounds for bounds in self.plausible if bounds.speaks_of(amount)), None)


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One line of a template: medicine, route, nights and times, and nothing about how much."""

    medicine: Medicine
    route: str
    weekdays: tuple[int, ...]
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A usual combination, as a start for the form in which a prescription is entered."""

    code: str
    name: str
    description: str
    lines: tuple[TemplateLine, ...]


def _table(name: str) -> dict[str, Any]:
    """A data file that is packaged with this module."""
    text = files("app.protocols").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _medicine(code: str, facts: dict[str, Any]) -> Medicine:
    """One table of the file; raises ValueError where it contradicts itself."""
    medicine = Medicine(
        code=code,
        name=facts["name"],
        substances=tuple(facts["substances"]),
        forms=tuple(Form(**form) for form in facts.get("forms", ())),
        form_required=facts.get("form_required", False),
        routes=tuple(facts["routes"]),
        units=tuple(facts["units"]),
        plausible=tuple(
            Bounds(
                Amount(Decimal(entry["min"]), entry["unit"]),
                Amount(Decimal(entry["max"]), entry["unit"]),
                entry["source"],
            )
            for entry in facts.get("plausible", ())
        ),
        window_minutes=facts.get("window_minutes"),
        window_source=facts["window_source"],
        on_time_minutes=facts["on_time_minutes"],
        schedule=facts.get("schedule"),
        status=tuple(Status(**entry) for entry in facts.get("status", ())),
        codes=MappingProxyType(dict(facts.get("codes", {}))),
    )
    if not (set(medicine.routes) <= ROUTES and set(medicine.units) <= UNITS):
        raise ValueError(f"{code} names a route or unit that Vesper does not know")
    return medicine


def _template(code: str, facts: dict[str, Any]) -> Template:
    """One template; a medicine it names must exist."""
    return Template(
        code=code,
        name=facts["name"],
        description=facts["description"],
        lines=tuple(
            TemplateLine(
                MEDICINES[line["medicine"]],
                line["route"],
                tuple(line.get("weekdays", ())),
                tuple(line["times"]),
            )
            for line in facts["lines"]
        ),
    )


MEDICINES: dict[str, Medicine] = {
    code: _medicine(code, facts) for code, facts in _table("medicines.toml").items()
}
TEMPLATES: dict[str, Template] = {
    code: _template(code, facts) for code, facts in _table("templates.toml").items()
}


def label_of(medicine: str) -> str:
    """The display name of a medicine's code; the code itself for one the data no longer holds."""
    known = MEDICINES.get(medicine)
    return known.name if known else medicine
