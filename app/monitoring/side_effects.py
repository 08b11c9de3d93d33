"""What a reported side effect or warning sign means, for the patient and for the clinician. Pure.

For whoever lists flags (`app.monitoring.signals`), one call for each patient:

    signals = side_effect_signals(
        reports,                 # Report rows of this patient, in any order, voided ones left out
        courses,                 # a Course for each line: `app.monitoring.courses.courses_of`
        hematocrit_alert=False,  # whether the newest hematocrit stands at amber or red
    )

`app.monitoring.courses.report_of` makes a Report of an observation. The answer has at most one
Meaning for each report, oldest first, with what `app.monitoring.levels.Signal` needs: rule, level,
since, observation_id, clinician_text, patient_text, source. The level is None where only the
patient is told something and no flag is raised. `breasts_tender(reports, at)` is what makes an
estradiol outside its goal amber.

Rules, figures and words are in `data/side_effects.toml`.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from uuid import UUID

from app.monitoring.levels import Level
from app.observations.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Report:
    """One side effect or warning sign as it was reported.

    name      what people call it
    severity  0 to 10; 0 says that it is gone. A warning sign has 1
    night     the night it was felt in, by the patient's clock
    line_id   the line it was tied to, where the patient knew
    """

    observation_id: UUID
    code: str
    name: str
    severity: int
    felt_at: datetime
    night: date
    line_id: UUID | None = None
    warning_sign: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """Since when a line is taken.

    first    the night of its first dose taken, or planned while none was taken
    watched  injected, or a growth-hormone peptide: it may explain an early effect that is tied to
             no line
    """

    line_id: UUID
    first: date
    watched: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the figure it turns on, what it says to whom, and where it comes from.

    level   None: the patient is told, and nobody has to look
    """

    code: str
    level: Level | None
    figure: str
    patient: str
    clinician: str
    source: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one report means."""

    observation_id: UUID
    rule: str
    level: Level | None
    since: datetime
    patient_text: str
    clinician_text: str
    source: str


_DATA = tomllib.loads((files("app.monitoring") / "data/side_effects.toml").read_text("utf-8"))

RULES = {
    code: Rule(
        code, Level(row["level"]) if "level" in row else None, row["figure"], row["patient"],
        row["clinician"], row["source"],
    )
    for code, row in _DATA["rules"].items()
}  # fmt: skip
if not all(rule.source and rule.patient for rule in RULES.values()):
    raise ValueError("every rule of side effects needs its words and its source")

EARLY = frozenset(_DATA["early"])
"""Effects that are common in the first nights of a new line."""

CLOT_SIGNS = frozenset(_DATA["clot"])
"""Warning signs that, beside a hematocrit alert, can be those of a blood clot."""

EARLY_NIGHTS: int = _DATA["early_nights"]
SEVERE: int = _DATA["severe"]
_TENDER = timedelta(days=_DATA["tender_days"])


def side_effect_signals(
    reports: Iterable[Report], courses: Sequence[Course], *, hematocrit_alert: bool
) -> list[Meaning]:
    """What each report means, oldest first; nothing for one that says it is gone.

    hematocrit_alert   whether the newest hematocrit is at or above the clinic's amber limit

    An early effect is silent for the clinician in the first seven nights of the line that may
    explain it, unless it is worse than the report before it, or severe. Two reports of one instant
    are taken in the order of their ids. The order in which they are given does not matter.
    """
    before: dict[str, int] = {}
    found = []
    for report in sorted(reports, key=lambda report: (report.felt_at, report.observation_id)):
        last = before.get(report.code)
        before[report.code] = report.severity
        if report.severity > 0:
            rule = RULES[_rule(report, last, courses, hematocrit_alert=hematocrit_alert)]
            found.append(_meaning(report, rule))
    return found


def breasts_tender(reports: Iterable[Report], at: datetime) -> bool:
    """Whether the last word on breast tenderness in the 28 days up to `at` [D] is that there is.

    Source: AUA 2018 by clinical.md 1.1: estradiol is looked at where there are breast symptoms.
    """
    felt = [
        report
        for report in reports
        if report.code == "breast_tenderness" and at - _TENDER <= report.felt_at <= at
    ]
    last = max(felt, key=lambda report: (report.felt_at, report.observation_id), default=None)
    return last is not None and last.severity > 0


def is_early(report: Report, courses: Iterable[Course]) -> bool:
    """Whether the report lies in the first seven nights of the line that may explain it.

    That is the line it is tied to; else any that is injected or a peptide. The night of the first
    dose is the first of the seven, and a night before it is none of them.
    """
    return any(
        0 <= (report.night - course.first).days < EARLY_NIGHTS
        for course in courses
        if (course.line_id == report.line_id if report.line_id else course.watched)
    )


def _rule(
    report: Report, last: int | None, courses: Sequence[Course], *, hematocrit_alert: bool
) -> str:
    if report.warning_sign:
        clot = hematocrit_alert and report.code in CLOT_SIGNS
        return "blood_clot" if clot else "warning_sign"
    if report.severity >= SEVERE:
        return "severe"
    if report.code not in EARLY:
        return "reported"
    if last is not None and report.severity > last:
        return "getting_worse"
    return "common_early" if is_early(report, courses) else "after_first_week"


def _meaning(report: Report, rule: Rule) -> Meaning:
    felt = report.name if report.warning_sign else f"{report.name}, {report.severity} of 10"
    clinician = f"{felt}: {rule.clinician}." if rule.clinician else ""
    patient = rule.patient.replace("{emergency}", CATALOGUE[report.code].emergency)
    return Meaning(
        report.observation_id, rule.code, rule.level, report.felt_at, patient, clinician,
        rule.source,
    )  # fmt: skip
