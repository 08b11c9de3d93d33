"""How somebody felt, for a visit: medians of seven days at a few dates, and side effects."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.exchange.words import day_of, number
from app.monitoring.trends import Point, middle, window_of
from app.observations.catalogue import CATALOGUE
from app.observations.checkins import check_ins_of
from app.observations.models import Rhythm
from app.observations.record import standing
from app.observations.tracking import SCALES, policy_of
from app.protocols.medicines import label_of
from app.protocols.models import Line
from app.schedule import A_DAY

STEPS = 4
"""At how many dates a median is printed: the end of the first stretch, today, two in between."""

MOST_EFFECTS = 8


async def symptoms(
    session: AsyncSession, patient: UUID, first: date, today: date
) -> dict[str, Any]:
    """Medians of the days up to each of a few dates; a dash stands for too few check-ins."""
    weekly = (await policy_of(session, patient)).rhythm is Rhythm.WEEKLY
    window = window_of(weekly=weekly)
    days = await check_ins_of(session, patient, first - window, today)
    dates = _dates(first, today, window.days)
    rows = []
    for code in SCALES:
        points = [
            Point(each.day, Decimal(each.scores[code])) for each in days if code in each.scores
        ]
        if not points:
            continue
        medians = [middle([p for p in points if day - window < p.day <= day]) for day in dates]
        item = CATALOGUE[code]
        low, high = item.anchors or ("", "")
        rows.append({
            "name": item.name, "cells": [number(each.value) for each in medians],
            "n": str(sum(p.day >= first for p in points)),
            "low": low, "high": high,
        })  # fmt: skip
    return {
        "dates": [f"{day.day} {day:%b}" for day in dates], "rows": rows, "days": window.days,
        "answered": sum(each.day >= first for each in days),
    }  # fmt: skip


def _dates(first: date, today: date, window: int) -> list[date]:
    """Evenly spaced dates from the end of the first stretch on; the last is today."""
    since = min(first + A_DAY * (window - 1), today)
    span = (today - since).days
    return sorted({since + A_DAY * (span * step // (STEPS - 1)) for step in range(STEPS)})


async def side_effects(
    session: AsyncSession, patient: UUID, first: date, today: date
) -> dict[str, Any]:
    """Side effects and warning signs of the period, newest first, the same ones of a day once."""
    since = datetime.combine(first, time(), UTC) - A_DAY
    rows = (await standing(session, [patient], groups={"side_effect", "red_flag"}, since=since))[
        patient
    ]
    mine = [row for row in reversed(rows) if first <= row.day <= today]
    found = []
    for row in mine[:MOST_EFFECTS]:
        item = CATALOGUE[row.code]
        line = await session.get(Line, (patient, row.line_id)) if row.line_id else None
        found.append({
            "on": day_of(row.day), "name": item.name,
            "severity": "warning sign" if item.group == "red_flag" else f"{row.value:f} of 10",
            "medicine": label_of(line.medicine) if line is not None else "",
        })  # fmt: skip
    return {"rows": found, "more": len(mine) - len(found)}
