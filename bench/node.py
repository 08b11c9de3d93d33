"""The Node peer: its program from the virtual environment, its package from a lock file."""

import os
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.push.text64 import encode

HERE = Path(__file__).parent


def program() -> str:
    """Node, with its peer's package installed by hash. Raises RuntimeError that says what to do."""
    binaries = Path(sys.executable).parent
    node = binaries / "node"
    if not node.exists():
        raise RuntimeError("Node is missing: run `make bench`, which installs it into .venv")
    if not (HERE / "node_modules" / "web-push").exists():
        done = subprocess.run(
            [binaries / "npm", "ci", "--no-audit", "--no-fund", "--include=dev"],
            cwd=HERE, capture_output=True, text=True, check=False, timeout=180,
            env={**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"},
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"npm ci in bench/ failed: {done.stderr.strip()[-500:]}")
    return str(node)


def version() -> str:
    """Node's version; empty where there is none."""
    node = Path(sys.executable).parent / "node"
    if not node.exists():
        return ""
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout


def scalar(private_key: str) -> str:
    """A VAPID key as web-push reads it: base64url of its 32 bytes."""
    key = load_pem_private_key(private_key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return encode(key.private_numbers().private_value.to_bytes(32))
