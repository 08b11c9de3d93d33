"""Everything that rules ask about the results of patients, read for many of them at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, String, and_, cast, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person, Preferences
from app.monitoring import igf1
from app.monitoring.contexts import kind_of
from app.monitoring.courses import report_of
from app.monitoring.intervals import Of, Position
from app.monitoring.limits import MARKERS, Figures, Known, When, least_of
from app.monitoring.models import LabSettings
from app.monitoring.people import Facts, age_on
from app.monitoring.settings import MonitoringSettings, kept_settings
from app.monitoring.side_effects import Report, breasts_tender
from app.monitoring.spans import Span
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.observations.reading import Value, value_of
from app.observations.record import standing
from app.protocols.models import Line, Terms, Version

REPORTED = frozenset({"side_effect", "red_flag"})
Z_SCORE = "igf1_z"


@dataclass(frozen=True, slots=True)
class About:
    """What holds for one patient whatever their results say.

    started      first night of any version that was ever in force; None before treatment
    on_hormones  first night of one that prescribes testosterone
    turns        until this wall-clock time it is still the night before
    """

    facts: Facts
    settings: MonitoringSettings
    turns: time
    started: date | None
    on_hormones: date | None


@dataclass(frozen=True)
class Results:
    """One patient's results and reports as they stand, oldest first.

    rows   of the results: observations, or as much of them as rules read
    """

    about: About
    rows: tuple[Any, ...]
    reports: tuple[Report, ...]

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The results in their canonical units."""
        return tuple(value_of(row) for row in self.rows)

    @cached_property
    def figures(self) -> Figures:
        """What the clinic set, by the names that rules have for it."""
        return figures_of(self.about.settings)

    def known(self, value: Value, position: Position | None) -> Known:
        """What else a rule may ask about one of these results.

        position   where in the testosterone interval it was drawn; None where that is not known
        """
        facts = set()
        if self._before_start(value):
            facts.add(When.BEFORE_START)
        if position is Position.MID:
            facts.add(When.MID_INTERVAL)
        if value.code == "estradiol" and breasts_tender(self.reports, value.collected_at):
            facts.add(When.TENDER)
        return Known(
            figures=self.figures, facts=frozenset(facts), baseline=self.baselines.get(value.code),
            place=self.place(value),
        )  # fmt: skip

    def place(self, value: Value) -> igf1.Place | None:
        """Where an IGF-1 result stands; None for another marker, or with nothing to judge it by.

        A Z-score that came with a result of the same draw judges that one, and not itself as well.
        """
        if value.code == Z_SCORE:
            alone = ("igf1", value.collected_at) not in self._at
            return igf1.place(Span.of(value), None, None, Span.of(value), None) if alone else None
        if value.code != "igf1":
            return None
        z = self._at.get((Z_SCORE, value.collected_at))
        facts = self.about.facts
        typical = igf1.typical_range(age_on(facts.born_on, value.day), facts.sex)
        return igf1.place(Span.of(value), value.low, value.high, Span.of(z) if z else None, typical)

    @cached_property
    def baselines(self) -> Mapping[str, Value]:
        """Of each marker the last result up to the start of treatment, else the first on record."""
        found: dict[str, Value] = {}
        for value in self.values:
            started = self.about.started
            before = started is not None and value.day <= started
            if before or value.code not in found:
                found[value.code] = value
        return found

    @cached_property
    def _at(self) -> Mapping[tuple[str, datetime], Value]:
        return {(value.code, value.collected_at): value for value in self.values}

    def _before_start(self, value: Value) -> bool:
        """Whether testosterone had not begun: on the day it begins, blood is drawn before."""
        if self.about.on_hormones is not None:
            return value.day <= self.about.on_hormones
        return self.about.started is None


def figures_of(settings: MonitoringSettings) -> Figures:
    """A patient's settings by the names that rules have for them."""
    return Figures(
        limits={
            "hematocrit_amber": settings.hematocrit_amber,
            "hematocrit_red": settings.hematocrit_red,
        },
        goals={
            "testosterone": (settings.testosterone.low, settings.testosterone.high),
            "estradiol": (settings.estradiol.low, settings.estradiol.high),
        },
    )


async def results_of(
    session: AsyncSession, patients: Collection[UUID], since: datetime, codes: Collection[str]
) -> dict[UUID, Results]:
    """The results of these patients, four statements for any number of them.

    codes   only these, of laboratory and other measurements
    since   vital signs, body and reports from then on. Of blood everything is read, because a
            baseline may be old
    """
    if not patients:
        return {}
    labs = await standing(session, patients, codes=codes, groups={"lab"})
    groups = {CATALOGUE[code].group for code in codes} - {"lab"} | REPORTED
    recent = await standing(session, patients, since=since, groups=groups)
    rows = {
        patient: sorted(
            (row for row in [*labs[patient], *recent[patient]]
             if row.code in codes or CATALOGUE[row.code].group in REPORTED),
            key=lambda row: (row.collected_at, row.entered_at, row.id),
        )
        for patient in patients
    }  # fmt: skip
    return _results(await about_of(session, patients), rows)


async def grounds_of(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, Results]:
    """Everything on record that a rule may speak of, or needs to know: three statements.

    However long ago, because what nobody has looked at stays. For a whole page of patients, so
    nothing else is read: no column that rules do not ask about, and no blood pressure that is
    below every limit.
    """
    if not patients:
        return {}
    found = await session.execute(
        select(*_READ)
        .where(
            Observation.patient_id.in_(patients), Observation.voided_at.is_(None), or_(*_ASKED)
        )
        .order_by(Observation.collected_at, Observation.entered_at, Observation.id)
    )  # fmt: skip
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in found:
        rows[row.patient_id].append(row)
    return _results(await about_of(session, patients), rows)


def _asked() -> Iterator[ColumnElement[bool]]:
    """What rules read, as conditions: whole markers, and others from their least limit on."""
    whole = {Z_SCORE} | {item.code for item in CATALOGUE.values() if item.group in REPORTED}
    for code in sorted(MARKERS):
        least, item = least_of(code), CATALOGUE[code]
        if least is None or item.alternates:
            whole.add(code)
        else:
            number = cast(type_coerce(Observation.value, String), Float)
            yield and_(Observation.code == code, number >= float(least))
    yield Observation.code.in_(sorted(whole))


_ASKED = tuple(_asked())
_READ = (
    Observation.patient_id, Observation.id, Observation.code, Observation.value, Observation.unit,
    Observation.comparator, Observation.low, Observation.high, Observation.collected_at,
    Observation.zone, Observation.day, Observation.time_known, Observation.fasting,
    Observation.assay, Observation.laboratory, Observation.line_id, Observation.site,
    Observation.entered_at, Observation.replaces,
)  # fmt: skip


def _results(
    about: Mapping[UUID, About], rows: Mapping[UUID, Sequence[Any]]
) -> dict[UUID, Results]:
    """The rows of each patient, oldest first, as results and reports."""
    found = {}
    for patient, its in about.items():
        measured, reports = [], []
        for row in rows.get(patient, ()):
            if CATALOGUE[row.code].group in REPORTED:
                reports.append(report_of(row, its.turns))
            else:
                measured.append(row)
        found[patient] = Results(its, tuple(measured), tuple(reports))
    return found


async def about_of(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, About]:
    """What holds for each of these patients, in two statements."""
    starts = await _starts(session, patients)
    rows = await session.execute(
        select(
            Person.id, Person.born_on, Person.sex, Preferences.turns, LabSettings.chosen
        )
        .join(Preferences, Preferences.person_id == Person.id)
        .outerjoin(LabSettings, LabSettings.patient_id == Person.id)
        .where(Person.id.in_(patients))
    )  # fmt: skip
    return {
        patient: About(
            Facts(born_on, sex),
            kept_settings(chosen),
            turns,
            *starts.get(patient, (None, None)),
        )
        for patient, born_on, sex, turns, chosen in rows
    }


async def _starts(
    session: AsyncSession, patients: Collection[UUID]
) -> dict[UUID, tuple[date | None, date | None]]:
    """Since which night each was treated at all, and with testosterone."""
    rows = await session.execute(
        select(Version.patient_id, Line.medicine, func.min(Version.in_force_from))
        .outerjoin(
            Terms, (Terms.patient_id == Version.patient_id) & (Terms.version_id == Version.id)
        )
        .outerjoin(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Version.patient_id.in_(patients), Version.in_force_from.is_not(None))
        .group_by(Version.patient_id, Line.medicine)
    )
    nights: dict[UUID, list[tuple[str | None, date]]] = defaultdict(list)
    for patient, medicine, since in rows:
        if since is not None:
            nights[patient].append((medicine, since))
    return {
        patient: (min(since for _, since in given), _hormones(given))
        for patient, given in nights.items()
    }


def _hormones(given: Sequence[tuple[str | None, date]]) -> date | None:
    return min(
        (since for medicine, since in given if medicine and kind_of(medicine) is Of.TESTOSTERONE),
        default=None,
    )
