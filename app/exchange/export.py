"""The whole record of a patient in one document, signed, so that this server knows its own."""

import hashlib
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import CareLink, Person
from app.audit import AuditEntry, canonical
from app.exchange.models import Restored
from app.exchange.record import TABLES, Row, key_of, people_columns, rows_of
from app.push.models import Subscription

FORMAT = "vesper-record"
VERSION = 2
"""Of the document's shape. A new table or column is a new version; older ones can still be read."""

ACCESS_LOG = 20_000
"""The newest entries of the access log that go along."""


Told = dict[str, dict[str, list[str]]]
"""By table and row the columns whose people are hearsay."""


class Signer:
    """Signs exports with a key derived from the operator's secret."""

    def __init__(self, secret: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vesper export 1")
        self._key = derive.derive(secret.encode())

    def sign(self, document: dict[str, Any]) -> str:
        """The signature of a document without `signature` and `also`; 64 hex characters.

        A restore does not read what stands under `also`, so it may be left out on the way there.
        """
        unsigned = {k: value for k, value in document.items() if k not in {"signature", "also"}}
        return hmac.new(self._key, canonical(unsigned), hashlib.sha256).hexdigest()

    def signed(self, document: dict[str, Any]) -> bool:
        """Whether this server wrote the document, and nobody changed it since."""
        said = document.get("signature")
        return isinstance(said, str) and hmac.compare_digest(
            said.encode(), self.sign(document).encode()
        )


async def document_of(
    session: AsyncSession, patient: Person, signer: Signer, now: datetime
) -> dict[str, Any]:
    """Everything Vesper keeps of a patient, as of `now`; the same again but for the instant.

    tables   what a restore brings back, by `app.exchange.record`
    people   who else stands in the rows: name and role by id
    told     which of them stand there because somebody else's export said so: never proven here
    also     what a restore does not bring back: who may look, who did, and which devices there are
    """
    tables = {
        table.__tablename__: await rows_of(session, table, patient.id, now) for table in TABLES
    }
    people, told = await _restore_authors(session, patient.id, tables)
    named = {
        UUID(row[column])
        for table in TABLES
        for row in tables[table.__tablename__]
        for column in people_columns(table)
        if column in row and row[column] not in people and row[column] != str(patient.id)
    }
    for person in await session.scalars(select(Person).where(Person.id.in_(named))):
        people[str(person.id)] = {"name": person.name, "role": person.role.value}
    document = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": now.isoformat(),
        "person": {
            "id": str(patient.id),
            "name": patient.name,
            "email": patient.email,
            "created_at": patient.created_at.isoformat(),
            "born_on": None if patient.born_on is None else patient.born_on.isoformat(),
            "sex": None if patient.sex is None else patient.sex.value,
        },
        "people": dict(sorted(people.items())),
        "told": told,
        "tables": tables,
        "also": {
            "care": await _care(session, patient.id),
            "devices": await _devices(session, patient.id),
            "access_log": await _access_log(session, patient.id),
        },
    }
    return document | {"signature": signer.sign(document)}


async def _restore_authors(
    session: AsyncSession, patient_id: UUID, tables: dict[str, list[Row]]
) -> tuple[dict[str, dict[str, str]], Told]:
    """Put the people back into rows that came out of somebody else's export, by their own ids.

    Gives back who they are, and in which rows and columns they stand: our signature under this
    document proves the rows, and not that these people wrote them.
    """
    people: dict[str, dict[str, str]] = {}
    told: Told = {}
    mine = select(Restored).where(Restored.patient_id == patient_id)
    for restored in await session.scalars(mine):
        people |= restored.authors.get("people", {})
        for name, rows in restored.authors.get("rows", {}).items():
            for row in tables.get(name, []):
                # Whoever has written there since is proven, and stays.
                claimed = {
                    column: author
                    for column, author in rows.get(key_of(row), {}).items()
                    if row.get(column) == str(patient_id)
                }
                if claimed:
                    row.update(claimed)
                    told.setdefault(name, {})[key_of(row)] = sorted(claimed)
    return people, told


async def _care(session: AsyncSession, patient_id: UUID) -> list[Row]:
    rows = await session.execute(
        select(CareLink, Person.name)
        .join(Person, Person.id == CareLink.person_id)
        .where(CareLink.patient_id == patient_id)
        .order_by(CareLink.granted_at, CareLink.id)
    )
    return [
        {
            "name": name,
            "granted_at": link.granted_at.isoformat(),
            "scope": link.scope.value,
            "ended_at": None if link.ended_at is None else link.ended_at.isoformat(),
        }
        for link, name in rows
    ]


async def _devices(session: AsyncSession, patient_id: UUID) -> list[Row]:
    """Without their addresses and keys, with which anybody could write to them."""
    rows = select(Subscription).where(Subscription.person_id == patient_id)
    return [
        {
            "name": each.name,
            "added_at": each.created_at.isoformat(),
            "retired_at": None if each.retired_at is None else each.retired_at.isoformat(),
        }
        for each in await session.scalars(rows.order_by(Subscription.created_at, Subscription.id))
    ]


async def _access_log(session: AsyncSession, patient_id: UUID) -> list[Row]:
    rows = await session.execute(
        select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.patient_id == patient_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(ACCESS_LOG)
    )
    return [
        {
            "at": entry.at.isoformat(),
            "who": name,
            "action": entry.action,
            "means": entry.means.value,
            "route": entry.facts.get("route"),
        }
        for entry, name in rows
    ]
