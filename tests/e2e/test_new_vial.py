"""A new vial of another strength, from its label to tonight's dose, in a real browser."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from app import clock
from app.protocols.models import Line
from tests.e2e.people import QUIETLY, a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import a_place_where_it_is_evening
from tests.factories import a_line, signed_in
from tests.rig.chromium import Screens
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SYRINGE = "u100_0_5"
DOSES = """async () => (await (await fetch('/api/patients/me/doses')).json()).doses
    .filter(dose => dose.given && dose.label === 'Sermorelin')"""

BOTH_MARKS = re.compile("Before 10 units .*Now 6 units .*less liquid", re.IGNORECASE)

# Whether a finger that hits twice could press anything at the moment the second step appeared.
HELD = """new MutationObserver(() => {
    if (document.querySelector("[data-confirm='2']"))
        window.held ??= document.documentElement.style.pointerEvents
}).observe(document.body, {childList: true, subtree: true})"""

# In the page, where time passes for both: what a finger finds at one place, and a moment later.
TAP_TWICE = """async button => {
    const {x, y, height} = button.getBoundingClientRect()
    const tap = () => document.elementFromPoint(x + 40, y + height / 2)?.closest('button')?.click()
    tap()
    await new Promise(go => setTimeout(go, 120))
    tap()
}"""


async def test_a_vial_of_another_strength_shows_its_mark_after_two_looks(tmp_path: Path) -> None:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path))
    async with writing(server) as session:
        lines = (
            a_line(ladder=QUIETLY, amount="300"),
            a_line(medicine="gonadorelin", amount="100", ladder=QUIETLY),
            a_line(medicine="cjc1295_ipamorelin", form="no_dac", amount="100", ladder=QUIETLY),
        )  # fmt: skip
        patient = await a_person_at_bedtime(session, zone, *lines)
        mine = select(Line.id).where(Line.patient_id == patient.id, Line.medicine == "sermorelin")
        line = await session.scalar(mine)
        headers = await signed_in(session, patient, clock.now())
        cookie = headers["Cookie"].partition("=")[2]
    with serving(server):
        headers["Origin"] = server.url
        with httpx.Client(base_url=server.url, headers=headers) as client:
            a_vial_that_was_used(client, str(line))
        async with Screens() as browser:
            phone = await browser.page(zone=zone)
            phone.set_default_timeout(15_000)
            await phone.context.add_cookies(
                [{"name": "vesper", "value": cookie, "url": server.url}]
            )
            await phone.goto(f"{server.url}/supplies/new?line={line}")
            await enter_the_label(phone, lot="NEW-5", milligrams="15", millilitres="3")

            await phone.goto(server.url)
            to_draw = phone.locator(f"[data-draw='{line}']")
            await to_draw.wait_for()
            # Nothing says how far to draw before somebody has looked twice.
            assert "units" not in await to_draw.inner_text()
            await to_draw.click()
            await look_twice(phone)

            # Tonight says it in one line; one tap logs, and only then is the spot asked for. The
            # finger that hits twice does not log the dose that comes up where the first one was.
            await phone.goto(server.url)
            await to_draw.get_by_text("6 units").wait_for()
            assert await phone.locator("[data-asks=site]").count() == 0
            await phone.locator("[data-do=taken]").first.evaluate(TAP_TWICE)
            await phone.locator("[data-asks=site]").wait_for()
            assert await phone.locator("[data-dose][data-state=taken]").count() == 1
            assert await phone.locator("[data-dose] [aria-expanded=true]").count() == 0
            dose_card = phone.locator("[data-dose]", has_text="Sermorelin")
            if await dose_card.get_attribute("data-state") == "open":
                await dose_card.locator("[data-do=taken]").click()
            spot = dose_card.locator("[data-do=suggested-site]")
            code = await spot.get_attribute("data-spot")
            await phone.wait_for_timeout(450)  # a finger that pressed Taken twice does not answer
            await spot.click()
            await dose_card.locator("[data-given]").wait_for()
            # The button is gone; the keyboard is still at this dose.
            await dose_card.locator("[data-do=amend]:focus").wait_for()
            await phone.wait_for_function(
                f"async () => (await ({DOSES})()).some(dose => dose.given.site)"
            )
            [dose] = await phone.evaluate(DOSES)
            assert dose["given"]["site"]["code"] == code
            [vial] = dose["given"]["vials"]
            assert vial["lot"] == "NEW-5"
            assert vial["quantity"] == {"value": "0.06", "unit": "mL"}
            assert dose["given"]["assumed"] is True


async def look_twice(phone: Page) -> None:
    """Type the label, with a slip of the pen first and in another unit than the entry then; compare
    both marks and confirm the new."""
    first = phone.locator("[data-confirm='1']")
    await first.wait_for()
    assert await phone.locator("[data-mark]").count() == 0
    await first.locator("[name=strength]").fill("1.5")
    await first.locator("[name=diluent]").fill("3")
    await first.get_by_role("button", name="Compare").click()
    await first.locator("[name=unit][aria-invalid=true]").wait_for()
    await first.locator("[name=unit]").select_option("mg")
    await first.get_by_role("button", name="Compare").click()
    await first.get_by_text("0.5 mg is not what the entry says, but a tenth of it.").wait_for()
    assert await first.locator("[name=strength]").input_value() == "1.5"
    await first.locator("[name=strength]").fill("15000")
    await first.locator("[name=unit]").select_option("ug")
    await phone.evaluate(HELD)
    await first.get_by_role("button", name="Compare").click()
    second = phone.locator("[data-confirm='2']")
    await second.wait_for()
    assert await phone.evaluate("window.held") == "none"
    # Whoever hears the heading, to which the keyboard was taken, hears both marks with it.
    await expect(second.locator("h2:focus")).to_have_accessible_description(BOTH_MARKS)
    before, after = second.locator("[data-side=before]"), second.locator("[data-side=now]")
    assert (await before.locator(".mark").inner_text()).split() == ["10", "units"]
    assert (await after.locator(".mark").inner_text()).split() == ["6", "units"]
    await second.get_by_role("button", name="Draw to 6 units from now on").click()
    await phone.locator("[data-mark='6'] svg").first.wait_for()
    told = phone.locator("[data-mark='6'] h2:focus")
    await expect(told).to_have_accessible_description(re.compile("^Pull the plunger to the 6 mark"))


def a_vial_that_was_used(client: httpx.Client, line: str) -> None:
    """The one before: confirmed, drawn to 10 units, and empty by now."""

    def said(method: str, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = client.request(method, f"/api/patients/me{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return {**answer.json(), "etag": answer.headers.get("ETag")}

    now = clock.now()
    ago, vial, confirmation = now - timedelta(hours=2), str(uuid4()), str(uuid4())
    said("PUT", f"/lines/{line}/kit", {"syringe": SYRINGE, "dead_space": None})
    entered = said("POST", "/vials", {
        "id": vial, "medicine": "sermorelin", "form": "powder",
        "strengths": [{"substance": "sermorelin", "value": "9", "unit": "mg"}],
        "pharmacy": "The pharmacy on the corner", "lot": "OLD-3",
        "received_on": (now - timedelta(days=5)).date().isoformat(),
        "reconstituted_at": ago.isoformat(), "diluent": "bacteriostatic_water",
        "diluent_volume": {"value": "3", "unit": "mL"},
    })  # fmt: skip
    strength = {"value": "3", "unit": "mg"}
    begun = {"id": confirmation, "line": line, "vial": vial, "strength": strength}
    said("POST", "/draw/confirmations", begun)
    seen = {"mark": "10", "syringe": SYRINGE}
    ready = said("POST", f"/draw/confirmations/{confirmation}/confirm", seen)
    assert ready["draw"]["mark"] == "10"
    emptied = {"why": "empty", "at": now.isoformat()}
    said("POST", f"/vials/{vial}/discard", emptied, **{"If-Match": entered["etag"]})


async def enter_the_label(phone: Page, *, lot: str, milligrams: str, millilitres: str) -> None:
    """Type what the label of a powder says, dissolved just now."""
    form = phone.locator("form[aria-label='The label']")
    await form.get_by_text("To be dissolved before use").click()
    await form.locator("[name='strengths.0.value']").fill(milligrams)
    await form.locator("[name='strengths.0.unit']").select_option("mg")
    await form.locator("fieldset", has_text="Is it dissolved yet?").get_by_text("Yes").click()
    await form.get_by_text("Bacteriostatic water").first.click()
    await form.locator("[name='diluent_volume.value']").fill(millilitres)
    await form.locator("[name=pharmacy]").fill("The pharmacy on the corner")
    await form.locator("[name=lot]").fill(lot)
    # A day that has passed is asked about beside its field, which is not wrong by that.
    expires = form.locator("[name=expires_on]")
    await expires.fill("2020-01-31")
    await expect(expires).to_have_accessible_description(re.compile("This day has passed"))
    await expires.fill("")
    await form.locator("[data-note]").wait_for(state="detached")
    await form.get_by_role("button", name="Save").click()
    await phone.wait_for_url("**/supplies/vials/*")
