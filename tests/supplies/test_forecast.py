"""The run-out agrees with a day-by-day walk, and keeps the laws a tired person would expect."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts.evenings import Clocks
from app.doses.models import Kind
from app.doses.plan import PlannedDose
from app.protocols.derivation import planned_doses
from app.protocols.models import Hold, Line, Terms, Version
from app.protocols.standing import segments
from app.schedule import Evenings, zone
from app.supplies.catalogue import SYRINGES, opened_days_of
from app.supplies.forecast import Forecast, Need, Supply, run_out, run_out_by_line
from app.supplies.kit import Kit
from app.supplies.ledger import contents
from app.supplies.models import Diluent, Form, Vial
from app.supplies.needs import Course
from app.supplies.outlook import forecasts
from app.supplies.settings import Wishes
from app.supplies.standing import Standing, line_supply
from app.units import Amount
from tests.supplies import simulated
from tests.supplies.simulated import Bottle

TONIGHT = date(2026, 11, 23)
DENVER = zone("America/Denver")
PATIENT, VERSION, LATER = UUID(int=1), UUID(int=2), UUID(int=3)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHTS = 100


def test_ten_doses_in_a_vial_are_ten_nights() -> None:
    found = run_out(nightly(20), [vial(2500, last_day=None)], DENVER)
    assert found == Forecast(short_on=TONIGHT + DAY * 10, doses_left=10, nothing=True)
    assert found.enough_until == TONIGHT + DAY * 9


def test_an_empty_shelf_is_enough_until_no_day_at_all() -> None:
    """Empty, past its date, or too little for one dose: which of these is told apart."""
    past = vial(99_999, last_day=TONIGHT - DAY)
    for stock, nothing in ([], True), ([past], True), ([vial(249, last_day=None)], False):
        assert run_out(nightly(20), stock, DENVER) == Forecast(TONIGHT, 0, nothing=nothing)
        assert run_out(nightly(20), stock, DENVER).enough_until is None


def test_a_dose_of_last_night_that_is_still_open_is_short_now_and_not_yesterday() -> None:
    line = Line(patient_id=PATIENT, id=UUID(int=9), medicine="sermorelin", form="", route="oral")
    standing = Standing(
        tonight=TONIGHT, lines={line.id: line}, held={}, consumables=[], wishes=Wishes(),
        short={line.id: Forecast(TONIGHT - DAY, 0, nothing=True)},
    )  # fmt: skip
    told = line_supply(standing, line)
    assert (told.state, told.days_left, told.ask_by) == ("out", 0, TONIGHT)
    assert told.text == "Nothing is left for the next dose, on Sunday 22 November."


def test_a_vial_past_its_date_holds_nothing_that_counts() -> None:
    found = run_out(nightly(40), [vial(99_999, last_day=TONIGHT + DAY * 3)], DENVER)
    assert found.short_on == TONIGHT + DAY * 4, "it may be used on its date"


def test_an_unopened_vial_has_its_days_from_when_it_is_opened() -> None:
    first = vial(2500, last_day=TONIGHT + DAY * 60, is_open=True)
    second = vial(99_999, last_day=TONIGHT + DAY * 90, days_once_open=28)
    found = run_out(nightly(100), [second, first], DENVER)
    assert found.short_on == TONIGHT + DAY * (10 + 28 + 1)


def test_the_rest_of_one_vial_and_some_of_the_next_make_a_dose() -> None:
    small, large = vial(300, last_day=TONIGHT + DAY * 5), vial(700, last_day=None)
    assert run_out(nightly(20), [small, large], DENVER).doses_left == 4


def test_what_stays_in_the_syringe_is_lost_at_each_dose() -> None:
    needs = [replace(each, dead_ul=10) for each in nightly(20)]
    full = replace(vial(1000, last_day=None), per_ul=Fraction(5))
    assert run_out(needs, [full], DENVER).doses_left == 3, "250 and 50 of 1000 each night"


def test_a_dose_takes_what_its_mark_holds_and_tablets_go_by_quarters() -> None:
    """250 are 50 microlitres; on a syringe with a line for each 48 they are drawn to the first."""
    coarse = [replace(each, tick_ul=48) for each in nightly(20)]
    full = replace(vial(960, last_day=None), per_ul=Fraction(5))
    assert run_out(coarse, [full], DENVER).doses_left == 4, "240 each, and 250 without"
    too_coarse = [replace(each, tick_ul=30) for each in nightly(20)]
    assert run_out(too_coarse, [full], DENVER).doses_left == 3, "no mark is shown for it"
    pack = Supply(UUID(int=7), Fraction(2500), {"ug": Fraction(26, 25)}, piece=250)
    assert run_out(nightly(20), [pack], DENVER).doses_left == 10, "quarters, not 260 thousandths"


def test_a_single_use_vial_serves_one_dose() -> None:
    stock = [replace(vial(1000, last_day=None), single_use=True) for _ in range(3)]
    assert run_out(nightly(20), stock, DENVER).doses_left == 3


def test_what_cannot_be_counted_against_the_amount_is_unknown_and_nothing_is_out() -> None:
    tablets = Supply(UUID(int=7), Fraction(30_000), {"{tablet}": Fraction(1000)})
    assert run_out(nightly(20), [tablets], DENVER) == Forecast(None, None, known=False)
    assert run_out(nightly(20), [], DENVER).doses_left == 0
    assert run_out([], [], DENVER) == Forecast(None, 0)


def test_a_dose_that_is_due_after_midnight_is_of_the_next_day() -> None:
    late = [replace(each, due_at=each.due_at + timedelta(hours=2)) for each in nightly(9)]
    found = run_out(late, [vial(99_999, last_day=TONIGHT + DAY)], DENVER)
    assert found.short_on == TONIGHT + DAY, "its vial's date ended at midnight"


def nightly(nights: int, number: int = 5) -> list[Need]:
    line = UUID(int=number)
    return [
        Need(
            uuid5(line, str(n)), line, TONIGHT + DAY * n,
            datetime.combine(TONIGHT + DAY * n, time(22, 30), tzinfo=DENVER).astimezone(UTC),
            Amount(Decimal(250), "ug"),
        )
        for n in range(nights)
    ]  # fmt: skip


def vial(micrograms: int, *, last_day: date | None, **facts: Any) -> Supply:
    facts = {"id": UUID(int=micrograms), "measures": {"ug": Fraction(1)}, **facts}
    return Supply(left=Fraction(micrograms), last_day=last_day, **facts)


# A random history: the same facts once as rows, once as plain words, and two answers.


def a_history(seed: int) -> tuple[Course, list[Any], dict[UUID, Kit], list[Any], list[Bottle]]:
    """One patient's plan and vials; seeds are what a failure is named by."""
    dice = random.Random(seed)
    after_midnight = dice.random() < 0.3
    bedtime = time(0, 30) if after_midnight else time(22, 30)
    evenings = Evenings(zone=DENVER, bedtimes=(bedtime,) * 7)
    minutes = bedtime.hour * 60 + bedtime.minute
    changes_on = TONIGHT + DAY * dice.randint(3, 60) if dice.random() < 0.4 else None
    versions = [version(VERSION, 1, TONIGHT - DAY * 40)]
    if changes_on:
        versions.append(version(LATER, 2, changes_on))
    lines: dict[UUID, Line] = {}
    entries: dict[UUID, list[tuple[Terms, Line]]] = {each.id: [] for each in versions}
    holds: list[Hold] = []
    told: list[simulated.Course] = []
    kits: dict[UUID, Kit] = {}
    for number in range(dice.choice((1, 1, 2))):
        line = Line(
            patient_id=PATIENT, id=UUID(int=100 + number), medicine="sermorelin", form="",
            route="subcutaneous",
        )  # fmt: skip
        lines[line.id] = line
        syringe = SYRINGES.get(dice.choice(("", "u100_0_3_half", "u100_1_two", "ml_1", "ml_3")))
        kits[line.id] = Kit(syringe, dice.choice((0, 0, 3, 20)))
        said, course = recurrence(dice, minutes)
        steps = [TONIGHT + DAY * dice.randint(1, 50)] if dice.random() < 0.4 else []
        amounts = [dice.choice((100, 250, 300)) for _ in range(3)]
        course.amounts = [(TONIGHT - DAY * 40, amounts[0])]
        course.amounts += [(night, amounts[1]) for night in steps]
        course.dead, course.tick = kits[line.id].dead_space_ul, kits[line.id].tick_ul
        kept = [{"from": f"{night}", "value": str(amounts[1]), "unit": "ug"} for night in steps]
        entries[VERSION].append((terms(line, VERSION, number, said, amounts[0], kept), line))
        if changes_on and dice.random() < 0.7:
            entries[LATER].append((terms(line, LATER, number, said, amounts[2], []), line))
            before = [each for each in course.amounts if each[0] < changes_on]
            course.amounts = [*before, (changes_on, amounts[2])]
        elif changes_on:
            course.until = changes_on
        if dice.random() < 0.4:
            since = TONIGHT + DAY * dice.randint(-3, 30)
            ends = since + DAY * dice.randint(1, 40)
            holds.append(Hold(
                patient_id=PATIENT, id=UUID(int=200 + number), line_id=line.id, since=since,
                until=ends, reason="", author_id=PATIENT, created_at=NOW,
            ))  # fmt: skip
            course.paused.append((since, ends))
        told.append(course)
    stretches = segments(versions, TONIGHT - DAY)
    clocks = Clocks(evenings)
    mine = {each.version.id: entries[each.version.id] for each in stretches}
    past = planned_doses(segments(versions, TONIGHT - DAY * 8), entries, holds, clocks,
                         TONIGHT - DAY * 8, TONIGHT + DAY * 14)  # fmt: skip
    rows = rows_of(dice, past, told)
    made = [a_vial(dice, number) for number in range(dice.randint(0, 4))]
    made.sort(key=lambda pair: pair[0].vial.id)
    plan = Course(
        now=NOW, tonight=TONIGHT, here=DENVER, lines=lines, rows=rows,
        planned_until=TONIGHT + DAY * 14, clocks=clocks, stretches=stretches, terms=mine,
        holds=holds,
    )  # fmt: skip
    return plan, [held for held, _ in made], kits, told, [bottle for _, bottle in made]


def rows_of(
    dice: random.Random, past: list[PlannedDose], told: list[simulated.Course]
) -> list[Any]:
    """The planned doses as they are read, with what became of them."""
    rows = []
    for dose in sorted(past, key=lambda each: (each.due_at, each.line_id, each.slot)):
        kind = None
        odds = 0.8 if dose.night < TONIGHT else 0.15 if dose.night < TONIGHT + DAY * 2 else 0
        if not dose.held and dice.random() < odds:
            kind = dice.choice((Kind.TAKEN, Kind.TAKEN, Kind.SKIPPED))
            course = told[dose.line_id.int - 100]
            course.done.add((dose.night, course.clocks[dose.slot]))
            if kind is Kind.TAKEN and course.quota:
                course.taken.add(dose.night)
        rows.append(SimpleNamespace(
            id=dose.id, line_id=dose.line_id, night=dose.night, due_at=dose.due_at,
            closes_at=dose.closes_at, amount_value=dose.amount.value,
            amount_unit=dose.amount.unit, held=dose.held, quota=dose.quota, kind=kind,
        ))  # fmt: skip
    return rows


def recurrence(dice: random.Random, bedtime: int) -> tuple[dict[str, Any], simulated.Course]:
    """When a line is taken: as the table keeps it, and in plain words."""
    first = TONIGHT - DAY * dice.randint(0, 40)
    times = ["bedtime"]
    clocks: tuple[int, ...] = (bedtime,)
    if dice.random() < 0.2:
        times, clocks = ["09:00", "bedtime"], (540, bedtime)
    weekdays: list[int] = []
    every, quota = 1, None
    match dice.randint(0, 3):
        case 0:
            weekdays = sorted(dice.sample(range(1, 8), dice.randint(1, 6)))
        case 1:
            every = dice.randint(2, 9)
        case 2:
            quota, times, clocks = dice.randint(1, 6), ["bedtime"], (bedtime,)
    on, off = (dice.randint(1, 5), dice.randint(1, 5)) if dice.random() < 0.4 else (1, 0)
    kept = {
        "weekdays": weekdays, "every": every, "weeks_on": on, "weeks_off": off,
        "first": first.isoformat(), "last": None, "times": times,
    } | ({"per_week": quota} if quota else {})  # fmt: skip
    return kept, simulated.Course(
        first=first, amounts=[], weekdays=set(weekdays), every=every, on=on, off=off,
        quota=quota, clocks=clocks,
    )  # fmt: skip


def a_vial(dice: random.Random, number: int) -> tuple[Any, Bottle]:
    """A vial as it is kept, and the same in plain numbers."""
    milligrams, millilitres = dice.choice((1, 3, 9)), dice.choice((2, 3))
    opened = NOW - DAY * dice.randint(0, 20) if dice.random() < 0.4 else None
    expires = TONIGHT + DAY * dice.randint(-2, 120) if dice.random() < 0.7 else None
    form = dice.choice((Form.POWDER, Form.POWDER, Form.SOLUTION))
    labelled = form is Form.POWDER and dice.random() < 0.5
    dissolved = form is Form.POWDER and (opened is not None or dice.random() < 0.3)
    at = opened or (NOW - DAY * 2 if dissolved else None)
    row = Vial(
        patient_id=PATIENT, id=UUID(int=300 + number), medicine="sermorelin", form=form,
        strengths=[{"substance": "sermorelin", "value": str(milligrams), "unit": "mg"}],
        pharmacy="", lot="", received_on=TONIGHT, created_at=NOW, author_id=PATIENT,
        volume_ul=millilitres * 1000 if form is Form.SOLUTION else None,
        expires_on=expires, opened_at=opened, single_use=dice.random() < 0.15,
        diluent=Diluent.BACTERIOSTATIC_WATER if dissolved else None,
        diluent_ul=millilitres * 1000 if dissolved else None,
        reconstituted_at=at if form is Form.POWDER else None,
    )  # fmt: skip
    if labelled:
        each = Decimal(milligrams) / millilitres
        if each * millilitres == milligrams:
            row.label_strengths = [{"substance": "sermorelin", "value": f"{each}", "unit": "mg"}]
    whole = Fraction(milligrams * 1000 * (millilitres if form is Form.SOLUTION else 1))
    dense = whole / (millilitres * 1000)
    if form is Form.POWDER and not dissolved and not row.label_strengths:
        dense = Fraction(0)
    last, days = expires, opened_days_of("sermorelin")
    begun = at.astimezone(DENVER).date() if at is not None else None
    if begun is not None:
        ends = begun if row.single_use else begun + DAY * days
        last = ends if last is None else min(last, ends)
    bottle = Bottle(whole, dense, last, None if begun else days, begun is not None, row.single_use)
    return contents(row, (), (), DENVER, NOW), bottle


def version(key: UUID, number: int, since: date) -> Version:
    return Version(
        patient_id=PATIENT, id=key, number=number, author_id=PATIENT, created_at=NOW,
        effective_night=since, reason="", prescriber="", self_reported=True, in_force_from=since,
    )  # fmt: skip


def terms(
    line: Line, of: UUID, position: int, said: dict[str, Any], amount: int, steps: list[Any]
) -> Terms:
    return Terms(
        patient_id=PATIENT, version_id=of, line_id=line.id, position=position,
        amount_value=Decimal(amount), amount_unit="ug", recurrence=said, window_minutes=None,
        on_time_minutes=120, ladder=[0], steps=steps,
    )  # fmt: skip


@pytest.mark.parametrize("tens", range(10))
def test_it_agrees_with_a_walk_through_the_days(tens: int) -> None:
    ended = 0
    for seed in range(tens * 20, tens * 20 + 20):
        plan, held, kits, told, bottles = a_history(seed)
        found = forecasts(plan, held, kits, NIGHTS)
        if not held:
            assert found == {}
            continue
        expected = simulated.outcome(told, bottles, TONIGHT, NIGHTS)
        ours = [(found[line].short_on, found[line].doses_left) for line in sorted(plan.lines)]
        assert ours == expected, seed
        ended += any(day is not None for day, _ in expected)
    assert ended > 8, "most of these histories do end"


DAYS = st.integers(0, 60)
SUPPLIES = st.lists(
    st.builds(
        lambda number, micrograms, last, days, is_open, single: Supply(
            id=UUID(int=number), left=Fraction(micrograms),
            measures={"ug": Fraction(1)}, per_ul=Fraction(5),
            last_day=None if last is None else TONIGHT + DAY * last,
            days_once_open=None if is_open else days, is_open=is_open, single_use=single,
        ),
        st.integers(1, 10**6), st.integers(1, 4000), st.none() | DAYS, st.none() | DAYS,
        st.booleans(), st.booleans(),
    ),
    max_size=4,
)  # fmt: skip


@st.composite
def needs_of_two(draw: st.DrawFn) -> list[Need]:
    """Doses of two lines on some days, with pauses between them, in order of time."""
    found = []
    for number in (5, 6):
        dead, tick = draw(st.sampled_from(((0, 0), (3, 5), (30, 10), (2, 20))))
        for day in sorted(draw(st.sets(DAYS, max_size=25))):
            amount = Amount(Decimal(draw(st.integers(1, 400))), "ug")
            (one,) = nightly(1, number)
            found.append(replace(
                one, night=TONIGHT + DAY * day, due_at=one.due_at + DAY * day, amount=amount,
                dead_ul=dead, tick_ul=tick,
            ))  # fmt: skip
    return sorted(found, key=lambda need: need.due_at)


NEEDS = needs_of_two()
LINES = [UUID(int=5), UUID(int=6)]


def ends(needs: list[Need], stock: list[Supply]) -> list[date]:
    found = run_out_by_line(needs, stock, DENVER, LINES)
    return [found[line].short_on or date.max for line in LINES]


def never_sooner(later: list[date], before: list[date]) -> bool:
    return all(one >= other for one, other in zip(later, before, strict=True))


@settings(max_examples=50)
@given(NEEDS, SUPPLIES, SUPPLIES)
def test_more_in_stock_never_ends_sooner(
    needs: list[Need], stock: list[Supply], more: list[Supply]
) -> None:
    assert never_sooner(ends(needs, stock + more), ends(needs, stock))


@settings(max_examples=50)
@given(NEEDS, SUPPLIES, st.data())
def test_a_fuller_vial_never_ends_sooner(
    needs: list[Need], stock: list[Supply], data: st.DataObject
) -> None:
    fuller = [replace(each, left=each.left + data.draw(st.integers(0, 900))) for each in stock]
    assert never_sooner(ends(needs, fuller), ends(needs, stock))


@settings(max_examples=50)
@given(NEEDS, SUPPLIES, st.integers(0, 60))
def test_a_later_discard_date_never_ends_sooner(
    needs: list[Need], stock: list[Supply], days: int
) -> None:
    """All dates later by as much, or the last of them: the order in which vials are used stays."""

    def later(each: Supply) -> Supply:
        return each if each.last_day is None else replace(each, last_day=each.last_day + DAY * days)

    assert never_sooner(ends(needs, [later(each) for each in stock]), ends(needs, stock))
    by_date = sorted(stock, key=lambda each: (each.last_day or date.max, not each.is_open))
    if by_date:
        assert never_sooner(ends(needs, [*by_date[:-1], later(by_date[-1])]), ends(needs, by_date))


@settings(max_examples=50)
@given(NEEDS, SUPPLIES, DAYS, DAYS)
def test_a_hold_never_ends_sooner(
    needs: list[Need], stock: list[Supply], since: int, nights: int
) -> None:
    first, last = TONIGHT + DAY * since, TONIGHT + DAY * (since + nights)
    held = [each for each in needs if not first <= each.night < last]
    assert never_sooner(ends(held, stock), ends(needs, stock))


@settings(max_examples=50)
@given(NEEDS, SUPPLIES)
def test_the_days_and_doses_that_are_told_belong_together(
    needs: list[Need], stock: list[Supply]
) -> None:
    for line, found in run_out_by_line(needs, stock, DENVER, LINES).items():
        mine = [each for each in needs if each.line_id == line]
        before = [each for each in mine if found.short_on is None or each.night < found.short_on]
        if found.known:
            assert found.doses_left == len(before)
            assert (found.enough_until is None) == (found.short_on is None or not before)
            if found.short_on is not None:
                assert found.enough_until in {None, found.short_on - DAY}
                assert any(each.night == found.short_on for each in mine)


@settings(max_examples=50)
@given(NEEDS, SUPPLIES)
def test_a_line_of_its_own_ends_as_all_lines_do_together(
    needs: list[Need], stock: list[Supply]
) -> None:
    alone = [replace(each, line_id=LINES[0]) for each in needs]
    one = run_out(alone, stock, DENVER)
    assert run_out_by_line(alone, stock, DENVER, LINES[:1])[LINES[0]] == one
