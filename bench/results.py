"""What a bench found: rows of repeated measurements, as a table and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass
class Row:
    """One contender and its figure in each round."""

    name: str
    figures: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The figure that is quoted."""
        return median(self.figures)


@dataclass
class Table:
    """The rows of one bench.

    unit       what the figures count
    ours       index of the row that is compared with each of the others; None compares nothing
    targets    a sentence each: what is aimed at, what came out, and whether that is enough
    notes      what a reader has to know to judge the figures
    """

    title: str
    unit: str
    rows: list[Row]
    ours: int | None = 0
    digits: int = 0
    notes: Sequence[str] = ()
    targets: list["Target"] = field(default_factory=list)

    def text(self) -> str:
        """Markdown, ready for the README."""
        head = f"| {self.title} | {self.unit}, median | lowest to highest |"
        rule = "| --- | ---: | ---: |"
        if self.ours is not None:
            head, rule = f"{head} ours is |", f"{rule} ---: |"
        lines = [head, rule]
        for row in self.rows:
            low, high = min(row.figures), max(row.figures)
            cells = [row.name, self._number(row.median)]
            cells.append(f"{self._number(low)} to {self._number(high)}")
            if self.ours is not None:
                ratio = self.rows[self.ours].median / row.median
                cells.append("" if row is self.rows[self.ours] else f"{ratio:.2f} times")
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", *(f"- {target.text()}" for target in self.targets)]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "title": self.title,
            "unit": self.unit,
            "rows": [
                {"name": row.name, "median": row.median, "figures": row.figures}
                for row in self.rows
            ],
            "targets": [
                {"what": t.what, "found": t.found, "aim": t.aim, "floor": t.floor, "met": t.met}
                for t in self.targets
            ],
            "notes": list(self.notes),
        }

    def _number(self, value: float) -> str:
        return f"{value:,.{self.digits}f}"


@dataclass(frozen=True)
class Target:
    """A figure with what it should be; `at_most` turns the comparison round."""

    what: str
    found: float
    aim: float
    floor: float | None = None
    at_most: bool = False

    @property
    def met(self) -> str:
        """`met`, `floor only` or `missed`."""
        if self._holds(self.aim):
            return "met"
        return "floor only" if self.floor is not None and self._holds(self.floor) else "missed"

    def text(self) -> str:
        """One sentence."""
        sign = "≤" if self.at_most else "≥"
        floor = "" if self.floor is None else f", floor {self.floor:g}"
        return f"{self.what}: {self.found:.2f} (aim {sign} {self.aim:g}{floor}): {self.met}"

    def _holds(self, bound: float) -> bool:
        return self.found <= bound if self.at_most else self.found >= bound
