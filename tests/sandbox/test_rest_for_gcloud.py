"""What gcloud sends and others do not (lists that it empties, several calls in one request), and must not get."""

from __future__ import annotations

import email
import json
from pathlib import Path

import aiohttp

from tests.sandbox.serving import ask, serving
from wizard.sandbox.server import Server

AT = "/compute/v1/projects/demo-project"
REGIONAL = f"{AT}/regions/us-central1"


async def test_a_change_may_empty_a_list(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        nat = {"name": "nat", "natIpAllocateOption": "AUTO_ONLY"}
        body = {"name": "r", "network": "global/networks/my-vpc", "bgp": {"asn": 64512}, "nats": [nat]}
        await ask(server, "POST", f"{REGIONAL}/routers", body)
        await ask(server, "PATCH", f"{REGIONAL}/routers/r", {"bgp": {"asn": 64513}})
        _, kept = await ask(server, "GET", f"{REGIONAL}/routers/r")
        await ask(server, "PATCH", f"{REGIONAL}/routers/r", {"nats": []})
        _, emptied = await ask(server, "GET", f"{REGIONAL}/routers/r")
    assert [one["name"] for one in kept["nats"]] == ["nat"]
    assert "nats" not in emptied
    assert emptied["bgp"] == {"asn": 64513}


async def _batch(server: Server, payload: str, content_type: str) -> tuple[int, str, str]:
    url, headers = f"http://127.0.0.1:{server.port}/batch/compute/v1", {"Content-Type": content_type}
    async with aiohttp.ClientSession() as session, session.post(url, data=payload, headers=headers) as reply:
        return reply.status, reply.headers["Content-Type"], await reply.text()


def _part(id_: str, call: str, body: str = "") -> str:
    head = f"Content-Type: application/http\nMIME-Version: 1.0\nContent-ID: <{id_}>\n\n"
    return f"--b\n{head}{call} HTTP/1.1\nContent-Type: application/json\nMIME-Version: 1.0\n\n{body}\n"


async def test_several_calls_in_one_request(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        parts = (
            _part("x+0", f"POST {AT}/global/networks", json.dumps({"name": "fresh"})),
            _part("x+1", f"GET {AT}/global/networks/none?alt=json"),
            _part("x+2", f"GET {AT}/global/networks?filter=name%3Dfresh"),
            _part("x+3", f"GET {AT}/global/images"),
        )
        status, kind, text = await _batch(server, "".join(parts) + "--b--\n", 'multipart/mixed; boundary="b"')
        nothing = await _batch(server, "--b--\n", 'multipart/mixed; boundary="b"')
        plain = await _batch(server, "{}", "application/json")
        hello = "--b\nContent-Type: application/http\n\nhello\n--b--\n"
        no_call = await _batch(server, hello, "multipart/mixed; boundary=b")
    assert status == 200
    replies = {}
    for part in email.message_from_string(f"Content-Type: {kind}\n\n{text}").walk():
        if part.get_content_type() == "application/http":
            line, _, rest = str(part.get_payload()).partition("\n")
            body = email.message_from_string(rest).get_payload()
            replies[str(part["Content-ID"])] = (int(line.split()[1]), json.loads(str(body)))
    assert {id_: code for id_, (code, _) in replies.items()} == {
        "<response-x+0>": 200,
        "<response-x+1>": 404,
        "<response-x+2>": 200,
        "<response-x+3>": 404,
    }
    assert replies["<response-x+0>"][1]["operationType"] == "insert"
    assert replies["<response-x+1>"][1]["error"]["errors"][0]["reason"] == "notFound"
    assert [one["name"] for one in replies["<response-x+2>"][1]["items"]] == ["fresh"]
    assert "does not emulate GET" in replies["<response-x+3>"][1]["error"]["message"]
    assert nothing[0] == plain[0] == no_call[0] == 400


async def test_what_is_not_emulated_is_no_server_error_that_a_client_would_repeat(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        status, refused = await ask(server, "POST", f"{AT}/global/firewallPolicies", {"name": "p"})
    assert (status, refused["error"]["code"]) == (400, 400)
    assert refused["error"]["message"] == "The sandbox does not emulate compute.networkFirewallPolicies.insert"
