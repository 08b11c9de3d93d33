"""What is in a vial, by laws: everything that was in it is somewhere, and nothing below zero."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.supplies.catalogue import SYRINGES
from app.supplies.kit import Kit
from app.supplies.ledger import (
    Candidate,
    Contents,
    StandingDraw,
    choose,
    contents,
    in_order,
    room,
    usable,
)
from app.supplies.models import Diluent, Form, Stock, StockEntry, Vial
from app.supplies.vial_answers import Taken, doses_left
from app.units import Amount
from tests.story_time import MONDAY

HERE = ZoneInfo("America/Denver")
PATIENT, AUTHOR = uuid4(), uuid4()
NOW = MONDAY + timedelta(days=40)
HALF_AN_HOUR = timedelta(minutes=30)


def a_vial(**facts: Any) -> Vial:
    """A solution: 1 mL with 1 mg in it, so that a microgram is a microlitre."""
    given: dict[str, Any] = {
        "patient_id": PATIENT, "id": uuid4(), "medicine": "sermorelin", "form": Form.SOLUTION,
        "strengths": [{"substance": "Sermorelin", "value": "1", "unit": "mg"}], "volume_ul": 1000,
        "pharmacy": "A pharmacy", "lot": "A1", "received_on": MONDAY.date(), "created_at": MONDAY,
        "author_id": AUTHOR,
    }  # fmt: skip
    return Vial(**given | facts)


def drawn(vial: Vial, quantity: int | None, at: datetime, dead_space: int = 0) -> StandingDraw:
    return StandingDraw(
        id=uuid4(), vial_id=vial.id, dose_id=uuid4(), event_id=uuid4(), taken_at=at, said_at=NOW,
        author_id=AUTHOR, assumed=True, part=0, quantity=quantity, dead_space=dead_space,
        syringe="",
    )  # fmt: skip


def said(vial: Vial, kind: Stock, quantity: int, at: datetime, **facts: Any) -> StockEntry:
    return StockEntry(
        patient_id=PATIENT, id=uuid4(), vial_id=vial.id, kind=kind, quantity=quantity, at=at,
        author_id=AUTHOR, said_at=NOW, **facts,
    )  # fmt: skip


def inside(vial: Vial, draws: list[StandingDraw], entries: list[StockEntry]) -> Contents:
    return contents(vial, draws, entries, HERE, NOW)


VIAL = a_vial()
moments = st.integers(0, 60).map(lambda steps: MONDAY + HALF_AN_HOUR * steps)
small = st.integers(0, 500)
draws = st.lists(
    st.builds(
        drawn, st.just(VIAL), st.one_of(small, st.none()), moments, dead_space=st.integers(0, 30)
    ),
    max_size=8,
)
entries = st.lists(
    st.builds(
        said, st.just(VIAL), st.sampled_from(Stock), small, moments,
        voided_at=st.sampled_from([None, None, NOW]),
    ),
    max_size=5,
)  # fmt: skip
vials = st.builds(
    a_vial, id=st.just(VIAL.id), volume_ul=st.integers(50, 2000),
    gone_at=st.sampled_from([None, None, NOW, NOW + HALF_AN_HOUR]),
)  # fmt: skip


def plainly(vial: Vial, taken: list[StandingDraw], told: list[StockEntry]) -> int:
    """What is left, worked out from the last count on: another way than the one that is tested."""
    counts = [each for each in told if each.kind is Stock.COUNTED and each.voided_at is None]
    start, since = vial.volume_ul or 0, None
    if counts:
        last = sorted(enumerate(counts), key=lambda each: (each[1].at, each[0]))[-1][1]
        start, since = last.quantity, last.at
    for draw in taken:
        if since is None or draw.taken_at > since:
            start -= (draw.quantity or 0) + draw.dead_space
    for entry in told:
        wasted = entry.kind is Stock.WASTED and entry.voided_at is None
        if wasted and (since is None or entry.at > since):
            start -= entry.quantity
    return start


@given(vials, draws, entries)
@settings(max_examples=100, deadline=None)
def test_everything_that_was_in_a_vial_is_somewhere(
    vial: Vial, taken: list[StandingDraw], told: list[StockEntry]
) -> None:
    held = inside(vial, taken, told)
    left = plainly(vial, taken, told)
    gone = vial.gone_at is not None and vial.gone_at <= NOW
    assert held.left == (0 if gone else max(left, 0))
    assert held.discarded == (max(left, 0) if gone else 0)
    assert held.overdrawn == max(-left, 0)
    assert held.full is not None
    assert held.full == (
        held.left + held.discarded + held.drawn + held.dead + held.wasted + held.missing
        - held.overdrawn
    )  # fmt: skip
    assert held.doses == len(taken)


@given(vials, draws, entries, st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_in_which_it_was_said_makes_no_difference(
    vial: Vial, taken: list[StandingDraw], told: list[StockEntry], chance: Any
) -> None:
    # Of two counts of one instant the one that was said later stands, so these have times of
    # their own.
    told = [
        said(vial, each.kind, each.quantity, each.at + timedelta(seconds=number))
        for number, each in enumerate(told)
    ]
    shuffled, retold = list(taken), list(told)
    chance.shuffle(shuffled)
    chance.shuffle(retold)
    assert inside(vial, taken, told) == inside(vial, shuffled, retold)


@given(vials, draws, entries, moments, st.integers(0, 1500))
@settings(max_examples=100, deadline=None)
def test_what_may_be_taken_leaves_nothing_below_zero_up_to_the_next_count(
    vial: Vial, taken: list[StandingDraw], told: list[StockEntry], at: datetime, wanted: int
) -> None:
    given_room = room(vial, taken, told, at)
    one = drawn(vial, min(wanted, given_room), at)
    before, after = inside(vial, taken, told), inside(vial, [*taken, one], told)
    assert after.overdrawn <= before.overdrawn
    if given_room and before.counted_at is None:
        assert given_room == before.left or vial.gone_at == NOW
    more = inside(vial, [*taken, drawn(vial, given_room + 1, at)], told)
    counted_later = before.counted_at is not None and before.counted_at >= at
    assert counted_later or more.overdrawn > 0


@given(
    st.lists(st.tuples(st.integers(0, 800), st.sampled_from(["1", "2", "2.5", "3"])), max_size=5),
    st.integers(1, 900), st.integers(0, 60),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_a_dose_takes_the_rest_of_one_vial_and_some_of_the_next(
    shelf: list[tuple[int, str]], micrograms: int, dead_space: int
) -> None:
    candidates = [
        Candidate(
            a_vial(strengths=[{"substance": "Sermorelin", "value": value, "unit": "mg"}]), held
        )
        for held, value in shelf
    ]
    parts = choose(candidates, Amount(Decimal(micrograms), "ug"), dead_space)
    rooms = {each.vial.id: each.room for each in candidates}
    strengths = {
        one.vial.id: Decimal(value) for one, (_, value) in zip(candidates, shelf, strict=True)
    }
    covered, most = Decimal(0), Decimal(0)
    rest = parts.pop() if parts and parts[-1].vial is None else None
    for part in parts:
        assert part.quantity is not None
        assert part.vial is not None
        assert 0 < part.quantity <= part.quantity + part.dead_space <= rooms[part.vial.id]
        covered += part.quantity * strengths[part.vial.id]
    for candidate in candidates:
        most += candidate.room * strengths[candidate.vial.id]
    # To the microlitre of each vial.
    slack = Decimal("0.5") * sum(strengths.values())
    assert abs(covered - min(Decimal(micrograms), most)) <= slack
    # What they do not hold is told, unless it is all of the dose, or next to nothing.
    enough = Decimal(micrograms) * Decimal("0.95")
    assert rest is None or (parts and covered < enough)
    assert rest or not parts or covered >= enough - slack
    assert all(part.dead_space == 0 for part in parts[:-1])
    used = [part.vial.id for part in parts if part.vial]
    empty_before = [each for each in candidates if each.vial.id in used[:-1]]
    assert all(each.room == part.quantity for each, part in zip(empty_before, parts, strict=False))


def test_a_third_of_a_microlitre_is_rounded_once_and_not_lost() -> None:
    thirds = a_vial(strengths=[{"substance": "Sermorelin", "value": "3", "unit": "mg"}])
    (part,) = choose([Candidate(thirds, 1000)], Amount(Decimal(100), "ug"))
    assert part.quantity == 33


def test_a_dose_takes_what_its_mark_holds_where_a_mark_is_shown() -> None:
    """On lines of ten microlitres 125 are drawn to 120; the figure would be too far off at 11."""
    full = [Candidate(VIAL, 1000)]
    for micrograms, tick, quantity in (
        (125, 10, 120),
        (125, None, 125),
        (11, 20, 11),
        (96, 10, 100),
    ):
        (part,) = choose(full, Amount(Decimal(micrograms), "ug"), tick=tick)
        assert part.quantity == quantity
    # The rest of one vial and some of the next reach the same line together.
    parts = choose(
        [Candidate(a_vial(), 50), Candidate(VIAL, 1000)], Amount(Decimal(125), "ug"), 0, 10
    )
    assert [part.quantity for part in parts] == [50, 70]
    pills = a_vial(form=Form.TABLETS, volume_ul=None, tablets=30)
    for micrograms, tick, quantity in ((520, 0, 500), (520, None, 520)):
        (part,) = choose([Candidate(pills, 30_000)], Amount(Decimal(micrograms), "ug"), 84, tick)
        assert (part.quantity, part.dead_space) == (quantity, 0)


@pytest.mark.parametrize(("holds", "told"), [(95, [95]), (94, [94, None]), (0, [])])
def test_a_rest_that_no_vial_holds_is_a_part_unless_it_is_next_to_nothing(
    holds: int, told: list[int | None]
) -> None:
    parts = choose([Candidate(VIAL, holds)], Amount(Decimal(100), "ug"))
    assert [part.quantity for part in parts] == told
    assert all((part.vial is None) is (part.quantity is None) for part in parts)


def test_where_nobody_can_tell_how_much_it_is_the_vial_in_use_is_named_all_the_same() -> None:
    odd = a_vial(strengths=[{"substance": "Sermorelin", "value": "500", "unit": "[IU]"}])
    (part,) = choose([Candidate(odd, 1000), Candidate(VIAL, 1000)], Amount(Decimal(100), "ug"))
    assert (part.vial, part.quantity) == (odd, None)
    assert inside(odd, [drawn(odd, None, MONDAY)], []).left == 1000


def test_a_count_contains_what_was_drawn_at_its_instant_and_not_what_came_after() -> None:
    count = said(VIAL, Stock.COUNTED, 700, MONDAY)
    same, later = drawn(VIAL, 100, MONDAY), drawn(VIAL, 50, MONDAY + HALF_AN_HOUR)
    held = inside(VIAL, [same, later], [count])
    assert (held.left, held.missing, held.counted_at) == (650, 200, MONDAY)
    rooms = [room(VIAL, [], [count], at) for at in (MONDAY, MONDAY + HALF_AN_HOUR)]
    assert rooms == [1000, 700]


def test_a_powder_that_is_not_dissolved_holds_no_liquid() -> None:
    powder = a_vial(form=Form.POWDER, volume_ul=None)
    held = inside(powder, [], [])
    assert (held.full, held.left, held.left_amount, held.overdrawn) == (None, None, None, 0)
    assert room(powder, [], [], MONDAY) == 0
    dissolved = a_vial(
        form=Form.POWDER, volume_ul=None, diluent=Diluent.STERILE_WATER, diluent_ul=2000,
        reconstituted_at=MONDAY,
    )  # fmt: skip
    assert inside(dissolved, [], []).left == 2000


def test_what_was_in_a_vial_that_is_thrown_away_counts_as_discarded() -> None:
    gone = a_vial(gone_at=NOW)
    held = inside(gone, [drawn(gone, 400, MONDAY)], [])
    assert (held.left, held.discarded, held.drawn) == (0, 600, 400)


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        ({}, True),
        ({"received_on": date(2026, 12, 2)}, False),
        ({"gone_at": datetime(2026, 12, 1, 12, tzinfo=HERE)}, False),
        ({"gone_at": datetime(2026, 12, 2, 12, tzinfo=HERE)}, True),
        ({"use_by": date(2026, 12, 1)}, True),
        ({"use_by": date(2026, 11, 30)}, False),
        ({"opened_at": datetime(2026, 11, 2, 22, tzinfo=HERE)}, False),
        ({"opened_at": datetime(2026, 11, 3, 22, tzinfo=HERE)}, True),
        ({"opened_at": datetime(2026, 12, 1, 23, 30, tzinfo=HERE)}, True),
        ({"opened_at": datetime(2026, 12, 2, 0, 30, tzinfo=HERE)}, False),
        ({"form": Form.POWDER, "volume_ul": None}, False),
        ({"form": Form.POWDER, "volume_ul": None, "diluent_ul": 1000,
          "reconstituted_at": datetime(2026, 12, 1, 23, 30, tzinfo=HERE)}, True),
        ({"form": Form.POWDER, "volume_ul": None, "diluent_ul": 1000,
          "reconstituted_at": datetime(2026, 12, 2, 0, 30, tzinfo=HERE)}, False),
    ],
)  # fmt: skip
def test_a_dose_is_assumed_of_a_vial_that_had_come_and_was_good(
    facts: dict[str, Any], may: bool
) -> None:
    taken_at = datetime(2026, 12, 1, 22, 30, tzinfo=HERE)
    assert usable(inside(a_vial(**facts), [], []), taken_at, HERE) is may


def test_a_vial_for_one_use_serves_one_dose() -> None:
    once = a_vial(single_use=True)
    assert usable(inside(once, [], []), MONDAY, HERE)
    assert not usable(inside(once, [drawn(once, 100, MONDAY)], []), MONDAY, HERE)
    kit = Kit(SYRINGES["ml_1"], 84)
    taken = [Taken(uuid4(), "sermorelin", "", Amount(Decimal(100), "ug"), kit)]
    assert doses_left(inside(once, [], []), taken) == 1
    assert doses_left(inside(once, [drawn(once, 100, MONDAY)], []), taken) == 0
    assert doses_left(inside(VIAL, [], []), taken) == 5, "each takes 184 with what stays behind"


def test_the_oldest_discard_date_is_used_first_and_of_one_date_the_open_one() -> None:
    soon, late = date(2026, 12, 1), date(2026, 12, 20)
    dateless = a_vial()
    closed_soon, closed_late = a_vial(use_by=soon), a_vial(use_by=late)
    open_soon = a_vial(use_by=soon, opened_at=MONDAY, created_at=MONDAY + HALF_AN_HOUR)
    held = [inside(each, [], []) for each in (dateless, closed_late, closed_soon, open_soon)]
    order = [one.vial for one in in_order(held)]
    assert order == [open_soon, closed_soon, closed_late, dateless]


def test_a_draw_of_another_vial_changes_nothing() -> None:
    other = a_vial()
    assert inside(VIAL, [drawn(other, 100, MONDAY)], [said(other, Stock.WASTED, 5, MONDAY)]) == (
        inside(VIAL, [], [])
    )
    assert room(VIAL, [drawn(other, 100, MONDAY)], [], MONDAY) == 1000


def test_two_parts_of_one_dose_are_one_dose() -> None:
    first = drawn(VIAL, 100, MONDAY)
    second = replace(first, id=UUID(int=7), part=1)
    assert inside(VIAL, [first, second], []).doses == 1
