"""What rules by age ask of a person. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Facts:
    """Date of birth and sex (`female` or `male`) of a patient; None where they were never told."""

    born_on: date | None = None
    sex: str | None = None


def age_on(born_on: date | None, day: date) -> int | None:
    """Whole years on a day; None without a date of birth. Who was born on 29 February turns a
    year older on 1 March where there is no 29th."""
    if born_on is None:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
