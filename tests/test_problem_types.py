"""Kinds of failure are a promise: they stay, with their status, and each has an address."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from fastapi import FastAPI

from app.http.deprecation import NOTICE, Retiring, deprecated
from app.http.problem_pages import problem_types
from tests.databases import ROOT

PROMISED = ROOT / "docs" / "problems.txt"
ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_SITE
def test_no_kind_of_failure_ever_disappears_or_changes_its_status(app: FastAPI) -> None:
    lines = PROMISED.read_text(encoding="utf-8").splitlines()
    promised = [line for line in lines if line and not line.startswith("#")]
    now = [f"{name} {each.status}" for name, each in problem_types().items()]
    gone = set(promised) - set(now)
    assert gone == set(), "programs rely on these; bring them back"
    new = sorted(set(now) - set(promised))
    assert new == [], "write these into docs/problems.txt, in order"
    assert promised == sorted(promised)


@ONE_SITE
async def test_each_type_leads_to_what_it_means_for_people_and_for_programs(
    http: httpx.AsyncClient,
) -> None:
    listed = (await http.get("/problems")).json()["problems"]
    assert len(listed) > 40
    for each in listed:
        assert each["title"], each
    for each in listed[::10]:
        assert (await http.get(each["type"])).json() == each
    page = await http.get("/problems/insufficient-scope", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "This key is not allowed to do that." in page.text
    every = await http.get("/problems", headers={"Accept": "text/html"})
    assert all(f'href="{each["type"]}"' in every.text for each in listed)
    missing = await http.get("/problems/no-such-kind")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")


@ONE_SITE
async def test_the_type_of_a_real_failure_can_be_opened(http: httpx.AsyncClient) -> None:
    problem = (await http.get("/api/me")).json()
    about = (await http.get(problem["type"])).json()
    assert (about["type"], about["status"]) == (problem["type"], 401)


async def test_a_route_that_will_go_says_since_when_until_when_and_what_follows() -> None:
    retiring = Retiring(since=date(2026, 12, 1), until=date(2027, 7, 1), successor="/api/new")
    app = FastAPI()

    @app.get("/api/old", **deprecated(retiring))
    async def old() -> dict[str, bool]:
        return {"still": True}

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/api/old")
    assert answer.json() == {"still": True}
    moment = int(answer.headers["deprecation"].removeprefix("@"))
    assert datetime.fromtimestamp(moment, UTC) == datetime(2026, 12, 1, tzinfo=UTC)
    assert parsedate_to_datetime(answer.headers["sunset"]) == datetime(2027, 7, 1, tzinfo=UTC)
    assert '</api/new>; rel="successor-version"' in answer.headers["link"]
    assert app.openapi()["paths"]["/api/old"]["get"]["deprecated"] is True


def test_nothing_goes_without_half_a_year_of_notice() -> None:
    with pytest.raises(ValueError, match="180 days"):
        Retiring(
            since=date(2026, 1, 1), until=date(2026, 1, 1) + NOTICE - timedelta(1), successor=""
        )


@ONE_SITE
async def test_every_deprecated_route_announces_it_in_its_answers(app: FastAPI) -> None:
    """Marked in the document alone, nobody's log would ever show it."""
    from tests.accounts.test_access import routes_of

    for route in routes_of(app.routes):
        announces = any(
            getattr(each.call, "__name__", "") == "announce"
            for each in route.dependant.dependencies
        )
        assert bool(route.deprecated) == announces, route.path
