"""The certificate with which the sandbox stands in for `*.googleapis.com`, for clients that are told to trust it.

Its authority lives for a month, may sign for Google's API names and Cloud Run's service names alone (name constraints),
and its private key is thrown away at once: nothing else can ever be signed with it.
"""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

DOMAINS = ("googleapis.com", "run.app")
"""The only domains for which the authority is good."""

NAMES = ("*.googleapis.com", "googleapis.com", "*.a.run.app")

DAYS, RENEWED = timedelta(days=30), timedelta(days=15)
"""How long a certificate holds, and how much must be left of it when a server starts."""


def certificate_authority(folder: Path) -> Path:
    """The file with the sandbox's own certificate authority, made together with the server's certificate when there is
    none, or none that will last."""
    authority, leaf = folder / "ca.pem", folder / "server.pem"
    if not (leaf.exists() and _lasts(authority)):
        certificate, identity = _sign(datetime.now(UTC))
        _write(authority, certificate)
        _write(leaf, identity)
    return authority


def server_context(folder: Path) -> ssl.SSLContext:
    """TLS as a server. Who can speak HTTP/1.1 shall (curl, Go's clients): over HTTP/2 there is gRPC alone."""
    certificate_authority(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.set_alpn_protocols(["http/1.1", "h2"])
    return context


def _lasts(authority: Path) -> bool:
    from cryptography import x509

    try:
        known = x509.load_pem_x509_certificate(authority.read_bytes())
    except (OSError, ValueError):
        return False
    return known.not_valid_after_utc - datetime.now(UTC) > RENEWED


def _sign(now: datetime) -> tuple[bytes, bytes]:
    """A new authority's certificate; and a server's private key with its certificate, all PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    signer, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "runvpc sandbox")])
    begin, end = now - timedelta(hours=1), now + DAYS
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = (
        x509.CertificateBuilder(issuer, issuer, signer.public_key(), x509.random_serial_number(), begin, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(name) for name in DOMAINS], None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    leaf = (
        x509.CertificateBuilder(issuer, subject, own.public_key(), x509.random_serial_number(), begin, end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return authority.public_bytes(pem), key + leaf.public_bytes(pem)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
