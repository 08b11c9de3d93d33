"""What looks wrong about a protocol as a whole, said with what was seen. Pure.

A warning never refuses anything: a clinician answers it with a reason, and a patient reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from uuid import UUID

from app.protocols.prescribed import Prescribed
from app.protocols.recurrences import shortest_gap
from app.schedule import A_DAY, Evenings

ANASTROZOLE_WITHOUT_TESTOSTERONE = "anastrozole_without_testosterone"
GONADORELIN_DAYS_ADJACENT = "gonadorelin_days_adjacent"
TWO_GLP1 = "two_glp1"
CLOSER_THAN_MINIMUM_GAP = "closer_than_minimum_gap"
BASELINE_LABS_MISSING = "baseline_labs_missing"
CODES = (
    ANASTROZOLE_WITHOUT_TESTOSTERONE, GONADORELIN_DAYS_ADJACENT, TWO_GLP1,
    CLOSER_THAN_MINIMUM_GAP, BASELINE_LABS_MISSING,
)  # fmt: skip

NIGHTS = 400
"""How many nights ahead are looked at: a version begins within a year."""

A_WEEK = 7  # nights that one dose of a weekly GLP-1 covers; [S] labels (clinical.md 6)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that looks wrong: its code, what was seen, the lines it is about, the source."""

    code: str
    seen: str
    lines: tuple[UUID, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The nights [since, until) in which a line is held; open while `until` is None."""

    line_id: UUID
    since: date
    until: date | None

    def covers(self, night: date) -> bool:
        """Whether the line pauses in this night."""
        return self.since <= night and (self.until is None or night < self.until)


@dataclass(frozen=True, slots=True)
class Course:
    """A protocol as the rules see it: its lines, what came before, and what is known beside it.

    since            first night that is looked at: when the version begins, or tonight
    before           the lines that stand until then; empty when nothing does
    baseline_drawn   whether a baseline blood draw is recorded; None where nobody can say
    """

    lines: Sequence[Prescribed]
    since: date
    evenings: Evenings
    before: Sequence[Prescribed] = ()
    pauses: Sequence[Pause] = ()
    baseline_drawn: bool | None = None

    def of(self, kind: str) -> list[Prescribed]:
        """The lines whose medicine is of this kind, in the order of entry."""
        return [line for line in self.lines if kind in line.kinds]

    def runs(self, line: Prescribed, night: date) -> bool:
        """Whether the line is under way in this night, between its doses as well."""
        rule = line.rule
        if night < rule.first or (rule.last is not None and night > rule.last):
            return False
        week = (night - rule.first).days // 7 % (rule.weeks_on + rule.weeks_off)
        return week < rule.weeks_on and not self.held(line, night)

    def held(self, line: Prescribed, night: date) -> bool:
        """Whether somebody has put the line on hold in this night."""
        return any(p.line_id == line.line_id and p.covers(night) for p in self.pauses)

    def nights(self) -> list[date]:
        """The nights looked at, in order."""
        return [self.since + A_DAY * n for n in range(NIGHTS)]

    def doses(self, line: Prescribed) -> list[date]:
        """The nights on which the line is taken, holds left out."""
        return [
            night
            for night in self.nights()
            if line.rule.includes(night) and not self.held(line, night)
        ]


def warnings_of(course: Course) -> list[Warned]:
    """Everything that looks wrong, in the order of `CODES`, then of the lines."""
    return [
        *_aromatase_alone(course),
        *_adjacent(course),
        *_two_glp1(course),
        *_too_close(course),
        *_no_baseline(course),
    ]


def _aromatase_alone(course: Course) -> list[Warned]:
    """An aromatase inhibitor under way while no androgen is: nothing is left to be converted."""
    androgens = course.of("androgen")
    found = []
    for line in course.of("aromatase_inhibitor"):
        alone = next(
            (
                night
                for night in course.nights()
                if course.runs(line, night) and not any(course.runs(a, night) for a in androgens)
            ),
            None,
        )
        if alone is None:
            continue
        on_hold = [a for a in androgens if course.held(a, alone)]
        if on_hold:
            why = f"while {_inside(on_hold[0].name)} is on hold"
        elif androgens:
            why = f"while {_inside(androgens[0].name)} is not taken"
        else:
            why = "without testosterone in the protocol"
        begins = "" if alone == course.since else f", from {_day(alone)}"
        found.append(Warned(
            ANASTROZOLE_WITHOUT_TESTOSTERONE,
            f"{line.name} runs {why}{begins}.",
            (line.line_id, *(a.line_id for a in on_hold)),
            "[D] it limits what testosterone becomes (brief.md, row 3; product.md, What none has "
            "16)",
        ))  # fmt: skip
    return found


def _adjacent(course: Course) -> list[Warned]:
    """Twice a week, but on two nights in a row."""
    lines = [line for line in course.of("gonadotropin_releasing") if line.rule.per_week is None]
    nights = {night for line in lines for night in course.doses(line)}
    pairs = [(n, n + A_DAY) for n in sorted(nights) if n + A_DAY in nights]
    most = max((sum(n + A_DAY * d in nights for d in range(7)) for n in nights), default=0)
    if not pairs or most != 2:
        return []
    first, second = pairs[0]
    return [Warned(
        GONADORELIN_DAYS_ADJACENT,
        f"{lines[0].name} is taken twice a week, but on two nights in a row: {first:%A} and "
        f"{second:%A}.",
        tuple(line.line_id for line in lines),
        "[D] twice a week is meant to be spread over it (product.md, What none has 16)",
    )]  # fmt: skip


def _two_glp1(course: Course) -> list[Warned]:
    """Doses of two GLP-1 lines in one week, also of one that ends and one that begins."""
    kept = {line.line_id for line in course.lines}
    lately = [course.since - A_DAY * n for n in range(A_WEEK, 0, -1)]
    doses: list[tuple[Prescribed, list[date]]] = [
        (line, course.doses(line)) for line in course.of("glp1")
    ]
    for line in course.before:
        if "glp1" in line.kinds and line.line_id not in kept:
            taken = [n for n in lately if line.rule.includes(n) and not course.held(line, n)]
            doses.append((line, taken))
    found = []
    for (one, nights), (other, others) in combinations(doses, 2):
        close = next(((n, m) for n in nights for m in others if abs((n - m).days) < A_WEEK), None)
        if close is None:
            continue
        found.append(Warned(
            TWO_GLP1,
            f"{one.name} and {_inside(other.name)} are taken within one week, on "
            f"{min(close):%A} and {max(close):%A}.",
            tuple(line.line_id for line in (one, other) if line.line_id in kept),
            "[S] a weekly GLP-1 is never taken with another one (labels, clinical.md 6; "
            "product.md, What none has 16)",
        ))  # fmt: skip
    return found


def _too_close(course: Course) -> list[Warned]:
    """A schedule whose own doses lie closer together than its minimum gap."""
    found = []
    for line in course.lines:
        if line.min_gap_minutes is None or line.rule.per_week is not None:
            continue
        gap = shortest_gap(line.rule, course.evenings, max(line.rule.first, course.since))
        if gap is None or gap >= line.min_gap_minutes:
            continue
        found.append(Warned(
            CLOSER_THAN_MINIMUM_GAP,
            f"{line.name} is prescribed {_time(gap)} apart, closer than its minimum gap of "
            f"{_time(line.min_gap_minutes)}.",
            (line.line_id,),
            line.min_gap_source,
        ))  # fmt: skip
    return found


def _no_baseline(course: Course) -> list[Warned]:
    """A medicine that starts before any baseline blood draw was recorded."""
    if course.baseline_drawn is not False:
        return []
    known = {line.medicine for line in course.before}
    starting = [line for line in course.lines if line.medicine not in known]
    if not starting:
        return []
    first, *others = dict.fromkeys(line.name for line in starting)
    names = " and ".join([first, *(_inside(name) for name in others)])
    return [Warned(
        BASELINE_LABS_MISSING,
        f"No baseline blood draw is recorded. New: {names}.",
        tuple(line.line_id for line in starting),
        "[D] the baseline belongs into the 30 days before the start (clinical.md 1.2; brief.md, "
        "row 9)",
    )]  # fmt: skip


def _inside(name: str) -> str:
    """A name inside a sentence; one that begins with letters and digits such as CJC-1295 stays."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _day(night: date) -> str:
    return f"{night:%A} {night.day} {night:%B}"


def _time(minutes: int) -> str:
    return f"{minutes} minutes" if minutes % 60 else f"{minutes // 60} hours"
