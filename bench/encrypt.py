"""Encrypt and authorise: one core, no network, ours beside what others do for one push."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import WebPusher

from app.push.encrypt import Prepared, encrypt, new_ephemeral, public_key
from app.push.text64 import encode
from app.push.vapid import Identity, make_private_key
from bench import crowd
from bench.push_service import NotHonest, opened
from bench.results import Row, Table, Target
from tests.push_service import Phone

ORIGIN = "https://push.example.org"
NOW = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)


def measure(*, quick: bool = False) -> Table:
    """Messages a second, in turn; every body of the first turn is opened by the phone."""
    rounds, seconds = (3, 0.1) if quick else (25, 0.25)
    phones = [Phone() for _ in range(crowd.PHONES)]
    private_key = make_private_key()
    identity, vapid = Identity(private_key), Vapid02.from_pem(private_key.encode())
    somebody = crowd.people(1, ORIGIN, phones)[0]
    plain = crowd.plaintext(somebody, NOW).encode()
    ring = cycle(phones)
    pool = Prepared(room=200_000)

    def ours() -> bytes:
        phone = next(ring)
        identity.authorization(ORIGIN, NOW)
        return encrypt(plain, phone.p256dh, phone.auth)

    def ours_prepared() -> bytes:
        phone = next(ring)
        identity.authorization(ORIGIN, NOW)
        return encrypt(plain, phone.p256dh, phone.auth, ephemeral=pool.take())

    def pywebpush() -> bytes:
        phone = next(ring)
        keys = {"p256dh": encode(phone.p256dh), "auth": encode(phone.auth)}
        body = WebPusher({"endpoint": f"{ORIGIN}/wp/1", "keys": keys}).encode(plain)["body"]
        vapid.sign({"aud": ORIGIN, "sub": "mailto:bench@example.org", "exp": 2_000_000_000})
        return bytes(body)

    def ece() -> bytes:
        phone = next(ring)
        own = ec.generate_private_key(ec.SECP256R1())
        return bytes(
            http_ece.encrypt(
                plain, private_key=own, dh=phone.p256dh, auth_secret=phone.auth, version="aes128gcm"
            )
        )

    contenders: list[tuple[Row, Callable[[], bytes]]] = [
        (Row("Vesper, a key pair made for each message"), ours),
        (Row("Vesper, key pairs made beforehand in idle time"), ours_prepared),
        (Row("pywebpush `encode` and `Vapid.sign`, one key object"), pywebpush),
        (Row("http_ece `encrypt` alone, nothing signed"), ece),
    ]
    for _, one in contenders:
        opened(one(), phones)
    curve = Row("the two curve operations alone (limit of `cryptography`)")
    for _ in range(rounds):
        for row, one in contenders:
            if one is ours_prepared:
                pool.fill(int(40_000 * seconds))
            row.figures.append(rate(one, seconds))
            if one is ours_prepared and not len(pool):
                raise NotHonest("the prepared keys ran out while they were measured")
        curve.figures.append(rate(_curve(phones[0]), seconds))
    return Table(
        "Encrypt and authorise, one core",
        "messages per processor second",
        [row for row, _ in contenders] + [curve],
        targets=[
            Target(
                "times pywebpush encode and sign",
                contenders[0][0].median / contenders[2][0].median, 2.5,
            ),
            Target(
                "share of the two curve operations", contenders[0][0].median / curve.median, 0.65
            ),
        ],
        notes=[
            f"{len(plain)} bytes of reminder, {rounds} rounds of {seconds:g} processor seconds. "
            "Ours pads to 1,024 bytes and signs one token per push service in six hours.",
            *openssl(),
        ],
    )  # fmt: skip


def rate(one: Callable[[], object], seconds: float) -> float:
    """Calls in a second of processor time, which what else the machine does sways less."""
    began = time.process_time()
    calls = 0
    while (took := time.process_time() - began) < seconds:
        for _ in range(20):
            one()
        calls += 20
    return calls / took


def _curve(phone: Phone) -> Callable[[], object]:
    peer = public_key(phone.p256dh)

    def both() -> bytes:
        return new_ephemeral().private.exchange(ec.ECDH(), peer)

    return both


def openssl() -> list[str]:
    """What the machine's own `openssl speed` says of one ECDH, where there is one."""
    program = shutil.which("openssl")
    if program is None:
        return []
    done = subprocess.run(
        [program, "speed", "-seconds", "1", "ecdhp256"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = re.search(r"nistp256\)\s+\S+\s+([\d.]+)", done.stdout)
    return [f"`openssl speed ecdhp256`: {float(found[1]):,.0f} operations/s."] if found else []
