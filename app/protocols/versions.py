"""Numbered versions of a prescription: entered, superseded, and never edited.

What a clinician enters is a proposal until the patient has acknowledged it (see `proposals`); the
version before stands until then. A checked reduction may hold at once, and so does a patient's own
word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import is_looked_after
from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.problems import Invalid, Problem
from app.protocols import witness
from app.protocols.because import with_result
from app.protocols.checks import answered, warnings_of_draft
from app.protocols.coherence import Warned
from app.protocols.drafts import (
    Draft,
    Ready,
    as_prescribed,
    check_dates,
    check_draft,
    make_ready,
    new_version,
    reason_of,
    repeats,
)
from app.protocols.models import NoticeKind, Version
from app.protocols.notices import announce
from app.protocols.prescribed import Prescribed
from app.protocols.proposals import hush, means_of
from app.protocols.reduction import what_is_more, why_not_a_reduction
from app.protocols.screening import check_start
from app.protocols.standing import (
    Segment,
    current_of,
    locked_versions,
    open_proposal,
    segments,
    terms_of,
    versions_of,
)
from app.schedule import Evenings

__all__ = [
    "ClinicDecides",
    "Draft",
    "Prepared",
    "Segment",
    "VersionConflict",
    "current_of",
    "enter_version",
    "may_change",
    "prepare",
    "save",
    "segments",
    "terms_of",
    "versions_of",
]  # fmt: skip


class VersionConflict(Problem):
    """Somebody else changed this protocol at the same moment."""

    status: ClassVar[int] = 409


class ClinicDecides(Problem):
    """Your clinic decides about this prescription."""

    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a draft would make, and how it looks beside what stands.

    before     the lines that stand on the night from which it would hold
    tonight    the night this was worked out in
    """

    ready: Ready
    before: tuple[Prescribed, ...]
    warnings: tuple[Warned, ...]
    tonight: date

    @property
    def known(self) -> list[UUID]:
        """The ids of its lines that exist already."""
        new = {line.id for line in self.ready.new_lines}
        return [line.line_id for line in self.ready.prescribed if line.line_id not in new]


async def may_change(
    session: AsyncSession, author: Person, patient_id: UUID, versions: Sequence[Version],
    tonight: date, now: datetime,
) -> None:  # fmt: skip
    """Let a clinician change anything, and a patient what no clinician answers for.

    A version that waits for its night counts as well, and so does a proposal, because a newer
    version would supersede it unseen.

    Raises ClinicDecides for a patient one of whose versions a clinician entered, while some
    clinician may still change it: taking it back would also take doses out of adherence.
    """
    if author.id != patient_id:
        return
    coming = [stretch.version for stretch in segments(versions, tonight)]
    proposal = open_proposal(versions)
    if all(each.self_reported for each in (*coming, *([proposal] if proposal else []))):
        return
    if await is_looked_after(session, patient_id, now):
        raise ClinicDecides(
            "Your clinic entered this protocol and looks after it.",
            cure="Contact your clinic. What you take or leave out can be logged all the same.",
        )


async def enter_version(
    session: AsyncSession, patient_id: UUID, author: Person, draft: Draft, now: datetime, *,
    baseline_drawn: bool | None = None,
) -> Version:  # fmt: skip
    """Enter the next version: a clinician's as a proposal, a patient's own in force at once.

    baseline_drawn   whether a baseline blood draw is recorded; None where nobody can say

    The same draft again answers with the version it made. Raises Invalid, VersionConflict when
    the author had another newest version before them, ClinicDecides, UnansweredWarnings for a
    clinician, and for a patient what `check_start` raises.
    """
    versions = await locked_versions(session, patient_id)
    evenings = await evenings_of(session, patient_id)
    draft = await with_result(session, patient_id, draft)
    made = await _made_before(session, versions, author, draft, evenings, now)
    if made is not None:
        return made
    prepared = await prepare(session, patient_id, author, draft, versions, now, baseline_drawn)
    version = prepared.ready.version
    if author.id == patient_id:
        medicines = [line.medicine for line in prepared.ready.prescribed]
        await check_start(session, patient_id, medicines, now)
    else:
        newest = versions[-1] if versions else None
        version.overrides = list(
            answered(prepared.warnings, draft.overrides, newest, prepared.known)
        )
    await save(session, prepared.ready, now)
    if author.id != patient_id:
        kind = NoticeKind.AT_ONCE if version.at_once else NoticeKind.PROPOSED
        night = max(version.effective_night, prepared.tonight)
        await announce(session, version, kind, night, now)
    return version


async def prepare(
    session: AsyncSession, patient_id: UUID, author: Person, draft: Draft,
    versions: Sequence[Version], now: datetime, baseline_drawn: bool | None,
) -> Prepared:  # fmt: skip
    """What the draft would make beside these versions, oldest first; writes nothing.

    Raises what `enter_version` raises, but for warnings and screening.
    """
    own = author.id == patient_id
    newest = versions[-1] if versions else None
    _check_basis(draft, newest, own=own)
    draft = await with_result(session, patient_id, draft)
    evenings = await evenings_of(session, patient_id)
    tonight = evenings.night_of(now)
    effective = draft.effective_night or tonight
    await may_change(session, author, patient_id, versions, tonight, now)
    check_dates(draft, effective, tonight)
    coming = segments(versions, effective)
    ids = {each.version.id for each in coming} | ({newest.id} if newest else set())
    terms = await terms_of(session, patient_id, list(ids))
    checked = check_draft(
        draft, evenings, effective, terms[newest.id] if newest else [], own=own
    )  # fmt: skip
    reason = reason_of(draft.reason, checked)
    number = newest.number + 1 if newest else 1
    version = new_version(patient_id, author, number, draft, effective, reason, now)
    ready = await make_ready(session, version, checked)
    stretches = [
        (each, tuple(as_prescribed(*row) for row in terms[each.version.id])) for each in coming
    ]
    if version.at_once:
        _check_reduction(stretches, ready.prescribed, effective)
    before = next((lines for each, lines in stretches if each.since <= effective), ())
    warnings = await warnings_of_draft(
        session, patient_id, ready.prescribed, before, effective, evenings, baseline_drawn
    )
    return Prepared(ready, before, tuple(warnings), tonight)


async def save(session: AsyncSession, ready: Ready, now: datetime) -> None:
    """Write a version with its lines and terms; a proposal before it falls silent.

    Raises VersionConflict when its number was taken meanwhile.
    """
    version = ready.version
    try:
        async with session.begin_nested():
            session.add(version)
    except IntegrityError as error:
        mine = select(func.max(Version.number)).where(Version.patient_id == version.patient_id)
        raise _conflict(await session.scalar(mine) or version.number) from error
    session.add_all(ready.new_lines)
    await session.flush()
    session.add_all(ready.terms)
    await session.flush()
    await hush(session, version.patient_id, version.number - 1)
    audit.record(
        session, "version.entered", at=now, actor=version.author_id, patient=version.patient_id,
        number=version.number, lines=len(ready.terms),
        means=means_of(version.author_id, version.patient_id),
        proposed=version.in_force_from is None, at_once=version.at_once,
        **await witness.entered(session, version, ready.terms),
    )  # fmt: skip


async def _made_before(
    session: AsyncSession, versions: Sequence[Version], author: Person, draft: Draft,
    evenings: Evenings, now: datetime,
) -> Version | None:  # fmt: skip
    """The version that this very draft made when it was sent before; None if it is new."""
    if not versions:
        return None
    # Numbers have no gaps: who had version n before them made n + 1.
    place = draft.based_on if draft.based_on is not None else len(versions) - 1
    if place >= len(versions) or versions[place].author_id != author.id:
        return None
    made = versions[place]
    sent = now if draft.based_on is None else made.created_at
    effective = draft.effective_night or evenings.night_of(sent)
    basis = versions[place - 1] if place else None
    terms = await terms_of(session, made.patient_id, [made.id, *([basis.id] if basis else [])])
    own = author.id == made.patient_id
    try:
        checked = check_draft(draft, evenings, effective, terms[basis.id] if basis else [], own=own)
        reason = reason_of(draft.reason, checked)
    except Invalid:
        return None  # it would not have been accepted
    same = repeats(made, author, draft, effective, reason, terms[made.id], checked)
    return made if same else None


def _check_basis(draft: Draft, newest: Version | None, *, own: bool) -> None:
    """Refuse a draft whose author had not seen the newest version."""
    if newest is None:
        if draft.based_on is not None:
            raise Invalid("There is no version yet.", field="based_on", cure="Leave it out.")
        return
    if own and draft.based_on is None:
        return
    if draft.based_on != newest.number:
        raise _conflict(newest.number)


def _conflict(newest: int) -> VersionConflict:
    return VersionConflict(
        f"Version {newest} is the newest, and not the one this change was written for.",
        cure="Reload the protocol, look at what changed, and enter your change again with "
        "`based_on` as the newest number.",
        newest=newest,
    )


def _check_reduction(
    stretches: Sequence[tuple[Segment, tuple[Prescribed, ...]]], after: Sequence[Prescribed],
    effective: date,
) -> None:  # fmt: skip
    """Refuse what is more than any version that would have held from this night on."""
    why: str | None = "Nothing is in force that it could reduce."
    for position, (stretch, lines) in enumerate(stretches):
        since = max(stretch.since, effective)
        if position == 0:
            why = why_not_a_reduction(lines, after, since)
        else:
            why = why or what_is_more(lines, after, since)
    if why is not None:
        raise Invalid(
            f"Only a reduction can hold before the patient has acknowledged it. {why}",
            field="at_once",
            cure="Leave out `at_once`: the patient is told, and acknowledges.",
        )
