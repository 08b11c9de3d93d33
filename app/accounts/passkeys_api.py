"""HTTP for passkeys: signing in with one, and a person's own."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts import entering, passkeys
from app.accounts.access import SignedIn
from app.accounts.attempts import address_of, allow
from app.accounts.models import Passkey
from app.accounts.passkeys import Site
from app.accounts.shapes import MeOut
from app.clock import Now
from app.config import Settings
from app.db import Session, Sessions
from app.problems import Busy, Invalid, NotFound, NotSignedIn, TooManyRequests, declared

router = APIRouter(prefix="/api", tags=["passkeys"])

# Each open sign-in screen asks for one; generous for a waiting room behind one address.
OPTIONS_OF_ADDRESS = "600/hour"
SIGN_INS_OF_ADDRESS = "300/hour"
ADDED = "60/hour"


class HowToSignIn(BaseModel):
    """Whether the key has to ask for a finger, a face or a PIN, as it has to for clinicians."""

    model_config = ConfigDict(extra="forbid")

    verify: bool = False


class OptionsOut(BaseModel):
    """What `navigator.credentials` is asked with; byte strings are base64url."""

    publicKey: dict[str, Any]


class Assertion(BaseModel):
    """What a key signed; base64url."""

    model_config = ConfigDict(extra="ignore")

    clientDataJSON: str = Field(max_length=4000)
    authenticatorData: str = Field(max_length=8000)
    signature: str = Field(max_length=4000)
    userHandle: str | None = Field(default=None, max_length=200)


class Attestation(BaseModel):
    """What a new key says of itself; base64url."""

    model_config = ConfigDict(extra="ignore")

    clientDataJSON: str = Field(max_length=4000)
    attestationObject: str = Field(max_length=40_000)
    transports: list[str] = Field(default_factory=list, max_length=20)


class Credential(BaseModel):
    """The part of a browser's `PublicKeyCredential` that names the key; base64url."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(max_length=1400)
    rawId: str = Field(max_length=1400)
    type: Literal["public-key"]


class SignedCredential(Credential):
    """A key's answer to a challenge, as `PublicKeyCredential.toJSON()` writes it."""

    response: Assertion


class NewCredential(Credential):
    """A new key, as `PublicKeyCredential.toJSON()` writes it."""

    response: Attestation


class PasskeySignIn(BaseModel):
    """Signing in with a passkey."""

    model_config = ConfigDict(extra="forbid")

    credential: SignedCredential


class PasskeyIn(BaseModel):
    """A new passkey, and what its owner calls it."""

    model_config = ConfigDict(extra="forbid")

    credential: NewCredential
    name: str = Field(max_length=400)


class PasskeyOut(BaseModel):
    """One passkey of the person who asks."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyOut":
        """As its owner sees it."""
        return cls(
            id=passkey.id,
            name=passkey.name,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
        )


class PasskeysOut(BaseModel):
    """Everything that signs a person in without a password, the oldest first."""

    passkeys: list[PasskeyOut]


@router.post("/auth/passkeys/options", responses=declared(TooManyRequests))
async def options_to_sign_in(
    request: Request, session: Session, now: Now, wanted: HowToSignIn | None = None
) -> OptionsOut:
    """A challenge for any passkey that this browser has for the site. Each call makes another."""
    allow(request, OPTIONS_OF_ADDRESS, f"passkey options {address_of(request)}")
    verify = wanted is not None and wanted.verify
    site = Site.of(request.app.state.settings)
    made = await passkeys.options_to_sign_in(session, site, now, verify=verify)
    return OptionsOut(publicKey=made)


@router.post(
    "/auth/passkeys/sign-in",
    responses=declared(
        passkeys.PasskeyRefused, passkeys.PasskeyUnverified, Invalid, TooManyRequests, Busy
    ),
)
async def sign_in_with_passkey(
    given: PasskeySignIn, request: Request, response: Response, now: Now
) -> MeOut:
    """Sign in on this browser with a passkey; a repeat finds its challenge used."""
    settings: Settings = request.app.state.settings
    sessions: Sessions = request.app.state.sessions
    address = address_of(request)
    allow(request, settings.sign_in_attempts, f"passkey {given.credential.id} {address}")
    allow(request, SIGN_INS_OF_ADDRESS, f"sign-in from {address}")
    credential = given.credential.model_dump(exclude_none=True)
    # A transaction of its own: the challenge is used even if nobody is signed in by it.
    async with sessions.begin() as session:
        signed = given.credential.response.clientDataJSON
        challenge = await passkeys.use_up(session, signed, None, now)
    async with sessions.begin() as session:
        site = Site.of(settings)
        person = await passkeys.person_by_passkey(session, credential, challenge, site, now)
        await entering.start(session, person, request, response, now, with_passkey=True)
        return await entering.who(session, person)


@router.post("/me/passkeys/options", responses=declared(NotSignedIn, TooManyRequests))
async def options_to_add(
    person: SignedIn, request: Request, session: Session, now: Now
) -> OptionsOut:
    """A challenge with which this browser makes a passkey for me. Each call makes another."""
    allow(request, ADDED, f"passkey options of {person.id}")
    site = Site.of(request.app.state.settings)
    return OptionsOut(publicKey=await passkeys.options_to_add(session, person, site, now))


@router.post(
    "/me/passkeys",
    status_code=201,
    responses=declared(
        NotSignedIn, passkeys.PasskeyNotAdded, passkeys.TooManyPasskeys, Invalid, TooManyRequests
    ),
)
async def add_passkey(
    given: PasskeyIn, person: SignedIn, request: Request, session: Session, now: Now
) -> PasskeyOut:
    """Add a passkey of mine. A repeat of one that was added answers with it."""
    allow(request, ADDED, f"passkeys of {person.id}")
    site = Site.of(request.app.state.settings)
    signed = given.credential.response.clientDataJSON
    # With the passkey or not at all: what failed may be sent again, for its five minutes.
    challenge = await passkeys.use_up(session, signed, person.id, now)
    credential = given.credential.model_dump()
    made = await passkeys.add(session, person, credential, given.name, challenge, site, now)
    return PasskeyOut.of(made)


@router.get("/me/passkeys", responses=declared(NotSignedIn))
async def read_passkeys(person: SignedIn, session: Session) -> PasskeysOut:
    """My passkeys, the oldest first."""
    found = await passkeys.passkeys_of(session, person.id)
    return PasskeysOut(passkeys=[PasskeyOut.of(each) for each in found])


@router.delete("/me/passkeys/{passkey}", status_code=204, responses=declared(NotSignedIn, NotFound))
async def remove_passkey(passkey: UUID, person: SignedIn, session: Session, now: Now) -> None:
    """Sign in with this passkey no more; nobody is signed out by it. A repeat finds it gone."""
    await passkeys.remove(session, person, passkey, now)
