"""Who we are to a push service: the VAPID key pair and the tokens signed with it (RFC 8292).

Signing costs about a third of the work of one push, and Apple asks for a new token at most
once an hour, so a token is signed once for an origin and used for six hours.
"""

import hashlib
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

from app.config import Refused, Settings, kept_once
from app.push.text64 import encode

# A token may live 24 hours at most (RFC 8292, section 2); ours are replaced long before they end,
# so that a push service whose clock is hours off still takes them.
LIFE = timedelta(hours=12)
USED_FOR = timedelta(hours=6)

# Only for development, where `vapid_subject` may be empty. Apple would refuse `@localhost`.
NOBODY = "mailto:nobody@example.org"


class Identity:
    """One VAPID key pair and its tokens.

    key_id       16 hex characters that name the key; stored with every subscription made with it
    public_key   base64url of the uncompressed point, the browser's `applicationServerKey`
    """

    def __init__(self, private_key: str, subject: str = NOBODY) -> None:
        """Read a private key as PEM, or as base64url of its 32 bytes.

        Raises app.config.Refused when it is neither.
        """
        try:
            self._vapid = (
                Vapid02.from_pem(private_key.strip().encode())
                if "-----BEGIN" in private_key
                else Vapid02.from_string(private_key.strip())
            )
        except (ValueError, TypeError, VapidException) as error:
            raise Refused(
                "VESPER_VAPID_PRIVATE_KEY is not a P-256 key. Make one with `vesper vapid`."
            ) from error
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = encode(point)
        self.key_id = hashlib.sha256(point).hexdigest()[:16]
        self._subject = subject or NOBODY
        self._signed: dict[str, tuple[datetime, str]] = {}

    def authorization(self, origin: str, now: datetime) -> str:
        """The `Authorization` header for a push service, signed when the last one is too old.

        origin   scheme, host and, where unusual, port; becomes the token's `aud`
        """
        signed = self._signed.get(origin)
        if signed and signed[0] <= now < signed[0] + USED_FOR:
            return signed[1]
        expires = int((now + LIFE).timestamp())
        # The claims are a fresh dict each time: one that is shared between origins would carry
        # the first one's `aud` to the second, which answers 403.
        claims = {"aud": origin, "exp": expires, "sub": self._subject}
        header: str = self._vapid.sign(claims)["Authorization"]
        self._signed[origin] = (now, header)
        return header


def make_private_key() -> str:
    """A new private key as PEM. Losing it loses every subscription made with it."""
    vapid = Vapid02()
    vapid.generate_keys()
    pem: bytes = vapid.private_pem()
    return pem.decode()


def identity_of(settings: Settings) -> Identity:
    """The identity these settings name.

    In development a missing key is made once and kept in `data_folder`, readable by its owner
    only. Raises app.config.Refused where production has no key.
    """
    key = settings.vapid_private_key.get_secret_value()
    if not key:
        if settings.production:
            raise Refused("VESPER_VAPID_PRIVATE_KEY is missing. Make one with `vesper vapid`.")
        key = kept_once(settings.data_folder / "vapid.pem", make_private_key)
    return Identity(key, settings.vapid_subject)
