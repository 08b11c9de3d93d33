"""What a push service keeps: who may be reached, what was sent, and what became of it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .vapid_check import Wishes

Fate = Literal["refused", "waiting", "delivered", "acknowledged", "replaced", "expired"]


NO_WISHES = Wishes(ttl=0, topic=None, urgency="normal")


@dataclass(eq=False)
class Subscription:
    """One browser's permission for one sender to reach it."""

    token: str
    endpoint: str
    channel: str
    """The browser's own name for it."""
    device: str
    """The browser that made it."""
    key: bytes
    """The public key of the only sender allowed."""
    alive: bool = True


@dataclass(eq=False)
class Message:
    """What a sender sent, how it was answered and what became of it."""

    token: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 0
    reason: str = ""
    """Why it was refused."""
    fate: Fate = "refused"
    version: str = field(default_factory=lambda: secrets.token_hex(16))
    wishes: Wishes = NO_WISHES
    expires_at: float = 0
    ack: int | None = None
    """The browser's answer: 100 received, 101 did not decrypt, 102 the worker failed."""
    deliveries: int = 0
    """More than one after a reconnect without an acknowledgement."""
