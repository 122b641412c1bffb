"""Whose calls are taken: nobody's in particular and those of the made-up key. And who gets at the control interface."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt
from google.cloud import vpcaccess_v1

from tests.sandbox.serving import ask, serving
from tests.sandbox.test_front import exchange, request
from wizard.sandbox.credentials import GRANT, Keyring
from wizard.sandbox.folder import SECRET_HEADER
from wizard.sandbox.server import Server

GET = "/compute/v1/projects/demo-project/global/networks/my-vpc"
AUDIENCE = "https://compute.googleapis.com/"


def token(key: dict[str, Any], **claims: Any) -> str:
    """A token as Google's clients sign it."""
    now = int(time.time())
    account = key["client_email"]
    payload = {"iss": account, "sub": account, "aud": AUDIENCE, "iat": now, "exp": now + 3600, **claims}
    signed: bytes = jwt.encode(crypt.RSASigner.from_service_account_info(key), payload)
    return signed.decode()


def other_key(key: dict[str, Any]) -> dict[str, Any]:
    """The same account with another private key."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    pem = made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return {**key, "private_key": pem.decode()}


def key_of(server: Server) -> dict[str, Any]:
    key: dict[str, Any] = json.loads(server.keyring.file.read_text())
    return key


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def asked(server: Server, bearer: str) -> tuple[int, Any]:
    return await ask(server, "GET", GET, Authorization=f"Bearer {bearer}")


async def test_our_own_tokens_are_taken_and_no_others(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        key = key_of(server)
        assert (await ask(server, "GET", GET))[0] == 200
        assert (await asked(server, token(key)))[0] == 200
        old = int(time.time()) - 9000
        foreign = [
            "ya29.a0AfB_something_real",
            token(other_key(key)),
            token(key, iss="me@real-project.iam.gserviceaccount.com"),
            token(key, iat=old, exp=old + 3600),
            token(key)[:-4] + "AAAA",
            "sandbox.0123.4567",
            "a.b.c",
            "",
        ]
        for bearer in foreign:
            status, body = await asked(server, bearer)
            assert (status, "runvpc sandbox" in body["error"]["message"]) == (401, True), bearer
            assert body["error"]["errors"][0]["reason"] == "authError"
        assert (await ask(server, "GET", GET, Authorization="Basic dTpw"))[0] == 401
        assert "ya29" not in json.dumps(server.log.body())
    assert not [path for path in files(tmp_path) if b"ya29" in path.read_bytes()]


async def test_the_token_endpoint_gives_tokens_for_our_signature_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        keyring, key = server.keyring, key_of(server)
        given = keyring.token(GRANT, token(key, aud="https://oauth2.googleapis.com/token"))
        assert given is not None
        assert (await asked(server, given["access_token"]))[0] == 200
        assert (await asked(server, given["access_token"][:-1] + "x"))[0] == 401
        assert keyring.token(GRANT, token(other_key(key))) is None
        assert keyring.token("password", token(key)) is None
        status, body = await ask(server, "POST", "/token")
        assert (status, body["error"]) == (400, "invalid_grant")


async def test_grpc_calls_are_held_to_the_same(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        parent = "projects/demo-project/locations/us-central1"
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            kind = vpcaccess_v1.VpcAccessServiceAsyncClient
            cloud = kind(transport=kind.get_transport_class("grpc_asyncio")(channel=channel))
            good = (("authorization", f"Bearer {token(key_of(server))}"),)
            assert [c async for c in await cloud.list_connectors(parent=parent, metadata=good)] == []
            with pytest.raises(Exception, match="invalid authentication credentials"):
                await cloud.list_connectors(parent=parent, metadata=(("authorization", "Bearer ya29.real"),))


def test_the_key_stays_and_a_broken_or_old_one_is_made_anew(tmp_path: Path) -> None:
    first = Keyring(tmp_path, "demo-project").file.read_text()
    assert Keyring(tmp_path, "demo-project").file.read_text() == first
    (tmp_path / "key.json").write_text('{"project_id": "demo-project"')
    assert json.loads(Keyring(tmp_path, "demo-project").file.read_text())["private_key"]
    month = time.time() - 31 * 86400
    young = (tmp_path / "key.json").read_text()
    os.utime(tmp_path / "key.json", (month, month))
    assert Keyring(tmp_path, "demo-project").file.read_text() != young
    other = Keyring(tmp_path, "another-project")
    assert json.loads(other.file.read_text())["client_email"] == other.account
    assert (tmp_path / "key.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("secret", [None, "", "wrong"])
async def test_control_needs_the_secret_of_the_run(tmp_path: Path, secret: str | None) -> None:
    async with serving(tmp_path) as server:
        more = [] if secret is None else [f"{SECRET_HEADER}: {secret}"]
        said = await exchange(server, request("/_sandbox/state", f"127.0.0.1:{server.port}", *more))
        assert said.split(b" ")[1] == b"403"
        assert (await ask(server, "GET", "/_sandbox/info"))[0] == 200


async def test_control_is_not_reached_by_a_google_name(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        lines = f"{SECRET_HEADER}: {server.secret}"
        for target in ("/_sandbox/stop", "http://compute.googleapis.com/_sandbox/stop"):
            assert (await exchange(server, request(target, "compute.googleapis.com", lines))).split(b" ")[1] == b"403"
        assert (await ask(server, "GET", "/_sandbox/info"))[0] == 200
