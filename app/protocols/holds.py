"""Pausing, resuming and stopping one line of a prescription.

A held night stays in the record and leaves the denominator of adherence. To stop a line is to
enter the next version without it, which holds at once: it only takes something away.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import is_looked_after
from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.problems import Invalid, NotFound, Problem
from app.protocols.drafts import Ready, as_prescribed, copy_of, successor
from app.protocols.models import Hold, Line, NoticeKind
from app.protocols.notices import announce
from app.protocols.proposals import means_of
from app.protocols.standing import Segment, locked_versions, segments, terms_of, versions_of
from app.protocols.versions import ClinicDecides, may_change, save
from app.schedule import A_DAY


class AlreadyHeld(Problem):
    """This line is on hold already."""

    status: ClassVar[int] = 409


async def every_hold(session: AsyncSession, patient_id: UUID) -> Sequence[Hold]:
    """Every hold of the patient's lines, past ones as well, oldest first."""
    mine = select(Hold).where(Hold.patient_id == patient_id).order_by(Hold.since, Hold.created_at)
    return (await session.scalars(mine)).all()


async def holds_of(session: AsyncSession, patient_id: UUID, since: date) -> Sequence[Hold]:
    """The patient's holds that reach into the night `since` or a later one, oldest first."""
    return [
        hold
        for hold in await every_hold(session, patient_id)
        if hold.until is None or (hold.until > since and hold.until > hold.since)
    ]


async def hold(
    session: AsyncSession, patient_id: UUID, line_id: UUID, author: Person, *,
    since: date | None, until: date | None, reason: str, now: datetime,
) -> Hold:  # fmt: skip
    """Pause a line in the nights [since, until); from tonight, and open, unless said otherwise.

    The very same hold again changes nothing. Raises NotFound for a line that is not prescribed
    now or later, Invalid for nights in the past or none at all, AlreadyHeld when another hold
    reaches into these nights, and ClinicDecides.
    """
    tonight, coming = await _prescribed(session, patient_id, line_id, author, now)
    if author.id == patient_id and await is_looked_after(session, patient_id, now):
        # Held nights are not expected, and what a clinician reads must not shrink by the patient's
        # own word.
        raise ClinicDecides(
            "Your clinic decides about pauses.",
            cure="Contact your clinic. What you leave out can be logged as skipped.",
        )
    since = since or tonight
    if not coming:
        raise NotFound("This line is not part of the protocol any more.")
    if since < tonight:
        raise Invalid(
            "A hold cannot begin in the past: what was due then is a record.",
            field="since",
            cure=f"Choose tonight ({tonight}) or later. Log earlier doses as skipped.",
        )
    if since > tonight + A_DAY * 366:
        raise Invalid("A hold begins within a year.", field="since", cure="Check the year.")
    if until is not None and until <= since:
        raise Invalid(
            "A hold must end after it begins.", field="until",
            cure="Choose a later night, or leave it out.",
        )  # fmt: skip
    # Taps and clicks of several people take turns on the line itself. Not a full FOR UPDATE: the
    # plan tick's new doses refer to the line, and it holds the plan that comes next here.
    await session.execute(
        select(Line.id)
        .where(Line.patient_id == patient_id, Line.id == line_id)
        .with_for_update(key_share=True)
    )
    for other in await holds_of(session, patient_id, since):
        if other.line_id != line_id or (until is not None and other.since >= until):
            continue
        if (other.since, other.until, other.reason) == (since, until, reason):
            return other
        raise AlreadyHeld(
            "Another hold of this line reaches into these nights.",
            cure="Resume the line first, then hold it again.",
        )
    new = Hold(
        patient_id=patient_id, id=uuid4(), line_id=line_id, since=since, until=until,
        reason=reason, author_id=author.id, created_at=now,
    )  # fmt: skip
    session.add(new)
    await session.flush()
    audit.record(
        session, "line.held", at=now, actor=author.id, patient=patient_id,
        means=means_of(author.id, patient_id), line=str(line_id),
    )  # fmt: skip
    return new


async def resume(
    session: AsyncSession, patient_id: UUID, line_id: UUID, author: Person, now: datetime
) -> None:
    """End every hold of a line from tonight on; nights before stay held. A repeat changes nothing.

    Raises NotFound for a line that is not the patient's, and ClinicDecides.
    """
    tonight, _ = await _prescribed(session, patient_id, line_id, author, now)
    ended = 0
    for standing in await holds_of(session, patient_id, tonight):
        if standing.line_id == line_id:
            standing.until = max(standing.since, tonight)
            standing.resumed_at, standing.resumed_by = now, author.id
            ended += 1
    if ended:
        audit.record(
            session, "line.resumed", at=now, actor=author.id, patient=patient_id,
            means=means_of(author.id, patient_id), line=str(line_id),
        )  # fmt: skip
        await session.flush()


async def stop(
    session: AsyncSession, patient_id: UUID, line_id: UUID, author: Person, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Take a line out of the protocol from tonight on, as the next version with the same terms.

    It holds at once, and the patient is told. A version that waits for a later night gets a
    successor without the line as well; a proposal is overtaken, whatever it said. A line that is
    stopped already stays stopped. Raises NotFound for a line that is not the patient's,
    ClinicDecides, and VersionConflict.
    """
    versions = await locked_versions(session, patient_id)
    tonight, coming = await _prescribed(session, patient_id, line_id, author, now)
    if not coming:
        return
    terms = await terms_of(session, patient_id, [stretch.version.id for stretch in coming])
    for number, stretch in enumerate(coming, versions[-1].number + 1):
        version = successor(stretch.version, number, author, stretch.since, reason, now)
        kept = [row for row in terms[stretch.version.id] if row[1].id != line_id]
        await save(
            session,
            Ready(
                version,
                terms=tuple(copy_of(of, version) for of, _ in kept),
                new_lines=(),
                prescribed=tuple(as_prescribed(of, line) for of, line in kept),
            ),
            now,
        )
        if version.at_once and stretch is coming[0]:
            night = max(version.effective_night, tonight)
            await announce(session, version, NoticeKind.AT_ONCE, night, now)
    audit.record(
        session, "line.stopped", at=now, actor=author.id, patient=patient_id,
        means=means_of(author.id, patient_id), line=str(line_id),
    )  # fmt: skip


async def _prescribed(
    session: AsyncSession, patient_id: UUID, line_id: UUID, author: Person, now: datetime
) -> tuple[date, list[Segment]]:
    """Tonight, and every coming stretch of versions if one of them prescribes the line.

    Raises NotFound for a line that is not the patient's, and ClinicDecides.
    """
    if await session.get(Line, (patient_id, line_id)) is None:
        raise NotFound("There is no such line.")
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    versions = await versions_of(session, patient_id)
    coming = segments(versions, tonight)
    await may_change(session, author, patient_id, versions, tonight, now)
    terms = await terms_of(session, patient_id, [stretch.version.id for stretch in coming])
    named = any(line.id == line_id for entries in terms.values() for _, line in entries)
    return tonight, coming if named else []
