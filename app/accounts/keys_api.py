"""HTTP for the keys of a clinic's programs, which its admins look after."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from app.accounts import keys, scopes
from app.accounts.access import Admin
from app.accounts.attempts import allow
from app.accounts.models import ApiKey, Person
from app.accounts.shapes import Named
from app.accounts.sign_in import known_name
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, TooManyRequests, declared

router = APIRouter(prefix="/api/clinic/api-keys", tags=["programs"])

NEW_KEYS = "20/hour"


class Jwks(BaseModel):
    """A JSON Web Key Set (RFC 7517) with the public halves of the keys a program signs with."""

    keys: list[dict[str, Any]] = Field(min_length=1, max_length=keys.MOST_PUBLIC_KEYS)


class KeyWanted(BaseModel):
    """A key to be made.

    expires_in_days   how long it is good for
    per_minute        how many requests it may send in a minute, of each server process
    public_keys       of a program that signs statements; null for one that sends the key itself
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Laboratory feed", "scopes": ["observations:write"], "expires_in_days": 90}
            ]
        },
    )

    name: str = Field(min_length=1, max_length=80)
    scopes: list[str] = Field(min_length=1, max_length=len(scopes.TEXTS))
    expires_in_days: int = Field(default=90, ge=1, le=keys.LONGEST_LIFE)
    per_minute: int = Field(default=600, ge=1, le=6000)
    public_keys: Jwks | None = None


class KeyOut(BaseModel):
    """What is known of a key; its text is kept nowhere.

    kind           `bearer` sends the key itself, `signed` signs a statement for each token
    rate           how often it may ask, such as `600/minute`
    last_used_at   at most a minute stale
    client_id      under which a program that signs asks for tokens; null for the others
    """

    id: UUID
    name: str
    kind: Literal["bearer", "signed"]
    scopes: list[str]
    rate: str
    created_at: datetime
    created_by: Named
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    client_id: str | None

    @classmethod
    def of(cls, key: ApiKey, by: Person) -> "KeyOut":
        """A row and who made it."""
        signed = bool(key.public_keys)
        return cls(
            id=key.id,
            name=key.name,
            kind="signed" if signed else "bearer",
            scopes=key.scopes,
            rate=key.rate,
            created_at=key.created_at,
            created_by=Named(id=by.id, name=by.name),
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
            client_id=str(key.id) if signed else None,
        )


class KeyMade(KeyOut):
    """A new key; `key` is shown here once and never again. Null for a program that signs."""

    key: str | None


class ScopeOut(BaseModel):
    """A scope and what it allows."""

    scope: str
    text: str


class KeysOut(BaseModel):
    """The clinic's keys, newest first, and every scope that a key may have."""

    keys: list[KeyOut]
    scopes: list[ScopeOut]


@router.get("", responses=declared(NotFound))
async def list_api_keys(admin: Admin, session: Session) -> KeysOut:
    """The keys of the admin's clinic, ended and revoked ones too."""
    found = await keys.keys_of(session, admin.clinic_id) if admin.clinic_id else []
    return KeysOut(
        keys=[KeyOut.of(key, by) for key, by in found],
        scopes=[ScopeOut(scope=scope, text=text) for scope, text in scopes.TEXTS.items()],
    )


@router.post(
    "",
    status_code=201,
    responses=declared(NotFound, Invalid, keys.TooManyKeys, TooManyRequests),
)
async def make_api_key(
    wanted: KeyWanted, admin: Admin, request: Request, session: Session, now: Now
) -> KeyMade:
    """A key for one program. Its text is in this answer alone. Each call makes another key."""
    allow(request, NEW_KEYS, f"keys of {admin.clinic_id}")
    key, text = await keys.make_key(
        session, admin, name=known_name(wanted.name), wanted=wanted.scopes,
        days=wanted.expires_in_days, per_minute=wanted.per_minute,
        public_keys=wanted.public_keys.keys if wanted.public_keys else None, now=now,
    )  # fmt: skip
    return KeyMade(**KeyOut.of(key, admin).model_dump(), key=text)


@router.delete("/{key}", status_code=204, responses=declared(NotFound))
async def revoke_api_key(key: UUID, admin: Admin, session: Session, now: Now) -> None:
    """End a key at once, and the tokens that were given for it; a repeat changes nothing."""
    await keys.revoke_key(session, admin, key, now)
