"""Which addresses a webhook may have: an admin's word is no reason to call into our own network.

Any public host will do, so unlike a push service's endpoint no list stands before the second
wall: the name must lead to public addresses only, and the connection goes to one that was checked.
"""

import re
from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import urlsplit

from app.problems import Problem
from app.push.guard import Addresses, NotPlain, is_trusted, leads_inside, plain_origin

# A name ends in letters. What ends in a number is an IP address in one of its many spellings, of
# which libcurl and the resolver may read some differently (WHATWG URL, "ends in a number").
NAME = re.compile(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]*")


class WebhookAddressRefused(Problem):
    """Vesper does not call this address."""

    status: ClassVar[int] = 422


def _refuse(problem: str) -> WebhookAddressRefused:
    return WebhookAddressRefused(
        f"The address {problem}.", field="url",
        cure="Send an https address on port 443 with a public host name.",
    )  # fmt: skip


def check_url(url: str, allowed: Iterable[str] = ()) -> str:
    """The origin of an address that may be called. Looks nothing up.

    allowed   origins that the operator trusts, also on a private network

    Raises WebhookAddressRefused.
    """
    try:
        origin = plain_origin(url, allowed)
    except NotPlain as error:
        raise _refuse(str(error)) from error
    if not is_trusted(origin, allowed) and not NAME.fullmatch(urlsplit(origin).hostname or ""):
        raise _refuse("has no public host name")
    return origin


async def check_reachable(origin: str, allowed: Iterable[str], addresses: Addresses) -> None:
    """Raise WebhookAddressRefused when a name leads into a private network.

    A name that does not resolve just now passes: it is looked up again before every delivery.
    """
    if await leads_inside(origin, allowed, addresses):
        raise _refuse("leads into a private network")
