"""What is to be looked at on a vial: contradictions on its label, dates, what was overdrawn. Pure.

Nothing here refuses anything: what a label says is recorded as it is.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from app.protocols.turns import spoken_day
from app.supplies.fitting import date_notes, label_notes, misfit
from app.supplies.ledger import Contents
from app.supplies.strength import TABLETS, UL_IN_ML, counted
from app.units import Amount, IncompatibleUnits, plain

if TYPE_CHECKING:
    from app.supplies.models import Vial

LABEL_APART = Fraction(1, 100)
"""How far a label's concentration may be from arithmetic before it is said; labels round. [D]"""


def warnings_of(
    held: Contents, before: "Vial | None", today: date, undrawn: int = 0
) -> list[tuple[str, str]]:
    """Each as a stable code and a text for people.

    before    the vial of the same medicine that was drawn from before this one
    undrawn   doses that may have come from it, and are drawn from no vial on record
    """
    vial = held.vial
    found: list[tuple[str, str]] = []
    if other := misfit(vial, vial.medicine, vial.medicine_form):
        found.append((other.code, other.text))
    found += [(each.code, each.text) for each in label_notes(vial, vial.medicine)]
    if vial.gone_at is None:
        found += [(each.code, each.text) for each in date_notes(held, today)]
    for day in (vial.expires_on, vial.use_by):
        if day is not None and day < vial.received_on:
            found.append((
                "expired_when_received",
                f"By its label it was to be used until {spoken_day(day)}, before it arrived. Check "
                "the dates, and ask your pharmacy.",
            ))  # fmt: skip
            break
    found += _label_differs(vial)
    found += _changed(vial, before)
    if held.overdrawn:
        unit = "tablets" if vial.form == TABLETS else "mL"
        found.append((
            "overdrawn",
            f"{plain(Decimal(held.overdrawn) / 1000)} {unit} more than it held are recorded as "
            "drawn. Count what is left, or correct which vial a dose came from.",
        ))  # fmt: skip
    if undrawn and held.left:
        doses = "1 dose is" if undrawn == 1 else f"{undrawn} doses are"
        found.append((
            "not_drawn",
            f"{doses} logged that no vial on record was drawn from. If it was this one, count "
            "what is left in it.",
        ))  # fmt: skip
    return found


def _label_differs(vial: "Vial") -> list[tuple[str, str]]:
    """That the label's concentration is not what the powder and its liquid make."""
    if not vial.label_strengths or not vial.diluent_ul:
        return []
    on_label = {each["substance"]: each for each in vial.label_strengths}
    for each in vial.strengths:
        label = on_label[each["substance"]]
        made = Fraction(Decimal(each["value"])) * UL_IN_ML / vial.diluent_ul
        try:
            said = Fraction(Amount(Decimal(label["value"]), label["unit"]).to(each["unit"]).value)
        except IncompatibleUnits:
            continue
        if abs(made - said) > said * LABEL_APART:
            return [(
                "label_differs",
                f"The label says {label['value']} {label['unit']} in each mL, and the powder in so "
                "much liquid makes another figure. The label's is used; check the liquid's volume.",
            )]  # fmt: skip
    return []


def _changed(vial: "Vial", before: "Vial | None") -> list[tuple[str, str]]:
    """That one mL or one tablet holds something else than of the vial before."""
    now, then = counted(vial), counted(before) if before else None
    if now is None or then is None or before is None or before.form != vial.form:
        return []
    try:
        same = now.to(then.unit).value == then.value
    except IncompatibleUnits:
        same = False
    if same:
        return []
    one = "tablet" if vial.form == TABLETS else "mL"
    return [(
        "strength_changed",
        f"One {one} holds {now}; of the vial before it was {then}. The marks on the syringe change "
        "with it.",
    )]  # fmt: skip
