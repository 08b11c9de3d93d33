"""A certificate for this machine's own names, made when needed and good for a day."""

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that is its own authority: for the server with its key, and for clients."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vesper tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    private, public = folder / "server.pem", folder / "trusted.pem"
    private.write_bytes(secret + certificate)
    public.write_bytes(certificate)
    return private, public


def tls_for_loopback() -> ssl.SSLContext:
    """A server's TLS settings with a certificate that only a browser told to trust it accepts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Python reads certificates from files only.
    with tempfile.TemporaryDirectory(prefix="rig-certificate-") as folder:
        private, _ = write_certificate(Path(folder))
        context.load_cert_chain(private)
    return context
