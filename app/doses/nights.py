"""One word a night, for small multiples: the worst of what came of the night's doses. Pure."""

import enum
from collections.abc import Iterable
from datetime import date

from app.schedule import A_DAY


class NightWord(enum.StrEnum):
    """What a night came to; the worse word wins.

    open   a dose is due and its window runs
    none   nothing was due, or the week left the night free
    """

    MISSED = "missed"
    SKIPPED = "skipped"
    OPEN = "open"
    LATE = "late"
    TAKEN = "taken"
    HELD = "held"
    NONE = "none"


WORDS = {
    "missed": NightWord.MISSED,
    "unresolved": NightWord.MISSED,
    "before_initiation": NightWord.MISSED,
    "skipped": NightWord.SKIPPED,
    "open": NightWord.OPEN,
    "late": NightWord.LATE,
    "on_time": NightWord.TAKEN,
    "extra": NightWord.TAKEN,
    "held": NightWord.HELD,
}
"""The word of each count of `Adherence`; what is not here leaves a night as it is."""

_ORDER = {word: number for number, word in enumerate(NightWord)}


def nights_of(counted: Iterable[tuple[date, str]]) -> dict[date, NightWord]:
    """The word of each night.

    counted   night and count of each dose, as `app.doses.adherence.word_of` names it
    """
    found: dict[date, NightWord] = {}
    for night, count in counted:
        word = WORDS.get(count, NightWord.NONE)
        found[night] = min(found.get(night, word), word, key=_ORDER.__getitem__)
    return found


def stretch(nights: dict[date, NightWord], last: date, count: int) -> list[NightWord]:
    """The words of so many nights up to `last`, oldest first."""
    days = (last - A_DAY * back for back in range(count - 1, -1, -1))
    return [nights.get(day, NightWord.NONE) for day in days]
