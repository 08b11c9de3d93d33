"""What is sent to a webhook, how it is signed, and what follows from the answer. Pure.

Source of headers, signature and the pauses between attempts: the Standard Webhooks specification,
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SECRET_BYTES = 32
"""The specification asks for 24 to 64."""

PREFIX = "whsec_"

PAUSES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=20),
    timedelta(hours=24),
)  # fmt: skip
"""Between one attempt and the next: ten attempts in a little over three days."""

SPREAD = 0.2
"""A pause is up to this share shorter or longer, so that what failed together comes back apart."""

LONGEST_WAIT = timedelta(days=1)
"""A receiver that asks for more patience than this gets this much."""

GONE = 410
"""By this a receiver says that it wants no more; the webhook is disabled at once."""

FAILURES_IN_A_ROW = 5
"""So many events given up without one success in between disable a webhook."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery: done, tried again at `ready_at`, or given up (neither).

    gone   the receiver wants nothing more at all
    """

    delivered: bool = False
    ready_at: datetime | None = None
    gone: bool = False


def verdict(
    status: int | None, *, attempts: int, now: datetime, random: float,
    retry_after: float | None = None,
) -> Verdict:  # fmt: skip
    """What to do after an attempt.

    status        None without an answer; anything but 2xx is a failure, redirections too, because
                  following one would let a receiver choose whom we call
    attempts      how often this delivery was tried, this time included; at least 1
    random        in [0, 1)
    retry_after   seconds that the receiver asks for; wins where it is the longer pause
    """
    if status is not None and 200 <= status < 300:
        return Verdict(delivered=True)
    if status == GONE:
        return Verdict(gone=True)
    if attempts > len(PAUSES):
        return Verdict()
    pause = PAUSES[attempts - 1] * (1 + SPREAD * (2 * random - 1))
    if retry_after is not None:
        asked = timedelta(seconds=min(max(retry_after, 0), LONGEST_WAIT.total_seconds()))
        pause = max(pause, asked)
    return Verdict(ready_at=now + pause)


def body_of(event: dict[str, Any]) -> bytes:
    """The event as it is sent: the same bytes at every attempt."""
    return json.dumps(event, separators=(",", ":")).encode()


def headers_of(secret: bytes, id: str, body: bytes, now: datetime) -> list[str]:
    """The request's headers, signed for this moment.

    id   the event's: a receiver that has seen it has seen this event
    """
    timestamp = int(now.timestamp())
    return [
        "Content-Type: application/json",
        "User-Agent: Vesper-Webhooks/1",
        "Accept: */*",
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signature(secret, id, timestamp, body)}",
    ]


def signature(secret: bytes, id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over id, timestamp and body, as `v1,` and base64."""
    said = f"{id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, said, "sha256")).decode()


def shown(secret: bytes) -> str:
    """The secret as its keeper reads it, once."""
    return PREFIX + b64encode(secret).decode()
