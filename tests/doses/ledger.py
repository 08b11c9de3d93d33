"""The plan worked out once more, slowly and plainly, from a log of what happened.

Nothing of the application is called here: no stretches of versions, no occurrences, no spacing.
Night by night and line by line it asks what was signed, by which clock, and what became of it.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

NIGHT = timedelta(days=1)
TURN = time(4)

Key = tuple[UUID, date, int]
"""A dose: its line, night and slot."""


@dataclass(frozen=True)
class Says:
    """What one version says of one line."""

    amount: str
    first: date
    weekdays: tuple[int, ...] = ()
    every: int = 1
    weeks_on: int = 1
    weeks_off: int = 0
    last: date | None = None
    times: tuple[str, ...] = ("bedtime",)
    per_week: int | None = None
    window: int | None = None
    gap: int | None = None
    steps: tuple[tuple[date, str], ...] = ()

    def asks_for(self, night: date) -> bool:
        """Whether there is a dose in this night."""
        passed = (night - self.first).days
        if passed < 0 or (self.last and night > self.last):
            return False
        if self.weeks_off and passed // 7 % (self.weeks_on + self.weeks_off) >= self.weeks_on:
            return False
        if self.weekdays:
            return night.isoweekday() in self.weekdays
        return passed % self.every == 0

    def amount_in(self, night: date) -> str:
        """How much is taken."""
        return [self.amount, *(value for since, value in self.steps if since <= night)][-1]

    def moves(self, slot: int) -> bool:
        """Whether the slot goes by local nights."""
        often = self.per_week or len(self.weekdays) or {1: 7, 2: 4}.get(self.every, 3)
        return self.times[slot] == "bedtime" and often * len(self.times) >= 4


@dataclass(frozen=True)
class Word:
    """A version: since which night it holds (None: only proposed), since when it was known."""

    number: int
    written: datetime
    effective: date
    since: date | None
    known: datetime
    lines: dict[UUID, Says]


@dataclass(frozen=True)
class Pause:
    """A line on hold in the nights [since, until)."""

    line: UUID
    since: date
    until: date | None

    def covers(self, night: date) -> bool:
        """Whether this night is paused."""
        return self.since <= night and (self.until is None or night < self.until)


@dataclass(frozen=True)
class Row:
    """One dose as it should stand in the database."""

    version: int
    due: datetime
    closes: datetime
    amount: str
    zone: str
    held: bool
    held_for: str | None
    gap: int | None
    quota: int | None


@dataclass
class Ledger:
    """Everything that was said and done, and the rows that follow from it."""

    home: str
    bedtimes: str = "22:30"
    away: str | None = None
    local: bool = False
    words: list[Word] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    rows: dict[Key, Row] = field(default_factory=dict)
    said: dict[Key, list[tuple[str, datetime | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    planned_until: date | None = None

    # --- What night it is, and by which clock -------------------------------------------------

    def here(self) -> str:
        """The zone that says which night it is."""
        return self.away if self.away and self.local else self.home

    def night(self, now: datetime, place: str | None = None) -> date:
        """The night this instant belongs to."""
        return (now.astimezone(ZoneInfo(place or self.here())) - timedelta(hours=4)).date()

    def instant(self, night: date, at: str, place: str) -> datetime | None:
        """When the wall clock of a place reads `at` in this night; None on a day that never was."""
        wall = time.fromisoformat(self.bedtimes if at == "bedtime" else at)
        return moment(night + NIGHT if wall < TURN else night, wall, place)

    # --- What was said of a dose --------------------------------------------------------------

    def outcome(self, key: Key) -> tuple[str, datetime | None] | None:
        """What stands of a dose."""
        said = self.said.get(key)
        return said[-1] if said and said[-1][0] != "undone" else None

    # --- The plan -----------------------------------------------------------------------------

    def in_force(self, night: date) -> Word | None:
        """The version of this night: the last word that had begun by then."""
        begun = [word for word in self.words if word.since is not None and word.since <= night]
        return max(begun, key=lambda word: word.number, default=None)

    def plan(self, now: datetime) -> None:
        """Make the future what follows from everything that is known now."""
        tonights = {self.night(now, self.home), self.night(now)}
        first, end = min(tonights) - NIGHT, max(tonights) + NIGHT * 14
        before = self.planned_until or first
        end = max(end, before)
        asked = {key: row for key, row in self._asked(first, end).items() if key[1] < end}
        wanted: dict[Key, Row] = {}
        for key, row in asked.items():
            word = self.in_force(key[1])
            assert word is not None
            stands = self.rows.get(key)
            too_late = row.due <= word.known or (row.due <= now and key[1] < before)
            if stands is None and too_late:
                continue  # nobody could have missed it
            wanted[key] = row
            if stands is not None and row.due <= now < stands.due:
                wanted[key] = replace(row, due=stands.due, closes=stands.closes, zone=stands.zone)
        self._keep_the_gap(wanted, now)
        for key, stands in list(self.rows.items()):
            if stands.due <= now or self.outcome(key) or not first <= key[1] < end:
                continue
            if key in wanted:
                self.rows[key] = wanted[key]
            elif self.said.get(key):
                self.rows[key] = replace(stands, held=True)
            else:
                del self.rows[key]
        for key, row in wanted.items():
            self.rows.setdefault(key, row)
        self.planned_until = end

    def _asked(self, first: date, end: date) -> dict[Key, Row]:
        """What is signed for these nights, and for eight more, which end windows before them."""
        found: dict[Key, Row] = {}
        for night in (first + NIGHT * n for n in range((end - first).days + 8)):
            word = self.in_force(night)
            for line, says in word.lines.items() if word else ():
                for slot, at in enumerate(says.times) if says.asks_for(night) else ():
                    place = self.here() if says.moves(slot) else self.home
                    due = self.instant(night, at, place)
                    if due is None:
                        continue
                    closes = self._closes(says, night, due, place)
                    held = any(p.line == line and p.covers(night) for p in self.pauses)
                    assert word is not None
                    found[line, night, slot] = Row(
                        word.number, due, closes, says.amount_in(night), place, held,
                        "hold" if held else None, says.gap, says.per_week,
                    )  # fmt: skip
        for line in {key[0] for key in found}:
            doses = sorted((row.due, key[2], key) for key, row in found.items() if key[0] == line)
            for (due, _, key), (following, _, _) in pairwise(doses):
                if due < following < found[key].closes:
                    found[key] = replace(found[key], closes=following)
        return found

    def _closes(self, says: Says, night: date, due: datetime, place: str) -> datetime:
        if says.window is not None:
            return due + timedelta(minutes=says.window)
        day = night + NIGHT
        while (turn := moment(day, TURN, place)) is None:
            day += NIGHT
        return turn if turn > due else due + timedelta(hours=4)

    def _keep_the_gap(self, wanted: dict[Key, Row], now: datetime) -> None:
        """Hold what two clocks bring closer together than the gap, though one would not."""
        intakes: list[tuple[UUID, datetime, str, datetime | None]] = []
        for key, row in self.rows.items():
            outcome = self.outcome(key)
            if outcome and outcome[0] == "taken":
                intakes.append((key[0], row.due, row.zone, outcome[1]))
            elif not outcome and row.due <= now < row.closes and not row.held:
                intakes.append((key[0], row.due, row.zone, None))
        order = sorted(wanted, key=lambda key: (wanted[key].due, key[1], key[2]))
        for key in order:
            row = wanted[key]
            stands = self.rows.get(key)
            if row.due <= now or self.outcome(key) or (stands and stands.due <= now):
                continue
            gap = timedelta(minutes=row.gap or 0)
            for line, due, zone, taken in intakes:
                real = abs(row.due - due)
                wall = abs(on_the_wall(row.due, row.zone) - on_the_wall(due, zone))
                if (
                    line == key[0]
                    and zone != row.zone
                    and real < gap <= wall
                    and (taken is None or abs(row.due - taken) < gap)
                    and not row.held
                ):
                    row = replace(row, held=True, held_for="gap")
            wanted[key] = row
            if not row.held:
                intakes.append((key[0], row.due, row.zone, None))

    # --- Who may speak ------------------------------------------------------------------------

    def reminds(self, now: datetime) -> set[Key]:
        """The doses that should be armed: expected, unsettled, of the coming day and a half."""
        tonight = self.night(now)
        word = self.in_force(tonight)
        if word is None:  # before the first one begins, that first one
            coming = [word for word in self.words if word.since is not None]
            word = min(coming, key=lambda each: each.since or date.max, default=None)
        found = set()
        for key, row in self.rows.items():
            line, night, _ = key
            if not (row.due <= now + timedelta(hours=36) and now < row.closes):
                continue
            if row.held or self.outcome(key) or row.due < now - timedelta(days=7):
                continue
            if row.due <= now and (
                word is None
                or line not in word.lines
                or any(pause.line == line and pause.covers(night) for pause in self.pauses)
            ):
                continue  # paused or stopped since
            if row.quota is not None and self.taken_in_week(line, night) >= row.quota:
                continue
            found.add(key)
        return found

    def taken_in_week(self, line: UUID, night: date) -> int:
        """How many nights of this one's week were taken."""
        return sum(
            (self.outcome(key) or ("", None))[0] == "taken" and not row.held
            for key, row in self.rows.items()
            if key[0] == line and key[1].isocalendar()[:2] == night.isocalendar()[:2]
        )


def moment(day: date, wall: time, place: str) -> datetime | None:
    """The instant at which a clock shows this; None where the calendar left the day out."""
    here = ZoneInfo(place)
    noon = datetime.combine(day, time(12), tzinfo=here)
    if noon.astimezone(UTC).astimezone(here).date() != day:
        return None
    return datetime.combine(day, wall, tzinfo=here).astimezone(UTC)


def on_the_wall(instant: datetime, place: str) -> datetime:
    """What the clock of a place shows."""
    return instant.astimezone(ZoneInfo(place)).replace(tzinfo=None)
