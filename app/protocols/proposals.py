"""What becomes of a proposal: the patient acknowledges it, or a clinician takes it back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.audit import Means
from app.problems import NotFound, Problem
from app.protocols import witness
from app.protocols.medicines import label_of
from app.protocols.models import Line, Notice, NoticeKind, Terms, Version
from app.protocols.screening import check_start
from app.protocols.standing import locked_versions, open_proposal, segments, terms_of
from app.protocols.steps import skips_a_step


class NoLongerProposed(Problem):
    """This version is not proposed any more."""

    status: ClassVar[int] = 409


class StepSkipped(Problem):
    """A step of this titration has passed while the proposal waited."""

    status: ClassVar[int] = 409


class PatientAcknowledges(Problem):
    """Only the patient can acknowledge a change of their protocol."""

    status: ClassVar[int] = 403


class ClinicianWithdraws(Problem):
    """Only a clinician can take a proposal back."""

    status: ClassVar[int] = 403


async def acknowledge(
    session: AsyncSession, patient_id: UUID, number: int, actor: Person, now: datetime
) -> Version:
    """Put a proposal in force from its night, or from tonight where that has passed.

    What holds at once is only noted as seen. A repeat keeps the first instant. Raises NotFound
    for a number that was never entered, PatientAcknowledges for others, NoLongerProposed for what
    was withdrawn or overtaken, StepSkipped, and what `check_start` raises.
    """
    versions = await locked_versions(session, patient_id)
    version = _numbered(versions, number)
    if actor.id != patient_id:
        raise PatientAcknowledges(
            "A clinician cannot acknowledge for the patient.", cure="Ask the patient to open it."
        )
    if version.acknowledged_at is not None:
        return version
    if version.in_force_from is None:
        if version is not open_proposal(versions):
            raise _no_longer(version, versions[-1].number)
        terms = (await terms_of(session, patient_id, [version.id]))[version.id]
        await check_start(session, patient_id, [line.medicine for _, line in terms], now)
        tonight = (await evenings_of(session, patient_id)).night_of(now)
        await _check_steps(session, version, terms, versions, tonight)
        version.in_force_from = max(version.effective_night, tonight)
    version.acknowledged_at = now
    await hush(session, patient_id, number)
    await session.flush()
    audit.record(
        session, "version.acknowledged", at=now, actor=actor.id, patient=patient_id,
        means=means_of(actor.id, patient_id), number=number, **witness.standing(version),
    )  # fmt: skip
    return version


async def withdraw(
    session: AsyncSession, patient_id: UUID, number: int, author: Person, reason: str, now: datetime
) -> Version:
    """Take a proposal back before it was acknowledged; a repeat keeps the first instant and reason.

    Raises NotFound, ClinicianWithdraws for the patient, and NoLongerProposed for what holds, or
    was overtaken.
    """
    versions = await locked_versions(session, patient_id)
    version = _numbered(versions, number)
    if author.id == patient_id:
        raise ClinicianWithdraws(
            "Your clinic made this proposal.",
            cure="You need not acknowledge it. Contact your clinic if it is not right.",
        )
    if version.withdrawn_at is not None:
        return version
    if version is not open_proposal(versions):
        raise _no_longer(version, versions[-1].number)
    version.withdrawn_at, version.withdrawn_reason = now, reason
    await hush(session, patient_id, number)
    await session.flush()
    audit.record(
        session, "version.withdrawn", at=now, actor=author.id, patient=patient_id,
        means=means_of(author.id, patient_id), number=number, **witness.standing(version),
    )  # fmt: skip
    return version


async def _check_steps(
    session: AsyncSession, version: Version, terms: Sequence[tuple[Terms, Line]],
    versions: Sequence[Version], tonight: date,
) -> None:  # fmt: skip
    """Refuse a titration that would begin above a step which the patient has not been on.

    Its dates were signed for a start that did not happen: whoever acknowledges weeks late would go
    from the first amount, or from none, to the third. Raises StepSkipped.
    """
    standing = next(iter(segments(versions, tonight)), None)
    tonights: dict[UUID, Terms] = {}
    if standing is not None and standing.since <= tonight:
        of_version = standing.version.id
        found = await terms_of(session, version.patient_id, [of_version])
        tonights = {line.id: of for of, line in found[of_version]}
    for of, line in terms:
        old = tonights.get(line.id)
        taking = old.amount_at(tonight) if old else None
        if skips_a_step(of, version.effective_night, tonight, taking):
            raise StepSkipped(
                f"{label_of(line.medicine)}: its first steps were meant for nights that have "
                "passed, and it would begin with a later one.",
                cure="Ask your clinic to propose it again with new dates. Until then everything "
                "stays as it is.",
            )


async def hush(session: AsyncSession, patient_id: UUID, number: int) -> None:
    """What is settled up to this version need not be told of any more.

    A reduction that holds already is: it stays to be told even when a newer version overtakes it.
    """
    settled = select(Version.id).where(
        Version.patient_id == patient_id,
        Version.number <= number,
        or_(Version.at_once.is_(False), Version.acknowledged_at.is_not(None)),
    )
    unsaid = update(Notice).where(
        Notice.patient_id == patient_id,
        Notice.version_id.in_(settled),
        Notice.kind.in_((NoticeKind.PROPOSED, NoticeKind.AT_ONCE)),
        Notice.say_at.is_not(None),
    )
    await session.flush()
    await session.execute(unsaid.values(say_at=None))


def means_of(actor_id: UUID, patient_id: UUID) -> Means:
    """By which way somebody changes this protocol: their own, or as a clinician somebody else's."""
    return Means.APP if actor_id == patient_id else Means.CLINICIAN


def _numbered(versions: Sequence[Version], number: int) -> Version:
    if not 1 <= number <= len(versions):
        raise NotFound("There is no such version.")
    return versions[number - 1]


def _no_longer(version: Version, newest: int) -> NoLongerProposed:
    if version.withdrawn_at is not None:
        what = "The clinic has withdrawn it."
    elif version.in_force_from is not None:
        what = "It holds already."
    else:
        what = "A newer version has taken its place."
    return NoLongerProposed(what, cure="Reload the protocol.", newest=newest)
