"""The medicines and templates Vesper knows, read once from the data files beside this module.

A medicine is data: adding one is adding a table to `data/medicines.toml`. Templates carry route,
frequency and timing, and never an amount. A rule about time without a source is refused when it
is read: what nobody can check is not shown to anybody.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

from app.units import UNITS, Amount, IncompatibleUnits

ROUTES = frozenset({"subcutaneous", "intramuscular", "oral"})
INJECTED = ROUTES - {"oral"}
"""Those that need a syringe, and a spot."""

GROWTH_HORMONE_PEPTIDE = "growth_hormone_peptide"
KINDS = frozenset(
    {"androgen", "aromatase_inhibitor", "glp1", GROWTH_HORMONE_PEPTIDE, "gonadotropin_releasing"}
)
SYSTEMS = frozenset(
    {
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://www.whocc.no/atc",
        "http://fdasis.nlm.nih.gov",
        "http://snomed.info/sct",
        "urn:oid:2.16.840.1.113883.6.61",  # CAS
    }
)
_TAGS = ("[P]", "[S]", "[D]")


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
class Code:
    """How another system names a medicine, or one substance or product of it.

    system          one of `SYSTEMS`
    what            which of them the code names, such as one strength of one product
    verified_on     when that was checked, as `YYYY-MM`
    verified_from   where it was checked, with the evidence tag of the source
    """

    system: str
    code: str
    what: str
    verified_on: str
    verified_from: str


@dataclass(frozen=True, slots=True)
class Medicine:
    """What can be prescribed: names, forms, routes and units, and defaults with their sources.

    kinds             words of `KINDS` by which checks know it, never its name
    form_required     there is no default form, because the forms must not be confused
    plausible         guards against slips, one for each kind of unit; the first is the usual one
    window_minutes    default late window; None is until the day turns
    min_gap_minutes   default for how close two intakes may lie; None: no rule, and silence
    on_time_minutes   how far from the due time, either way, counts as on time
    schedule          controlled-substance schedule in the United States, or None
    codes             only those that could be verified
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
    codes: tuple[Code, ...]
    kinds: frozenset[str] = frozenset()
    min_gap_minutes: int | None = None
    min_gap_source: str = ""

    @property
    def growth_hormone_peptide(self) -> bool:
        """Whether it acts on the growth-hormone axis, before which patients are screened."""
        return GROWTH_HORMONE_PEPTIDE in self.kinds

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


def read_medicines(text: str) -> dict[str, Medicine]:
    """The medicines of a data file by their codes.

    Raises ValueError where a table contradicts itself or states a rule without its source.
    """
    return {code: _medicine(code, facts) for code, facts in tomllib.loads(text).items()}


def _file(name: str) -> str:
    """The text of a data file that is packaged with this module."""
    return files("app.protocols").joinpath("data", name).read_text(encoding="utf-8")


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
        window_source=facts.get("window_source", ""),
        on_time_minutes=facts["on_time_minutes"],
        schedule=facts.get("schedule"),
        status=tuple(Status(**entry) for entry in facts.get("status", ())),
        codes=tuple(Code(**entry) for entry in facts.get("codes", ())),
        kinds=frozenset(facts.get("kinds", ())),
        min_gap_minutes=facts.get("min_gap_minutes"),
        min_gap_source=facts.get("min_gap_source", ""),
    )
    if not (set(medicine.routes) <= ROUTES and set(medicine.units) <= UNITS):
        raise ValueError(f"{code} names a route or unit that Vesper does not know")
    if not medicine.kinds <= KINDS:
        raise ValueError(f"{code} is of a kind that no check knows")
    if not medicine.window_source.startswith(_TAGS):
        raise ValueError(f"{code} has a late window without a source")
    if medicine.min_gap_minutes is not None and not medicine.min_gap_source.startswith(_TAGS):
        raise ValueError(f"{code} has a minimum gap without a source")
    if any(named.system not in SYSTEMS or not named.verified_from for named in medicine.codes):
        raise ValueError(f"{code} has a code of an unknown system, or one that nobody verified")
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


MEDICINES: dict[str, Medicine] = read_medicines(_file("medicines.toml"))
TEMPLATES: dict[str, Template] = {
    code: _template(code, facts) for code, facts in tomllib.loads(_file("templates.toml")).items()
}


def label_of(medicine: str) -> str:
    """The display name of a medicine's code; the code itself for one the data no longer holds."""
    known = MEDICINES.get(medicine)
    return known.name if known else medicine
