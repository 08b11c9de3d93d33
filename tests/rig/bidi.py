"""WebDriver BiDi by hand: commands, their answers and events over one WebSocket."""

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .waiting import soon

Event = Callable[[Mapping[str, Any]], None]


class BrowserRefused(AssertionError):
    """The browser answered a command with an error, or the page threw an exception."""


class BiDi:
    """A session with one browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: dict[str, Event] = {}
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to a browser that listens on `url`, and begin a session."""
        # Screenshots are larger than the megabyte allowed by default.
        session = cls(await connect(f"{url}/session", max_size=2**26, proxy=None, close_timeout=1))
        await session.send("session.new", capabilities={})
        return session

    async def send(self, method: str, *, within: float = 20, **parameters: Any) -> dict[str, Any]:
        """Send one command and wait for its answer."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": parameters}
        await self._socket.send(json.dumps(command))
        return await soon(answer, f"the browser to answer {method}", within=within)

    def on(self, method: str, event: Event) -> None:
        """Call `event` whenever the browser reports this. Subscribing is up to the caller."""
        self._events[method] = event

    async def close(self) -> None:
        """Leave the browser alone."""
        await self._socket.close()
        await self._listening

    async def _listen(self) -> None:
        try:
            async for frame in self._socket:
                self._hear(json.loads(frame))
        except ConnectionClosed:
            pass  # Whoever still waits for an answer is told below.
        for answer in self._answers.values():
            answer.cancel()

    def _hear(self, said: dict[str, Any]) -> None:
        if said["type"] == "event":
            if event := self._events.get(said["method"]):
                event(said["params"])
            return
        answer = self._answers.pop(said.get("id") or 0, None)
        if answer is None or answer.done():
            return  # Nobody waits for it any more.
        if said["type"] == "error":
            answer.set_exception(BrowserRefused(f"{said['error']}: {said['message']}"))
        else:
            answer.set_result(said["result"])


def plain(value: Mapping[str, Any]) -> Any:
    """Turn a value as BiDi writes it into what JSON would have made of it."""
    match value["type"]:
        case "object" | "map":
            return {
                key if isinstance(key, str) else plain(key): plain(item)
                for key, item in value.get("value", [])
            }
        case "array" | "set" | "nodelist" | "htmlcollection":
            return [plain(item) for item in value.get("value", [])]
        case "number" if isinstance(value["value"], str):
            return float(value["value"].replace("Infinity", "inf").replace("-0", "-0.0"))
        case "null" | "undefined":
            return None
        case kind:
            # What has no value of its own, such as a function, is told by its kind.
            return value.get("value", f"<{kind}>")
