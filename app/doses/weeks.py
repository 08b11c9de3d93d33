"""Any so many nights of the week: which of its nights count, and which are free.

Pure. A line may be taken "any five of seven": every night has its dose, and so many of them are
expected, whichever they are. The week is the ISO week, Monday to Sunday, of the night. A missed
Tuesday is made up for by a Saturday; nothing counts twice, and never more than one a night.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 7


class Standing(enum.StrEnum):
    """What one night of such a week comes to.

    counts   taken within the quota; still to come and not yet free; or missing: nothing can
             make up for it any more
    rest     free: not taken, and either made up for already or still to be made up for
    extra    taken beyond the quota, or while the line was held
    """

    COUNTS = "counts"
    REST = "rest"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekNight:
    """One planned night of a line's week.

    quota    how many nights of its week were asked for when it was planned
    taken    an intake stands; not one outside the plan, which is a dose of its own
    closed   nothing more comes of it: its window is shut, or it was skipped
    held     not expected and not available; taken all the same, it is extra
    """

    night: date
    quota: int
    taken: bool = False
    closed: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """One line's ISO week as it stands.

    quota       how many nights are asked for in a whole week; of two versions, the larger
    need        how many are owed: the quota's share of the nights that were planned and not held
    taken       how many of these were taken
    left        how many intakes are still wanted and can still come
    missing     how many can no longer be made up for
    standings   of every planned night but those held and not taken
    """

    quota: int
    need: int
    taken: int
    left: int
    missing: int
    standings: dict[date, Standing]

    @property
    def counted(self) -> int:
        """Intakes that count: never more than the quota."""
        return min(self.taken, self.quota)

    @property
    def expected(self) -> int:
        """How many count so far, taken or missing; once the week is over, all that were owed."""
        return self.counted + self.missing


def monday_of(night: date) -> date:
    """The first night of the ISO week that this night lies in: the key of the week."""
    return night - timedelta(days=night.weekday())


def filled(taken: int, quota: int) -> bool:
    """Whether as many nights of a week were taken as are asked for: the others are free, and
    nothing reminds of them."""
    return taken >= quota


def week_of(nights: Iterable[WeekNight]) -> Week:
    """How a line's week stands, from all its planned nights in any order, one a night.

    While the week runs, a night left out is free as long as the nights still to come can make up
    for it. What they cannot is missing, and it is the latest of the nights left out that are.
    """
    given = sorted(nights, key=lambda one: one.night)
    available = [one for one in given if not one.held]
    quota = max((one.quota for one in available), default=0)
    need = sum(one.quota for one in available) // DAYS
    taken = [one for one in available if one.taken]
    # A version of a smaller quota in mid-week frees its own nights as soon as that is reached,
    # and what nobody was told to take is never missing.
    wanted = [one for one in available if not one.taken and not filled(len(taken), one.quota)]
    to_come = sum(not one.closed for one in wanted)
    left_out = [one.night for one in wanted if one.closed]
    missing = min(max(0, need - len(taken) - to_come), len(left_out))
    missed = set(left_out[len(left_out) - missing :])
    standings = {one.night: Standing.EXTRA for one in given if one.held and one.taken}
    standings |= {
        one.night: Standing.COUNTS if number < quota else Standing.EXTRA
        for number, one in enumerate(taken)
    }
    for one in available:
        if not one.taken:
            counts = one.night in missed or (one in wanted and not one.closed)
            standings[one.night] = Standing.COUNTS if counts else Standing.REST
    left = min(max(0, quota - len(taken)), to_come)
    return Week(quota, need, len(taken), left, missing, standings)
