"""A clinician's day in a real browser: in with a passkey, through the tasks by keyboard; and a
patient's passkey and ways out. The authenticator is the one that Chromium has for tests."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page

from app import clock
from app.accounts.models import Person
from tests.e2e.people import migrated, serving, writing
from tests.e2e.visit import a_place_where_it_is_evening
from tests.e2e.working import who_works
from tests.factories import signed_in
from tests.rig.chromium import Screens
from tests.server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

PLATFORM: dict[str, Any] = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
"""A phone or computer with a screen lock, whose owner is always there."""


@dataclass
class Clinic:
    """A clinic at work on a running server, and everybody's cookie."""

    server: Server
    browser: Screens
    cookies: dict[str, str]

    async def page_of(self, name: str) -> Page:
        """A browser in which somebody is signed in with a password."""
        page = await self.browser.page(viewport=(1280, 800))
        page.set_default_timeout(10_000)
        await page.context.add_cookies(
            [{"name": "vesper", "value": self.cookies[name], "url": self.server.url}]
        )
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    server = await migrated(Server(tmp_path_factory.mktemp("clinic")))
    async with writing(server) as session:
        now = clock.now()
        found = await who_works(session, a_place_where_it_is_evening(), now)
        people: dict[str, Person] = {name: person for name, (person, _) in found.items()}
        cookies = {
            name: (await signed_in(session, person, now))["Cookie"].partition("=")[2]
            for name, person in people.items()
        }
    async with Screens() as browser:
        with serving(server):
            yield Clinic(server, browser, cookies)


@pytest.mark.parametrize(("who", "home"), [("colleague", "/clinic"), ("private", "/tonight")])
async def test_a_passkey_is_made_in_the_settings_and_signs_in_at_one_press(
    clinic: Clinic, who: str, home: str
) -> None:
    url = clinic.server.url
    page = await clinic.page_of(who)
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM})
    # A clinician without one is told so; a patient finds it among the settings.
    await page.goto(f"{url}/settings")
    way = "[data-hint=passkey] a" if who == "colleague" else "a[href='/settings/passkeys']"
    await page.click(way)
    await page.fill("[name=name]", "The browser of the tests")
    await page.click("form [type=submit]")
    mine = page.locator("[data-passkey]", has_text="The browser of the tests")
    await mine.wait_for()
    kept = await cdp.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    [credential] = kept["credentials"]
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"

    # The same device makes no second one, and says so.
    await page.click("form [type=submit]")
    await page.get_by_text("This device has a passkey for you already.").wait_for()

    await page.context.clear_cookies()
    await page.goto(f"{url}/sign-in")
    await page.click("[data-do=passkey]")
    await page.wait_for_url(f"**{home}")
    assert (await page.request.get(f"{url}/api/me")).status == 200

    # Removed, it signs nobody in; whoever is signed in stays so.
    await page.goto(f"{url}/settings/passkeys")
    await mine.locator("button").click()
    await page.click("[data-do=sure]")
    await mine.wait_for(state="detached")
    assert (await page.request.get(f"{url}/api/me")).status == 200
    await page.context.clear_cookies()
    await page.goto(f"{url}/sign-in")
    await page.click("[data-do=passkey]")
    await page.get_by_text("Vesper does not know it").wait_for()
    await page.context.close()


async def test_a_record_comes_back_out_of_its_zip_file_and_ends_for_good(clinic: Clinic) -> None:
    url = clinic.server.url
    page = await clinic.page_of("private")
    await page.goto(f"{url}/settings/record")
    async with page.expect_download() as saving:
        await page.click("[data-do=everything]")
    saved = (await (await saving.value).path()).read_bytes()
    names = zipfile.ZipFile(io.BytesIO(saved)).namelist()
    assert {"record.json", "fhir.ndjson", "tables/doses.csv"} <= set(names)
    whole = {"name": "record.zip", "mimeType": "application/zip", "buffer": saved}
    half = whole | {"buffer": saved[: len(saved) // 2]}
    await page.context.close()

    page = await clinic.browser.page()
    page.set_default_timeout(10_000)
    mine = {"email": "back.again@example.org", "password": "a lamp in every window"}
    person = mine | {"name": "Ana", "timezone": "America/Denver"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    await page.request.post(f"{url}/api/auth/register", data=person, headers=headers)
    await page.goto(f"{url}/start/protocol")
    await page.get_by_text("bring it back").click()
    file = page.locator("[type=file]")
    await file.set_input_files(half)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Bring it back").click()
    await page.get_by_text("holds no record.json that can be read").wait_for()
    await file.set_input_files(whole)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Bring it back").click()
    await page.locator("[data-restored] h2:focus").wait_for()
    await page.goto(f"{url}/settings/protocol")
    await page.locator("article", has_text="Sermorelin").first.wait_for()

    await page.goto(f"{url}/settings/record/end")
    await page.locator("[name=sure]").check()
    await page.fill("[name=password]", "another lamp")
    await page.click("form [type=submit]")
    await page.get_by_text("This is not the password of this account.").wait_for()
    await page.fill("[name=password]", mine["password"])
    await page.click("form [type=submit]")
    await page.get_by_text("Your record has ended").wait_for()
    again = await page.request.post(f"{url}/api/auth/login", data=mine, headers=headers)
    assert again.status == 401
    await page.context.close()


async def test_a_task_is_closed_by_keyboard_and_keeps_the_entry_when_a_colleague_was_faster(
    clinic: Clinic,
) -> None:
    page = await clinic.page_of("working")
    await page.goto(f"{clinic.server.url}/clinic/tasks")
    row = page.locator("[data-task]")
    await row.wait_for()
    task = await row.get_attribute("data-task")
    await page.keyboard.press("j")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    # On a busy machine the next key may come before the form that it is for.
    await page.wait_for_function("document.activeElement?.matches('[data-task] form input')")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Called, travelling, resumes Thursday.")

    async with httpx.AsyncClient(
        base_url=clinic.server.url, cookies={"vesper": clinic.cookies["colleague"]},
        headers={"Sec-Fetch-Site": "same-origin", "If-Match": '"1"'},
    ) as colleague:  # fmt: skip
        found = (await colleague.get("/api/clinic/tasks")).json()["tasks"]
        [theirs] = [each for each in found if each["id"] == task]
        path = f"/api/patients/{theirs['patient']['id']}/tasks/{task}"
        changed = await colleague.patch(path, json={"due_on": "2027-03-01"})
        assert changed.status_code == 200, changed.text

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("it is due on 1 March 2027. What you entered is still here.").wait_for()
    assert "travelling" in await page.input_value("[name=note]")
    await page.locator("[data-task] form [type=submit]").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("You have nothing to do.").wait_for()
    await page.goto(f"{clinic.server.url}/clinic/tasks?whose=closed")
    done = page.locator(f"[data-task='{task}']")
    await done.wait_for()
    assert "Spoke with them: “Called, travelling, resumes Thursday.”" in await done.inner_text()
    await page.context.close()


async def test_a_refill_is_asked_for_and_the_closed_task_is_the_answer(clinic: Clinic) -> None:
    url = clinic.server.url
    mine = await clinic.page_of("private")
    await mine.goto(f"{url}/supplies")
    await mine.locator("[data-do=ask-refill]").first.click()
    await mine.fill("[name=note]", "I travel from the first.")
    await mine.click("[data-refill] form [type=submit]")
    await mine.locator("[data-refill=asked]", has_text="not answered yet").wait_for()

    theirs = await clinic.page_of("working")
    await theirs.goto(f"{url}/clinic/tasks?whose=nobody")
    task = theirs.locator("[data-task]", has_text="Refill")
    await task.locator("[data-do=close]").click()
    await task.get_by_text("Left a message").click()
    await task.locator("form [type=submit]").click()
    await task.wait_for(state="detached")
    await theirs.context.close()

    await mine.reload()
    await mine.locator("[data-refill=closed]", has_text="they left you a message").wait_for()
    await mine.locator("[data-do=ask-refill]").first.click()
    await mine.click("[data-refill] form [type=submit]")
    await mine.locator("[data-refill=asked]").wait_for()
    await mine.evaluate("""async () => {
        for (const {id} of (await (await fetch('/api/care-links')).json()).links)
            await fetch(`/api/care-links/${id}`, {method: 'DELETE'})
    }""")
    await mine.reload()
    await mine.locator("[data-refill=lapsed]", has_text="can see to it any more").wait_for()
    assert await mine.locator("[data-do=ask-refill]").count() == 0, "there is nobody to ask"
    await mine.locator("[data-do=withdraw-refill]").click()
    await mine.locator("[data-refill=lapsed]").wait_for(state="detached")
    await mine.context.close()
