"""What the accounts' endpoints take and give, as JSON."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.care import Care
from app.accounts.evenings import PreferencesOut
from app.accounts.invites import Issued
from app.accounts.models import InviteKind, Person, Role, Scope
from app.accounts.qr import qr_of
from app.audit import Means
from app.clock import Day


class Registration(BaseModel):
    """What somebody new sends; `invite` is a clinician's or a companion's code."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=400)
    password: str = Field(max_length=1000)
    name: str = Field(max_length=400)
    timezone: str = Field(max_length=100)
    invite: str | None = Field(default=None, max_length=40)


class Credentials(BaseModel):
    """What somebody known sends."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=400)
    password: str = Field(max_length=1000)


class Leaving(BaseModel):
    """Signing out; `endpoint` is this browser's push address, which then is reached no more."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str | None = Field(default=None, max_length=1000)


class Named(BaseModel):
    """Somebody or something with a name."""

    id: UUID
    name: str


class MeOut(BaseModel):
    """The person who asks; `admin` is whether they look after their clinic's people."""

    id: UUID
    email: str
    name: str
    role: Role
    admin: bool
    clinic: Named | None
    preferences: PreferencesOut


class QrOut(BaseModel):
    """A QR code for a viewBox of `size` by `size`: the path of its dark modules."""

    size: int
    path: str


class InviteOut(BaseModel):
    """A code; it is shown this once. The address has it behind the `#`, so that no log sees it."""

    code: str
    expires_at: datetime
    url: str
    qr: QrOut

    @classmethod
    def of(cls, issued: Issued, kind: InviteKind, public_url: str) -> "InviteOut":
        """A code of this kind with the address that opens the application on it."""
        url = f"{public_url.rstrip('/')}/invite/{kind.value}#{issued.code}"
        square = qr_of(url)
        return cls(
            code=issued.code,
            expires_at=issued.expires_at,
            url=url,
            qr=QrOut(size=square.size, path=square.path),
        )


class Code(BaseModel):
    """A code that somebody gave."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40)


class Consent(Code):
    """Whom a patient lets in, to do what, and until which day where they live (null: open)."""

    scope: Scope = Scope.CHANGE
    until: Day | None = None


class CareLinkOut(BaseModel):
    """Somebody whom the patient lets in, until `ended_at`; `ends_at` is when it ends by itself."""

    id: UUID
    kind: Literal["clinician", "companion"]
    person: Named
    clinic: Named | None
    scope: Scope
    granted_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, care: Care, now: datetime) -> "CareLinkOut":
        """A link as the patient reads it."""
        return cls(
            id=care.link.id,
            kind="clinician" if care.clinic else "companion",
            person=Named(id=care.person.id, name=care.person.name),
            clinic=Named(id=care.clinic.id, name=care.clinic.name) if care.clinic else None,
            scope=care.link.scope,
            granted_at=care.link.granted_at,
            ends_at=care.link.ends_at,
            ended_at=care.ended_at(now),
        )


class CareLinks(BaseModel):
    """Everybody the patient has let in, newest first."""

    links: list[CareLinkOut]


class Accompanied(BaseModel):
    """The patient whose record a companion may see now."""

    patient: Named
    since: datetime
    ends_at: datetime | None


class PatientSeen(BaseModel):
    """A patient whose record the asker may open, and what they may do there."""

    id: UUID
    name: str
    scope: Scope
    since: datetime
    ends_at: datetime | None


class PatientsSeen(BaseModel):
    """Everybody whose record the asker may open, by name."""

    patients: list[PatientSeen]


class ColleagueOut(BaseModel):
    """One of a clinic's people; `left_at` since when they are not any more."""

    id: UUID
    name: str
    email: str
    admin: bool
    since: datetime
    left_at: datetime | None

    @classmethod
    def of(cls, person: Person) -> "ColleagueOut":
        """A clinician as their clinic's admin sees them."""
        return cls(
            id=person.id,
            name=person.name,
            email=person.email,
            admin=person.admin,
            since=person.created_at,
            left_at=person.left_at,
        )


class Colleagues(BaseModel):
    """Everybody who is or was of the clinic, by name."""

    people: list[ColleagueOut]


class ColleagueInvite(BaseModel):
    """A code for one more clinician; `admin` for one who looks after the clinic's people too."""

    model_config = ConfigDict(extra="forbid")

    admin: bool = False


class AccessEntry(BaseModel):
    """One act or look: who, by which way, in plain words what; for another's the route called."""

    at: datetime
    who: str
    role: Role | None
    action: str
    means: Means
    route: str | None
    what: str


class AccessLog(BaseModel):
    """What happened to the patient's record, newest first; `next` is the next page's cursor."""

    entries: list[AccessEntry]
    next: UUID | None
