"""The certificate with which the sandbox stands in for `*.googleapis.com`, for clients that are told to trust it."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

NAMES = ("*.googleapis.com", "googleapis.com")


def certificate_authority(folder: Path) -> Path:
    """The file with the sandbox's own certificate authority, made on first use together with the server's certificate.

    The authority's private key is thrown away: nothing else can ever be signed with it.
    """
    authority, leaf = folder / "ca.pem", folder / "server.pem"
    if not (authority.exists() and leaf.exists()):
        import trustme

        signer = trustme.CA(organization_name="runvpc sandbox")
        _write(authority, signer.cert_pem.bytes())
        _write(leaf, signer.issue_cert(*NAMES).private_key_and_cert_chain_pem.bytes())
    return authority


def server_context(folder: Path) -> ssl.SSLContext:
    """TLS as a server, with HTTP/2 and HTTP/1.1 to choose from."""
    certificate_authority(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
