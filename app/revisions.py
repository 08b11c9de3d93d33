"""Which revision of a thing somebody means to change: `ETag` on answers, `If-Match` on writes.

Two people who change the same thing at once must not undo each other unseen: whoever writes names
the revision they saw, and the second one hears that it is stale.
"""

import re
from typing import Annotated, ClassVar

from fastapi import Depends, Header

from app.problems import Problem

_TAGS = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*(?:W/)?"[\x21\x23-\x7e]*"\s*)*')
_STRONG = re.compile(r'(W/)?"([^"]*)"')


class PreconditionRequired(Problem):
    """Say which revision you mean to change.

    Send `If-Match` with the `ETag` of the answer that you read it in.
    """

    status: ClassVar[int] = 428


class Stale(Problem):
    """Somebody has changed this since you read it.

    Nothing was changed. Read it again, and then decide anew.
    """

    status: ClassVar[int] = 412


def tag(revision: int) -> str:
    """The `ETag` of a thing with this revision."""
    return f'"{revision}"'


async def revisions_meant(
    if_match: Annotated[
        str | None,
        Header(description='The revision to change, as the `ETag` of an answer gave it: `"3"`.'),
    ] = None,
) -> frozenset[str]:
    """The revisions that `If-Match` names; weak ones never match (RFC 9110 section 13.1.1).

    Raises PreconditionRequired where there are none to read, and for `*`, which would mean
    whatever is there.
    """
    if if_match is None or len(if_match) > 500 or not _TAGS.fullmatch(if_match):
        raise PreconditionRequired(
            "The request does not say which revision it means.",
            cure='Read the thing, and send its ETag as If-Match, such as If-Match: "3".',
        )
    return frozenset(text for weak, text in _STRONG.findall(if_match) if not weak)


IfMatch = Annotated[frozenset[str], Depends(revisions_meant)]
"""In an endpoint's signature: `meant: IfMatch`, then `check(meant, row.revision)`."""


def check(meant: frozenset[str], revision: int) -> None:
    """Raise Stale unless this revision is one of those that were meant."""
    if str(revision) not in meant:
        raise Stale(
            "It is not as it was when it was read.", cure="Read it again and repeat the change.",
            revision=revision,
        )  # fmt: skip
