"""Tokens for programs that sign: OAuth2 client credentials with `private_key_jwt`.

As SMART Backend Services asks (SMART App Launch 2.2; RFC 6749, 7521 and 7523): a program proves who
it is with a statement that its private key signed, good for minutes and once, and gets a token of
five minutes. There are no refresh tokens: the next statement costs it nothing.
"""

import base64
import hashlib
import json
import math
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import parse_qsl
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts import scopes
from app.accounts.keys import ALGORITHMS
from app.accounts.models import AccessToken, ApiKey, UsedStatement
from app.accounts.programs import TOKEN_BEGINS, kept
from app.audit import Means
from app.db import insert_new

TOKEN_PATH = "/oauth/token"
REVOKE_PATH = "/oauth/revoke"

GRANT = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

LONGEST_STATEMENT = timedelta(minutes=5)
"""How far away the end of a statement may be. Source: SMART App Launch 2.2, Backend Services."""

TOKEN_LIFE = timedelta(minutes=5)
"""Source: the same, which allows at most 300 seconds."""

SKEW = 60
"""Seconds by which a program's clock may be ahead of this server's; many ask for the full five
minutes, and must not be shut out because their clock is a second fast."""

LONGEST_TEXT = 8192
"""Letters of a statement; a real one has some hundreds."""


class Refusal(Exception):
    """An error of RFC 6749 section 5.2: its code, and a sentence for whoever debugs the program."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text

    @property
    def status(self) -> int:
        """401 where it was not shown who asks."""
        return 401 if self.code == "invalid_client" else 400


@dataclass(frozen=True, slots=True)
class Given:
    """A token that was given: its text, which is kept nowhere, and what it is good for."""

    token: str
    scopes: list[str]
    seconds: int


def form_of(body: bytes) -> dict[str, str]:
    """The fields of a form. Raises Refusal for what is none, and for a field that comes twice."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
            max_num_fields=20,
        )  # fmt: skip
    except ValueError:
        raise Refusal("invalid_request", "The body is no form.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refusal("invalid_request", "A field is there twice.")
    return fields


async def give_token(
    session: AsyncSession, form: dict[str, str], token_url: str, now: datetime
) -> Given:
    """A token for the program that signed the statement in this form.

    Its scopes are those that were asked for and that the key holds; all of the key's where none
    were named. The statement is used up by it. Raises Refusal.
    """
    if form.get("grant_type") != GRANT:
        raise Refusal("unsupported_grant_type", f"grant_type has to be {GRANT}.")
    key = await client_of(session, form, token_url, now)
    wanted = form.get("scope", "").split()
    held = scopes.narrowed(key.scopes, wanted) if wanted else list(key.scopes)
    if not held:
        raise Refusal("invalid_scope", "The key holds none of these scopes.")
    ends = min(now + TOKEN_LIFE, key.expires_at)
    token = TOKEN_BEGINS + secrets.token_urlsafe(32)
    session.add(
        AccessToken(token_hash=kept(token), api_key_id=key.id, scopes=held, expires_at=ends)
    )
    key.last_used_at = now
    audit.record(
        session, "token.given", at=now, actor=key.person_id, patient=None, means=Means.API_KEY,
        key=str(key.id), scopes=" ".join(held),
    )  # fmt: skip
    return Given(token, held, int((ends - now).total_seconds()))


async def end_token(
    session: AsyncSession, form: dict[str, str], token_url: str, now: datetime
) -> None:
    """End a token of the program that asks; what it does not have is ended already (RFC 7009).

    Raises Refusal.
    """
    key = await client_of(session, form, token_url, now)
    if "token" not in form:
        raise Refusal("invalid_request", "token is missing.")
    mine = (AccessToken.token_hash == kept(form["token"]), AccessToken.api_key_id == key.id)
    if await session.scalar(delete(AccessToken).where(*mine).returning(AccessToken.api_key_id)):
        audit.record(
            session, "token.ended", at=now, actor=key.person_id, patient=None,
            means=Means.API_KEY, key=str(key.id),
        )  # fmt: skip


async def client_of(
    session: AsyncSession, form: dict[str, str], token_url: str, now: datetime
) -> ApiKey:
    """The live key of the program that signed; its statement is used up from now on.

    Raises Refusal `invalid_client` unless the signature is by a registered key, `iss` and `sub` are
    the program, `aud` is this server, it ends within minutes, and it was never seen before.
    """
    statement = form.get("client_assertion", "")
    if form.get("client_assertion_type") != ASSERTION or not statement:
        raise Refusal("invalid_client", f"Sign a statement: client_assertion_type {ASSERTION}.")
    header, unproven = _unproven(statement)
    client = _id(unproven.get("iss"))
    key = await session.get(ApiKey, client) if client is not None else None
    if key is None or not key.public_keys or key.revoked_at is not None or key.expires_at <= now:
        _refuse("The client is not known, or its registration has ended.")
    claims = _proven(statement, header, key)
    ends = _checked(claims, key, form, token_url, now)
    used = {
        "api_key_id": key.id, "expires_at": ends,
        "jti_hash": hashlib.sha256(claims["jti"].encode("utf-8", "replace")).digest(),
    }  # fmt: skip
    if not await insert_new(session, UsedStatement, [used]):
        _refuse("This jti was used before.")
    return key


def _unproven(statement: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a statement as they stand there; nothing of it is shown to be true."""
    parts = statement.split(".")
    if len(statement) > LONGEST_TEXT or len(parts) != 3:
        _refuse("The statement is no signed JWT.")
    read = []
    for part in parts[:2]:
        try:
            said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, RecursionError):
            _refuse("The statement is no signed JWT.")
        if not isinstance(said, dict):
            _refuse("The statement is no signed JWT.")
        read.append(said)
    return read[0], read[1]


def _proven(statement: str, header: dict[str, Any], key: ApiKey) -> dict[str, Any]:
    """The claims, once the registered key that the header names has been shown to sign them.

    The algorithm follows from the key and is never the statement's to choose.
    """
    if "jku" in header:
        _refuse("Keys are registered by value here: leave jku out.")
    mine = [each for each in key.public_keys if each["kid"] == header.get("kid")]
    if not mine:
        _refuse("No registered key has this kid.")
    algorithm = ALGORITHMS[mine[0]["kty"]]
    if header.get("alg") != algorithm:
        _refuse(f"This key signs by {algorithm}.")
    try:
        public = JWKRegistry.import_key(mine[0])
        return dict(jwt.decode(statement, public, algorithms=[algorithm]).claims)
    except (JoseError, ValueError, RecursionError):
        _refuse("The signature is not by the registered key.")


def _checked(
    claims: dict[str, Any], key: ApiKey, form: dict[str, str], token_url: str, now: datetime
) -> datetime:
    """When a signed statement ends, after all it says was found right."""
    client, moment = str(key.id), now.timestamp()
    if claims.get("iss") != client or claims.get("sub") != client:
        _refuse("iss and sub have to be the client_id.")
    if form.get("client_id", client) != client:
        _refuse("client_id is another one than the statement's.")
    # Only ever the one audience: a statement that others take as well could be replayed by them.
    if claims.get("aud") not in (token_url, [token_url]):
        _refuse(f"aud has to be {token_url}.")
    ends = _number(claims, "exp")
    if ends is None or ends <= moment:
        _refuse("The statement has ended, or does not say when it ends (exp).")
    if ends > moment + LONGEST_STATEMENT.total_seconds() + SKEW:
        _refuse("exp is more than five minutes away by this server's clock.")
    for name in ("nbf", "iat"):
        begins = _number(claims, name)
        if name in claims and (begins is None or begins > moment + SKEW):
            _refuse(f"{name} is in the future by this server's clock.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        _refuse("jti is missing; it has to be another text each time.")
    return datetime.fromtimestamp(math.ceil(ends), UTC)


def _number(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Also refuses what is endless or no number at all, which JSON's reader lets through.
    return float(value) if abs(value) < 1e12 else None


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _refuse(text: str) -> NoReturn:
    raise Refusal("invalid_client", text)


async def forget_ended(session: AsyncSession, now: datetime) -> None:
    """Drop tokens and used statements that have ended: neither opens anything any more."""
    await session.execute(delete(AccessToken).where(AccessToken.expires_at <= now))
    await session.execute(delete(UsedStatement).where(UsedStatement.expires_at <= now))
