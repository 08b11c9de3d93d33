"""What we encrypt, the library behind pywebpush reads."""

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from app.push.encrypt import LARGEST, PlaintextTooLarge, Prepared, encrypt, new_ephemeral

KEY = ec.generate_private_key(ec.SECP256R1())
POINT = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
AUTH = bytes(range(16))


def read(body: bytes) -> bytes:
    """As a browser would."""
    plain: bytes = http_ece.decrypt(body, private_key=KEY, auth_secret=AUTH, version="aes128gcm")
    return plain


@given(st.binary(max_size=LARGEST), st.sampled_from([1, 512, 1024, 4096]))
@settings(max_examples=80, deadline=None)
def test_a_browser_reads_exactly_what_was_said(plain: bytes, step: int) -> None:
    body = encrypt(plain, POINT, AUTH, pad_to=step)
    assert read(body) == plain
    assert len(body) <= 4096


@given(st.binary(max_size=1024), st.binary(max_size=1024))
@settings(max_examples=30, deadline=None)
def test_two_reminders_are_of_one_size(one: bytes, other: bytes) -> None:
    assert len(encrypt(one, POINT, AUTH)) == len(encrypt(other, POINT, AUTH))


def test_the_largest_plaintext_fills_a_record_and_one_byte_more_is_refused() -> None:
    assert len(encrypt(bytes(LARGEST), POINT, AUTH)) == 4096
    with pytest.raises(PlaintextTooLarge):
        encrypt(bytes(LARGEST + 1), POINT, AUTH)


@pytest.mark.parametrize("point", [b"", POINT[:-1], b"\x04" + bytes(64), b"\x02" + POINT[1:33]])
def test_a_key_that_is_no_point_is_refused(point: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encrypt(b"x", point, AUTH)


def test_no_ephemeral_key_is_used_twice() -> None:
    prepared = Prepared(room=5)
    prepared.fill(10)
    assert len(prepared) == 5
    points = [prepared.take().point for _ in range(12)]
    assert len(set(points)) == 12
    assert encrypt(b"x", POINT, AUTH)[21:86] != encrypt(b"x", POINT, AUTH)[21:86]


def test_a_prepared_key_encrypts_like_a_fresh_one() -> None:
    assert read(encrypt(b"hello", POINT, AUTH, ephemeral=new_ephemeral())) == b"hello"
