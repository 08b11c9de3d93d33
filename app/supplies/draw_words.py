"""The words for drawing: how far, by which line, and how much that is. Pure.

A figure that had to be rounded to be said has `about` before it.
"""

from decimal import Decimal
from fractions import Fraction

from app.supplies.catalogue import Syringe
from app.supplies.strength import Part, decimal_of, rounded
from app.units import Amount, plain, spoken

MOST_LINES = 12
"""Nobody counts more lines than this."""

_DIGITS = 6
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip
_PIECES = {0: "", 250: "a quarter", 500: "half", 750: "three quarters"}


def shown(value: Fraction) -> Decimal:
    """The value as a decimal: exact where six digits can say it, else rounded to six."""
    exact = decimal_of(value)
    if not exact:
        return exact
    short = rounded(value, max(_DIGITS - 1 - exact.adjusted(), 0))
    return exact if short == exact else short


def said(value: Fraction, unit: str, *, plural: bool = False) -> str:
    """The value with its unit, such as `12.5 units`; `about` and three digits where it goes on."""
    short, about = shown(value), ""
    if Fraction(short) != value:
        short, about = rounded(value, max(2 - short.adjusted(), 0)), "about "
    return f"{about}{plain(short)} {spoken(unit)}{'s' if plural else ''}"


def millilitres(quantity: Fraction) -> str:
    """Microlitres said in millilitres."""
    return said(quantity / 1000, "mL")


def percent(share: Fraction) -> str:
    """A share in percent, with one place; a small one is never said to be nothing."""
    exact = share * 100
    short = rounded(exact, 1)
    if not short and exact:
        # As many places as it takes to see two digits of it.
        short = rounded(exact, 1 - decimal_of(exact).adjusted()) or rounded(exact, 12)
    return plain(short) if short else "0"


def less_or_more(error: Fraction) -> str:
    """An error in words, such as `4 % less`."""
    return f"{percent(abs(error))} % {'less' if error < 0 else 'more'}"


def pen_words(amount: Amount) -> str:
    """What to do where a pen measures the dose itself."""
    return (
        f"Set the pen as your prescription says: {amount}. The pen measures it itself, so there "
        "is no mark to draw to. Never draw from a pen with a syringe."
    )


def words_of(
    amount: Amount, quantity: int, drawn: Fraction, parts: tuple[Part, ...],
    syringe: Syringe | None,
) -> str:  # fmt: skip
    """What to do and what that comes to, in two or three short sentences."""
    how = _pull(quantity, syringe) if syringe else f"Take {_pieces(quantity)}."
    holds = said(drawn, amount.unit)
    if amount.unit == "{tablet}":
        holds = ""
    if drawn == Fraction(amount.value):
        means = f"That is {holds}, as prescribed." if holds else "That is what is prescribed."
    else:
        off = less_or_more((drawn - Fraction(amount.value)) / Fraction(amount.value))
        means = f"That is {holds or _pieces(quantity)}: {off} than the {amount} prescribed."
    if len(parts) > 1:
        each = " and ".join(f"{said(part.value, part.unit)} of {part.substance}" for part in parts)
        means += f" It holds {each}."
    return f"{how} {means}"


def _pull(quantity: int, syringe: Syringe) -> str:
    mark = plain(syringe.mark_at(quantity))
    lines = quantity // syringe.tick_ul
    if syringe.kind == "units":
        line = "half a unit" if syringe.tick_ul == 5 else f"{syringe.tick_ul // 10} unit"
        line += "s" if syringe.tick_ul > 10 else ""
        to = f"Pull the plunger to the {mark} mark ({millilitres(Fraction(quantity))})"
    else:
        line = millilitres(Fraction(syringe.tick_ul))
        to = f"Pull the plunger to {mark} mL"
    counting = f": that is the {_ORDINALS[lines - 1]} small line" if 0 < lines <= MOST_LINES else ""
    return f"{to}{counting}. On this syringe one small line is {line}."


def _pieces(quantity: int) -> str:
    """Thousandths of a tablet in words: `half a tablet`, `1 and a half tablets`."""
    wholes, rest = divmod(quantity, 1000)
    if not wholes:
        return f"{_PIECES[rest]} {'a' if rest == 500 else 'of a'} tablet"
    if not rest:
        return f"{wholes} tablet{'s' if wholes > 1 else ''}"
    piece = "a half" if rest == 500 else _PIECES[rest]
    return f"{wholes} and {piece} tablets"
