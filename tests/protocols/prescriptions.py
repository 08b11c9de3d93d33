"""Lines of prescriptions for the laws of pure rules: built by hand, or drawn by Hypothesis."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from app.protocols.prescribed import Prescribed
from app.schedule import A_DAY, Evenings, Recurrence
from app.units import Amount
from tests.story_time import MONDAY

TONIGHT = MONDAY.date()
SPACE = UUID("11111111-1111-4111-8111-111111111111")
EVENINGS = Evenings(ZoneInfo("America/Denver"), (time(22, 30),) * 7)


calmly = settings(deadline=None, max_examples=60)
"""How often a law is tried; without a clock, which a busy machine would break."""


def mg(value: str) -> Amount:
    return Amount(Decimal(value), "mg")


def every(**facts: Any) -> Recurrence:
    """A schedule from tonight on; every night unless told otherwise."""
    return Recurrence(**{"first": TONIGHT, **facts})


def on(*weekdays: int, **facts: Any) -> Recurrence:
    """A schedule on these weekdays; 1 is Monday."""
    return every(weekdays=frozenset(weekdays), **facts)


def a_line(medicine: str = "sermorelin", **facts: Any) -> Prescribed:
    """A line, by default 1 mg of a peptide every night at bedtime; `number` tells lines apart."""
    number = facts.pop("number", 0)
    known: dict[str, Any] = {
        "line_id": uuid5(SPACE, f"{medicine}/{number}"), "medicine": medicine, "form": "",
        "route": "subcutaneous", "amount": mg("1"), "rule": every(), "ladder": (0, 20),
    }  # fmt: skip
    return Prescribed(**known | facts)


values = st.integers(1, 8).map(lambda n: Decimal(n) / 4)
amounts = st.builds(Amount, values, st.just("mg"))
nights = st.integers(-10, 40).map(lambda n: TONIGHT + timedelta(days=n))
clocks: st.SearchStrategy[tuple[time | None, ...]] = st.sampled_from(
    ((None,), (time(8),), (time(8), None))
)


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    """Any kind of schedule: weekdays, every so many nights, any so many a week, and cycles."""
    kind = draw(st.sampled_from(("weekdays", "every", "per_week")))
    off = draw(st.integers(0, 2))
    facts: dict[str, Any] = {
        "first": draw(nights), "weeks_off": off,
        "weeks_on": draw(st.integers(1, 3)) if off else 1,
    }  # fmt: skip
    if kind == "weekdays":
        facts["weekdays"] = draw(st.frozensets(st.integers(1, 7), min_size=1))
    elif kind == "every":
        facts["every"] = draw(st.integers(1, 4))
    else:
        facts["per_week"] = draw(st.integers(1, 6))
    if kind != "per_week":
        facts["times"] = draw(clocks)
    if draw(st.booleans()):
        facts["last"] = facts["first"] + A_DAY * draw(st.integers(0, 60))
    return Recurrence(**facts)


@st.composite
def steps(draw: st.DrawFn) -> tuple[tuple[date, Amount], ...]:
    """Up to two dated steps, in order."""
    found = draw(st.dictionaries(nights, amounts, max_size=2))
    return tuple(sorted(found.items()))


prescribed = st.builds(
    lambda number, amount, rule, stepped, gap: a_line(
        number=number, amount=amount, rule=rule, steps=stepped, min_gap_minutes=gap
    ),
    st.integers(0, 3), amounts, rules(), steps(), st.sampled_from((None, 600, 1200)),
)  # fmt: skip
protocols = st.lists(prescribed, max_size=4, unique_by=lambda line: line.line_id)


def with_line(lines: list[Prescribed], position: int, **changes: Any) -> list[Prescribed]:
    """The same lines, one of them changed."""
    return [replace(each, **changes) if n == position else each for n, each in enumerate(lines)]
