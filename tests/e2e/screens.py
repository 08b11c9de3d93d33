"""Every screen of the app: who sees it, where it is, and what to press to see all of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

Steps = Callable[[Page], Awaitable[None]]


async def nothing_more(page: Page) -> None:
    """The screen is complete as it opens."""


@dataclass(frozen=True)
class Screen:
    """One state of one screen.

    name            of its picture
    who             in the cast; None is a stranger
    path            `{about}` is what belongs to the one who sees it
    ready           something that is there once the screen can be used
    steps           what is pressed then
    notifications   whether the browser allows them
    zone            where the phone is; None is where the patients live
    """

    name: str
    who: str | None
    path: str
    ready: str
    steps: Steps = nothing_more
    notifications: bool = True
    zone: str | None = None

    def __str__(self) -> str:
        return self.name


async def two_medicines(page: Page) -> None:
    """The line editor with two lines, one of them with everything open."""
    await page.get_by_text("None: add medicines").click()
    await page.select_option("[name='lines.0.medicine']", "cjc1295_ipamorelin")
    await page.fill("[name='lines.0.amount.value']", "100")
    await page.get_by_text("Some weekdays").first.click()
    await page.get_by_text("Add another medicine").click()
    await page.select_option("[name='lines.1.medicine']", "testosterone_cypionate")
    await page.locator("[name='lines.1.when']").nth(1).check()
    await page.locator("[name='lines.1.recurrence.nights']").nth(2).check()
    await page.locator("details summary").nth(1).click()


async def a_summary(page: Page) -> None:
    """The protocol in words, before it is saved."""
    await page.click("form [type=submit]")
    await page.get_by_text("Is this what was prescribed?").wait_for()


async def a_mistake(page: Page) -> None:
    """A form sent empty."""
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def clinicians_code(page: Page) -> None:
    """The field that only clinicians fill in."""
    await page.get_by_text("I am a clinician").click()
    await page.locator("[name=invite]").wait_for()


async def seven_bedtimes(page: Page) -> None:
    """A bedtime for each night of the week."""
    await page.locator("form input[type=checkbox]").first.check()
    await page.locator("[name='bedtimes.6']").wait_for()


async def taken_earlier(page: Page) -> None:
    """The sheet that asks when."""
    await page.click("[data-do=earlier]")
    await page.locator("[name=taken_at]").wait_for()


async def why_skipped(page: Page) -> None:
    """The sheet that asks why, with an answer that calls for the clinic."""
    await page.click("[data-do=skip]")
    await page.locator("[name=reason]").nth(1).check()


async def an_invite(page: Page) -> None:
    """The code that a clinician gives to a patient."""
    await page.get_by_text("Make an invite code").click()
    await page.locator(".code").wait_for()


async def a_missed_one(page: Page) -> None:
    """The past nights, with what can still be said about a dose that was missed."""
    await page.locator("article").first.wait_for()
    if await page.locator("article details").count():
        await page.locator("article details summary").first.click()


async def without_a_network(page: Page) -> None:
    """What is said to somebody who is offline."""
    await page.evaluate("void dispatchEvent(new Event('offline'))")
    await page.locator("[data-notice=offline]").wait_for()


async def on_an_iphone(page: Page) -> None:
    """The pictures of how to put the app on the home screen."""
    agent = "Object.defineProperty(navigator, 'userAgent', {get: () => 'iPhone'})"
    await page.evaluate(f"void {agent}")
    await page.click("a[href='/settings/reminders']")
    await page.locator(".steps").wait_for()


TAKEN = "[data-do=taken-all]"
FORM = "form [type=submit]"
HEADING = "h1"

SCREENS = (
    Screen("welcome", None, "/", "a[href^='/sign-up']"),
    Screen("sign-up", None, "/sign-up", FORM),
    Screen("sign-up-clinician", None, "/sign-up", FORM, clinicians_code),
    Screen("sign-up-mistakes", None, "/sign-up", FORM, a_mistake),
    Screen("sign-in", None, "/sign-in", FORM),
    Screen("start-protocol", "newcomer", "/start/protocol", ".pick"),
    Screen("start-protocol-lines", "newcomer", "/start/protocol", ".pick", two_medicines),
    Screen("start-bedtime", "newcomer", "/start/bedtime", FORM),
    Screen("start-reminders", "newcomer", "/start/reminders", "[data-do=reminders-on]"),
    Screen("tonight-no-protocol", "newcomer", "/tonight", ".empty"),
    Screen("tonight-open", "open", "/tonight", TAKEN),
    Screen("tonight-earlier", "open", "/tonight", TAKEN, taken_earlier),
    Screen("tonight-skip", "open", "/tonight", TAKEN, why_skipped),
    Screen("tonight-one-dose", "open", "/tonight?dose={about}", TAKEN),
    Screen("tonight-several", "several", "/tonight", TAKEN),
    Screen("tonight-nothing", "nothing", "/tonight", ".empty"),
    Screen("tonight-done", "done", "/tonight", "[data-do=undo]"),
    Screen("tonight-missed", "missed", "/tonight", "[data-do=taken-on-time]"),
    Screen("tonight-notices", "changed", "/tonight", TAKEN, notifications=False, zone="Asia/Tokyo"),
    Screen("tonight-offline", "several", "/tonight", TAKEN, without_a_network),
    Screen("coming", "several", "/coming", "[data-night]"),
    Screen("history", "steady", "/history", "[data-night]", a_missed_one),
    Screen("settings", "steady", "/settings", "a[href='/settings/access']"),
    Screen("protocol", "steady", "/settings/protocol", "article"),
    Screen("protocol-unread", "changed", "/settings/protocol", "article"),
    Screen("protocol-change", "steady", "/settings/protocol/change", "[name='lines.3.medicine']"),
    Screen("protocol-summary", "steady", "/settings/protocol/change", FORM, a_summary),
    Screen("bedtime", "steady", "/settings/nights", "[name=timezone]", seven_bedtimes),
    Screen("reminders", "open", "/settings/reminders", "[data-do=reminders-on]"),
    Screen("reminders-blocked", "steady", "/settings/reminders", HEADING, notifications=False),
    Screen("reminders-iphone", "steady", "/settings", "a[href='/settings/access']", on_an_iphone),
    Screen("devices", "steady", "/settings/devices", "[data-device]"),
    Screen("clinic", "steady", "/settings/clinic", "article"),
    Screen("access", "steady", "/settings/access", "li.entry, main ul li"),
    Screen("panel", "clinician", "/clinic", "a[href^='/clinic/patients/']", an_invite),
    Screen("patient", "clinician", "/clinic/patients/{about}", "a[href$='/protocol']"),
    Screen(
        "patient-protocol", "clinician", "/clinic/patients/{about}/protocol",
        "[name='lines.3.medicine']",
    ),
    Screen("clinician-settings", "clinician", "/settings", "[name=theme]"),
)  # fmt: skip
