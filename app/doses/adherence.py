"""How well a prescription was followed: counts first, rates from them, the definition beside them.

Pure: it knows neither tables nor the clock. Rhythm, phases and days, which need a line's doses in
their order, are in the modules beside this one and come together in `app.doses.following`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from app.doses.definition import DEFINITION
from app.doses.weeks import Standing

__all__ = [
    "DEFINITION", "EXPECTED", "FILLED", "Adherence", "Intake", "pooled", "summarise", "wilson",
    "word_of",
]  # fmt: skip

# Two-sided 95 % quantile of the standard normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One dose as adherence sees it.

    on_time       how far from `due_at`, either way, still counts as on time
    taken_at      None when it was skipped or not logged
    skip_reason   a word when it was skipped, "" for a skip without one, None when it was not
    standing      of a line taken on any so many nights: what its week makes of this one
    begun         whether the line's first intake had come by then, in the order of the plan
    unasked       every reminder of it failed, or found no device
    """

    due_at: datetime
    closes_at: datetime
    on_time: timedelta
    taken_at: datetime | None = None
    skip_reason: str | None = None
    held: bool = False
    extra: bool = False
    standing: Standing | None = None
    begun: bool = True
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Adherence:
    """Counts over a period; two of them add up. A rate is None until something was expected.

    open     due and not settled, while the window still runs: in no rate yet
    rest     nights that the week of a line taken on any so many leaves free: in no rate
    delays   minutes from due to taken for every planned dose taken, negative when early

    unresolved          not logged, and nobody could be reminded: expected, and not taken
    before_initiation   left out before the line was ever taken: in no rate
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
    unresolved: int = 0
    before_initiation: int = 0

    @property
    def expected(self) -> int:
        """Planned doses that had to be taken: held and still open ones are none of them."""
        return self.on_time + self.late + self.skipped + self.missed + self.unresolved

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
    def timing_given_taken(self) -> float | None:
        """Share of the doses taken that was taken on time, 0 to 1."""
        return self.on_time / self.taken if self.taken else None

    @property
    def upper(self) -> float | None:
        """The taking rate if every unresolved dose had been taken."""
        return (self.taken + self.unresolved) / self.expected if self.expected else None

    @property
    def uncapped(self) -> float | None:
        """Every intake, also outside the plan, for each expected dose; above 1 is over-use."""
        return (self.taken + self.extra) / self.expected if self.expected else None

    @property
    def spoken_of(self) -> float | None:
        """Share of the expected doses of which the patient said what happened, 0 to 1."""
        return (self.taken + self.skipped) / self.expected if self.expected else None

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
            self.unresolved + other.unresolved,
            self.before_initiation + other.before_initiation,
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
        word = word_of(intake, now)
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
        counts["unresolved"],
        counts["before_initiation"],
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


def word_of(intake: Intake, now: datetime) -> str:
    """What one dose counts as: the name of a count of `Adherence`; or `upcoming`, or `void` for an
    intake outside the plan that was taken back, which count as nothing."""
    if intake.extra:
        return "extra" if intake.taken_at is not None else "void"
    if intake.taken_at is not None:
        if intake.held or intake.standing is Standing.EXTRA:
            return "extra"
        near = abs(intake.taken_at - intake.due_at) <= intake.on_time
        return "on_time" if near else "late"
    if intake.held or intake.standing is Standing.REST:
        return "held" if intake.held else "rest"
    word = "skipped" if intake.skip_reason is not None else _unsettled(intake, now)
    return word if intake.begun or word in {"open", "upcoming"} else "before_initiation"


def _unsettled(intake: Intake, now: datetime) -> str:
    if now >= intake.closes_at:
        return "unresolved" if intake.unasked else "missed"
    return "open" if now >= intake.due_at else "upcoming"


EXPECTED = frozenset({"on_time", "late", "skipped", "missed", "unresolved"})
"""The words of doses that had to be taken."""

FILLED = frozenset({"on_time", "late"})
"""The words of those that were."""
