"""What a test can do in any browser, so that one story runs in each."""

from typing import Any, Literal, Protocol

Permission = Literal["ask", "allow", "block"]

Viewport = tuple[int, int]
"""Width and height in CSS pixels."""

PHONE: Viewport = (390, 844)
NARROW: Viewport = (320, 844)


class Browser(Protocol):
    """A browser with one tab in front, driven as a user would."""

    console: list[str]
    """What pages wrote to the console, uncaught exceptions too."""

    async def navigate(self, url: str) -> None:
        """Open `url` in the tab in front and wait until it has loaded."""

    async def reload(self) -> None:
        """Load the page again."""

    async def evaluate(self, expression: str, *, gesture: bool = True, within: float = 20) -> Any:
        """The value of a JavaScript expression in the page; a promise is awaited.

        With `gesture` the page believes that the user has just done something.
        """

    async def wait_for(self, expression: str, *, within: float = 10) -> Any:
        """Wait until a JavaScript expression is true in the page, and return its value."""

    async def click(self, selector: str, *, within: float = 10) -> None:
        """Wait for the element, bring it into view and click its middle with the mouse."""

    async def type_into(self, selector: str, text: str, *, within: float = 10) -> None:
        """Replace the text of a field, key by key."""

    async def choose(self, selector: str, value: str, *, within: float = 10) -> None:
        """Set a time, a date, a range or a select as its own picker would."""

    async def switch_to(self, fragment: str, *, within: float = 10) -> None:
        """Wait for a tab with `fragment` in its address, and drive it from now on."""

    async def screenshot(self) -> bytes:
        """A picture of the tab in front, as a PNG."""


def if_true(expression: str) -> str:
    """JavaScript for: a list with the value of `expression` when it is true, else null.

    What is true in a page need not be in Python: an element may come back as an empty dictionary.
    """
    return f"(async () => {{ const v = await ({expression}); return v ? [v] : null }})()"


def console_tail(console: list[str]) -> str:
    """The end of the console, to be shown beside a failure."""
    return "\nThe console says:\n" + "\n".join(console[-10:]) if console else ""
