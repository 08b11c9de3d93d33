"""What is certain of a result that may be a bound instead of a number: `<5` is below 5. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.observations.reading import Value


@dataclass(frozen=True, slots=True)
class Span:
    """All numbers that a result may stand for: from `low` to `high`, None without an end.

    An open end is none of them itself. An exact number is both ends.
    """

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def of(cls, value: Value) -> "Span":
        """What a result says."""
        return cls.said(value.canonical, value.comparator)

    @classmethod
    def said(cls, number: Decimal, comparator: str | None = None) -> "Span":
        """What a number says with `<`, `<=`, `>` or `>=` before it, or with nothing."""
        if comparator in ("<", "<="):
            return cls(None, number, high_open=comparator == "<")
        if comparator in (">", ">="):
            return cls(number, None, low_open=comparator == ">")
        return cls(number, number)

    def at_least(self, limit: Decimal) -> bool:
        """Whether it certainly is the limit or more: never of `<5`, whatever the limit."""
        return self.low is not None and self.low >= limit

    def above(self, limit: Decimal) -> bool:
        """Whether it certainly is more than the limit."""
        if self.low is None:
            return False
        return self.low > limit or (self.low == limit and self.low_open)

    def below(self, limit: Decimal) -> bool:
        """Whether it certainly is less than the limit: never of `>5`, whatever the limit."""
        if self.high is None:
            return False
        return self.high < limit or (self.high == limit and self.high_open)

    def place(self, low: Decimal, high: Decimal) -> str | None:
        """`below`, `in` or `above` a band, both ends of which belong to it; None where open."""
        if self.below(low):
            return "below"
        if self.above(high):
            return "above"
        return "in" if self._within(low, high) else None

    def mapped(self, change: Callable[[Decimal], Decimal]) -> "Span":
        """The same after a rising change of scale."""
        return Span(
            None if self.low is None else change(self.low),
            None if self.high is None else change(self.high),
            self.low_open,
            self.high_open,
        )

    def _within(self, low: Decimal, high: Decimal) -> bool:
        return (
            self.low is not None and self.high is not None and low <= self.low and self.high <= high
        )
