"""Visits as `app.exchange.visit` reads them: an ordinary one, an empty one, a very large one."""

from typing import Any


def ordinary(**facts: Any) -> dict[str, Any]:
    """One medicine, one draw, one flag."""
    return {
        "name": "Pat Example", "reference": "1a2b3c4d", "about": "Born 4 May 1981, 45 years · male",
        "period": "24 Aug to 22 Nov 2026 (90 days)",
        "as_of": "22 Nov 2026, 13:00 (America/Denver)", "copy": "For the clinic",
        "protocol": {
            "head": "Version 1, in force since 30 Aug 2026; by Dr Clay.",
            "lines": [{
                "medicine": "Testosterone cypionate", "form": "", "amount": "100 mg",
                "route": "intramuscular", "when": "Sundays at 09:00", "beside": "",
            }],
            "proposed": "", "changes": [],
        },
        "adherence": {
            "rows": [figures("Testosterone cypionate")], "pooled": figures("All lines together"),
            "said": ["Nights with exactly the expected doses: 10 of 12."],
            "definition": "vesper-1, version 1",
            "means": [{"word": "taking", "text": "(on time + late) / expected"}],
        },
        "labs": {
            "days": ["26 Aug 2026", "18 Nov 2026"], "older": 0,
            "rows": [{
                "name": "Hematocrit", "unit": "%", "cells": ["44.1", "52.4 H"],
                "range": "38\N{EN DASH}50",
                "goal": "",
            }],
            "draws": [{"when": "18 Nov 2026, 08:00", "text": "Near the trough.", "cares": []}],
            "measures": [{
                "name": "Weight", "unit": "kg", "last": "83.4", "on": "16 Nov 2026",
                "before": "83.7", "before_on": "19 Oct 2026",
            }],
        },
        "next": [{"name": "Half-yearly labs", "when": "7 Feb to 21 Mar 2027"}],
        "symptoms": {
            "dates": ["30 Aug", "22 Nov"], "days": 7, "answered": 58,
            "rows": [{
                "name": "Energy", "cells": ["\N{EN DASH}", "6"], "n": "58",
                "low": "None", "high": "Plenty",
            }],
        },
        "effects": {"rows": [], "more": 0},
        "flags": [{
            "severity": "amber", "text": "Hematocrit 52.4 %: at or above 52.0 %.",
            "since": "19 Nov 2026", "seen": "",
        }],
    } | facts  # fmt: skip


def figures(line: str) -> dict[str, str]:
    """Ten of twelve."""
    return {
        "line": line, "expected": "12", "on_time": "9", "late": "1", "skipped": "1", "missed": "1",
        "held": "0", "extra": "0", "taking": "83 %", "ci95": "55\N{EN DASH}95 %", "delay": "8",
    }  # fmt: skip


def empty() -> dict[str, Any]:
    """Somebody who registered a minute ago."""
    none = ordinary()
    return ordinary(
        about="", flags=[], next=[],
        protocol={"head": "Nothing is prescribed in Vesper.", "lines": [], "proposed": "",
                  "changes": []},
        adherence={**none["adherence"], "rows": [], "pooled": None, "said": []},
        labs={"days": [], "rows": [], "draws": [], "older": 0, "measures": []},
        symptoms={**none["symptoms"], "rows": [], "dates": []},
    )  # fmt: skip


def huge() -> dict[str, Any]:
    """Forty of everything, each with a long remark."""
    one = ordinary()
    remark = "On hold from 3 Nov 2026: " + "a reason with [brackets], #let and *stars* " * 3
    return ordinary(
        protocol={
            **one["protocol"], "lines": [{**one["protocol"]["lines"][0], "beside": remark}] * 40,
            "changes": ["3 Nov 2026, version 2: 0.25 mg instead of 0.5 mg."] * 40,
        },
        adherence={**one["adherence"], "rows": one["adherence"]["rows"] * 40},
        labs={
            **one["labs"], "rows": one["labs"]["rows"] * 40, "older": 12,
            "draws": [{**one["labs"]["draws"][0], "cares": ["Estradiol: a standard assay."]}] * 4,
        },
        flags=one["flags"] * 40,
        effects={"rows": [{"on": "3 Nov 2026", "name": "Headache", "severity": "4 of 10",
                           "medicine": ""}] * 8, "more": 32},
    )  # fmt: skip
