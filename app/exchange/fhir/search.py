"""A search: what its parameters ask for, and which resources are meant. Pure.

Source: FHIR R4, search. Values after a comma are alternatives, a parameter that is repeated narrows
further. What is not known is left aside and told, or refused where the client prefers that.
"""

import base64
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from app.exchange.fhir.codes import Resource
from app.exchange.fhir.dates import span_between, wanted
from app.exchange.fhir.parameters import OF_PATIENT, PARAMETERS, Parameter, Type
from app.problems import Problem

USUAL, MOST = 50, 200
"""Resources on a page, unless the client asks for fewer or more."""

MOST_VALUES = 50
"""Alternatives of one parameter, and parameters of one search."""

_CONTROL = frozenset({"_count", "_format", "_summary", "_total", "_pretty", "page"})
_JSON = frozenset({"json", "application/json", "application/fhir+json"})
_MODIFIERS = {
    Type.TOKEN: frozenset({"", "not"}),
    Type.DATE: frozenset({""}),
    Type.REFERENCE: frozenset({"", "Patient"}),
    Type.STRING: frozenset({"", "exact", "contains"}),
}

Place = tuple[int, datetime, str]
"""Where a page ended: the number of the type, and what `Entry.place` says."""

Test = Callable[[Resource], bool]


class UnknownParameter(Problem):
    """This server does not know one of the search parameters."""

    status: ClassVar[int] = 400


class BadParameter(Problem):
    """One of the search parameters cannot be read."""

    status: ClassVar[int] = 400


class NoPatient(Problem):
    """Say whose record is meant."""

    status: ClassVar[int] = 400


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for.

    patients   as the search names them, read as references; None where it names none
    tests      each of which a resource has to pass
    ignored    names of parameters that were left aside
    applied    the parameters that were not, for the links
    """

    kind: str
    patients: tuple[str, ...] | None
    tests: tuple[Test, ...]
    count: int
    only_count: bool
    after: Place | None
    ignored: tuple[str, ...]
    applied: tuple[tuple[str, str], ...]

    def finds(self, resource: Resource) -> bool:
        """Whether a resource is one of those that are asked for."""
        return all(test(resource) for test in self.tests)


def read_search(
    kind: str, asked: Sequence[tuple[str, str]], here: tzinfo, base: str, *, strict: bool
) -> Search:
    """What a query string asks of this type.

    here     the zone in which a date without an offset is meant
    base     the address of this server's FHIR, which may stand before a reference
    strict   refuse what is not known instead of leaving it aside

    Raises UnknownParameter and BadParameter.
    """
    if len(asked) > MOST_VALUES:
        raise BadParameter(f"A search may have {MOST_VALUES} parameters.")
    known = PARAMETERS[kind]
    tests: list[Test] = []
    ignored: list[str] = []
    applied: list[tuple[str, str]] = []
    patients: tuple[str, ...] | None = None
    for given, text in asked:
        name, _, modifier = given.partition(":")
        if name in _CONTROL:
            if name != "page":
                applied.append((given, text))
            continue
        if not text:
            continue  # FHIR: a parameter without a value is as good as none
        parameter = known.get(name)
        by_patient = name in OF_PATIENT and (parameter is not None or kind == "Provenance")
        if parameter is None and not by_patient:
            ignored.append(given)
            continue
        allowed = _MODIFIERS[parameter.type if parameter else Type.REFERENCE]
        if modifier not in allowed:
            raise BadParameter(
                f"{name} cannot be asked for with :{modifier[:40]}.", field=given[:80]
            )
        applied.append((given, text))
        values = _alternatives(text)
        if len(values) > MOST_VALUES:
            raise BadParameter(f"{name} may have {MOST_VALUES} values.", field=name)
        if by_patient:
            named = tuple(_reference(each, base).removeprefix("Patient/") for each in values)
            patients = named if patients is None else tuple(p for p in patients if p in named)
        elif parameter is not None:
            tests.append(_test(parameter, modifier, values, here, base))
    if ignored and strict:
        names = ", ".join(each[:40] for each in ignored[:5])
        raise UnknownParameter(
            f"Not known for {kind}: {names}.", field=ignored[0][:80],
            cure="Leave it out, or do not send Prefer: handling=strict.",
        )  # fmt: skip
    control = {name: text for name, text in asked if name in _CONTROL}
    return Search(
        kind=kind, patients=patients, tests=tuple(tests), count=_count(control.get("_count")),
        only_count=_summary(control), after=_place(control.get("page")), ignored=tuple(ignored),
        applied=tuple(applied),
    )  # fmt: skip


def cursor(place: Place) -> str:
    """Where a page ended, as the link to the next one carries it."""
    text = f"{place[0]} {place[1].astimezone(UTC).isoformat()} {place[2]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(text: str | None) -> Place | None:
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        number, moment, logical = base64.urlsafe_b64decode(padded.encode()).decode().split(" ")
        place = int(number), datetime.fromisoformat(moment).astimezone(UTC), logical
    except (ValueError, OverflowError):
        raise BadParameter(
            "There is no such page.", field="page", cure="Start from the first."
        ) from None
    return place


def _count(text: str | None) -> int:
    """How many on a page; 0 is a count alone, and more than MOST is MOST, as FHIR allows."""
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadParameter("_count is not a whole number.", field="_count", cure="Send 1 to 200.")
    return min(int(text), MOST)


def _summary(control: dict[str, str]) -> bool:
    if control.get("_format", "json") not in _JSON:
        raise BadParameter("Only JSON is given out.", field="_format", cure="Send _format=json.")
    if control.get("_total", "none") not in {"none", "estimate", "accurate"}:
        raise BadParameter("_total is none, estimate or accurate.", field="_total")
    summary = control.get("_summary", "false")
    if summary not in {"count", "false"}:
        raise BadParameter(
            "Of summaries there is only count.", field="_summary", cure="Send _summary=count."
        )
    return summary == "count" or _count(control.get("_count")) == 0


def _test(
    parameter: Parameter, modifier: str, values: Sequence[str], here: tzinfo, base: str
) -> Test:
    match parameter.type:
        case Type.TOKEN:
            return _token_test(parameter, values, negated=modifier == "not")
        case Type.DATE:
            return _date_test(parameter, values, here)
        case Type.REFERENCE:
            named = {_reference(each, base) for each in values}
            return lambda resource: any(
                one in named or one.partition("/")[2] in named for one in parameter.read(resource)
            )
    return _string_test(parameter, modifier, values)


def _token_test(parameter: Parameter, values: Sequence[str], *, negated: bool) -> Test:
    """`code` of any system, `system|code`, `system|` for any code of it, `|code` of none."""
    asked = [each.rpartition("|") for each in values]
    for system, bar, code in asked:
        if not code and not (bar and system):
            raise BadParameter(f"{parameter.name} is no code.", field=parameter.name)

    def one(system: str, code: str) -> bool:
        return any(
            (not wanted_code or wanted_code == code) and (not bar or wanted_system == system)
            for wanted_system, bar, wanted_code in asked
        )

    def test(resource: Resource) -> bool:
        return any(one(*each) for each in parameter.read(resource)) is not negated

    return test


def _date_test(parameter: Parameter, values: Sequence[str], here: tzinfo) -> Test:
    asked = [wanted(each, here) for each in values]
    if None in asked:
        raise BadParameter(
            f"{parameter.name} is no date.", field=parameter.name,
            cure="Write it as 2026-11-21, with a comparison before it if you like: ge2026-11-21.",
        )  # fmt: skip
    spans = [each for each in asked if each is not None]

    def test(resource: Resource) -> bool:
        found = [span_between(start, end, here) for start, end in parameter.read(resource)]
        return any(each.holds(one) for each in spans for one in found if one is not None)

    return test


def _string_test(parameter: Parameter, modifier: str, values: Sequence[str]) -> Test:
    """Texts that begin so, whatever the capitals and accents; or word for word, or within."""
    asked = list(values) if modifier == "exact" else [_folded(each) for each in values]

    def one(text: str) -> bool:
        if modifier == "exact":
            return text in asked
        plain = _folded(text)
        if modifier == "contains":
            return any(each in plain for each in asked)
        # A name is one text here; each word of it is as good a beginning.
        starts = [plain, *(plain[at + 1 :] for at, sign in enumerate(plain) if sign == " ")]
        return any(start.startswith(each) for start in starts for each in asked)

    return lambda resource: any(map(one, parameter.read(resource)))


def _reference(text: str, base: str) -> str:
    """A reference as resources of this server carry it: relative."""
    return text.removeprefix(f"{base}/")


def _alternatives(text: str) -> list[str]:
    """The values between commas; a comma after a backslash is a comma."""
    found, one, escaped = [], "", False
    for sign in text:
        if escaped:
            one, escaped = one + sign, False
        elif sign == "\\":
            escaped = True
        elif sign == ",":
            found.append(one)
            one = ""
        else:
            one += sign
    return [each for each in [*found, one] if each]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
