"""One chain over all audit entries, so that whoever rewrites the past has to break it.

Each entry gets a seal: an HMAC over the seal before it and everything the entry says. The key is
derived from the operator's secret, which is not in the database, so the chain cannot be made anew
from a copy of it. What was cut off at the end shows only against a head kept somewhere else, so
housekeeping logs the newest one daily.

Entries are sealed in the order in which they are found, seconds after they were written. Sealing
within the request instead would make everybody who writes wait for everybody else.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Self, cast

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry, AuditSeal, AuditWaiting, canonical
from app.db import Each, insert_new, take_turns

BATCH = 500
"""Entries that are sealed in one transaction."""

# Any number that no other turn has.
TURN = 4_201


class Head(NamedTuple):
    """The last seal of a chain: how many there are, and what the last one is."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what was printed. Raises ValueError for anything else."""
        number, _, digits = text.strip().partition(":")
        head = cls(int(number), bytes.fromhex(digits))
        if head.number < 0 or len(head.hash) != 32:
            raise ValueError("not a head")
        return head


NOTHING = Head(0, bytes(32))
"""What the first seal follows."""


class Sealer:
    """Makes seals with a key derived from one secret; `key_id` tells keys apart, and nothing more.

    The `info` is another than for queued messages, so neither key says anything of the other.
    """

    def __init__(self, secret: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vesper audit seal 1")
        self._key = derive.derive(secret.encode())
        self.key_id = hashlib.sha256(b"vesper audit key id 1" + self._key).hexdigest()[:16]

    def hash(self, previous: bytes, number: int, sealed_at: datetime, entry: AuditEntry) -> bytes:
        """The seal of this entry at this place: 32 bytes."""
        said = {
            "number": number,
            "sealed_at": sealed_at,
            "key_id": self.key_id,
            "id": entry.id,
            "at": entry.at,
            "actor": entry.actor_id,
            "patient": entry.patient_id,
            "action": entry.action,
            "means": entry.means,
            "facts": entry.facts,
        }
        return hmac.digest(self._key, previous + canonical(said), "sha256")


async def seal(session: AsyncSession, sealer: Sealer, now: datetime) -> int:
    """Seal entries that wait, at most `BATCH`, and say how many.

    Any number of workers may; they take turns. With nothing waiting it is one look at an index.
    """
    if await session.scalar(select(AuditWaiting.entry_id).limit(1)) is None:
        return 0
    await take_turns(session, TURN)
    found = await _waiting(session)
    fresh = [entry for entry, number in found if number is None]
    rows, head = [], await last(session)
    for entry in sorted(fresh, key=lambda entry: (entry.at, entry.id)):
        number = head.number + 1
        head = Head(number, sealer.hash(head.hash, number, now, entry))
        rows.append({
            "number": number, "entry_id": entry.id, "hash": head.hash, "key_id": sealer.key_id,
            "sealed_at": now,
        })  # fmt: skip
    if await insert_new(session, AuditSeal, rows) != len(rows):
        # The keys of the table would have let nothing worse happen; all of it is undone.
        raise RuntimeError("somebody else has sealed at the same time")
    await SEALED.run(session, [{"entry_id": entry.id} for entry, _ in found])
    return len(rows)


async def last(session: AsyncSession) -> Head:
    """The last seal there is, or `NOTHING`."""
    newest = select(AuditSeal.number, AuditSeal.hash).order_by(AuditSeal.number.desc()).limit(1)
    row = (await session.execute(newest)).first()
    return Head(*row) if row else NOTHING


async def _waiting(session: AsyncSession) -> Sequence[tuple[AuditEntry, int | None]]:
    """The next entries that wait, with their seal's number where somebody put them back.

    In the order of their ids, which costs the same however many wait.
    """
    rows = await session.execute(
        select(AuditEntry, AuditSeal.number)
        .join(AuditWaiting, AuditWaiting.entry_id == AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .order_by(AuditWaiting.entry_id)
        .limit(BATCH)
    )
    return [(entry, number) for entry, number in rows]


_WAITING = cast(Table, AuditWaiting.__table__)
SEALED = Each(
    {"entry_id": _WAITING.c.entry_id},
    lambda row: delete(_WAITING).where(_WAITING.c.entry_id == row.entry_id),
)
