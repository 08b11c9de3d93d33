"""How amounts and people are written in requests and answers."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.models import Person, Role
from app.problems import Invalid
from app.units import UNITS, Amount, plain


class AmountShape(BaseModel):
    """An exact amount: a decimal string and a UCUM unit."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
    unit: str = Field(json_schema_extra={"enum": [*sorted(UNITS)]})

    def amount(self) -> Amount:
        """As a value; raises Invalid for a unit nobody draws medicine in."""
        if self.unit not in UNITS:
            raise Invalid(
                f"{self.unit[:16]!r} is not a unit Vesper knows.",
                field="amount.unit",
                cure=f"Use one of {', '.join(sorted(UNITS))}.",
            )
        return Amount(self.value, self.unit)


class AmountOut(BaseModel):
    """An exact amount: `value` is a decimal string without an exponent."""

    value: str
    unit: str

    @classmethod
    def of(cls, amount: Amount) -> "AmountOut":
        """The amount as it is written in an answer."""
        return cls(value=plain(amount.value), unit=amount.unit)


class AuthorOut(BaseModel):
    """Who wrote or did something."""

    id: UUID
    name: str
    role: Role

    @classmethod
    def of(cls, person: Person) -> "AuthorOut":
        """The person as others see them."""
        return cls(id=person.id, name=person.name, role=person.role)


class DrawnFromOut(BaseModel):
    """A vial that a dose came from.

    quantity   null where it cannot be worked out, until the vial's strength was confirmed for the
               line, and where a pen measured it
    """

    id: UUID
    lot: str
    medicine_name: str
    quantity: AmountOut | None


class WentIntoOut(BaseModel):
    """The spot that a dose was injected into."""

    code: str
    name: str


class AsksOut(BaseModel):
    """What the patient may still be asked of a dose.

    vial   there are vials for it, and none of them could be assumed, or they held only some of it
    site   it was injected, and nobody has said where
    """

    vial: bool
    site: bool


class DrawnLateOut(BaseModel):
    """Something to look at; `code` is stable, `text` is for people."""

    code: str
    text: str


class GivenOut(BaseModel):
    """What a dose that stands as taken was given from, and into which spot.

    assumed    Vesper took the vial that was in use; null where no vial is known
    warnings   such as a vial past its date, or that the vials held only some of the dose
    """

    vials: list[DrawnFromOut]
    assumed: bool | None
    site: WentIntoOut | None
    asks: AsksOut
    warnings: list[DrawnLateOut]
