"""Preferences: what changes, what is refused, and how the refusal helps."""

from datetime import time as clock_face
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import (
    PreferencesChange,
    change_preferences,
    clocks_of,
    come_home,
    evenings_of,
    go_away,
    known_zone,
    preferences_of,
    preferences_out,
    quiet_of,
)
from app.accounts.models import AwayNights, Detail
from app.problems import Invalid, NotFound
from tests.factories import a_patient
from tests.story_time import MONDAY


async def test_only_what_was_named_changes(session: AsyncSession) -> None:
    patient = await a_patient(session, quiet=True)
    before = preferences_out(await preferences_of(session, patient.id)).model_dump()
    changed = await change_preferences(
        session, patient.id, PreferencesChange(timezone="Europe/Berlin"), MONDAY
    )
    assert preferences_out(changed).model_dump() == before | {"timezone": "Europe/Berlin"}
    evenings = await evenings_of(session, patient.id)
    assert evenings.zone.key == "Europe/Berlin"
    assert evenings.bedtimes == (clock_face(22, 30),) * 7


async def test_quiet_hours_can_move_and_end(session: AsyncSession) -> None:
    patient = await a_patient(session, quiet=True)
    change = PreferencesChange.model_validate({"quiet": {"from": "23:15", "until": "06:30"}})
    preferences = await change_preferences(session, patient.id, change, MONDAY)
    quiet = quiet_of(preferences)
    assert quiet is not None
    assert (quiet.start, quiet.end) == (clock_face(23, 15), clock_face(6, 30))
    await change_preferences(session, patient.id, PreferencesChange(detail=Detail.DETAILED), MONDAY)
    assert quiet_of(preferences) is not None
    ended = PreferencesChange.model_validate({"quiet": None})
    assert quiet_of(await change_preferences(session, patient.id, ended, MONDAY)) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timezone": "Mountain"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"bedtimes": ["22:30"] * 6}, "bedtimes"),
        ({"bedtimes": ["22:30"] * 6 + ["24:00"]}, "bedtimes.6"),
        ({"turns": "18:00"}, "turns"),
        ({"turns": "4:00"}, "turns"),
        ({"quiet": {"from": "23:00", "until": "23:00"}}, "quiet"),
        ({"quiet": {"from": "soon", "until": "23:00"}}, "quiet.from"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    session: AsyncSession, change: dict[str, Any], field: str
) -> None:
    patient = await a_patient(session)
    with pytest.raises(Invalid) as refused:
        await change_preferences(
            session, patient.id, PreferencesChange.model_validate(change), MONDAY
        )
    [error] = refused.value.errors
    assert error["field"] == field
    assert error["cure"]


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("america/denver", "America/Denver"),
        ("Denver", "America/Denver"),
        ("Europe/Berlni", "Europe/Berlin"),
        ("US/Los Angeles", "America/Los_Angeles"),
    ],
)
def test_a_mistyped_zone_is_recognised(text: str, suggested: str) -> None:
    with pytest.raises(Invalid) as refused:
        known_zone(text)
    assert suggested in refused.value.errors[0]["cure"]


async def test_somebody_unknown_has_no_preferences(session: AsyncSession) -> None:
    from uuid import uuid4

    with pytest.raises(NotFound):
        await preferences_of(session, uuid4())


async def test_away_the_night_is_that_of_the_clock_the_patient_chose(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session, quiet=True)
    for nights, here in ((AwayNights.LOCAL, "Asia/Tokyo"), (AwayNights.HOME, "America/Denver")):
        preferences = await go_away(session, patient.id, "Asia/Tokyo", nights, MONDAY)
        clocks = await clocks_of(session, patient.id)
        assert (await evenings_of(session, patient.id)).zone.key == here
        assert clocks.for_slot(follows_night=True).zone.key == here
        assert clocks.for_slot(follows_night=False).zone.key == "America/Denver"
        assert clocks.body.zone.key == "Asia/Tokyo"
        quiet = quiet_of(preferences)  # whoever is there sleeps there
        assert quiet is not None
        assert quiet.zone.key == "Asia/Tokyo"
        away = preferences_out(preferences).away
        assert away is not None
        assert (away.zone, away.nights) == ("Asia/Tokyo", nights)


async def test_nobody_is_away_in_their_own_zone(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await go_away(session, patient.id, "Asia/Tokyo", AwayNights.LOCAL, MONDAY)
    home = await go_away(session, patient.id, "America/Denver", AwayNights.LOCAL, MONDAY)
    assert preferences_out(home).away is None
    await go_away(session, patient.id, "Asia/Tokyo", AwayNights.LOCAL, MONDAY)
    assert preferences_out(await come_home(session, patient.id, MONDAY)).away is None
    await go_away(session, patient.id, "Asia/Tokyo", AwayNights.LOCAL, MONDAY)
    lives_here = PreferencesChange(timezone="America/Denver")
    moved = await change_preferences(session, patient.id, lives_here, MONDAY)
    assert preferences_out(moved).away is None
