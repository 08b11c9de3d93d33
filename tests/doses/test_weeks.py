"""Any so many nights of the week: its laws, and weeks that anybody can count on their fingers."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.doses.weeks import Standing, Week, WeekNight, filled, monday_of, week_of

MONDAY = date(2026, 11, 23)
COUNTS, REST, EXTRA = Standing.COUNTS, Standing.REST, Standing.EXTRA


def a_week(signs: str, quota: int = 5) -> list[WeekNight]:
    """One sign a night from Monday: `x` taken, `-` left out, `.` still to come, `h` held, `H` held
    and taken, a space where nothing was planned."""
    return [
        WeekNight(
            night=MONDAY + timedelta(days=number), quota=quota, taken=sign in "xH",
            closed=sign != ".", held=sign in "hH",
        )
        for number, sign in enumerate(signs)
        if sign != " "
    ]  # fmt: skip


def spelled(week: Week) -> str:
    """The standings from Monday: `c`ounts, `r`est, `e`xtra, a space without one."""
    nights = (MONDAY + timedelta(days=number) for number in range(7))
    return "".join((week.standings.get(night) or " ")[0] for night in nights)


@pytest.mark.parametrize(
    ("signs", "standings", "missing", "expected"),
    [
        ("xxxxx--", "cccccrr", 0, 5),  # as one would like it
        ("x-xxxx-", "crccccr", 0, 5),  # a missed Tuesday, made up for on Saturday
        ("xxxxxxx", "cccccee", 0, 5),  # two more than asked for: extra, and no rate above 100 %
        ("xxxx---", "ccccrrc", 1, 5),  # one short: one missed, two free
        ("-------", "rrccccc", 5, 5),  # nobody logged anything
        (".......", "ccccccc", 0, 0),  # the week has not begun
        ("--.....", "rrccccc", 0, 0),  # both free as long as five are still to come
        ("---....", "rrccccc", 1, 1),  # the third can no longer be made up for
        ("xxxxx..", "cccccrr", 0, 5),  # filled: nothing is asked for any more
        ("    xxx", "    ccc", 0, 3),  # begun on Friday, every night taken
        ("    x--", "    crc", 1, 2),  # 15/7 of three nights, rounded down, are two
        ("hhxx---", "  ccrrc", 1, 3),  # 25/7 of five nights are three
        ("HHxxx--", "eecccrr", 0, 3),  # held nights are neither owed nor counted
        ("", "       ", 0, 0),
    ],
)
def test_a_week_comes_to_what_anybody_would_count(
    signs: str, standings: str, missing: int, expected: int
) -> None:
    week = week_of(a_week(signs))
    assert (spelled(week), week.missing, week.expected) == (standings, missing, expected)


@pytest.mark.parametrize(
    ("signs", "left"), [("x-x....", 3), ("xxxxx..", 0), ("-----..", 2), (".......", 5)]
)
def test_what_is_left_is_what_is_wanted_and_can_still_come(signs: str, left: int) -> None:
    assert week_of(a_week(signs)).left == left


def test_a_smaller_quota_in_mid_week_frees_its_own_nights_first() -> None:
    """Six of seven until Friday, one of seven from Saturday: nobody is reminded into a sixth."""
    week = week_of([*a_week("xxxxx  ", 6), *a_week("     ..", 1)])
    assert spelled(week) == "cccccrr"
    assert (week.need, week.missing, week.left) == (4, 0, 0)


def test_the_week_is_monday_to_sunday() -> None:
    assert {monday_of(MONDAY + timedelta(days=day)) for day in range(7)} == {MONDAY}
    assert monday_of(MONDAY - timedelta(days=1)) == MONDAY - timedelta(days=7)


quotas = st.integers(1, 6)
signs = st.text("x-.hH ", max_size=7)
over = st.text("x-hH ", max_size=7)


def taken(nights: list[WeekNight]) -> int:
    """Intakes on nights that were not held."""
    return sum(night.taken and not night.held for night in nights)


@given(signs, quotas)
def test_nothing_counts_twice_or_beyond_the_quota(week: str, quota: int) -> None:
    nights = a_week(week, quota)
    available = [night for night in nights if not night.held]
    found = week_of(nights)
    assert found.counted <= min(taken(nights), quota, len(available))
    assert found.expected <= quota
    counting = [n for n in available if n.taken and found.standings[n.night] is COUNTS]
    assert len(counting) == found.counted
    assert set(found.standings) == {n.night for n in nights if n.taken or not n.held}


@given(signs, quotas)
def test_only_what_the_rest_of_the_week_cannot_make_up_for_is_missing(
    week: str, quota: int
) -> None:
    nights = a_week(week, quota)
    found = week_of(nights)
    to_come = sum(not (n.taken or n.closed or n.held) for n in nights)
    assert found.missing == max(0, found.need - taken(nights) - to_come)
    left_out = [n for n in nights if n.closed and not (n.taken or n.held)]
    missed = [n for n in left_out if found.standings[n.night] is COUNTS]
    assert len(missed) == found.missing
    assert missed == left_out[len(left_out) - len(missed) :]


@given(over, quotas)
def test_a_week_that_is_over_owes_what_it_needed(week: str, quota: int) -> None:
    nights = a_week(week, quota)
    found = week_of(nights)
    available = [night for night in nights if not night.held]
    assert found.need == len(available) * quota // 7
    assert found.expected == max(found.need, found.counted)
    resting = [n for n in available if found.standings[n.night] is REST]
    assert len(resting) <= len(available) - found.need
    assert all(not night.taken for night in resting)
    assert found.left == 0


@given(signs, quotas)
def test_a_week_taken_in_full_or_made_up_has_no_miss_and_asks_for_nothing(
    week: str, quota: int
) -> None:
    nights = a_week(week, quota)
    found = week_of(nights)
    if taken(nights) >= found.need:
        assert found.missing == 0
    if filled(taken(nights), quota):
        assert found.expected == quota
        assert found.left == 0
        untaken = {n.night for n in nights if not (n.taken or n.held)}
        assert all(found.standings[night] is REST for night in untaken)


@given(signs, quotas, st.integers(0, 6))
def test_taking_one_more_never_makes_a_week_worse(week: str, quota: int, which: int) -> None:
    nights = a_week(week, quota)
    more = [
        replace(night, taken=True) if number == which else night
        for number, night in enumerate(nights)
    ]
    before, after = week_of(nights), week_of(more)
    assert after.counted >= before.counted
    assert after.missing <= before.missing
    assert after.left <= before.left


@given(st.text("x-hH ", max_size=6), quotas)
def test_a_night_that_was_missed_stays_missed_as_the_week_goes_on(gone: str, quota: int) -> None:
    """Time alone takes nothing back: only another intake does."""
    to_come = "." * (7 - len(gone))
    before = week_of(a_week(gone + to_come, quota))
    after = week_of(a_week(gone + "-" + to_come[1:], quota))
    for night in a_week(gone, quota):
        if not night.taken and before.standings.get(night.night) is COUNTS:
            assert after.standings[night.night] is COUNTS


@given(
    st.lists(st.tuples(quotas, st.sampled_from("x-.hH")), max_size=7),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_nights_are_read_does_not_matter(
    given_nights: list[tuple[int, str]], random: Random
) -> None:
    nights = [
        a_week(" " * number + sign, quota)[0] for number, (quota, sign) in enumerate(given_nights)
    ]
    shuffled = list(nights)
    random.shuffle(shuffled)
    assert week_of(nights) == week_of(shuffled)
    found = week_of(nights)
    largest = max((n.quota for n in nights if not n.held), default=0)
    assert found.expected <= largest  # also where a version changed the quota in mid-week
