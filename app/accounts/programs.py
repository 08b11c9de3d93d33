"""Programs: who asks with `Authorization: Bearer`, and how often one of them may.

A program acts for one clinic by a key of its own, or by a token of a few minutes for which it
signed a statement. Each request asks the database, so a key that is revoked opens nothing from
then on, and neither does a token that it was given.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from fastapi import Request
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import scopes
from app.accounts.attempts import allow
from app.accounts.models import AccessToken, ApiKey, Person
from app.problems import Problem

KEY_BEGINS = "vsp_"
"""How a key begins, so that scanners of source code find one that somebody committed."""

TOKEN_BEGINS = "vst_"

LONGEST_BEARER = 200

USED_EVERY = timedelta(minutes=1)
"""How stale `last_used_at` may be: writing it each time would make every read a write."""


class KeyNotAccepted(Problem):
    """This key opens nothing: it is unknown, has ended, or was revoked.

    A token for which a statement was signed has ended after minutes; ask for another one.
    """

    status: ClassVar[int] = 401

    def headers(self) -> dict[str, str]:
        """Source: RFC 6750 section 3.1."""
        return {"WWW-Authenticate": 'Bearer realm="vesper", error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Program:
    """Somebody's software that asks.

    person      as whom it stands in the record, the audit and the patient's access log
    key         the row by which it was let in
    clinic_id   the clinic for which it acts
    scopes      what this request may use: those of the key, or fewer of a token
    """

    person: Person
    key: ApiKey
    clinic_id: UUID
    scopes: frozenset[str]

    def need(self, *wanted: str) -> None:
        """Raise InsufficientScope unless one of these scopes is held; for types of FHIR as well:
        `need("system/Observation.rs")`."""
        scopes.check(self.scopes, *wanted)

    def holds(self, scope: str) -> bool:
        """Whether this scope is held, by its own name or by `system/*.rs`."""
        return scopes.covers(self.scopes, scope)


def bearer_of(request: Request) -> str | None:
    """What follows `Authorization: Bearer`; None where nothing of the kind was sent.

    Another scheme, such as a reverse proxy's Basic, is none of our business.
    """
    kind, _, credential = request.headers.get("authorization", "").partition(" ")
    return credential.strip() if kind.lower() == "bearer" else None


async def program_of(
    request: Request, session: AsyncSession, credential: str, now: datetime
) -> Program:
    """The program that sent this credential; counts the request and notes when the key was used.

    Raises KeyNotAccepted, and TooManyRequests beyond the key's rate.
    """
    found = await _found(session, credential, now)
    if found is None:
        raise KeyNotAccepted(
            "Nothing is opened by what was sent.", cure="Ask an admin of the clinic for a key."
        )
    key, person, held = found
    allow(request, key.rate, f"program {key.id}")
    if key.last_used_at is None or now - key.last_used_at >= USED_EVERY:
        await _note_use(session, key.id, now)
    return Program(person, key, key.clinic_id, held)


async def _found(
    session: AsyncSession, credential: str, now: datetime
) -> tuple[ApiKey, Person, frozenset[str]] | None:
    """The live key behind a key or a token, and which scopes count."""
    if len(credential) > LONGEST_BEARER:
        return None
    live = (ApiKey.expires_at > now, ApiKey.revoked_at.is_(None))
    if credential.startswith(TOKEN_BEGINS):
        by_token = (
            select(ApiKey, Person, AccessToken.scopes)
            .join(AccessToken, AccessToken.api_key_id == ApiKey.id)
            .join(Person, Person.id == ApiKey.person_id)
            .where(AccessToken.token_hash == kept(credential), AccessToken.expires_at > now, *live)
        )
        row = (await session.execute(by_token)).one_or_none()
        return row and (row[0], row[1], frozenset(row[2]))
    by_key = (
        select(ApiKey, Person)
        .join(Person, Person.id == ApiKey.person_id)
        .where(ApiKey.key_hash == kept(credential), *live)
    )
    found = (await session.execute(by_key)).one_or_none()
    return found and (found[0], found[1], frozenset(found[0].scopes))


async def _note_use(session: AsyncSession, key_id: UUID, now: datetime) -> None:
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - USED_EVERY)
    await session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, stale)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def kept(credential: str) -> bytes:
    """What the database keeps of a key or token. It is random, so a fast hash is enough."""
    return hashlib.sha256(credential.encode("utf-8", "replace")).digest()
