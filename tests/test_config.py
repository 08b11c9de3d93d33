"""Settings: what refuses to start, and why it says so."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from app import config
from app.config import Refused, Settings, refuse_bad_subject, refuse_stale_tzdata, sealing_key
from app.push.vapid import identity_of, make_private_key

GOOD = {
    "environment": "production",
    "secret_key": "k3v9-2mZq8x-Lw7Rt5-Yc1Np6-Hd4Bs0-Jf",
    "vapid_private_key": make_private_key(),
    "vapid_subject": "mailto:operator@vesper.example.org",
    "public_url": "https://vesper.example.org",
}


def test_good_settings_start() -> None:
    Settings.model_validate(GOOD).check()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret_key": ""}, "VESPER_SECRET_KEY"),
        ({"secret_key": "changeme"}, "VESPER_SECRET_KEY"),
        ({"secret_key": "a" * 64}, "VESPER_SECRET_KEY"),
        ({"vapid_private_key": ""}, "VESPER_VAPID_PRIVATE_KEY"),
        ({"vapid_subject": ""}, "VESPER_VAPID_SUBJECT"),
        ({"vapid_subject": "mailto:me@localhost"}, "VESPER_VAPID_SUBJECT"),
        ({"vapid_subject": "https://vesper.local"}, "VESPER_VAPID_SUBJECT"),
        ({"vapid_subject": "mailto:me@nowhere.invalid"}, "VESPER_VAPID_SUBJECT"),
        ({"public_url": "http://vesper.example.org"}, "VESPER_PUBLIC_URL"),
        ({"push_routes": {"https://a.example": "http://127.0.0.1:1"}}, "VESPER_PUSH_ROUTES"),
    ],
)
def test_production_refuses_and_names_the_setting(change: dict[str, object], named: str) -> None:
    with pytest.raises(Refused, match=named):
        Settings.model_validate({**GOOD, **change}).check()


def test_development_starts_with_nothing_set(tmp_path: Path) -> None:
    Settings(data_folder=tmp_path).check()


def test_old_time_zone_rules_refuse_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_stale_tzdata()
    monkeypatch.setattr(config, "version", lambda _: "2025.2")
    with pytest.raises(Refused, match=r"tzdata 2025\.2"):
        refuse_stale_tzdata()


def test_a_public_subject_is_accepted() -> None:
    refuse_bad_subject("mailto:operator@vesper.health")
    refuse_bad_subject("https://vesper.health/contact")


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    assert sealing_key(settings) == sealing_key(settings)
    assert len(sealing_key(settings)) >= 32
    assert identity_of(settings).key_id == identity_of(settings).key_id
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from-a-file-0123456789-abcdefghijkl\n")
    monkeypatch.setenv("VESPER_SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert Settings().secret_key == SecretStr("from-a-file-0123456789-abcdefghijkl")
