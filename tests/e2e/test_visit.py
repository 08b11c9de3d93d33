"""The walks begin in an evening, or at midday, whatever the hour at which somebody runs them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.visit import a_place_where_it_is_day, a_place_where_it_is_evening


@pytest.mark.parametrize("place", [a_place_where_it_is_evening, a_place_where_it_is_day])
def test_there_is_a_place_at_any_minute_of_summer_and_winter(
    place: Callable[[datetime], str],
) -> None:
    for day in (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)):
        for minute in range(24 * 60):
            assert place(day + timedelta(minutes=minute))
