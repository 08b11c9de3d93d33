"""Tables of people, clinics, sign-ins and care links."""

import enum
from datetime import date, datetime, time
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
    """Somebody who signs in: a patient, a clinician of one clinic, or a companion.

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
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


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
