"""Draws Vesper's icons as PNG files with nothing but the standard library.

Run `python3 icons/make.py` in frontend/; the files in public/icons are committed.
The drawing is an evening star over a dim horizon. It says nothing about health.
"""

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Colour = tuple[float, float, float, float]

OUT = Path(__file__).parent.parent / "public" / "icons"
NIGHT = (18, 20, 28)
GLOW = (233, 184, 114)
SAMPLES = 4  # per side of a pixel: smooth edges


def star(x: float, y: float, radius: float) -> bool:
    """Whether a point lies in a four-pointed star around the middle (an astroid, drawn out)."""
    across, down = abs(x) / radius, abs(y) / radius
    return math.sqrt(across) + math.sqrt(down) < 1.0


def app_icon(size: float) -> Callable[[float, float], Colour]:
    """A star of this radius, a fine ring of light, and a horizon, on the night's colour."""

    def colour(x: float, y: float) -> Colour:
        warmth = max(0.0, (y + 0.1) / 1.1) ** 2 * 0.42
        halo = max(0.0, 1 - math.hypot(x, y) / (size * 1.25)) ** 2 * 0.30
        light = min(1.0, warmth + halo)
        if star(x, y, size):
            light = 1.0
        red, green, blue = (a + (b - a) * light for a, b in zip(NIGHT, GLOW, strict=True))
        return red, green, blue, 255.0

    return colour


def badge(x: float, y: float) -> Colour:
    """White on nothing: Android paints the small icon of a notification from its opacity alone."""
    return 255.0, 255.0, 255.0, 255.0 if star(x, y, 0.94) else 0.0


def png(side: int, colour: Callable[[float, float], Colour]) -> bytes:
    """A square image of a picture given on [-1, 1]²."""
    rows = bytearray()
    for row in range(side):
        rows.append(0)
        for column in range(side):
            total = [0.0, 0.0, 0.0, 0.0]
            for step in range(SAMPLES * SAMPLES):
                x = (column + (step % SAMPLES + 0.5) / SAMPLES) / side * 2 - 1
                y = (row + (step // SAMPLES + 0.5) / SAMPLES) / side * 2 - 1
                for index, value in enumerate(colour(x, y)):
                    total[index] += value
            rows.extend(round(value / SAMPLES**2) for value in total)
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, side, drawing in [
        ("icon-192", 192, app_icon(0.72)),
        ("icon-512", 512, app_icon(0.72)),
        ("icon-180", 180, app_icon(0.72)),
        ("maskable-512", 512, app_icon(0.52)),
        ("badge-96", 96, badge),
    ]:
        (OUT / f"{name}.png").write_bytes(png(side, drawing))
