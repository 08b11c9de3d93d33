"""An admin's webhook is no way into the server's own network, and pauses between attempts grow."""

from base64 import b64decode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clinic.webhook_address import WebhookAddressRefused, check_reachable, check_url
from app.clinic.webhook_policy import PAUSES, SPREAD, signature, verdict
from app.config import Refused, Settings
from app.push.guard import Addresses, NotPublic
from tests.story_time import MONDAY


@pytest.mark.parametrize(
    "url",
    [
        "http://ehr.example.org/hook", "https://ehr.example.org:8443/hook", "ftp://example.org/",
        "https://user@example.org/", "https://127.0.0.1/hook", "https://0x7f.1/", "https://127.1/",
        "https://2130706433/", "https://[::1]/", "https://localhost/", "https://intranet/",
        "https://example.org.0/", "https://example.org", "https://EXAMPLE.org\\@10.0.0.1/",
        "https://example.org/#a", "https://exämple.org/", "https://example..org/",
        "https://example.org./", "file:///etc/passwd", "https://169.254.169.254/latest",
        "https://ehr.example.org/" + "a" * 1000, "", "https://", "https:///hook", "//example.org/",
    ],
)  # fmt: skip
def test_an_address_that_is_no_public_name_on_https_is_refused(url: str) -> None:
    with pytest.raises(WebhookAddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://ehr.example.org/hook", "https://example.org:443/", "https://a.xn--p1ai/b?c=d"]
)
def test_any_public_name_will_do(url: str) -> None:
    assert check_url(url).startswith("https://")


def test_the_operator_may_trust_a_private_origin_and_only_that_one() -> None:
    allowed = ["http://10.0.0.5:8080"]
    assert check_url("http://10.0.0.5:8080/hook", allowed) == allowed[0]
    with pytest.raises(WebhookAddressRefused):
        check_url("http://10.0.0.5:8081/hook", allowed)


@pytest.mark.parametrize("private", ["10.0.0.8", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"])
async def test_a_name_with_one_private_address_is_refused(
    private: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def of(_: Addresses, host: str, port: int = 443) -> list[str]:
        raise NotPublic(host)

    monkeypatch.setattr(Addresses, "of", of)
    with pytest.raises(WebhookAddressRefused, match="private network"):
        await check_reachable("https://inside.example.org", [], Addresses())


def test_in_production_events_travel_encrypted_into_the_private_network_too() -> None:
    plain = Settings(
        environment="production", secret_key="x1y2z3" * 8 + "abcdefgh",
        vapid_private_key="key", vapid_subject="mailto:a@vesper.org",
        public_url="https://vesper.org", webhook_allowed_origins=["http://10.0.0.5"],
    )  # fmt: skip
    with pytest.raises(Refused, match="WEBHOOK_ALLOWED_ORIGINS"):
        plain.check()
    plain.webhook_allowed_origins = ["https://ehr.internal:8443"]
    plain.check()


@given(st.integers(100, 599) | st.none(), st.integers(1, 12), st.floats(0, 1, exclude_max=True))
def test_every_failure_is_tried_again_later_until_there_are_ten_and_no_success_is(
    status: int | None, attempts: int, random: float
) -> None:
    decided = verdict(status, attempts=attempts, now=MONDAY, random=random)
    if status is not None and status // 100 == 2:
        assert (decided.delivered, decided.ready_at, decided.gone) == (True, None, False)
    elif status == 410:
        assert (decided.delivered, decided.ready_at, decided.gone) == (False, None, True)
    elif attempts > len(PAUSES):
        assert (decided.delivered, decided.ready_at, decided.gone) == (False, None, False)
    else:
        assert decided.ready_at is not None
        pause = decided.ready_at - MONDAY
        assert abs(pause / PAUSES[attempts - 1] - 1) <= SPREAD + 1e-6


def test_the_pauses_grow_and_last_a_little_over_three_days() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=3.5)


@pytest.mark.parametrize("asked", [-5.0, 0.0, 1e12])
def test_a_receivers_wish_neither_hurries_us_nor_stops_us_for_ever(asked: float) -> None:
    decided = verdict(503, attempts=1, now=MONDAY, random=0.5, retry_after=asked)
    assert decided.ready_at is not None
    assert PAUSES[0] <= decided.ready_at - MONDAY <= timedelta(days=1)


def test_the_signature_is_the_specifications_own_example() -> None:
    """Source: the test vector of the reference libraries of Standard Webhooks."""
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
