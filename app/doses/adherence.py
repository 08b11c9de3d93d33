"""How well a prescription was followed: counts first, rates from them, the definition beside them.

Pure: it knows neither tables nor the clock. It measures what was taken of what was prescribed.
Initiation, implementation and persistence are not told apart yet: a patient who never began has
every dose missed.

Source of the phases: Vrijens 2012, Br J Clin Pharmacol 73:691,
doi:10.1111/j.1365-2125.2012.04167.x.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from app.doses.weeks import Standing

DEFINITION = {
    "id": "prescribed-2",
    "phase": "all prescribed doses; those before the first intake count as missed",
    "counted": "planned doses due in the period that were logged or whose window has closed",
    "taking": "(on time + late) / expected",
    "timing": "on time / expected",
    "on_time": "taken no further from the due time, either way, than the line allows",
    "late": "taken further from the due time than that, also after the window had closed",
    "skips": "count as expected and not taken",
    "missed": "not logged when the window closed; never counted as taken",
    "holds": "not expected",
    "gap": "a dose that a change of zone moved within the line's minimum gap is held: not expected",
    "any_n_of_seven": "of a line taken on any n nights of the ISO week, intakes count up to n; of "
    "planned nights that were not held, n sevenths, rounded down, are owed; what the week can no "
    "longer make up for is missed or skipped, and every other night left out is rest",
    "rest": "nights of such a line that its week leaves free; in no rate",
    "extra": "taken outside the plan; in no rate",
    "pooled": "sums over the lines; never an average of rates",
    "interval": "Wilson score interval, 95 %",
}

# Two-sided 95 % quantile of the standard normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One dose as adherence sees it.

    on_time       how far from `due_at`, either way, still counts as on time
    taken_at      None when it was skipped or not logged
    skip_reason   a word when it was skipped, "" for a skip without one, None when it was not
    standing      of a line taken on any so many nights: what its week makes of this one
    """

    due_at: datetime
    closes_at: datetime
    on_time: timedelta
    taken_at: datetime | None = None
    skip_reason: str | None = None
    held: bool = False
    extra: bool = False
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Adherence:
    """Counts over a period; two of them add up. A rate is None until something was expected.

    open     due and not settled, while the window still runs: in no rate yet
    rest     nights that the week of a line taken on any so many leaves free: in no rate
    delays   minutes from due to taken for every planned dose taken, negative when early
    """

    on_time: int = 0
    late: int = 0
    skipped: int = 0
    missed: int = 0
    held: int = 0
    extra: int = 0
    open: int = 0
    skip_reasons: Counter[str] = field(default_factory=Counter)
    delays: tuple[int, ...] = ()
    rest: int = 0

    @property
    def expected(self) -> int:
        """Planned doses that had to be taken: held and still open ones are none of them."""
        return self.on_time + self.late + self.skipped + self.missed

    @property
    def taken(self) -> int:
        """Planned doses taken, on time or late."""
        return self.on_time + self.late

    @property
    def taking(self) -> float | None:
        """Share of the expected doses that was taken, 0 to 1."""
        return self.taken / self.expected if self.expected else None

    @property
    def timing(self) -> float | None:
        """Share of the expected doses that was taken on time, 0 to 1."""
        return self.on_time / self.expected if self.expected else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the taking rate may lie, 95 % Wilson score interval."""
        return wilson(self.taken, self.expected)

    @property
    def median_delay(self) -> float | None:
        """Median minutes from due to taken; None when nothing was taken."""
        return median(self.delays) if self.delays else None

    def __add__(self, other: "Adherence") -> "Adherence":
        return Adherence(
            self.on_time + other.on_time,
            self.late + other.late,
            self.skipped + other.skipped,
            self.missed + other.missed,
            self.held + other.held,
            self.extra + other.extra,
            self.open + other.open,
            self.skip_reasons + other.skip_reasons,
            self.delays + other.delays,
            self.rest + other.rest,
        )


def summarise(intakes: Iterable[Intake], now: datetime) -> Adherence:
    """Count doses as they stand at `now`. The order does not matter.

    A dose that is due in the future and unsettled is not there at all; an unsettled one becomes
    missed at the instant its window closes.
    """
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    delays: list[int] = []
    for intake in intakes:
        word = _rate(intake, now)
        counts[word] += 1
        if word == "skipped" and intake.skip_reason:
            reasons[intake.skip_reason] += 1
        if word in {"on_time", "late"} and intake.taken_at is not None:
            delays.append(round((intake.taken_at - intake.due_at).total_seconds() / 60))
    return Adherence(
        counts["on_time"],
        counts["late"],
        counts["skipped"],
        counts["missed"],
        counts["held"],
        counts["extra"],
        counts["open"],
        reasons,
        tuple(sorted(delays)),
        counts["rest"],
    )


def pooled(lines: Sequence[Adherence]) -> Adherence:
    """All lines together, as sums: five bedtime doses must not hide one missed injection."""
    return sum(lines, Adherence())


def wilson(taken: int, expected: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share; None when nothing was expected.

    Three of four is 75 %, and the interval is about 30 to 95 %: few doses say little.

    Source: Wilson 1927, J Am Stat Assoc 22:209, doi:10.1080/01621459.1927.10502953.
    """
    if not expected:
        return None
    share = taken / expected
    spread = 1 + _Z**2 / expected
    centre = (share + _Z**2 / (2 * expected)) / spread
    margin = _Z / spread * sqrt(share * (1 - share) / expected + _Z**2 / (4 * expected**2))
    # At 0 and at 1 the bound is the share itself; floating point is off by 1e-18 there.
    return max(0.0, min(share, centre - margin)), min(1.0, max(share, centre + margin))


def _rate(intake: Intake, now: datetime) -> str:
    if intake.extra:
        return "extra" if intake.taken_at is not None else "void"
    if intake.taken_at is not None:
        if intake.held or intake.standing is Standing.EXTRA:
            return "extra"
        near = abs(intake.taken_at - intake.due_at) <= intake.on_time
        return "on_time" if near else "late"
    if intake.held or intake.standing is Standing.REST:
        return "held" if intake.held else "rest"
    return "skipped" if intake.skip_reason is not None else _unsettled(intake, now)


def _unsettled(intake: Intake, now: datetime) -> str:
    if now >= intake.closes_at:
        return "missed"
    return "open" if now >= intake.due_at else "upcoming"
