"""Nights and bedtimes under every clock there is: laws first, then the hard cases by name."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.schedule import (
    A_DAY,
    Evenings,
    Quiet,
    Recurrence,
    UnknownZone,
    occurrences,
    zone,
    zone_names,
)

EVERY_ZONE = sorted(available_timezones())

zones = st.sampled_from(EVERY_ZONE).map(ZoneInfo)
# Half hours make the drawn times collide with clock changes; free minutes almost never would.
half_hours = st.integers(0, 47).map(lambda n: time(n // 2, n % 2 * 30))
starts = st.dates(date(2005, 1, 1), date(2036, 1, 1))
evenings = st.builds(
    lambda place, bedtimes: Evenings(place, tuple(bedtimes)),
    zones,
    st.lists(half_hours, min_size=7, max_size=7),
)
steady = st.builds(lambda place, at: Evenings(place, (at,) * 7), zones, half_hours)
rules = st.builds(
    Recurrence,
    first=starts,
    last=st.none() | starts,
    weekdays=st.frozensets(st.integers(1, 7)),
    every=st.integers(1, 9),
    weeks_on=st.integers(1, 6),
    weeks_off=st.integers(0, 6),
    times=st.lists(st.none() | half_hours, min_size=1, max_size=3, unique=True).map(tuple),
)


def at_half_past_eleven(place: str) -> Evenings:
    return Evenings(ZoneInfo(place), (time(23, 30),) * 7)


def plan(rule: Recurrence, nights: Evenings, since: date, days: int) -> list[tuple[date, datetime]]:
    return [(due.night, due.at) for due in occurrences(rule, nights, since, since + A_DAY * days)]


@given(rules, evenings, st.integers(-40, 400), st.integers(0, 60), st.integers(0, 60))
def test_planning_in_two_steps_is_planning_in_one(
    rule: Recurrence, nights: Evenings, offset: int, first: int, second: int
) -> None:
    """Topping the plan up must neither lose a dose nor add one."""
    start = rule.first + A_DAY * offset
    middle, end = start + A_DAY * first, start + A_DAY * (first + second)
    in_two = [*occurrences(rule, nights, start, middle), *occurrences(rule, nights, middle, end)]
    assert in_two == list(occurrences(rule, nights, start, end))


@given(rules, evenings, st.integers(-40, 400))
def test_a_dose_is_named_once_and_falls_on_a_night_of_its_rule(
    rule: Recurrence, nights: Evenings, offset: int
) -> None:
    start = rule.first + A_DAY * offset
    doses = list(occurrences(rule, nights, start, start + A_DAY * 60))
    names = [(due.night, due.slot) for due in doses]
    assert len(names) == len(set(names))
    for due in doses:
        assert rule.includes(due.night)
        assert due.at.tzinfo is UTC
        assert due.slot < len(rule.times)


@given(steady, starts)
@example(at_half_past_eleven("America/Nuuk"), date(2027, 3, 20))
@example(at_half_past_eleven("Africa/Cairo"), date(2027, 10, 20))
@example(at_half_past_eleven("Asia/Beirut"), date(2027, 10, 25))
@example(at_half_past_eleven("Pacific/Apia"), date(2011, 12, 20))
@example(at_half_past_eleven("Pacific/Kwajalein"), date(2011, 12, 20))
@settings(max_examples=300)
def test_whatever_the_clocks_do_every_night_has_one_dose_about_a_day_after_the_last(
    nights: Evenings, start: date
) -> None:
    doses = plan(Recurrence(first=date(2000, 1, 1)), nights, start, 30)
    assert len(doses) >= 29  # Samoa lived 29 of these 30 dates
    for (_, earlier), (_, later) in pairwise(doses):
        assert timedelta(hours=20) < later - earlier < timedelta(hours=28)


@given(evenings, starts)
@settings(max_examples=300)
def test_the_night_of_a_dose_is_the_night_it_was_planned_for(nights: Evenings, start: date) -> None:
    """A tap at the due instant must land on the same night as the plan, DST or not."""
    for night, at in plan(Recurrence(first=date(2000, 1, 1)), nights, start, 10):
        wall = at.astimezone(nights.zone).time()
        bedtime = nights.bedtimes[night.weekday()]
        # Only a bedtime that a clock change skipped reads differently on the wall.
        if wall == bedtime:
            assert nights.night_of(at) == night


@given(evenings, starts)
def test_a_night_closes_at_the_turn_after_its_own_bedtime(nights: Evenings, night: date) -> None:
    bedtime = nights.instant(night, None)
    if bedtime is not None:
        assert bedtime < nights.closes(night) + timedelta(hours=2)
        assert nights.closes(night) - bedtime < timedelta(hours=50)


@pytest.mark.parametrize(
    ("place", "night", "bedtime", "instant"),
    [
        # Skipped: read with the offset before the change, so 23:30 is 00:30 on the new clock.
        ("America/Nuuk", date(2027, 3, 27), time(23, 30), "2027-03-28T01:30:00+00:00"),
        ("Pacific/Easter", date(2027, 9, 4), time(22, 15), "2027-09-05T04:15:00+00:00"),
        ("Africa/Cairo", date(2027, 4, 29), time(0, 30), "2027-04-29T22:30:00+00:00"),
        ("Atlantic/Azores", date(2027, 3, 27), time(0, 15), "2027-03-28T01:15:00+00:00"),
        ("Antarctica/Troll", date(2027, 3, 27), time(2, 0), "2027-03-28T02:00:00+00:00"),
        ("Australia/Lord_Howe", date(2027, 10, 2), time(2, 15), "2027-10-02T15:45:00+00:00"),
        # Twice: the first time.
        ("Africa/Cairo", date(2027, 10, 28), time(23, 30), "2027-10-28T20:30:00+00:00"),
        ("Asia/Beirut", date(2027, 10, 30), time(23, 30), "2027-10-30T20:30:00+00:00"),
        ("America/Santiago", date(2027, 4, 3), time(23, 30), "2027-04-04T02:30:00+00:00"),
        ("America/New_York", date(2026, 10, 31), time(1, 30), "2026-11-01T05:30:00+00:00"),
        # After midnight: the evening before.
        ("America/Denver", date(2026, 11, 23), time(0, 15), "2026-11-24T07:15:00+00:00"),
        ("America/Denver", date(2028, 2, 28), time(0, 15), "2028-02-29T07:15:00+00:00"),
        ("America/Denver", date(2026, 12, 31), time(0, 15), "2027-01-01T07:15:00+00:00"),
        ("America/Denver", date(2038, 1, 19), time(22, 30), "2038-01-20T05:30:00+00:00"),
    ],
)
def test_bedtimes_at_the_hard_places(place: str, night: date, bedtime: time, instant: str) -> None:
    nights = Evenings(ZoneInfo(place), (bedtime,) * 7)
    assert nights.instant(night, None) == datetime.fromisoformat(instant)


@pytest.mark.parametrize("place", ["Pacific/Apia", "Pacific/Fakaofo"])
def test_a_date_that_never_was_has_no_dose(place: str) -> None:
    """Samoa and Tokelau went from the 29th of December 2011 straight to the 31st."""
    nights = Evenings(ZoneInfo(place), (time(22),) * 7)
    nightly = Recurrence(first=date(2011, 12, 1))
    assert [night for night, _ in plan(nightly, nights, date(2011, 12, 29), 3)] == [
        date(2011, 12, 29),
        date(2011, 12, 31),
    ]
    # The night before the gap still closes.
    assert nights.closes(date(2011, 12, 29)) > nights.instant(date(2011, 12, 29), None)  # type: ignore[operator]


def test_every_zone_has_one_dose_a_night_at_every_half_hour_of_the_evening() -> None:
    """The 400 days around today, every zone, 20:00 to 02:00; only the days near a change differ."""
    nightly = Recurrence(first=date(2026, 1, 1))
    for name in EVERY_ZONE:
        place = ZoneInfo(name)
        for day in changes(place):
            for n in range(13):
                at = (datetime(2026, 1, 1, 20) + timedelta(minutes=30 * n)).time()
                doses = plan(nightly, Evenings(place, (at,) * 7), day - A_DAY * 3, 6)
                assert len({night for night, _ in doses}) == len(doses) == 6, (name, at, day)


def changes(place: ZoneInfo) -> list[date]:
    """Days of the next 400 on which this place changes its clocks, and one ordinary day."""
    start = datetime(2026, 11, 1, 12, tzinfo=UTC)
    days = [start + timedelta(days=n) for n in range(400)]
    changed = [
        b.date()
        for a, b in pairwise(days)
        if a.astimezone(place).utcoffset() != b.astimezone(place).utcoffset()
    ]
    return [*changed, date(2026, 11, 20)]


def test_five_nights_a_week_are_those_five() -> None:
    rule = Recurrence(first=date(2026, 11, 23), weekdays=frozenset({1, 2, 3, 4, 5}))
    nights = [
        night
        for night, _ in plan(rule, at_half_past_eleven("America/Denver"), date(2026, 11, 20), 12)
    ]
    assert [night.isoweekday() for night in nights] == [1, 2, 3, 4, 5, 1, 2]


def test_weeks_on_and_off_count_from_the_first_night() -> None:
    rule = Recurrence(first=date(2026, 11, 25), weeks_on=2, weeks_off=1)
    nights = [
        night
        for night, _ in plan(rule, at_half_past_eleven("America/Denver"), date(2026, 11, 1), 60)
    ]
    gaps = [(b - a).days for a, b in pairwise(nights)]
    assert nights[0] == date(2026, 11, 25)
    assert gaps[:14] == [1] * 13 + [8]


def test_every_third_night_counts_from_the_first_and_not_from_the_horizon() -> None:
    rule = Recurrence(first=date(2026, 11, 1), every=3)
    nights = [
        night
        for night, _ in plan(rule, at_half_past_eleven("America/Denver"), date(2026, 11, 20), 9)
    ]
    assert nights == [date(2026, 11, 22), date(2026, 11, 25), date(2026, 11, 28)]


def test_the_day_turns_at_four_by_default() -> None:
    nights = at_half_past_eleven("America/Denver")
    just_before = datetime(2026, 11, 24, 3, 59, tzinfo=ZoneInfo("America/Denver"))
    assert nights.night_of(just_before) == date(2026, 11, 23)
    assert nights.night_of(just_before + timedelta(minutes=1)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "name",
    ["", "UTC", "EST", "America/New_york", "US/Pacific-New", "../../etc/passwd", "Etc/GMT+3",
     "America/Denver\0", "posix/America/Denver", "GMT0", "a" * 5000],
)  # fmt: skip
def test_what_is_no_place_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone(name)


def test_every_place_can_be_read() -> None:
    assert len(zone_names()) > 450
    for name in zone_names():
        assert zone(name).key == name


def test_time_zone_rules_come_from_the_pinned_package() -> None:
    """Vancouver stopped changing its clocks in 2026; a machine's own copy may not know that."""
    winter = datetime(2026, 11, 22, 4, 30, tzinfo=UTC).astimezone(zone("America/Vancouver"))
    assert winter.utcoffset() == timedelta(hours=-7)


quiets = st.builds(Quiet, half_hours, half_hours, zones).filter(lambda q: q.start != q.end)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(quiets, instants)
def test_quiet_hours_end_after_and_began_before_any_instant_in_them(
    quiet: Quiet, instant: datetime
) -> None:
    if quiet.covers(instant):
        assert quiet.began_before(instant) <= instant + timedelta(hours=2)
        assert quiet.ends_after(instant) >= instant
        assert quiet.ends_after(instant) - instant < timedelta(hours=26)


def test_quiet_hours_that_end_in_the_hour_that_happens_twice_never_end_in_the_past() -> None:
    quiet = Quiet(time(22), time(1, 50), zone("America/Denver"))
    first = datetime(2026, 11, 1, 7, 45, tzinfo=UTC)  # a quarter to two, for the first time
    for instant in (first, first + timedelta(hours=1)):
        assert quiet.covers(instant)
        assert quiet.ends_after(instant) == instant + timedelta(minutes=5)
