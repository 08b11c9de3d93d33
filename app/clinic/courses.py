"""From rows to courses: each line's doses, when it was first taken, and since when it is gone."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.reading import Reading, by_line
from app.doses.course import Before, Course, Recorded, Rhythm, rhythm_of
from app.doses.delivery import Reminded
from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands
from app.protocols.models import Line, Terms, Version
from app.protocols.standing import Segment, segments
from app.schedule import A_DAY, Evenings


@dataclass(frozen=True, slots=True)
class Edges:
    """What is known of a line beside the doses that were read.

    first_due   when the first dose that was taken was due; its line had begun from then on
    """

    medicine: str
    form: str
    prescribed_from: datetime | None
    first_due: datetime | None
    initiated_at: datetime | None
    before: Before


@dataclass(frozen=True, slots=True)
class LineCourse:
    """A line that had doses due in the period, or in the one of the same length before it.

    versions   the numbers of those that planned them
    earlier    in the one before alone, which only the trend asks about
    """

    id: UUID
    medicine: str
    name: str
    versions: tuple[int, ...]
    on_time_minutes: int
    course: Course
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Prescribed:
    """What the versions of a patient's protocol say of its lines."""

    versions: Sequence[Version]
    recurrences: Mapping[tuple[UUID, UUID], Mapping[str, Any]]

    def rhythm(self, line: UUID, tonight: date) -> Rhythm:
        """How often a line is, or last was, prescribed."""
        for stretch in reversed(self._begun(tonight)):
            if (known := self.recurrences.get((stretch.version.id, line))) is not None:
                return rhythm_of(known)
        return Rhythm()

    def stopped(self, line: UUID, tonight: date) -> date | None:
        """From which night on the protocol holds a line no longer; None while it does."""
        since = None
        for stretch in reversed(self._begun(tonight)):
            known = self.recurrences.get((stretch.version.id, line))
            if known is None:
                since = stretch.since
                continue
            last = known.get("last")
            ends = date.fromisoformat(last) + A_DAY if last else None
            return ends if ends is not None and ends <= min(tonight, since or tonight) else since
        return None

    def _begun(self, tonight: date) -> list[Segment]:
        return [each for each in segments(self.versions, date.min) if each.since <= tonight]


async def prescribed(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, Prescribed]:
    """What was ever prescribed to each of these patients; in two statements."""
    versions: dict[UUID, list[Version]] = defaultdict(list)
    known = select(Version).where(Version.patient_id.in_(patients)).order_by(Version.number)
    for version in await session.scalars(known):
        versions[version.patient_id].append(version)
    said = select(Terms.patient_id, Terms.version_id, Terms.line_id, Terms.recurrence)
    recurrences: dict[UUID, dict[tuple[UUID, UUID], Mapping[str, Any]]] = defaultdict(dict)
    for row in await session.execute(said.where(Terms.patient_id.in_(patients))):
        recurrences[row.patient_id][row.version_id, row.line_id] = row.recurrence
    return {each: Prescribed(versions[each], recurrences[each]) for each in patients}


async def first_dues(
    session: AsyncSession, patients: Collection[UUID], until: datetime
) -> dict[UUID, datetime]:
    """When the first dose of each line that was taken, of those due up to `until`, was due.

    A line that nobody ever took is not among them. One statement, along each line's own index.
    """
    due = _first(Dose.due_at, until)
    rows = await session.execute(select(Line.id, due).where(Line.patient_id.in_(patients)))
    return {line: at for line, at in rows if at is not None}


async def edges_of(
    session: AsyncSession, patients: Collection[UUID], start: datetime, until: datetime
) -> dict[UUID, Edges]:
    """The edges of every line of these patients, by line; in one statement.

    start   up to this instant doses are told by `Before`, from then on they are read
    """
    rows = await session.execute(
        select(
            Line.id, Line.medicine, Line.form,
            _planned(Dose.due_at <= until).order_by(Dose.night, Dose.due_at).limit(1)
            .scalar_subquery().label("prescribed_from"),
            _first(Dose.due_at, until).label("first_due"),
            _first(None, until).label("initiated_at"),
            _planned(Dose.due_at <= start).order_by(Dose.night.desc(), Dose.due_at.desc()).limit(1)
            .scalar_subquery().label("before_due"),
            last_taken_of_line(start).label("before_taken"),
            _last_held(start).label("before_held"),
        ).where(Line.patient_id.in_(patients))
    )  # fmt: skip
    return {
        row.id: Edges(
            row.medicine, row.form, row.prescribed_from, row.first_due, row.initiated_at,
            Before(due=row.before_due, taken=row.before_taken, held=row.before_held),
        )
        for row in rows
    }  # fmt: skip


def _of_line(what: Any) -> Any:
    of = select(what).select_from(Dose)
    return of.where(Dose.patient_id == Line.patient_id, Dose.line_id == Line.id)


def _planned(condition: Any) -> Any:
    return _of_line(Dose.due_at).where(Dose.extra.is_(False), condition).correlate(Line)


def _intake(what: Any, event: Any) -> Any:
    """The doses of a line that were taken."""
    taken = _of_line(what).join(event, stands(event)).where(event.kind == Kind.TAKEN)
    return taken.correlate(Line)


def _first(what: Any, until: datetime) -> ScalarSelect[Any]:
    """When the first dose that was taken was due; or, without `what`, was taken."""
    event = standing_event()
    first = _intake(event.taken_at if what is None else what, event)
    first = first.where(Dose.due_at <= until).order_by(Dose.night, Dose.due_at)
    found: ScalarSelect[Any] = first.limit(1).scalar_subquery()
    return found


def last_taken_of_line(start: datetime) -> ScalarSelect[Any]:
    """When the last dose of a row of `line` was taken, of those due up to `start`."""
    event = standing_event()
    last = _intake(event.taken_at, event).where(Dose.due_at <= start)
    found: ScalarSelect[Any] = (
        last.order_by(Dose.night.desc(), Dose.due_at.desc()).limit(1).scalar_subquery()
    )
    return found


def _last_held(start: datetime) -> ScalarSelect[Any]:
    event = standing_event()
    taken = select(event.id).where(stands(event), event.kind == Kind.TAKEN).correlate(Dose)
    last = _planned(Dose.due_at <= start).where(Dose.held, ~taken.exists())
    found: ScalarSelect[Any] = (
        last.order_by(Dose.night.desc(), Dose.due_at.desc()).limit(1).scalar_subquery()
    )
    return found


async def courses_of(
    session: AsyncSession, evenings: Mapping[UUID, Evenings],
    found: Mapping[UUID, Sequence[Reading]], edges: Mapping[UUID, Edges],
    fates: Mapping[tuple[UUID, UUID], Reminded], *, since: datetime, until: datetime,
    now: datetime,
) -> dict[UUID, list[LineCourse]]:  # fmt: skip
    """The lines of each of these patients that had doses due in (since, until], in order of their
    first one; after them those that had some in the period of the same length right before alone.

    evenings   of each patient that is wanted
    found      the doses of each, up to `until` and from further back than both periods
    edges      of their lines, before those doses
    fates      of the reminders of the doses due in (since, until]

    As many statements for a hundred patients as for one.
    """
    said = await prescribed(session, evenings)
    courses: dict[UUID, list[LineCourse]] = {}
    for patient, nights in evenings.items():
        tonight = nights.night_of(until)
        numbers = {version.id: version.number for version in said[patient].versions}
        mine = courses[patient] = []
        for line, doses in by_line(found.get(patient, [])).items():
            in_period = [one for one in doses if one.intake.due_at > since]
            in_either = [one for one in doses if one.intake.due_at > since - (until - since)]
            if not in_either:
                continue
            stopped = said[patient].stopped(line, tonight)
            known = edges[line]
            course = Course(
                line, tuple(_recorded(one, known, fates) for one in doses),
                said[patient].rhythm(line, tonight), known.before, known.prescribed_from,
                known.initiated_at, None if stopped is None else nights.closes(stopped - A_DAY),
                now=now,
            )  # fmt: skip
            named = _named(line, known.medicine, in_period or in_either, numbers, course)
            mine.append(named if in_period else replace(named, earlier=True))
        mine.sort(key=lambda one: (one.earlier, *_first_of(one, since)))
    return courses


def _first_of(line: LineCourse, since: datetime) -> tuple[datetime, str, UUID]:
    dues = (one.intake.due_at for one in line.course.doses)
    return min((due for due in dues if due > since), default=since), line.name, line.id


def _named(
    line: UUID, medicine: str, doses: Sequence[Reading], numbers: Mapping[UUID, int],
    course: Course,
) -> LineCourse:  # fmt: skip
    return LineCourse(
        id=line,
        medicine=medicine,
        name=doses[-1].label,
        versions=tuple(sorted({numbers[one.version_id] for one in doses})),
        on_time_minutes=round(doses[-1].intake.on_time.total_seconds() / 60),
        course=course,
    )


def _recorded(one: Reading, known: Edges, fates: Mapping[tuple[UUID, UUID], Reminded]) -> Recorded:
    intake = one.counted(known.first_due, fates.get((one.patient_id, one.id)))
    return Recorded(
        intake=intake, night=one.night, planned=one.planned, taken=one.taken,
        logged_at=one.logged_at, evidence=one.means.value if one.means else None,
        quota=one.quota,
    )  # fmt: skip
