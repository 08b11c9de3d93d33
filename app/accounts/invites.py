"""Clinics, and the single-use codes by which people join them or are let into a record."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Clinic, Invite, InviteKind, Person, Role
from app.audit import Means
from app.problems import NotFound, Problem

# Crockford's base 32: no I, L, O or U, so that a code survives being read aloud and written down.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

LENGTH = 10
"""50 bits: at the 10 tries a minute that `attempts` leaves an address, out of reach."""

LIFE = {
    InviteKind.PATIENT: timedelta(days=14),
    InviteKind.CLINICIAN: timedelta(days=7),
    InviteKind.COMPANION: timedelta(days=7),
}


class InviteNotUsable(Problem):
    """This invite code cannot be used."""

    status: ClassVar[int] = 404


class Issued(NamedTuple):
    """A code as it is handed out, which is the only time anybody sees it, and when it ends."""

    code: str
    expires_at: datetime


def create_clinic(session: AsyncSession, name: str, now: datetime) -> Clinic:
    """Make a clinic; calling it twice makes two."""
    clinic = Clinic(id=uuid4(), name=name.strip(), created_at=now)
    session.add(clinic)
    audit.record(
        session, "clinic.created", at=now, actor=None, patient=None, means=Means.COMMAND,
        clinic=str(clinic.id),
    )  # fmt: skip
    return clinic


async def invite_clinician(
    session: AsyncSession, clinic_id: UUID, now: datetime, *, admin: bool = False
) -> str:
    """A code, made by the operator, with which one clinician of this clinic may register.

    admin   whether that clinician will look after the clinic's people as well

    Each call makes another. Raises NotFound for a clinic that is not there.
    """
    if await session.get(Clinic, clinic_id) is None:
        raise NotFound("There is no such clinic.")
    issued = _issue(session, InviteKind.CLINICIAN, clinic_id, None, now, admin=admin)
    audit.record(
        session, "clinician.invited", at=now, actor=None, patient=None, means=Means.COMMAND,
        clinic=str(clinic_id),
    )  # fmt: skip
    return issued.code


def invite_colleague(
    session: AsyncSession, author: Person, now: datetime, *, admin: bool = False
) -> Issued:
    """A code with which one clinician may register at the author's clinic.

    That the author is an admin is the caller's to know; see `staff.acting_admin`.
    """
    issued = _issue(session, InviteKind.CLINICIAN, author.clinic_id, author.id, now, admin=admin)
    audit.record(
        session, "clinician.invited", at=now, actor=author.id, patient=None,
        clinic=str(author.clinic_id),
    )  # fmt: skip
    return issued


def invite_patient(session: AsyncSession, clinician: Person, now: datetime) -> Issued:
    """A code with which one patient may let this clinician in. Raises NotFound for others."""
    if clinician.clinic_id is None:
        raise NotFound("Only a clinician can invite patients.")
    issued = _issue(session, InviteKind.PATIENT, clinician.clinic_id, clinician.id, now)
    audit.record(session, "care.invited", at=now, actor=clinician.id, patient=None)
    return issued


def invite_companion(session: AsyncSession, patient: Person, now: datetime) -> Issued:
    """A code with which one person may look at this patient's record, and only look.

    Raises NotFound for somebody who has no record of their own.
    """
    if patient.role is not Role.PATIENT:
        raise NotFound("Only a patient can invite a companion.")
    issued = _issue(session, InviteKind.COMPANION, None, patient.id, now)
    audit.record(session, "companion.invited", at=now, actor=patient.id, patient=patient.id)
    return issued


async def claim(
    session: AsyncSession, code: str, *kinds: InviteKind, now: datetime, field: str = "code"
) -> Invite:
    """Use a code up, in one statement, so that of several at once one has it.

    field   of the request that carried the code, for the refusal

    The caller notes who in `used_by`. Raises InviteNotUsable for a code that is unknown, of
    another kind, used or too old, without saying which: that would help whoever guesses.
    """
    invite: Invite | None = await session.scalar(
        update(Invite)
        .where(
            Invite.code_hash == kept(code), Invite.kind.in_(kinds), Invite.used_at.is_(None),
            Invite.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invite)
    )  # fmt: skip
    if invite is None:
        raise InviteNotUsable(
            "The code is mistyped, was used before, or has expired.", field=field,
            cure="Compare it with what you were given, or ask for a new one.",
        )  # fmt: skip
    return invite


async def withdraw(session: AsyncSession, author: UUID, now: datetime, *kinds: InviteKind) -> None:
    """Let the codes that this person handed out and nobody has used expire now."""
    await session.execute(
        update(Invite)
        .where(
            Invite.created_by == author, Invite.kind.in_(kinds), Invite.used_at.is_(None),
            Invite.expires_at > now,
        )
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def kept(code: str) -> bytes:
    """What the database keeps of a code, read the way people write: any case, O for 0, no dashes.

    A fast hash is enough: a code is random, lives for days and opens nothing by itself.
    """
    plain = code.upper().translate(_MISREAD)
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()


def _issue(
    session: AsyncSession, kind: InviteKind, clinic_id: UUID | None, author: UUID | None,
    now: datetime, *, admin: bool = False,
) -> Issued:  # fmt: skip
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    invite = Invite(
        id=uuid4(), kind=kind, code_hash=kept(plain), clinic_id=clinic_id, created_by=author,
        created_at=now, expires_at=now + LIFE[kind], admin=admin,
    )  # fmt: skip
    session.add(invite)
    return Issued(f"{plain[:4]}-{plain[4:8]}-{plain[8:]}", invite.expires_at)
