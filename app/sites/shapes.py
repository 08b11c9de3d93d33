"""How spots, what went into them, and what they did are written over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.clock import Day
from app.doses.shapes import AuthorOut, WentIntoOut
from app.sites.models import Reacted

Code = Annotated[str, Field(max_length=32)]


class RestingOut(BaseModel):
    """Why a spot rests; `until` is the first date on which it no longer does, null without one."""

    until: date | None
    text: str


class OpenReactionOut(BaseModel):
    """A reaction in the flesh of a spot that has not ended."""

    id: UUID
    kind: Reacted
    noticed_on: date


class SpotOut(BaseModel):
    """One spot as things stand for one injection.

    `legal`: usual for the route. `allowed`: the clinic has allowed what needs that. `suggestable`:
    both, and not one that Vesper never suggests. `last_at`, `last_name` and `rested_days` are of
    the last injection into this very spot; `resting` and `reaction` are of its flesh, which it may
    share with a spot of the other route: all of one `area`.
    """

    code: str
    name: str
    side: Literal["left", "right", ""]
    view: Literal["front", "back"]
    area: str
    legal: bool
    allowed: bool
    suggestable: bool
    not_suggested: str
    last_at: datetime | None
    last_name: str | None
    rested_days: int | None
    resting: RestingOut | None
    reaction: OpenReactionOut | None


class SiteSettingsShape(BaseModel):
    """Which spots beyond the usual ones the clinic allows: `deltoid` is the shoulder."""

    model_config = ConfigDict(extra="forbid")

    deltoid: bool


class SitesOut(BaseModel):
    """The map of the body for one injection; `suggestion` is null where no spot is suggested."""

    spots: list[SpotOut]
    suggestion: str | None
    why: str
    settings: SiteSettingsShape


class PlacementIn(BaseModel):
    """Where a dose went; null takes back what was said. `id` is made on the phone."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    site: Code | None


class SiteWarningOut(BaseModel):
    """Something to know of the spot that was logged; it was logged all the same."""

    code: Literal[
        "reaction", "not_for_route", "not_allowed", "never_suggested", "resting", "used_lately"
    ]
    text: str


class PlacementOut(BaseModel):
    """Where a dose went, as it stands now, and what is to be known of that."""

    dose: UUID
    site: WentIntoOut | None
    warnings: list[SiteWarningOut]


class ReactionIn(BaseModel):
    """What a spot does after an injection. The client makes the id."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    site: Code
    kind: Reacted
    noticed_on: Day
    note: str = Field(default="", max_length=500)
    dose: UUID | None = None


class ReactionEndIn(BaseModel):
    """On which date it was gone."""

    model_config = ConfigDict(extra="forbid")

    on: Day


class ReactionOut(BaseModel):
    """One reaction; `ended_on` is null while it is there."""

    id: UUID
    site: WentIntoOut
    kind: Reacted
    noticed_on: date
    ended_on: date | None
    note: str
    dose: UUID | None
    by: AuthorOut
    said_at: datetime
    voided_at: datetime | None


class ReactionsOut(BaseModel):
    """What spots did, newest first; what was said by mistake is there as well, with its date."""

    reactions: list[ReactionOut]
    today: date
