"""Every rule with its figure and its source, as one page, from the rules themselves.

The page is made from the data files and from the constants in code that name a source, so it cannot
say anything else than the program does. A test makes it again and compares.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.monitoring.settings import Goal, MonitoringSettings

APP = Path(__file__).parent

TITLES = {
    "observations/data/catalogue.toml": "What can be entered: conversions, limits and codes",
    "monitoring/data/plan.toml": "When blood is drawn: the default lab plan",
    "monitoring/data/context.toml": "When in the dosing week: draw context",
    "monitoring/data/signals.toml": "What a result asks for",
    "clinic/data/flags.toml": "What is put on a clinician's list",
    "monitoring/data/igf1.toml": "IGF-1 by age",
    "monitoring/data/side_effects.toml": "Side effects and warning signs",
    "monitoring/data/companion.toml": "Body: milestones, what to expect, companion card",
    "protocols/data/medicines.toml": "Medicines: windows, gaps, codes and status",
    "protocols/data/screening.toml": "Questions before a growth-hormone peptide",
    "supplies/data/syringes.toml": "Syringes: marks, capacity and dead space",
    "supplies/data/medicines.toml": "Vials: days after opening, salts and excipients",
    "supplies/data/source_checklist.toml": "Where a vial comes from: the checklist",
    "sites/data/sites.toml": "Where injections go, and how long a spot rests",
}
"""Headings in the order of the page; a file without one comes after them under its own name."""

WORDS = frozenset({"protocols/data/templates.toml"})
"""Files of names alone, which state no rule."""

_PROSE = frozenset({
    "name", "short", "clinician", "patient", "text", "note", "label", "emergency",
    "overdue", "no_device", "supply", "out", "more",
})  # fmt: skip
_SOURCES = ("source", "verified_from")
_TAGGED = re.compile(r"\[[PSD?]\]|Source:")
_NAMING = ("code", "unit", "jurisdiction", "system", "form")

_HEAD = """# Sources

Every rule of Vesper, the figure it turns on, and where the figure is from. This page is made by
`vesper sources` from the rules themselves; do not edit it. A test makes it again and compares.

**[P]** primary or official text · **[S]** secondary page · **[D]** our engineering default, which a
clinic may change · **[?]** not verified: a clinician or pharmacist confirms it before launch ·
**(brief)** asked for by the users. `clinical.md` and `product.md` are the pages of the project on
which a fact was collected, with the addresses of what it is from. Plain arithmetic has no tag.
None of these rules proposes, changes, skips or stops a dose.
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """One rule as a row of the page."""

    rule: str
    figure: str
    source: str


def page() -> str:
    """The whole page, the same for the same rules."""
    files = {str(path.relative_to(APP)): path for path in sorted(APP.glob("*/data/*.toml"))}
    order = [*(name for name in TITLES if name in files), *(files.keys() - TITLES.keys() - WORDS)]
    parts = [_HEAD]
    for name in [*order[: len(TITLES)], *sorted(order[len(TITLES) :])]:
        rows = stated_in(tomllib.loads(files[name].read_text(encoding="utf-8")))
        parts.append(_section(TITLES.get(name, name), f"`app/{name}`", rows))
    parts.append(_section(
        "What a clinic chooses for one patient", "`app/monitoring/settings.py`, its defaults",
        _settings(),
    ))  # fmt: skip
    parts.append(_section("Figures in code", "constants that name their source", _constants()))
    return "\n".join(parts)


def stated_in(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[Stated]:
    """Every rule of a data file: each table, or entry of a list, that names a source."""
    own = {key: fact for key, fact in table.items() if not _nested(fact)}
    source = next((table[key] for key in _SOURCES if key in table), None)
    split = {key.removesuffix("_source"): fact for key, fact in own.items() if _of_one(key)}
    if source is not None:
        figure = {
            key: fact
            for key, fact in own.items()
            if key not in _SOURCES and not _of_one(key) and not _told_by(key, split)
        }
        yield Stated(_title(path), _figure(figure), str(source))
    for key, said in split.items():
        facts = {name: fact for name, fact in own.items() if _told_by(name, (key,))}
        if said:
            yield Stated(_title((*path, key)), _figure(facts), str(said))
    for key, fact in table.items():
        if isinstance(fact, Mapping):
            yield from stated_in(fact, (*path, key))
        elif _nested(fact):
            for place, each in enumerate(fact, 1):
                yield from stated_in(each, (*path, key, _named(each, place)))


def _nested(fact: object) -> bool:
    """Whether a fact is a table, or a list of tables that name their own sources."""
    if isinstance(fact, Mapping):
        return True
    return isinstance(fact, list) and any(
        isinstance(each, Mapping) and any(_is_source(key) for key in each) for each in fact
    )


def _is_source(key: str) -> bool:
    return key in _SOURCES or _of_one(key)


def _of_one(key: str) -> bool:
    return key.endswith("_source")


def _told_by(key: str, subjects: Iterable[str]) -> bool:
    """Whether the source of one of these subjects is about a fact, as `window` of minutes."""
    return not _of_one(key) and any(
        key == subject or key.startswith(f"{subject}_") for subject in subjects
    )


def _named(each: Mapping[str, Any], place: int) -> str:
    return next((str(each[key]) for key in _NAMING if key in each), str(place))


def _title(path: tuple[str, ...]) -> str:
    return " · ".join(path) or "(all)"


def _figure(facts: Mapping[str, Any]) -> str:
    """The facts of a rule; where it has no other, its words."""
    told = [
        f"{key} {_spoken(fact)}{_default(key, fact)}"
        for key, fact in facts.items()
        if key not in _PROSE
    ]
    return "; ".join(told) or str(facts.get("text", ""))


def _default(key: str, fact: object) -> str:
    """What a rule's figure is unless a clinic chooses another."""
    field = MonitoringSettings.model_fields.get(str(fact)) if key == "setting" else None
    return "" if field is None else f" ({_plain(field.get_default())} unless a clinic chooses)"


def _plain(default: object) -> str:
    if isinstance(default, Goal):
        return f"{default.low} to {default.high}"
    return "none" if default is None else str(default)


def _spoken(fact: object) -> str:
    match fact:
        case bool():
            return "yes" if fact else "no"
        case list() if fact and all(isinstance(each, list) for each in fact):
            return ", ".join(" ".join(map(_spoken, each)) for each in fact)
        case list():
            return ", ".join(map(_spoken, fact)) or "none"
        case dict():
            return " ".join(f"{key} {_spoken(each)}" for key, each in fact.items())
    return str(fact)


def _settings() -> Iterator[Stated]:
    """What holds unless a clinic chooses otherwise, with the words of its docstring."""
    told = _told(MonitoringSettings.__doc__ or "")
    for name, field in MonitoringSettings.model_fields.items():
        yield Stated(name, _plain(field.get_default()), told.get(name, ""))


def _told(docstring: str) -> dict[str, str]:
    """What a docstring says of each name that it lists, its continued lines joined."""
    told: dict[str, str] = {}
    name = ""
    for line in docstring.splitlines():
        if begins := re.match(r" {4}([a-z_, 0-9]+?) {2,}(\S.*)", line):
            name = begins[1].strip()
            told[name] = begins[2]
        elif name and line.startswith(" " * 8):
            told[name] += f" {line.strip()}"
        else:
            name = ""
    return told


def _constants() -> Iterator[Stated]:
    """Module constants whose own words name a source, in the order of files and lines."""
    for path in sorted(APP.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        body = ast.parse(text).body if _TAGGED.search(text) else []
        for statement, words in pairwise(body):
            match statement, words:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value),
                    ast.Expr(value=ast.Constant(value=str(said))),
                ) if _TAGGED.search(said):
                    rule = f"{path.relative_to(APP)} · {name}"
                    yield Stated(rule, ast.unparse(value), " ".join(said.split()))


def _section(title: str, where: str, rows: Iterable[Stated]) -> str:
    lines = [f"## {title}", "", f"From {where}.", "", "| Rule | Figure | Source |", "|---|---|---|"]
    lines += [f"| {_cell(row.rule)} | {_cell(row.figure)} | {_cell(row.source)} |" for row in rows]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
