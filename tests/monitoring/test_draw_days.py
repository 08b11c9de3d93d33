"""Which mornings suit a draw: laws of the planner, and the weeks it was made for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.monitoring.context import Expected, draw_context
from app.monitoring.draw_days import Asked, Fate, Given, days_of, place_of
from app.monitoring.draw_notes import spoken
from app.monitoring.intervals import Of, Position, log_around
from tests.monitoring.values import a_dose, a_value

DENVER = ZoneInfo("America/Denver")
LINE = UUID(int=7)
SUNDAY = date(2026, 11, 22)
MONDAY_MORNING = datetime(2026, 11, 23, 5, tzinfo=DENVER)
RELIABLE = (Fate.TAKEN, Fate.AHEAD)


def dose(
    day: date, fate: Fate = Fate.AHEAD, at: str = "22:30", here: ZoneInfo = DENVER, **facts: Any
) -> Given:
    due_at = datetime.combine(day, time.fromisoformat(at), tzinfo=here).astimezone(UTC)
    facts.setdefault("taken_at", due_at if fate is Fate.TAKEN else None)
    return Given(LINE, "testosterone cypionate", due_at, fate, **facts)


def weekly(*fates: Fate, first: date = SUNDAY, every: int = 7, at: str = "22:30") -> list[Given]:
    return [dose(first + timedelta(days=every * n), fate, at) for n, fate in enumerate(fates)]


def asked(given_: Sequence[Given] = (), **facts: Any) -> Asked:
    usual: dict[str, Any] = {
        "now": MONDAY_MORNING, "here": DENVER, "opens_on": SUNDAY + timedelta(days=1),
        "closes_on": SUNDAY + timedelta(days=14), "timing": "mid_interval", "fasting": False,
        "biotin_hours": 0,
    }  # fmt: skip
    return Asked(given=given_, **{**usual, **facts})


AFTER = (Fate.TAKEN, Fate.AHEAD, Fate.AHEAD, Fate.AHEAD)


def proposed(question: Asked) -> list[str]:
    return [f"{spoken(place.day)} {place.at:%H:%M}" for place in days_of(question).fitting]


def test_after_a_weekly_dose_on_sunday_evening_thursday_and_friday_morning_fit() -> None:
    found = days_of(asked(weekly(*AFTER)))
    assert proposed(asked(weekly(*AFTER))) == [
        "Thu 26 Nov 08:00", "Fri 27 Nov 08:00", "Thu 3 Dec 08:00", "Fri 4 Dec 08:00",
    ]  # fmt: skip
    first, _, planned, _ = found.fitting
    assert first.since is not None
    assert (first.since.hours, first.since.planned) == (Decimal("81.5"), False)
    assert first.position is Position.MID
    assert first.text == "Thu 26 Nov, 08:00: 82 hours after testosterone cypionate."
    assert planned.since is not None
    assert planned.since.planned
    assert planned.text.endswith("if that is taken on time.")
    assert (found.avoided, found.none_because) == ((), None)


def test_the_rule_holds_at_its_ends_and_not_beside_them() -> None:
    """72 and 108 hours after a dose at eight in the evening, or in the morning."""
    evening = weekly(*AFTER, at="20:00")
    assert place_of(asked(evening), SUNDAY + timedelta(days=5), time(8)).fits  # 108
    assert not place_of(asked(evening), SUNDAY + timedelta(days=5), time(8, 1)).fits
    morning = weekly(*AFTER, at="08:00")
    assert place_of(asked(morning), SUNDAY + timedelta(days=3), time(8)).fits  # 72
    early = place_of(asked(morning), SUNDAY + timedelta(days=3), time(7, 59))
    assert early.why == (
        "It lies 72 hours after the dose before it; the middle of the interval is 72 to 108 hours."
    )


def test_where_eight_does_not_fit_another_hour_of_the_morning_may() -> None:
    late = weekly(*AFTER, at="09:00")
    assert "Wed 25 Nov 09:00" in proposed(asked(late))


def test_a_trough_is_the_morning_before_that_evenings_dose() -> None:
    question = asked(weekly(*AFTER), timing="trough")
    assert proposed(question) == ["Sun 29 Nov 08:00", "Sun 6 Dec 08:00"]
    assert days_of(question).fitting[0].position is Position.TROUGH
    assert days_of(question).fitting[0].text.endswith("closed on that day of the week.")
    # A dose in the morning: up to its hour, and not after it.
    morning = asked(weekly(*AFTER, at="07:30"), timing="trough")
    assert proposed(morning) == ["Sun 29 Nov 07:30", "Sun 6 Dec 07:30"]
    assert not place_of(morning, date(2026, 11, 29), time(8)).fits
    # Nine tenths themselves are not yet the end: 151.2 hours after 24:48 is 08:00.
    exact = asked(weekly(*AFTER, at="00:48"), timing="trough")
    assert not place_of(exact, date(2026, 11, 28), time(8)).fits
    assert place_of(exact, date(2026, 11, 28), time(8, 1)).fits


def test_a_dose_taken_late_moves_the_days_with_it() -> None:
    late = dose(SUNDAY, Fate.TAKEN, taken_at=datetime(2026, 11, 24, 21, tzinfo=DENVER))
    question = asked([late, *weekly(*AFTER)[1:]], now=datetime(2026, 11, 25, 5, tzinfo=DENVER))
    assert proposed(question)[:2] == ["Sat 28 Nov 08:00", "Sun 29 Nov 08:00"]


def test_a_day_after_a_dose_that_is_held_missed_left_out_or_unlogged_is_to_be_left_alone() -> None:
    said = {
        Fate.HELD: "is on hold", Fate.MISSED: "was missed", Fate.SKIPPED: "was left out",
        Fate.UNLOGGED: "is not logged yet",
    }  # fmt: skip
    for fate, words in said.items():
        found = days_of(asked(weekly(fate, Fate.AHEAD, Fate.AHEAD, Fate.AHEAD)))
        assert [spoken(place.day) for place in found.avoided] == ["Thu 26 Nov", "Fri 27 Nov"]
        assert found.avoided[0].why == (
            f"The dose before it, testosterone cypionate of Sun 22 Nov, {words}, so the figure "
            "would mislead."
        )
        assert [spoken(place.day) for place in found.fitting] == ["Thu 3 Dec", "Fri 4 Dec"]


def test_one_of_two_doses_of_an_evening_that_was_left_out_misleads_as_well() -> None:
    other = replace(dose(SUNDAY, Fate.SKIPPED, at="22:00"), line_id=uuid4())
    found = days_of(asked([*weekly(*AFTER), other]))
    assert [spoken(place.day) for place in found.avoided] == ["Thu 26 Nov", "Fri 27 Nov"]


def test_a_missed_dose_that_was_made_up_for_outside_the_plan_counts_from_then() -> None:
    extra = dose(SUNDAY + timedelta(days=1), Fate.TAKEN, at="20:00", extra=True)
    doses = [*weekly(Fate.TAKEN, Fate.MISSED, Fate.AHEAD, Fate.AHEAD,
                     first=SUNDAY - timedelta(days=7)), extra]  # fmt: skip
    assert proposed(asked(doses))[:2] == ["Fri 27 Nov 08:00", "Sat 28 Nov 08:00"]


def test_nothing_fits_and_it_says_why() -> None:
    held = days_of(asked(weekly(*[Fate.HELD] * 4)))
    assert held.none_because is not None
    assert "on hold" in held.none_because
    nightly = [dose(SUNDAY + timedelta(days=n)) for n in range(20)]
    never = days_of(asked(nightly, timing="trough"))
    assert never.none_because is not None
    assert "lies in the end of the interval" in never.none_because
    friday: dict[str, Any] = {"opens_on": date(2026, 11, 28), "closes_on": date(2026, 11, 29)}
    assert days_of(asked(**friday)).none_because == (
        "There is no weekday morning left from Sat 28 Nov to Sun 29 Nov."
    )


def test_without_testosterone_any_weekday_morning_of_the_window_fits() -> None:
    closes: dict[str, Any] = {"closes_on": SUNDAY + timedelta(days=8)}
    days = ["Mon 23 Nov", "Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov", "Fri 27 Nov", "Mon 30 Nov"]
    assert proposed(asked(**closes)) == [f"{day} 08:00" for day in days]
    # Nor does the interval matter to markers that are not read by it.
    assert proposed(asked(weekly(Fate.MISSED, *AFTER), timing=None, **closes)) == [
        f"{day} 08:00" for day in days
    ]


def test_a_visit_that_is_overdue_gets_the_next_fortnight_and_never_a_past_hour() -> None:
    now = datetime(2026, 11, 26, 9, 10, tzinfo=DENVER)
    past = {"opens_on": date(2026, 10, 1), "closes_on": date(2026, 10, 20), "now": now}
    assert proposed(asked(weekly(*AFTER), **past)) == [
        "Thu 26 Nov 09:30", "Fri 27 Nov 08:00", "Thu 3 Dec 08:00", "Fri 4 Dec 08:00",
        "Thu 10 Dec 08:00",
    ]  # fmt: skip


def test_the_notes_say_when_to_fast_to_leave_biotin_and_that_doses_come_after() -> None:
    thursday = date(2026, 11, 26)
    due = [datetime(2026, 11, 26, 7, tzinfo=DENVER)]
    place = place_of(asked(weekly(*AFTER), fasting=True, biotin_hours=72, due=due),
                     thursday, time(8))  # fmt: skip
    assert [note.code for note in place.notes] == ["fasting", "biotin", "before_doses"]
    assert "from 00:00 on" in place.notes[0].text
    assert "none from Mon 23 Nov, 08:00 on" in place.notes[1].text
    tonight = place_of(asked(weekly(*AFTER), due=[datetime(2026, 11, 26, 22, tzinfo=DENVER)]),
                       thursday, time(8))  # fmt: skip
    assert [note.text for note in tonight.notes] == ["Before the doses of that day."]
    before = datetime(2026, 11, 26, 3, tzinfo=DENVER)  # still Wednesday's night
    assert place_of(asked(due=[before]), thursday, time(8)).notes == ()


def test_other_days_can_be_asked_about_and_are_told_why_they_do_not_fit() -> None:
    question = asked(weekly(*AFTER))

    def why(day: date, at: str) -> str | None:
        return place_of(question, day, time.fromisoformat(at)).why

    assert why(date(2026, 11, 26), "14:00") == "Blood is drawn in the morning, 07:00 to 10:00."
    assert why(date(2026, 12, 24), "08:00") == (
        "It lies outside the time for this visit, Mon 23 Nov to Sun 6 Dec."
    )
    assert why(date(2026, 11, 22), "08:00") == "That moment has passed."


def test_a_date_that_a_place_never_had_is_not_proposed() -> None:
    apia = ZoneInfo("Pacific/Apia")
    question = asked(
        now=datetime(2011, 12, 28, 5, tzinfo=apia), here=apia, opens_on=date(2011, 12, 28),
        closes_on=date(2012, 1, 2),
    )  # fmt: skip
    assert "Fri 30 Dec 08:00" not in proposed(question)
    assert not place_of(question, date(2011, 12, 30), time(8)).fits


places = st.sampled_from(
    ["America/Denver", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
).map(ZoneInfo)
mornings = st.sampled_from(["07:00", "07:30", "08:00", "08:30", "09:00", "09:30", "10:00"])
# Around both changes of the clock in either hemisphere, and in between.
begins = st.sampled_from([date(2026, 3, 1), date(2026, 3, 22), date(2026, 9, 28),
                          date(2026, 10, 25), date(2026, 6, 10)])  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """A patient who lives in one zone and may be in another, with a log full of holes."""
    home, here = draw(places), draw(places)
    first = draw(begins)
    now = datetime.combine(first, time(0), tzinfo=here) + timedelta(
        hours=draw(st.integers(0, 24 * 20))
    )
    every = draw(st.sampled_from([1, 2, 3, 4, 5, 7, 10, 14]))
    at = draw(st.sampled_from(["00:30", "06:00", "07:30", "08:00", "20:00", "22:30"]))
    doses = []
    for number in range(-20 // every, 70 // every):
        planned = dose(first + timedelta(days=every * number), at=at, here=home)
        if planned.due_at > now:
            fate = draw(st.sampled_from([Fate.AHEAD] * 6 + [Fate.HELD, Fate.ANY_NIGHT]))
            doses.append(replace(planned, fate=fate))
            continue
        fate = draw(st.sampled_from([Fate.TAKEN] * 6 + [
            Fate.HELD, Fate.MISSED, Fate.SKIPPED, Fate.UNLOGGED,
        ]))  # fmt: skip
        slip = timedelta(minutes=draw(st.integers(-300, 900)))
        taken_at = min(planned.due_at + slip, now) if fate is Fate.TAKEN else None
        doses.append(replace(planned, fate=fate, taken_at=taken_at))
    opens_on = first + timedelta(days=draw(st.integers(-30, 40)))
    assume(len({one.moment for one in doses}) == len(doses))
    return asked(
        doses, now=now, here=here, opens_on=opens_on,
        closes_on=opens_on + timedelta(days=draw(st.integers(0, 15))),
        timing=draw(st.sampled_from(["mid_interval", "trough"])),
    )  # fmt: skip


def obeys(question: Asked, day: date, at: time) -> bool:
    """The rules once more, by other means: a share of the interval as a fraction of seconds."""
    moment = datetime.combine(day, at, tzinfo=question.here).astimezone(UTC)
    happens = moment.astimezone(question.here).replace(tzinfo=None) == datetime.combine(day, at)
    asked_for = time(7) <= at <= time(10) and may_be_asked_for(question, day, at)
    if not happens or not asked_for:
        return False
    taken = [(one.due_at if one.taken_at is None else one.taken_at, one) for one in question.given]
    earlier = [pair for pair in taken if pair[0] < moment]
    if not earlier:
        return day.weekday() < 5
    when = max(pair[0] for pair in earlier)
    occasion = [one for at, one in earlier if at > when - timedelta(hours=12)]
    if any(one.fate not in RELIABLE for one in occasion):
        return False
    (last,) = (one for at, one in earlier if at == when)  # the doses of a line never coincide
    share = Fraction(int((moment - when).total_seconds()), whole_of(question, last))
    if question.timing == "trough":
        return Fraction(9, 10) < share <= 1
    return Fraction(72, 168) <= share <= Fraction(108, 168)


def may_be_asked_for(question: Asked, day: date, at: time) -> bool:
    """Whether the moment is to come and lies in the window, or in a fortnight after it."""
    local_now = question.now.astimezone(question.here)
    if (day, at) <= (local_now.date(), local_now.time()):
        return False
    if question.closes_on >= local_now.date():
        return question.opens_on <= day <= question.closes_on
    return day <= local_now.date() + timedelta(days=14)


def whole_of(question: Asked, last: Given) -> int:
    """Seconds from one due time to the next; where none follows, from the one before."""
    due = [one.due_at for one in question.given]
    after = [each for each in due if each > last.due_at]
    before = [each for each in due if each < last.due_at]
    length = min(after) - last.due_at if after else last.due_at - max(before)
    return int(length.total_seconds())


@settings(max_examples=150, deadline=None)
@given(questions())
def test_a_day_is_proposed_exactly_when_it_obeys_the_rule(question: Asked) -> None:
    found = days_of(question)
    hours = [time(n // 2, n % 2 * 30) for n in range(14, 21)]
    first = question.now.astimezone(question.here).date() - timedelta(days=2)
    wanted = [
        day
        for day in (first + timedelta(days=n) for n in range(75))
        if any(obeys(question, day, at) for at in hours)
    ]
    assert [place.day for place in found.fitting] == wanted
    for place in found.fitting:
        assert obeys(question, place.day, place.at)
        assert place.misleads is False
    for place in found.avoided:
        assert place.day not in wanted
        assert place.why is not None
    assert (found.none_because is None) == bool(found.fitting)


@settings(max_examples=100, deadline=None)
@given(questions(), st.integers(0, 30), mornings)
def test_a_day_that_is_asked_about_fits_exactly_when_it_obeys_the_rule(
    question: Asked, number: int, at: str
) -> None:
    day = question.now.astimezone(question.here).date() + timedelta(days=number)
    assume(datetime.combine(day, time(8), tzinfo=question.here) > question.now)
    place = place_of(question, day, time.fromisoformat(at))
    assert place.fits == obeys(question, day, time.fromisoformat(at))
    assert (place.why is None) == place.fits


def test_two_lines_of_one_evening_are_one_occasion_as_they_are_for_a_result() -> None:
    """Whichever was logged last, Thursday and Friday fit: the next dose is a week away."""
    for delay in (-4, 4):
        first = [
            replace(one, taken_at=one.due_at) if one.fate is Fate.TAKEN else one
            for one in weekly(Fate.TAKEN, Fate.AHEAD, Fate.AHEAD)
        ]
        second = [
            replace(
                one, line_id=UUID(int=8), due_at=one.due_at + timedelta(minutes=2),
                taken_at=one.taken_at and one.taken_at + timedelta(minutes=delay),
            )
            for one in first
        ]  # fmt: skip
        assert proposed(asked([*first, *second])) == proposed(asked(first)) != []


@settings(max_examples=60, deadline=None)
@given(
    every=st.sampled_from([(7,), (3, 4), (14,), (2, 5)]), timing=st.sampled_from(["mid", "trough"]),
    beside=st.none() | st.sampled_from([-90, 5, 60 * 24 * 3]), begins=begins, here=places,
)  # fmt: skip
def test_a_day_that_was_proposed_has_the_right_place_once_its_result_is_read(
    every: tuple[int, ...], timing: str, beside: int | None, begins: date, here: ZoneInfo
) -> None:
    """Everything is taken on time; a second line falls due some minutes beside the first."""
    nights, day = [], begins - timedelta(days=28)
    while day < begins + timedelta(days=42):
        nights.append(day)
        day += timedelta(days=every[len(nights) % len(every)])
    doses = [dose(night, Fate.TAKEN, here=here) for night in nights]
    if beside is not None:
        doses += [
            replace(one, line_id=UUID(int=8), due_at=at, taken_at=at)
            for one in doses
            for at in [one.due_at + timedelta(minutes=beside)]
        ]
    question = asked(
        doses, now=datetime.combine(begins, time(0), tzinfo=here), here=here, opens_on=begins,
        closes_on=begins + timedelta(days=14),
        timing="trough" if timing == "trough" else "mid_interval",
    )  # fmt: skip
    for place in days_of(question).fitting:
        drawn_at = datetime.combine(place.day, place.at, tzinfo=here).astimezone(UTC)
        log = log_around(
            (a_dose(Of.TESTOSTERONE, one.due_at, one.moment) for one in doses), drawn_at
        )
        found = draw_context(
            a_value("testosterone_total", collected_at=drawn_at), log, 1,
            Expected(trough=timing == "trough", low_adherence=Decimal(0)),
        )  # fmt: skip
        assert found.position is place.position is Position(timing)
        assert found.care == ()
