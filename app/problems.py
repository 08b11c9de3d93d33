"""Expected failures, as RFC 9457 problem documents.

A failure somebody can cause from outside is a `Problem`, declared beside the rule
that raises it. Anything else is a bug and rises as a plain exception.
"""

import re
from typing import Any, ClassVar, TypedDict


class FieldError(TypedDict):
    """One field of the request that has to change: where it is, what is wrong, how to mend it."""

    field: str
    problem: str
    cure: str


class Problem(Exception):
    """The request could not be carried out.

    The first line of a subclass's docstring is the title that people read; the class
    name, in kebab case, is the stable `type` that programs read.
    """

    status: ClassVar[int] = 400

    def __init__(self, detail: str, *, cure: str = "", field: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts
        self.errors: list[FieldError] = (
            [{"field": field, "problem": detail, "cure": cure}] if field else []
        )
        if cure and not field:
            self.facts["cure"] = cure

    @classmethod
    def kind(cls) -> str:
        """The stable name of this failure, such as `dose-already-settled`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """What a person reads first: the class docstring's first line."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    def headers(self) -> dict[str, str]:
        """What goes with the body: `Retry-After`, where it says when to come back."""
        after = self.facts.get("retry_after")
        return {} if after is None else {"Retry-After": str(after)}

    def document(self) -> dict[str, Any]:
        """The body of the `application/problem+json` answer."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.kind()}",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        return document | self.facts


class NotFound(Problem):
    """There is no such thing, or it is not yours to see."""

    status = 404


class NotSignedIn(Problem):
    """Please sign in first."""

    status = 401

    def headers(self) -> dict[str, str]:
        """What a program could send instead. Source: RFC 6750 section 3."""
        return {"WWW-Authenticate": 'Bearer realm="vesper"'}


class Invalid(Problem):
    """Something in the request has to be corrected."""

    status = 422


class TooLarge(Problem):
    """The request is larger than anything Vesper needs."""

    status = 413


class TooManyRequests(Problem):
    """Too many attempts; please wait a little."""

    status = 429


class Busy(Problem):
    """Vesper is busy for a moment; please try again."""

    status = 503


def no_such_page() -> Invalid:
    """What to raise for a cursor that no page ever ended with, or that is of another list."""
    return Invalid("This page does not exist.", field="cursor", cure="Start from the first page.")


def declared(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an endpoint, so that the API document names every expected failure."""
    by_status: dict[int | str, list[type[Problem]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    return {
        status: {
            "description": " · ".join(kind.title() for kind in kinds),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                    "examples": {
                        kind.kind(): {
                            "value": {
                                "type": f"/problems/{kind.kind()}",
                                "title": kind.title(),
                                "status": kind.status,
                                "detail": kind.title(),
                            }
                        }
                        for kind in kinds
                    },
                }
            },
        }
        for status, kinds in by_status.items()
    }
