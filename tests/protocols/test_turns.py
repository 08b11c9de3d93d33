"""Cycles turn and steps come exactly where the prescription says, and are spoken of plainly."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.protocols.turns import Turn, Way, next_step, next_turn, turns
from app.schedule import Recurrence
from app.units import Amount

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)

cycles = st.builds(
    Recurrence,
    first=st.just(MONDAY),
    last=st.none() | st.integers(0, 400).map(lambda n: MONDAY + n * DAY),
    weeks_on=st.integers(1, 8),
    weeks_off=st.integers(0, 8),
)


@settings(deadline=None)
@given(rule=cycles, start=st.integers(-30, 300), length=st.integers(0, 300))
def test_a_turn_is_exactly_where_resting_changes(rule: Recurrence, start: int, length: int) -> None:
    """Rebuilt from `rests` alone: whether the line rests on this night and on the one before."""
    since = MONDAY + start * DAY
    expected = [
        (night, Way.PAUSE_BEGINS if rule.rests(night) else Way.PAUSE_ENDS)
        for night in (since + n * DAY for n in range(length))
        if night > MONDAY
        and (rule.last is None or night <= rule.last)
        and rule.rests(night) != rule.rests(night - DAY)
    ]
    found = [(turn.night, turn.way) for turn in turns(rule, since, since + length * DAY)]
    assert found == expected


@settings(deadline=None)
@given(rule=cycles, start=st.integers(-30, 300))
def test_the_next_turn_is_the_first_of_all_that_come(rule: Recurrence, start: int) -> None:
    tonight = MONDAY + start * DAY
    ahead = list(turns(rule, tonight + DAY, tonight + 800 * DAY))
    assert next_turn(rule, tonight) == (ahead[0] if ahead else None)


def test_a_turn_in_plain_words() -> None:
    rule = Recurrence(MONDAY, weeks_on=2, weeks_off=1)
    turn = next_turn(rule, MONDAY)
    assert turn is not None
    text = turn.text("CJC-1295 / ipamorelin")
    assert text == "CJC-1295 / ipamorelin: the pause begins on Monday 7 December."
    after = next_turn(rule, turn.night)
    assert after is not None
    assert after.text("Sermorelin") == "Sermorelin: the pause ends on Monday 14 December."


def test_the_next_step_is_the_first_one_still_to_come() -> None:
    steps = [
        {"from": "2026-11-30", "value": "300", "unit": "ug"},
        {"from": "2026-12-07", "value": "350", "unit": "ug"},
    ]
    first = next_step(steps, MONDAY)
    assert first == Turn(date(2026, 11, 30), Way.STEP, Amount(Decimal(300), "ug"))
    second = next_step(steps, date(2026, 11, 30))
    assert second is not None
    assert second.text("Sermorelin") == (
        "Sermorelin: from Monday 7 December the amount is 350 mcg."
    )
    assert next_step(steps, date(2026, 12, 7)) is None
