"""The sandbox's certificate authority: short-lived, for few names, and without a key that could sign more."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from wizard.sandbox import pki


def authority(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.certificate_authority(folder).read_bytes())


def handshake(folder: Path, name: str) -> None:
    """A client that trusts the authority meets the server under a name, in memory."""
    trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(to_client, to_server, server_hostname=name)
    server = pki.server_context(folder).wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", ["compute.googleapis.com", "us-central1-run.googleapis.com", "web-x-uc.a.run.app"])
def test_googles_names_are_believed(tmp_path: Path, name: str) -> None:
    pki.certificate_authority(tmp_path)
    handshake(tmp_path, name)


@pytest.mark.parametrize("name", ["example.com", "googleapis.com.evil.example", "a.b.googleapis.com"])
def test_others_are_not(tmp_path: Path, name: str) -> None:
    pki.certificate_authority(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, name)


def test_it_lasts_a_month_and_names_its_limits(tmp_path: Path) -> None:
    found = authority(tmp_path)
    assert found.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=30)
    limits = found.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert [name.value for name in limits.value.permitted_subtrees or []] == ["googleapis.com", "run.app"]
    keys = [path.name for path in tmp_path.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert keys == ["server.pem"], "the authority's own key is nowhere"


def test_it_is_kept_while_it_lasts_and_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = authority(tmp_path)
    assert authority(tmp_path) == first
    monkeypatch.setattr(pki, "RENEWED", timedelta(days=31))
    assert authority(tmp_path) != first
    monkeypatch.undo()
    handshake(tmp_path, "compute.googleapis.com")


def test_what_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    (tmp_path / "server.pem").write_text("")
    authority(tmp_path)
    handshake(tmp_path, "compute.googleapis.com")
