"""A panel as it was sent, understood: every result, or every mistake at once, by its field.

Nothing here looks into the record; `app.observations.record` does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.observations.catalogue import Item
from app.observations.guards import (
    Mistake,
    Question,
    item_of,
    meant_units,
    mistaken_loinc,
    mistaken_value,
    number,
    pressure_mistaken,
    questions_of,
    units_in_words,
)
from app.observations.models import Assay, Comparator
from app.observations.shapes import ResultIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One result that was understood; it may still have to be asked about.

    field   where it stands in the request, such as `results.3`
    value, unit, low, high   as entered, digit by digit; `unit` in UCUM
    """

    field: str
    item: Item
    value: Decimal
    unit: str
    comparator: Comparator | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    assay: Assay | None = None
    loinc: str | None = None
    line_id: UUID | None = None
    site: str | None = None
    replaces: UUID | None = None

    @property
    def thing(self) -> tuple[str, UUID | None, str | None]:
        """What a panel can hold once: an item, of one medicine at one site of the body."""
        return self.item.code, self.line_id, self.site

    def questions(self) -> list[Question]:
        """What is to be asked of this value by itself."""
        return questions_of(self.item, self.value, self.unit, f"{self.field}.value")


@dataclass(frozen=True, slots=True)
class Understood:
    """What became of a panel: results without a mistake, and the mistakes of the others."""

    results: list[Entered]
    mistakes: list[Mistake]


def understand(given: Sequence[ResultIn], confirmed: frozenset[str]) -> Understood:
    """Read every result; a value that may be of another unit waits for its question.

    confirmed   codes whose question was answered: only a hard limit can refuse them now
    """
    results: list[Entered] = []
    mistakes: list[Mistake] = []
    beyond: list[Mistake] = []
    for place, result in enumerate(given):
        field = f"results.{place}"
        read = _read(result, field)
        if isinstance(read, list):
            mistakes += read
            continue
        results.append(read)
        if problem := mistaken_value(read.item, read.value, read.unit, read.comparator):
            asked = read.item.code not in confirmed
            meant = meant_units(read.item, read.value, read.unit) if asked else ()
            # One that only its unit makes impossible is asked about, and refused if that is right.
            (beyond if meant else mistakes).append(
                Mistake(f"{field}.value", problem, _cure(read, meant))
            )
    mistakes += _together(results)
    # Where something has to be mended anyway, these are named with it.
    return Understood(results, mistakes + beyond if mistakes else [])


def _cure(read: Entered, meant: tuple[str, ...]) -> str:
    if meant:
        return f"Is it in another unit? Use one of {units_in_words(read.item)}."
    return "Check the number and its unit."


def _read(given: ResultIn, field: str) -> Entered | list[Mistake]:
    """One result, or everything that is wrong with it."""
    item = item_of(given.code)
    if item is None:
        return [Mistake(
            f"{field}.code", f"{given.code!r} is nothing that is entered here.",
            "Use a code of the catalogue; scales are entered in the check-in.",
        )]  # fmt: skip
    wrong: list[Mistake] = []
    unit = item.unit_named(given.unit)
    if unit is None:
        wrong.append(Mistake(
            f"{field}.unit", f"{item.name} is not accepted in {given.unit!r}.",
            f"Use {units_in_words(item)}.",
        ))  # fmt: skip
    numbers = {
        name: _number(text, f"{field}.{name}", wrong)
        for name, text in (("value", given.value), ("low", given.low), ("high", given.high))
    }
    low, high = numbers["low"], numbers["high"]
    if low is not None and high is not None and low > high:
        wrong.append(Mistake(
            f"{field}.low", "The range ends before it begins.", "Exchange its two ends.",
        ))  # fmt: skip
    wrong += _not_of(item, given, field)
    value = numbers["value"]
    if wrong or unit is None or value is None:
        return wrong
    return Entered(
        field=field, item=item, value=value, unit=unit, comparator=given.comparator, low=low,
        high=high, assay=given.assay, loinc=given.loinc, line_id=given.line_id,
        site=given.site or None, replaces=given.replaces,
    )  # fmt: skip


def _number(text: str | None, field: str, wrong: list[Mistake]) -> Decimal | None:
    if text is None:
        return None
    value = number(text)
    if value is None:
        cure = "Write it with a point, such as 5.2, and at most six places."
        if text[:1] in "<>":
            cure = "Put the sign into `comparator`, and the number alone here."
        wrong.append(Mistake(field, f"{text!r} is not a number.", cure))
    return value


def _not_of(item: Item, given: ResultIn, field: str) -> Iterator[Mistake]:
    """What was said of a result that only a laboratory's result can have."""
    lab = item.group == "lab"
    for name in ("comparator", "low", "high", "loinc"):
        if getattr(given, name) is not None and not lab:
            yield Mistake(
                f"{field}.{name}", f"{item.name} is no laboratory's result.", "Leave it out."
            )
    if given.loinc is not None and lab and (problem := mistaken_loinc(item, given.loinc)):
        yield Mistake(f"{field}.loinc", problem, "Check the code, or leave it out.")


def _together(results: Sequence[Entered]) -> Iterator[Mistake]:
    """What is wrong between the results of one panel."""
    first: dict[tuple[str, UUID | None, str | None], Entered] = {}
    replaced: set[UUID] = set()
    for each in results:
        if each.thing in first:
            yield Mistake(
                f"{each.field}.code", f"{each.item.name} stands here twice.",
                "Keep one of the two, or enter them as two panels.",
            )  # fmt: skip
        first.setdefault(each.thing, each)
        if each.replaces is not None and each.replaces in replaced:
            yield Mistake(
                f"{each.field}.replaces", "Another result corrects this already.", "Leave it out."
            )
        if each.replaces is not None:
            replaced.add(each.replaces)
    upper, lower = (
        next((each for each in results if each.item.code == code), None)
        for code in ("systolic", "diastolic")
    )
    if upper and lower and pressure_mistaken(upper.value, lower.value):
        yield Mistake(
            f"{upper.field}.value", "The upper blood pressure has to be above the lower one.",
            "Check whether the two were exchanged.",
        )  # fmt: skip
