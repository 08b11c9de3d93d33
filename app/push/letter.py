"""From a claimed delivery to the request that carries it: payload, encryption, headers."""

import json
from datetime import datetime
from typing import Any

from app.push.claim import Job
from app.push.encrypt import STEP, Ephemeral, encrypt
from app.push.outbox import associated_data
from app.push.receipts import BLANK, Receipt
from app.push.seal import Seal, Unsealable
from app.push.vapid import Identity

# The generic text is padded to less, because it is sent when everything else was too large.
GENERIC_STEP = 512

PLACE = f'"receipt":"{BLANK}"'.encode()


def body_of(job: Job, seal: Seal, ephemeral: Ephemeral | None) -> bytes:
    """The encrypted notification for one device, with that device's receipt in it.

    Raises Unsealable, PlaintextTooLarge, or ValueError when the browser's keys are none.
    """
    if job.sealed is None:
        raise Unsealable("the message has been emptied")
    text = seal.open(job.sealed, associated_data(job.person_id, job.message_id))
    if job.shrunk:
        text = json.dumps(generic(json.loads(text)), separators=(",", ":")).encode()
    # Writing the receipt into the text is a tenth of the work of reading and writing the JSON. A
    # text inside the JSON cannot look like this, because its quotation marks are escaped.
    receipt = Receipt(job.person_id, job.message_id, job.subscription_id)
    text = text.replace(PLACE, f'"receipt":"{receipt}"'.encode())
    step = GENERIC_STEP if job.shrunk else STEP
    return encrypt(text, job.p256dh, job.auth, pad_to=step, ephemeral=ephemeral)


def generic(payload: dict[str, Any]) -> dict[str, Any]:
    """The shortest notification that opens the right page and is known as the same message."""
    whole = payload["notification"]
    known = {key: whole[key] for key in ("navigate", "lang", "tag") if key in whole}
    data = whole.get("data", {})
    return {
        "web_push": 8030,
        "notification": {
            "title": "Vesper",
            "body": "Open Vesper.",
            **known,
            "data": {key: data[key] for key in ("kind", "message", "receipt") if key in data},
        },
    }


def headers_of(job: Job, identity: Identity, now: datetime) -> list[str]:
    """The request's headers: how long it may wait, how urgent it is, what it replaces, who sends.

    Source: RFC 8030 section 5; RFC 8292 section 3.
    """
    left = max(0, int((job.expires_at - now).total_seconds()))
    return [
        f"TTL: {left}",
        f"Urgency: {'high' if job.urgent else 'normal'}",
        f"Topic: {job.topic}",
        f"Authorization: {identity.authorization(job.origin, now)}",
        "Content-Encoding: aes128gcm",
        "Content-Type: application/octet-stream",
        "User-Agent: Vesper",
        "Accept:",
        "Expect:",
    ]
