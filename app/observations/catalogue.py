"""Everything that can be measured or felt, read once from the data file beside this module. Pure.

An item is data: adding one is adding a table to `data/catalogue.toml`. A factor without a source,
a LOINC code that is mistyped and a limit that contradicts another are refused when it is read.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

Group = Literal["lab", "vital", "body", "scan", "scale", "side_effect", "red_flag"]
GROUPS: tuple[Group, ...] = get_args(Group)
PANELS = ("hormones", "growth", "sugar", "lipids", "blood", "prostate", "liver", "kidney")
SCORE = "{score}"
"""The unit of scales and severities, which count from 0 to 10, and of red flags, which are 1."""

NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright "
    "\N{COPYRIGHT SIGN} Regenstrief Institute, Inc. and the Logical Observation Identifiers Names "
    "and Codes (LOINC) Committee and is available at no cost under the license at "
    "http://loinc.org/license. LOINC\N{REGISTERED SIGN} is a registered United States trademark "
    "of Regenstrief Institute, Inc."
)
"""What LOINC's licence asks everybody to show who uses its codes."""

OTHER_THINGS = MappingProxyType(
    {
        "2483-6": "the binding protein IGFBP-3, not IGF-1",
        "15066-4": "free fatty acids, not free testosterone",
        "2942-1": "SHBG in mass, which nothing turns into nmol/L",
    }
)
"""LOINC codes that are often taken for something else. Source: clinical.md 2."""

_MICRO = "\N{MICRO SIGN}"
_SPOKEN = MappingProxyType(
    {
        "[lb_av]": "lb", "[in_i]": "in", "mm[Hg]": "mmHg", "m[IU]/mL": "mIU/mL", "[IU]/L": "IU/L",
        "ug/L": "mcg/L", "umol/L": f"{_MICRO}mol/L", "ukat/L": f"{_MICRO}kat/L",
        "10*3/uL": f"thousand/{_MICRO}L", "10*6/uL": f"million/{_MICRO}L",
        "10*9/L": "10\N{SUPERSCRIPT NINE}/L",
        "10*12/L": "10\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}/L",
        "g/cm2": "g/cm\N{SUPERSCRIPT TWO}", "{Z-score}": "Z-score", "{T-score}": "T-score",
        SCORE: "of 10",
    }
)  # fmt: skip
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]")
# 10^9, 10e9 and x109 with a raised 9 are one power; written so before a slash, it is a count.
_POWER = re.compile(r"^x? ?10[*^e]*(3|6|9|12)(?=/)")
_DIGITS = str.maketrans(
    "\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}\N{SUPERSCRIPT THREE}\N{SUPERSCRIPT SIX}"
    "\N{SUPERSCRIPT NINE}\N{MULTIPLICATION SIGN}",
    "12369x",
)


class Incoherent(ValueError):
    """The data file contradicts itself, or says something without a source."""


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of canonical values, both ends included."""

    low: Decimal
    high: Decimal

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Hint:
    """A stretch of values that, typed in the canonical unit, were probably read off in `unit`."""

    low: Decimal
    high: Decimal
    unit: str

    def holds(self, value: Decimal) -> bool:
        """Whether the value, as it was typed, lies inside; both ends do."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Loinc:
    """A code of LOINC that a laboratory may give, and the unit that belongs to it.

    what        what it names, in our words
    preferred   whether it is the one to give away; one of an item's is
    """

    code: str
    unit: str
    what: str
    preferred: bool


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another unit: canonical = value * factor + offset. `source` says where the factor is from."""

    unit: str
    factor: Decimal
    offset: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that can be measured or felt.

    short       the name where there is little room
    group       one of `GROUPS`; `panel`, one of `PANELS`, for labs alone
    unit        canonical, in UCUM
    decimals    places of a canonical value on a screen
    alternates  the other units in which it is accepted; none other is
    hard, soft  refused outside, asked about outside; None: no such limit
    fasting     whether eating before it matters
    assay       whether it matters how a laboratory measured it
    biotin      whether a high dose of biotin disturbs the usual test
    anchors     what the lowest and the highest score mean, in our words; None for anything else
    integer     whether only whole numbers mean something
    emergency   what is said at once when this is reported; empty for nearly everything
    once_a_day  whether a day has one, as a check-in does
    """

    code: str
    name: str
    short: str
    group: Group
    panel: str | None
    unit: str
    decimals: int
    loinc: tuple[Loinc, ...]
    alternates: tuple[Alternate, ...]
    hard: Range | None
    soft: Range | None
    hints: tuple[Hint, ...]
    fasting: bool
    assay: bool
    biotin: bool
    anchors: tuple[str, str] | None
    integer: bool
    source: str
    emergency: str
    once_a_day: bool

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit in which it is accepted, the canonical one first."""
        return (self.unit, *(each.unit for each in self.alternates))

    def alternate(self, unit: str) -> Alternate | None:
        """How to get from this unit to the canonical one; None for a unit that is no alternate."""
        return next((each for each in self.alternates if each.unit == unit), None)

    def unit_named(self, text: str) -> str | None:
        """The unit of this item that somebody wrote, in UCUM or as people write it; else None.

        Capitals do not matter as long as only one unit is meant.
        """
        if text in self.units:
            return text
        wanted = _folded(text)
        meant = {
            unit for unit in self.units if wanted in {_folded(unit), _folded(spoken_unit(unit))}
        }
        return meant.pop() if len(meant) == 1 else None


def spoken_unit(unit: str) -> str:
    """A unit as people write it: `mmHg` for `mm[Hg]`; most are written as in UCUM."""
    return _SPOKEN.get(unit, unit)


def check_digit_fits(code: str) -> bool:
    """Whether a text has the form of a LOINC code and its last digit belongs to the others.

    LOINC's users' guide: the digits in even places from the right, doubled, and the others add up
    to a multiple of ten (mod 10, as on credit cards).
    """
    if not _LOINC.fullmatch(code):
        return False
    digits = [int(digit) for digit in reversed(code.replace("-", ""))]
    total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0


def item_of_loinc(code: str) -> Item | None:
    """The item that a LOINC code names; None for one that the catalogue does not have."""
    return _BY_LOINC.get(code)


def item_named(text: str) -> Item | None:
    """The item that somebody wrote: its code, its name or its short name; capitals do not matter.

    None where nothing is meant, or several things.
    """
    return _BY_NAME.get(_folded(text))


def _folded(text: str) -> str:
    """Without what people write differently: capitals, spaces, micro, and powers of ten."""
    plain = text.translate(_DIGITS).casefold().replace("\N{GREEK SMALL LETTER MU}", "u")
    plain = " ".join(plain.replace("mcg", "ug").replace("_", " ").split())
    return _POWER.sub(r"10*\1", plain)


def read(text: str) -> dict[str, Item]:
    """The items of a data file, by code. Raises Incoherent for what contradicts itself."""
    items = {code: _item(code, table) for code, table in tomllib.loads(text).items()}
    seen: dict[str, str] = {}
    for item in items.values():
        for each in item.loinc:
            if each.code in seen:
                raise Incoherent(f"{each.code} stands at {seen[each.code]} and {item.code}")
            seen[each.code] = item.code
    return items


def _item(code: str, table: dict[str, Any]) -> Item:
    known = dict(table)
    anchors = known.pop("anchors", None)
    item = Item(
        code=code,
        name=known.pop("name"),
        short=known.pop("short", table["name"]),
        group=known.pop("group"),
        panel=known.pop("panel", None),
        unit=known.pop("unit"),
        decimals=known.pop("decimals", 0),
        loinc=tuple(
            Loinc(each["code"], each["unit"], each["what"], each.get("preferred", False))
            for each in known.pop("loinc", [])
        ),
        alternates=tuple(
            Alternate(
                each["unit"], Decimal(each["factor"]), Decimal(each.get("offset", "0")),
                each["source"],
            )
            for each in known.pop("alternates", [])
        ),
        hard=_range(known.pop("hard", None)),
        soft=_range(known.pop("soft", None)),
        hints=tuple(
            Hint(Decimal(each["low"]), Decimal(each["high"]), each["unit"])
            for each in known.pop("hints", [])
        ),
        fasting=known.pop("fasting", False),
        assay=known.pop("assay", False),
        biotin=known.pop("biotin", False),
        anchors=(anchors[0], anchors[1]) if anchors else None,
        integer=known.pop("integer", False),
        source=known.pop("source"),
        emergency=known.pop("emergency", ""),
        once_a_day=known.pop("once_a_day", False),
    )  # fmt: skip
    if known:
        raise Incoherent(f"{code}: {', '.join(known)} means nothing")
    _check(item)
    return item


def _range(ends: list[str] | None) -> Range | None:
    return None if ends is None else Range(Decimal(ends[0]), Decimal(ends[1]))


def _check(item: Item) -> None:
    """Raise Incoherent for what no reader of the file could mean."""
    wrong = [
        (item.group not in GROUPS, "its group"),
        (item.panel not in (PANELS if item.group == "lab" else {None}), "its panel"),
        (len(set(item.units)) < len(item.units), "a unit stands there twice"),
        (any(each.factor <= 0 for each in item.alternates), "a factor is not above zero"),
        (not all([item.source, *(e.source for e in item.alternates)]), "it has no source"),
        (not all(check_digit_fits(each.code) for each in item.loinc), "a LOINC code is mistyped"),
        (any(each.unit not in item.units for each in item.loinc), "the unit of a LOINC code"),
        (bool(item.loinc) and sum(e.preferred for e in item.loinc) != 1, "its preferred code"),
        (any(hint.unit not in item.units[1:] for hint in item.hints), "the unit of a hint"),
        (any(each.low > each.high for each in item.hints), "a hint without any value"),
        (any(each.low > each.high for each in (item.hard, item.soft) if each), "a limit"),
        (item.soft is not None and not _within(item.soft, item.hard), "soft beyond hard limits"),
        (item.group == "scale" and item.anchors is None, "a scale without anchors"),
        (item.group == "red_flag" and not item.emergency, "a red flag without words"),
    ]
    if found := [what for is_wrong, what in wrong if is_wrong]:
        raise Incoherent(f"{item.code}: {'; '.join(found)}")


def _within(inner: Range, outer: Range | None) -> bool:
    return outer is None or (outer.low <= inner.low and inner.high <= outer.high)


_ITEMS = read(files("app.observations").joinpath("data/catalogue.toml").read_text("utf-8"))
CATALOGUE: Mapping[str, Item] = MappingProxyType(_ITEMS)
"""Every item by its code, in the order of the data file."""

_BY_LOINC = {each.code: item for item in _ITEMS.values() for each in item.loinc}


def _names() -> dict[str, Item]:
    found: dict[str, Item] = {}
    several = set()
    for item in _ITEMS.values():
        for name in {_folded(text) for text in (item.code, item.name, item.short)}:
            if name in found:
                several.add(name)
            found[name] = item
    # A code is one thing's own, whatever else is called like it.
    own = {_folded(item.code): item for item in _ITEMS.values()}
    return {name: item for name, item in found.items() if name not in several} | own


_BY_NAME = _names()
