"""Tables of devices and of what is sent to them: message, then one delivery for each device."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words


class Retired(enum.StrEnum):
    """Why a subscription is no longer used."""

    GONE = "gone"
    """The push service said 404 or 410."""
    REMOVED = "removed"
    """The person removed the device or signed out there; its tap tokens end with it."""
    REPLACED = "replaced"
    """The browser made a new subscription, or somebody else signed in on the device."""
    SUSPECT = "suspect"
    """Refused on three different days without a success between."""


class Subscription(Base):
    """One browser on one device that a person wants to be reached on.

    The endpoint's hash is unique: on a shared phone the last person to subscribe keeps it.
    `suspicions` counts days with a refusal since the last success.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        PrimaryKeyConstraint("person_id", "id"),
        UniqueConstraint("person_id", "endpoint_hash"),
        Index("subscription_endpoint_ix", "endpoint_hash"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    endpoint: Mapped[str] = mapped_column(String(1000))
    endpoint_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    p256dh: Mapped[bytes] = mapped_column(LargeBinary(65))
    auth: Mapped[bytes] = mapped_column(LargeBinary(16))
    vapid_key_id: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    last_accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    last_shown_at: Mapped[datetime | None] = mapped_column(default=None)
    suspicions: Mapped[int] = mapped_column(default=0)
    suspected_at: Mapped[datetime | None] = mapped_column(default=None)
    suspicion: Mapped[str | None] = mapped_column(String(200), default=None)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)
    retired: Mapped[Retired | None] = mapped_column(words(Retired), default=None)


class Message(Base):
    """Something to say to one person, committed before anything leaves the process.

    kind         `dose-due`, `lab-due`, `news`, `digest` or `test`, for example; never shown
    topic        32 hex characters: a newer message of a topic replaces the older one
    payload      the notification, sealed; emptied once nobody waits for it
    due_at       when it should have been said: the start of the dwell time
    expires_at   after this it says nothing true any more
    """

    __tablename__ = "message"
    __table_args__ = (PrimaryKeyConstraint("person_id", "id"), Index(None, "created_at"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(String(32))
    urgent: Mapped[bool]
    payload: Mapped[bytes | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class State(enum.StrEnum):
    """Where one delivery stands. All but `waiting` are final."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    GONE = "gone"
    REFUSED = "refused"
    EXPIRED = "expired"


class Delivery(Base):
    """One message to one device.

    ready_at   when it may be tried; while a worker holds it, the end of the lease; None when done
    fence      counts claims: whoever finishes must hold the newest
    """

    __tablename__ = "delivery"
    __table_args__ = (
        PrimaryKeyConstraint("person_id", "message_id", "subscription_id"),
        ForeignKeyConstraint(
            ["person_id", "message_id"], ["message.person_id", "message.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["person_id", "subscription_id"], ["subscription.person_id", "subscription.id"]
        ),
        CheckConstraint("(state = 'waiting') = (ready_at IS NOT NULL)", name="waiting"),
        Index(
            "delivery_ready_ix",
            "ready_at",
            postgresql_where=text("ready_at IS NOT NULL"),
            sqlite_where=text("ready_at IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    person_id: Mapped[UUID]
    message_id: Mapped[UUID]
    subscription_id: Mapped[UUID]
    state: Mapped[State] = mapped_column(words(State))
    ready_at: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    shown_at: Mapped[datetime | None] = mapped_column(default=None)
