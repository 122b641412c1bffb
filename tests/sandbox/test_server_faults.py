"""Faults and denied permissions: what the caller sees, and what was done all the same."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.sandbox.serving import SMALL, ask, serving
from wizard.sandbox import faults
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.server import Server

FIREWALLS = "/compute/v1/projects/demo-project/global/firewalls"
RULE = {
    "name": "rule",
    "network": "global/networks/my-vpc",
    "sourceRanges": ["10.0.0.0/8"],
    "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
}
CONNECTORS = "/v1/projects/demo-project/locations/us-central1/connectors"
CONNECTOR = {"network": "my-vpc", "ipCidrRange": "10.8.0.0/28", "minInstances": 2, "maxInstances": 3}


def fault(kind: str, on: str = "compute.firewalls.insert", **more: object) -> str:
    lines = [f"{key} = {value!r}" for key, value in {"on": on, "kind": kind, **more}.items()]
    return SMALL + "\n[[fault]]\n" + "\n".join(lines) + "\n"


async def rules(server: Server) -> list[str]:
    _, body = await ask(server, "GET", FIREWALLS)
    return [rule["name"] for rule in body.get("items", [])]


@pytest.mark.parametrize(("kind", "status"), [("http:503", 503), ("http:429", 429), ("http:500", 500)])
async def test_a_refusal_does_nothing(tmp_path: Path, kind: str, status: int) -> None:
    async with serving(tmp_path, fault(kind, times=1, message="out of order")) as server:
        got, body = await ask(server, "POST", FIREWALLS, RULE)
        assert (got, body["error"]["message"]) == (status, "out of order")
        assert await rules(server) == []
        assert (await ask(server, "POST", FIREWALLS, RULE))[0] == 200, "only once"


async def test_after_lets_calls_through_first(tmp_path: Path) -> None:
    scenario = fault("http:503", on="compute.networks.*", after=2, times=1)
    async with serving(tmp_path, scenario) as server:
        path = "/compute/v1/projects/demo-project/global/networks/my-vpc"
        assert [(await ask(server, "GET", path))[0] for _ in range(4)] == [200, 200, 503, 200]


async def test_a_reset_breaks_the_connection_after_the_call_took_effect(tmp_path: Path) -> None:
    async with serving(tmp_path, fault("reset", times=1)) as server:
        with pytest.raises(aiohttp.ClientConnectionError):
            await ask(server, "POST", FIREWALLS, RULE)
        assert await rules(server) == ["rule"]


async def test_a_call_that_hangs_does_nothing_and_does_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    async with serving(tmp_path, fault("hang")) as server:
        call = asyncio.ensure_future(ask(server, "POST", FIREWALLS, RULE))
        done, _ = await asyncio.wait({call}, timeout=0.3)
        assert not done
        assert await rules(server) == []
        began = time.monotonic()
        await server.aclose()
        assert time.monotonic() - began < 2
        await asyncio.wait({call}, timeout=2)
        assert call.exception() is not None or call.result()[0] == 503


async def test_an_operation_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    async with serving(tmp_path, fault("operation_error", message="Quota exceeded.")) as server:
        status, operation = await ask(server, "POST", FIREWALLS, RULE)
        assert status == 200
        _, ended = await ask(server, "GET", f"/compute/v1/projects/demo-project/global/operations/{operation['name']}")
        assert ended["status"] == "DONE"
        assert ended["error"]["errors"][0]["message"] == "Quota exceeded."
        assert await rules(server) == []


async def test_a_resource_can_be_made_to_end_in_a_state(tmp_path: Path) -> None:
    scenario = fault("state:ERROR", on="vpcaccess.CreateConnector")
    async with serving(tmp_path, scenario) as server:
        assert (await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR))[0] == 200
        _, body = await ask(server, "GET", f"{CONNECTORS}/con")
    assert body["state"] == "ERROR"


async def test_a_slow_operation_takes_ten_times_as_long(tmp_path: Path) -> None:
    scenario = fault("slow") + '\n[timing]\n"compute.firewalls.insert" = 100\n'
    async with serving(tmp_path, scenario, instant=False) as server:
        await ask(server, "POST", FIREWALLS, RULE)
        due = server.world.pending[0].due - server.world.clock.now()
    assert 900 < due <= 1000


DENIED = f"""{SMALL}
[[permission]]
denied = ["compute.firewalls.create", "compute.firewalls.list", "vpcaccess.connectors.create"]
"""


@pytest.mark.parametrize(
    ("verb", "path", "body", "said"),
    [
        (
            "POST",
            FIREWALLS,
            RULE,
            "Required 'compute.firewalls.create' permission for 'projects/demo-project/global/firewalls/rule'",
        ),
        ("GET", FIREWALLS, None, "Required 'compute.firewalls.list' permission for 'projects/demo-project'"),
        (
            "POST",
            f"{CONNECTORS}?connectorId=con",
            CONNECTOR,
            "Permission 'vpcaccess.connectors.create' denied on resource "
            "'//vpcaccess.googleapis.com/projects/demo-project/locations/us-central1' (or it may not exist).",
        ),
    ],
)
async def test_a_denied_permission(tmp_path: Path, verb: str, path: str, body: Body | None, said: str) -> None:
    async with serving(tmp_path, DENIED) as server:
        status, answer = await ask(server, verb, path, body)
    assert (status, answer["error"]["message"]) == (403, said)


async def test_what_is_not_denied_is_allowed_and_another_members_denial_does_not_count(tmp_path: Path) -> None:
    scenario = SMALL + '\n[[permission]]\nmember = "user:other@example.com"\ndenied = ["compute.firewalls.create"]\n'
    async with serving(tmp_path, scenario) as server:
        assert (await ask(server, "POST", FIREWALLS, RULE))[0] == 200


async def test_an_api_that_is_not_enabled_is_refused_in_googles_words(tmp_path: Path) -> None:
    scenario = SMALL.replace("number", 'apis = ["compute.googleapis.com"]\nnumber')
    async with serving(tmp_path, scenario) as server:
        status, answer = await ask(server, "GET", CONNECTORS)
    assert status == 403
    assert answer["error"]["message"].startswith("Serverless VPC Access API has not been used in project 123456789012")


@pytest.mark.parametrize(
    ("compute", "keys"), [(True, {"code", "message", "errors"}), (False, {"code", "message", "status"})]
)
async def test_errors_have_the_format_of_their_api(tmp_path: Path, compute: bool, keys: set[str]) -> None:
    async with serving(tmp_path) as server:
        _, answer = await ask(server, "GET", f"{FIREWALLS if compute else CONNECTORS}/none")
    assert set(answer["error"]) == keys


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"on": "x"},
        {"on": "x", "kind": "http:200"},
        {"on": "x", "kind": "state:"},
        {"on": "x", "kind": "hang", "times": "1"},
        {"on": "x", "kind": "hang", "times": True},
        {"on": "x", "kind": "hang", "how": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^fault: "):
        faults.parse(body)


def test_a_fault_words_its_error_as_google_does() -> None:
    error = faults.parse({"on": "x", "kind": "http:503"}).error()
    assert isinstance(error, ApiError)
    assert (error.http, error.status, error.message) == (503, "UNAVAILABLE", "The service is currently unavailable.")
