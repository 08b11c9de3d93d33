"""Settings: from `VESPER_*` variables, from files named by `VESPER_*_FILE`, from secret files.

Each setting says what it is for and what a wrong value would do. Outside development
the process refuses to start on a secret it should not trust.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# Values that stand in examples and tutorials; nobody may run with them.
WELL_KNOWN = frozenset({"secret", "changeme", "change-me", "development", "password", "vesper"})


class Refused(RuntimeError):
    """The process must not start with these settings; the text says which and why."""


class Settings(BaseSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="VESPER_", extra="ignore")

    environment: Literal["development", "production"] = "development"
    database_url: str = "sqlite+aiosqlite:///var/vesper.sqlite3"
    """SQLite for one process; `postgresql+asyncpg://…` for any number of them."""

    data_folder: Path = Path("var")
    """Where `vesper vapid` and the first start keep keys, with mode 0600."""

    public_url: str = "http://localhost:8000"
    """The address people open; notifications lead back to it."""

    secret_key: SecretStr = SecretStr("")
    """At least 32 characters; seals queued messages. Made once in `data_folder` in development."""

    vapid_private_key: SecretStr = SecretStr("")
    """PEM or base64url of the P-256 key; losing it loses every subscription: back it up."""

    vapid_subject: str = ""
    """`mailto:` or `https:` address at which a push service reaches the operator."""

    push_allowed_origins: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Further push services, comma-separated origins, for self-hosters and tests."""

    push_routes: dict[str, str] = Field(default_factory=dict)
    """JSON: origin to address that is really called. For tests with a browser that hands out a
    fixed origin; refused in production."""

    webhook_allowed_origins: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Comma-separated origins that webhooks may call although they are on a private network, such
    as a clinic's own system; they may have a port, and in production they are https."""

    push_in_flight: int = Field(default=200, ge=1, le=2000)
    """How many posts one push service may hold that are not yet written down here; also the most
    that a killed worker can make anybody send twice."""

    push_lease: int = Field(default=60, ge=1, le=600)
    """Seconds after which others take over what a killed worker had claimed."""

    worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    """A worker without an API serves `/metrics` and `/readyz` here; 0 is off."""

    frontend_folder: Path = Path("frontend/dist")
    trusted_hosts: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Host names this server answers to; empty means the one in `public_url`."""

    trusted_proxies: str = "127.0.0.1"
    """Addresses and networks, comma-separated, whose `X-Forwarded-For` production believes."""

    sign_in_attempts: str = "10/minute"
    """How often one account or address may try to sign in, as the `limits` library writes it."""

    retention_years: int = Field(default=7, ge=0, le=100)
    """How long the closed record of somebody whom a clinic treated is kept after they ended it; a
    law of the place. [D] engineering default."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="before")
    @classmethod
    def read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Take a setting from the file that `VESPER_<NAME>_FILE` names, as containers do."""
        for name in cls.model_fields:
            path = os.environ.get(f"VESPER_{name.upper()}_FILE")
            if path and not given.get(name):
                given[name] = Path(path).read_text(encoding="utf-8").strip()
        return given

    @field_validator(
        "push_allowed_origins", "webhook_allowed_origins", "trusted_hosts", mode="before"
    )
    @classmethod
    def split_commas(cls, value: object) -> object:
        """Accept `a, b` as well as a JSON list."""
        if isinstance(value, str):
            if value.startswith("["):
                return json.loads(value)
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @property
    def production(self) -> bool:
        """Whether real people's records are at stake."""
        return self.environment == "production"

    @property
    def secure_cookies(self) -> bool:
        """Whether the browser talks to us over TLS, so that `__Host-` cookies work."""
        return self.production or self.public_url.startswith("https://")

    def check(self) -> None:
        """Raise Refused when starting would be unsafe, naming the setting and the reason."""
        refuse_stale_tzdata()
        if not self.production:
            return
        key = self.secret_key.get_secret_value()
        if len(key) < 32 or key.lower() in WELL_KNOWN or len(set(key)) < 10:
            raise Refused(
                "VESPER_SECRET_KEY is missing, short or well known. Make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        if not self.vapid_private_key.get_secret_value():
            raise Refused("VESPER_VAPID_PRIVATE_KEY is missing. Make one with `vesper vapid`.")
        refuse_bad_subject(self.vapid_subject)
        if not self.public_url.startswith("https://"):
            raise Refused("VESPER_PUBLIC_URL must be https: browsers give push to no other site.")
        if self.push_routes:
            raise Refused("VESPER_PUSH_ROUTES is for tests; remove it in production.")
        if any(not origin.startswith("https://") for origin in self.webhook_allowed_origins):
            raise Refused(
                "VESPER_WEBHOOK_ALLOWED_ORIGINS must be https: events name patients by their ids."
            )


def refuse_bad_subject(subject: str) -> None:
    """Raise Refused unless a push service could reach somebody at this VAPID subject.

    Apple answers 403 BadJwtToken to `@localhost`, `.local` and `.invalid`
    (web-push-libs/web-push#947), which would silence every iPhone.
    """
    kind, _, rest = subject.partition(":")
    host = rest.rpartition("@")[2] if kind == "mailto" else (urlsplit(subject).hostname or "")
    dead = (".localhost", ".local", ".invalid", ".test", ".example")
    if kind not in {"mailto", "https"} or "." not in host or host.endswith(dead):
        raise Refused(
            f"VESPER_VAPID_SUBJECT is {subject!r}; it must be a mailto: or https: address with a "
            "public host, or Apple refuses every push."
        )


def refuse_stale_tzdata() -> None:
    """Raise Refused when the installed time-zone rules are older than this release was built with.

    Age alone never refuses: a server must come back after a power cut, years later too.
    `/readyz` and the log say how old the rules are.
    """
    floor = next(r for r in requires("vesper") or () if r.startswith("tzdata"))
    needed = tuple(int(part) for part in floor.partition(">=")[2].split("."))
    installed = version("tzdata")
    if tuple(int(part) for part in installed.split(".")[:2]) < needed:
        raise Refused(
            f"tzdata {installed} is installed, but this release was built with {floor}: clock "
            "changes announced since would shift bedtimes. Install from requirements.lock again."
        )


def sealing_key(settings: Settings) -> str:
    """The secret that seals queued messages; in development made once, readable by its owner only.

    Two processes that start together agree on one. Production has been refused without it.
    """
    given = settings.secret_key.get_secret_value()
    if given or settings.production:
        return given
    return kept_once(settings.data_folder / "secret.key", lambda: secrets.token_urlsafe(48))


def kept_once(path: Path, make: Callable[[], str]) -> str:
    """The secret in this file, made first if there is none, and readable by its owner only.

    Of two processes that make it at once, one wins, and neither ever reads half of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
