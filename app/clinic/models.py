"""Tables of the clinic's work: flags and their history, tasks, reviews, webhooks, the list's cache.

Who did what and when is the audit trail's; its seals, numbered without a gap in the order in which
changes were committed, are the stream of events that the watch and the webhooks read.
"""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words


class FlagEpisode(Base):
    """One flag from when it was first seen until it held no longer; a closed one is history.

    rule            the code of the rule in `data/flags.toml`, or of the signal
    subject         what it is about beside the patient: an id, or empty; one open episode each
    since           when what it says began, by the record
    text            what was seen, in the clinician's words, as last seen
    opened_at       when Vesper first saw it
    closed_at       when it held no longer; None while it does
    observation_id  the result, side effect or warning sign it is about
    source          of the rule
    """

    __tablename__ = "flag_episode"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index(
            "flag_episode_open_ix",
            "patient_id",
            "rule",
            "subject",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(1000))
    opened_at: Mapped[datetime]
    observation_id: Mapped[UUID | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(String(500), default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class Look(Base):
    """What the clinic's list sorts and filters by: a cache, one row a patient, made anew at will.

    next_at        when the watch looks at the patient again; a change of the record sets it to then
    severity       of the gravest open flag that nobody has decided about: 0 gravest, 9 none
    flags          how many open flags nobody has decided about
    taken          planned doses taken in the last 30 days, all lines
    expected       of how many expected
    missed_in_row  the longest run of expected doses of one line, up to now, none of them taken
    """

    __tablename__ = "look"
    __table_args__ = (PrimaryKeyConstraint("patient_id"), Index(None, "next_at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    next_at: Mapped[datetime]
    looked_at: Mapped[datetime | None] = mapped_column(default=None)
    severity: Mapped[int] = mapped_column(default=9)
    flags: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[bool] = mapped_column(default=False)
    labs_overdue: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
    missed_in_row: Mapped[int] = mapped_column(default=0)
    last_taken_at: Mapped[datetime | None] = mapped_column(default=None)


class Watermark(Base):
    """How far one reader has read the audit's seals: everything up to `number` is dealt with."""

    __tablename__ = "watermark"

    reader: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class Outcome(enum.StrEnum):
    """What came of a task."""

    SPOKE = "spoke"
    LEFT_MESSAGE = "left_message"
    NOT_REACHED = "not_reached"
    VISIT_BOOKED = "visit_booked"
    CHANGE_PROPOSED = "change_proposed"
    NOTHING_NEEDED = "nothing_needed"
    OTHER = "other"


class Task(Base):
    """Something a clinic wants done about a patient: whose it is, until when, what came of it.

    rule       of the flag that it came from, so that its outcome shows beside the next of that
               kind; empty for one that somebody thought of
    flag_id    that flag
    owner_id   the clinician who does it; None while nobody does
    revision   counts changes; a change names the one it has seen
    """

    __tablename__ = "task"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(
            ["patient_id", "flag_id"], ["flag_episode.patient_id", "flag_episode.id"]
        ),
        Index(None, "clinic_id", "closed_at", "due_on"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    title: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    rule: Mapped[str] = mapped_column(String(64), default="")
    flag_id: Mapped[UUID | None] = mapped_column(default=None)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    due_on: Mapped[date | None] = mapped_column(default=None)
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome), default=None)
    outcome_note: Mapped[str] = mapped_column(String(500), default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    revision: Mapped[int] = mapped_column(default=1)


class RefillRequest(Base):
    """A patient's wish that the clinic sees to more of one line; the task says what came of it.

    runs_out_on   the night from which there was not enough, as worked out then; None: not known
    task_id       the clinic's task that was made of it
    withdrawn_at  when the patient no longer needed it
    """

    __tablename__ = "refill_request"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
        ForeignKeyConstraint(["patient_id", "task_id"], ["task.patient_id", "task.id"]),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    line_id: Mapped[UUID]
    task_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    runs_out_on: Mapped[date | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class Review(Base):
    """A clinician's signature under a period of a patient's record, with what they noted.

    until        the record as of this instant was looked at; the next review starts here
    definition   the definition of adherence by which `figures` were counted
    figures      the pooled counts and rates as they were signed
    """

    __tablename__ = "review"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]
    signed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(2000))
    definition: Mapped[str] = mapped_column(String(32))
    figures: Mapped[dict[str, Any]]


class Digest(Base):
    """That a clinician was told of a week's list; made once a week, and read in the app.

    week   the Monday on which it was made, where the clinician is
    """

    __tablename__ = "digest"
    __table_args__ = (PrimaryKeyConstraint("person_id", "week"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    week: Mapped[date]
    made_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]


class Webhook(Base):
    """An address of a clinic's program that wants to hear of events.

    secret     what deliveries are signed with, sealed by the server's key
    events     the words of the events it wants; empty for all
    position   the last seal whose event was queued for it
    failing    how many deliveries in a row came to nothing; a success sets it to 0
    """

    __tablename__ = "webhook"
    __table_args__ = (Index(None, "clinic_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    url: Mapped[str] = mapped_column(String(1000))
    secret: Mapped[bytes] = mapped_column(LargeBinary(200))
    events: Mapped[list[str]]
    position: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    failing: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)


class WebhookDelivery(Base):
    """One event on its way to one webhook.

    number     of the seal that the event is; the audit says what it was
    ready_at   when it may be tried; while a worker holds it, the end of the lease; None when done
    fence      counts claims: whoever finishes must hold the newest
    status     the last answer, None without one
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        PrimaryKeyConstraint("webhook_id", "number"),
        Index(
            "webhook_delivery_ready_ix",
            "ready_at",
            postgresql_where=text("ready_at IS NOT NULL"),
            sqlite_where=text("ready_at IS NOT NULL"),
        ),
    )

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    queued_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    given_up_at: Mapped[datetime | None] = mapped_column(default=None)
