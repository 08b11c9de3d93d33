"""What a vial's label may say: slips of the pen are refused, with the field and the cure.

Whatever is on a label can be recorded; what cannot be on any label, or contradicts itself, cannot.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.doses.log import CLOCK_SLACK
from app.problems import Invalid
from app.protocols.medicines import MEDICINES
from app.supplies.models import Form
from app.supplies.strength import TOGETHER, full
from app.units import UNITS, Amount, IncompatibleUnits, plain

SAID_TOGETHER = "together"
"""How TOGETHER is written over HTTP."""

SMALLEST_UL, LARGEST_UL = 50, 500_000
"""What a vial of liquid can hold, in microlitres. [D] a guard against a slip of the unit."""

MOST_DILUENT_UL = 100_000
"""What a powder is dissolved in at most, in microlitres. [D] the same."""

# The most that one mL, one powder and one tablet can hold; nothing dissolves to more than a gram
# in a millilitre. [D] a guard against a slip of the unit, not a dose range.
_MOST = {
    "ml": {"mass": Amount(Decimal(1000), "mg"), "activity": Amount(Decimal(100_000), "[IU]")},
    "vial": {"mass": Amount(Decimal(20), "g"), "activity": Amount(Decimal(10_000_000), "[IU]")},
    "tablet": {"mass": Amount(Decimal(10), "g"), "activity": Amount(Decimal(1_000_000), "[IU]")},
}
_UNITS = "Use mg, ug, g, ng or [IU], as the label does."
_LEAST = Amount(Decimal(1), "ng")
_LINES = ("salt", "pharmacy", "pharmacy_licence", "prescriber", "lot", "medicine_form", "counts")
_REQUIRED = {"pharmacy": "the pharmacy it came from", "lot": "the lot on the label"}


def check_label(said: Mapping[str, Any], today: date, now: datetime) -> None:
    """Raise Invalid for what no vial can be; `said` are the columns of the table `vial`.

    today   the date where the patient is
    """
    _check_medicine(said)
    _check_words(said)
    _check_strengths(said["strengths"], "strengths", _holder(said["form"]))
    _check_counts(said)
    _check_contents(said)
    _check_dissolved(said, now)
    _check_days(said, today, now)


def _check_medicine(said: Mapping[str, Any]) -> None:
    medicine = MEDICINES.get(said["medicine"])
    if medicine is None:
        raise Invalid(
            "Vesper does not know this medicine.", field="medicine",
            cure="Choose one of those that the clinic prescribes.",
        )  # fmt: skip
    forms = [form.code for form in medicine.forms]
    given = said["medicine_form"]
    if given not in forms and (given or medicine.form_required):
        raise Invalid(
            "This medicine comes in forms that must not be confused."
            if forms else "This medicine has no such form.",
            field="medicine_form",
            cure=f"Say which: {', '.join(forms)}." if forms else "Leave it out.",
        )  # fmt: skip


def refuse_unprintable(text: str, field: str) -> None:
    """Raise Invalid for a text with control characters other than ends of lines."""
    if not text.replace("\n", " ").isprintable():
        raise Invalid("This holds control characters.", field=field, cure="Write plain text.")


def _check_words(said: Mapping[str, Any]) -> None:
    for field in _LINES:
        if not said[field].isprintable():
            raise Invalid(
                "This holds control characters.", field=field, cure="Write it on one line."
            )
    refuse_unprintable(said["note"], "note")
    for field, what in _REQUIRED.items():
        if not said[field]:
            raise Invalid("This is empty.", field=field, cure=f"Write {what}, or `not known`.")


def _holder(form: Form) -> str:
    return {Form.POWDER: "vial", Form.SOLUTION: "ml", Form.TABLETS: "tablet"}[form]


def _check_strengths(strengths: Sequence[Mapping[str, str]], field: str, holder: str) -> None:
    names = [each["substance"] for each in strengths]
    for number, each in enumerate(strengths):
        place = f"{field}.{number}"
        if not each["substance"] or not each["substance"].isprintable():
            raise Invalid(
                "This substance has no name.", field=f"{place}.substance",
                cure="Write the substance as the label names it.",
            )  # fmt: skip
        if names.count(each["substance"]) > 1:
            raise Invalid(
                "This substance is there twice.", field=f"{place}.substance",
                cure="Name each substance once.",
            )  # fmt: skip
        if each["unit"] not in UNITS:
            raise Invalid(
                f"{each['unit'][:16]!r} is not a unit Vesper knows.", field=f"{place}.unit",
                cure=_UNITS,
            )  # fmt: skip
        _check_strength(Amount(Decimal(each["value"]), each["unit"]), place, holder)


def _check_strength(amount: Amount, place: str, holder: str) -> None:
    for dimension, most in _MOST[holder].items():
        try:
            said = amount.to(most.unit)
        except IncompatibleUnits:
            continue
        if said.value > most.value or (dimension == "mass" and _below(amount)):
            raise Invalid(
                f"No {'mL' if holder == 'ml' else holder} holds {amount}.",
                field=f"{place}.value",
                cure="Check the number and the unit: mg and mcg are a thousandfold apart.",
            )  # fmt: skip
        return
    raise Invalid(
        "A strength is a mass or a number of international units.", field=f"{place}.unit",
        cure=_UNITS,
    )  # fmt: skip


def _below(amount: Amount) -> bool:
    return amount.to(_LEAST.unit).value < _LEAST.value


def _check_counts(said: Mapping[str, Any]) -> None:
    names = [each["substance"] for each in said["strengths"]]
    counts = said["counts"]
    if counts != TOGETHER and counts not in names:
        raise Invalid(
            "The prescribed amount cannot count what is not in the vial.", field="counts",
            cure=f"Use `{SAID_TOGETHER}` or one of: {', '.join(names)}.",
        )  # fmt: skip
    label = said["label_strengths"]
    if label is not None:
        if said["form"] is Form.TABLETS:
            raise Invalid(
                "A label's strength in each mL is of liquids only.", field="label_strengths",
                cure="Leave it out for tablets.",
            )  # fmt: skip
        _check_strengths(label, "label_strengths", "ml")
        if sorted(each["substance"] for each in label) != sorted(names):
            raise Invalid(
                "The label names other substances than the vial.", field="label_strengths",
                cure="Give the strength of each of the vial's substances.",
            )  # fmt: skip
    if counts == TOGETHER:
        for strengths in (said["strengths"], label or ()):
            if len({_dimension(each["unit"]) for each in strengths}) > 1:
                raise Invalid(
                    "These substances cannot be added up: their units measure different things.",
                    field="counts", cure="Name the substance that the prescribed amount counts.",
                )  # fmt: skip


def _dimension(unit: str) -> str:
    return "activity" if unit == "[IU]" else "mass"


def _check_contents(said: Mapping[str, Any]) -> None:
    form = said["form"]
    if (said["volume_ul"] is not None) != (form is Form.SOLUTION):
        raise Invalid(
            "A solution has a volume, and nothing else does.", field="volume",
            cure="Write how many mL the vial holds." if form is Form.SOLUTION
            else "Leave it out; what a powder was dissolved in is its `diluent_volume`.",
        )  # fmt: skip
    if (said["tablets"] is not None) != (form is Form.TABLETS):
        raise Invalid(
            "A pack of tablets has a number, and nothing else does.", field="tablets",
            cure="Write how many tablets came." if form is Form.TABLETS else "Leave it out.",
        )  # fmt: skip
    volume = said["volume_ul"]
    if volume is not None and not SMALLEST_UL <= volume <= LARGEST_UL:
        raise Invalid(
            f"No vial holds {plain(Decimal(volume) / 1000)} mL.", field="volume.value",
            cure="Check the number: it is in mL, from 0.05 to 500.",
        )  # fmt: skip


def _check_dissolved(said: Mapping[str, Any], now: datetime) -> None:
    fields = {
        "diluent": said["diluent"], "diluent_volume": said["diluent_ul"],
        "reconstituted_at": said["reconstituted_at"],
    }  # fmt: skip
    given = [field for field, value in fields.items() if value is not None]
    if not given:
        return
    if said["form"] is not Form.POWDER:
        raise Invalid(
            "Only a powder is dissolved.", field=given[0],
            cure="Leave it out, or say that the vial came as powder.",
        )  # fmt: skip
    for field, value in fields.items():
        if value is None:
            raise Invalid(
                "A powder is dissolved in something, in so much of it, at a time.", field=field,
                cure="Say all three, or none while it is a powder.",
            )  # fmt: skip
    if not SMALLEST_UL <= said["diluent_ul"] <= MOST_DILUENT_UL:
        raise Invalid(
            f"Nobody dissolves a vial in {plain(Decimal(said['diluent_ul']) / 1000)} mL.",
            field="diluent_volume.value", cure="Check the number: it is in mL, from 0.05 to 100.",
        )  # fmt: skip
    if said["reconstituted_at"] > now + CLOCK_SLACK:
        raise _not_yet("reconstituted_at")


def _check_days(said: Mapping[str, Any], today: date, now: datetime) -> None:
    """What the label says of dates is recorded as it is; what has not come yet is a slip."""
    if said["received_on"] > today:
        raise Invalid(
            "That day has not come yet.", field="received_on", cure="Give the day it arrived."
        )
    if said["opened_at"] is not None and said["opened_at"] > now + CLOCK_SLACK:
        raise _not_yet("opened_at")


def _not_yet(field: str) -> Invalid:
    return Invalid("That time has not come yet.", field=field, cure="Check the date and the time.")


def refuse_future(at: datetime, now: datetime, field: str = "at") -> None:
    """Raise Invalid for a time that has not come yet."""
    if at > now + CLOCK_SLACK:
        raise _not_yet(field)


def refuse_unfit(vial: Any, quantity: int, unit: str) -> None:
    """Raise Invalid for a quantity that this vial cannot have held."""
    whole = full(vial)
    if whole is None:
        raise Invalid(
            "This powder is not dissolved yet, so nobody can measure any of it.", field="quantity",
            cure="Say what it was dissolved in first, or discard the vial.",
        )  # fmt: skip
    wanted = "{tablet}" if vial.form is Form.TABLETS else "mL"
    if unit != wanted:
        raise Invalid(
            f"This is measured in {wanted}.", field="quantity.unit", cure=f"Use {wanted}."
        )
    # Vials are filled with a little more than the label says. [D] twice as much is a slip.
    if quantity > 2 * whole:
        raise Invalid(
            "That is far more than this vial ever held.", field="quantity.value",
            cure="Check the number: a full one holds "
            f"{plain(Decimal(whole) / 1000)} {'tablets' if unit != 'mL' else unit}.",
        )  # fmt: skip
