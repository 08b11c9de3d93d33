"""Tables of what was measured or felt, and of how a patient wishes to be asked about it."""

import enum
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import Means
from app.db import Base, words


class Comparator(enum.StrEnum):
    """How a result stands to its number when a laboratory gives no exact one. Source: FHIR R4."""

    LESS = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    MORE = ">"


class Fasting(enum.StrEnum):
    """Whether nothing was eaten for at least eight hours before the draw."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Assay(enum.StrEnum):
    """How a laboratory measured, as far as it matters: `sensitive` is LC-MS or alike."""

    STANDARD = "standard"
    SENSITIVE = "sensitive"
    UNKNOWN = "unknown"


class Observation(Base):
    """One thing measured or felt, exactly as it was entered; what it means is computed.

    Append-only: a correction voids a row and adds another that `replaces` it.

    panel_id      what belongs together: one draw, one scan, one check-in; with its corrections
    code          an entry of the catalogue
    value, unit   as entered, digit by digit; a scale or severity is 0 to 10 in `{score}`
    comparator    None for an exact number
    low, high     the laboratory's own reference range, in the unit as entered
    collected_at  when it was drawn, measured or felt
    time_known    False where only the date was known; `collected_at` is then 08:00 of it
    zone, day     where the patient was, and the calendar date there
    loinc         the code a laboratory gave, if it gave one
    line_id       the medicine that a side effect is tied to, where known
    site          where on the body, where known
    slot          of what is entered once a day: item and day, until the row is voided
    replaces      the row that this one corrects
    """

    __tablename__ = "observation"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
        UniqueConstraint("patient_id", "slot"),
        Index(None, "patient_id", "collected_at"),
        Index(None, "patient_id", "code", "collected_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    panel_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(String(40))
    value: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(String(20))
    collected_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    means: Mapped[Means] = mapped_column(words(Means))
    entered_at: Mapped[datetime]
    comparator: Mapped[Comparator | None] = mapped_column(words(Comparator), default=None)
    low: Mapped[Decimal | None] = mapped_column(default=None)
    high: Mapped[Decimal | None] = mapped_column(default=None)
    time_known: Mapped[bool] = mapped_column(default=True)
    fasting: Mapped[Fasting | None] = mapped_column(words(Fasting), default=None)
    assay: Mapped[Assay | None] = mapped_column(words(Assay), default=None)
    laboratory: Mapped[str] = mapped_column(String(120), default="")
    loinc: Mapped[str | None] = mapped_column(String(16), default=None)
    line_id: Mapped[UUID | None] = mapped_column(default=None)
    site: Mapped[str | None] = mapped_column(String(40), default=None)
    scanner_make: Mapped[str] = mapped_column(String(80), default="")
    scanner_model: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    slot: Mapped[str | None] = mapped_column(String(60), default=None)
    replaces: Mapped[UUID | None] = mapped_column(default=None)
    voided_at: Mapped[datetime | None] = mapped_column(default=None)
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    void_reason: Mapped[str] = mapped_column(String(200), default="")


class Rhythm(enum.StrEnum):
    """How often a patient wishes to be asked how they are."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class Asked(enum.StrEnum):
    """When a check-in is asked: with the evening's doses, or at a time of its own."""

    EVENING = "evening"
    OWN = "own"


class Tracking(Base):
    """How one patient chose to be asked; a patient without a row is not asked at all.

    items          codes of the scales they want to be asked about
    weekday        of a weekly check-in, 1 is Monday; None otherwise
    at             the wall-clock time of one that is asked on its own; None otherwise
    training_days  weekdays on which they train, a note for the companion card
    ask_at         when the next one is asked; None while nothing is to be asked by push
    """

    __tablename__ = "tracking"
    __table_args__ = (PrimaryKeyConstraint("patient_id"), Index(None, "ask_at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    rhythm: Mapped[Rhythm] = mapped_column(words(Rhythm))
    asked: Mapped[Asked] = mapped_column(words(Asked))
    items: Mapped[list[str]]
    chosen_at: Mapped[datetime]
    weekday: Mapped[int | None] = mapped_column(default=None)
    at: Mapped[time | None] = mapped_column(default=None)
    training_days: Mapped[list[int]] = mapped_column(default_factory=list)
    ask_at: Mapped[datetime | None] = mapped_column(default=None)
