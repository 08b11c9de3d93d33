"""Syringes, and what Vesper knows of a medicine's vials: read once from the data files. Pure.

Adding a syringe or a medicine is adding a table; no code changes. A figure without its source, and
a syringe whose marks do not end at its capacity, are refused when they are read.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

UNITS = "units"
ML = "ml"
PEN = "pen"
UL_IN_UNIT = 10
"""One unit of a U-100 syringe is a hundredth of a millilitre: a mark, and nothing biological."""

USUAL_OPENED_DAYS = 28
"""Days that an opened vial is used, where nothing is known of the medicine: clinical.md 5.2."""

_TAGS = ("[P]", "[S]", "[D]")


class Unsourced(ValueError):
    """A data file contradicts itself, or says something without a source."""


@dataclass(frozen=True, slots=True)
class Syringe:
    """A syringe by its marks, or a pen, which has none: it measures the dose itself.

    kind            whether its numbers are `units` of a U-100 syringe, or `ml`; or that it is a
                    `pen`
    capacity_ul     where its last mark is; 0 of a pen
    tick_ul         from one mark to the next; 0 of a pen
    dead_space_ul   what stays in it and its needle after the plunger is down
    source          of its capacity and marks; `dead_space_source` of the dead space
    """

    code: str
    name: str
    kind: Literal["units", "ml", "pen"]
    capacity_ul: int
    tick_ul: int
    dead_space_ul: int
    source: str
    dead_space_source: str

    @property
    def is_pen(self) -> bool:
        """Whether it measures the dose itself, so that nothing is drawn to a mark."""
        return self.kind == PEN

    @property
    def mark_unit(self) -> Literal["units", "mL"]:
        """What its numbers count, as it is said."""
        return "units" if self.kind == UNITS else "mL"

    def mark_at(self, quantity: Fraction | int) -> Decimal:
        """What the syringe's own scale says at so many microlitres of a mark."""
        exact = Fraction(quantity) / (UL_IN_UNIT if self.kind == UNITS else 1000)
        return Decimal(exact.numerator) / Decimal(exact.denominator)


@dataclass(frozen=True, slots=True)
class Kept:
    """What Vesper knows of the vials of one medicine.

    opened_days   how many days an opened vial is used
    salts         what may stand on the label beside the name, in lower case
    other_salts   what makes it another drug, in lower case, with why
    salts_source  of both
    excipients    what somebody may be allergic to, to be asked about, with the source
    """

    opened_days: int
    opened_source: str
    salts: tuple[str, ...] = ()
    other_salts: Mapping[str, str] = field(default_factory=dict)
    salts_source: str = ""
    excipients: tuple[str, ...] = ()
    excipients_source: str = ""


def read_syringes(text: str) -> dict[str, Syringe]:
    """The syringes of a data file by their codes; raises Unsourced."""
    return {code: _syringe(code, facts) for code, facts in tomllib.loads(text).items()}


def read_kept(text: str) -> dict[str, Kept]:
    """What a data file says of each medicine's vials; raises Unsourced."""
    return {code: _kept(code, facts) for code, facts in tomllib.loads(text).items()}


def opened_days_of(medicine: str) -> int:
    """How many days an opened vial of a medicine is used."""
    known = KEPT.get(medicine)
    return known.opened_days if known else USUAL_OPENED_DAYS


def is_pen(code: str) -> bool:
    """Whether what is kept by this code measures the dose itself."""
    return code in SYRINGES and SYRINGES[code].is_pen


def _syringe(code: str, facts: dict[str, Any]) -> Syringe:
    syringe = Syringe(code=code, **facts)
    if syringe.is_pen:
        if syringe.capacity_ul or syringe.tick_ul or syringe.dead_space_ul:
            raise Unsourced(f"{code} is a pen, and has no marks")
    elif syringe.kind not in (UNITS, ML) or not 0 < syringe.tick_ul <= syringe.capacity_ul:
        raise Unsourced(f"{code} has no marks")
    elif syringe.capacity_ul % syringe.tick_ul:
        raise Unsourced(f"the last mark of {code} is not at its capacity")
    sources = (syringe.source, syringe.dead_space_source)
    if syringe.dead_space_ul < 0 or not all(each.startswith(_TAGS) for each in sources):
        raise Unsourced(f"{code} says something without a source")
    return syringe


def _kept(code: str, facts: dict[str, Any]) -> Kept:
    kept = Kept(
        opened_days=facts["opened_days"],
        opened_source=facts.get("opened_source", ""),
        salts=tuple(each.lower() for each in facts.get("salts", ())),
        other_salts=MappingProxyType(
            {each.lower(): why for each, why in facts.get("other_salts", {}).items()}
        ),
        salts_source=facts.get("salts_source", ""),
        excipients=tuple(facts.get("excipients", ())),
        excipients_source=facts.get("excipients_source", ""),
    )
    if kept.opened_days < 1 or not kept.opened_source.startswith(_TAGS):
        raise Unsourced(f"{code} says how long it is used without a source")
    if kept.excipients and not kept.excipients_source.startswith(_TAGS):
        raise Unsourced(f"{code} names what is in it without a source")
    if (kept.salts or kept.other_salts) and not kept.salts_source.startswith(_TAGS):
        raise Unsourced(f"{code} tells salts apart without a source")
    if any(not why.strip() for why in kept.other_salts.values()):
        raise Unsourced(f"{code} calls a salt another drug without saying why")
    return kept


def _file(name: str) -> str:
    """The text of a data file that is packaged with this module."""
    return files("app.supplies").joinpath("data", name).read_text(encoding="utf-8")


SYRINGES: Mapping[str, Syringe] = MappingProxyType(read_syringes(_file("syringes.toml")))
KEPT: Mapping[str, Kept] = MappingProxyType(read_kept(_file("medicines.toml")))
