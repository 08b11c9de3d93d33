"""IGF-1: by Z-score, else by the laboratory's range, else by a table; above asks, below never."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.igf1 import DATA, Basis, Range, place, typical_range
from app.monitoring.levels import Level
from app.monitoring.limits import RULES, Figures, Known, signals_in
from app.monitoring.spans import Span
from tests.monitoring.values import a_value

NOTHING = Figures({}, {})
NUMBERS = st.decimals(5, 2500, places=1)
TYPICAL = typical_range(38, "male")


def exact(number: str | Decimal) -> Span:
    return Span.said(Decimal(number))


# clinical.md 3.2, reading (A): independent of the code, copied from the page's own arithmetic.
@pytest.mark.parametrize(
    ("age", "sex", "low", "high", "goal"),
    [
        (36, "male", 48, 292, 231), (40, "male", 48, 292, 231), (45, "male", 44, 275, 217),
        (55, "male", 37, 245, 193), (61, "male", 33, 220, 173), (35, "female", 53, 331, 262),
        (40, "female", 52, 328, 259), (59, "female", 50, 317, 250), (60, "female", 41, 279, 220),
        (18, "male", 91, 442, 354), (22, "male", 91, 442, 354), (23, "male", 66, 346, 276),
        (91, "male", 32, 173, 138), (105, "male", 32, 173, 138), (80, "female", 34, 246, 193),
        (19, "female", 108, 548, 438),
    ],
)  # fmt: skip
def test_the_table_and_the_upper_quartile_by_age_and_sex(
    age: int, sex: str, low: int, high: int, goal: int
) -> None:
    typical = typical_range(age, sex)
    assert typical is not None
    assert (typical.low, typical.high) == (Decimal(low), Decimal(high))
    found = place(exact("200"), None, None, None, typical)
    assert found is not None
    assert found.unit_low is not None
    assert round(found.unit_low) == goal
    assert found.unit_high == high
    assert ("Mayo LC-MS" if sex == "male" else "Quest LC/MS") in found.label


@pytest.mark.parametrize(
    ("age", "sex"), [(17, "male"), (0, "female"), (None, "male"), (38, None), (None, None)]
)
def test_a_child_and_somebody_of_whom_age_or_sex_is_unknown_has_no_goal(
    age: int | None, sex: str | None
) -> None:
    assert typical_range(age, sex) is None
    assert place(exact("900"), None, None, None, None) is None


@pytest.mark.parametrize("table", list(DATA["tables"].values()), ids=lambda table: table["assay"])
def test_a_table_names_its_assay_and_its_source_and_has_no_gap(table: dict[str, object]) -> None:
    rows = table["rows"]
    assert isinstance(rows, list)
    assert rows[0][0] == 18
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})
    assert all(low < high for _, low, high in rows)
    assert str(table["assay"]) in str(table["label"])
    assert str(table["source"]).startswith("[P]")


@given(value=NUMBERS, low=NUMBERS, high=NUMBERS, z=st.decimals(-5, 5, places=2))
def test_a_z_score_comes_before_the_range_and_the_range_before_the_table(
    value: Decimal, low: Decimal, high: Decimal, z: Decimal
) -> None:
    by_z = place(exact(value), low, high, exact(z), TYPICAL)
    assert by_z == place(exact(Decimal(1)), None, None, exact(z), None), "nothing else counts"
    assert by_z is not None
    assert by_z.basis is Basis.Z_SCORE
    found = place(exact(value), low, high, None, TYPICAL)
    assert found is not None
    if low < high:
        assert found.basis is Basis.LABORATORY
        assert found == place(exact(value), low, high, None, None)
    else:
        assert found.basis is Basis.TABLE


@pytest.mark.parametrize(
    ("at", "word"), [("0.673", "below"), ("0.674", "in"), ("2.0", "in"), ("2.001", "above")]
)
def test_the_goal_of_a_z_score_has_both_its_ends(at: str, word: str) -> None:
    found = place(exact("200"), None, None, exact(at), None)
    assert found is not None
    assert found.word == word


@pytest.mark.parametrize(
    ("value", "word"), [("174.9", "below"), ("175", "in"), ("200", "in"), ("200.1", "above")]
)
def test_the_goal_in_a_range_has_both_its_ends(value: str, word: str) -> None:
    found = place(exact(value), Decimal(100), Decimal(200), None, None)
    assert found is not None
    assert found.word == word
    assert (found.unit_low, found.unit_high) == (Decimal(175), Decimal(200))


def test_a_bound_stands_nowhere_unless_it_is_certain() -> None:
    for comparator, value, word in (("<", "180", None), (">", "180", None), (">", "200", "above"),
                                    ("<", "175", "below"), (">=", "200", None)):  # fmt: skip
        said = Span.said(Decimal(value), comparator)
        found = place(said, Decimal(100), Decimal(200), None, None)
        assert found is not None
        assert found.word == word, (comparator, value)


def test_an_upper_end_alone_says_what_lies_above_it_and_gives_no_goal() -> None:
    for value, word in (("300", None), ("300.1", "above")):
        found = place(exact(value), None, Decimal(300), None, TYPICAL)
        assert found is not None
        assert (found.basis, found.word, found.unit_low) == (Basis.LABORATORY, word, None)


@given(value=NUMBERS, typical=st.sampled_from([TYPICAL, Range(Decimal(50), Decimal(317), "", "")]))
def test_what_is_not_above_the_range_asks_for_nothing(value: Decimal, typical: Range) -> None:
    found = place(exact(value), None, None, None, typical)
    said = signals_in(a_value("igf1", value), Known(figures=NOTHING, place=found))
    assert bool(said) is (value > typical.high)


@given(lower=NUMBERS, higher=NUMBERS)
def test_a_higher_igf1_never_asks_for_less(lower: Decimal, higher: Decimal) -> None:
    ranks = []
    for value in sorted((lower, higher)):
        known = Known(figures=NOTHING, place=place(exact(value), None, None, None, TYPICAL))
        said = signals_in(a_value("igf1", value), known)
        ranks.append(said[0].rule.level.rank if said else -1)
    assert ranks == sorted(ranks)


def test_red_begins_at_the_same_distance_by_z_score_and_by_range() -> None:
    """A Z-score of 3 is a quarter of the range, from -2 to 2, above its end."""
    rule = RULES["igf1_red"]
    assert rule.z is not None
    assert rule.at == (rule.z + 2) / 4
    assert rule.level is Level.RED
