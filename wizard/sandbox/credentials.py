"""Whose calls the sandbox takes: nobody's in particular, and those of its own made-up service account. Never real ones.

The account's key is a file that Google's clients read like any other. They sign their own tokens with it, or let the
token endpoint give them one; both are checked here. Any other credential is refused, so that whoever sends a real one
to a sandbox notices. None is kept or written down.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.faults import TEXTS, UNAUTHORIZED

FILE = "key.json"
ACCOUNT = "runvpc-sandbox"
TOKEN_URI = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_SECONDS = 3599
OURS = "sandbox."
KEY_BITS = 2048
OLDEST = 30 * 86400
"""Seconds for which a key is used, as long as the certificates beside it."""

REFUSED = f"{TEXTS[401]} (This is a runvpc sandbox: it takes its own made-up key alone, and keeps no other.)"


class Keyring:
    """The made-up account of one sandbox folder, made when it is first needed.

    `given` counts the tokens that its token endpoint gave, `signed` the calls with a token that a client signed itself.
    """

    def __init__(self, folder: Path, project: str) -> None:
        self._file = folder / FILE
        self._project = project
        self.given = 0
        self.signed = 0

    @property
    def file(self) -> Path:
        """The file with the key, as Google's clients read it. It is there."""
        assert self._key
        return self._file

    @cached_property
    def _key(self) -> dict[str, Any]:
        return _existing(self._file, self._project) or _made(self._file, self._project)

    @cached_property
    def _public(self) -> bytes:
        return _public(self._key["private_key"])

    @property
    def account(self) -> str:
        """The e-mail address of the account."""
        return str(self._key["client_email"])

    def check(self, authorization: str) -> None:
        """Refuse a credential that is not of this sandbox; none at all is fine. Raises ApiError(401)."""
        scheme, _, token = authorization.partition(" ")
        if not authorization:
            return
        if scheme.lower() != "bearer" or not (self._gave(token) or self._signed(token)):
            raise ApiError(401, REFUSED, headers=UNAUTHORIZED)
        self.signed += not token.startswith(OURS)

    def token(self, grant: str, assertion: str) -> Body | None:
        """The answer of the token endpoint; None when the assertion is not signed with our key."""
        if grant != GRANT or not self._signed(assertion):
            return None
        return {"access_token": self.give(), "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}

    def give(self) -> str:
        """A token that is taken here and nowhere else."""
        self.given += 1
        nonce = secrets.token_hex(8)
        return f"{OURS}{nonce}.{self._mark(nonce)}"

    def _gave(self, token: str) -> bool:
        nonce, _, mark = token.removeprefix(OURS).partition(".")
        return token.startswith(OURS) and hmac.compare_digest(mark.encode(), self._mark(nonce).encode())

    def _mark(self, nonce: str) -> str:
        return hmac.new(self._key["private_key"].encode(), nonce.encode(), hashlib.sha256).hexdigest()[:32]

    def _signed(self, token: str) -> bool:
        """Whether a JSON Web Token is signed with our key, by our account, and still good."""
        from google.auth import exceptions, jwt

        if token.count(".") != 2 or not token.isascii():
            return False
        try:
            claims = jwt.decode(token, certs=self._public, clock_skew_in_seconds=60)
        except (ValueError, exceptions.GoogleAuthError):
            return False
        return bool(claims.get("iss") == self.account)


def _existing(file: Path, project: str) -> dict[str, Any] | None:
    """The key in the file, if it is one of this project's and not too old."""
    try:
        key = json.loads(file.read_text(encoding="utf-8"))
        good = key["project_id"] == project and key["client_email"] and _public(key["private_key"])
        good = good and time.time() - file.stat().st_mtime < OLDEST
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if good else None


def _made(file: Path, project: str) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = {
        "type": "service_account",
        "comment": "made up by a runvpc sandbox on this machine; it opens nothing in Google Cloud",
        "project_id": project,
        "private_key_id": hashlib.sha256(pem).hexdigest()[:40],
        "private_key": pem.decode(),
        "client_email": f"{ACCOUNT}@{project}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": TOKEN_URI,
        "universe_domain": "googleapis.com",
    }
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        json.dump(key, opened)
    return key


def _public(private_key: str) -> bytes:
    """The public half of a private key (PEM). Raises ValueError for what is no key."""
    from cryptography.hazmat.primitives import serialization

    private = serialization.load_pem_private_key(private_key.encode(), None)
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
