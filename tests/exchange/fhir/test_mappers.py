"""What rows become: schedules, ranges, digits and ids."""

import json
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.fhir.codes import id_in_record, patient_id_of
from app.exchange.fhir.medications import catalogue, medicine_concept
from app.exchange.fhir.ranges import interpretation
from app.exchange.fhir.timing import dosages, stretches
from app.exchange.fhir.writing import written
from app.observations.models import Comparator
from app.schedule import A_DAY, Recurrence
from app.units import Amount
from tests.exchange.fhir.official import mistakes

MONDAY = date(2026, 11, 23)
MG = Amount(Decimal("0.5"), "mg")
NINE = (time(9),)


def timings(rule: Recurrence, until: date | None = None) -> list[Any]:
    parts = stretches(rule.first, until, MG, [])
    found = dosages(rule, parts, "subcutaneous")
    return [each["timing"]["repeat"] for each in found]


def rule(days: Iterable[int] = (), **facts: Any) -> Recurrence:
    return Recurrence(first=MONDAY, weekdays=frozenset(days), **facts)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (rule(range(1, 6)), {"frequency": 1, "period": 1, "periodUnit": "d",
                             "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"], "when": ["HS"]}),
        (rule(per_week=5), {"frequency": 5, "period": 1, "periodUnit": "wk", "when": ["HS"]}),
        (rule(), {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]}),
        (rule({1, 4}, times=NINE), {"frequency": 2, "period": 1, "periodUnit": "wk",
                                    "dayOfWeek": ["mon", "thu"], "timeOfDay": ["09:00:00"]}),
        (rule({7}, times=NINE), {"frequency": 1, "period": 1, "periodUnit": "wk",
                                 "dayOfWeek": ["sun"], "timeOfDay": ["09:00:00"]}),
        (rule(every=3), {"frequency": 1, "period": 3, "periodUnit": "d", "when": ["HS"]}),
        (rule(times=(time(20), time(8))), {"frequency": 2, "period": 1, "periodUnit": "d",
                                           "timeOfDay": ["08:00:00", "20:00:00"]}),
    ],
)  # fmt: skip
def test_a_schedule_is_told_as_the_clinical_page_says(
    given: Recurrence, said: dict[str, Any]
) -> None:
    assert timings(given) == [{"boundsPeriod": {"start": "2026-11-23"}, **said}]


def test_every_so_many_days_are_counted_from_a_day_with_a_dose() -> None:
    """A new version, or a step, begins between two doses: the next one is where it would be."""
    third = rule(every=3)
    wednesday, friday = MONDAY + A_DAY * 2, MONDAY + A_DAY * 4
    parts = stretches(wednesday, None, MG, [(friday, MG)])
    starts = [each["timing"]["repeat"]["boundsPeriod"] for each in dosages(third, parts, "oral")]
    assert starts == [{"start": "2026-11-26", "end": "2026-11-26"}, {"start": "2026-11-29"}]


def test_bedtime_and_a_clock_time_are_two_instructions_at_once() -> None:
    both = dosages(rule(times=(None, time(8))), stretches(MONDAY, None, MG, []), "oral")
    assert [each["sequence"] for each in both] == [1, 1]
    repeats = [each["timing"]["repeat"] for each in both]
    assert [("when" in each, "timeOfDay" in each) for each in repeats] == [
        (True, False), (False, True),
    ]  # fmt: skip


@given(st.lists(st.integers(-20, 60), max_size=4, unique=True), st.none() | st.integers(0, 40))
@settings(max_examples=100)
def test_a_titration_is_cut_into_stretches_without_a_gap(
    nights: list[int], length: int | None
) -> None:
    steps = [
        (MONDAY + A_DAY * n, Amount(Decimal(k + 2), "mg")) for k, n in enumerate(sorted(nights))
    ]
    until = None if length is None else MONDAY + A_DAY * length
    parts = stretches(MONDAY, until, MG, steps)
    assert (parts[0].since, parts[-1].until) == (MONDAY, until)
    for one, other in pairwise(parts):
        assert one.until is not None
        assert one.since <= one.until == other.since - A_DAY
    for part in parts:
        standing = [amount for night, amount in steps if night <= part.since]
        assert part.amount == (standing[-1] if standing else MG)


@pytest.mark.parametrize(
    ("value", "sign", "low", "high", "code"),
    [
        ("8", None, "8", "35", "N"), ("7.9", None, "8", "35", "L"), ("35.1", None, "8", "35", "H"),
        ("5", "<", "8", "35", "L"), ("8", "<", "8", "35", "L"), ("10", "<", "8", "35", None),
        ("8", "<=", "8", "35", None), ("35", ">", "8", "35", "H"), ("35", ">=", "8", "35", None),
        ("10", ">", "8", "35", None), ("3", None, None, "4", "N"), ("4", "<", None, "4", "N"),
        ("4", "<=", None, "4", "N"), ("40", "<", None, "4", None), ("5", None, None, None, None),
        ("5", None, "6", None, "L"), ("6", ">=", "6", None, "N"),
    ],
)  # fmt: skip
def test_a_result_is_called_low_normal_or_high_only_where_it_is(
    value: str, sign: str | None, low: str | None, high: str | None, code: str | None
) -> None:
    found = interpretation(
        Decimal(value), Comparator(sign) if sign else None,
        Decimal(low) if low else None, Decimal(high) if high else None,
    )  # fmt: skip
    assert (found and found["code"]) == code


def test_numbers_keep_their_digits_and_text_keeps_its_signs() -> None:
    said = {"a": Decimal("5.20"), "b": [1, True, None], "c": 'Ada "Ω"\n', "d": Decimal("1E+2")}
    assert written(said) == '{"a":5.20,"b":[1,true,null],"c":"Ada \\"\\u03a9\\"\\n","d":100}'


@given(st.uuids(), st.uuids())
@settings(max_examples=30)
def test_an_id_says_in_whose_record_it_lies(patient: UUID, key: UUID) -> None:
    logical = id_in_record(patient, key)
    assert len(logical) == 64
    assert patient_id_of(logical) == patient
    assert patient_id_of(logical[:-1]) is None
    assert patient_id_of("z" * 64) is None
    assert patient_id_of(str(uuid4())) is None


def test_every_medicine_is_valid_and_no_code_names_one_strength_or_half_a_mixture() -> None:
    for each in catalogue():
        text = written(each.resource)
        assert "835829" not in text
        assert "199224" not in text
    found = [mistakes(_plain(each.resource)) for each in catalogue()]
    assert not any(found)
    mixture = medicine_concept("cjc1295_ipamorelin", "no_dac")
    assert [each["system"] for each in mixture["coding"]] == ["urn:vesper:medicine"]
    anastrozole = medicine_concept("anastrozole", "")["coding"]
    assert {each["code"] for each in anastrozole} == {
        "anastrozole", "84857", "2Z07MYW1AZ", "120511-73-1",
    }  # fmt: skip


def _plain(resource: Any) -> Any:
    return json.loads(written(resource))
