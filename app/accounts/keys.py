"""The keys of a clinic's programs: made once, shown once, ended by their day or by an admin."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts import scopes
from app.accounts.models import ApiKey, Clinic, Person, Role
from app.accounts.programs import KEY_BEGINS, kept
from app.accounts.staff import acting_admin
from app.problems import Invalid, NotFound, Problem

LONGEST_LIFE = 365
"""Days; a key that nobody renews for a year is one that nobody looks after."""

MOST_KEYS = 100
"""Keys that a clinic may have at one time; a real one has a handful."""

MOST_PUBLIC_KEYS = 5
"""Of one program: the one in use, and those that follow or precede it while they are changed."""

RSA_BITS = range(2048, 4097)
"""At least: NIST SP 800-131A, and RFC 7518 section 3.3 for RS384. At most, because whoever
registers a key chooses what each of its signatures costs us."""

NOBODYS_PASSWORD = "!"
"""Where a password's hash would stand; it is none, so no password ever fits."""

PARTS = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
"""What the public half of a key of each kind is made of (RFC 7518 section 6)."""

ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}
"""By which algorithm a key of each kind signs. Source: SMART App Launch 2.2, Backend Services."""


class TooManyKeys(Problem):
    """The clinic has as many keys as it may have."""

    status: ClassVar[int] = 409


async def keys_of(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[ApiKey, Person]]:
    """The clinic's keys with who made them, newest first; ended and revoked ones too."""
    rows = await session.execute(
        select(ApiKey, Person)
        .join(Person, Person.id == ApiKey.created_by)
        .where(ApiKey.clinic_id == clinic_id)
        .order_by(ApiKey.created_at.desc(), ApiKey.id)
    )
    return [(key, person) for key, person in rows]


async def make_key(
    session: AsyncSession, admin: Person, *, name: str, wanted: Sequence[str], days: int,
    per_minute: int, public_keys: Sequence[Any] | None, now: datetime,
) -> tuple[ApiKey, str | None]:  # fmt: skip
    """A key for a new program of the admin's clinic, and its text, which is kept nowhere.

    A program that signs has public keys and no text. Each call makes another key. Raises Invalid,
    TooManyKeys, and NotFound for somebody who is no admin any more.
    """
    acting = await acting_admin(session, admin)
    if acting.clinic_id is None:
        raise RuntimeError("an admin has a clinic")
    known = public_keys_read(public_keys) if public_keys is not None else []
    held = _scopes_read(wanted)
    live = select(func.count(ApiKey.id)).where(
        ApiKey.clinic_id == acting.clinic_id, ApiKey.revoked_at.is_(None), ApiKey.expires_at > now
    )
    if (await session.scalar(live) or 0) >= MOST_KEYS:
        raise TooManyKeys(f"There are {MOST_KEYS} already.", cure="Revoke one that is not needed.")
    clinic = await session.get_one(Clinic, acting.clinic_id)
    key_id, person_id = uuid4(), uuid4()
    program = Person(
        id=person_id, role=Role.PROGRAM, email=f"{person_id}@programs.invalid",
        # As patients read it in their access log: whose program it was.
        name=f"{name}, {clinic.name}"[:200], password_hash=NOBODYS_PASSWORD, created_at=now,
    )  # fmt: skip
    session.add(program)
    await session.flush()
    text = None if known else KEY_BEGINS + secrets.token_urlsafe(32)
    key = ApiKey(
        id=key_id, clinic_id=clinic.id, person_id=person_id, name=name, scopes=held,
        rate=f"{per_minute}/minute", created_at=now, created_by=acting.id,
        expires_at=now + timedelta(days=days), key_hash=kept(text) if text else None,
        public_keys=known,
    )  # fmt: skip
    session.add(key)
    audit.record(
        session, "key.created", at=now, actor=acting.id, patient=None, key=str(key_id),
        person=str(person_id), scopes=" ".join(held),
    )  # fmt: skip
    return key, text


async def revoke_key(session: AsyncSession, admin: Person, key_id: UUID, now: datetime) -> None:
    """End a key, and every token it was given, from the next request on; a repeat is harmless.

    Raises NotFound for a key of another clinic.
    """
    acting = await acting_admin(session, admin)
    key = await session.get(ApiKey, key_id, with_for_update=True, populate_existing=True)
    if key is None or key.clinic_id != acting.clinic_id:
        raise NotFound("There is no such key.")
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = now, acting.id
        audit.record(session, "key.revoked", at=now, actor=acting.id, patient=None, key=str(key_id))


def public_keys_read(given: Sequence[Any]) -> list[Any]:
    """The JSON Web Keys of a program that signs, with nothing in them that is not needed.

    Each has a `kid` of its own and is an RSA key with RSA_BITS, or one on P-384.
    Raises Invalid for anything else, and for a private key: it must never have left the program.
    """
    if not 1 <= len(given) <= MOST_PUBLIC_KEYS:
        raise _unfit(f"Send 1 to {MOST_PUBLIC_KEYS} keys.")
    read = [_public_key(each) for each in given]
    if len({key["kid"] for key in read}) < len(read):
        raise _unfit("Give each key a `kid` of its own.")
    return read


def _public_key(given: Any) -> dict[str, Any]:
    kid = given.get("kid") if isinstance(given, dict) else None
    if not isinstance(kid, str) or not 1 <= len(kid) <= 100:
        raise _unfit("Each key needs a `kid` of 1 to 100 letters.")
    if "d" in given:
        raise _unfit("This is a private key. Make a new pair, and send the public half only.")
    parts = PARTS.get(str(given.get("kty")), ())
    try:
        said = {name: given[name] for name in parts}
        if not _can_sign(said):
            raise _unfit(
                f"Only RSA keys of {RSA_BITS[0]} to {RSA_BITS[-1]} bits with the exponent 65537, "
                "and keys on P-384, can sign."
            )
        key = JWKRegistry.import_key(said)
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unfit("This is not a JSON Web Key.") from error
    return {**key.as_dict(private=False), "kid": kid}


def _can_sign(key: dict[str, Any]) -> bool:
    """Whether a key is of a kind and size that is taken; looked at before it is computed with."""
    if key.get("kty") == "RSA":
        return _number(key["n"]).bit_length() in RSA_BITS and _number(key["e"]) == 65537
    return key.get("crv") == "P-384"


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _unfit(problem: str) -> Invalid:
    return Invalid(problem, field="public_keys", cure="Send the JWKS of the program.")


def _scopes_read(wanted: Sequence[str]) -> list[str]:
    """The scopes in the order of `scopes.TEXTS`, each once. Raises Invalid for none or unknown."""
    if not wanted or not set(wanted) <= set(scopes.TEXTS):
        raise Invalid(
            "There is no scope, or one that does not exist.", field="scopes",
            cure="Choose one or more of those that GET /api/clinic/api-keys names.",
        )  # fmt: skip
    return [scope for scope in scopes.TEXTS if scope in set(wanted)]
