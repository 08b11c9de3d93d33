"""Results for a visit: the last draws side by side, and when in the dosing week each was drawn."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.exchange.words import DASH, day_of
from app.monitoring.context import DrawContext
from app.monitoring.contexts import contexts_of
from app.monitoring.goals import goal_of
from app.monitoring.results import Results, results_of
from app.observations.catalogue import CATALOGUE, spoken_unit
from app.observations.conversions import shown
from app.observations.reading import Value
from app.schedule import A_DAY, zone

DRAWS = 4
"""The newest draws stand side by side; older ones are in the app."""

GROUPS = ("lab", "vital", "body")
CODES = frozenset(item.code for item in CATALOGUE.values() if item.group in GROUPS)
RECENT = A_DAY * 400


async def labs(session: AsyncSession, patient: UUID, now: datetime) -> dict[str, Any]:
    """The last draws as columns, the context of each, and body and blood pressure beside them."""
    results = (await results_of(session, [patient], now - RECENT, CODES))[patient]
    settings = {patient: results.about.settings}
    drawn = [value for value in results.values if value.item.group == "lab"]
    days = sorted({value.day for value in drawn})[-DRAWS:]
    shown_ones = [value for value in drawn if value.day in days]
    contexts = await contexts_of(session, {patient: shown_ones}, now, settings)
    rows = [
        _row(results, code, mine, days)
        for code in CATALOGUE
        if (mine := [value for value in shown_ones if value.code == code])
    ]
    return {
        "days": [day_of(day) for day in days],
        "rows": rows,
        "draws": [_draw(day, shown_ones, contexts) for day in reversed(days)],
        "older": len({value.day for value in drawn}) - len(days),
        "measures": _measures(results),
    }


def _row(
    results: Results, code: str, mine: Sequence[Value], days: Sequence[date]
) -> dict[str, Any]:
    """One marker: its last result of each of these days, in the catalogue's unit."""
    item, last = CATALOGUE[code], mine[-1]
    goal = goal_of(code, results.figures, results.place(last))
    by_day = {value.day: value for value in mine}
    return {
        "name": item.short or item.name,
        "unit": spoken_unit(item.unit),
        "cells": [_cell(by_day[day]) if day in by_day else "" for day in days],
        "range": _range(last),
        "goal": goal.text if goal is not None else "",
    }


def _cell(value: Value) -> str:
    """A result, with H or L where it lies outside the range its own laboratory gave."""
    text = f"{value.comparator or ''}{shown(value.item, value.canonical)}"
    above = value.high is not None and value.canonical > value.high
    below = value.low is not None and value.canonical < value.low
    if value.comparator is not None:  # a bound may lie on either side
        above, below = (
            above and value.comparator in (">", ">="),
            (below and value.comparator in ("<", "<=")),
        )
    return f"{text} H" if above else f"{text} L" if below else text


def _range(value: Value) -> str:
    """The range that the laboratory gave with the last result."""
    low, high = (
        None if bound is None else shown(value.item, bound) for bound in (value.low, value.high)
    )
    if low is None and high is None:
        return ""
    if low is None:
        return f"up to {high}"
    return f"from {low}" if high is None else f"{low}{DASH}{high}"


def _draw(
    day: date, values: Sequence[Value], contexts: Mapping[UUID, DrawContext]
) -> dict[str, Any]:
    """When blood was drawn on this day, and why to read which results with care."""
    mine = [value for value in values if value.day == day]
    first = mine[0]
    local = first.collected_at.astimezone(zone(first.zone))
    when = f"{day_of(day)}, {local:%H:%M}" if first.time_known else f"{day_of(day)}, hour not known"
    found = [contexts[value.observation_id] for value in mine if value.observation_id in contexts]
    cares: dict[str, list[str]] = {}
    for value in mine:
        context = contexts.get(value.observation_id)
        for care in context.care if context is not None else ():
            cares.setdefault(care.text, []).append(value.item.short or value.item.name)
    # The fullest says everything that holds of the draw: not every marker has a place in the week.
    text = max((each.text for each in found), key=len, default="")
    return {
        "when": when,
        "text": text,
        "cares": [
            f"{'All results' if len(names) == len(mine) > 1 else ', '.join(names)}: {text}"
            for text, names in cares.items()
        ],
    }


def _measures(results: Results) -> list[dict[str, str]]:
    """Weight, waist and blood pressure: the newest, and what it was before it."""
    found = []
    for code, item in CATALOGUE.items():
        mine = [value for value in results.values if value.code == code]
        if item.group == "lab" or not mine:
            continue
        last = mine[-1]
        before = next((each for each in reversed(mine) if each.day <= last.day - A_DAY * 25), None)
        found.append({
            "name": item.name, "unit": spoken_unit(item.unit),
            "last": shown(item, last.canonical), "on": day_of(last.day),
            "before": shown(item, before.canonical) if before else "",
            "before_on": day_of(before.day) if before else "",
        })  # fmt: skip
    return found
