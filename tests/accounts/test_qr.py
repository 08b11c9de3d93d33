"""A code as a square to point a camera at."""

import re
from string import printable

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts.qr import QUIET_ZONE, qr_of


def drawn(size: int, path: str) -> list[list[bool]]:
    """What a renderer makes of the path: which of the unit squares are filled."""
    filled = [[False] * size for _ in range(size)]
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x} {y}h{w}v1h-{b}z" for x, y, w, b in pieces) == path
    for x, y, width, back in pieces:
        assert width == back
        for column in range(int(x), int(x) + int(width)):
            assert not filled[int(y)][column], "drawn twice"
            filled[int(y)][column] = True
    return filled


@settings(max_examples=25, deadline=None)
@given(st.text(printable, min_size=1, max_size=120))
def test_the_path_fills_the_dark_modules_and_no_others(text: str) -> None:
    square = qr_of(text)
    code = segno.make_qr(text, error="m", boost_error=False)
    assert code.error == "M"
    filled = drawn(square.size, square.path)
    inner = filled[QUIET_ZONE:-QUIET_ZONE]
    assert [row[QUIET_ZONE:-QUIET_ZONE] for row in inner] == [
        [bool(dark) for dark in row] for row in code.matrix
    ]
    edge = [*filled[:QUIET_ZONE], *filled[-QUIET_ZONE:]]
    assert not any(any(row) for row in edge)
    assert not any(any(row[:QUIET_ZONE] + row[-QUIET_ZONE:]) for row in filled)
