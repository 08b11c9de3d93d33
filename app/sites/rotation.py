"""Which spot has rested longest, what rests, and what is said of a spot that was chosen. Pure.

Rest belongs to flesh, not to a medicine: spots of one area rest together, whatever went in and by
whichever route. Three things make an area rest, all with their sources in `data/sites.toml`:

    muscle     something went into its muscle less than 7 days ago
    skin       the last injection under the skin went there
    medicine   the last dose of the very same medicine went there

Nobody is kept from logging a spot that rests. What is suggested is a spot that is usual for the
route, allowed, without a reaction that is still there, and not resting; of those the one that was
used longest ago, and of those that were never used, the first in the order of the map.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.sites.body import ELSEWHERE, MUSCLE_DAYS, RULES, SITES, Site, nearby

MUSCLE, SKIN = "intramuscular", "subcutaneous"

UNDATED = timedelta(days=MUSCLE_DAYS)
"""How long a rest without a date is taken to last when the one that ends first is looked for."""


@dataclass(frozen=True, slots=True)
class Use:
    """One injection that stands as taken, and the spot somebody named for it.

    medicine   the same word for every line of the same medicine
    name       what the patient calls it
    day        the calendar date where the patient is
    """

    site: str
    route: str
    medicine: str
    name: str
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Sore:
    """A reaction that has not ended."""

    id: UUID
    site: str
    kind: str
    noticed_on: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a spot is looked for: by which route, of which medicine, on which calendar date.

    medicine   None: of any
    deltoid    whether the clinic allows the shoulder
    """

    route: str
    today: date
    medicine: str | None = None
    deltoid: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a spot rests, since when, and the first date on which it no longer does.

    until   None: not until something else went somewhere else
    """

    since: date
    until: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One spot as things stand.

    legal         usual for the route
    allowed       nothing that the clinic would have to allow first
    suggestable   legal, allowed, and not one that is never suggested
    last          the last injection into this very spot
    rested_days   how many calendar days ago that was; never below 0
    """

    site: Site
    legal: bool
    allowed: bool
    suggestable: bool
    last: Use | None
    rested_days: int | None
    resting: Rest | None
    reaction: Sore | None

    @property
    def free(self) -> bool:
        """Whether it may be suggested as it is."""
        return self.suggestable and self.resting is None and self.reaction is None


@dataclass(frozen=True, slots=True)
class Look:
    """Every spot of the map in its order, which one is suggested, and why, in plain words."""

    spots: Sequence[Spot]
    suggestion: Site | None
    why: str


def look(wanted: Wanted, uses: Iterable[Use], sores: Iterable[Sore]) -> Look:
    """The map for one injection. The order of uses and reactions makes no difference."""
    used, sore = _newest(uses), _by_date(sores)
    spots = [_spot(site, wanted, used, sore) for site in SITES.values()]
    free = [spot for spot in spots if spot.free]
    if free:
        first = min(free, key=_longest)
        return Look(spots, first.site, _why(first))
    resting = [spot for spot in spots if spot.suggestable and spot.reaction is None]
    if resting:
        first = min(resting, key=lambda spot: (_ends(spot), *_longest(spot)))
        text = first.resting.text if first.resting else ""
        return Look(spots, first.site, (
            f"Every usual spot rests or has a reaction. {first.site.name} is the one whose rest "
            f"ends first. {text}"
        ))  # fmt: skip
    return Look(spots, None, (
        "Every usual spot has a reaction that has not ended, so none is suggested. Ask your "
        "clinic where to inject. You can still log any spot."
    ))  # fmt: skip


def warnings(
    site: Site, wanted: Wanted, uses: Iterable[Use], sores: Iterable[Sore]
) -> list[tuple[str, str]]:
    """What is said of a spot somebody chose, as code and plain words; nothing is refused."""
    used = _newest(uses)
    spot = _spot(site, wanted, used, _by_date(sores))
    found = []
    if spot.reaction is not None:
        day = f"{spot.reaction.noticed_on.day} {spot.reaction.noticed_on:%B}"
        found.append(("reaction", f"A reaction was noted here on {day} and has not ended."))
    if not spot.legal:
        found.append(("not_for_route", "This is not a usual spot for this way of injecting."))
    elif not spot.allowed:
        found.append(("not_allowed", "Your clinic has not allowed the shoulder."))
    if site.not_suggested and site.code != ELSEWHERE:
        found.append(("never_suggested", site.not_suggested))
    if spot.resting is not None:
        found.append(("resting", spot.resting.text))
    elif other := _neighbour(site, wanted, used):
        days = (wanted.today - other.day).days
        found.append(("used_lately", f"{other.name} went here {_ago(days)}."))
    return found


def _spot(site: Site, wanted: Wanted, used: Sequence[Use], sores: Sequence[Sore]) -> Spot:
    legal = wanted.route in site.routes
    allowed = site.needs != "deltoid" or wanted.deltoid
    sore = [each for each in sores if _shares(site, each.site)]
    last = next((use for use in reversed(used) if use.site == site.code), None)
    return Spot(
        site=site, legal=legal, allowed=allowed,
        suggestable=legal and allowed and not site.not_suggested,
        last=last, rested_days=max((wanted.today - last.day).days, 0) if last else None,
        resting=_rest(site, wanted, used), reaction=sore[-1] if sore else None,
    )  # fmt: skip


def _rest(site: Site, wanted: Wanted, used: Sequence[Use]) -> Rest | None:
    """Why this spot rests on this date; a reason that ends on a date is named first."""
    here = [use for use in used if _shares(site, use.site)]
    for use in reversed(here):
        until = use.day + timedelta(days=MUSCLE_DAYS)
        if use.route == MUSCLE and wanted.today < until:
            return Rest(use.day, until, _told(use, wanted, "into this muscle", "muscle"))
    for use in _last(each for each in used if each.route == SKIN):
        if use in here:
            return Rest(use.day, None, _told(use, wanted, "here", "skin"))
    for use in _last(each for each in used if each.medicine == wanted.medicine):
        if use in here:
            return Rest(use.day, None, _told(use, wanted, "here", "medicine"))
    return None


def _told(use: Use, wanted: Wanted, where: str, rule: str) -> str:
    """In plain words what went where and when, and the rule that makes it rest."""
    return f"{use.name} went {where} {_ago((wanted.today - use.day).days)}. {RULES[rule].text}"


def _newest(uses: Iterable[Use]) -> list[Use]:
    """Of each medicine the newest use of each spot by each route, oldest first.

    No rule asks for more, and a record of years stays short.
    """
    found: dict[tuple[str, str, str], Use] = {}
    for use in sorted(uses, key=_when):
        found[use.site, use.route, use.medicine] = use
    return sorted(found.values(), key=_when)


def _by_date(sores: Iterable[Sore]) -> list[Sore]:
    return sorted(sores, key=lambda sore: (sore.noticed_on, sore.id))


def _last(uses: Iterable[Use]) -> list[Use]:
    """The newest of these; several that were said to be at the same instant are all of them."""
    known = list(uses)
    newest = max((use.at for use in known), default=None)
    return [use for use in known if use.at == newest]


def _neighbour(site: Site, wanted: Wanted, used: Sequence[Use]) -> Use | None:
    """What went into the same flesh in the last days, though nothing makes it rest."""
    near = [
        use
        for use in used
        if _shares(site, use.site) and wanted.today - use.day < timedelta(days=MUSCLE_DAYS)
    ]
    return near[-1] if near else None


def _shares(site: Site, code: str) -> bool:
    other = SITES.get(code)
    return other is not None and nearby(site, other)


def _when(use: Use) -> tuple[datetime, str, str, str]:
    return (use.at, use.site, use.medicine, use.route)


def _longest(spot: Spot) -> tuple[bool, float, int]:
    """What sorts the longest-rested first: never used, then used longest ago, then the map."""
    last = spot.last
    return (last is not None, last.at.timestamp() if last else 0.0, spot.site.order)


def _ends(spot: Spot) -> date:
    """When a rest ends; one without a date is taken to last a week."""
    if spot.resting is None:
        return date.min
    return spot.resting.until or spot.resting.since + UNDATED


def _why(spot: Spot) -> str:
    if spot.rested_days is None:
        return "It has not been used yet."
    return f"It has rested longest: last used {_ago(spot.rested_days)}."


def _ago(days: int) -> str:
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"
