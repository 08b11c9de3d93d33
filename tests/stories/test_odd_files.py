"""Whatever somebody makes of an export, it is refused, or the record it leaves can be read."""

import json
import os
import random
import time
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.exchange.supplied import TABLES
from tests.stories.cast import Browser, World, browser, peptide
from tests.stories.test_taking_along import END, a_patient_with_a_past, erased

ODD_FILES = int(os.environ.get("VESPER_ODD_FILES", "3"))
"""How many are tried; `make soak` tries hundreds."""

SLOWEST = 20.0
"""Seconds in which a file is refused or taken; a loop without an end would be longer."""

READ = (
    "protocol", "protocol/versions/1", "calendar?month=2026-11", "screenings", "doses",
    "observations", "check-ins", "tracking", "side-effects", "trends", "body", "results",
    "labs/due", "labs/plan", "labs/settings", "about", "adherence?days=90",
    "adherence?since=current_version", "doses/record", "export.zip", "export.pdf",
    "vials?gone=true", "supplies", "sites?route=intramuscular", "sites?route=subcutaneous",
    "reactions",
)  # fmt: skip
"""What a patient opens of their record."""

ODD: tuple[Any, ...] = (
    None, "", "x" * 5000, "x", -1, 0, 1, 3, 10**9, 10**17, 2.5, [], {}, [None], [[]], {"x": 1},
    "2026-13-45", "0001-01-01", "9999-12-31", "2099-01-01", "1000-01-01",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-01T00:00:00Z",
    "2026-11-20T12:00:00", "NaN", "Infinity", "-1", "1e400", "1E-30", "0", "25:61", "00:00",
    "04:00:00", "Etc/UTC", "Pacific/Apia", "mg", "[iU]", "bedtime", "taken", "undone", "hold",
    "weekly", "<", True, False, str(uuid4()),
)  # fmt: skip


def mutated(document: dict[str, Any], chance: random.Random) -> tuple[dict[str, Any], str]:
    """The document with one odd thing somewhere, and where."""
    told = deepcopy(document)
    name = chance.choice([name for name, rows in told["tables"].items() if rows])
    rows = told["tables"][name]
    row = chance.choice(rows)
    if chance.random() < 0.06:
        if chance.random() < 0.5:
            rows.remove(row)
            return told, f"{name}: a row less"
        rows.append(deepcopy(row))
        return told, f"{name}: a row twice"
    holder: Any = row
    key: Any = chance.choice(sorted(row))
    place = [name, key]
    while isinstance(holder[key], (dict, list)) and holder[key] and chance.random() < 0.8:
        holder = holder[key]
        inner = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = chance.choice(inner)
        place.append(key)
    if isinstance(holder, dict) and holder is not row and chance.random() < 0.15:
        del holder[key]
        return told, f"{place}: gone"
    said = chance.choice([each for each in ODD if each != holder[key]])
    holder[key] = said
    return told, f"{place} = {json.dumps(said)[:60]}"


async def a_full_record(world: World) -> Browser:
    """A past, and then whatever else a record can hold."""
    pat = await a_patient_with_a_past(world)
    yesterday = world.time.now.date() - timedelta(days=1)
    cycle = peptide(
        medicine="cjc1295_ipamorelin", form="no_dac",
        recurrence={"times": ["bedtime"], "weekdays": [1, 2, 3, 4, 5], "weeks_on": 12,
                    "weeks_off": 4},
    )  # fmt: skip
    any_five = peptide(medicine="anastrozole", route="oral",
                       amount={"value": "0.5", "unit": "mg"},
                       recurrence={"times": ["22:00"], "per_week": 5})  # fmt: skip
    every = {
        "medicine": "testosterone_cypionate", "route": "intramuscular",
        "amount": {"value": "100", "unit": "mg"},
        "recurrence": {"times": ["09:00"], "every": 3},
    }  # fmt: skip
    versions = await pat("GET", "/api/patients/me/protocol")
    number = versions["versions"][-1]["number"] if "versions" in versions else 1
    answer = await pat.client.post(
        "/api/patients/me/protocol/versions",
        json={"reason": "More", "prescriber": "A doctor", "based_on": number,
              "lines": [peptide(), cycle, any_five, every]},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await pat("PUT", "/api/patients/me/tracking", {"rhythm": "daily"})
    await pat("PUT", f"/api/patients/me/check-ins/{yesterday}",
              {"id": str(uuid4()), "scores": {"energy": 7}})  # fmt: skip
    draws = (await pat("GET", "/api/patients/me/labs/due"))["draws"]
    assert draws
    await world.pass_time(days=1)
    lines = {dose["line"]["id"] if "line" in dose else dose["line_id"]
             for dose in (await pat("GET", "/api/patients/me/doses"))["doses"]}  # fmt: skip
    await pat.client.post(f"/api/patients/me/protocol/lines/{sorted(lines)[0]}/hold",
                          json={"since": f"{world.time.now.date()}", "reason": "Away"})  # fmt: skip
    await world.pass_time(days=2)
    return pat


@pytest.mark.timeout(int(os.environ.get("VESPER_SOAK_TIMEOUT", "120")))
@pytest.mark.parametrize("database_url", [os.environ.get("VESPER_ODD_ON", "sqlite")], indirect=True)
async def test_no_odd_file_breaks_anything_or_leaves_half_a_record(world: World) -> None:
    pat, other = await a_full_record(world), browser(world.app)
    document = await pat("GET", "/api/me/export.json")
    document.pop("also")
    document["tables"]["lab_settings"] = []
    assert all(document["tables"][name] for name in TABLES if name != "site_settings")
    await other.sign_up()
    chance = random.Random(os.environ.get("VESPER_ODD_SEED", "5"))
    refused, wrong = 0, []
    for _ in range(ODD_FILES):
        told, where = mutated(document, chance)
        world.app.state.attempts = None  # the patience of the server is not what is tried here
        began = time.monotonic()
        try:
            answer = await other.client.request("POST", "/api/me/restore", json=told)
        except Exception as error:
            wrong.append(f"{where}: {type(error).__name__} {error}"[:300])
            continue
        if time.monotonic() - began > SLOWEST:
            wrong.append(f"{where}: took {time.monotonic() - began:.0f} s")
        if answer.status_code not in {201, 422}:
            wrong.append(f"{where}: {answer.status_code} {answer.text[:200]}")
            continue
        if answer.status_code == 422:
            refused += 1
            assert answer.json()["errors"][0]["field"], answer.text
            empty = await other("GET", "/api/me/export.json")
            assert not empty["tables"]["dose"], where
            continue
        # That was no harm: the record can be read, and taken along, whoever opens whatever of it.
        wrong += [f"{where}: {each}" for each in await unread(world, other)]
        await other("POST", "/api/me/deletion", END)
        await erased(world)
        other = browser(world.app)
        await other.sign_up()
    assert not wrong, "\n" + "\n".join(wrong)
    assert refused > ODD_FILES / 4 or ODD_FILES < 20


async def unread(world: World, pat: Browser) -> list[str]:
    """What of a record cannot be opened, or lets the worker stumble."""
    wrong = []
    me = UUID((await pat("GET", "/api/me"))["id"])
    paths = [f"/api/patients/me/{each}" for each in READ]
    for path in [*paths, "/api/me/export.json", f"/fhir/Patient/{me}/$everything"]:
        try:
            answer = await pat.client.get(path)
        except Exception as error:
            wrong.append(f"{path}: {type(error).__name__} {error}"[:300])
            continue
        if answer.status_code not in {200, 404}:
            wrong.append(f"{path}: {answer.status_code} {answer.text[:200]}")
    return wrong
