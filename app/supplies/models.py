"""Tables of what the patient has: vials and packs, what left them, other supplies, what was said.

How much is left of anything is never stored: it is worked out from what came, what was drawn for
doses that stand as taken, what was wasted, and what was counted.
"""

import enum
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words


class Form(enum.StrEnum):
    """What a vial or pack holds: powder to be dissolved, a liquid, or tablets."""

    POWDER = "powder"
    SOLUTION = "solution"
    TABLETS = "tablets"


class Diluent(enum.StrEnum):
    """What a powder was dissolved in."""

    BACTERIOSTATIC_WATER = "bacteriostatic_water"
    STERILE_WATER = "sterile_water"
    SODIUM_CHLORIDE = "sodium_chloride"
    BACTERIOSTATIC_SODIUM_CHLORIDE = "bacteriostatic_sodium_chloride"
    OTHER = "other"


class Storage(enum.StrEnum):
    """Where a vial is kept."""

    REFRIGERATOR = "refrigerator"
    ROOM = "room"
    FREEZER = "freezer"
    OTHER = "other"


class Gone(enum.StrEnum):
    """Why a vial is no longer used."""

    EMPTY = "empty"
    PAST_ITS_DATE = "past_its_date"
    DAMAGED = "damaged"
    RECALLED = "recalled"
    LOST = "lost"
    RETURNED = "returned"
    OTHER = "other"


class Vial(Base):
    """One vial or pack of a medicine, as its label says and as it was prepared.

    medicine_form     which of the medicine's forms, where it has several; else empty
    salt              ester or salt on the label, where it names one
    strengths         `{"substance", "value", "unit"}` for each substance: in the whole vial of a
                      powder, in each mL of a solution, in each tablet
    counts            the substance that the prescribed amount counts; empty: all of them together
    label_strengths   in each mL once dissolved, where the label says so; stands above arithmetic
    volume_ul         what a solution held when it came, in microlitres; None for others
    tablets           how many came; None for others
    single_use        no preservative: what is left after one puncture is thrown away
    use_by            the pharmacy's own beyond-use date on the label
    opened_at         first puncture, where somebody said so; the first dose drawn says so as well
    diluent_ul        how much a powder was dissolved in, in microlitres
    gone_at           since when it is no longer used, and why
    revision          counts changes; a change names the one it has seen
    """

    __tablename__ = "vial"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index(None, "lot"),
        CheckConstraint("volume_ul > 0", name="volume"),
        CheckConstraint("tablets > 0", name="tablets"),
        CheckConstraint("diluent_ul > 0", name="diluent"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    medicine: Mapped[str] = mapped_column(String(40))
    form: Mapped[Form] = mapped_column(words(Form))
    strengths: Mapped[list[Any]]
    pharmacy: Mapped[str] = mapped_column(String(200))
    lot: Mapped[str] = mapped_column(String(80))
    received_on: Mapped[date]
    created_at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    medicine_form: Mapped[str] = mapped_column(String(40), default="")
    salt: Mapped[str] = mapped_column(String(80), default="")
    counts: Mapped[str] = mapped_column(String(120), default="")
    label_strengths: Mapped[list[Any] | None] = mapped_column(default=None)
    volume_ul: Mapped[int | None] = mapped_column(default=None)
    tablets: Mapped[int | None] = mapped_column(default=None)
    single_use: Mapped[bool] = mapped_column(default=False)
    pharmacy_licence: Mapped[str] = mapped_column(String(80), default="")
    prescriber: Mapped[str] = mapped_column(String(200), default="")
    expires_on: Mapped[date | None] = mapped_column(default=None)
    use_by: Mapped[date | None] = mapped_column(default=None)
    storage: Mapped[Storage | None] = mapped_column(words(Storage), default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    reconstituted_at: Mapped[datetime | None] = mapped_column(default=None)
    diluent: Mapped[Diluent | None] = mapped_column(words(Diluent), default=None)
    diluent_ul: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(String(500), default="")
    gone_at: Mapped[datetime | None] = mapped_column(default=None)
    gone_why: Mapped[Gone | None] = mapped_column(words(Gone), default=None)
    revision: Mapped[int] = mapped_column(default=1)

    def serves(self, medicine: str, form: str) -> bool:
        """Whether it holds what a line of this medicine and form prescribes."""
        return (self.medicine, self.medicine_form) == (medicine, form)


class SourceCheck(Base):
    """Somebody's answers to the checklist about where a vial comes from; append-only.

    answers   code of each question to `yes`, `no` or `unsure`; the last check of a vial stands
    """

    __tablename__ = "source_check"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "vial_id"], ["vial.patient_id", "vial.id"]),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    vial_id: Mapped[UUID]
    answers: Mapped[dict[str, Any]]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")


class Confirmation(Base):
    """That somebody looked at what a vial's strength means for a line, in two steps.

    strength_value   what one mL holds of what the prescription counts, as read from the label
    strength_unit    in the first step: such as `ug` (in each mL)
    amount_value     the prescribed amount, and the
    syringe          syringe, by which `units` was worked out in the second step
    confirmed_at     when the second step was done; None after the first only
    """

    __tablename__ = "confirmation"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "vial_id"], ["vial.patient_id", "vial.id"]),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    vial_id: Mapped[UUID]
    line_id: Mapped[UUID]
    strength_value: Mapped[Decimal]
    strength_unit: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    amount_value: Mapped[Decimal | None] = mapped_column(default=None)
    amount_unit: Mapped[str | None] = mapped_column(String(16), default=None)
    syringe: Mapped[str] = mapped_column(String(32), default="")
    mark: Mapped[Decimal | None] = mapped_column(default=None)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)


class Drawn(Base):
    """From which vial a dose came, and how much left the vial for it; append-only.

    The rows of a dose's highest `seq` are what stands, while the dose itself stands as taken. A
    dose may need the rest of one vial and some of the next: then it has several parts.

    vial_id        None: from none of those on record, as somebody said; where it is assumed, the
                   rest of a dose that the vials in use did not hold
    quantity       what was drawn, in microlitres of a liquid or thousandths of a tablet; None
                   where it cannot be worked out
    dead_space_ul  what stayed in the syringe and is lost, in microlitres
    assumed        Vesper took the vial that was in use; nobody said so
    event_id       the report of the dose that this follows
    """

    __tablename__ = "drawn"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "dose_id"], ["dose.patient_id", "dose.id"]),
        ForeignKeyConstraint(["patient_id", "event_id"], ["event.patient_id", "event.id"]),
        ForeignKeyConstraint(["patient_id", "vial_id"], ["vial.patient_id", "vial.id"]),
        UniqueConstraint("patient_id", "dose_id", "seq", "part"),
        Index(None, "patient_id", "vial_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("dead_space_ul >= 0", name="dead_space"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    dose_id: Mapped[UUID]
    seq: Mapped[int]
    event_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    assumed: Mapped[bool]
    part: Mapped[int] = mapped_column(default=0)
    vial_id: Mapped[UUID | None] = mapped_column(default=None)
    quantity: Mapped[int | None] = mapped_column(default=None)
    dead_space_ul: Mapped[int] = mapped_column(default=0)
    syringe: Mapped[str] = mapped_column(String(32), default="")


class Stock(enum.StrEnum):
    """What somebody says of a vial's contents beside the doses drawn from it."""

    WASTED = "wasted"
    COUNTED = "counted"


class StockEntry(Base):
    """What was wasted from a vial, or how much somebody found in it; voided, never changed.

    quantity   in microlitres of a liquid or thousandths of a tablet
    at         when it was so, which may be before it was said
    """

    __tablename__ = "stock_entry"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "vial_id"], ["vial.patient_id", "vial.id"]),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    vial_id: Mapped[UUID]
    kind: Mapped[Stock] = mapped_column(words(Stock))
    quantity: Mapped[int]
    at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")
    voided_at: Mapped[datetime | None] = mapped_column(default=None)
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)


class LineKit(Base):
    """Which syringe a patient draws a line with.

    syringe         a code of `data/syringes.toml`
    dead_space_ul   what stays in it each time, in microlitres; None: what the data says of it
    """

    __tablename__ = "line_kit"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "line_id"),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
        CheckConstraint("dead_space_ul >= 0", name="dead_space"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    line_id: Mapped[UUID]
    syringe: Mapped[str] = mapped_column(String(32))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    dead_space_ul: Mapped[int | None] = mapped_column(default=None)


class SupplySettings(Base):
    """How a patient wants to hear of supplies.

    lead_days   how many days before something runs out they want to know
    speak_at    the hour, where the patient is; None: at the usual waking hour
    notices     whether anything is pushed at all
    """

    __tablename__ = "supply_settings"
    __table_args__ = (PrimaryKeyConstraint("patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    lead_days: Mapped[int]
    speak_at: Mapped[time | None] = mapped_column(default=None)
    notices: Mapped[bool] = mapped_column(default=True)


class SupplyLook(Base):
    """When the tick looks at a patient's supplies again; one row each, made anew at will."""

    __tablename__ = "supply_look"
    __table_args__ = (PrimaryKeyConstraint("patient_id"), Index(None, "next_at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    next_at: Mapped[datetime]


class SupplyNotice(Base):
    """One thing the patient was told of their supplies; its id follows from what it says.

    kind      a word of `app.supplies.notices`
    subject   the vial, line or supply it is about
    day       the date it is about: discard date or run-out
    """

    __tablename__ = "supply_notice"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[UUID]
    day: Mapped[date]
    said_at: Mapped[datetime]


class Item(enum.StrEnum):
    """What else an injection needs."""

    SYRINGE = "syringe"
    NEEDLE = "needle"
    SWAB = "swab"
    SHARPS_BOX = "sharps_box"
    OTHER = "other"


class Consumable(Base):
    """Something that is counted, not measured: syringes, needles, swabs, room in a sharps box.

    per_injection   how many each injection uses; of a sharps box, how many pieces go in
    lines           the lines whose injections use it; empty: every injected line
    low_at          at how many left the patient wants to know; None: not at all
    gone_at         since when it is no longer kept count of
    """

    __tablename__ = "consumable"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        CheckConstraint("per_injection >= 0", name="per_injection"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    item: Mapped[Item] = mapped_column(words(Item))
    name: Mapped[str] = mapped_column(String(120))
    per_injection: Mapped[int]
    created_at: Mapped[datetime]
    lines: Mapped[list[str]] = mapped_column(default_factory=list)
    low_at: Mapped[int | None] = mapped_column(default=None)
    gone_at: Mapped[datetime | None] = mapped_column(default=None)
    revision: Mapped[int] = mapped_column(default=1)


class Counted(enum.StrEnum):
    """What somebody says of how many there are: so many more, or so many in all."""

    ADDED = "added"
    COUNTED = "counted"


class ConsumableCount(Base):
    """So many came, or so many are there; voided, never changed.

    number   of a sharps box `counted` is how many pieces still fit: an empty one says its size
    """

    __tablename__ = "consumable_count"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(
            ["patient_id", "consumable_id"], ["consumable.patient_id", "consumable.id"]
        ),
        CheckConstraint("number >= 0", name="number"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    consumable_id: Mapped[UUID]
    kind: Mapped[Counted] = mapped_column(words(Counted))
    number: Mapped[int]
    at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    voided_at: Mapped[datetime | None] = mapped_column(default=None)
