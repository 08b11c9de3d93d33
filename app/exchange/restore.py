"""A record comes back out of an export, into an account in which nothing is recorded yet."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Person, Preferences, Sex
from app.audit import Means
from app.db import Base
from app.doses import witness as dose_witness
from app.doses.models import Dose, Event, Spoken
from app.doses.plan import dose_id
from app.exchange.export import FORMAT, VERSION, Signer
from app.exchange.models import Erasure, Restored
from app.exchange.prescribed import must_be_of_this_age, must_be_prescribable
from app.exchange.record import BY_NAME, SINCE, TABLES, key_of, people_columns, row_from, rows_of
from app.exchange.supplied import must_be_supplies, witness_supplies
from app.monitoring.models import ChosenDay, FlagSeen, LabDraw, LabPlan, LabSettings
from app.observations import witness as observation_witness
from app.observations.models import Observation
from app.problems import Invalid, Problem
from app.protocols import witness as version_witness
from app.protocols.models import Hold, Line, Screening, ScreeningOverride, Terms, Version
from app.sites.models import Placement, Reaction, SiteSettings
from app.supplies.models import (
    Confirmation,
    Consumable,
    ConsumableCount,
    Drawn,
    LineKit,
    SourceCheck,
    StockEntry,
    Vial,
)

MOST_ROWS = 100_000
"""Rows that one document may have: thirty years of ten doses a day, or so."""

NOT_THE_PATIENTS = frozenset({
    Spoken, ScreeningOverride, FlagSeen, LabPlan, LabSettings, SiteSettings, Confirmation,
})  # fmt: skip
"""What only a clinic may decide, or only this server can know: a reminder that failed excuses a
miss, a decision to start in spite of an answer opens what was closed, an acknowledged flag is shown
to nobody, a chosen limit silences results, an allowed spot is suggested, and a confirmed strength
shows units to draw at once. A file that anybody can write does none of that."""

A_DAY = timedelta(days=1)
"""How far another server's clock may be ahead."""

HAPPENED: Mapping[type[Base], tuple[str, ...]] = {
    Version: ("created_at", "acknowledged_at", "withdrawn_at"),
    Hold: ("created_at", "resumed_at"),
    Screening: ("answered_at",),
    Event: ("taken_at", "logged_at"),
    Observation: ("collected_at", "entered_at", "voided_at"),
    LabDraw: ("settled_at",),
    ChosenDay: ("chosen_at", "ended_at"),
    Vial: ("created_at", "opened_at", "reconstituted_at", "gone_at"),
    SourceCheck: ("at",),
    Confirmation: ("started_at", "confirmed_at"),
    Drawn: ("said_at",),
    StockEntry: ("at", "said_at", "voided_at"),
    LineKit: ("set_at",),
    Consumable: ("created_at", "gone_at"),
    ConsumableCount: ("at", "said_at", "voided_at"),
    Placement: ("said_at",),
    Reaction: ("said_at", "voided_at"),
    SiteSettings: ("set_at",),
}
"""Instants at which somebody did something."""

Noted = dict[str, dict[str, dict[str, str]]]
"""By table, row and column the person whom a document names there."""

Check = Callable[[AsyncSession, UUID, datetime], Awaitable[None]]
"""Reads a record as the whole program would, and raises whatever that raises."""


class RecordNotEmpty(Problem):
    """There is a record in this account already."""

    status: ClassVar[int] = 409


async def restore(
    session: AsyncSession, patient: Person, document: Mapping[str, Any], signer: Signer,
    check: Check, now: datetime,
) -> Restored:  # fmt: skip
    """Write every row of an export under this patient; nothing is kept unless all of it is.

    An export of this server, unchanged, of the same person whose record has ended here, keeps who
    wrote what. Of any other the patient is the author of every row, by import, and a protocol is
    self-reported, because anybody can write such a file; the names go along as a note, and what
    only a clinic may decide stays behind. Who may look at the record, devices and keys are not
    restored. Raises RecordNotEmpty, and Invalid with the place in the document.

    check   reads the restored record, so that no file leaves a record that cannot be read
    """
    rows = _listed(document)
    await _must_be_empty(session, patient.id)
    genuine = signer.signed(dict(document)) and await _the_same(session, patient, document)
    people = _people(document)
    made, noted = _made(document, rows, patient.id, people if genuine else None)
    _must_fit(made)
    _must_have_happened(made, now)
    restored = Restored(
        patient_id=patient.id, id=uuid4(), at=now, exported_at=_exported_at(document),
        genuine=genuine, authors={"people": people, "rows": noted} if noted else {},
    )  # fmt: skip
    try:
        must_be_supplies(made, now)
        if not genuine:
            _must_be_prescribable(made, now)
        await _write(session, patient, document, made)
        session.add(restored)
        await session.flush()
        await _witness(session, made)
        await session.flush()
        session.expire_all()  # from here on what the database kept is read, not what was sent
        await session.refresh(patient)
        await session.refresh(restored)
        for table in TABLES:
            await rows_of(session, table, patient.id, now)
        await check(session, patient.id, now)
    except Invalid:
        raise
    except Problem:
        raise _unusable("something that Vesper cannot show again") from None
    except DBAPIError:
        raise _unusable("rows that contradict each other") from None
    except (LookupError, ValueError, ArithmeticError, TypeError, AttributeError, AssertionError):
        raise _unusable("something that Vesper cannot read again") from None
    audit.record(
        session, "record.restored", at=now, actor=patient.id, patient=patient.id,
        means=Means.IMPORT, restored=str(restored.id), genuine=int(genuine),
    )  # fmt: skip
    return restored


def _made(
    document: Mapping[str, Any], rows: Mapping[str, list[dict[str, Any]]], patient_id: UUID,
    proven: Mapping[str, Any] | None,
) -> tuple[dict[type[Base], list[Base]], Noted]:  # fmt: skip
    """The rows as this patient's, and whom the document names as authors without proof.

    proven   the people whose authorship stands; None where the document is not this server's own
    """
    told = _told(document)
    old_id = str(document["person"].get("id", ""))
    noted: Noted = {}
    made: dict[type[Base], list[Base]] = {table: [] for table in TABLES}
    for table in TABLES:
        name = table.__tablename__
        if table in NOT_THE_PATIENTS and proven is None:
            continue
        for number, given in enumerate(rows[name]):
            place = f"tables.{name}.{number}"
            row = dict(given)
            for column in people_columns(table):
                author = row.get(column)
                hearsay = column in told.get(name, {}).get(key_of(row), ())
                if author is None or (proven is not None and author in proven and not hearsay):
                    continue
                row[column] = str(patient_id)
                if author != old_id:
                    _must_be_id(author, f"{place}.{column}")
                    noted.setdefault(name, {}).setdefault(key_of(row), {})[column] = author
            if proven is None:
                _mark(table, row)
            owner = "person_id" if table is Preferences else "patient_id"
            made[table].append(row_from(table, row, place, **{owner: patient_id}))
    return made, noted


def _listed(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows by table. Raises Invalid for what is no export."""
    tables, person = document.get("tables"), document.get("person")
    if document.get("format") != FORMAT or not isinstance(tables, dict):
        raise Invalid(
            "This is not a record that Vesper saved.", field="format",
            cure="Choose the file record.json that Vesper made.",
        )  # fmt: skip
    version = document.get("version")
    if type(version) is not int or not 1 <= version <= VERSION or not isinstance(person, dict):
        raise Invalid(
            "This file was saved by a newer Vesper.", field="version",
            cure="Update this Vesper first.",
        )  # fmt: skip
    known = {name for name, table in BY_NAME.items() if SINCE.get(table, 1) <= version}
    if set(tables) != known:
        raise _unusable("other tables than a record has")
    tables = {name: tables.get(name, []) for name in BY_NAME}
    for name, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _unusable(f"no rows under {name}")
    if sum(len(rows) for rows in tables.values()) > MOST_ROWS:
        raise _unusable(f"more than {MOST_ROWS} rows")
    if len(tables[Preferences.__tablename__]) != 1:
        raise _unusable("not one row of preferences")
    return tables


async def _must_be_empty(session: AsyncSession, patient_id: UUID) -> None:
    # One restore of a patient waits for the other, which then finds something.
    await session.execute(select(Person.id).where(Person.id == patient_id).with_for_update())
    for table in TABLES:
        if table is Preferences:
            continue
        some = select(table).where(table.patient_id == patient_id).limit(1)  # type: ignore[attr-defined]
        if await session.scalar(some) is not None:
            raise RecordNotEmpty(
                "A record comes back only into an account in which nothing is recorded yet.",
                cure="Create another account with another e-mail address, and bring it back there.",
            )


async def _the_same(session: AsyncSession, patient: Person, document: Mapping[str, Any]) -> bool:
    """Whether the record was this person's and has ended here: then nobody else can have it."""
    person = document["person"]
    try:
        before = UUID(str(person.get("id")))
    except ValueError:
        return False
    if before == patient.id:
        return True
    erasure = await session.get(Erasure, before)
    return erasure is not None and person.get("email") == patient.email


def _people(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    given = document.get("people")
    if not isinstance(given, dict):
        raise _unusable("no people")
    return {
        str(key)[:40]: {
            name: str(each.get(name, ""))[:200] for name in ("name", "role")
        }
        for key, each in given.items()
        if isinstance(each, dict)
    }  # fmt: skip


def _told(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Which people in which rows the export has from another one; see `export.document_of`."""
    given = document.get("told", {})
    sound = isinstance(given, dict) and all(
        isinstance(rows, dict) and all(isinstance(each, list) for each in rows.values())
        for rows in given.values()
    )
    if not sound:
        raise _unusable("nothing of whom it has by hearsay")
    return dict(given or {})


def _mark(table: type[Base], row: dict[str, Any]) -> None:
    """What a file alone cannot prove is told as what it is: the patient's own account."""
    if table in (Event, Observation):
        row["means"] = Means.IMPORT.value
    if table is Version:
        row["self_reported"] = True


def _must_fit(made: Mapping[type[Base], list[Base]]) -> None:
    """Versions are counted from one, and a planned dose is named by what it is: the plan and the
    addresses know them by that again."""
    numbers = sorted(version.number for version in made[Version] if isinstance(version, Version))
    if numbers != list(range(1, len(numbers) + 1)):
        raise _unusable("versions that are not counted from one")
    for dose in made[Dose]:
        assert isinstance(dose, Dose)
        if not dose.extra and dose.id != dose_id(dose.line_id, dose.night, dose.slot):
            raise _unusable("a dose under another name than its own")


def _must_be_prescribable(made: Mapping[type[Base], list[Base]], now: datetime) -> None:
    versions = {row.id: row for row in made[Version] if isinstance(row, Version)}
    lines = {row.id: row for row in made[Line] if isinstance(row, Line)}
    for version in versions.values():
        must_be_of_this_age(version, now.date())
    for number, row in enumerate(made[Terms]):
        assert isinstance(row, Terms)
        must_be_prescribable(
            versions[row.version_id], row, lines[row.line_id], f"tables.terms.{number}"
        )


def _must_have_happened(made: Mapping[type[Base], list[Base]], now: datetime) -> None:
    """What was said, measured or written down was so before today ends."""
    for table, columns in HAPPENED.items():
        for row in made[table]:
            for column in columns:
                at = getattr(row, column)
                if at is not None and at > now + A_DAY:
                    raise _unusable("something that has not happened yet")


async def _write(
    session: AsyncSession, patient: Person, document: Mapping[str, Any],
    made: Mapping[type[Base], list[Base]],
) -> None:  # fmt: skip
    person = document["person"]
    born_on, sex = person.get("born_on"), person.get("sex")
    patient.born_on = None if born_on is None else date.fromisoformat(born_on)
    patient.sex = None if sex is None else Sex(sex)
    for table in TABLES:
        for row in made[table]:
            if table is Preferences:
                await session.merge(row)
            else:
                session.add(row)
        await session.flush()


async def _witness(session: AsyncSession, made: Mapping[type[Base], list[Base]]) -> None:
    """Tell the audit of every row, at the row's own time: the seals say when they really came."""
    terms = [row for row in made[Terms] if isinstance(row, Terms)]
    for version in made[Version]:
        assert isinstance(version, Version)
        mine = [each for each in terms if each.version_id == version.id]
        audit.record(
            session, "version.entered", at=version.created_at, actor=version.author_id,
            patient=version.patient_id, means=Means.IMPORT, number=version.number,
            **await version_witness.entered(session, version, mine),
        )  # fmt: skip
    doses = {row.id: row for row in made[Dose] if isinstance(row, Dose)}
    for event in made[Event]:
        assert isinstance(event, Event)
        dose_witness.note(session, doses[event.dose_id], event, event.logged_at)
    entered: dict[datetime, list[Observation]] = {}
    for row in made[Observation]:
        assert isinstance(row, Observation)
        entered.setdefault(row.entered_at, []).append(row)
        if row.voided_at is not None:
            observation_witness.note_voided(session, row, Means.IMPORT, row.voided_at)
    for at, together in entered.items():
        observation_witness.note_entered(session, together, at)
    witness_supplies(session, made)


def _must_be_id(author: object, field: str) -> None:
    try:
        UUID(author)  # type: ignore[arg-type]
    except (ValueError, AttributeError, TypeError):
        raise Invalid(
            f"{field} does not name a person.", field=field,
            cure="Send the file as Vesper wrote it, unchanged.",
        ) from None  # fmt: skip


def _exported_at(document: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(str(document.get("exported_at")))
        if at.tzinfo is None:
            raise ValueError
    except ValueError:
        raise _unusable("no instant at which it was made") from None
    return at


def _unusable(what: str) -> Invalid:
    return Invalid(
        f"This file cannot be brought back: it holds {what}.", field="tables",
        cure="Choose the file that Vesper saved, unchanged.",
    )  # fmt: skip
