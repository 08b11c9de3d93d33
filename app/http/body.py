"""What no JSON body may hold, whichever router it is for; checked once, before any of them.

PostgreSQL keeps no NUL, UTF-8 no lone surrogate, a column no endless number, and Python's parser
no endless nesting: each would be a 500 somewhere deep in the program.
"""

import json
import math
import re
from typing import Any, NoReturn

from app.problems import Invalid

DEEPEST = 16
"""Levels of nesting; the deepest real body, a protocol version, has six."""

# Possessive, and content with an end of the body for the closing quote: linear on any input.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
# PostgreSQL's bigint has 19 digits; an amount travels as text and is not concerned.
_DIGITS = 18


def check_text(body: bytes) -> None:
    """Raise Invalid, with the place and a cure, unless every part of the body can be kept."""
    if depth(body) > DEEPEST:
        raise Invalid(
            "The body is nested too deeply.", field="body", cure=f"Use at most {DEEPEST} levels."
        )
    try:
        # Decoded here, because the parser by itself would also guess at UTF-16 and UTF-32.
        text = body.decode("utf-8")
        parsed = json.loads(text, parse_int=_integer, parse_constant=_refuse)
    except ValueError:
        raise Invalid(
            "The body is not valid JSON.", field="body", cure="Send JSON in UTF-8."
        ) from None
    _check(parsed, [])


def depth(body: bytes) -> int:
    """The deepest nesting of arrays and objects, found without building them."""
    level = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def _check(value: Any, place: list[str]) -> None:
    """Walk a parsed value; the nesting is bounded, so this recursion is too."""
    if isinstance(value, str):
        _check_string(value, place)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid("This number is too large.", field=_name(place), cure="Send a smaller one.")
    elif isinstance(value, dict):
        for key, each in value.items():
            _check_string(key, place)
            _check(each, [*place, key])
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _check(each, [*place, str(number)])


def _check_string(text: str, place: list[str]) -> None:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid(
            "This text holds a character that cannot be kept.",
            field=_name(place),
            cure="Remove NUL characters and broken emoji.",
        )


def _name(place: list[str]) -> str:
    return ".".join(place) or "body"


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= _DIGITS else math.inf


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
