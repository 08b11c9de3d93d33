"""A push service in a process of its own that costs little: TLS, HTTP/2 and HTTP/1.1, always 201.

It shares the machine with whoever is measured, so it does the least that a client can notice: it
reads no headers in HTTP/2, and answers with constant bytes. It takes only whole aes128gcm records,
counts them, notes when each was accepted, and keeps a sample for somebody else to decrypt.

    python -m bench.stand_in CERTIFICATE.pem

prints its port, then obeys lines on its standard input: `reset`, `answer STATUS`, `report`.
"""

import asyncio
import json
import re
import ssl
import sys
import time
from array import array
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
# As many streams on a connection as Google's and Mozilla's services allow.
STREAMS = 100
WINDOW = 2**30
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
# Header 86, tag 16, delimiter 1; the byte that says how long the sender's point is.
SMALLEST, POINT_LENGTH_AT, POINT_LENGTH = 103, 20, 65
EVERY = 97
SAMPLE = 200


@dataclass
class Book:
    """What happened at this push service since it was last reset."""

    status: int = 201
    accepted: int = 0
    refused: int = 0
    at: "array[float]" = field(default_factory=lambda: array("d"))
    sample: list[bytes] = field(default_factory=list)

    def answer(self, body: bytes) -> int:
        """The status for one push: 400 when it is no encrypted record."""
        whole = len(body) >= SMALLEST and body[POINT_LENGTH_AT] == POINT_LENGTH
        if self.status >= 300 or not whole:
            self.refused += 1
            return self.status if whole else 400
        if self.accepted % EVERY == 0 and len(self.sample) < SAMPLE:
            self.sample.append(body)
        self.accepted += 1
        self.at.append(time.time())
        return self.status

    def obey(self, line: str) -> dict[str, Any]:
        """Do what a line says."""
        word, _, rest = line.strip().partition(" ")
        if word == "answer":
            self.status = int(rest)
        elif word == "reset":
            self.__init__()  # type: ignore[misc]
        elif word == "report":
            return {
                "accepted": self.accepted,
                "refused": self.refused,
                "at": b64encode(self.at.tobytes()).decode(),
                "sample": [b64encode(body).decode() for body in self.sample],
            }
        return {"accepted": self.accepted, "refused": self.refused}


class Connection(asyncio.Protocol):
    """One client, in whichever protocol it chose in the handshake."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._waiting = b""
        self._bodies: dict[int, bytes] = {}
        self._read = self._read_http1
        self._taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        # uvloop's is one in all but its class.
        self._transport = cast(asyncio.Transport, transport)
        if transport.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
            self._read = self._read_preface
            # MAX_CONCURRENT_STREAMS is 3, INITIAL_WINDOW_SIZE is 4.
            limits = b"\0\3" + STREAMS.to_bytes(4) + b"\0\4" + WINDOW.to_bytes(4)
            self._transport.write(frame(SETTINGS, 0, 0, limits) + self._widen(WINDOW))

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._waiting = self._read(self._waiting + data if self._waiting else data)

    def _read_http1(self, data: bytes) -> bytes:
        start = 0
        answers: list[bytes] = []
        while (end := data.find(b"\r\n\r\n", start)) >= 0:
            found = LENGTH.search(data, start, end + 2)
            body = end + 4
            end = body + (int(found[1]) if found else 0)
            if len(data) < end:
                break
            status = self._book.answer(data[body:end])
            answers.append(b"HTTP/1.1 %d Answer\r\nContent-Length: 0\r\n\r\n" % status)
            start = end
        self._transport.write(b"".join(answers))
        return data[start:]

    def _read_preface(self, data: bytes) -> bytes:
        if len(data) < len(PREFACE):
            return data
        self._read = self._read_frames
        return self._read_frames(data[len(PREFACE) :])

    def _read_frames(self, data: bytes) -> bytes:
        answers: list[bytes] = []
        start, end = 0, len(data)
        while end - start >= 9:
            length = int.from_bytes(data[start : start + 3])
            if end - start < 9 + length:
                break
            kind, flags = data[start + 3], data[start + 4]
            stream = int.from_bytes(data[start + 5 : start + 9])
            body = data[start + 9 : start + 9 + length]
            start += 9 + length
            if kind == DATA:
                body = self._bodies.pop(stream, b"") + body
                self._taken += length
                if flags & END_STREAM:
                    # HPACK: literal without indexing, its name is entry 8 of the static table.
                    status = b"\x08\x03%d" % self._book.answer(body)
                    answers.append(frame(HEADERS, END_HEADERS | END_STREAM, stream, status))
                else:
                    self._bodies[stream] = body
            elif kind == SETTINGS and not flags & ACK:
                answers.append(frame(SETTINGS, ACK, 0, b""))
            elif kind == PING and not flags & ACK:
                answers.append(frame(PING, ACK, 0, body))
        if self._taken > WINDOW // 2:
            answers.append(self._widen(self._taken))
            self._taken = 0
        self._transport.write(b"".join(answers))
        return data[start:]

    def _widen(self, by: int) -> bytes:
        return frame(WINDOW_UPDATE, 0, 0, by.to_bytes(4))


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One HTTP/2 frame."""
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


async def serve(certificate: str) -> None:
    """Listen on a free port until standard input ends."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    tls.set_alpn_protocols(["h2", "http/1.1"])
    book = Book()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(book), "127.0.0.1", 0, ssl=tls, backlog=1000
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(book.obey(line)), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
