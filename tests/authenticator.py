"""A phone that makes and uses passkeys, in software: it answers as WebAuthn says."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, STAYS, STORED, CREDENTIAL = 1, 4, 8, 16, 64
"""Flags of authenticator data: user present, user verified, may be backed up, is, has a key."""


@dataclass
class Authenticator:
    """One key of one person, on P-256.

    host, origin   of the page that it believes to be on
    verifies       whether it asks for a finger, a face or a PIN
    count          what it counts; None of one that keeps its keys in several places
    """

    owner: bytes = b""
    host: str = "localhost"
    origin: str = ORIGIN
    verifies: bool = True
    count: int | None = None
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public_key(self) -> bytes:
        """The public half as COSE writes it: an elliptic curve key for ES256."""
        point = self.key.public_key().public_numbers()
        return encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )

    def make(self, options: Any, **client: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`: a new key without a statement about it."""
        self.owner = base64url_to_bytes(options["publicKey"]["user"]["id"])
        length = len(self.credential_id).to_bytes(2, "big")
        data = self._data(CREDENTIAL) + bytes(16) + length + self.credential_id + self.public_key
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        client_data = self._client_data("webauthn.create", options, client)
        return self._credential(
            clientDataJSON=client_data,
            attestationObject=encode_cbor(statement),
        ) | {"authenticatorAttachment": "platform", "clientExtensionResults": {}}

    def sign(self, options: Any, **client: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`: the challenge, signed."""
        if self.count is not None:
            self.count += 1
        data = self._data(0)
        client_data = self._client_data("webauthn.get", options, client)
        signed = data + hashlib.sha256(client_data).digest()
        return self._credential(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.owner,
        )

    def of(self, person_id: UUID) -> "Authenticator":
        """The same, known to belong to this person."""
        self.owner = person_id.bytes
        return self

    def _data(self, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        if self.count is None:
            flags |= STAYS | STORED
        count = (self.count or 0).to_bytes(4, "big")
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + count

    def _client_data(self, kind: str, options: Any, client: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | client).encode()

    def _credential(self, **response: bytes) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        written = {key: bytes_to_base64url(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": written}
