"""Which addresses we call: what browsers hand out, and nothing that anybody made up."""

from typing import Any

import pytest

from app.push import guard
from app.push.guard import (
    Addresses,
    EndpointRefused,
    NotPublic,
    NotResolved,
    address_is_public,
    check_endpoint,
    check_reachable,
)

REAL = {
    "https://fcm.googleapis.com/fcm/send/abc:APA91b_-": "https://fcm.googleapis.com",
    "https://jmt17.google.com/fcm/send/abc": "https://jmt17.google.com",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA": (
        "https://updates.push.services.mozilla.com"
    ),
    "https://web.push.apple.com/QGuQyavXutnMH": "https://web.push.apple.com",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2bx%3d": (
        "https://wns2-par02p.notify.windows.com"
    ),
    "https://fcm.googleapis.com:443/fcm/send/abc": "https://fcm.googleapis.com",
}


@pytest.mark.parametrize(("endpoint", "origin"), REAL.items())
def test_what_browsers_hand_out_is_called(endpoint: str, origin: str) -> None:
    assert check_endpoint(endpoint) == origin


PRIVATE = [
    "127.0.0.1", "127.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "[::1]", "[::]", "[fe80::1]",
    "[fc00::1]", "[fd00:ec2::254]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]",
    "[2001:db8::1]", "[ff02::1]", "localhost", "localhost.localdomain", "metadata.google.internal",
    "metadata", "vesper", "db.internal", "printer.local",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "[2606:4700::1111]", "example.org", "evil.example", "xn--fcm-9la.example"]
LOOKALIKES = [
    "fcm.googleapis.com.evil.example", "evilfcm.googleapis.com", "fcm-googleapis.com",
    "a.fcm.googleapis.com", "web.push.apple.com.evil.example", "notify.windows.com.evil.example",
    "evilnotify.windows.com", "xpush.apple.com", "push.services.mozilla.com.evil.example",
    "fcm.googleapis.com.", "fcm..googleapis.com", "fcm.googleapis.com%00.evil.example",
    "fcm.googleapis.com%2eevil.example", "fcm.googleapis.com%23.evil.example", ".push.apple.com",
    "fcm\u3002googleapis\u3002com", "\uff46cm.googleapis.com", "fcm.googleapis.com\u200b",
    "fcm_googleapis.com", "-.push.apple.com", "a b.push.apple.com",
]  # fmt: skip
SCHEMES = ["http", "ftp", "file", "gopher", "dict", "ws", "wss", "javascript", "data", ""]
GOOD = "fcm.googleapis.com"
HOSTILE = [
    *(f"https://{host}/push/x" for host in [*PRIVATE, *PUBLIC, *LOOKALIKES]),
    *(f"http://{host}/push/x" for host in [*PRIVATE, *PUBLIC, GOOD]),
    *(f"https://{GOOD}@{host}/x" for host in [*PRIVATE, *PUBLIC[:2]]),
    *(f"https://{host}#@{GOOD}/x" for host in PRIVATE[:12]),
    *(f"https://{host}\\@{GOOD}/x" for host in PRIVATE[:12]),
    *(f"{scheme}://{GOOD}/x" for scheme in SCHEMES),
    *(f"https://{GOOD}:{port}/x" for port in (0, 22, 25, 80, 444, 6379, 8080, 65535, 65536, -1)),
    *(f"https://user{secret}@{GOOD}/x" for secret in ("", ":password", ":", "%40evil")),
    *(f"https://{GOOD}/x{bad}" for bad in ("\r\nHost: evil", "\n", "\t", " y", "\x00", "\x7f")),
    *(f"{bad}https://{GOOD}/x" for bad in (" ", "\n", "\x00", "//", "url:")),
    f"https://{GOOD}", f"https://{GOOD}?x", f"https:{GOOD}/x", f"https:///{GOOD}/x", f"//{GOOD}/x",
    "", "/", "https://", "https:///", "https://[", "https://[::1", "https://]/", "x" * 5000,
    f"https://{GOOD}/" + "x" * 1000, f"https://{'a.' * 300}push.apple.com/x",
    f"https://{GOOD}:https/x", f"https://{GOOD}:\uff14\uff14\uff13/x", f"https://{GOOD}/x|y", f"https://{GOOD}/<x>",
]  # fmt: skip


def test_there_are_200_hostile_addresses() -> None:
    assert len(set(HOSTILE)) >= 200


@pytest.mark.parametrize("endpoint", sorted(set(HOSTILE)), ids=lambda text: text[:40])
def test_a_hostile_address_is_refused_with_a_cure(endpoint: str) -> None:
    with pytest.raises(EndpointRefused) as refused:
        check_endpoint(endpoint)
    assert refused.value.errors[0]["field"] == "endpoint"
    assert refused.value.errors[0]["cure"]


def test_an_origin_the_operator_trusts_is_called_and_its_neighbours_are_not() -> None:
    allowed = ["http://127.0.0.1:8999", "https://push.example.org"]
    assert check_endpoint("http://127.0.0.1:8999/p/1", allowed) == "http://127.0.0.1:8999"
    assert check_endpoint("https://push.example.org:443/p", allowed) == "https://push.example.org"
    for endpoint in (
        "http://127.0.0.1:8998/p", "https://127.0.0.1:8999/p", "http://push.example.org/p",
        "https://push.example.org.evil.example/p", "http://x@127.0.0.1:8999/p",
    ):  # fmt: skip
        with pytest.raises(EndpointRefused):
            check_endpoint(endpoint, allowed)


def test_only_the_open_internet_is_public() -> None:
    numeric = [host.strip("[]") for host in PRIVATE if host[0] in "[12" and host != "2130706433"]
    for address in [*numeric, "::ffff:127.0.0.1", "64:ff9b::7f00:1", "not an address", "127.1"]:
        assert not address_is_public(address), address
    for address in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"):
        assert address_is_public(address), address


class Names:
    """A name server that says what it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.addresses: list[str] = []
        self.asked = 0

        async def getaddrinfo(_loop: object, host: str, port: int, **_: object) -> list[Any]:
            self.asked += 1
            if not self.addresses:
                raise OSError(host)
            return [(0, 0, 0, "", (address, port)) for address in self.addresses]

        monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


async def test_one_private_address_among_public_ones_is_enough_to_refuse(names: Names) -> None:
    names.addresses = ["8.8.8.8", "10.0.0.1"]
    with pytest.raises(NotPublic):
        await Addresses().of(GOOD)
    with pytest.raises(EndpointRefused):
        await check_reachable(f"https://{GOOD}", [], Addresses())


async def test_a_checked_name_is_not_asked_again_so_it_cannot_change_its_mind(
    names: Names,
) -> None:
    addresses = Addresses()
    names.addresses = ["8.8.8.8"]
    assert await addresses.of(GOOD) == ["8.8.8.8"]
    names.addresses = ["127.0.0.1"]
    assert await addresses.of(GOOD) == ["8.8.8.8"]
    assert names.asked == 1


async def test_a_name_without_an_address_passes_when_saved_and_fails_when_sent_to(
    names: Names,
) -> None:
    await check_reachable(f"https://{GOOD}", [], Addresses())
    with pytest.raises(NotResolved):
        await Addresses().of(GOOD)


async def test_a_trusted_origin_is_not_looked_up(names: Names) -> None:
    await check_reachable("http://localhost:1", ["http://localhost:1"], Addresses())
    assert names.asked == 0


def test_every_allowed_host_is_spelled_in_lower_case() -> None:
    for host in [*guard.EXACT, *guard.SUFFIXES]:
        assert host == host.lower()
