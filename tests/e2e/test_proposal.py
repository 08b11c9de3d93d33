"""A change of the protocol in real browsers: invited, proposed, notified, read, and reminded of."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.people import a_person_at_bedtime, migrated, serving, writing
from tests.e2e.visit import Visit, a_place_where_it_is_evening
from tests.factories import PASSWORD, a_line, a_screening
from tests.rig.chromium import Screens
from tests.rig.phone import a_phone
from tests.server import PASSWORD as CLINICIANS_PASSWORD
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BEFORE = timedelta(minutes=-30)
"""Bedtime is still to come while the change is made; then it is brought forward."""


class Desk:
    """A clinician's own browser."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        page.set_default_timeout(15_000)

    async def join(self, invite: str) -> None:
        """From the link that the clinic's administrator sent to an account of the clinic."""
        await self.page.goto(invite)
        await self.page.get_by_role("link", name="Create my account").click()
        await self.page.fill("[name=name]", "Clinician at work")
        await self.page.fill("[name=email]", "roe@example.org")
        await self.page.fill("[name=password]", CLINICIANS_PASSWORD)
        await self.page.click("form [type=submit]")
        await self.page.get_by_role("button", name="Make an invite").wait_for()

    async def invite(self) -> str:
        """The link in the QR code that a patient scans."""
        async with self.page.expect_response("**/api/clinic/invites") as answer:
            await self.page.get_by_role("button", name="Make an invite").click()
        await self.page.locator(".qr").wait_for()
        url: str = (await (await answer.value).json())["url"]
        return url

    async def propose(self, patient: str, *, amount: str) -> None:
        """The same line with another amount, for a reason and with the result behind it."""
        await self.page.goto(f"{self.url}/clinic/patients/{patient}")
        await self.page.get_by_role("link", name="Propose a change").click()
        await self.page.fill("[name='lines.0.amount.value']", amount)
        await self.page.fill("[name=reason]", "A little less, as we discussed.")
        await self.page.get_by_text("The lab result behind it").click()
        await self.page.fill("[name='because.marker']", "IGF-1")
        await self.page.fill("[name='because.value']", "310")
        await self.page.fill("[name='because.unit']", "ng/mL")
        await self.page.fill("[name='because.collected_on']", "2026-01-15")
        await self.page.click("form [type=submit]")
        await self.page.locator("[data-change]").first.wait_for()
        await self.page.get_by_role("button", name="Propose it").click()
        await self.page.locator("[data-proposed='2']").wait_for()


async def turn_reminders_on(visit: Visit) -> None:
    """The phone receives pushes from now on; a test push is on its way."""
    await visit.browser.navigate(f"{visit.url}/settings/reminders")
    await visit.browser.wait_for("document.querySelector('[data-do=reminders-on]')")
    await visit.browser.click("[data-do=reminders-on]")


async def let_in(visit: Visit, invite: str) -> None:
    """The patient scans the code and says what the clinician may do."""
    await visit.browser.navigate(invite)
    await visit.browser.wait_for("document.querySelector('[name=scope]')")
    assert await visit.browser.evaluate("location.hash") == ""
    await visit.browser.click("[name=scope]")
    await visit.press("Let them in")
    await visit.sees("Clinician at work")


async def test_a_proposed_change_is_read_on_the_phone_and_tonights_reminder_carries_it(
    tmp_path: Path,
) -> None:
    zone = a_place_where_it_is_evening()
    async with a_phone("chromium", zone=zone) as phone, Screens() as screens:
        server = await migrated(Server(
            tmp_path, push_routes=json.dumps(phone.push.routes),
            push_allowed_origins=phone.push.origin,
        ))  # fmt: skip
        # Since yesterday the patient takes what they wrote down themselves.
        async with writing(server) as session:
            patient = await a_person_at_bedtime(session, zone, a_line(), nights=1, ago=BEFORE)
            await a_screening(session, patient, now=patient.created_at)
        server.vesper("clinic", "create", "A clinic")
        code = server.vesper("clinician", "invite")
        with serving(server):
            desk = Desk(await screens.page(zone=zone), server.url)
            await desk.join(f"{server.url}/invite/clinician#{code}")
            invite = await desk.invite()
            visit = Visit(phone.browser, server.url, zone)
            await visit.sign_in(patient.email, PASSWORD)
            await turn_reminders_on(visit)
            await phone.desktop.next_notification()
            await let_in(visit, invite)

            # The clinician proposes; a real push says so and names nothing.
            await desk.propose(str(patient.id), amount="200")
            news = await phone.desktop.next_notification()
            assert "Open Vesper" in news.body
            told = news.title + news.body
            assert not any(word in told for word in ("Sermorelin", "Clinician", "200"))
            assert [dose["amount"]["value"] for dose in await visit.doses()][:2] == ["250", "250"]

            # The patient opens it, reads the difference, and acknowledges.
            phone.desktop.press_body(news)
            await visit.browser.switch_to("protocol")
            await visit.sees("250 mcg → 200 mcg")
            await visit.sees("A little less, as we discussed.")
            await visit.browser.click("[data-do=acknowledge]")
            await visit.browser.wait_for("!document.querySelector('[data-do=acknowledge]')")

            # Bedtime comes: the reminder is of tonight's dose as version 2 has it.
            bedtime = visit.soon(5)
            await visit.ask("PATCH", "/api/me/preferences", {"bedtimes": [bedtime] * 7})
            shown = await phone.desktop.next_notification(within=110)
            assert "Taken" in shown.buttons
            phone.desktop.press(shown, "Taken")
            last_night, tonight = await visit.until_taken()
            assert tonight["due_local"] == bedtime
            assert tonight["amount"] == {"value": "200", "unit": "ug"}
            assert tonight["means"] == "push_token"
            assert last_night["amount"] == {"value": "250", "unit": "ug"}
            assert last_night["version_id"] != tonight["version_id"]

            # What the clinician sees of it, and the patient of them.
            await desk.page.goto(f"{server.url}/clinic/patients/{patient.id}/nights")
            await desk.page.locator(f"[data-dose='{tonight['id']}'][data-state=taken]").wait_for()
            await visit.browser.navigate(f"{server.url}/settings/access")
            await visit.sees("Clinician at work (clinician)")
            await visit.sees("wrote a new version of your protocol")
