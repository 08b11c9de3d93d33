"""Registering, signing in and signing out: people and the browsers they are signed in on.

A sign-in is an opaque 256-bit token in a cookie; the database keeps its SHA-256, so a stolen
backup opens nothing. What one costs on each request is one primary-key lookup.
"""

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import accompany
from app.accounts.evenings import first_preferences
from app.accounts.invites import claim
from app.accounts.models import InviteKind, Person, Role, SignIn
from app.config import Settings
from app.db import insert_new
from app.problems import Invalid, Problem

# Source: NIST SP 800-63B section 2 (30 days for low assurance; 15 minutes idle and 12 hours in
# all for high); a patient who must sign in again at bedtime misses the dose.
# A companion reads one household's evenings and changes nothing, so they are let be as long.
IDLE = {
    Role.PATIENT: timedelta(days=30),
    Role.CLINICIAN: timedelta(minutes=15),
    Role.COMPANION: timedelta(days=30),
}
ABSOLUTE = {
    Role.PATIENT: timedelta(days=180),
    Role.CLINICIAN: timedelta(hours=12),
    Role.COMPANION: timedelta(days=180),
}

# How stale `seen_at` may be: writing it on every request would make every read a write.
SEEN_EVERY = {
    Role.PATIENT: timedelta(hours=1),
    Role.CLINICIAN: timedelta(minutes=1),
    Role.COMPANION: timedelta(hours=1),
}

JOINS_AS = {InviteKind.CLINICIAN: Role.CLINICIAN, InviteKind.COMPANION: Role.COMPANION}
"""What somebody becomes who registers with a code of this kind; without a code, a patient."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class EmailTaken(Problem):
    """Somebody has already registered with this e-mail address."""

    status: ClassVar[int] = 409


class WrongCredentials(Problem):
    """The e-mail address or the password is wrong."""

    status: ClassVar[int] = 401


def cookie_name(settings: Settings) -> str:
    """The name of the sign-in cookie; `__Host-` ties it to this host, over TLS, for every path."""
    return "__Host-vesper" if settings.secure_cookies else "vesper"


def known_email(text: str) -> str:
    """An address in the form that is kept. Raises Invalid for what cannot be one."""
    email = unicodedata.normalize("NFC", text).strip().lower()
    if len(email) > 254 or not _ADDRESS.fullmatch(email) or not email.isprintable():
        raise Invalid(
            "This is not an e-mail address.", field="email", cure="Write it as you@example.org."
        )
    return email


def known_name(text: str, field: str = "name") -> str:
    """A name of 1 to 200 printable characters. Raises Invalid for anything else."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid(
            "This name is empty, too long, or holds control characters.", field=field,
            cure="Use 1 to 200 letters, on one line.",
        )  # fmt: skip
    return name


async def register(
    session: AsyncSession, *, email: str, password_hash: str, name: str, timezone: str,
    invite: str | None, now: datetime,
) -> Person:  # fmt: skip
    """Make a patient; with a code for it, a clinician of the inviting clinic, or a companion.

    Of two registrations at once with one address, or one code, the database lets one through.
    Raises Invalid, EmailTaken, and invites.InviteNotUsable.
    """
    email, name, person_id = known_email(email), known_name(name), uuid4()
    preferences = first_preferences(person_id, timezone)
    used = await claim(session, invite, *JOINS_AS, now=now, field="invite") if invite else None
    role = JOINS_AS[used.kind] if used else Role.PATIENT
    row = {
        "id": person_id, "role": role, "email": email, "name": name,
        "password_hash": password_hash, "created_at": now,
        "clinic_id": used.clinic_id if used else None, "admin": used.admin if used else False,
    }  # fmt: skip
    if not await insert_new(session, Person, [row]):
        raise EmailTaken(
            "An account with this e-mail address exists.",
            field="email", cure="Sign in instead, or use another address.",
        )  # fmt: skip
    session.add(preferences)
    patient = None if used else person_id
    audit.record(session, "person.registered", at=now, actor=person_id, patient=patient)
    person = await session.get_one(Person, person_id)
    if used:
        used.used_by = person_id
        if role is Role.COMPANION:
            await accompany(session, person, used, now)
    return person


async def person_with(session: AsyncSession, email: str) -> Person | None:
    """Who registered with this address, if anybody did; a program never signs in."""
    found = unicodedata.normalize("NFC", email).strip().lower()
    person = select(Person).where(Person.email == found, Person.role != Role.PROGRAM)
    return await session.scalar(person)


async def new_sign_in(
    session: AsyncSession, person: Person, now: datetime, *, with_passkey: bool = False
) -> str:
    """Sign a person in on one browser; the token to give it, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=_kept(token),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE[person.role],
            with_passkey=with_passkey,
        )
    )
    patient = person.id if person.role is Role.PATIENT else None
    audit.record(session, "signed.in", at=now, actor=person.id, patient=patient)
    return token


async def person_signed_in(session: AsyncSession, token: str, now: datetime) -> Person | None:
    """Who holds this token, unless it has ended or lain idle too long; notes that it was seen."""
    row = (
        await session.execute(
            select(SignIn, Person)
            .join(Person, Person.id == SignIn.person_id)
            .where(SignIn.token_hash == _kept(token))
        )
    ).one_or_none()
    if row is None:
        return None
    sign_in, person = row
    idle = now - sign_in.seen_at
    if person.left_at is not None:
        return None
    if now >= sign_in.expires_at or idle >= IDLE[person.role]:
        return None
    if idle >= SEEN_EVERY[person.role]:
        # Not through the object: two requests of one page must not fail when one of them signs out.
        await session.execute(
            update(SignIn)
            .where(SignIn.token_hash == sign_in.token_hash, SignIn.seen_at < now)
            .values(seen_at=now)
            .execution_options(synchronize_session=False)
        )
    return person


async def sign_out(session: AsyncSession, token: str, now: datetime) -> UUID | None:
    """End the sign-in of one browser and say whose it was; a repeat changes nothing."""
    person_id = await session.scalar(
        delete(SignIn).where(SignIn.token_hash == _kept(token)).returning(SignIn.person_id)
    )
    if person_id is not None:
        person = await session.get_one(Person, person_id)
        patient = person_id if person.role is Role.PATIENT else None
        audit.record(session, "signed.out", at=now, actor=person_id, patient=patient)
    return person_id


async def sign_out_everywhere(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """End every sign-in of a person, as after a stolen phone; a repeat changes nothing."""
    ended = await session.scalars(
        delete(SignIn).where(SignIn.person_id == person_id).returning(SignIn.token_hash)
    )
    if count := len(ended.all()):
        audit.record(
            session, "signed.out_everywhere", at=now, actor=person_id, patient=None, browsers=count
        )


def _kept(token: str) -> bytes:
    """What the database keeps of a token. It is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
