"""One line of one version as the pure rules read it: reductions, differences and warnings."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.protocols.medicines import MEDICINES, label_of
from app.schedule import Recurrence
from app.units import Amount


@dataclass(frozen=True, slots=True)
class Prescribed:
    """What one version says of one line.

    steps             the nights from which another amount holds, in order
    window_minutes    None is until the day turns
    min_gap_minutes   None is no rule
    """

    line_id: UUID
    medicine: str
    form: str
    route: str
    amount: Amount
    rule: Recurrence
    steps: tuple[tuple[date, Amount], ...] = ()
    window_minutes: int | None = None
    window_source: str = ""
    on_time_minutes: int = 120
    ladder: tuple[int, ...] = ()
    min_gap_minutes: int | None = None
    min_gap_source: str = ""

    @property
    def name(self) -> str:
        """The medicine's name; the form's where forms must not be confused."""
        return name_of(self.medicine, self.form)

    @property
    def kinds(self) -> frozenset[str]:
        """What the medicine is to the checks; nothing for one the data no longer holds."""
        known = MEDICINES.get(self.medicine)
        return known.kinds if known else frozenset()

    def amount_at(self, night: date) -> Amount:
        """How much is taken in this night: what the last step that has come says."""
        standing = self.amount
        for since, amount in self.steps:
            if since <= night:
                standing = amount
        return standing


def name_of(medicine: str, form: str) -> str:
    """A medicine's name; the form's with it where forms must not be confused."""
    known = MEDICINES.get(medicine)
    of_form = known.form(form) if known else None
    name = label_of(medicine)
    if of_form is None:
        return name
    # "CJC-1295 / ipamorelin" in the form "CJC-1295 without DAC" is said once.
    first = known.substances[0] if known else ""
    return f"{name}, {of_form.name.removeprefix(first).strip()}" if first else name
