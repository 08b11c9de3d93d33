"""As much of Protocol Buffers as Chromium's push connection needs, without generated code."""

import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

Value = int | bytes


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def integer(field: int, number: int) -> bytes:
    """A field with a whole number."""
    return varint(field << 3 | VARINT) + varint(number)


def fixed(field: int, number: int) -> bytes:
    """A field with a number of exactly eight bytes."""
    return varint(field << 3 | FIXED64) + struct.pack("<Q", number)


def text(field: int, content: str | bytes) -> bytes:
    """A field with text, bytes or another message."""
    raw = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | LENGTH) + varint(len(raw)) + raw


def fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """The fields of a message in the order in which they were written."""
    position = 0

    def number() -> int:
        nonlocal position
        result = shift = 0
        while True:
            byte = message[position]
            position += 1
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result

    def raw(size: int) -> bytes:
        nonlocal position
        position += size
        return message[position - size : position]

    while position < len(message):
        key = number()
        match key & 7:
            case 0:
                yield key >> 3, number()
            case 1:
                yield key >> 3, int.from_bytes(raw(8), "little")
            case 2:
                yield key >> 3, raw(number())
            case 5:
                yield key >> 3, int.from_bytes(raw(4), "little")
            case kind:
                raise ValueError(f"field {key >> 3} has the unknown wire type {kind}")


async def frames(read: Callable[[int], Awaitable[bytes]]) -> AsyncIterator[tuple[int, bytes]]:
    """The messages of a stream, each behind its tag and its size, until reading fails."""
    while True:
        tag = (await read(1))[0]
        size = shift = 0
        while True:
            byte = (await read(1))[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield tag, await read(size)


def frame(tag: int, message: bytes) -> bytes:
    """One message as it goes over a stream."""
    return bytes([tag]) + varint(len(message)) + message
