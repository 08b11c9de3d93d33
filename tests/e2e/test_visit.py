"""The walk begins in an evening, whatever the hour at which somebody runs the tests."""

from datetime import UTC, datetime, timedelta

from tests.e2e.visit import a_place_where_it_is_evening


def test_somewhere_it_is_evening_at_any_minute_of_summer_and_winter() -> None:
    for day in (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)):
        for minute in range(24 * 60):
            assert a_place_where_it_is_evening(day + timedelta(minutes=minute))
