"""A patient's walk through the app in a real browser, as far as a test needs it."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import clock
from tests.rig.browser import Browser
from tests.rig.waiting import until

# In one of these it is any given time of day, to within two hours.
PLACES = (
    "Pacific/Auckland", "Pacific/Noumea", "Asia/Tokyo", "Asia/Bangkok", "Asia/Karachi",
    "Europe/Moscow", "Africa/Lagos", "Atlantic/Cape_Verde", "America/Sao_Paulo", "America/Bogota",
    "America/Phoenix", "Pacific/Gambier", "Pacific/Honolulu",
)  # fmt: skip


def a_place_where_it_is_evening(now: datetime | None = None) -> str:
    """A zone in which the wall clock reads between 20:00 and 23:00, and will for ten minutes.

    Before 20:00 a blood draw that is due may speak as well, and come before the reminder.
    """
    return _a_place_between(20, 23, now or clock.now())


def a_place_where_it_is_day(now: datetime | None = None) -> str:
    """A zone in which the wall clock reads between 12:00 and 16:00, when anything may speak."""
    return _a_place_between(12, 16, now or clock.now())


def _a_place_between(first: int, last: int, now: datetime) -> str:
    soon = now + timedelta(minutes=10)
    return next(
        name
        for name in PLACES
        if all(at.astimezone(ZoneInfo(name)).hour in range(first, last) for at in (now, soon))
    )


# To open a database that is not there yet would make it, without the app's tables; so it is left.
OPENED = """new Promise((done, fail) => {
    const opening = indexedDB.open('vesper')
    let missing = false
    opening.onupgradeneeded = () => { missing = true; opening.transaction.abort() }
    opening.onerror = () => missing ? done([]) : fail(opening.error)
    opening.onsuccess = () => {
        const names = [...opening.result.objectStoreNames].filter(name => WANTED), found = []
        if (names.length === 0) return opening.result.close(), done([])
        const reading = opening.result.transaction(names)
        for (const name of names)
            reading.objectStore(name).ASKED().onsuccess = e => found.push(...e.target.result)
        reading.oncomplete = () => { opening.result.close(); done(found) }
    }
})"""
OUTBOX = OPENED.replace("WANTED", "name === 'outbox'").replace("ASKED", "getAll")
KEPT = OPENED.replace("WANTED", "true").replace("ASKED", "getAllKeys")


class Visit:
    """One browser in one patient's hands."""

    def __init__(self, browser: Browser, url: str, zone: str) -> None:
        self.browser = browser
        self.url = url
        self.zone = ZoneInfo(zone)

    async def press(self, text: str) -> None:
        """Press the button or link that reads so."""
        wanted = json.dumps(text)
        # Found and marked at once: between two questions the page may draw itself anew.
        await self.browser.wait_for(
            "(() => {"
            "const found = [...document.querySelectorAll('button, a, summary, label')]"
            f".find(e => e.textContent.trim() === {wanted} || e.ariaLabel === {wanted});"
            "document.querySelector('[data-pressed]')?.removeAttribute('data-pressed');"
            "found?.setAttribute('data-pressed', '');"
            "return found !== undefined"
            "})()"
        )
        await self.browser.click("[data-pressed]")

    async def fill(self, name: str, text: str) -> None:
        """Type into the field of this name."""
        await self.browser.wait_for(f"document.querySelector('[name=\"{name}\"]')")
        await self.browser.type_into(f'[name="{name}"]', text)

    async def choose(self, name: str, value: str) -> None:
        """Choose in the select, or set the time, of this name."""
        await self.browser.wait_for(f"document.querySelector('[name=\"{name}\"]')")
        await self.browser.choose(f'[name="{name}"]', value)

    async def submit(self) -> None:
        """Send the one form of this screen."""
        await self.browser.click('form [type="submit"]')

    async def sees(self, text: str, *, within: float = 10) -> None:
        """Wait until the page says so."""
        await self.browser.wait_for(
            f"document.body.innerText.includes({json.dumps(text)})", within=within
        )

    async def is_at(self, path: str) -> None:
        """Wait until the app shows this screen."""
        await self.browser.wait_for(f"location.pathname === {json.dumps(path)}")

    async def sign_up(self, email: str) -> None:
        """From the welcome screen to an account."""
        await self.browser.navigate(self.url)
        await self.press("Create an account")
        await self.fill("name", "A patient")
        await self.fill("email", email)
        await self.fill("password", "a long enough passphrase")
        await self.submit()
        await self.is_at("/start/protocol")

    async def sign_in(self, email: str, password: str) -> None:
        """From the sign-in screen to Tonight, with all that is needed offline on this phone."""
        await self.browser.navigate(f"{self.url}/sign-in")
        await self.fill("email", email)
        await self.fill("password", password)
        await self.submit()
        await self.is_at("/tonight")
        await self.worker_is_ready()

        async def plan_is_kept() -> bool:
            return "plan" in await self.kept()

        await until(plan_is_kept, "the plan on this phone")

    async def worker_is_ready(self) -> None:
        """Wait until the service worker answers for this page."""
        await self.browser.wait_for("navigator.serviceWorker?.controller")

    async def enter_sermorelin(self) -> None:
        """A protocol of one line, every night at bedtime."""
        await self.press("None: add medicines one by one")
        await self.choose("lines.0.medicine", "sermorelin")
        await self.fill("lines.0.amount.value", "250")
        await self.choose("lines.0.amount.unit", "ug")
        await self.press("Every night")
        await self.press("At bedtime")
        await self.submit()
        await self.press("This is right: save")
        await self.answer_no()
        await self.press("This is right: save")
        await self.is_at("/start/bedtime")

    async def answer_no(self) -> None:
        """The questions before a growth-hormone peptide, each with its second answer."""
        await self.browser.wait_for("document.querySelector('[name^=\"answers.\"]')")
        await self.browser.evaluate(
            "new Set([...document.querySelectorAll('[name^=\"answers.\"]')].map(e => e.name))"
            ".forEach(name => document.getElementsByName(name)[1].click())"
        )
        await self.press("Save the answers")
        await self.press("Go on")

    async def set_bedtime(self, bedtime: str) -> None:
        """The same bedtime every night."""
        await self.choose("bedtimes.0", bedtime)
        await self.submit()
        await self.is_at("/start/reminders")

    def soon(self, seconds: int = 15) -> str:
        """The first whole minute at least so many seconds away, on the patient's wall clock."""
        moment = clock.now() + timedelta(seconds=60 + seconds)
        return f"{moment.astimezone(self.zone):%H:%M}"

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the server answers this browser."""
        sent = "undefined" if body is None else f"JSON.stringify({json.dumps(body)})"
        return await self.browser.evaluate(
            f"fetch({json.dumps(path)}, {{method: {json.dumps(method)}, body: {sent}, headers: "
            "{'content-type': 'application/json'}}).then(r => r.status === 204 ? null : r.json())"
        )

    async def kept(self) -> list[Any]:
        """The keys of everything in this browser's database."""
        return list(await self.browser.evaluate(KEPT))

    async def outbox(self) -> list[dict[str, Any]]:
        """What waits in this browser to be sent."""
        return list(await self.browser.evaluate(OUTBOX))

    async def doses(self) -> list[dict[str, Any]]:
        """The patient's doses as the server has them, tonight's first."""
        answer = await self.ask("GET", "/api/patients/me/doses")
        found: list[dict[str, Any]] = answer["doses"]
        return found

    async def until_taken(self) -> list[dict[str, Any]]:
        """Last night's dose and tonight's, once the server has tonight's as taken."""
        for _ in range(100):
            both = (await self.doses())[:2]
            if both[1]["state"] == "taken":
                return both
            await asyncio.sleep(0.1)
        raise AssertionError(f"the dose is {both[1]['state']}, not taken")

    async def until_recorded(self, state: str) -> dict[str, Any]:
        """The first dose, once the server has it in this state."""
        for _ in range(100):
            first = (await self.doses())[0]
            if first["state"] == state:
                return first
            await asyncio.sleep(0.1)
        raise AssertionError(f"the dose is {first['state']}, not {state}")


def local(moment: str, zone: ZoneInfo) -> str:
    """An instant as the wall clock shows it."""
    return f"{datetime.fromisoformat(moment).astimezone(zone):%H:%M}"
