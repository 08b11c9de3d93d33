"""Observation: how a line, or all of them together, was followed in a period. Pure.

The figures are those of `app.clinic`, which the API and the panel show; nothing is counted here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from app.clock import LATEST
from app.exchange.fhir.codes import (
    ABSENT,
    CATEGORY,
    OBSERVED,
    OWN,
    UCUM,
    Resource,
    coding,
    concept,
    id_in_record,
    instant,
    local,
    of_patient,
    reference,
)
from app.exchange.fhir.writing import Entry, entry

TAKING = "adherence-taking"
COUNTED = {
    "expected": "Doses expected",
    "taken": "Taken",
    "on_time": "Taken on time",
    "late": "Taken late",
    "skipped": "Skipped",
    "missed": "Missed",
    "unresolved": "Unresolved",
    "held": "Held, not expected",
    "extra": "Taken outside the plan",
    "open": "Still open",
}
"""The counts that stand beside the share, and what they are called."""

_MEANT = (
    "phase", "counted", "expected", "taking", "skips", "missed", "unresolved", "holds",
    "any_n_of_seven", "extra", "pooled", "interval",
)  # fmt: skip
"""The words of the definition that this figure needs."""

_A_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Followed:
    """How one line, or every line together, was followed.

    line_id       None for all lines together, whose counts are sums
    since, until  doses due after `since` and up to `until`
    interval      95 % of the share of doses taken, 0 to 1; None where nothing was expected
    """

    line_id: UUID | None
    name: str
    days: int
    since: datetime
    until: datetime
    counts: Mapping[str, int]
    share: float | None
    interval: tuple[float, float] | None

    @property
    def expected(self) -> int:
        """Doses that had to be taken."""
        return self.counts["expected"]

    @property
    def taken(self) -> int:
        """How many of them were."""
        return self.counts["taken"]


def adherence_observations(
    patient_id: UUID, figures: Sequence[Followed], definition: Mapping[str, str],
    statements: Mapping[UUID, str], place: str,
) -> list[Entry]:  # fmt: skip
    """Each figure as an Observation, with the definition it was counted by.

    statements   by line, the logical id of the MedicationStatement that it is about
    """
    return [_figure(patient_id, each, definition, statements, place) for each in figures]


def followed_text(followed: Followed) -> str:
    """The counts in words: `18 of 21 expected doses taken in 30 days`."""
    if not followed.expected:
        return f"No dose was expected in {followed.days} days"
    return f"{followed.taken} of {followed.expected} expected doses taken in {followed.days} days"


def _figure(
    patient_id: UUID, followed: Followed, definition: Mapping[str, str],
    statements: Mapping[UUID, str], place: str,
) -> Entry:  # fmt: skip
    about = str(followed.line_id or "all")
    name = followed.name if followed.line_id else "all lines together"
    resource: Resource = {
        "resourceType": "Observation",
        "id": id_in_record(patient_id, uuid5(patient_id, f"adherence/{followed.days}/{about}")),
        "status": "final",
        "category": [concept(coding(CATEGORY, "therapy", "Therapy"))],
        "code": concept(
            coding(OBSERVED, TAKING, "Share of expected doses taken"),
            text=f"Share of expected doses taken in {followed.days} days: {name}",
        ),
        "subject": of_patient(patient_id),
        **_focus(followed, statements),
        "effectivePeriod": {
            "start": local(followed.since, place), "end": local(followed.until, place),
        },
        "issued": instant(followed.until),
        "performer": [of_patient(patient_id)],
        **_value(followed),
        "note": [{"text": followed_text(followed)}],
        "method": concept(
            coding(f"{OWN}:adherence-definition", definition["id"]), text=_method(definition)
        ),
        "component": _components(followed),
    }  # fmt: skip
    # Of the time itself, which moves on, no place in an order can be made that stays.
    return entry(resource, at=LATEST, updated=followed.until)


def _focus(followed: Followed, statements: Mapping[UUID, str]) -> Resource:
    named = statements.get(followed.line_id) if followed.line_id else None
    return {"focus": [reference("MedicationStatement", named)]} if named else {}


def _value(followed: Followed) -> Resource:
    """The share in per cent; where nothing was expected there is none, neither 0 nor 100."""
    if followed.share is None:
        absent = coding(ABSENT, "not-applicable", "Not Applicable")
        return {"dataAbsentReason": concept(absent, text="No dose was expected")}
    return {"valueQuantity": _percent(followed.share)}


def _percent(share: float) -> Resource:
    value = (Decimal(str(share)) * 100).quantize(_A_TENTH)
    return {"value": value, "unit": "%", "system": UCUM, "code": "%"}


def _components(followed: Followed) -> list[Resource]:
    found: list[Resource] = [
        {
            "code": concept(coding(OBSERVED, f"adherence-{name.replace('_', '-')}", words)),
            "valueInteger": followed.counts[name],
        }
        for name, words in COUNTED.items()
        if name in followed.counts
    ]
    if followed.interval is not None:
        low, high = followed.interval
        words = "95 % interval of the share taken"
        found.append(
            {
                "code": concept(coding(OBSERVED, "adherence-interval-95", words)),
                "valueRange": {"low": _percent(low), "high": _percent(high)},
            }
        )
    return found


def _method(definition: Mapping[str, str]) -> str:
    """The definition in one text: its name first, then what the words of this figure mean."""
    words = [f"{key.replace('_', ' ')}: {definition[key]}" for key in _MEANT if key in definition]
    return f"Definition {definition['id']}. {'; '.join(words)}"
