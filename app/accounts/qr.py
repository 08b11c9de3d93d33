"""An address as a QR code that a page draws without any library: one path of dark squares."""

from dataclasses import dataclass

import segno

QUIET_ZONE = 4
"""Modules of light around the code. Source: ISO/IEC 18004, which asks for four."""


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code for a viewBox of `size` by `size`, one unit to a module, quiet zone included.

    path   SVG path data that covers the dark modules and nothing else
    """

    size: int
    path: str


def qr_of(text: str) -> Square:
    """The QR code of a text, with error correction M: a seventh of it may be unreadable."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    rows = [[bool(dark) for dark in row] for row in code.matrix_iter(border=QUIET_ZONE)]
    return Square(len(rows), "".join(_runs(y, row) for y, row in enumerate(rows)))


def _runs(y: int, row: list[bool]) -> str:
    """The dark stretches of one row, each a rectangle one unit high."""
    path, begins = "", 0
    for x, dark in enumerate([*row, False]):
        if dark:
            continue
        if x > begins:
            path += f"M{begins} {y}h{x - begins}v1h-{x - begins}z"
        begins = x + 1
    return path
