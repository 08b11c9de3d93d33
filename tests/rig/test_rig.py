"""The rig proves itself: what it says about Vesper later must not be a fault of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from .bidi import BrowserRefused
from .browser import NARROW, Browser
from .chromium import Chromium, Screens
from .desktop import Desktop
from .firefox_push import FirefoxPush
from .phone import KINDS, Kind, Phone, a_phone
from .programs import NotInstalled, Program, installed
from .sample import Sender, Site
from .waiting import TookTooLong, until

Test = TypeVar("Test", bound=Callable[..., Any])


def browser_test(test: Test) -> Test:
    """One of those that share two browsers, and so the loop in which these are driven."""
    marked: Test = pytest.mark.browser(pytest.mark.asyncio(loop_scope="module")(test))
    return marked


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with Site() as site:
        yield site


@pytest.fixture
def sender() -> Sender:
    return Sender()


Phones = Callable[[Kind], Awaitable[Phone]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phones() -> AsyncIterator[Phones]:
    """One phone of each kind for the whole file; its screen is empty, and every site new to it."""
    opened: dict[Kind, Phone] = {}
    async with AsyncExitStack() as stack:

        async def phone_of(kind: Kind) -> Phone:
            if kind not in opened:
                opened[kind] = await stack.enter_async_context(a_phone(kind))
            opened[kind].desktop.clear()
            opened[kind].push.clear()
            return opened[kind]

        yield phone_of


@pytest_asyncio.fixture(params=KINDS, loop_scope="module")
async def phone(request: pytest.FixtureRequest, phones: Phones) -> Phone:
    return await phones(request.param)


@pytest_asyncio.fixture(loop_scope="module")
async def firefox_phone(phones: Phones) -> Phone:
    return await phones("firefox")


async def subscribe(browser: Browser, site: Site, sender: Sender) -> dict[str, Any]:
    await browser.navigate(site.address)
    subscription: dict[str, Any] = await browser.evaluate(f"subscribe('{sender.key}')")
    return subscription


# The whole chain, in each browser.


@browser_test
async def test_a_push_is_shown_and_its_button_reaches_the_server(
    phone: Phone, site: Site, sender: Sender
) -> None:
    subscription = await subscribe(phone.browser, site, sender)
    assert await sender.send(phone.push, subscription, "Bedtime", Urgency="high") == 201
    shown = await phone.desktop.next_notification()
    assert shown.title == "Bedtime"
    assert shown.body.endswith("Tea & <b>toast</b>")
    assert shown.buttons == ["Taken", "Later"]
    assert shown.sticky
    message = await phone.push.next_message()
    assert await phone.push.acknowledged(message) == 100
    assert message.wishes.urgency == "high"
    phone.desktop.press(shown, "Taken")
    assert (await site.report("pressed"))["action"] == "taken"
    assert phone.desktop.on_screen == []


@browser_test
async def test_pressing_the_body_opens_a_tab(phone: Phone, site: Site, sender: Sender) -> None:
    subscription = await subscribe(phone.browser, site, sender)
    await sender.send(phone.push, subscription, "Bedtime")
    phone.desktop.press_body(await phone.desktop.next_notification())
    await phone.browser.switch_to("/?opened")
    assert await phone.browser.wait_for("document.title") == "Sample"


@browser_test
async def test_a_newer_message_replaces_one_of_its_topic_that_still_waits(
    phone: Phone, site: Site, sender: Sender
) -> None:
    subscription = await subscribe(phone.browser, site, sender)
    async with phone.push.out_of_reach():
        for text in ("first", "second"):
            assert await sender.send(phone.push, subscription, text, Topic="dose") == 201
    assert (await phone.desktop.next_notification()).title == "second"
    assert [message.fate for message in phone.push.log][:1] == ["replaced"]
    assert [message.deliveries for message in phone.push.log] == [0, 1]


@browser_test
async def test_the_same_tag_replaces_what_is_on_the_screen(
    phone: Phone, site: Site, sender: Sender
) -> None:
    subscription = await subscribe(phone.browser, site, sender)
    await sender.send(phone.push, subscription, "first")
    first = await phone.desktop.next_notification()
    await sender.send(phone.push, subscription, "second")
    second = await phone.desktop.next_notification()
    assert (first.title, second.title) == ("first", "second")

    # By their words: a browser may put the same one up once more.
    def read() -> list[str]:
        return [shown.title for shown in phone.desktop.on_screen]

    await until(lambda: read() == ["second"], lambda: f"the second alone to be read, not {read()}")


@browser_test
async def test_a_user_types_chooses_and_clicks(phone: Phone, site: Site) -> None:
    await phone.browser.navigate(site.address)
    await phone.browser.type_into("#name", "Ada B.")
    await phone.browser.choose("#bedtime", "22:30")
    await phone.browser.choose("#side", "right")
    await phone.browser.click("#save")
    events = await phone.browser.evaluate("events")
    assert "name=Ada" in events
    assert events[-4:] == ["name=Ada B.", "bedtime=22:30", "side=right", "trusted=true"]


@browser_test
async def test_values_and_exceptions_come_back_from_the_page(
    firefox_phone: Phone, site: Site
) -> None:
    browser = firefox_phone.browser
    await browser.navigate(site.address)
    given = {"a": [1, 2.5, None, True], "b": {"c": "d"}}
    assert await browser.evaluate("({a: [1, 2.5, null, true], b: {c: 'd'}})") == given
    with pytest.raises(BrowserRefused, match="nothing_there"):
        await browser.evaluate("nothing_there()")
    await browser.evaluate("console.warn('late')")
    with pytest.raises(TookTooLong, match=r"waited 0.3 s for never(.|\n)*late"):
        await browser.wait_for("never", within=0.3)
    assert (await browser.screenshot()).startswith(b"\x89PNG")


@browser_test
async def test_a_push_can_be_empty(phone: Phone, site: Site, sender: Sender) -> None:
    endpoint = (await subscribe(phone.browser, site, sender))["endpoint"]
    status, _ = await sender.post(phone.push, endpoint, body=b"", Content_Encoding=None)
    assert status == 201
    assert (await phone.desktop.next_notification()).title == "empty"


# What only Firefox's service can do.


@browser_test
async def test_firefox_is_told_that_its_subscription_expired(
    firefox_phone: Phone, site: Site, sender: Sender
) -> None:
    subscription = await subscribe(firefox_phone.browser, site, sender)
    await firefox_phone.push.expire()
    assert await sender.send(firefox_phone.push, subscription, "too late") == 410
    changed = await site.report("changed")
    assert changed == {"kind": "changed", "old": subscription["endpoint"], "new": None}
    again = await subscribe(firefox_phone.browser, site, sender)
    assert await sender.send(firefox_phone.push, again, "Bedtime") == 201
    assert (await firefox_phone.desktop.next_notification()).title == "Bedtime"


@browser_test
async def test_firefox_comes_back_after_its_socket_was_dropped(
    firefox_phone: Phone, site: Site, sender: Sender
) -> None:
    push = firefox_phone.push
    assert isinstance(push, FirefoxPush)
    subscription = await subscribe(firefox_phone.browser, site, sender)
    await push.drop()
    assert await sender.send(push, subscription, "Bedtime") == 201
    assert (await firefox_phone.desktop.next_notification()).title == "Bedtime"


@browser_test
async def test_firefox_tells_when_a_message_does_not_decrypt(
    firefox_phone: Phone, site: Site, sender: Sender
) -> None:
    subscription = await subscribe(firefox_phone.browser, site, sender)
    status, _ = await sender.post(firefox_phone.push, subscription["endpoint"])
    assert status == 201
    message = await firefox_phone.push.next_message()
    assert await firefox_phone.push.acknowledged(message) == 101


@browser_test
async def test_an_unsubscribed_browser_is_gone(phone: Phone, site: Site, sender: Sender) -> None:
    subscription = await subscribe(phone.browser, site, sender)
    await phone.browser.evaluate(
        "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription())"
        ".then(s => s.unsubscribe())"
    )
    everybody = phone.push.subscriptions.values()
    [known] = [each for each in everybody if each.endpoint == subscription["endpoint"]]
    await until(lambda: not known.alive, "the browser to say that it unsubscribed")
    assert await sender.send(phone.push, subscription, "Bedtime") == 410


@browser_test
@pytest.mark.parametrize("kind", KINDS)
async def test_a_user_lives_somewhere_and_can_have_blocked_notifications(
    kind: Any, site: Site
) -> None:
    async with a_phone(kind, notifications="block", zone="Asia/Tokyo") as phone:
        await phone.browser.navigate(site.address)
        assert await phone.browser.evaluate("Notification.permission") == "denied"
        zone = "Intl.DateTimeFormat().resolvedOptions().timeZone"
        assert await phone.browser.evaluate(f"[{zone}, innerWidth]") == ["Asia/Tokyo", 390]


# What only Chromium can do.


@browser_test
async def test_chromium_without_a_push_service_does_not_hang_the_test(
    site: Site, sender: Sender
) -> None:
    async with Desktop() as desktop, Chromium(desktop) as chromium:
        await chromium.navigate(site.address)
        with pytest.raises(TookTooLong, match="subscribe"):
            await chromium.evaluate(f"subscribe('{sender.key}')", within=1)


@browser_test
async def test_chromium_is_cut_from_the_network_with_its_worker(site: Site) -> None:
    async with Desktop() as desktop, Chromium(desktop) as chromium:
        await chromium.navigate(site.address)
        await chromium.evaluate("navigator.serviceWorker.register('/worker.js')")
        await chromium.wait_for("navigator.serviceWorker.controller")
        ask = "fetch('/').then(answer => answer.ok).catch(() => 'offline')"
        assert await chromium.evaluate(ask) is True
        await chromium.offline(True)
        assert await chromium.evaluate(ask) == "offline"
        [worker] = chromium.context.service_workers
        assert await worker.evaluate(ask) == "offline"
        await chromium.offline(False)
        assert await chromium.evaluate(ask) is True


@browser_test
async def test_screens_are_what_the_patient_set_up(site: Site) -> None:
    async with Screens() as screens:
        page = await screens.page(viewport=NARROW, colors="dark")
        await page.goto(site.address)
        wanted = "(width: 320px) and (prefers-color-scheme: dark) and (prefers-reduced-motion)"
        assert await page.evaluate("query => matchMedia(query).matches", wanted)


# The parts that everything stands on.


def test_a_missing_browser_is_a_failure_that_says_what_to_do() -> None:
    with pytest.raises(NotInstalled, match=r"no-such-browser is not installed.* `make browsers`"):
        installed("no-such-browser")


async def test_a_program_that_ends_early_shows_what_it_said() -> None:
    program = await Program.start([installed("sh"), "-c", "echo so long; exit 1"], {})
    with pytest.raises(AssertionError, match=r"sh ended early\.\nso long"):
        await program.says("never")
    await program.stop()


async def test_pressing_what_is_not_there_says_what_is() -> None:
    async with Desktop() as desktop:
        with pytest.raises(TookTooLong, match="a notification on the desktop"):
            await desktop.next_notification(within=0.1)
