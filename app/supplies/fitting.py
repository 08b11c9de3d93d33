"""Whether a vial is what the prescription means, and what its label and dates say today. Pure.

A vial of another drug gets no figure at all; everything else is said beside the figure.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.protocols.medicines import MEDICINES, label_of
from app.protocols.turns import spoken_day
from app.supplies.catalogue import KEPT
from app.supplies.draw import Warned
from app.supplies.strength import POWDER, TABLETS

if TYPE_CHECKING:
    from app.supplies.ledger import Contents
    from app.supplies.models import Vial

SOON = timedelta(days=3)
"""How many days before its discard date a vial is spoken of. Source: clinical.md 5.2."""

UNPRESERVED: Mapping[str, str] = {
    "sterile_water": "sterile water", "sodium_chloride": "plain sodium chloride",
}  # fmt: skip
"""What holds no preservative, in words. Source: clinical.md 5.2, of single-dose vials; that it is
said of what a powder was dissolved in, and shortens no date, as a label may know better: [D]."""


def misfit(vial: "Vial", medicine: str, form: str) -> Warned | None:
    """Why this vial is another drug than the one prescribed, or None.

    Another medicine, another form of it, or an ester or salt that makes it another drug.
    """
    name = label_of(medicine)
    if vial.medicine != medicine:
        return Warned(
            "wrong_substance",
            f"This {thing(vial)} holds {label_of(vial.medicine)}, and {name} is prescribed. "
            "No figure is shown.",
        )
    if vial.medicine_form != form:
        known = MEDICINES.get(medicine)
        named = [known.form(code) if known else None for code in (vial.medicine_form, form)]
        held, meant = (each.name if each else "no stated form" for each in named)
        return Warned(
            "other_form",
            f"This {thing(vial)} is {held}, and {meant} is prescribed: they are different "
            "drugs. No figure is shown.",
        )
    label = " ".join([vial.salt, *(each["substance"] for each in vial.strengths)]).lower()
    for salt, why in KEPT[medicine].other_salts.items() if medicine in KEPT else ():
        if salt in label:
            return Warned(
                "other_salt",
                f"The label says {salt}, and {name} is prescribed: {why}. No figure is shown. "
                "Ask your pharmacy.",
            )
    return None


def label_notes(vial: "Vial", medicine: str) -> tuple[Warned, ...]:
    """What is odd about a label that may well be right."""
    found: list[Warned] = []
    known = MEDICINES.get(medicine)
    names = [_bare(each) for each in known.substances] if known else []
    for each in vial.strengths:
        written = _bare(each["substance"])
        if names and not any(name in written or written in name for name in names if written):
            found.append(
                Warned(
                    "wrong_substance",
                    f"The label names {each['substance']}, which is not what "
                    f"{label_of(medicine)} is made of. Look at the {thing(vial)} again.",
                )
            )
    salts = KEPT[medicine].salts if medicine in KEPT else ()
    if vial.salt and salts and not any(salt in vial.salt.lower() for salt in salts):
        found.append(
            Warned(
                "other_salt",
                f"The label says {vial.salt}; {label_of(medicine)} usually comes as {salts[0]}. "
                "Ask your pharmacy if you are unsure.",
            )
        )
    return tuple(found)


def date_notes(held: "Contents", today: date) -> tuple[Warned, ...]:
    """What the calendar says of a vial: past its date, close to it, or for one use."""
    vial, discard = held.vial, held.discard
    found: list[Warned] = []
    if discard.day is not None and discard.passed(today):
        days = (today - discard.day).days
        ago = "yesterday" if days == 1 else f"{days} days ago"
        found.append(
            Warned(
                "past_its_date",
                f"This {thing(vial)} was to be used until {spoken_day(discard.day)}, which was "
                f"{ago}. Take another one, or ask your pharmacy.",
            )
        )
    elif discard.day is not None and discard.day - today <= SOON and discard.why != "single_use":
        until = "today" if discard.day == today else f"until {spoken_day(discard.day)}"
        found.append(Warned("discard_soon", f"Use this {thing(vial)} {until}, then throw it away."))
    if vial.single_use and held.doses:
        found.append(
            Warned(
                "used_before",
                "This vial is for one use, and a dose was drawn from it already. Take another one, "
                "or ask your pharmacy.",
            )
        )
    elif vial.single_use:
        found.append(
            Warned("single_use", "This vial is for one use: throw away what is left after it.")
        )
    elif vial.form == POWDER and (liquid := UNPRESERVED.get(vial.diluent or "")):
        found.append(
            Warned(
                "no_preservative",
                f"It was dissolved in {liquid}, which holds no preservative: "
                "such a vial is for one use, unless your pharmacy says otherwise.",
            )
        )
    return tuple(found)


def thing(vial: "Vial") -> str:
    """What it is called: tablets come in a pack."""
    return "pack" if vial.form == TABLETS else "vial"


def _bare(name: str) -> str:
    """A substance's name without case, spaces and signs."""
    return "".join(each for each in name.lower() if each.isalnum())
