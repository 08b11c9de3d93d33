"""From anything that goes wrong to an RFC 9457 problem document in plain words."""

import errno
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.http.outcomes import FHIR_MEDIA, outcome_of, speaks_fhir
from app.problems import Busy, FieldError, Invalid, NotFound, Problem

# PostgreSQL's classes of errors that pass by themselves: connection, rollback (serialisation,
# deadlock), resources, operator intervention, and a lock that was not available in time.
# Source: PostgreSQL manual, appendix A.
PASSING = ("08", "40", "53", "57", "55P03", "25P03", "25P04")
# What SQLite says when the disk or the lock, not the program, is the matter.
SQLITE_PASSING = ("locked", "busy", "disk is full", "disk i/o", "readonly", "unable to open")

# What a person reads for Pydantic's kinds of errors, by the start of the kind, first match first.
WORDS: tuple[tuple[str, str, str], ...] = (
    ("missing", "This is missing.", "Send it."),
    ("extra_forbidden", "This is not known here.", "Leave it out."),
    ("json_invalid", "The body is not valid JSON.", "Send JSON in UTF-8."),
    ("uuid", "This is not an id.", "Use the id that Vesper gave, or a new UUID."),
    ("timezone_aware", "This time has no offset.", "Write it as 2026-11-21T22:30:00-07:00."),
    ("datetime", "This is not an instant.", "Write it as 2026-11-21T22:30:00-07:00."),
    ("date", "This is not a date.", "Write it as 2026-11-21."),
    ("time", "This is not a time of day.", "Write it as 22:30."),
    ("enum", "This word is not known here.", "Use one of: {expected}."),
    ("literal_error", "This word is not known here.", "Use one of: {expected}."),
    ("string_too_long", "This is too long.", "Use at most {max_length} characters."),
    ("string_too_short", "This is too short.", "Use at least {min_length} characters."),
    ("string_pattern", "This has another form than expected.", "Compare it with the API's pages."),
    ("string", "This is not a text.", "Send a JSON string."),
    ("too_long", "These are too many.", "Send at most {max_length}."),
    ("too_short", "These are too few.", "Send at least {min_length}."),
    ("int", "This is not a whole number.", "Send a whole number."),
    ("bool", "This is neither true nor false.", "Send true or false."),
    ("decimal_max_places", "This has too many decimals.", "Use at most {decimal_places}."),
    ("decimal_max_digits", "This number has too many digits.", "Use at most {max_digits}."),
    ("decimal_whole_digits", "This number is too large.", "Use at most {whole_digits} digits."),
    ("decimal", "This is not a decimal number.", 'Send it as text, such as "0.5".'),
    ("finite_number", "This is not a decimal number.", 'Send it as text, such as "0.5".'),
    ("greater_than_equal", "This is too small.", "Send {ge} or more."),
    ("greater_than", "This is too small.", "Send more than {gt}."),
    ("less_than_equal", "This is too large.", "Send {le} or less."),
    ("less_than", "This is too large.", "Send less than {lt}."),
    ("list", "This is not a list.", "Send a JSON array."),
    ("model", "This is not an object.", "Send a JSON object."),
    ("dict", "This is not an object.", "Send a JSON object."),
)


class Broken(Problem):
    """Something went wrong on our side."""

    status: ClassVar[int] = 500


class MethodNotAllowed(Problem):
    """This address does not do that."""

    status: ClassVar[int] = 405


def answer(problem: Problem, path: str = "") -> JSONResponse:
    """The problem document, with the headers that go with it.

    path   of the request: under `/fhir` the same is said as FHIR says it
    """
    if speaks_fhir(path):
        return JSONResponse(
            outcome_of(problem), problem.status, problem.headers(), media_type=FHIR_MEDIA
        )
    return JSONResponse(
        problem.document(), problem.status, problem.headers(), media_type="application/problem+json"
    )


async def of_problem(request: Request, problem: Problem) -> JSONResponse:
    """An expected failure says for itself what it is."""
    return answer(problem, request.scope["path"])


async def of_validation(request: Request, error: RequestValidationError) -> JSONResponse:
    """A request of the wrong shape: each field, what is wrong with it, and the cure.

    What was sent is never repeated: it may be a password or a dose. A path that cannot name
    anything is 404, like one that names somebody else's.
    """
    errors = error.errors()
    if errors and all(each["loc"][:1] == ("path",) for each in errors):
        return answer(NotFound("There is nothing at this address."), request.scope["path"])
    problem = Invalid(
        "One field has to be corrected."
        if len(errors) == 1
        else "Some fields have to be corrected."
    )
    problem.errors = [in_plain_words(each) for each in errors[:50]]
    return answer(problem, request.scope["path"])


def in_plain_words(error: Any) -> FieldError:
    """One of Pydantic's errors, as somebody who does not know Pydantic would say it."""
    kind: str = error["type"]
    context: dict[str, Any] = error.get("ctx") or {}
    place = [str(part) for part in error["loc"]]
    field = ".".join(place[1:]) if kind != "json_invalid" else "body"
    problem, cure = "This is not as expected.", "Compare it with the API's description at /docs."
    if kind in {"value_error", "assertion_error"}:
        problem = str(context.get("error", problem))
        cure = "Correct it and send it again."
    for start, words, remedy in WORDS:
        if kind.startswith(start):
            problem, cure = words, remedy.format_map(_Facts(context))
            break
    return {"field": field or place[0], "problem": problem, "cure": cure}


class _Facts(dict[str, Any]):
    """The numbers of an error; one that is not there leaves a word that still reads."""

    def __missing__(self, key: str) -> str:
        return "what the API's description says"


async def of_http(request: Request, error: HTTPException) -> JSONResponse:
    """What the framework refuses by itself: an unknown address, a wrong method."""
    problem: Problem
    if error.status_code == 404:
        problem = NotFound("There is nothing at this address.")
    elif error.status_code == 405:
        problem = MethodNotAllowed(f"Allowed here: {(error.headers or {}).get('Allow', 'none')}.")
    else:
        problem = Problem(HTTPStatus(error.status_code).phrase + ".")
    response = answer(problem, request.scope["path"])
    response.status_code = error.status_code
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def expected_of(error: Exception) -> Problem | None:
    """The problem behind an exception that nobody caught; None when it is a bug.

    A database that is away, full or overtaken will be back: 503. A value that no column or no
    calendar can hold came from outside: 422.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return NotFound("There is nothing at this address.")
    state = str(
        getattr(error, "sqlstate", None)
        or getattr(getattr(error, "orig", None), "sqlstate", None)
        or ""
    )
    if isinstance(error, OverflowError) or state.startswith("22") or _is_data_error(error):
        return Invalid("A number, a date or a text in the request is beyond what can be kept.")
    if _passes(error, state):
        return Busy("The database did not answer in time.", retry_after=3)
    return None


def _passes(error: Exception, state: str) -> bool:
    if state:
        # 23505: two requests raced for one row; the one that lost may look again.
        return state.startswith(PASSING) or state == "23505"
    if isinstance(error, PoolTimeout | TimeoutError | ConnectionError):
        return True
    if isinstance(error, IntegrityError):
        return "unique" in str(error.orig).lower()
    if isinstance(error, OperationalError):
        return any(words in str(error.orig).lower() for words in SQLITE_PASSING)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or "connection is closed" in str(error.orig)
    # A server that is away shows as a missing socket or an unreachable host while connecting.
    return isinstance(error, OSError) and any("asyncpg" in place for place in frames(error))


def _is_data_error(error: Exception) -> bool:
    """Whether the driver refused a value before sending it, as asyncpg does without a state."""
    causes = [error, getattr(error, "orig", None), getattr(error, "__cause__", None)]
    return isinstance(error, DBAPIError) and any(
        type(cause).__name__ == "DataError" or "DataError" in str(cause)[:80] for cause in causes
    )


def frames(error: BaseException) -> list[str]:
    """Where it was raised, outermost first, without messages: those may quote a record."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def kinds(error: BaseException) -> Iterator[str]:
    """The kinds of an exception and of those that caused it."""
    cause: BaseException | None = error
    while cause is not None:
        yield type(cause).__qualname__
        cause = cause.__cause__ or cause.__context__
