"""Wait for something to happen, but never for ever and never without saying for what."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar, overload

T = TypeVar("T")

# Short beside what a browser needs, long beside what asking costs.
PAUSE = 0.02


class TookTooLong(AssertionError):
    """Something a test waited for did not happen in time."""


@overload
async def until(
    condition: Callable[[], Coroutine[Any, Any, T | None]],
    what: str | Callable[[], str],
    *,
    within: float = 10,
) -> T: ...


@overload
async def until(
    condition: Callable[[], T | None], what: str | Callable[[], str], *, within: float = 10
) -> T: ...


async def until(
    condition: Callable[[], Any],
    what: str | Callable[[], str],
    *,
    within: float = 10,
) -> Any:
    """Ask again and again until the answer is truthy, and return it.

    `what` names the thing hoped for, or is called after the deadline to tell what is known by then.
    For things that cannot be awaited; those that can go to `soon`.
    """
    deadline = monotonic() + within
    while True:
        answer = condition()
        result = await answer if inspect.iscoroutine(answer) else answer
        if result:
            return result
        if monotonic() > deadline:
            raise TookTooLong(_complaint(what, within))
        await asyncio.sleep(PAUSE)


async def soon(awaitable: Awaitable[T], what: str | Callable[[], str], *, within: float = 10) -> T:
    """Await one thing, and say in words what did not come when it did not come."""
    try:
        async with asyncio.timeout(within):
            return await awaitable
    except TimeoutError:
        raise TookTooLong(_complaint(what, within)) from None


def _complaint(what: str | Callable[[], str], within: float) -> str:
    return f"waited {within:g} s for {what if isinstance(what, str) else what()}"
