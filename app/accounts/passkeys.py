"""Passkeys: a key on somebody's phone or computer that signs them in without a password.

The browser asks for a challenge, the key signs it, and the server knows the key's public half. A
challenge is good once and for five minutes; it is used up before anything else is looked at, so
that nothing that was seen on the way is worth anything afterwards.
Source: Web Authentication Level 3 (W3C), sections 7.1 and 7.2.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import webauthn
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import helpers
from webauthn.helpers import structs
from webauthn.helpers.exceptions import WebAuthnException

from app import audit
from app.accounts.models import Passkey, PasskeyChallenge, Person, Role
from app.accounts.sign_in import known_name
from app.config import Settings
from app.db import insert_new
from app.problems import Invalid, NotFound, Problem

LIFE = timedelta(minutes=5)
"""How long a challenge is good. Source: Web Authentication Level 3, section 15.1 (5 minutes)."""

MOST = 20
"""How many passkeys one person may have; enough for every device of a household."""

LONGEST_NAME = 80

Answer = TypeVar("Answer")


class PasskeyRefused(Problem):
    """This passkey could not be used here."""

    status: ClassVar[int] = 401


class PasskeyUnverified(Problem):
    """This passkey has to check that it is you."""

    status: ClassVar[int] = 401


class PasskeyNotAdded(Problem):
    """This passkey could not be added."""

    status: ClassVar[int] = 409


class TooManyPasskeys(Problem):
    """There are as many passkeys as anybody may have."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey belongs to: the host, and the exact origin of the pages that may use it."""

    host: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        """The site at the public address, written as browsers write an origin."""
        public = urlsplit(settings.public_url)
        host = (public.hostname or "").encode("idna").decode()
        usual = {"https": 443, "http": 80}.get(public.scheme)
        port = "" if public.port in {None, usual} else f":{public.port}"
        return cls(host, f"{public.scheme}://{host}{port}")


def must_verify(person: Person) -> bool:
    """Whether the key has to ask for a finger, a face or a PIN: it opens other people's records."""
    return person.role is Role.CLINICIAN


async def options_to_sign_in(
    session: AsyncSession, site: Site, now: datetime, *, verify: bool
) -> dict[str, Any]:
    """What a browser needs to ask any of its passkeys for this site. Each call is a new challenge.

    verify   whether the key has to ask for a finger, a face or a PIN; else it does if it can
    """
    wanted = structs.UserVerificationRequirement
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_new_challenge(session, None, now),
        timeout=int(LIFE / timedelta(milliseconds=1)),
        user_verification=wanted.REQUIRED if verify else wanted.PREFERRED,
    )
    return helpers.options_to_json_dict(options)


async def options_to_add(
    session: AsyncSession, person: Person, site: Site, now: datetime
) -> dict[str, Any]:
    """What a browser needs to make a passkey that signs in without an e-mail address.

    Keys that have one already are named, so that none makes a second. Each call is a new challenge.
    """
    known = await passkeys_of(session, person.id)
    wanted = structs.UserVerificationRequirement
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Vesper",
        user_id=person.id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=_new_challenge(session, person.id, now),
        timeout=int(LIFE / timedelta(milliseconds=1)),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=wanted.REQUIRED if must_verify(person) else wanted.PREFERRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(
                id=one.credential_id,
                transports=[structs.AuthenticatorTransport(each) for each in one.transports],
            )
            for one in known
        ],
    )
    return helpers.options_to_json_dict(options)


async def use_up(
    session: AsyncSession, client_data: str, person_id: UUID | None, now: datetime
) -> bytes | None:
    """The challenge that was signed, which from now on is used; None if it was not one for this.

    When somebody signs in it has to be committed whatever comes after. Of two who send the same
    one, the database lets one have it.

    person_id   who adds a passkey; None for signing in
    """
    try:
        signed = helpers.parse_client_data_json(helpers.base64url_to_bytes(client_data)).challenge
    except Exception:  # bytes from outside, read by a library: whatever it says, they are no good
        return None
    row = (
        await session.execute(
            delete(PasskeyChallenge)
            .where(PasskeyChallenge.challenge_hash == _kept(signed))
            .returning(PasskeyChallenge.person_id, PasskeyChallenge.expires_at)
        )
    ).one_or_none()
    good = row is not None and row.person_id == person_id and now < row.expires_at
    return signed if good else None


async def add(
    session: AsyncSession, person: Person, credential: dict[str, Any], name: str,
    challenge: bytes | None, site: Site, now: datetime,
) -> Passkey:  # fmt: skip
    """Keep the public half of a new passkey; a repeat of one that was added changes nothing.

    challenge   as `use_up` gave it
    Raises Invalid for a name that is none, PasskeyNotAdded for one that was not made here and now
    by this person, or belongs to somebody else, and TooManyPasskeys.
    """
    name = known_name(name)
    if len(name) > LONGEST_NAME:
        raise Invalid(
            "This name is too long.", field="name", cure=f"Use at most {LONGEST_NAME} letters."
        )
    before = await _repeated(session, person, credential)
    if before is not None:
        return before
    made = challenge and _read(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=must_verify(person),
        )
    )
    if not made:
        raise PasskeyNotAdded("It took too long, or was not made on this page.", cure="Try again.")
    # One at a time for each person, so that nobody ends up with more than there may be.
    await session.execute(
        select(Person.id).where(Person.id == person.id).with_for_update(key_share=True)
    )
    if len(await passkeys_of(session, person.id)) >= MOST:
        raise TooManyPasskeys(f"You have {MOST} passkeys.", cure="Remove one you no longer use.")
    new_id = uuid4()
    row = {
        "person_id": person.id, "id": new_id, "credential_id": made.credential_id,
        "public_key": made.credential_public_key, "name": name, "sign_count": made.sign_count,
        "transports": _transports(credential), "created_at": now, "last_used_at": None,
    }  # fmt: skip
    if not await insert_new(session, Passkey, [row]):
        raise PasskeyNotAdded("This key is in use already.", cure="Use another one.")
    _note(session, "passkey.added", person, new_id, now)
    return await session.get_one(Passkey, (person.id, new_id))


async def person_by_passkey(
    session: AsyncSession, credential: dict[str, Any], challenge: bytes | None, site: Site,
    now: datetime,
) -> Person:  # fmt: skip
    """Whose passkey signed this challenge; notes that it was used.

    A count that stays 0 is what keys have that are kept in several places, and no fault; one that
    was counting and fell back means that there is a copy.

    challenge   as `use_up` gave it
    Raises PasskeyRefused, and PasskeyUnverified for a clinician whose key did not ask who they are.
    """
    read = _read(lambda: helpers.parse_authentication_credential_json(credential))
    known = read and challenge and await _known(session, read.raw_id)
    if not read or not challenge or not known:
        raise PasskeyRefused("Vesper does not know it, or it took too long.", cure="Try again.")
    passkey, person = known
    handle = read.response.user_handle
    parts = _read(lambda: helpers.parse_authenticator_data(read.response.authenticator_data))
    client = _read(lambda: helpers.parse_client_data_json(read.response.client_data_json))
    signed = _read(
        lambda: webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count if parts and parts.sign_count else 0,
        )
    )
    if not signed or handle != person.id.bytes or not client or client.cross_origin:
        raise PasskeyRefused("Vesper does not know it, or it took too long.", cure="Try again.")
    if person.left_at is not None or person.role is Role.PROGRAM:
        raise PasskeyRefused("It belongs to an account that is closed.")
    if must_verify(person) and not signed.user_verified:
        raise PasskeyUnverified(
            "A clinician's key asks for a finger, a face or a PIN.", cure="Use it once more."
        )
    await session.execute(
        update(Passkey)
        .where(Passkey.person_id == person.id, Passkey.id == passkey.id)
        .values(sign_count=signed.new_sign_count, last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    _note(session, "passkey.used", person, passkey.id, now)
    return person


async def passkeys_of(session: AsyncSession, person_id: UUID) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id)
    return (await session.scalars(mine.order_by(Passkey.created_at, Passkey.id))).all()


async def remove(session: AsyncSession, person: Person, passkey_id: UUID, now: datetime) -> None:
    """Sign nobody in with this passkey any more. Whoever is signed in stays so.

    Raises NotFound for somebody else's, and for one that is gone.
    """
    gone = await session.scalar(
        delete(Passkey)
        .where(Passkey.person_id == person.id, Passkey.id == passkey_id)
        .returning(Passkey.id)
    )
    if gone is None:
        raise NotFound("You have no such passkey.")
    _note(session, "passkey.removed", person, passkey_id, now)


async def forget_challenges(session: AsyncSession, now: datetime) -> None:
    """Drop the challenges that nobody signed in time; a repeat changes nothing."""
    await session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))


def _new_challenge(session: AsyncSession, person_id: UUID | None, now: datetime) -> bytes:
    challenge = helpers.generate_challenge()
    session.add(
        PasskeyChallenge(
            challenge_hash=_kept(challenge), person_id=person_id, expires_at=now + LIFE
        )
    )
    return challenge


def _kept(challenge: bytes) -> bytes:
    """What the database keeps of a challenge. It is random, so a fast hash is enough."""
    return hashlib.sha256(challenge).digest()


async def _known(session: AsyncSession, credential_id: bytes) -> tuple[Passkey, Person] | None:
    row = (
        await session.execute(
            select(Passkey, Person)
            .join(Person, Person.id == Passkey.person_id)
            .where(Passkey.credential_id == credential_id)
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


async def _repeated(
    session: AsyncSession, person: Person, credential: dict[str, Any]
) -> Passkey | None:
    """The passkey that this request has added before, whose answer was lost on the way."""
    read = _read(lambda: helpers.parse_registration_credential_json(credential))
    known = read and await _known(session, read.raw_id)
    return known[0] if known and known[1].id == person.id else None


def _read(what: Callable[[], Answer]) -> Answer | None:
    """What a library makes of bytes from outside; None for whatever it cannot accept.

    Beside its own errors those of CBOR, of numbers that are no point of the curve, of lengths.
    """
    try:
        return what()
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None


def _transports(credential: dict[str, Any]) -> list[str]:
    known = {each.value for each in structs.AuthenticatorTransport}
    return sorted(known.intersection(credential["response"].get("transports", [])))


def _note(
    session: AsyncSession, action: str, person: Person, passkey_id: UUID, now: datetime
) -> None:
    patient = person.id if person.role is Role.PATIENT else None
    audit.record(session, action, at=now, actor=person.id, patient=patient, passkey=str(passkey_id))
