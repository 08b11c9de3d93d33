"""What the doses of one patient put on the list, by the rules of `data/flags.toml`. Pure.

A flag says what was not taken and since when. It never says what to do about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from uuid import UUID

from app.clinic.flag_rules import FLAG_RULES, Flag
from app.doses.adherence import EXPECTED, FILLED, Intake, summarise, word_of
from app.schedule import A_DAY

LOOK_BACK = timedelta(days=60)
"""How far back the rules read: two periods of the trend. [D] engineering default."""

RAN_OUT = "ran_out"


@dataclass(frozen=True, slots=True)
class LineDoses:
    """One line in force, and its doses due in the last 60 days, oldest first.

    androgen      whether the line is a testosterone
    next_due_at   the next planned dose of an androgen; None where none is planned or it is no
                  matter
    before        when something of it was last taken before that; None for never
    enough_until  the last day up to which what is on record is enough, at its first instant where
                  the patient is; None: not known, or nothing runs out
    """

    id: UUID
    label: str
    intakes: Sequence[Intake]
    androgen: bool = False
    next_due_at: datetime | None = None
    before: datetime | None = None
    enough_until: datetime | None = None

    @property
    def paused(self) -> bool:
        """Whether the newest dose that fell due was held: then nothing is expected now."""
        planned = [one for one in self.intakes if not one.extra]
        return bool(planned) and planned[-1].held

    @property
    def interval(self) -> timedelta | None:
        """From the newest planned dose to the next one, or from the one before it."""
        dues = [one.due_at for one in self.intakes if not one.extra]
        if self.next_due_at is not None:
            dues.append(self.next_due_at)
        return dues[-1] - dues[-2] if len(dues) > 1 else None

    @property
    def last_taken_at(self) -> datetime | None:
        """When something of the line was last taken, as planned or not."""
        return max((one.taken_at for one in self.intakes if one.taken_at), default=self.before)

    @property
    def last_held_at(self) -> datetime | None:
        """When the newest held dose was due that was not taken all the same."""
        held = (one.due_at for one in self.intakes if one.held and one.taken_at is None)
        return max(held, default=None)


@dataclass(frozen=True, slots=True)
class Outdated:
    """A vial that was drawn from after its discard date, and when each of these doses was taken.

    taken_at   in order of time; never empty
    """

    vial_id: UUID
    name: str
    discard_on: date
    taken_at: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class FarOff:
    """A line of which far more or far less than planned was taken, and when each time.

    taken_at   in order of time; never empty
    """

    line_id: UUID
    label: str
    taken_at: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Run:
    """The newest expected doses of a line, none of them taken.

    since   when the first of them was due; None for none
    """

    missed: int = 0
    skipped: int = 0
    since: datetime | None = None

    @property
    def count(self) -> int:
        """How many in a row."""
        return self.missed + self.skipped


def dose_flags(
    lines: Sequence[LineDoses], everything: Iterable[Intake], now: datetime, here: tzinfo,
    *, falling: bool = False, outdated: Iterable[Outdated] = (), far_off: Iterable[FarOff] = (),
) -> list[Flag]:  # fmt: skip
    """Every flag that the doses of one patient raise at this instant.

    everything   the doses of all lines due in the last 60 days, also of lines that have ended, as
                 adherence counts them
    here         where the patient is
    falling      whether the flag of a falling trend is open already
    outdated     vials that were drawn from after their discard date
    far_off      lines of which an amount far from the planned one was taken
    """
    found: list[Flag | None] = [falling_trend(everything, now, is_open=falling)]
    for line in lines:
        found += [
            misses_in_row(line, now), testosterone_late(line, now, here),
            run_out(line, now, line.enough_until),
        ]  # fmt: skip
    found += [drawn_after_discard(vial, now, here) for vial in outdated]
    found += [amount_far_off(line, now, here) for line in far_off]
    return [flag for flag in found if flag is not None]


def run_of(intakes: Sequence[Intake], now: datetime) -> Run:
    """How many expected doses in a row, up to now, were not taken.

    Held doses, intakes outside the plan and windows that still run are passed over.
    """
    missed, skipped, since = 0, 0, None
    for intake in reversed(intakes):
        word = word_of(intake, now)
        if word in FILLED:
            break
        if word in EXPECTED:
            skipped, missed = skipped + (word == "skipped"), missed + (word != "skipped")
            since = intake.due_at
    return Run(missed, skipped, since)


def misses_in_row(line: LineDoses, now: datetime) -> Flag | None:
    """At least so many expected doses in a row that were not taken, until one is or it pauses."""
    rule = FLAG_RULES["misses_in_row"]
    recent = [one for one in line.intakes if one.due_at >= now - rule.span("days")]
    run = run_of(recent, now)
    if line.paused or run.since is None or run.count < rule.number("misses"):
        return None
    return rule.flag(
        run.since, str(line.id), line=line.label, count=run.count, missed=run.missed,
        skipped=run.skipped,
    )  # fmt: skip


def falling_trend(
    everything: Iterable[Intake], now: datetime, *, is_open: bool = False
) -> Flag | None:
    """All lines together: the share taken fell, from one period to the next, by the margin.

    is_open   whether it is known already: then it holds until the fall is clearly smaller
    """
    rule = FLAG_RULES["falling_trend"]
    span, fewest = rule.span("days"), rule.number("fewest")
    middle = now - span
    doses = list(everything)
    latest = summarise((one for one in doses if middle < one.due_at <= now), now)
    before = summarise((one for one in doses if middle - span < one.due_at <= middle), now)
    if min(latest.expected, before.expected) < fewest:
        return None
    # In whole numbers, because 0.9 - 0.7 is not 0.2 for a computer.
    fall = before.taken * latest.expected - latest.taken * before.expected
    margin = rule.figures["ends" if is_open else "share"]
    if fall < margin * latest.expected * before.expected:
        return None
    first = min(one.due_at for one in doses if middle < one.due_at <= now and _not_taken(one, now))
    return rule.flag(
        first, days=span.days, taken=latest.taken, expected=latest.expected,
        taken_before=before.taken, expected_before=before.expected,
    )  # fmt: skip


def testosterone_late(line: LineDoses, now: datetime, here: tzinfo) -> Flag | None:
    """An androgen past its late window, or nothing taken for more than 1.25 of its intervals.

    It holds until something of the line is taken, or the line is paused or stopped.
    """
    rule = FLAG_RULES["testosterone_late"]
    interval, last = line.interval, line.last_taken_at
    if not line.androgen or line.paused:
        return None
    if interval is not None and interval < rule.span("days"):
        return None
    owed = [
        one for one in line.intakes
        if (last is None or one.due_at > last) and now >= one.closes_at and _not_taken(one, now)
    ]  # fmt: skip
    told = "never" if last is None else f"{last.astimezone(here):%-d %B}"
    if owed:
        return rule.flag(
            owed[0].due_at, str(line.id), line=line.label, last=told,
            due=f"{owed[0].due_at.astimezone(here):%-d %B}",
        )  # fmt: skip
    if last is None or interval is None:
        return None
    # A pause is no interval: what was not planned while it lasted is nobody's delay.
    since = max(last, line.last_held_at or last) + interval * float(rule.figures["intervals"])
    if now <= since:
        return None
    return rule.flag(
        since, str(line.id), "overdue", line=line.label, elapsed=(now - last).days,
        interval=_days(interval),
    )  # fmt: skip


def run_out(line: LineDoses, now: datetime, enough_until: datetime | None = None) -> Flag | None:
    """The patient said that it had run out and has taken none since, or what is left will not do.

    enough_until   as `LineDoses` says it; the flag holds since so many days before. Some days after
                   it goes: then it is the record of vials that has ended, and what is left out or
                   taken all the same is told by the other rules and figures
    """
    rule = FLAG_RULES["run_out"]
    near = enough_until is not None and (
        -rule.span("days") <= enough_until + A_DAY - now <= rule.span("days_left") + A_DAY
    )
    if near and enough_until is not None:
        return rule.flag(
            (enough_until - rule.span("days_left")).astimezone(UTC), str(line.id),
            "supply" if now < enough_until + A_DAY else "out",
            line=line.label, until=f"{enough_until:%-d %B}",
        )  # fmt: skip
    last = line.last_taken_at
    said = [
        one.due_at for one in line.intakes
        if one.skip_reason == RAN_OUT and one.due_at >= now - rule.span("days")
        and (last is None or one.due_at > last)
    ]  # fmt: skip
    if not said or line.paused:
        return None
    return rule.flag(said[0], str(line.id), line=line.label)


def drawn_after_discard(vial: Outdated, now: datetime, here: tzinfo) -> Flag | None:
    """A dose was drawn from a vial after its discard date, within the last days of the rule."""
    discard = f"{vial.discard_on:%-d %B}"
    return _of_late(
        "drawn_after_discard", vial.vial_id, vial.taken_at, now, here,
        line=vial.name, discard=discard,
    )  # fmt: skip


def amount_far_off(line: FarOff, now: datetime, here: tzinfo) -> Flag | None:
    """An amount far from the planned one was taken within the last days of the rule."""
    return _of_late("amount_far_off", line.line_id, line.taken_at, now, here, line=line.label)


def _of_late(
    code: str, subject: UUID, taken_at: Sequence[datetime], now: datetime, here: tzinfo,
    **words: str,
) -> Flag | None:  # fmt: skip
    """The flag of a rule that doses raised, while the last of them is of the rule's last days."""
    rule, last = FLAG_RULES[code], taken_at[-1]
    if now - last > rule.span("days"):
        return None
    return rule.flag(
        taken_at[0], str(subject), last=f"{last.astimezone(here):%-d %B}",
        doses="1 dose" if len(taken_at) == 1 else f"{len(taken_at)} doses", **words,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether reminders get through to somebody.

    devices     live ones
    heard_at    when a push service last took a message for one, or one last said it showed one
    since       since when there has been something to hear on, or nothing: the oldest live device,
                else the end of the last one; None for who never had one
    first_spoken_at, last_spoken_at   reminders of doses due in the last `spoken_days`
    """

    devices: int = 0
    heard_at: datetime | None = None
    since: datetime | None = None
    first_spoken_at: datetime | None = None
    last_spoken_at: datetime | None = None

    @property
    def heard_last(self) -> bool:
        """Whether something took a message since the last reminder went out: it got through."""
        heard, spoken = self.heard_at, self.last_spoken_at
        return heard is not None and spoken is not None and heard >= spoken

    def lost(self, now: datetime) -> bool:
        """Whether the list says that reminders do not get through: also of who has no device yet,
        and at once where no service ever took anything."""
        if not self.devices:
            return True
        silence = FLAG_RULES["unreachable"].span("days")
        silent = self.heard_at is None or self.heard_at <= now - silence
        return silent and self.last_spoken_at is not None and not self.heard_last


def unreachable(reach: Reach, now: datetime) -> Flag | None:
    """Reminders go out and nothing takes them, for so many days."""
    rule = FLAG_RULES["unreachable"]
    if reach.last_spoken_at is None or reach.first_spoken_at is None:
        return None
    if not reach.devices:
        since = reach.since or reach.first_spoken_at
        if now - since < rule.span("no_device_days"):
            return None
        return rule.flag(since, wording="no_device")
    moments = [at for at in (reach.heard_at, reach.since) if at is not None]
    silent = max(moments, default=reach.first_spoken_at)
    if reach.heard_last or now - silent < rule.span("days"):
        return None
    return rule.flag(silent, days=(now - silent).days)


def _not_taken(intake: Intake, now: datetime) -> bool:
    return word_of(intake, now) in EXPECTED - FILLED


def _days(interval: timedelta) -> str:
    whole = round(interval / timedelta(days=1))
    return f"{whole} days" if whole != 1 else "a day"
