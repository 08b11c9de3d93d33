"""Carry encrypted messages to the push services: HTTP/2 on a thread of its own (libcurl).

The only module that knows pycurl. It follows no redirect, uses no proxy, reads at most 64 kB of
an answer, and connects to the addresses it is given. libcurl releases Python's lock while
it works, so encryption goes on beside it.

Why libcurl: measured side by side it carried 12,550 pushes a second, aiohttp 7,796, httpx 1,166.
"""

import contextlib
import os
import selectors
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import certifi
import pycurl
import structlog

from app import clock
from app.push.policy import Fault

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT = 5.0
TIMEOUT = 10.0
LARGEST_ANSWER = 64 * 1024
# A request that has gone unanswered this long no longer uses its service's share, so that a few
# hanging devices do not hold up the others; there may be this many times the share in all.
LATE = 1.0
SPARE = 4
REMEMBERED_ANSWER = 200

FAULTS: dict[int, Fault] = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "name",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_SSL_CACERT: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
}
# The answer's status is known; only its body was longer than anybody needs.
TOO_LONG = frozenset({pycurl.E_WRITE_ERROR, pycurl.E_FILESIZE_EXCEEDED})


@dataclass(slots=True, eq=False)
class Post:
    """One request. `ticket` is the caller's own, and comes back with the answer.

    origin   whose share of the capacity it uses
    pins     libcurl's `host:port:address,…`; empty lets it look the name up, which only happens
             for origins that the operator trusts
    """

    url: str
    origin: str
    headers: list[str]
    body: bytes
    pins: str
    ticket: Any
    started: float = 0.0


@dataclass(slots=True)
class Answer:
    """What came back: a status or a fault, the seconds it asks us to wait, and its first words."""

    post: Post
    answer: int | Fault
    retry_after: float | None
    words: str


@dataclass(slots=True)
class _Origin:
    waiting: deque[Post] = field(default_factory=deque)
    # On the wire, or answered and not written down yet.
    places: set[Post] = field(default_factory=set)
    late: int = 0

    def has_room(self, share: int) -> bool:
        return len(self.places) - self.late < share and len(self.places) < SPARE * share


class _Line:
    """One reusable transfer."""

    __slots__ = ("body", "curl", "post")

    def __init__(self, certificates: str, connect_timeout: float, timeout: float) -> None:
        self.post: Post | None = None
        self.body = bytearray()
        curl = self.curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTPS | pycurl.PROTO_HTTP)
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.NOPROXY, "*")
        curl.setopt(pycurl.CAINFO, certificates)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(pycurl.PIPEWAIT, 1)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(connect_timeout * 1000))
        curl.setopt(pycurl.TIMEOUT_MS, int(timeout * 1000))
        curl.setopt(pycurl.MAXFILESIZE, LARGEST_ANSWER)
        curl.setopt(pycurl.WRITEFUNCTION, self._read)

    def _read(self, part: bytes) -> int | None:
        if len(self.body) + len(part) > LARGEST_ANSWER:
            return 0  # fewer than it brought: libcurl ends the transfer
        self.body += part
        return None

    def load(self, post: Post) -> None:
        """Make this the next transfer."""
        self.post = post
        self.body.clear()
        self.curl.setopt(pycurl.URL, post.url)
        self.curl.setopt(pycurl.HTTPHEADER, post.headers)
        self.curl.setopt(pycurl.POSTFIELDS, post.body)
        if post.pins:
            self.curl.setopt(pycurl.RESOLVE, [post.pins])
        else:
            self.curl.unsetopt(pycurl.RESOLVE)

    def answer(self, errno: int) -> Answer:
        """What the finished transfer brought."""
        assert self.post is not None
        status = int(self.curl.getinfo(pycurl.RESPONSE_CODE))
        if errno == 0 or (errno in TOO_LONG and status):
            wait = float(self.curl.getinfo(pycurl.RETRY_AFTER)) or None
            words = self.body[:REMEMBERED_ANSWER].decode("utf-8", "replace")
            return Answer(self.post, status, wait, words)
        return Answer(self.post, FAULTS.get(errno, "connection"), None, "")


class Sender:
    """Sends posts and hands the answers back, from its own thread, in any order.

    in_flight    how many one push service is asked to take at a time; each has its own share, so
                 one that hangs takes nothing from the others. A place is free again when the
                 caller has written the answer down, so this is also the most that a killed
                 process can make anybody send twice
    on_answers   called on the sender's thread with whatever has come in
    """

    def __init__(
        self,
        on_answers: Callable[[Sequence[Answer]], None],
        *,
        in_flight: int = 200,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        certificates: str = "",
    ) -> None:
        self._on_answers = on_answers
        self._in_flight = in_flight
        self._certificates = certificates or os.environ.get("SSL_CERT_FILE") or certifi.where()
        self._timeouts = (connect_timeout, timeout)
        self._inbox: deque[Sequence[Post]] = deque()
        self._lock = threading.Lock()
        self._origins: dict[str, _Origin] = {}
        self._closing = False
        self._thread: threading.Thread | None = None
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def submit(self, posts: Sequence[Post]) -> None:
        """Send these; returns at once."""
        self._inbox.append(posts)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="push-sender", daemon=True)
            self._thread.start()
        self._ring()

    def written(self, posts: Iterable[Post]) -> None:
        """The answers to these are kept for good, and others may have their places."""
        with self._lock:
            for post in posts:
                if origin := self._origins.get(post.origin):
                    origin.places.discard(post)
        self._ring()

    def take_back(self) -> list[Post]:
        """Every post that has not been started; it will not be."""
        with self._lock:
            posts = [post for batch in self._inbox for post in batch]
            self._inbox.clear()
            for origin in self._origins.values():
                posts += origin.waiting
                origin.waiting.clear()
        return posts

    def stalled(self) -> set[str]:
        """The origins of which a whole share hangs: better to send them nothing more for now."""
        with self._lock:
            return {
                name for name, origin in self._origins.items() if origin.late >= self._in_flight
            }

    def close(self) -> None:
        """Drop what is under way and end the thread. Again changes nothing."""
        if self._closing:
            return
        self._closing = True
        if self._thread is not None:
            self._ring()
            self._thread.join(5)
        self._ear.close()
        self._bell.close()

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it has been rung often enough
            self._bell.send(b"!")

    def _run(self) -> None:
        # Everything of libcurl's lives and dies on this thread.
        try:
            _Wire(self).run()
        except Exception:  # the next submit() starts another thread
            log.exception("push sender failed", alarm=True)


class _Wire:
    """The sender's thread: one libcurl multi handle driven by what its sockets can do."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._selector = selectors.DefaultSelector()
        self._selector.register(sender._ear, selectors.EVENT_READ)
        self._wake_at: float | None = None
        self._idle: list[_Line] = []
        self._lines: dict[pycurl.Curl, _Line] = {}
        self._looked_at = 0.0
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, sender._in_flight)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._wake)

    def run(self) -> None:
        """Work until the sender is closed."""
        try:
            while not self._sender._closing:
                self._start()
                self._drive()
                if answers := self._finished():
                    self._sender._on_answers(answers)
        finally:
            # Nobody is left without an answer; whoever closed the sender no longer listens.
            lost = [
                Answer(line.post, "connection", None, "")
                for line in self._lines.values()
                if line.post is not None
            ]
            for line in [*self._lines.values(), *self._idle]:
                if line.post is not None:
                    self._multi.remove_handle(line.curl)
                line.curl.close()
            self._multi.close()
            self._selector.close()
            with self._sender._lock:
                for origin in self._sender._origins.values():
                    origin.places.clear()
                    origin.late = 0
            if lost and not self._sender._closing:
                self._sender._on_answers(lost)

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        """libcurl says which sockets it waits for."""
        events = 0
        if what in {pycurl.POLL_IN, pycurl.POLL_INOUT}:
            events |= selectors.EVENT_READ
        if what in {pycurl.POLL_OUT, pycurl.POLL_INOUT}:
            events |= selectors.EVENT_WRITE
        known = descriptor in self._selector.get_map()
        if events and known:
            self._selector.modify(descriptor, events)
        elif events:
            self._selector.register(descriptor, events)
        elif known:
            self._selector.unregister(descriptor)

    def _wake(self, milliseconds: int) -> None:
        """libcurl says when it wants to be called whatever its sockets do; negative is never."""
        self._wake_at = None if milliseconds < 0 else clock.monotonic() + milliseconds / 1000

    def _start(self) -> None:
        """Begin as many transfers as each origin's share allows."""
        sender = self._sender
        now = clock.monotonic()
        ready: list[Post] = []
        with sender._lock:
            while sender._inbox:
                for post in sender._inbox.popleft():
                    sender._origins.setdefault(post.origin, _Origin()).waiting.append(post)
            self._count_late(now)
            for origin in sender._origins.values():
                while origin.waiting and origin.has_room(sender._in_flight):
                    post = origin.waiting.popleft()
                    origin.places.add(post)
                    ready.append(post)
        for post in ready:
            post.started = now
            line = self._idle.pop() if self._idle else self._new_line()
            self._lines[line.curl] = line
            line.load(post)
            self._multi.add_handle(line.curl)

    def _new_line(self) -> _Line:
        return _Line(self._sender._certificates, *self._sender._timeouts)

    def _count_late(self, now: float) -> None:
        """Look four times a second which transfers hang."""
        if now - self._looked_at < LATE / 4:
            return
        self._looked_at = now
        late = Counter(
            line.post.origin
            for line in self._lines.values()
            if line.post is not None and now - line.post.started > LATE
        )
        for name, origin in self._sender._origins.items():
            origin.late = late[name]

    def _drive(self) -> None:
        """Wait until a socket or the timer has something for libcurl, and let it work."""
        timeout = LATE / 4
        if self._wake_at is not None:
            timeout = min(timeout, max(0.0, self._wake_at - clock.monotonic()))
        for key, mask in self._selector.select(timeout):
            if key.fileobj is self._sender._ear:
                with contextlib.suppress(BlockingIOError):
                    self._sender._ear.recv(4096)
                continue
            flags = (pycurl.CSELECT_IN if mask & selectors.EVENT_READ else 0) | (
                pycurl.CSELECT_OUT if mask & selectors.EVENT_WRITE else 0
            )
            self._multi.socket_action(key.fd, flags)
        if self._wake_at is not None and clock.monotonic() >= self._wake_at:
            self._wake_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _finished(self) -> list[Answer]:
        answers: list[Answer] = []
        while True:
            left, done, failed = self._multi.info_read()
            for curl in done:
                answers.append(self._free(curl, 0))
            for curl, errno, _ in failed:
                answers.append(self._free(curl, errno))
            if not left:
                return answers

    def _free(self, curl: pycurl.Curl, errno: int) -> Answer:
        """Take a finished transfer off the wire, and keep its handle for the next."""
        line = self._lines.pop(curl)
        answer = line.answer(errno)
        self._multi.remove_handle(curl)
        with self._sender._lock:
            origin = self._sender._origins[answer.post.origin]
            if clock.monotonic() - answer.post.started > LATE:
                origin.late = max(0, origin.late - 1)
        line.post = None
        self._idle.append(line)
        return answer
