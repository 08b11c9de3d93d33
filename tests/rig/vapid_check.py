"""What a push service demands of a sender (RFC 8030, 8188, 8291 and 8292), for both services."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, cast, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LARGEST_BODY = 4096
LONGEST_LIFE = 24 * 60 * 60
# The header with the sender's key, the shortest record, and its authentication tag.
SMALLEST_BODY = 16 + 4 + 1 + 65 + 1 + 16
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")

Urgency = Literal["very-low", "low", "normal", "high"]


class Refused(Exception):
    """A sender's request that a real push service would not accept."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Wishes:
    """How the sender wants a message to be treated."""

    ttl: int
    topic: str | None
    urgency: Urgency


def unbase64(text: str) -> bytes:
    """Decode URL-safe base64 with or without its padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not URL-safe base64: {text!r}") from error


def rebase64(raw: bytes) -> str:
    """Encode URL-safe base64 without padding, as web push does everywhere."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def check_sender(authorization: str | None, *, audience: str, now: float) -> bytes:
    """Verify who sends, and return the sender's public key as an uncompressed point.

    `audience` is the origin of the endpoint as the browser handed it out, `now` a Unix time.
    """
    try:
        token, key = _credentials(authorization)
        claims = _signed_claims(token, key)
        _check_claims(claims, audience, now)
    except (ValueError, TypeError, InvalidSignature) as error:
        reason = str(error) or "the signature does not fit the key"
        raise Refused(HTTPStatus.UNAUTHORIZED, f"VAPID: {reason}") from error
    return key


def check_key(key: bytes, subscribed_with: bytes) -> None:
    """Refuse a sender whose key is not the one the browser subscribed with."""
    if key != subscribed_with:
        raise Refused(HTTPStatus.FORBIDDEN, "VAPID: the subscription belongs to another key")


def check_message(headers: Mapping[str, str], body: bytes) -> Wishes:
    """Check the size and the headers of a message, and return what its sender wishes."""
    if len(body) > LARGEST_BODY:
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{len(body)} bytes, at most {LARGEST_BODY}"
        )
    ttl = headers.get("TTL", "")
    if not re.fullmatch(r"\d{1,10}", ttl, re.ASCII):
        raise _bad(f"TTL must be a number of seconds, not {ttl!r}")
    topic = headers.get("Topic")
    if topic is not None and not TOPIC.fullmatch(topic):
        raise _bad(f"Topic must be 1 to 32 URL-safe characters, not {topic!r}")
    urgency = headers.get("Urgency", "normal")
    if urgency not in get_args(Urgency):
        raise _bad(f"Urgency must be one of {', '.join(get_args(Urgency))}, not {urgency!r}")
    if body:
        _check_encryption(headers.get("Content-Encoding"), body)
    return Wishes(int(ttl), topic, cast(Urgency, urgency))


def _bad(reason: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, reason)


def _check_encryption(encoding: str | None, body: bytes) -> None:
    if encoding != "aes128gcm":
        raise _bad(f"Content-Encoding must be aes128gcm, not {encoding!r}")
    # Real services look no deeper either: they have no key to decrypt with.
    if len(body) < SMALLEST_BODY or body[20] != 65 or body[21] != 4:
        raise _bad("the body is not one aes128gcm record that starts with the sender's key")


def _credentials(authorization: str | None) -> tuple[str, bytes]:
    scheme, _, rest = (authorization or "").partition(" ")
    if scheme.lower() != "vapid":
        raise ValueError(f"Authorization must be `vapid t=…, k=…`, not {authorization!r}")
    named = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if not named.get("t") or not named.get("k"):
        raise ValueError("t or k is missing")
    return named["t"], unbase64(named["k"])


def _signed_claims(token: str, key: bytes) -> dict[str, Any]:
    signed, _, signature_text = token.rpartition(".")
    header_text, _, claims_text = signed.partition(".")
    header, claims = json.loads(unbase64(header_text)), json.loads(unbase64(claims_text))
    if not isinstance(header, dict) or header.get("alg") != "ES256":
        raise ValueError("the token must be signed with ES256")
    if not isinstance(claims, dict):
        raise TypeError("the claims are not an object")
    signature = unbase64(signature_text)
    if len(signature) != 64:
        raise ValueError("the signature must be 64 bytes")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    return claims


def _check_claims(claims: Mapping[str, Any], audience: str, now: float) -> None:
    if claims.get("aud") != audience:
        raise ValueError(f"aud must be {audience}, not {claims.get('aud')!r}")
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        raise TypeError(f"exp must be a Unix time, not {expires!r}")
    if not now < expires <= now + LONGEST_LIFE:
        raise ValueError(f"exp must be within the next 24 hours, not in {expires - now:.0f} s")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not re.match(r"mailto:[^@\s]+@\S+|https://\S+", subject):
        raise ValueError(f"sub must be a mailto: or https: address, not {subject!r}")
