"""Who may see whom: care links, what each consents to, and until when.

A link is live until somebody ended it, its last day is over, or the clinician has left the clinic.
Whether it is live is asked of the database on each request, so an end takes effect at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import ClassVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import audit
from app.accounts.evenings import preferences_of
from app.accounts.invites import InviteNotUsable, claim, kept
from app.accounts.models import CareLink, Clinic, Invite, InviteKind, Person, Role, Scope
from app.clock import Day
from app.problems import Invalid, NotFound, Problem
from app.schedule import A_DAY, zone

YEARS = 5
"""For how long a patient can let somebody in with an end date; without one there is no end."""

MOST_PATIENTS = 500
"""How many patients `patients_of` names; a clinician with more has the panel, page by page."""


class CareChange(BaseModel):
    """What a patient wants to be different about a link; a field that is left out stays.

    until   the last day where the patient lives; null for no end
    """

    model_config = ConfigDict(extra="forbid")

    scope: Scope | None = None
    until: Day | None = None


class AlreadyInCare(Problem):
    """This person can see the record already."""

    status: ClassVar[int] = 409


class CareEnded(Problem):
    """This care has ended and is not taken up again."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Care:
    """A care link with the names that a patient reads; a companion belongs to no clinic."""

    link: CareLink
    person: Person
    clinic: Clinic | None

    def ended_at(self, now: datetime) -> datetime | None:
        """When it stopped opening anything, by whichever way; None while it is live."""
        ends = [
            moment
            for moment in (self.link.ended_at, self.link.ends_at, self.person.left_at)
            if moment is not None and moment <= now
        ]
        return min(ends, default=None)


def live(now: datetime) -> ColumnElement[bool]:
    """The condition under which a row of `care_link` opens a record at this moment."""
    leaver = aliased(Person)  # or it would be taken for the Person of the query around it
    has_left = select(leaver.id).where(leaver.id == CareLink.person_id, leaver.left_at.is_not(None))
    return and_(
        CareLink.ended_at.is_(None),
        or_(CareLink.ends_at.is_(None), CareLink.ends_at > now),
        ~has_left.exists(),
    )


async def looks_after(
    session: AsyncSession, person_id: UUID, patient_id: UUID, now: datetime, *, change: bool = False
) -> CareLink | None:
    """The live link by which a person may open this patient's record; see `widest`."""
    return await widest(session, patient_id, by_person(person_id), now, change=change)


def by_person(person_id: UUID) -> ColumnElement[bool]:
    """The links of one clinician or companion."""
    return CareLink.person_id == person_id


def by_clinic(clinic_id: UUID) -> ColumnElement[bool]:
    """The links of everybody of one clinic, by which its programs are let in."""
    return CareLink.clinic_id == clinic_id


async def widest(
    session: AsyncSession, patient_id: UUID, by: ColumnElement[bool], now: datetime, *,
    change: bool = False,
) -> CareLink | None:  # fmt: skip
    """Of the live links of this patient that `by` means, the one that opens most.

    The one with leave to change comes first, then a clinician's before a companion's.

    change   for whoever is about to write: the links are held until the transaction ends, so that
             ending one waits for a change that has begun, and none begins after it
    """
    mine = select(CareLink).where(CareLink.patient_id == patient_id, by, live(now))
    if change:
        mine = mine.with_for_update(read=True, of=CareLink)
    links = (await session.scalars(mine)).all()
    return min(links, key=_wider, default=None)


async def is_looked_after(session: AsyncSession, patient_id: UUID, now: datetime) -> bool:
    """Whether any clinician may change the patient's record at this moment.

    Companions do not count, and neither does a clinician who may only look: where nobody else
    can write, the patient keeps the pen.
    """
    links = select(CareLink.id).where(*changing(patient_id, now))
    return await session.scalar(links.limit(1)) is not None


def changing(patient_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What holds of the links by which a clinician may change the patient's record now."""
    return (
        CareLink.patient_id == patient_id, CareLink.clinic_id.is_not(None),
        CareLink.scope == Scope.CHANGE, live(now),
    )  # fmt: skip


async def last_moment(
    session: AsyncSession, patient_id: UUID, until: date, now: datetime
) -> datetime:
    """When the day `until` has ended where the patient lives.

    Raises Invalid for a day that is over, or more than YEARS years away.
    """
    here = zone((await preferences_of(session, patient_id)).timezone)
    today = now.astimezone(here).date()
    if until < today:
        raise Invalid("This day is over.", field="until", cure=f"Choose {today} or a later day.")
    if (until.year - YEARS, until.month, until.day) > (today.year, today.month, today.day):
        raise Invalid(
            f"This is more than {YEARS} years away.", field="until",
            cure="Choose an earlier day, or none: you can end it at any time.",
        )  # fmt: skip
    return end_of(until, here)


def end_of(day: date, here: tzinfo) -> datetime:
    """The first instant, in UTC, at which the wall clock `here` shows a later day than this one."""
    return datetime.combine(day + A_DAY, time(), here).astimezone(UTC)


async def accept(
    session: AsyncSession, patient: Person, code: str, now: datetime, *,
    scope: Scope = Scope.CHANGE, until: date | None = None,
) -> Care:  # fmt: skip
    """Let the clinician who made this code in: to see, or to see and change.

    until   the last day where the patient lives; None leaves it open

    Raises AlreadyInCare when that clinician is let in already, whether by this code or by another,
    which then stays unused; InviteNotUsable; and Invalid for a day that cannot be.
    """
    ends_at = await last_moment(session, patient.id, until, now) if until else None
    await _one_at_a_time(session, patient.id)
    mine = select(Invite).where(Invite.code_hash == kept(code), Invite.used_by == patient.id)
    before = await session.scalar(mine)
    invite = before or await claim(session, code, InviteKind.PATIENT, now=now)
    clinician = await session.get(Person, invite.created_by) if invite.created_by else None
    if clinician is not None:
        await _refuse_second(session, patient.id, clinician.id, now, of_clinic=True)
    if before is not None or clinician is None or clinician.left_at is not None:
        raise InviteNotUsable(
            "This code has opened what it could.", field="code",
            cure="Ask the clinic for a new one.",
        )  # fmt: skip
    invite.used_by = patient.id
    link = CareLink(
        patient_id=patient.id, id=uuid4(), person_id=clinician.id, clinic_id=invite.clinic_id,
        granted_at=now, scope=scope, ends_at=ends_at,
    )  # fmt: skip
    session.add(link)
    audit.record(
        session, "care.granted", at=now, actor=patient.id, patient=patient.id,
        person=str(clinician.id), scope=scope.value,
    )  # fmt: skip
    clinic = await session.get_one(Clinic, link.clinic_id) if link.clinic_id else None
    return Care(link, clinician, clinic)


async def accompany(
    session: AsyncSession, person: Person, invite: Invite, now: datetime
) -> tuple[CareLink, Person]:
    """Let this person look at the record of the patient who made the code; the patient.

    invite   a companion's code, claimed in this transaction

    Raises AlreadyInCare for somebody who is a companion of this patient, and Invalid for the
    patient themselves; the code then stays unused.
    """
    patient = await session.get(Person, invite.created_by) if invite.created_by else None
    if patient is None or patient.role is not Role.PATIENT:
        raise RuntimeError("a companion's code is made by a patient")
    if patient.id == person.id:
        raise Invalid(
            "This is your own code.", field="code",
            cure="Give it to the person who shall see your record.",
        )  # fmt: skip
    await _one_at_a_time(session, patient.id)
    await _refuse_second(session, patient.id, person.id, now, of_clinic=False)
    invite.used_by = person.id
    link = CareLink(
        patient_id=patient.id, id=uuid4(), person_id=person.id, clinic_id=None, granted_at=now,
        scope=Scope.SEE,
    )  # fmt: skip
    session.add(link)
    audit.record(
        session, "companion.joined", at=now, actor=person.id, patient=patient.id,
        person=str(person.id),
    )  # fmt: skip
    return link, patient


async def care_of(session: AsyncSession, patient_id: UUID) -> Sequence[Care]:
    """Everybody a patient has let in, ended links too, newest first."""
    rows = await session.execute(
        select(CareLink, Person, Clinic)
        .join(Person, Person.id == CareLink.person_id)
        .outerjoin(Clinic, Clinic.id == CareLink.clinic_id)
        .where(CareLink.patient_id == patient_id)
        .order_by(CareLink.granted_at.desc(), CareLink.id)
    )
    return [Care(*row) for row in rows]


async def patients_of(
    session: AsyncSession, person_id: UUID, now: datetime
) -> Sequence[tuple[CareLink, Person]]:
    """Whom this person may see now, by name, at most MOST_PATIENTS; names only, so not audited.

    Each once, with the link by which `looks_after` lets them in: a clinician may be a patient's
    companion as well.
    """
    rows = await session.execute(
        select(CareLink, Person)
        .join(Person, Person.id == CareLink.patient_id)
        .where(CareLink.person_id == person_id, live(now))
        .order_by(Person.name, Person.id, CareLink.granted_at)
        .limit(MOST_PATIENTS)
    )
    best: dict[UUID, tuple[CareLink, Person]] = {}
    for link, patient in rows:
        if patient.id not in best or _wider(link) < _wider(best[patient.id][0]):
            best[patient.id] = link, patient
    return list(best.values())


async def change(
    session: AsyncSession, patient_id: UUID, link_id: UUID, wanted: CareChange, now: datetime
) -> Care:
    """Widen or narrow what a link consents to; a repeat changes nothing and is not noted.

    Raises NotFound for a link that is not this patient's, CareEnded for one that is over, and
    Invalid for a day that cannot be or a companion who should change things.
    """
    link = await _held(session, patient_id, link_id)
    person = await session.get_one(Person, link.person_id)
    clinic = await session.get_one(Clinic, link.clinic_id) if link.clinic_id else None
    care = Care(link, person, clinic)
    if care.ended_at(now) is not None:
        raise CareEnded(
            "It opens nothing any more.", cure="To let the same person in again, use a new code."
        )
    if wanted.scope is Scope.CHANGE and clinic is None:
        raise Invalid(
            "A companion only looks.", field="scope",
            cure="Leave it at `see`. Only a clinician can change things.",
        )  # fmt: skip
    if wanted.scope is not None and wanted.scope is not link.scope:
        link.scope = wanted.scope
        widened = link.scope is Scope.CHANGE
        _note(session, "care.widened" if widened else "care.narrowed", link, now)
    if "until" in wanted.model_fields_set:
        until = wanted.until
        ends_at = await last_moment(session, patient_id, until, now) if until else None
        if ends_at != link.ends_at:
            sooner = ends_at is not None and (link.ends_at is None or ends_at < link.ends_at)
            link.ends_at = ends_at
            _note(session, "care.shortened" if sooner else "care.prolonged", link, now)
    return care


async def end(session: AsyncSession, patient_id: UUID, link_id: UUID, now: datetime) -> None:
    """Shut somebody out from the next request on; a repeat changes nothing.

    Raises NotFound for a link that is not this patient's.
    """
    link = await _held(session, patient_id, link_id)
    if link.ended_at is None:
        link.ended_at, link.ended_by = now, patient_id
        _note(session, "care.ended", link, now)


async def leave(session: AsyncSession, person: Person, patient_id: UUID, now: datetime) -> None:
    """Give up being this patient's companion, from the next request on; a repeat changes nothing.

    The patient finds it in their access log. Raises NotFound for somebody who never was one. A
    clinician's link is not theirs to end: the patient ends it, or the clinic lets the person go.
    """
    links = await session.scalars(
        select(CareLink)
        .where(
            CareLink.patient_id == patient_id, CareLink.person_id == person.id,
            CareLink.clinic_id.is_(None),
        )
        .order_by(CareLink.id)
        .with_for_update(of=CareLink)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    mine = links.all()
    if not mine:
        raise NotFound("There is nobody like this who let you in as a companion.")
    for link in mine:
        if Care(link, person, None).ended_at(now) is None:
            link.ended_at, link.ended_by = now, person.id
            audit.record(
                session, "companion.left", at=now, actor=person.id, patient=patient_id,
                person=str(person.id),
            )  # fmt: skip


async def end_all_of(session: AsyncSession, clinician: UUID, by: UUID, now: datetime) -> None:
    """End every live link of a clinician who leaves; each patient finds it in their access log."""
    links = await session.scalars(
        select(CareLink)
        .where(CareLink.person_id == clinician, CareLink.clinic_id.is_not(None), live(now))
        .order_by(CareLink.patient_id, CareLink.id)
        .with_for_update(of=CareLink)
    )
    for link in links:
        link.ended_at, link.ended_by = now, by
        audit.record(
            session, "care.clinician_left", at=now, actor=by, patient=link.patient_id,
            person=str(clinician),
        )  # fmt: skip


def _wider(link: CareLink) -> tuple[bool, bool, UUID]:
    """What sorts, of two links between the same people, the one that opens more to the front."""
    return link.scope is not Scope.CHANGE, link.clinic_id is None, link.id


async def _held(session: AsyncSession, patient_id: UUID, link_id: UUID) -> CareLink:
    """A patient's link, locked and as it is now."""
    link = await session.get(
        CareLink, (patient_id, link_id), with_for_update=True, populate_existing=True
    )
    if link is None:
        raise NotFound("There is no such care link.")
    return link


async def _one_at_a_time(session: AsyncSession, patient_id: UUID) -> None:
    """Make those who let people into one record wait: two codes must not make two links.

    Not a full FOR UPDATE, for which every row that refers to the patient would have to wait. Raises
    InviteNotUsable where the record has ended meanwhile, for that waits here as well.
    """
    there = await session.scalar(
        select(Person.left_at.is_(None))
        .where(Person.id == patient_id)
        .with_for_update(key_share=True)
    )
    if not there:
        raise InviteNotUsable("This record has ended.", field="code", cure="Start a new one.")


async def _refuse_second(
    session: AsyncSession, patient_id: UUID, person_id: UUID, now: datetime, *, of_clinic: bool
) -> None:
    """Raise AlreadyInCare where a live link of the same kind is there."""
    same = CareLink.clinic_id.is_not(None) if of_clinic else CareLink.clinic_id.is_(None)
    there = await session.scalar(
        select(CareLink.id).where(
            CareLink.patient_id == patient_id, CareLink.person_id == person_id, same, live(now)
        )
    )
    if there is not None:
        raise AlreadyInCare("It was accepted before and has not ended.", link=str(there))


def _note(session: AsyncSession, action: str, link: CareLink, now: datetime) -> None:
    audit.record(
        session, action, at=now, actor=link.patient_id, patient=link.patient_id,
        person=str(link.person_id),
    )  # fmt: skip
