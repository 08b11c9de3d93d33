"""Seal what waits in the outbox, so that a copy of the database shows no notification's text."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE = 12


class Unsealable(Exception):
    """Sealed with another secret key, for another row, or damaged."""


class Seal:
    """AES-256-GCM with a key derived from the operator's secret.

    The associated data names the row, so a sealed value cannot be moved to another one.
    """

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vesper message seal 1")
        self._cipher = AESGCM(key.derive(secret.encode()))

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Seal bytes for the row that `aad` names. Sealing twice gives different bytes."""
        # Random 96-bit nonces are safe for about 2**32 messages under one key.
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self._cipher.encrypt(nonce, plain, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """What was sealed. Raises Unsealable."""
        if sealed[:1] != VERSION:
            raise Unsealable("an unknown version of the seal")
        nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher.decrypt(nonce, body, aad)
        except (InvalidTag, ValueError) as error:
            raise Unsealable("sealed with another key or for another row") from error
