"""A patient with a cupboard: vials, what is said of them, other supplies, spots and reactions."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.sites.models import SiteSettings
from tests.stories.cast import Browser, World

MINE = "/api/patients/me"
LOT = "LOT-7"
TABLES = (
    "vial", "source_check", "confirmation", "drawn", "stock_entry", "line_kit", "supply_settings",
    "consumable", "consumable_count", "placement", "reaction", "site_settings",
)  # fmt: skip
"""What the record has of it."""


def new() -> str:
    return str(uuid4())


async def stocked(pat: Browser, world: World) -> str:
    """A vial of sermorelin that is dissolved, checked, confirmed and used; other supplies.

    Gives back its id.
    """
    vial, now = new(), world.time.now.isoformat()
    await pat("POST", f"{MINE}/vials", {
        "id": vial, "medicine": "sermorelin", "form": "powder", "lot": LOT,
        "strengths": [{"substance": "sermorelin", "value": "5", "unit": "mg"}],
        "pharmacy": "A pharmacy", "received_on": f"{world.time.now.date()}",
        "expires_on": "2027-06-30",
    }, expect=201)  # fmt: skip
    solution = {
        "diluent": "bacteriostatic_water", "volume": {"value": "2", "unit": "mL"}, "at": now,
    }  # fmt: skip
    dissolved = await pat.client.post(
        f"{MINE}/vials/{vial}/dissolve", json=solution, headers={"If-Match": '"1"'}
    )
    assert dissolved.status_code == 200, dissolved.text
    answers = {"id": new(), "answers": {"prescription": "yes", "seal": "unsure"}}
    await pat("POST", f"{MINE}/vials/{vial}/source-checks", answers)
    wasted = {"id": new(), "kind": "wasted", "quantity": {"value": "0.1", "unit": "mL"}, "at": now}
    await pat("POST", f"{MINE}/vials/{vial}/stock", wasted)
    slip = {**wasted, "id": new(), "quantity": {"value": "0.2", "unit": "mL"}}
    await pat("POST", f"{MINE}/vials/{vial}/stock", slip)
    await pat("POST", f"{MINE}/vials/{vial}/stock/{slip['id']}/void", {})
    await _confirmed(pat, vial)
    swabs = {
        "id": new(), "item": "swab", "name": "Swabs", "per_injection": 2, "lines": [],
        "low_at": 10,
    }  # fmt: skip
    await pat("POST", f"{MINE}/consumables", swabs, expect=201)
    for number in (100, 1000):
        count = {"id": new(), "kind": "counted", "number": number, "at": now}
        await pat("POST", f"{MINE}/consumables/{swabs['id']}/counts", count, expect=201)
    await pat("POST", f"{MINE}/consumables/{swabs['id']}/counts/{count['id']}/void", {})
    wishes = {"lead_days": 9, "speak_at": None, "notices": True}
    await pat("PUT", f"{MINE}/supplies/settings", wishes)
    return vial


async def _confirmed(pat: Browser, vial: str) -> None:
    """The strength is read from the label and the mark is seen, in two steps."""
    doses = (await pat("GET", f"{MINE}/doses"))["doses"]
    line = doses[0]["line_id"]
    await pat("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_3", "dead_space": None})
    said = {
        "id": new(), "line": line, "vial": vial, "strength": {"value": "2500", "unit": "ug"},
    }  # fmt: skip
    seen = await pat("POST", f"{MINE}/draw/confirmations", said)
    mark = {"mark": seen["confirm"]["now"]["mark"], "syringe": "u100_0_3"}
    ready = await pat("POST", f"{MINE}/draw/confirmations/{said['id']}/confirm", mark)
    assert ready["state"] == "ready"


async def injected(pat: Browser, world: World, dose: str) -> None:
    """Where a dose went, said twice; a reaction that has ended, and one that was a mistake."""
    for site in ("thigh_left", "abdomen_upper_left"):
        await pat("PUT", f"{MINE}/doses/{dose}/site", {"id": new(), "site": site})
    today = f"{world.time.now.date() - timedelta(days=1)}"
    for what in ("end", "void"):
        reaction = {
            "id": new(), "site": "abdomen_upper_left", "kind": "lump", "noticed_on": today,
            "note": "=A lump", "dose": dose,
        }  # fmt: skip
        await pat("POST", f"{MINE}/reactions", reaction, expect=201)
        body: dict[str, Any] = {"on": today} if what == "end" else {}
        await pat("POST", f"{MINE}/reactions/{reaction['id']}/{what}", body)


async def allowed(pat: Browser, world: World) -> None:
    """As if a clinic had allowed the shoulder once."""
    me = UUID((await pat("GET", "/api/me"))["id"])
    async with world.sessions.begin() as session:
        session.add(SiteSettings(
            patient_id=me, deltoid=True, set_at=world.time.now, set_by=me
        ))  # fmt: skip
