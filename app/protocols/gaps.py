"""How close two intakes of a line may lie, and where each rule about time comes from."""

from app.problems import Invalid
from app.protocols.medicines import Medicine

BY_CLINIC = "Set by the clinic"
BY_PATIENT = "As the patient entered it"
_GAPS = range(15, 20_161)  # a quarter of an hour to a fortnight, in minutes


class GapRefused(Invalid):
    """This is no gap between two intakes."""


def source_of(given: str | None, usual: str, *, same: bool, own: bool) -> str:
    """The source to show beside a rule; never empty.

    given   what the author wrote as its source
    usual   the medicine's own source, which speaks only of the medicine's own rule
    same    whether the rule is the medicine's own
    own     the patient wrote it down, rather than a clinician
    """
    written = (given or "").strip()
    if same:
        return written or usual
    if written and written != usual:
        return written
    return BY_PATIENT if own else BY_CLINIC


def min_gap_of(
    asked: int | None, given: str | None, medicine: Medicine, field: str, *, stated: bool, own: bool
) -> tuple[int | None, str]:
    """The minimum gap of a line in minutes with its source; None and nothing where there is none.

    asked    what the author wants; null is no rule
    stated   whether they said anything: otherwise it is the medicine's default

    Raises GapRefused.
    """
    minutes = asked if stated else medicine.min_gap_minutes
    if minutes is None:
        return None, ""
    if stated and minutes not in _GAPS:
        raise GapRefused(
            "A minimum gap must be 15 minutes to 14 days.", field=field,
            cure="Use 15 to 20160 minutes, or null for no rule.",
        )  # fmt: skip
    same = minutes == medicine.min_gap_minutes
    return minutes, source_of(given, medicine.min_gap_source, same=same, own=own)
