"""When a dose speaks: laws of the ladder, and the evenings they were made for."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.reminders.ladder import APART, LADDER, rungs
from app.schedule import Quiet

DENVER = ZoneInfo("America/Denver")
MIDNIGHT_TO_SIX = Quiet(time(0), time(6), DENVER)


def denver(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DENVER).astimezone(UTC)


def spoken(due: str, closes: str, quiet: Quiet | None = None) -> list[str]:
    found = rungs(denver(due), denver(closes), LADDER, quiet)
    return [f"{rung.astimezone(DENVER):%a %H:%M}" for rung in found]


def test_an_evening_without_quiet_hours_climbs_every_rung() -> None:
    assert spoken("2026-11-23T22:30", "2026-11-24T04:00") == [
        "Mon 22:30", "Mon 22:50", "Mon 23:30", "Tue 03:30",
    ]  # fmt: skip


def test_the_closing_rung_speaks_before_quiet_hours_instead_of_waking_anybody() -> None:
    assert spoken("2026-11-23T22:30", "2026-11-24T04:00", MIDNIGHT_TO_SIX) == [
        "Mon 22:30", "Mon 22:50", "Mon 23:30", "Mon 23:59",
    ]  # fmt: skip


def test_a_bedtime_inside_quiet_hours_still_speaks_once() -> None:
    assert spoken("2026-11-24T00:15", "2026-11-24T04:00", MIDNIGHT_TO_SIX) == ["Tue 00:15"]


def test_a_rung_in_quiet_hours_waits_for_morning_where_the_window_is_long() -> None:
    """A weekly injection due at eight in the evening, with 48 hours to take it."""
    found = rungs(
        denver("2026-11-23T23:30"), denver("2026-11-25T23:30"), (0, 60, -30), MIDNIGHT_TO_SIX
    )
    assert [f"{rung.astimezone(DENVER):%a %H:%M}" for rung in found] == [
        "Mon 23:30", "Tue 06:00", "Wed 23:00",
    ]  # fmt: skip


def test_rungs_that_would_stutter_become_one() -> None:
    found = rungs(denver("2026-11-23T22:30"), denver("2026-11-23T23:02"), LADDER, None)
    assert [f"{rung.astimezone(DENVER):%H:%M}" for rung in found] == ["22:30", "22:50"]


half_hours = st.integers(0, 47).map(lambda n: time(n // 2, n % 2 * 30))
dues = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)
).map(lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0))  # fmt: skip
places = st.sampled_from(["America/Denver", "Africa/Cairo", "America/Nuuk", "Asia/Kathmandu"])
quiets = st.none() | st.builds(Quiet, half_hours, half_hours, places.map(ZoneInfo)).filter(
    lambda quiet: quiet.start != quiet.end
)
ladders = st.lists(st.integers(-300, 600), max_size=8).map(tuple)


@given(dues, st.integers(15, 7200), ladders, quiets)
def test_a_dose_speaks_only_in_its_window_in_order_and_never_twice_at_once(
    due: datetime, minutes: int, ladder: tuple[int, ...], quiet: Quiet | None
) -> None:
    closes = due + timedelta(minutes=minutes)
    found = rungs(due, closes, ladder, quiet)
    assert all(due <= rung < closes for rung in found)
    assert all(later - earlier >= APART for earlier, later in pairwise(found))
    assert len(found) <= len(ladder)


@given(dues, st.integers(15, 7200), ladders, quiets)
def test_quiet_hours_are_kept_by_every_rung_but_the_due_time_itself(
    due: datetime, minutes: int, ladder: tuple[int, ...], quiet: Quiet | None
) -> None:
    for rung in rungs(due, due + timedelta(minutes=minutes), ladder, quiet):
        assert rung == due or quiet is None or not quiet.covers(rung)


@given(dues, st.integers(15, 7200), ladders, quiets)
def test_a_ladder_that_starts_at_the_due_time_always_speaks_then(
    due: datetime, minutes: int, ladder: tuple[int, ...], quiet: Quiet | None
) -> None:
    assert rungs(due, due + timedelta(minutes=minutes), (0, *ladder), quiet)[0] == due
