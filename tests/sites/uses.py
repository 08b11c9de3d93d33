"""Injections, reactions and weeks of them, for the laws of rotation."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from app.sites.rotation import Sore, Use

FIRST = date(2026, 11, 23)
IM, SC = "intramuscular", "subcutaneous"


def at(day: int, hour: int = 9) -> datetime:
    return datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) + timedelta(
        hours=hour
    )


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def use(
    site: str, day: int, *, route: str = SC, medicine: str = "sermorelin", hour: int = 22
) -> Use:
    return Use(site, route, medicine, medicine.capitalize(), at(day, hour), on(day))


def sore(site: str, day: int = 0) -> Sore:
    return Sore(uuid5(UUID(int=0), f"{site} {day}"), site, "lump", on(day))


WEEK = [
    *((weekday, 22, SC, "sermorelin") for weekday in range(5)),
    (0, 9, IM, "testosterone_cypionate"), (0, 10, SC, "gonadorelin"), (3, 10, SC, "gonadorelin"),
    (6, 9, SC, "semaglutide"),
]  # fmt: skip
"""Nine injections a week as weekday, hour, route and medicine: product.md, pain point 16."""


def injections(days: int) -> list[tuple[int, int, str, str]]:
    """Day, hour, route and medicine of everything injected in so many days, in order."""
    return sorted(
        (day, hour, route, medicine)
        for day in range(days)
        for weekday, hour, route, medicine in WEEK
        if day % 7 == weekday
    )
