"""Tokens that push services accept, signed no more often than they like."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from py_vapid import Vapid02
from pydantic import SecretStr

from app.config import Refused, Settings
from app.push import text64
from app.push.vapid import Identity, identity_of, make_private_key
from tests.push.test_deliver import audience, claims
from tests.story_time import MONDAY


def test_a_token_names_its_service_and_ends_within_a_day(identity: Identity) -> None:
    header = identity.authorization("https://web.push.apple.com", MONDAY)
    said = claims(header)
    assert Vapid02.verify(header)
    assert header.endswith(f",k={identity.public_key}")
    assert said["aud"] == "https://web.push.apple.com"
    assert said["sub"] == "mailto:tests@vesper.example.org"
    assert timedelta(0) < timedelta(seconds=said["exp"] - MONDAY.timestamp()) <= timedelta(days=1)


def test_a_token_is_signed_once_for_hours_and_never_shared_between_services(
    identity: Identity,
) -> None:
    apple, google = "https://web.push.apple.com", "https://fcm.googleapis.com"
    first = identity.authorization(apple, MONDAY)
    assert identity.authorization(apple, MONDAY + timedelta(hours=5)) == first
    assert audience(identity.authorization(google, MONDAY)) == google
    later = identity.authorization(apple, MONDAY + timedelta(hours=7))
    assert later != first
    assert claims(later)["exp"] > claims(first)["exp"]
    assert identity.authorization(apple, MONDAY) != later, "a clock set back gets a fresh token"


def test_a_key_reads_the_same_as_pem_and_as_base64url() -> None:
    pem = make_private_key()
    private = load_pem_private_key(pem.encode(), None)
    raw = private.private_numbers().private_value.to_bytes(32)  # type: ignore[union-attr]
    from_text = Identity(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    assert from_text.key_id == Identity(pem).key_id
    assert len(from_text.key_id) == 16
    assert len(text64.decode(from_text.public_key)) == 65


@pytest.mark.parametrize("text", ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END"])
def test_what_is_no_key_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refused, match="VESPER_VAPID_PRIVATE_KEY"):
        Identity(text)


def test_development_makes_its_key_once_and_keeps_it_private(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "var", vapid_private_key=SecretStr(""))
    assert identity_of(settings).key_id == identity_of(settings).key_id
    assert (tmp_path / "var" / "vapid.pem").stat().st_mode & 0o777 == 0o600


def test_production_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        identity_of(Settings(environment="production", vapid_private_key=SecretStr("")))
