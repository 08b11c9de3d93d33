"""Bundle: one page of what a search found, with links to itself and to the page after it. Pure."""

from collections.abc import Sequence
from urllib.parse import urlencode

from app.exchange.fhir.codes import Resource
from app.exchange.fhir.search import Place, Search, cursor
from app.exchange.fhir.writing import Entry

Placed = tuple[int, Entry]
"""A resource with the number of its type, by which `$everything` sorts first."""


def searchset(found: Sequence[Placed], search: Search, address: str, base: str) -> Resource:
    """The page of a search that follows the one it names, in an order that does not change.

    address   of the search, without its parameters
    base      the address of this server's FHIR
    """
    ordered = sorted(found, key=_place)
    after = search.after
    left = ordered if after is None else [each for each in ordered if _place(each) > after]
    page = [] if search.only_count else left[: search.count]
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(ordered),
        "link": [{"relation": "self", "url": _address(address, search, after)}],
    }
    if page and len(left) > len(page):
        then = _address(address, search, _place(page[-1]))
        bundle["link"].append({"relation": "next", "url": then})
    entries = [
        {
            "fullUrl": f"{base}/{each.kind}/{each.id}",
            "resource": each.whole,
            "search": {"mode": "match"},
        }
        for _, each in page
    ]
    if search.ignored:
        entries.append({"resource": _ignored(search), "search": {"mode": "outcome"}})
    return bundle | ({"entry": entries} if entries else {})


def _place(placed: Placed) -> Place:
    number, each = placed
    return number, *each.place


def _address(address: str, search: Search, after: Place | None) -> str:
    asked = [*search.applied, *([("page", cursor(after))] if after else [])]
    return f"{address}?{urlencode(asked)}" if asked else address


def _ignored(search: Search) -> Resource:
    """What was left aside, so that nobody takes a list for narrower than it is."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "warning",
                "code": "not-supported",
                "diagnostics": f"Not known here, and left aside: {name[:80]}",
            }
            for name in search.ignored[:20]
        ],
    }
