"""Tables of people, clinics, sign-ins and care links."""

import enum
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words


class Role(enum.StrEnum):
    """What a person is to Vesper."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    COMPANION = "companion"
    PROGRAM = "program"
    """Somebody's software, which acts for a clinic by a key; it never signs in."""


class Detail(enum.StrEnum):
    """What a notification may say on a lock screen; only the patient chooses `detailed`."""

    DISCREET = "discreet"
    DETAILED = "detailed"


class Scope(enum.StrEnum):
    """What a patient consented to: to be looked at, or also to have things changed and logged."""

    SEE = "see"
    CHANGE = "change"


class AwayNights(enum.StrEnum):
    """By which clock the bedtime doses of somebody away from home fall due."""

    LOCAL = "local"
    HOME = "home"


class Sex(enum.StrEnum):
    """The sex by which a laboratory's reference ranges are read; nothing else depends on it."""

    FEMALE = "female"
    MALE = "male"


class Clinic(Base):
    """A practice whose clinicians look after patients."""

    __tablename__ = "clinic"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody who acts: a patient, a clinician of one clinic, a companion, or a clinic's program.

    email      kept in lower case and unique
    admin      a clinician who also looks after the clinic's people; it opens no patient's record
    left_at    since when a clinician has left the clinic and can sign in no more
    born_on    a patient's date of birth, for ranges and rules by age; None until it is told
    sex        by which reference ranges are read; None until it is told
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint(
            "(role = 'clinician') = (clinic_id IS NOT NULL)", name="clinic_of_clinician"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(words(Role))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"), default=None)
    admin: Mapped[bool] = mapped_column(default=False, server_default="0")
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    born_on: Mapped[date | None] = mapped_column(default=None)
    sex: Mapped[Sex | None] = mapped_column(words(Sex), default=None)


class Preferences(Base):
    """How a person's evenings run and what may appear on their lock screen.

    timezone      where the person is at home
    bedtimes      seven wall-clock times as `HH:MM`, Monday's evening first
    turns         until this wall-clock time it is still the night before
    quiet_from    start of the hours in which nothing reminds, wall clock; both or neither
    away_zone     the zone a patient is in while away from home, once they have said so
    away_nights   by which clock their bedtime doses fall due meanwhile; both or neither
    """

    __tablename__ = "preferences"
    __table_args__ = (
        PrimaryKeyConstraint("person_id"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_hours"),
        CheckConstraint("(away_zone IS NULL) = (away_nights IS NULL)", name="away"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    timezone: Mapped[str] = mapped_column(String(64))
    bedtimes: Mapped[list[str]]
    turns: Mapped[time]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    detail: Mapped[Detail] = mapped_column(words(Detail))
    away_zone: Mapped[str | None] = mapped_column(String(64), default=None)
    away_nights: Mapped[AwayNights | None] = mapped_column(words(AwayNights), default=None)


class SignIn(Base):
    """One signed-in browser. Only the SHA-256 of its cookie is kept.

    It ends at `expires_at`, or when it has not been seen for its role's idle time.

    with_passkey   it began with a passkey that had the person verified, not with a password
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    with_passkey: Mapped[bool] = mapped_column(default=False, server_default="0")


class InviteKind(enum.StrEnum):
    """What accepting an invite makes."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    COMPANION = "companion"


class Invite(Base):
    """A single-use, expiring code that registers a clinician, or makes a care link.

    Only the SHA-256 of the code is kept. `created_by` is None when the command line made it; a
    companion's code is made by the patient and belongs to no clinic. `admin` codes register a
    clinician who looks after the clinic's people as well.
    """

    __tablename__ = "invite"
    __table_args__ = (UniqueConstraint("code_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[InviteKind] = mapped_column(words(InviteKind))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    admin: Mapped[bool] = mapped_column(default=False, server_default="0")


class CareLink(Base):
    """A patient's consent that one person sees, or also changes, their record.

    person_id   a clinician, or a companion such as a partner or a nurse, who only ever sees
    clinic_id   the clinician's clinic; None for a companion
    ends_at     when it ends by itself, if the patient wished so
    ended_at    when somebody ended it; it opens nothing from that instant on
    """

    __tablename__ = "care_link"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index(None, "person_id", "ended_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    granted_at: Mapped[datetime]
    scope: Mapped[Scope] = mapped_column(
        words(Scope), default=Scope.CHANGE, server_default="change"
    )
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)


class Passkey(Base):
    """A key on somebody's phone or computer that signs them in; only its public half is here.

    sign_count   what it last counted; of keys that are kept in several places it stays 0
    """

    __tablename__ = "passkey"
    __table_args__ = (
        PrimaryKeyConstraint("person_id", "id"),
        Index("passkey_credential_ix", "credential_id", unique=True),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2000))
    name: Mapped[str] = mapped_column(String(80))
    transports: Mapped[list[str]]
    created_at: Mapped[datetime]
    sign_count: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class PasskeyChallenge(Base):
    """A random number that one passkey has to sign, once and soon; used ones are gone.

    person_id   who adds a passkey; None while somebody who is not known yet signs in
    """

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index(None, "expires_at"),)

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]


class ApiKey(Base):
    """Leave for one program of a clinic to act within its scopes, until it ends or is revoked.

    person_id     the program, as somebody who acts: it stands in the record and in access logs
    key_hash      SHA-256 of the bearer key; None for one that signs statements instead
    public_keys   the JSON Web Keys of a program that signs; none of one with a bearer key
    rate          how often it may ask, as the `limits` library writes it
    last_used_at  at most a minute stale
    """

    __tablename__ = "api_key"
    __table_args__ = (
        Index("api_key_hash_ix", "key_hash", unique=True),
        Index(None, "clinic_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[list[str]]
    rate: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), default=None)
    public_keys: Mapped[list[Any]] = mapped_column(default_factory=list)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)


class AccessToken(Base):
    """What a program that signed a statement got for it: good for minutes. Only its SHA-256."""

    __tablename__ = "access_token"
    __table_args__ = (Index(None, "expires_at"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id"))
    scopes: Mapped[list[str]]
    expires_at: Mapped[datetime]


class UsedStatement(Base):
    """A signed statement that was used, so that nobody who saw it uses it again."""

    __tablename__ = "used_statement"
    __table_args__ = (PrimaryKeyConstraint("api_key_id", "jti_hash"), Index(None, "expires_at"))

    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id"))
    jti_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime]
