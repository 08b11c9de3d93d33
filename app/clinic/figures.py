"""The one way to read how a protocol was followed, whoever shows it: API, list, PDF, FHIR, CSV."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.care import end_of
from app.accounts.evenings import evenings_from, evenings_of, zone_of
from app.accounts.models import Preferences
from app.clinic.courses import LineCourse, courses_of, edges_of
from app.clinic.figure_shapes import (
    AdherenceOut,
    DefinitionOut,
    LineNamed,
    PeriodOut,
    RemindersOut,
    WorstOut,
    figures_out,
)
from app.clinic.reading import Reminded, by_patient, readings, tally
from app.clinic.supply import Supplied, shelves_of, supplied, together
from app.clinic.supply_shapes import supply_out
from app.doses.delivery import reminders_due
from app.doses.following import Followed, followed, worst
from app.doses.nights import NightWord, nights_of
from app.problems import Invalid
from app.protocols.standing import segments, versions_of
from app.schedule import A_DAY, zone

LONGEST_DAYS = 400
"""Evidence of deliveries is kept for so long."""

REACH = timedelta(days=100)
"""So far before its end a course is read at least, so that whether treatment was discontinued does
not depend on the period that was asked for: longer than any permissible gap but of long cycles."""


@dataclass(frozen=True, slots=True)
class Period:
    """Doses due after `since` and up to `until` are counted.

    days   as it was asked for
    """

    since: datetime
    until: datetime
    days: int

    @classmethod
    def last_days(cls, days: int, now: datetime) -> "Period":
        """The last `days` times 24 hours. Raises Invalid unless they are 1 to LONGEST_DAYS."""
        if not 1 <= days <= LONGEST_DAYS:
            raise _wrong("days")
        return cls(now - timedelta(days=days), now, days)

    @classmethod
    def between(cls, first: date, last: date, timezone: str, now: datetime) -> "Period":
        """From the first moment of one date to the last of another, by the wall clock there, and
        no further than `now`.

        A dose due at midnight belongs to the evening before it. Raises Invalid for dates in the
        wrong order, too many, or none that have begun.
        """
        here = zone(timezone)
        days = (last - first).days + 1
        if not 1 <= days <= LONGEST_DAYS:
            raise _wrong("to")
        since = end_of(first - A_DAY, here)
        if since >= now:
            raise Invalid("These dates have not begun.", field="from", cure="Choose earlier ones.")
        return cls(since, min(end_of(last, here), now), days)

    @classmethod
    async def since_current_version(
        cls, session: AsyncSession, patient_id: UUID, now: datetime
    ) -> "Period":
        """From the first night of the version that is in force. Raises Invalid without one."""
        evenings = await evenings_of(session, patient_id)
        versions = await versions_of(session, patient_id)
        tonight = evenings.night_of(now)
        begun = [one for one in segments(versions, date.min) if one.since <= tonight]
        since = evenings.closes(begun[-1].since - A_DAY) if begun else now
        if since >= now:
            raise Invalid(
                "No version of the protocol is in force yet.", field="since",
                cure="Ask for a number of days.",
            )  # fmt: skip
        return cls(since, now, ceil((now - since) / timedelta(days=1)))


def _wrong(field: str) -> Invalid:
    return Invalid(
        f"A period has 1 to {LONGEST_DAYS} days.", field=field, cure="Choose a shorter one."
    )


@dataclass(frozen=True, slots=True)
class LineReport:
    """One line, how it was followed, and what its vials say; None without one on record."""

    line: LineCourse
    figures: Followed
    supply: Supplied | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How one patient's protocol was followed in a period, as it stands at `as_of`.

    lines    those with doses due in the period, in order of the first one
    supply   of the lines with a vial on record, as sums; None without any
    worst    the line with the least taken of what was expected; None when nothing was
    days     one word for each night of the period that had a dose
    """

    patient_id: UUID
    as_of: datetime
    timezone: str
    period: Period
    pooled: Followed
    lines: list[LineReport]
    worst: LineReport | None
    reminders: Reminded
    days: dict[date, NightWord]
    supply: Supplied | None = None

    def out(self) -> AdherenceOut:
        """The one shape in which it leaves Vesper."""
        here, period = zone(self.timezone), self.period
        return AdherenceOut(
            patient_id=self.patient_id,
            as_of=self.as_of.astimezone(here),
            timezone=self.timezone,
            period=PeriodOut(
                first=period.since.astimezone(here).date(),
                # The period ends with this instant; midnight is the end of the date before it.
                last=(period.until - timedelta(microseconds=1)).astimezone(here).date(),
                days=period.days,
                since=period.since,
                until=period.until,
            ),
            definition=DefinitionOut(),
            pooled=figures_out(
                None, self.pooled, period.since, period.until, here,
                supply=supply_out(self.supply, here),
            ),
            lines=[
                figures_out(
                    _named(one.line), one.figures, period.since, period.until, here,
                    supply=supply_out(one.supply, here, self._sharing(one)),
                )
                for one in self.lines
            ],
            worst=None if self.worst is None else WorstOut(
                line=self.worst.line.id, name=self.worst.line.name,
                taken=self.worst.figures.counts.taken, expected=self.worst.figures.counts.expected,
            ),
            reminders=RemindersOut(
                due=self.reminders.due, accepted=self.reminders.accepted,
                shown=self.reminders.shown, undeliverable=self.reminders.undeliverable,
                waiting=self.reminders.waiting, withdrawn=self.reminders.withdrawn,
            ),
        )  # fmt: skip

    def _sharing(self, mine: LineReport) -> dict[UUID, str] | None:
        """The lines that share the vials of this one; None where another of them comes first."""
        if mine.supply is None:
            return None
        sharing = {
            one.line.id: one.line.name for one in self.lines
            if one.supply is not None and one.supply.shelf == mine.supply.shelf
        }  # fmt: skip
        return sharing if next(iter(sharing)) == mine.line.id else None


def _named(line: LineCourse) -> LineNamed:
    return LineNamed(
        id=line.id, medicine=line.medicine, name=line.name, versions=[*line.versions],
        on_time_minutes=line.on_time_minutes,
        permissible_gap_days=line.course.rhythm.permissible.days,
        holiday_doses=line.course.rhythm.holiday,
    )  # fmt: skip


async def adherence_of(
    session: AsyncSession, patient_id: UUID, period: Period, now: datetime
) -> Report:
    """How this patient's protocol was followed in a period. Raises LookupError for nobody."""
    return (await reports_of(session, [patient_id], period, now))[patient_id]


async def reports_of(
    session: AsyncSession, patients: Collection[UUID], period: Period, now: datetime
) -> dict[UUID, Report]:
    """How each of these patients' protocols was followed in one period, as it stands at `now`.

    As many statements for a hundred patients as for one.
    """
    since, until = period.since, period.until
    start = min(since - (until - since), until - REACH)
    mine = select(Preferences).where(Preferences.person_id.in_(patients))
    preferences = {each.person_id: each for each in await session.scalars(mine)}
    fates = await reminders_due(session, patients, since, until)
    shelves = await shelves_of(session, patients, now)
    # Read once, for the vials from further back than for the courses.
    doses = by_patient(
        await readings(session, patients, min(start, shelves.read_from(since)), until, now)
    )
    edges = await edges_of(session, patients, start, until)
    courses = await courses_of(
        session, {each: evenings_from(preferences[each]) for each in patients},
        {
            each: [one for one in mine if one.intake.due_at > start]
            for each, mine in doses.items()
        },
        edges, fates, since=since, until=until, now=now,
    )  # fmt: skip
    zones = {each: zone(zone_of(preferences[each])) for each in courses}
    supplies = supplied(shelves, doses, edges, zones, since, until, now)
    reports: dict[UUID, Report] = {}
    for patient, every in courses.items():
        lines = [one for one in every if not one.earlier]
        ended = [one.course for one in every if one.earlier]
        held = supplies.get(patient, {})
        read = [
            LineReport(one, followed([one.course], since, until), held.get(one.id)) for one in lines
        ]
        found = worst([one.figures.counts for one in read])
        words = [each for one in lines for each in one.course.due(since, until)]
        reports[patient] = Report(
            patient_id=patient,
            as_of=now,
            timezone=preferences[patient].timezone,
            period=period,
            pooled=followed([one.course for one in lines], since, until, ended),
            lines=read,
            worst=None if found is None else read[found],
            reminders=tally(fate for (whose, _), fate in fates.items() if whose == patient),
            days=nights_of((dose.night, word) for word, dose in words),
            supply=together(one.supply for one in read if one.supply is not None),
        )
    return reports
