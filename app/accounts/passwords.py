"""Passwords: which ones are good enough, and hashing them without stopping the event loop."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.problems import Busy, Invalid

Result = TypeVar("Result")

SHORTEST = 12
LONGEST = 200

# Source: OWASP Password Storage Cheat Sheet, argon2id with m = 19 MiB, t = 2, p = 1.
_argon2 = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))

# Each hash holds 19 MiB and one core for about 30 ms, so the number at once is the memory bound.
# A pool of threads is that bound, and unlike asyncio.Semaphore it belongs to no event loop.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")
QUEUE = 64
"""How many may wait for a thread, about half a second's work, before newcomers hear 503."""

# The heads of public lists of leaked passwords, as far as they have twelve characters or more;
# shorter ones are refused by their length.
COMMON = frozenset({
    "123456789012", "1234567890123", "12345678901234", "123456789123", "123456123456",
    "012345678910", "0123456789ab", "098765432100", "111222333444", "112233445566",
    "123123123123", "123321123321", "147258369147", "789456123000", "987654321000",
    "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "zaq12wsxcde3",
    "a1b2c3d4e5f6", "abc123abc123", "abcd12345678", "abcdefghijkl", "abcdefghijklm",
    "administrator", "adminadminadmin", "basketball12", "changeme1234", "changemenow1",
    "chocolate123", "correcthorsebatterystaple", "football1234", "iloveyou1234", "iloveyou12345",
    "iloveyouforever", "ihateyou1234", "letmein12345", "letmeinplease", "liverpool123",
    "manchesterunited", "mynameisjohn", "p@ssw0rd1234", "passw0rd1234", "password1234",
    "password12345", "password123456", "password12345678", "password2025", "password2026",
    "password@123", "passwordpassword", "princess1234", "q1w2e3r4t5y6", "qazwsxedcrfv",
    "qwerty123456", "qwerty1234567", "qwertyqwerty", "qwertyuiop12", "qwertyuiop123",
    "qwertyuiopas", "qwertyuiopasdfghjkl", "qwertyuiop[]", "sunshine1234", "superman1234",
    "testpassword", "thisismypassword", "trustno1trustno1", "vesperpassword", "welcome12345",
    "welcome123456", "whatever1234", "zxcvbnm12345", "zxcvbnmasdfghjkl",
})  # fmt: skip


def check_new_password(password: str, email: str) -> None:
    """Raise Invalid, with a cure, for a password that others would guess first.

    Length is in characters. There are no rules about kinds of characters: they make passwords
    worse. Source: NIST SP 800-63B section 3.1.1.
    """
    plain = _normal(password).casefold()
    cure = f"Use {SHORTEST} to {LONGEST} characters; a few unrelated words do well."
    wrong = ""
    if len(plain) < SHORTEST:
        wrong = f"This password is shorter than {SHORTEST} characters."
    elif len(password) > LONGEST:
        wrong = f"This password is longer than {LONGEST} characters."
    elif plain in COMMON or len(set(plain)) < 4:
        wrong = "This password is among the first that others would try."
    elif plain in {email, email.partition("@")[0]}:
        wrong = "This password is the e-mail address."
    if wrong:
        raise Invalid(wrong, field="password", cure=cure)


async def hash_password(password: str) -> str:
    """The argon2id hash to keep. Raises Busy when too many people wait already."""
    return await _in_a_thread(lambda: _argon2.hash(_normal(password)))


async def verify_and_renew(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Whether the password is right, and a new hash when the kept one's parameters have aged.

    Without a hash, as for an unknown e-mail address, the answer is no and takes as long.
    """

    def compare() -> tuple[bool, str | None]:
        try:
            right, newer = _argon2.verify_and_update(_normal(password), kept or _nobodys_hash())
        except UnknownHashError:
            return False, None
        return right and kept is not None, newer

    if len(password) > LONGEST:
        return False, None
    return await _in_a_thread(compare)


def _normal(password: str) -> str:
    """The same letters typed on another keyboard give the same bytes (NFKC, as NIST asks)."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """A hash that no password fits, so that an unknown address costs what a known one does."""
    return _argon2.hash("this is nobody's password")


_waiting = 0


async def _in_a_thread(work: Callable[[], Result]) -> Result:
    global _waiting  # noqa: PLW0603 - one number for the one pool above
    if _waiting >= QUEUE:
        raise Busy("Many people are signing in at this moment.", retry_after=2)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1
