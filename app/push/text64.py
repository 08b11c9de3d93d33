"""Bytes as URL-safe base64 without padding, which web push uses everywhere."""

import base64
import binascii


def encode(raw: bytes) -> str:
    """Write bytes as text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Read text with or without its padding.

    Raises ValueError for anything that is not URL-safe base64.
    """
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not URL-safe base64") from error
