"""A person's preferences: zone, bedtimes, quiet hours, and what their lock screen may show.

A patient away from home keeps their home zone, and says by which clock their bedtime doses fall
due meanwhile: the local one, or still the one at home.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import AwayNights, Detail, Preferences
from app.problems import Invalid, NotFound
from app.schedule import Evenings, Quiet, UnknownZone, zone, zone_names

BEDTIME = "22:30"
TURNS = time(4)
QUIET = (time(0), time(6))

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class QuietHours(BaseModel):
    """Hours of the wall clock without reminders, as `HH:MM`; across midnight where `from` is later.

    In JSON and in Python's constructor the names are `from` and `until`.
    """

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    since: str = Field(alias="from", max_length=5)
    until: str = Field(max_length=5)


class AwayOut(BaseModel):
    """Where a patient is while away from home, and by which clock their nights run meanwhile."""

    zone: str
    nights: AwayNights


@dataclass(frozen=True, slots=True)
class Clocks:
    """By which clocks a person's nights run: the one at home and, while away, the one there.

    away   the clock of the zone they are in, or None at home
    nights which of the two their nights follow meanwhile; None at home
    """

    home: Evenings
    away: Evenings | None = None
    nights: AwayNights | None = None

    @property
    def here(self) -> Evenings:
        """The clock that says which night it is."""
        if self.away is not None and self.nights is AwayNights.LOCAL:
            return self.away
        return self.home

    @property
    def body(self) -> Evenings:
        """The clock on the wall where the person is."""
        return self.away or self.home

    def for_slot(self, follows_night: bool) -> Evenings:
        """The clock by which a slot falls due: only what follows the night ever moves."""
        return self.here if follows_night else self.home


class PreferencesOut(BaseModel):
    """Preferences as the API shows them; seven bedtimes, Monday's evening first.

    `away` is null at home.
    """

    timezone: str
    away: AwayOut | None
    bedtimes: list[str]
    turns: str
    quiet: QuietHours | None
    detail: Detail


class PreferencesChange(BaseModel):
    """What somebody wants to be different; a field that is left out stays as it is.

    `quiet` null ends the quiet hours. A `timezone` says "I live here now" and ends being away.
    """

    model_config = ConfigDict(extra="forbid")

    timezone: str | None = Field(default=None, max_length=64)
    bedtimes: list[str] | None = Field(default=None, max_length=7)
    turns: str | None = Field(default=None, max_length=5)
    quiet: QuietHours | None = None
    detail: Detail | None = None


def first_preferences(person_id: UUID, timezone: str) -> Preferences:
    """What holds until somebody says otherwise. Raises Invalid for an unknown zone."""
    return Preferences(
        person_id=person_id,
        timezone=known_zone(timezone),
        bedtimes=[BEDTIME] * 7,
        turns=TURNS,
        quiet_from=QUIET[0],
        quiet_until=QUIET[1],
        detail=Detail.DISCREET,
    )


async def preferences_of(session: AsyncSession, person_id: UUID) -> Preferences:
    """A person's preferences. Raises NotFound for somebody unknown."""
    preferences = await session.get(Preferences, person_id)
    if preferences is None:
        raise NotFound("There is no such person.")
    return preferences


async def take_turn(session: AsyncSession, person_id: UUID) -> Preferences:
    """One writer of a patient after the other, until this transaction ends; their preferences.

    So a repeat sees what the first one wrote. Raises NotFound for somebody unknown.
    """
    # Not a full FOR UPDATE: what refers to the person need not wait.
    mine = select(Preferences.person_id).where(Preferences.person_id == person_id)
    await session.execute(mine.with_for_update(key_share=True))
    return await preferences_of(session, person_id)


async def evenings_of(session: AsyncSession, person_id: UUID) -> Evenings:
    """How a person's nights run now, and so what "tonight" means. Raises NotFound."""
    return evenings_from(await preferences_of(session, person_id))


def evenings_from(preferences: Preferences) -> Evenings:
    """How nights run under these preferences: by the clock they follow, at home or away."""
    return clocks_from(preferences).here


async def clocks_of(session: AsyncSession, person_id: UUID) -> Clocks:
    """By which clocks a person's nights run. Raises NotFound for somebody unknown."""
    return clocks_from(await preferences_of(session, person_id))


def clocks_from(preferences: Preferences) -> Clocks:
    """The clocks that these preferences speak of."""
    if preferences.away_zone is None:
        return Clocks(_evenings(preferences, preferences.timezone))
    return clocks_with(preferences, preferences.away_zone, preferences.away_nights)


def clocks_with(preferences: Preferences, there: str, nights: AwayNights | None) -> Clocks:
    """The clocks as they would be with the patient away in the zone `there`."""
    home = _evenings(preferences, preferences.timezone)
    return Clocks(home, _evenings(preferences, there), nights)


def _evenings(preferences: Preferences, place: str) -> Evenings:
    return Evenings(
        zone=zone(place),
        bedtimes=tuple(time.fromisoformat(text) for text in preferences.bedtimes),
        turns=preferences.turns,
    )


def zone_of(preferences: Preferences) -> str:
    """The zone that the person is in: the one away, if they said so, else their home."""
    return preferences.away_zone or preferences.timezone


def quiet_of(preferences: Preferences) -> Quiet | None:
    """The hours in which nothing reminds, if the person wants any: where they are, they sleep."""
    if preferences.quiet_from is None or preferences.quiet_until is None:
        return None
    return Quiet(preferences.quiet_from, preferences.quiet_until, zone(zone_of(preferences)))


def away_of(preferences: Preferences) -> AwayOut | None:
    """Where a patient is while away, as the API shows it; None at home."""
    if preferences.away_zone is None or preferences.away_nights is None:
        return None
    return AwayOut(zone=preferences.away_zone, nights=preferences.away_nights)


def preferences_out(preferences: Preferences) -> PreferencesOut:
    """Preferences as the API shows them."""
    quiet = quiet_of(preferences)
    return PreferencesOut(
        timezone=preferences.timezone,
        away=away_of(preferences),
        bedtimes=preferences.bedtimes,
        turns=f"{preferences.turns:%H:%M}",
        quiet=QuietHours(**{"from": f"{quiet.start:%H:%M}", "until": f"{quiet.end:%H:%M}"})
        if quiet
        else None,
        detail=preferences.detail,
    )


async def change_preferences(
    session: AsyncSession, person_id: UUID, change: PreferencesChange, now: datetime
) -> Preferences:
    """Change what was named and leave the rest; a repeat changes nothing.

    The caller replans, because zone, bedtimes and the day's turn move future doses. Raises
    Invalid, naming the field, for a value that is no zone or no time of day.
    """
    preferences = await preferences_of(session, person_id)
    new: dict[str, Any] = {}
    if change.timezone is not None:
        new["timezone"] = known_zone(change.timezone)
        new["away_zone"] = new["away_nights"] = None
    if change.bedtimes is not None:
        new["bedtimes"] = _seven_bedtimes(change.bedtimes)
    if change.turns is not None:
        new["turns"] = _turn_of_day(change.turns)
    if "quiet" in change.model_fields_set:
        new["quiet_from"], new["quiet_until"] = _quiet_hours(change.quiet)
    if change.detail is not None:
        new["detail"] = change.detail
    new = {name: value for name, value in new.items() if getattr(preferences, name) != value}
    for name, value in new.items():
        setattr(preferences, name, value)
    if new:
        audit.record(
            session, "preferences.changed", at=now, actor=person_id, patient=person_id,
            fields=" ".join(sorted(new)),
        )  # fmt: skip
    return preferences


async def go_away(
    session: AsyncSession, person_id: UUID, there: str, nights: AwayNights, now: datetime
) -> Preferences:
    """Note where a patient is and by which clock their nights run there.

    In their home zone they are not away. The caller replans. A repeat changes nothing and is not
    audited again. Raises Invalid for an unknown zone, NotFound for somebody unknown.
    """
    preferences = await preferences_of(session, person_id)
    if known_zone(there, "zone") == preferences.timezone:
        return await come_home(session, person_id, now)
    if (preferences.away_zone, preferences.away_nights) != (there, nights):
        preferences.away_zone, preferences.away_nights = there, nights
        audit.record(
            session, "travel.began", at=now, actor=person_id, patient=person_id,
            nights=nights.value,
        )  # fmt: skip
    return preferences


async def come_home(session: AsyncSession, person_id: UUID, now: datetime) -> Preferences:
    """Note that a patient is at home again; the caller replans. A repeat changes nothing."""
    preferences = await preferences_of(session, person_id)
    if preferences.away_zone is not None:
        preferences.away_zone = preferences.away_nights = None
        audit.record(session, "travel.ended", at=now, actor=person_id, patient=person_id)
    return preferences


def known_zone(name: str, field: str = "timezone") -> str:
    """The name itself when it is a time zone; else Invalid, with the nearest names as a cure."""
    try:
        zone(name)
    except UnknownZone:
        raise Invalid(
            f"{name[:64]!r} is not a time zone.", field=field, cure=_nearest_zones(name[:64])
        ) from None
    return name


def clock_time(text: str, field: str) -> time:
    """A wall-clock time from `HH:MM`. Raises Invalid, naming the field."""
    if not _CLOCK.fullmatch(text):
        raise Invalid(
            f"{text[:16]!r} is not a time of day.", field=field, cure="Write it as 22:30."
        )
    return time.fromisoformat(text)


def _nearest_zones(name: str) -> str:
    """Zones somebody may have meant: alike as a whole, or alike in the name of the place."""
    wanted = name.replace(" ", "_").casefold()
    by_text = {known.casefold(): known for known in sorted(zone_names())}
    by_place = {known.rpartition("/")[2].casefold(): known for known in sorted(zone_names())}
    places = difflib.get_close_matches(wanted.rpartition("/")[2], by_place, n=2, cutoff=0.75)
    wholes = difflib.get_close_matches(wanted, by_text, n=2, cutoff=0.75)
    near = list(dict.fromkeys([by_text[text] for text in wholes] + [by_place[p] for p in places]))
    if not near:
        return "Use a name of the IANA list, such as America/Denver."
    return f"Did you mean {' or '.join(near[:2])}?"


def _seven_bedtimes(bedtimes: list[str]) -> list[str]:
    if len(bedtimes) != 7:
        raise Invalid(
            f"There are {len(bedtimes)} bedtimes.", field="bedtimes",
            cure="Give seven, Monday's evening first.",
        )  # fmt: skip
    return [f"{clock_time(text, f'bedtimes.{day}'):%H:%M}" for day, text in enumerate(bedtimes)]


def _turn_of_day(text: str) -> time:
    """A day that turned in the afternoon would put an evening's dose on the date before."""
    turns = clock_time(text, "turns")
    if turns > time(12):
        raise Invalid(
            f"A day cannot turn at {text}.", field="turns",
            cure="Choose a time from 00:00 to 12:00, when you are surely asleep.",
        )  # fmt: skip
    return turns


def _quiet_hours(quiet: QuietHours | None) -> tuple[time | None, time | None]:
    if quiet is None:
        return None, None
    start, end = clock_time(quiet.since, "quiet.from"), clock_time(quiet.until, "quiet.until")
    if start == end:
        raise Invalid(
            "Quiet hours that begin and end together are none, or the whole day.", field="quiet",
            cure="Choose two different times, or none to end the quiet hours.",
        )  # fmt: skip
    return start, end
