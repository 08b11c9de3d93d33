"""When in the dosing week blood was drawn, and why to read a result with care. Pure.

From the dose log as it stands: nothing of this is kept, so a dose that is logged later, corrected
or taken back changes what is said of a result the next time it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from app.doses.adherence import Adherence
from app.doses.weeks import Standing
from app.monitoring.intervals import (
    ADHERENCE,
    DATA,
    Around,
    Of,
    Position,
    fraction_of,
    hours_of,
    position_of,
)
from app.observations.guards import QUANTITATION_LIMIT
from app.observations.reading import Value

POSITIONED = frozenset(DATA["positioned"]["markers"])
"""The markers that have a right time within the testosterone interval."""

_FASTING = frozenset(DATA["fasting"]["panels"])
_SPOKEN = {
    Position.PEAK: "near the peak",
    Position.MID: "mid-interval",
    Position.LATE: "late in the interval",
    Position.TROUGH: "near the trough",
    Position.OVERDUE: "after the next dose was due",
}
_DEPENDS = {
    code: tuple(Of(word) for word in given) for code, given in DATA["depends"].items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """What a clinic wants of a draw.

    trough         drawn at the end of the interval rather than in its middle
    low_adherence  share of doses taken below which a result is read with care
    """

    trough: bool
    low_adherence: Decimal


@dataclass(frozen=True, slots=True)
class Last:
    """The last dose of one kind that was taken before a draw; hours to one decimal."""

    of: Of
    label: str
    taken_at: datetime
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Care:
    """One reason to read a result with care, and that in plain words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class DrawContext:
    """What the dose log says about one draw.

    interval_hours   between the testosterone dose before the draw and the one planned after it
    fraction         of that interval that had passed; None where the time is not known
    fasting          as it was entered
    taken, expected  planned doses of every medicine in the 28 days before the draw
    version          number of the protocol in force that night, as it was known at the draw
    """

    last: tuple[Last, ...]
    interval_hours: Decimal | None
    fraction: Decimal | None
    position: Position | None
    fasting: str | None
    taken: int
    expected: int
    version: int | None
    care: tuple[Care, ...]
    text: str


def draw_context(value: Value, log: Around, version: int | None, expected: Expected) -> DrawContext:
    """What the log says about one result of the draw that it lies around."""
    told = tuple(
        Last(of, dose.label, taken_at, _rounded(hours_of(log.at - taken_at), "0.1"))
        for of, found in log.before.items()
        if found is not None
        for dose, taken_at in [found]
    )
    interval, fraction = log.interval, fraction_of(value, log)
    position = None if fraction is None else position_of(fraction)
    context = DrawContext(
        last=told,
        interval_hours=None if interval is None else _rounded(interval, "0.1"),
        fraction=None if fraction is None else _rounded(fraction, "0.001"),
        position=position,
        fasting=value.fasting,
        taken=log.adherence.taken,
        expected=log.adherence.expected,
        version=version,
        care=(
            *_timing(value, log, position, expected),
            *_drawn(value),
            *_low(log.adherence, expected),
        ),
        text="",
    )
    return replace(context, text=_in_words(context, known=value.time_known))


def _timing(
    value: Value, log: Around, position: Position | None, expected: Expected
) -> Iterator[Care]:
    """Why the hours since a dose may mislead, for the markers that are read by them."""
    depends = _DEPENDS.get(value.code, ())
    if depends and not value.time_known:
        yield _care("time_unknown")
    for of in depends:
        last = log.before[of]
        since = None if last is None else last[1]
        left_out = [
            (now.intake, stood.intake)
            for now, stood in zip(log.doses, log.then, strict=True)
            if now.of is of and now.planned and stood.intake.taken_at is None
            and stood.intake.standing is not Standing.REST
            and (since is None or now.intake.due_at > since)
            and now.intake.due_at <= log.at
        ]  # fmt: skip
        wanted = [now for now, _ in left_out if not now.held]
        if wanted and last is None:
            yield _care("no_dose_logged", of=of)
        elif any(one.taken_at is None and one.skip_reason is None for one in wanted):
            yield _care("dose_unlogged", of=of)
        if any(now.held for now, _ in left_out):
            yield _care("dose_held", of=of)
    right = Position.TROUGH if expected.trough else Position.MID
    if value.code in POSITIONED and position is not None and position is not right:
        yield _care("wrong_time", position=_SPOKEN[position], rule=_SPOKEN[right])


def _drawn(value: Value) -> Iterator[Care]:
    """What about the sample itself asks for care."""
    item = value.item
    if item.fasting and item.panel in _FASTING and value.fasting != "yes":
        yield _care("not_fasting" if value.fasting == "no" else "fasting_unknown")
    if value.code == "estradiol" and value.assay == "standard" and (
        value.canonical <= QUANTITATION_LIMIT
    ):  # fmt: skip
        yield _care("standard_assay")
    if value.comparator is not None:
        yield _care("comparator")


def _low(adherence: Adherence, expected: Expected) -> Iterator[Care]:
    if Decimal(adherence.taken) < expected.low_adherence * adherence.expected:
        yield _care("low_adherence", taken=adherence.taken, expected=adherence.expected,
                    days=ADHERENCE.days)  # fmt: skip


def _care(code: str, **facts: object) -> Care:
    return Care(code, DATA["care"][code].format(**facts))


def _in_words(context: DrawContext, *, known: bool) -> str:
    """The draw in a few short sentences."""
    parts = [
        f"{_spoken_hours(last.hours, known=known)} after {last.label}" for last in context.last
    ]
    if context.position is not None and context.interval_hours is not None:
        parts.append(
            f"{_SPOKEN[context.position]} of {_plain(context.interval_hours)} hours"
        )  # fmt: skip
    if context.fasting in ("yes", "no"):
        parts.append("fasting" if context.fasting == "yes" else "not fasting")
    if context.expected:
        parts.append(
            f"{context.taken} of {context.expected} doses taken in the {ADHERENCE.days} days before"
        )
    if not parts:
        return "No dose is logged before this draw."
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _spoken_hours(hours: Decimal, *, known: bool) -> str:
    if known:
        return f"{_plain(hours)} hours"
    return f"about {max(1, round(hours / 24))} days"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(number: Decimal, to: str) -> Decimal:
    return number.quantize(Decimal(to), rounding=ROUND_HALF_EVEN)
