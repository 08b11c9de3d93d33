"""Numbered versions of a prescription: entered, acknowledged, superseded, and never edited.

On any night the version in force is the one with the highest number whose effective night has
come. So a version entered for tonight supersedes one that was waiting for next week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import evenings_of
from app.accounts.models import CareLink, Person, Role
from app.clock import Day
from app.problems import Invalid, NotFound, Problem
from app.protocols.lines import CheckedLine, LineIn, check_line
from app.protocols.models import Line, Terms, Version
from app.schedule import A_DAY, Evenings


class VersionConflict(Problem):
    """Somebody else changed this protocol at the same moment."""

    status: ClassVar[int] = 409


class ClinicDecides(Problem):
    """Your clinic decides about this prescription."""

    status: ClassVar[int] = 403


class PatientAcknowledges(Problem):
    """Only the patient can acknowledge a change of their protocol."""

    status: ClassVar[int] = 403


class Draft(BaseModel):
    """A prescription as it is entered; without `effective_night` it holds from tonight."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500)
    prescriber: str = Field(default="", max_length=200)
    effective_night: Day | None = None
    lines: list[LineIn] = Field(min_length=1, max_length=20)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of nights, [since, until), under one version; open while `until` is None."""

    version: Version
    since: date
    until: date | None


async def versions_of(session: AsyncSession, patient_id: UUID) -> Sequence[Version]:
    """Every version of a patient's protocol, oldest first."""
    mine = select(Version).where(Version.patient_id == patient_id).order_by(Version.number)
    return (await session.scalars(mine)).all()


def segments(versions: Sequence[Version], since: date) -> list[Segment]:
    """Which version is in force when, from the night `since` on, in order of time."""
    found: list[Segment] = []
    ends: date | None = None
    for version in reversed(versions):
        begins = version.in_force_from
        # A proposal holds nothing yet; what has a lower number and begins later was superseded
        # before it began.
        if begins is None or (ends is not None and begins >= ends):
            continue
        start = max(begins, since)
        if ends is None or start < ends:
            found.append(Segment(version, start, ends))
        ends = begins
        if ends <= since:
            break
    return found[::-1]


def current_of(versions: Sequence[Version], tonight: date) -> Version | None:
    """The version in force tonight; before the first one begins, that first one."""
    coming = segments(versions, tonight)
    return coming[0].version if coming else None


async def terms_of(
    session: AsyncSession, patient_id: UUID, versions: Sequence[UUID]
) -> dict[UUID, list[tuple[Terms, Line]]]:
    """The terms of these versions with their lines, in the order of entry."""
    found: dict[UUID, list[tuple[Terms, Line]]] = {version: [] for version in versions}
    rows = await session.execute(
        select(Terms, Line)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Terms.patient_id == patient_id, Terms.version_id.in_(versions))
        .order_by(Terms.position)
    )
    for terms, line in rows:
        found[terms.version_id].append((terms, line))
    return found


async def may_change(session: AsyncSession, author: Person, coming: Sequence[Segment]) -> None:
    """Let a clinician change anything, and a patient what no clinician answers for.

    coming   the versions in force from tonight on: one that waits for its night counts as well,
             because a newer one would supersede it unseen

    Raises ClinicDecides for a patient one of whose versions a clinician entered, while some
    clinician still looks after them: taking it back would also take doses out of adherence.
    """
    if author.role is Role.CLINICIAN or all(each.version.self_reported for each in coming):
        return
    if await looked_after(session, author.id):
        raise ClinicDecides(
            "Your clinic entered this protocol and looks after it.",
            cure="Contact your clinic. What you take or leave out can be logged all the same.",
        )


async def looked_after(session: AsyncSession, patient_id: UUID) -> bool:
    """Whether the patient lets any clinician in at this moment."""
    links = select(CareLink.id).where(
        CareLink.patient_id == patient_id, CareLink.ended_at.is_(None)
    )
    return await session.scalar(links.limit(1)) is not None


async def enter_version(
    session: AsyncSession, patient_id: UUID, author: Person, draft: Draft, now: datetime
) -> Version:
    """Enter the next version of a patient's protocol; the caller plans its doses.

    A line keeps its id when the draft names it and medicine, form and route are the same;
    otherwise it is a new line. Word for word the newest version again changes nothing and
    answers with that version, so a request may be repeated.

    Raises Invalid with the field that has to change; ClinicDecides; and VersionConflict when
    somebody else entered a version at the same moment.
    """
    evenings = await evenings_of(session, patient_id)
    tonight = evenings.night_of(now)
    effective = draft.effective_night or tonight
    before = await versions_of(session, patient_id)
    newest = before[-1] if before else None
    prescribed = await terms_of(session, patient_id, [newest.id]) if newest else {}
    standing = prescribed.get(newest.id, []) if newest else []
    checked = _checked(draft, evenings, effective, standing)
    reason = _reason(draft.reason, checked)
    if newest and _repeats(newest, author, reason, draft, effective, standing, checked):
        return newest
    _check_effective(effective, tonight)
    await may_change(session, author, segments(before, tonight))
    known = await _known_lines(session, patient_id, checked)
    number = newest.number + 1 if newest else 1
    version = _new_version(patient_id, author, number, effective, reason, draft.prescriber, now)
    terms = []
    for position, line in enumerate(checked):
        old = known.get(line.id) if line.id else None
        if line.id and old is None:
            raise Invalid(
                "This line is not part of the protocol.",
                field=f"lines.{position}.id",
                cure="Reload the protocol, or leave the id out for a new line.",
            )
        if old is None or (old.medicine, old.form, old.route) != (
            line.medicine, line.form, line.route,
        ):  # fmt: skip
            old = Line(
                patient_id=patient_id, id=uuid4(), medicine=line.medicine, form=line.form,
                route=line.route,
            )  # fmt: skip
            session.add(old)
        terms.append(_terms(patient_id, version.id, old.id, position, line))
    await save(session, version, terms, now)
    return version


async def save(
    session: AsyncSession, version: Version, terms: Sequence[Terms], now: datetime
) -> None:
    """Write a version and its terms. Raises VersionConflict when its number was taken meanwhile."""
    session.add(version)
    try:
        await session.flush()
    except IntegrityError as error:
        raise VersionConflict(
            "Another version was entered while you wrote this one.",
            cure="Reload the protocol and enter your change again.",
        ) from error
    session.add_all(terms)
    await session.flush()
    audit.record(
        session, "version.entered", at=now, actor=version.author_id, patient=version.patient_id,
        number=version.number, lines=len(terms),
    )  # fmt: skip


async def acknowledge(
    session: AsyncSession, patient_id: UUID, number: int, actor: Person, now: datetime
) -> Version:
    """Note that the patient has seen a version; a repeat keeps the first instant.

    Raises NotFound for a number that was never entered, and PatientAcknowledges for others.
    """
    version = await session.scalar(
        select(Version)
        .where(Version.patient_id == patient_id, Version.number == number)
        .with_for_update()
    )
    if version is None:
        raise NotFound("There is no such version.")
    if actor.id != patient_id:
        raise PatientAcknowledges(
            "A clinician cannot acknowledge for the patient.", cure="Ask the patient to open it."
        )
    if version.acknowledged_at is None:
        version.acknowledged_at = now
        audit.record(
            session, "version.acknowledged", at=now, actor=actor.id, patient=patient_id,
            number=number,
        )  # fmt: skip
    return version


def successor(
    of: Version, number: int, author: Person, effective: date, reason: str, now: datetime
) -> Version:
    """A new version that carries on an earlier one from its effective night."""
    return _new_version(of.patient_id, author, number, effective, reason, of.prescriber, now)


def copy_of(terms: Terms, version_id: UUID) -> Terms:
    """The same terms under another version."""
    return Terms(
        patient_id=terms.patient_id, version_id=version_id, line_id=terms.line_id,
        position=terms.position, amount_value=terms.amount_value, amount_unit=terms.amount_unit,
        recurrence=dict(terms.recurrence), window_minutes=terms.window_minutes,
        on_time_minutes=terms.on_time_minutes, ladder=list(terms.ladder),
    )  # fmt: skip


def _new_version(
    patient_id: UUID, author: Person, number: int, effective: date, reason: str, prescriber: str,
    now: datetime,
) -> Version:  # fmt: skip
    own = author.id == patient_id
    return Version(
        patient_id=patient_id, id=uuid4(), number=number, author_id=author.id, created_at=now,
        effective_night=effective, in_force_from=effective, reason=reason, prescriber=prescriber,
        self_reported=own, acknowledged_at=now if own else None,
    )  # fmt: skip


def _terms(
    patient_id: UUID, version_id: UUID, line_id: UUID, position: int, line: CheckedLine
) -> Terms:
    return Terms(
        patient_id=patient_id, version_id=version_id, line_id=line_id, position=position,
        amount_value=line.amount.value, amount_unit=line.amount.unit, recurrence=line.recurrence,
        window_minutes=line.window_minutes, on_time_minutes=line.on_time_minutes,
        ladder=list(line.ladder),
    )  # fmt: skip


def _checked(
    draft: Draft, evenings: Evenings, effective: date, standing: Sequence[tuple[Terms, Line]]
) -> list[CheckedLine]:
    """The draft's lines, each of which keeps every rule."""
    by_id = {line.id: (terms, line) for terms, line in standing}
    checked: list[CheckedLine] = []
    for position, asked in enumerate(draft.lines):
        field = f"lines.{position}"
        if asked.id and asked.id in [line.id for line in checked]:
            raise Invalid(
                "A line is named twice.", field=f"{field}.id", cure="Leave the second id out."
            )
        signed = asked.id is not None and _says_the_same(asked, by_id.get(asked.id))
        checked.append(check_line(asked, evenings, effective, field, signed=signed))
    return checked


def _says_the_same(asked: LineIn, standing: tuple[Terms, Line] | None) -> bool:
    """Whether amount, form and nights stand in the newest version already."""
    if standing is None:
        return False
    terms, line = standing
    kept: dict[str, Any] = terms.recurrence
    nights = asked.recurrence
    return (
        (line.medicine, line.form) == (asked.medicine, asked.form or "")
        and asked.amount.unit == terms.amount_unit
        and asked.amount.value == f"{terms.amount_value:f}"
        and (sorted(nights.weekdays), nights.every) == (kept["weekdays"], kept["every"])
        and (nights.weeks_off, nights.times) == (kept["weeks_off"], kept["times"])
    )


def _reason(reason: str, checked: Sequence[CheckedLine]) -> str:
    """The version's reason, and why each unusual line is meant, which belongs to the record."""
    meant = [f"Line {n}: {line.overridden}" for n, line in enumerate(checked, 1) if line.overridden]
    text = " ".join([reason.strip(), *meant]).strip()
    if len(text) > 500:
        raise Invalid(
            "The reasons are too long together.", field="reason",
            cure="Use at most 500 characters for the version's reason and those of its lines.",
        )  # fmt: skip
    return text


def _check_effective(effective: date, tonight: date) -> None:
    if effective < tonight:
        raise Invalid(
            "A version cannot begin in the past: what was due then is a record.",
            field="effective_night",
            cure=f"Choose tonight ({tonight}) or a later night.",
        )
    if effective > tonight + A_DAY * 366:
        raise Invalid(
            "A version cannot begin more than a year ahead.", field="effective_night",
            cure="Check the year.",
        )  # fmt: skip


async def _known_lines(
    session: AsyncSession, patient_id: UUID, checked: Sequence[CheckedLine]
) -> dict[UUID, Line]:
    named = [line.id for line in checked if line.id]
    mine = select(Line).where(Line.patient_id == patient_id, Line.id.in_(named))
    return {line.id: line for line in await session.scalars(mine)} if named else {}


def _repeats(
    newest: Version, author: Person, reason: str, draft: Draft, effective: date,
    standing: Sequence[tuple[Terms, Line]], checked: Sequence[CheckedLine],
) -> bool:  # fmt: skip
    """Whether the draft says, word for word, what the newest version says."""
    if (newest.author_id, newest.reason, newest.prescriber, newest.effective_night) != (
        author.id, reason, draft.prescriber, effective,
    ) or len(standing) != len(checked):  # fmt: skip
        return False
    return all(
        line.id in (None, old.id)
        and (line.medicine, line.form, line.route) == (old.medicine, old.form, old.route)
        and (line.amount, line.recurrence, line.window_minutes, line.on_time_minutes)
        == (terms.amount, terms.recurrence, terms.window_minutes, terms.on_time_minutes)
        and list(line.ladder) == terms.ladder
        for line, (terms, old) in zip(checked, standing, strict=True)
    )
