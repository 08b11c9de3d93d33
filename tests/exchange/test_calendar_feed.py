"""The calendar file by itself: read by two parsers that did not write it, and by a real program."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from dateutil import tz
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.calendar_feed import Changes, Days, Moment, calendar_file, title_at
from app.exchange.calendar_zones import timezone_of
from app.schedule import zone, zone_names
from tests.exchange.calendars import Khal, read_by_ical_js

FEED = uuid4()
CHANGED = datetime(2026, 10, 1, 12, tzinfo=UTC)
CHANGE = re.compile(r"DTSTART:(\d+T\d+)\r\nTZNAME.*\r\nTZOFFSETFROM:([+-])(\d+)")
CHANGES = Changes(7, CHANGED, date(2026, 10, 20))
ADDRESS = "https://vesper.example.org/tonight"


def evening(place: str, day: str, clock: str = "22:30", key: str = "") -> Moment:
    """Something due on the clock of a place."""
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone(place)).astimezone(UTC)
    return Moment(key or f"dose/{place}/{day}/{clock}", at, place, title_at(at, place))


AROUND_NOVEMBER = [evening("America/Denver", f"2026-{day}") for day in ("10-31", "11-01", "11-02")]


def test_the_wall_clock_stands_still_while_the_offset_changes() -> None:
    file = calendar_file(FEED, AROUND_NOVEMBER, [], CHANGES, ADDRESS)
    read = read_by_ical_js(file)
    assert [each["local"] for each in read] == [
        f"2026-{day}T22:30:00" for day in ("10-31", "11-01", "11-02")
    ]
    assert [each["instant"] for each in read] == [int(e.at.timestamp()) for e in AROUND_NOVEMBER]
    assert read[1]["instant"] - read[0]["instant"] == 25 * 3600
    assert {each["zone"] for each in read} == {"America/Denver"}
    assert {each["title"] for each in read} == {"Evening check-in"}


def test_a_calendar_program_shows_the_right_times_here_and_while_travelling(tmp_path: Path) -> None:
    tokyo = [evening("Asia/Tokyo", "2026-11-03"), evening("America/Denver", "2026-11-03", "08:00")]
    window = Days("window/1", date(2026, 11, 4), date(2026, 11, 5))
    file = calendar_file(FEED, [*AROUND_NOVEMBER, *tokyo], [window], CHANGES, ADDRESS)
    khal = Khal(tmp_path / "khal", "America/Denver")
    khal.read(file)
    assert khal.shows("2026-10-31", 6) == [
        "2026-10-31 22:30 Evening check-in", "2026-11-01 22:30 Evening check-in",
        "2026-11-02 22:30 Evening check-in", "2026-11-03 06:30 Evening check-in",
        "2026-11-03 08:00 Check-in", "2026-11-04 Something is due",
    ]  # fmt: skip
    khal.moves_to("Asia/Tokyo")
    assert khal.shows("2026-11-01", 3) == [  # 16 hours ahead, and only 15 in summer
        "2026-11-01 13:30 Evening check-in", "2026-11-02 14:30 Evening check-in",
        "2026-11-03 14:30 Evening check-in", "2026-11-03 22:30 Evening check-in",
    ]  # fmt: skip
    khal.moves_to("America/Denver")
    moved = [replace(each, at=each.at - timedelta(minutes=75)) for each in AROUND_NOVEMBER]
    later = Changes(8, CHANGED + timedelta(days=1), CHANGES.today)
    khal.read(calendar_file(FEED, moved, [], later, ADDRESS))
    assert khal.shows("2026-10-31", 3) == [  # moved, and none of them there twice
        "2026-10-31 21:15 Evening check-in", "2026-11-01 21:15 Evening check-in",
        "2026-11-02 21:15 Evening check-in",
    ]  # fmt: skip


def test_what_moved_has_its_name_and_a_later_number() -> None:
    first = evening("America/Denver", "2026-11-02", key="dose/1")
    moved = evening("America/Denver", "2026-11-02", "20:15", key="dose/1")
    later = Changes(8, CHANGED + timedelta(days=1), CHANGES.today)
    (before,) = read_by_ical_js(calendar_file(FEED, [first], [], CHANGES, ADDRESS))
    (after,) = read_by_ical_js(calendar_file(FEED, [moved], [], later, ADDRESS))
    assert (before["uid"], before["sequence"]) == (after["uid"], after["sequence"] - 1)
    assert before["changed"] < after["changed"]


def test_every_line_of_the_file_is_as_the_standard_wants_it() -> None:
    window = Days("window/1", date(2026, 11, 4), date(2026, 11, 5))
    file = calendar_file(FEED, AROUND_NOVEMBER, [window], CHANGES, ADDRESS)
    assert file == calendar_file(FEED, AROUND_NOVEMBER[::-1], [window], CHANGES, ADDRESS)
    lines = file.decode().split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert all(len(line.encode()) <= 75 and "\n" not in line for line in lines)
    for line in ("VERSION:2.0", "REFRESH-INTERVAL;VALUE=DURATION:PT4H", "X-PUBLISHED-TTL:PT4H",
                 "DTSTART;VALUE=DATE:20261104", "DTEND;VALUE=DATE:20261106",
                 "DTSTART;TZID=America/Denver:20261101T223000", "CLASS:PRIVATE"):  # fmt: skip
        assert line in lines, line
    assert not any(line.startswith("METHOD") for line in lines)
    assert len(set(re.findall(r"UID:(.+)\r", file.decode()))) == 4
    assert "VALARM" not in file.decode()  # Vesper's own reminders speak; two would be noise


def test_the_second_of_two_equal_hours_is_told_in_utc() -> None:
    at = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # 01:30 in Denver, the second time
    file = calendar_file(
        FEED, [Moment("dose/1", at, "America/Denver", "Check-in")], [], CHANGES, ADDRESS
    )
    assert b"DTSTART:20261101T083000Z" in file
    assert read_by_ical_js(file)[0]["instant"] == int(at.timestamp())


def test_two_feeds_of_one_patient_share_no_name() -> None:
    one = read_by_ical_js(calendar_file(FEED, AROUND_NOVEMBER, [], CHANGES, ADDRESS))
    other = read_by_ical_js(calendar_file(UUID(int=1), AROUND_NOVEMBER, [], CHANGES, ADDRESS))
    assert not {each["uid"] for each in one} & {each["uid"] for each in other}


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(zone_names())),
    begins=st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)),
    hours=st.lists(st.integers(0, 400 * 24 * 4), min_size=1, max_size=40),
)
def test_the_rules_in_the_file_are_those_of_the_zone_at_every_instant(
    name: str, begins: datetime, hours: list[int]
) -> None:
    since = begins.replace(tzinfo=UTC, microsecond=0)
    until = since + timedelta(days=401)
    text = timezone_of(zone(name), since, until).to_ical().decode()
    theirs = tz.tzical(io.StringIO(text)).get(name)
    changes = [
        datetime.strptime(found, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        for found in re.findall(r"DTSTART:(\d+T\d+)", text)
    ]
    # Each change is dated by the clock before it (RFC 5545 section 3.6.5); the first is no change.
    found = CHANGE.findall(text)
    assert len(found) == text.count("DTSTART")
    for wall, sign, offset in found[1:]:
        hours_before, minutes = int(offset[:2]), int(offset[2:4])
        before = timedelta(hours=hours_before, minutes=minutes) * (-1 if sign == "-" else 1)
        at = datetime.strptime(wall, "%Y%m%dT%H%M%S").replace(tzinfo=UTC) - before
        just = (at - timedelta(seconds=1)).astimezone(zone(name))
        assert just.utcoffset() == before
        assert (just.utcoffset(), just.tzname()) != (
            at.astimezone(zone(name)).utcoffset(), at.astimezone(zone(name)).tzname()
        )  # fmt: skip
    near = [change + timedelta(hours=h) for change in changes for h in range(-15, 16)]
    for moment in [since + timedelta(minutes=15 * h) for h in hours] + near:
        if not since <= moment < until:
            continue
        here = moment.astimezone(zone(name))
        wall = here.replace(tzinfo=None)
        if here.fold or wall.replace(tzinfo=zone(name), fold=1).utcoffset() != here.utcoffset():
            continue  # of an hour that happens twice programs take either
        assert wall.replace(tzinfo=theirs).utcoffset() == here.utcoffset(), (name, moment)


@pytest.mark.parametrize(("clock", "title"), [
    ("03:59", "Evening check-in"), ("04:00", "Check-in"), ("16:59", "Check-in"),
    ("17:00", "Evening check-in"),
])  # fmt: skip
def test_a_title_says_no_more_than_the_hour(clock: str, title: str) -> None:
    assert evening("Asia/Tokyo", "2026-11-03", clock).title == title
