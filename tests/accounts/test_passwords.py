"""Passwords: what is refused, and what a hash holds."""

import pytest

from app.accounts import passwords
from app.accounts.attempts import Attempts, address_of
from app.problems import Busy, Invalid
from tests.factories import PASSWORD, PASSWORD_HASH


@pytest.mark.parametrize(
    "password",
    ["too short", "x" * 201, "Password1234", "aaaaaaaaaaaa", "pat.lee@example.org", "PASSWORD@123"],
)
def test_a_password_others_would_guess_is_refused_with_a_cure(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check_new_password(password, "pat.lee@example.org")
    [error] = refused.value.errors
    assert error["field"] == "password"
    assert error["cure"]
    assert password not in str(refused.value.document())


def test_a_few_words_are_a_good_password() -> None:
    passwords.check_new_password("purple otter makes soup", "pat@example.org")


async def test_only_the_right_password_fits_and_typing_it_on_another_keyboard_too() -> None:
    kept = await passwords.hash_password("caf\u00e9 am Abend um zehn")
    assert (await passwords.verify_and_renew("cafe\u0301 am Abend um zehn", kept))[0]
    assert not (await passwords.verify_and_renew("cafe am Abend um zehn", kept))[0]
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_a_hash_with_the_parameters_of_today_is_kept() -> None:
    assert await passwords.verify_and_renew(PASSWORD, PASSWORD_HASH) == (True, None)


async def test_a_hash_with_weaker_parameters_is_renewed_at_sign_in() -> None:
    from pwdlib.hashers.argon2 import Argon2Hasher

    weak = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    right, newer = await passwords.verify_and_renew(PASSWORD, weak)
    assert right
    assert newer is not None
    assert (await passwords.verify_and_renew(PASSWORD, newer))[0]


async def test_nobody_and_nonsense_have_no_right_password() -> None:
    assert await passwords.verify_and_renew(PASSWORD, None) == (False, None)
    assert await passwords.verify_and_renew("this is nobody's password", None) == (False, None)
    assert not (await passwords.verify_and_renew(PASSWORD, "plain text"))[0]
    assert not (await passwords.verify_and_renew("x" * 100_000, PASSWORD_HASH))[0]


async def test_a_crowd_hears_busy_instead_of_waiting_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "QUEUE", 0)
    with pytest.raises(Busy) as busy:
        await passwords.hash_password(PASSWORD)
    assert busy.value.facts["retry_after"] == 2


def test_a_window_moves_and_refused_attempts_do_not_count() -> None:
    attempts = Attempts()
    assert [attempts.wait("2/minute", "a", now) for now in (0.0, 10.0)] == [0.0, 0.0]
    assert attempts.wait("2/minute", "a", 20.0) == 40.0
    assert attempts.wait("2/minute", "a", 59.0) == 1.0
    assert attempts.wait("2/minute", "b", 59.0) == 0.0
    assert attempts.wait("2/minute", "a", 60.0) == 0.0
    assert attempts.wait("2/minute", "a", 60.0) == 10.0


def test_keys_that_nobody_uses_any_more_are_forgotten() -> None:
    attempts = Attempts()
    for number in range(1000):
        attempts.wait("2/minute", f"key {number}", 0.0)
    attempts.wait("2/minute", "later", 1000.0)
    assert len(attempts._windows) == 1


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
    ],
)
def test_an_ipv6_subscriber_counts_once(host: str, counted: str) -> None:
    from starlette.requests import Request

    assert address_of(Request({"type": "http", "client": (host, 1)})) == counted
