"""Every body of Cloud Run and Serverless VPC Access is a message of Google's own types, with nothing that they lack."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from google.cloud import run_v2, vpcaccess_v1
from google.protobuf.timestamp_pb2 import Timestamp

from tests.sandbox.handling import LOCATION, ask, seeded
from wizard.sandbox.api import Body
from wizard.sandbox.services.run_common import etag
from wizard.sandbox.world import World

TYPES: dict[str, Any] = {
    "services": run_v2.Service,
    "revisions": run_v2.Revision,
    "jobs": run_v2.Job,
    "executions": run_v2.Execution,
    "tasks": run_v2.Task,
    "connectors": vpcaccess_v1.Connector,
}

SCENARIO = """
[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"
[[secret]]
name = "password"
[[service]]
name = "app"
connector = "con"
egress = "all-traffic"
env = { A = "1" }
secrets = { S = "password" }
startup_probe = { type = "http", path = "/", port = 8080 }
ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY"
labels = { team = "a" }
[[revision]]
service = "app"
name = "app-blue"
percent = 100
tag = "blue"
[[service]]
name = "broken"
network = "my-vpc"
subnet = "run"
tags = ["web"]
[[job]]
name = "fine"
network = "my-vpc"
subnet = "run"
[[job]]
name = "bad"
outcome = "3"
"""


async def busy() -> World:
    """A world in which things went well and badly."""
    world = seeded(SCENARIO)
    for name in ("fine", "bad"):
        await ask(world, "run.RunJob", name=f"{LOCATION}/jobs/{name}")
    await asyncio.gather(*world.running)
    missing = {"vpcAccess": {"connector": f"{LOCATION}/connectors/none"}, "containers": [{"image": "i"}]}
    service = {"name": f"{LOCATION}/services/broken", "template": missing}
    await ask(world, "run.UpdateService", service=service)
    place = {"network": "my-vpc", "ipCidrRange": "10.1.0.0/28"}
    wanted = {**place, "minInstances": 2, "maxInstances": 3}
    await ask(world, "vpcaccess.CreateConnector", parent=LOCATION, connectorId="bad", connector=wanted)
    return world


def bodies(world: World) -> list[tuple[str, Body]]:
    """Collection and body of every resource of the two APIs."""
    keys = [key for key in world.store.view() if key.split("/")[0] in ("run", "vpcaccess")]
    return [(key.split("/")[-2], world.store.get(key) or {}) for key in keys]


async def test_resources() -> None:
    seen: set[str] = set()
    for collection, body in bodies(await busy()):
        if collection in TYPES:
            TYPES[collection].from_json(json.dumps(body), ignore_unknown_fields=False)
            seen.add(collection)
    assert seen == TYPES.keys()


async def test_operations() -> None:
    ended = [body for collection, body in bodies(await busy()) if collection == "operations"]
    assert len(ended) == 4
    for operation in ended:
        assert operation["done"]
        assert ("error" in operation) != ("response" in operation)
        for packed in (operation["metadata"], operation.get("response")):
            if packed is not None:
                _check_packed(dict(packed))


def _check_packed(body: Body) -> None:
    """What an operation carries is of the type that it says."""
    package, _, name = body.pop("@type").removeprefix("type.googleapis.com/").rpartition(".")
    module: Any = run_v2 if package == "google.cloud.run.v2" else vpcaccess_v1
    getattr(module, name).from_json(json.dumps(body), ignore_unknown_fields=False)


@pytest.mark.parametrize("digits", ["", ".5", ".123456"])
def test_an_etag_is_time_and_name(digits: str) -> None:
    stamp, _, name = etag(f"2026-11-22T10:00:00{digits}Z", "projects/p").strip('"').partition("/")
    decoded = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (stamp, name)]
    assert decoded[1] == b"projects/p"
    moment = Timestamp.FromString(decoded[0])
    assert moment.ToMicroseconds() == 1795341600_000_000 + int((digits[1:] or "0").ljust(6, "0"))
