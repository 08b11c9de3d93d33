"""Without a pointer: what a keyboard and eyes, or a switch, can do."""

from pathlib import Path

import pytest

from tests.e2e.people import a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import Visit, a_place_where_it_is_evening
from tests.factories import PASSWORD
from tests.rig.chromium import Chromium
from tests.rig.desktop import Desktop
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MOST_STEPS = 25
"""A screen with one dose has fewer things to press than this."""

FOCUSED = """(() => {
    const here = document.activeElement
    if (!here || here === document.body) return null
    const style = getComputedStyle(here), box = here.getBoundingClientRect()
    const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    const width = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)
    return {
        does: here.dataset.do ?? '',
        name: here.ariaLabel ?? here.textContent.trim(),
        ring: width,
        seen: middle !== null && (here.contains(middle) || middle.contains(here)),
    }
})()"""


async def test_a_dose_is_logged_with_tab_and_enter_alone_and_focus_is_always_seen(
    tmp_path: Path,
) -> None:
    zone = a_place_where_it_is_evening()
    server = await migrated(Server(tmp_path))
    async with writing(server) as session:
        patient = await a_person_at_bedtime(session, zone)
    async with Desktop() as desktop, Chromium(desktop, notifications="ask", zone=zone) as browser:
        with serving(server):
            visit = Visit(browser, server.url, zone)
            await visit.sign_in(patient.email, PASSWORD)
            await browser.navigate(f"{server.url}/tonight")
            await browser.wait_for("document.querySelector('[data-do=taken-all]')")
            # What is fetched after the plan still moves what stands below it.
            await browser.wait_for("document.querySelector('[data-do=drawn]')")
            await browser.page.wait_for_load_state("networkidle")
            passed = []
            for _ in range(MOST_STEPS):
                await browser.page.keyboard.press("Tab")
                focused = await browser.evaluate(FOCUSED)
                if focused is None:
                    continue  # the browser's own bars
                passed.append(focused)
                if focused["does"] == "taken-all":
                    break
            assert passed, "Tab reaches nothing"
            assert passed[-1]["does"] == "taken-all", passed
            assert [each["name"] for each in passed if each["ring"] < 2 or not each["seen"]] == []
            await browser.page.keyboard.press("Enter")
            await browser.wait_for("document.querySelector('[data-state=taken]')")
            dose = await visit.until_recorded("taken")
            assert dose["means"] == "app"
            # The button is gone; whoever pressed it must not be thrown back to the top unheard.
            await visit.sees("Logged as taken")
