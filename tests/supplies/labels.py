"""Vials as their labels say, for tests of what is worked out from them."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from app.supplies.models import Form, Vial
from tests.story_time import MONDAY


def a_strength(value: str, unit: str = "mg", substance: str = "sermorelin") -> dict[str, str]:
    return {"substance": substance, "value": value, "unit": unit}


def a_vial(*strengths: dict[str, str], **facts: Any) -> Vial:
    """A vial that no database has seen; 5 mg of sermorelin as powder unless said otherwise."""
    given: dict[str, Any] = {
        "patient_id": uuid4(), "id": uuid4(), "medicine": "sermorelin", "form": Form.POWDER,
        "strengths": list(strengths) or [a_strength("5")], "pharmacy": "A pharmacy", "lot": "A1",
        "received_on": MONDAY.date(), "created_at": MONDAY, "author_id": uuid4(),
    }  # fmt: skip
    return Vial(**given | facts)


def dissolved(mg: str, ml: str, **facts: Any) -> Vial:
    """So many milligrams of powder in so many millilitres."""
    return a_vial(a_strength(mg), diluent_ul=int(Decimal(ml) * 1000), **facts)


def oil(mg_per_ml: str = "200", **facts: Any) -> Vial:
    """10 mL of testosterone cypionate in oil."""
    given = {"medicine": "testosterone_cypionate", "form": Form.SOLUTION, "volume_ul": 10_000}
    return a_vial(a_strength(mg_per_ml, substance="testosterone cypionate"), **given | facts)


def tablets(mg: str = "1", number: int = 30, **facts: Any) -> Vial:
    """A pack of anastrozole."""
    given = {"medicine": "anastrozole", "form": Form.TABLETS, "tablets": number}
    return a_vial(a_strength(mg, substance="anastrozole"), **given | facts)


def blend(counts: str = "", ml: str = "2.0", **facts: Any) -> Vial:
    """5 mg of each of the two peptides."""
    return a_vial(
        a_strength("5", substance="CJC-1295"), a_strength("5", substance="ipamorelin"),
        medicine="cjc1295_ipamorelin", medicine_form="no_dac", counts=counts,
        diluent_ul=int(Decimal(ml) * 1000), **facts,
    )  # fmt: skip
