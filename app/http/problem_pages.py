"""What each `type` of a problem document means, at the address that it is: `/problems/{type}`.

A browser reads a page, a program JSON. A type never disappears and never changes its status: a test
holds every build to the list in `docs/problems.txt`.
"""

import inspect
from html import escape
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from app.problems import NotFound, Problem, declared

router = APIRouter(prefix="/problems", tags=["problems"])


class ProblemType(BaseModel):
    """One kind of failure: its stable address, its status, and what it means."""

    type: str
    title: str
    status: int
    about: str


class ProblemTypes(BaseModel):
    """Every kind of failure that Vesper answers with."""

    problems: list[ProblemType]


def problem_types() -> dict[str, ProblemType]:
    """Every kind by its name, from the classes themselves.

    Two classes of one name would be one type: the first by module stands for both.
    """
    found: dict[str, ProblemType] = {}
    for kind in sorted(_kinds(Problem), key=lambda each: (each.__module__, each.__name__)):
        if not kind.__module__.startswith("app."):
            continue
        text = inspect.cleandoc(kind.__doc__ or "").partition("\n")[2].strip()
        found.setdefault(
            kind.kind(),
            ProblemType(
                type=f"/problems/{kind.kind()}",
                title=kind.title(),
                status=kind.status,
                about=" ".join(text.split()),
            ),
        )
    return dict(sorted(found.items()))


def _kinds(kind: type[Problem]) -> set[type[Problem]]:
    return {kind}.union(*(_kinds(each) for each in kind.__subclasses__()))


Accept = Annotated[str, Header(description="`text/html` for a page; JSON without it.")]


@router.get("", response_model=ProblemTypes)
async def list_problem_types(accept: Accept = "") -> Response:
    """Every kind of failure, by name."""
    found = list(problem_types().values())
    if not _page_wanted(accept):
        return JSONResponse(ProblemTypes(problems=found).model_dump())
    items = "".join(
        f'<li><a href="{escape(each.type)}">{escape(each.title)}</a></li>' for each in found
    )
    return _page("What can go wrong", f"<ul>{items}</ul>")


@router.get("/{problem}", response_model=ProblemType, responses=declared(NotFound))
async def read_problem_type(problem: str, accept: Accept = "") -> Response:
    """What one kind of failure means."""
    found = problem_types().get(problem)
    if found is None:
        raise NotFound("There is no such kind of problem.", cure="See /problems for those we have.")
    if not _page_wanted(accept):
        return JSONResponse(found.model_dump())
    about = f"<p>{escape(found.about)}</p>" if found.about else ""
    words = f"<p>Status {found.status}. Type <code>{escape(found.type)}</code>.</p>"
    return _page(found.title, f'{about}{words}<p><a href="/problems">All kinds</a></p>')


def _page_wanted(accept: str) -> bool:
    return "text/html" in accept.lower()


def _page(title: str, body: str) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><main><h1>{escape(title)}</h1>{body}</main></html>"
    )
