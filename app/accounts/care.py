"""Who looks after whom: clinics, single-use invite codes, and the care links they make."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import CareLink, Clinic, Invite, InviteKind, Person
from app.audit import Means
from app.problems import NotFound, Problem

# Crockford's base 32: no I, L, O or U, so that a code survives being read aloud and written down.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

LENGTH = 10
"""50 bits: at the 10 tries a minute that `attempts` leaves an address, out of reach."""

LIFE = {InviteKind.PATIENT: timedelta(days=14), InviteKind.CLINICIAN: timedelta(days=7)}


class InviteNotUsable(Problem):
    """This invite code cannot be used."""

    status: ClassVar[int] = 404


class AlreadyInCare(Problem):
    """You already share your record with this clinician."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Care:
    """A care link with the names that a patient reads."""

    link: CareLink
    clinician: Person
    clinic: Clinic


def create_clinic(session: AsyncSession, name: str, now: datetime) -> Clinic:
    """Make a clinic; calling it twice makes two."""
    clinic = Clinic(id=uuid4(), name=name.strip(), created_at=now)
    session.add(clinic)
    audit.record(
        session, "clinic.created", at=now, actor=None, patient=None, means=Means.COMMAND,
        clinic=str(clinic.id),
    )  # fmt: skip
    return clinic


async def invite_clinician(session: AsyncSession, clinic_id: UUID, now: datetime) -> str:
    """A code with which one clinician of this clinic may register, good for seven days."""
    if await session.get(Clinic, clinic_id) is None:
        raise NotFound("There is no such clinic.")
    code, invite = _new_invite(InviteKind.CLINICIAN, clinic_id, None, now)
    session.add(invite)
    audit.record(
        session, "clinician.invited", at=now, actor=None, patient=None, means=Means.COMMAND,
        clinic=str(clinic_id),
    )  # fmt: skip
    return code


def invite_patient(session: AsyncSession, clinician: Person, now: datetime) -> tuple[str, datetime]:
    """A code with which one patient may let this clinician in, and when it ends: in 14 days."""
    if clinician.clinic_id is None:
        raise NotFound("Only a clinician can invite patients.")
    code, invite = _new_invite(InviteKind.PATIENT, clinician.clinic_id, clinician.id, now)
    session.add(invite)
    audit.record(session, "care.invited", at=now, actor=clinician.id, patient=None)
    return code, invite.expires_at


async def claim(session: AsyncSession, code: str, kind: InviteKind, now: datetime) -> Invite:
    """Use a code up, in one statement, so that of several at once one has it.

    The caller notes who in `used_by`. Raises InviteNotUsable for a code that is unknown, of the
    other kind, used or too old, without saying which: that would help whoever guesses.
    """
    invite: Invite | None = await session.scalar(
        update(Invite)
        .where(
            Invite.code_hash == _kept(code), Invite.kind == kind, Invite.used_at.is_(None),
            Invite.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invite)
    )  # fmt: skip
    if invite is None:
        raise InviteNotUsable(
            "The code is mistyped, was used before, or has expired.",
            field="code" if kind is InviteKind.PATIENT else "invite",
            cure="Compare it with what you were given, or ask for a new one.",
        )
    return invite


async def accept(session: AsyncSession, patient: Person, code: str, now: datetime) -> Care:
    """Let the clinician who made this code see and change the patient's protocol.

    Raises AlreadyInCare when that clinician is let in already, whether by this code or by another,
    which then stays unused; and InviteNotUsable.
    """
    # One at a time for each patient: two codes of one clinician must not make two links.
    # Not a full FOR UPDATE, for which every row that refers to the patient would have to wait.
    await session.execute(
        select(Person.id).where(Person.id == patient.id).with_for_update(key_share=True)
    )
    mine = select(Invite).where(Invite.code_hash == _kept(code), Invite.used_by == patient.id)
    before = await session.scalar(mine)
    invite = before or await claim(session, code, InviteKind.PATIENT, now)
    existing = await session.scalar(
        select(CareLink).where(
            CareLink.patient_id == patient.id, CareLink.person_id == invite.created_by,
            CareLink.ended_at.is_(None),
        )
    )  # fmt: skip
    if existing is not None:
        raise AlreadyInCare("You accepted this clinician before.", link=str(existing.id))
    if before is not None or invite.created_by is None:
        raise InviteNotUsable(
            "You used this code before and ended that care since.", field="code",
            cure="Ask the clinic for a new one.",
        )  # fmt: skip
    invite.used_by = patient.id
    link = CareLink(
        patient_id=patient.id, id=uuid4(), person_id=invite.created_by,
        clinic_id=invite.clinic_id, granted_at=now,
    )  # fmt: skip
    session.add(link)
    audit.record(
        session, "care.granted", at=now, actor=patient.id, patient=patient.id,
        clinician=str(link.person_id),
    )  # fmt: skip
    clinician = await session.get_one(Person, link.person_id)
    return Care(link, clinician, await session.get_one(Clinic, link.clinic_id))


async def care_of(session: AsyncSession, patient_id: UUID) -> Sequence[Care]:
    """Everybody a patient has let in, ended links too, newest first."""
    rows = await session.execute(
        select(CareLink, Person, Clinic)
        .join(Person, Person.id == CareLink.person_id)
        .join(Clinic, Clinic.id == CareLink.clinic_id)
        .where(CareLink.patient_id == patient_id)
        .order_by(CareLink.granted_at.desc(), CareLink.id)
    )
    return [Care(*row) for row in rows]


async def end(session: AsyncSession, patient_id: UUID, link_id: UUID, now: datetime) -> None:
    """Shut a clinician out from the next request on; a repeat changes nothing.

    Raises NotFound for a link that is not this patient's.
    """
    link = await session.get(CareLink, (patient_id, link_id), with_for_update=True)
    if link is None:
        raise NotFound("There is no such care link.")
    if link.ended_at is None:
        link.ended_at, link.ended_by = now, patient_id
        audit.record(
            session, "care.ended", at=now, actor=patient_id, patient=patient_id,
            clinician=str(link.person_id),
        )  # fmt: skip


async def looks_after(session: AsyncSession, clinician_id: UUID, patient_id: UUID) -> bool:
    """Whether this patient lets this clinician in at this moment."""
    link = await session.scalar(
        select(CareLink.id)
        .where(
            CareLink.patient_id == patient_id, CareLink.person_id == clinician_id,
            CareLink.ended_at.is_(None),
        )
        .limit(1)
    )  # fmt: skip
    return link is not None


def _new_invite(
    kind: InviteKind, clinic_id: UUID, author: UUID | None, now: datetime
) -> tuple[str, Invite]:
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    invite = Invite(
        id=uuid4(), kind=kind, code_hash=_kept(plain), clinic_id=clinic_id, created_by=author,
        created_at=now, expires_at=now + LIFE[kind],
    )  # fmt: skip
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}", invite


def _kept(code: str) -> bytes:
    """What the database keeps of a code, read the way people write: any case, O for 0, no dashes.

    A fast hash is enough: a code is random, lives for days and opens nothing by itself.
    """
    plain = code.upper().translate(_MISREAD)
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()
