"""Single-use tokens: leave to say what happened to one dose, without a session.

A token travels inside the encrypted push and comes back in the body of a POST, never in an
address. Its first 16 bytes are the patient's id, so that the look-up is by the table's key.
"""

import binascii
import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Means
from app.doses.log import DoseAlreadySettled, Report, find, may_be, recorded
from app.doses.models import Dose, Kind
from app.intake.taking import settle
from app.problems import NotFound
from app.push.receipts import from_a_kept_device
from app.reminders.models import TapToken

# A phone may be offline for days after the tap; the token logs one dose and reads nothing, so a
# long life costs little, and a lost tap costs the truth.
LIFE_AFTER_CLOSING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token: the text for the phone, the hash for the table."""

    text: str
    token_hash: bytes


def issue(patient_id: UUID) -> Issued:
    """Make a token of 256 random bits for this patient."""
    raw = patient_id.bytes + secrets.token_bytes(32)
    return Issued(urlsafe_b64encode(raw).decode(), hashlib.sha256(raw).digest())


async def resolve(session: AsyncSession, text: str, *, receipt: str, now: datetime) -> TapToken:
    """The row behind a token that still opens its dose.

    Raises NotFound for one that is unknown, expired, or was sent to a device that has since been
    signed out or removed; which of these, nobody is told.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == 48:
        key = (UUID(bytes=raw[:16]), hashlib.sha256(raw).digest())
        token = await session.get(TapToken, key)
        if token is not None and now < token.expires_at:
            owner = token.patient_id
            if await from_a_kept_device(session, receipt, owner, token.message_id):
                return token
    raise NotFound(
        "This reminder can no longer log its dose.", cure="Open Vesper and log the dose there."
    )


async def redeem(
    session: AsyncSession,
    token: TapToken,
    *,
    report_id: UUID,
    kind: Kind,
    taken_at: datetime | None,
    now: datetime,
) -> Dose:
    """Log the token's dose.

    A phone whose clock is wrong has tapped all the same: where `taken_at` cannot be, the instant at
    which the tap arrived stands for it.

    The same outcome again, from this phone or another, changes nothing and gets the same answer.
    Raises DoseAlreadySettled when another outcome is recorded, or when the token has been used
    and its report was undone since.
    """
    dose = await find(session, token.patient_id, token.dose_id, lock=True)
    if dose.outcome is not None and dose.outcome.kind is kind:
        return dose
    # Read after the dose is locked: whoever used the token before us has committed by now.
    await session.refresh(token)
    if token.used_at is not None and token.event_id != report_id:
        raise DoseAlreadySettled(
            "This reminder has been used already.",
            cure="Open Vesper to see what is recorded.",
            recorded=recorded(dose),
        )
    if taken_at is not None and not may_be(taken_at, dose.due_at, now):
        taken_at = None
    report = Report(
        id=report_id, kind=kind, author=token.patient_id, means=Means.PUSH_TOKEN, taken_at=taken_at
    )
    dose = await settle(session, token.patient_id, token.dose_id, report, now=now)
    await session.execute(
        update(TapToken)
        .where(TapToken.patient_id == token.patient_id, TapToken.token_hash == token.token_hash)
        .values(used_at=now, event_id=report_id)
    )
    return dose
