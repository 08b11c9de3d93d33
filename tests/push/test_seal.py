"""What waits in the outbox can be read by us, in its own row, and by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.push.seal import Seal, Unsealable

SEAL = Seal("a secret of at least thirty-two characters")


@given(st.binary(max_size=500), st.binary(max_size=50))
def test_what_was_sealed_opens(plain: bytes, aad: bytes) -> None:
    sealed = SEAL.seal(plain, aad)
    assert SEAL.open(sealed, aad) == plain
    assert sealed != SEAL.seal(plain, aad)


@given(st.integers(min_value=0, max_value=34), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_is_noticed(at: int, change: int) -> None:
    sealed = bytearray(SEAL.seal(b"dinner", b"row"))
    sealed[at] ^= change
    with pytest.raises(Unsealable):
        SEAL.open(bytes(sealed), b"row")


def test_another_row_another_secret_and_nothing_at_all_do_not_open() -> None:
    sealed = SEAL.seal(b"dinner", b"row")
    for seal, text, aad in (
        (SEAL, sealed, b"other row"),
        (Seal("another secret of thirty-two characters"), sealed, b"row"),
        (SEAL, b"", b"row"),
        (SEAL, sealed[:13], b"row"),
    ):
        with pytest.raises(Unsealable):
            seal.open(text, aad)
