"""When a vial was opened and until when it is used, by the calendar of where the patient is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.supplies import catalogue
from app.supplies.catalogue import Kept
from app.supplies.dates import Discard, discard_of, opened_on
from app.supplies.ledger import Contents, contents
from app.supplies.models import Vial
from app.supplies.scene import in_use
from tests.supplies.labels import a_vial, dissolved, oil, tablets

DENVER = ZoneInfo("America/Denver")
AUCKLAND = ZoneInfo("Pacific/Auckland")
EVENING = datetime(2026, 11, 3, 5, 30, tzinfo=UTC)
"""Half past ten in the evening of the second of November, in Denver."""


@pytest.mark.parametrize(
    ("facts", "drawn", "day", "why"),
    [
        ({}, None, None, None),
        ({"expires_on": date(2027, 5, 1)}, None, date(2027, 5, 1), "expires"),
        ({"expires_on": date(2027, 5, 1)}, EVENING, date(2026, 11, 30), "opened"),
        ({"opened_at": EVENING}, None, date(2026, 11, 30), "opened"),
        ({"opened_at": EVENING}, EVENING - timedelta(days=3), date(2026, 11, 27), "opened"),
        ({"reconstituted_at": EVENING}, None, date(2026, 11, 30), "opened"),
        ({"reconstituted_at": EVENING, "use_by": date(2026, 11, 9)}, EVENING, date(2026, 11, 9),
         "use_by"),
        ({"opened_at": EVENING, "expires_on": date(2026, 11, 9)}, None, date(2026, 11, 9),
         "expires"),
        ({"use_by": date(2026, 11, 30), "opened_at": EVENING}, None, date(2026, 11, 30), "use_by"),
        ({"single_use": True}, EVENING, date(2026, 11, 2), "single_use"),
        ({"single_use": True, "expires_on": date(2026, 11, 1)}, EVENING, date(2026, 11, 1),
         "expires"),
    ],
)  # fmt: skip
def test_the_earliest_of_labels_and_days_after_opening_counts(
    facts: dict[str, Any], drawn: datetime | None, day: date | None, why: str | None
) -> None:
    assert discard_of(a_vial(**facts), drawn, DENVER) == Discard(day, why)


def test_a_vial_is_opened_on_the_date_of_the_place_where_the_patient_is() -> None:
    vial = oil(opened_at=EVENING)
    assert opened_on(vial, None, DENVER) == date(2026, 11, 2)
    assert opened_on(vial, None, AUCKLAND) == date(2026, 11, 3)
    assert discard_of(vial, None, AUCKLAND).day == date(2026, 12, 1)


def test_dissolving_opens_a_powder_and_nothing_else() -> None:
    assert opened_on(a_vial(reconstituted_at=EVENING), None, DENVER) == date(2026, 11, 2)
    assert opened_on(oil(reconstituted_at=EVENING), None, DENVER) is None


def test_a_medicine_may_say_another_number_of_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "KEPT", {"sermorelin": Kept(14, "[D] any")})
    assert discard_of(a_vial(opened_at=EVENING), None, DENVER).day == date(2026, 11, 16)
    assert discard_of(oil(opened_at=EVENING), None, DENVER).day == date(2026, 11, 30)


def test_tablets_are_not_thrown_away_for_having_been_opened() -> None:
    pack = tablets(opened_at=EVENING, expires_on=date(2028, 1, 1))
    assert discard_of(pack, EVENING, DENVER) == Discard(date(2028, 1, 1), "expires")


def test_a_vial_may_be_used_on_its_day_and_is_past_it_the_next() -> None:
    discard = Discard(date(2026, 11, 30), "opened")
    assert not discard.passed(date(2026, 11, 30))
    assert discard.passed(date(2026, 12, 1))
    assert not Discard(None, None).passed(date(2099, 1, 1))


def test_nobody_is_led_to_a_vial_past_its_date_while_there_is_another() -> None:
    def held(vial: Vial) -> Contents:
        return contents(vial, [], [], DENVER, EVENING)

    today = date(2026, 11, 2)
    past = held(dissolved("5", "2", use_by=date(2026, 11, 1), received_on=today))
    assert in_use([past], today) is past  # then the answer says so
    others = (
        dissolved("5", "2", received_on=today), a_vial(received_on=today),
        dissolved("5", "2", received_on=date(2026, 11, 3)),
    )  # fmt: skip
    for other in map(held, others):
        assert in_use([past, other], today) is other


days = st.none() | st.dates(date(2026, 10, 20), date(2027, 1, 10))
instants = st.none() | st.datetimes(
    datetime(2026, 10, 20), datetime(2026, 12, 20), timezones=st.just(UTC)
)


@settings(max_examples=100, deadline=None)
@given(days, days, instants, instants, instants, st.booleans())
def test_no_reason_ever_puts_the_discard_date_later(
    use_by: date | None, expires_on: date | None, opened: datetime | None,
    drawn: datetime | None, dissolved: datetime | None, single_use: bool,
) -> None:  # fmt: skip
    vial = a_vial(
        use_by=use_by, expires_on=expires_on, opened_at=opened, reconstituted_at=dissolved,
        single_use=single_use,
    )  # fmt: skip
    found = discard_of(vial, drawn, DENVER)
    punctures = [at.astimezone(DENVER).date() for at in (opened, drawn, dissolved) if at]
    limits = [day for day in (use_by, expires_on) if day]
    if punctures:
        limits.append(min(punctures) + timedelta(days=0 if single_use else 28))
    assert found.day == (min(limits) if limits else None)
    assert (found.why is None) == (found.day is None)
