"""A simulated patient whose labs are moved day by day, and what is due worked out by brute force.

The computation here knows nothing of windows as stretches or of sorted anchors: it walks through
the calendar day by day with what was known on the day that is asked about.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from app.monitoring.due import Course, Phase, Result, Said
from app.monitoring.rules import Anchor, Condition, Purpose, Rule

DAY = timedelta(days=1)
START = date(2026, 11, 23)
ANSWERS = {
    "glucose_fasting": {"glucose_fasting", "glucose", "hba1c"},
    "hba1c": {"glucose_fasting", "glucose", "hba1c"},
    "testosterone_free": {
        "testosterone_free", "testosterone_free_percent", "testosterone_bioavailable",
        "testosterone_total",
    },
    "igf1": {"igf1", "igf1_z"},
    "ldl": {"ldl", "non_hdl"},
}  # fmt: skip
"""Which results answer for a marker, as clinical.md 1.2 has it; others answer for themselves."""

Entry = tuple[str, int, date, str, date | None]
"""Rule, repetition, due day, state, and the day on which it was drawn or done."""


@dataclass
class Patient:
    """What is known of somebody, and since when.

    doses     (known since, first night, kind, dose; None: taken no more)
    results   (known since, day, code)
    """

    rules: tuple[Rule, ...]
    born_on: date | None = None
    psa: bool | None = None
    start: date = START
    ended: tuple[date, date] | None = None
    doses: list[tuple[date, date, str, str | None]] = field(default_factory=list)
    results: list[tuple[date, date, str]] = field(default_factory=list)
    said: dict[tuple[str, int], Said] = field(default_factory=dict)

    def course(self, today: date) -> Course:
        """What the lab plan is given on a day."""
        nights = sorted(
            {self.start} | {night for known, night, _, _ in self.doses if known <= today}
        )
        phases = [
            Phase(night, {
                kind: dose for kind in KINDS if (dose := self.dose_on(kind, night, today))
            })
            for night in nights
        ]  # fmt: skip
        ended = self.ended[1] if self.ended and self.ended[0] <= today else None
        results = tuple(Result(code, day) for known, day, code in self.results if known <= today)
        return Course(
            self.start, ended, tuple(phases), self.born_on, self.psa, results,
            tuple(self.said.values()),
        )  # fmt: skip

    def dose_on(self, kind: str, night: date, today: date) -> str | None:
        """What is taken on a night, as far as is known today."""
        standing = None
        for known, since, of, dose in self.doses:
            if of == kind and known <= today and since <= night:
                standing = dose
        return standing


KINDS = ("androgen", "aromatase_inhibitor", "growth_hormone_peptide")


def expected(patient: Patient, today: date, until: date) -> set[Entry]:
    """What the due list says today, worked out by walking through the days."""
    measured: dict[date, set[str]] = defaultdict(set)
    for known, day, code in patient.results:
        if known <= today and day <= today:
            measured[day].add(code)
    drawn: dict[date, set[str]] = defaultdict(set)
    for said in patient.said.values():
        if said.drawn_on is not None and said.drawn_on <= today:
            drawn[said.drawn_on] |= set(said.markers)
    changes = {kind: _changes(patient, kind, today, until) for kind in KINDS}
    found: set[Entry] = set()
    for rule in patient.rules:
        markers = [m for m in rule.markers if m != "psa" or patient.psa is not False]
        if not markers:
            continue
        for asked in _asked(rule, patient, today, until, changes, measured, drawn):
            if not _wanted(rule, patient, asked.due, today):
                continue
            entry = _stands(rule, asked, markers, patient, today, measured, drawn)
            if entry is not None:
                found.add(entry)
    return found


@dataclass(frozen=True)
class Ask:
    """One due day: whom it follows, and the days from which something else asks instead."""

    due: date
    repetition: int
    after: date | None
    over: frozenset[date]


def _changes(patient: Patient, kind: str, today: date, until: date) -> set[date]:
    # Nobody's dose changes in a night that nothing was signed for.
    signed = {night for _, night, of, _ in patient.doses if of == kind}
    found = set()
    for night in signed:
        dose = patient.dose_on(kind, night, today)
        if dose is not None and dose != patient.dose_on(kind, night - DAY, today):
            found.add(night)
    return {night for night in found if patient.start < night < until}


def _asked(
    rule: Rule, patient: Patient, today: date, until: date, changes: dict[str, set[date]],
    measured: dict[date, set[str]], drawn: dict[date, set[str]],
) -> list[Ask]:  # fmt: skip
    if rule.anchor is Anchor.START:
        anchors = {patient.start}
    elif rule.anchor is Anchor.DOSE_CHANGE:
        anchors = set().union(*(changes[kind] for kind in rule.of))
    else:
        anchors = _last_known(rule, patient, today, measured, drawn)
    asks = []
    for anchor in sorted(anchors):
        later = {day for day in anchors if day > anchor}
        times = 0
        while (due := anchor + DAY * (rule.offset_days + times * (rule.repeat_days or 0))) < until:
            over = set(later) if rule.anchor is Anchor.DOSE_CHANGE else set()
            if rule.repeat_days:
                over.add(due + DAY * (rule.repeat_days - rule.window_before))
            opens = due - DAY * rule.window_before
            moved_on = rule.anchor is Anchor.LAST_RESULT and any(day < opens for day in later)
            if not moved_on:
                follows = anchor + DAY * times * (rule.repeat_days or 0)
                asks.append(
                    Ask(due, times if rule.anchor is Anchor.START else follows.toordinal(),
                        None if rule.anchor is Anchor.START else anchor, frozenset(over))
                )  # fmt: skip
            if not rule.repeat_days:
                break
            times += 1
    return asks


def _last_known(
    rule: Rule, patient: Patient, today: date, measured: dict[date, set[str]],
    drawn: dict[date, set[str]],
) -> set[date]:  # fmt: skip
    """On each day that passed: since when the marker that waited longest had been known."""
    found = set()
    last: dict[str, date] = {}
    day = min([patient.start, *measured, *drawn])
    while day <= today:
        codes = measured.get(day, set()) | drawn.get(day, set())
        for marker in rule.markers:
            if codes & ANSWERS.get(marker, {marker}):
                last[marker] = day
        if all(marker in last for marker in rule.markers):
            found.add(min(last.values()))
        day += DAY
    return found if found and min(found) <= patient.start else found | {patient.start}


def _wanted(rule: Rule, patient: Patient, due: date, today: date) -> bool:
    night = max(due, patient.start)
    taken = {kind for kind in KINDS if patient.dose_on(kind, night, today) is not None}
    if rule.of and not taken & rule.of:
        return False
    condition = rule.only_if or Condition()
    if condition.on and not taken & condition.on:
        return False
    if condition.age_at_least is None or ("psa" in rule.markers and patient.psa):
        return True
    if patient.born_on is None:
        return False
    birthday = patient.born_on.replace(year=patient.born_on.year + condition.age_at_least)
    return birthday <= due


def _stands(
    rule: Rule, asked: Ask, markers: list[str], patient: Patient, today: date,
    measured: dict[date, set[str]], drawn: dict[date, set[str]],
) -> Entry | None:  # fmt: skip
    """Walk from the opening of the window until today, and note what is answered on which day."""
    due = asked.due
    day = due - DAY * rule.window_before
    if asked.after is not None and day <= asked.after:
        day = asked.after + DAY
    own = patient.said.get((rule.rule, asked.repetition))
    done, told = _walk(day, today, asked, markers, measured, drawn)
    if own is not None and own.drawn_on is not None:
        inside = day <= own.drawn_on <= today and not any(e <= own.drawn_on for e in asked.over)
        told = own.drawn_on if inside else told
    if own is not None and own.drawn_on is not None and own.drawn_on <= today:
        told = own.drawn_on if own.due_on == due else told
    if any(each <= day for each in asked.over):
        return None
    if done is not None:
        return (rule.rule, asked.repetition, due, "done", done)
    if told is not None:
        return (rule.rule, asked.repetition, due, "drawn", told)
    if any(each <= today or each <= due for each in asked.over):
        return None
    ended = patient.ended[1] if patient.ended and patient.ended[0] <= today else None
    if ended is not None and (ended <= today or due >= ended):
        return None
    snoozed = own.snoozed_until if own else None
    return (rule.rule, asked.repetition, due, _state(rule, asked, today, snoozed), None)


def _walk(
    day: date, today: date, asked: Ask, markers: list[str], measured: dict[date, set[str]],
    drawn: dict[date, set[str]],
) -> tuple[date | None, date | None]:  # fmt: skip
    """On which day the last marker was measured, and on which it was measured or drawn."""
    by_result, by_word = set(markers), set(markers)
    done = told = None
    last = min([today, *(each - DAY for each in asked.over)])
    day -= DAY
    while day < last:
        day += DAY
        if day not in measured and day not in drawn:
            continue
        here = measured.get(day, set())
        said = here | drawn.get(day, set())
        by_result -= {marker for marker in by_result if here & ANSWERS.get(marker, {marker})}
        by_word -= {marker for marker in by_word if said & ANSWERS.get(marker, {marker})}
        done = day if done is None and not by_result else done
        told = day if told is None and not by_word else told
        if done is not None:
            break
    return done, told


def _state(rule: Rule, asked: Ask, today: date, snoozed: date | None) -> str:
    away = (today - asked.due).days
    if snoozed is not None and today < snoozed:
        return "snoozed"
    if away > rule.window_after:
        return "overdue"
    if away >= 0:
        return "due"
    open_since = rule.window_before
    if asked.after is not None:
        open_since = min(open_since, (asked.due - asked.after).days - 1)
    return "soon" if -away <= max(14, open_since) else "upcoming"


def odd_rules(chance: Random) -> tuple[Rule, ...]:
    """Rules such as a clinic might choose: every anchor, repeats, conditions, narrow windows."""
    markers = ["testosterone_total", "estradiol", "igf1", "hba1c", "ldl", "hematocrit", "psa"]
    rules = []
    for number in range(chance.randint(2, 6)):
        anchor = chance.choice(list(Anchor))
        repeat = None if anchor is Anchor.LAST_RESULT else chance.choice([None, 30, 60, 90])
        offset = chance.choice([1, 7, 28, 42]) if anchor is not Anchor.START \
            else chance.choice([-20, 0, 30, 84])  # fmt: skip
        before = chance.choice([0, 3, 7, 14])
        if anchor is not Anchor.START:
            before = min(before, offset - 1)
        rules.append(Rule(
            rule=f"odd-{number}", name="Odd", purpose=Purpose.BLOOD,
            markers=tuple(chance.sample(markers, chance.randint(1, 3))), anchor=anchor,
            of=frozenset(chance.sample(KINDS, chance.randint(1, 2)))
            if anchor is Anchor.DOSE_CHANGE else frozenset(),
            offset_days=offset, window_before=before, window_after=chance.choice([0, 5, 14]),
            repeat_days=repeat,
            only_if=chance.choice([
                None, None, Condition(age_at_least=40), Condition(on=frozenset({KINDS[1]})),
            ]), source="",
        ))  # fmt: skip
    return tuple(rules)


PANELS = (
    ("testosterone_total", "testosterone_free", "estradiol", "igf1", "hematocrit"),
    ("testosterone_total", "estradiol", "igf1_z", "hematocrit", "glucose", "cholesterol_total",
     "hdl", "non_hdl", "triglycerides", "alt", "ast", "psa"),
    ("hba1c",), ("psa",), ("systolic", "diastolic", "weight"), ("dexa_lean", "dexa_fat"),
    ("estradiol",), ("testosterone_bioavailable", "ldl"),
)  # fmt: skip


def a_day(patient: Patient, today: date, listed: set[Entry], chance: Random) -> bool:
    """What happens to the patient today, by chance; whether anything did.

    `listed` is what was due this morning, which is what somebody answers to.
    """
    before = (len(patient.doses), len(patient.results), dict(patient.said), patient.ended)
    kind = chance.choice(KINDS)
    roll = chance.random()
    edge = _at_an_edge(patient, today, listed)
    if edge and roll < 0.4:
        patient.results += [(today, today, code) for code in edge]
        return True
    if roll < 0.012:
        dose = chance.choice(["less", "more", "as before", None])
        # Some are signed today for a later night.
        patient.doses.append((today, today + DAY * chance.choice([0, 0, 1, 9, 30]), kind, dose))
        patient.doses.sort(key=lambda each: each[1])
    elif roll < 0.05:
        arrives = chance.choice([0, 0, 2, 6])  # results are entered days after the blood was drawn
        day = today - DAY * arrives
        patient.results += [(today, day, code) for code in chance.choice(PANELS)]
    elif roll < 0.06 and patient.results:
        patient.results.remove(chance.choice(patient.results))  # somebody voided it
    elif roll < 0.10:
        _answer(patient, today, listed, chance)
    elif roll < 0.11 and patient.ended is None and today > START + DAY * 250:
        patient.ended = (today, today + DAY * chance.choice([0, 14]))
    return before != (len(patient.doses), len(patient.results), patient.said, patient.ended)


def _at_an_edge(patient: Patient, today: date, listed: set[Entry]) -> tuple[str, ...]:
    """What a rule asks for whose window opens today, or tomorrow, or closes."""
    for code, _, due, state, _ in sorted(listed):
        rule = next(rule for rule in patient.rules if rule.rule == code)
        opens = due - DAY * rule.window_before
        if state not in {"done", "drawn"} and today in {opens - DAY, opens}:
            return rule.markers
    return ()


def _answer(patient: Patient, today: date, listed: set[Entry], chance: Random) -> None:
    open_now = sorted(each for each in listed if each[3] in {"soon", "due", "overdue", "snoozed"})
    if not open_now:
        return
    code, repetition, due, _, _ = chance.choice(open_now)
    rule = next(rule for rule in patient.rules if rule.rule == code)
    markers = tuple(m for m in rule.markers if m != "psa" or patient.psa is not False)
    key = (code, repetition)
    known = patient.said.get(key) or Said(code, repetition, due, markers)
    if chance.random() < 0.6:
        patient.said[key] = replace(known, drawn_on=today - DAY * chance.choice([0, 0, 1, 3]))
    else:
        patient.said[key] = replace(known, snoozed_until=today + DAY * chance.randint(1, 40))
