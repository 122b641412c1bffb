"""Google's own Python clients on every method of the table, over REST and gRPC.

Which methods there are comes from the table and the registered handlers: a handler without a call here fails the test.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.sandbox.calls import PROJECT, SCENARIO, Body, Step, compute, knative, run, small
from tests.sandbox.calls.clients import Clients, Refused
from tests.sandbox.calls.walking import EMULATED, ROUTES, STEPS, walk
from tests.sandbox.serving import serving
from wizard.sandbox.knative.facade import is_v1
from wizard.sandbox.routes import Route

NEVER_THERE = {
    "compute.globalForwardingRules.get",
    "compute.zoneOperations.get",
    "compute.zoneOperations.wait",
    "compute.zoneOperations.delete",
}
"""Methods that are only ever refused: the sandbox has nothing of theirs."""


def test_every_emulated_method_is_called() -> None:
    called = {step.method for step in STEPS if not step.refused}
    refused = {step.method for step in STEPS} - called
    assert sorted(EMULATED - called) == sorted(refused - called)
    assert sorted(called - EMULATED) == []
    assert refused - called == NEVER_THERE


@pytest.mark.parametrize(
    ("steps", "transport"),
    [
        pytest.param(compute.STEPS, "rest", id="compute"),
        pytest.param(run.SERVERLESS, "rest", id="run over REST"),
        pytest.param(run.SERVERLESS, "grpc", id="run over gRPC"),
        pytest.param(run.CONNECTORS, "rest", id="vpcaccess over REST"),
        pytest.param(run.CONNECTORS, "grpc", id="vpcaccess over gRPC"),
        pytest.param(knative.STEPS, "rest", id="run v1"),
        pytest.param(small.STEPS, "rest", id="the others"),
    ],
)
async def test_a_call_of_every_method(tmp_path: Path, steps: tuple[Step, ...], transport: str) -> None:
    async with serving(tmp_path, SCENARIO) as server:
        clients = Clients(server.port, transport)
        problems = await asyncio.to_thread(walk, clients, steps)
        clients.close()
        failed = {key: body for key, body in server.world.store.bodies().items() if body.get("error")}
        wanted = {ROUTES[step.method].method for step in steps if not is_v1(ROUTES[step.method])}
        seen = {entry["method"] for entry in server.log.requests}
    assert problems == []
    assert failed == {}
    assert seen >= wanted


async def test_what_is_not_emulated_says_so_to_the_client(tmp_path: Path) -> None:
    async with serving(tmp_path, SCENARIO) as server:
        said = await asyncio.to_thread(_refusals, server.port)
    expected = {
        key: (501 if ROUTES[key].grpc else 400, f"The sandbox does not emulate {key}") for key in set(ROUTES) - EMULATED
    }
    assert len(expected) > 100
    assert {key: (status, text.partition(": ")[2] or text) for key, (status, text) in said.items()} == expected


def _refusals(port: int) -> dict[str, tuple[int, str]]:
    """What the clients hear for every method without a handler: over gRPC where there is that, else over REST."""
    said = {}
    by_rest, by_grpc = Clients(port, "rest"), Clients(port, "grpc")
    try:
        for key in sorted(set(ROUTES) - EMULATED):
            route = ROUTES[key]
            with pytest.raises(Refused) as caught:
                (by_grpc if route.grpc else by_rest).call(route, _named(route))
            said[key] = caught.value.status, caught.value.message
    finally:
        by_rest.close()
        by_grpc.close()
    return said


def _named(route: Route) -> Body:
    """A request with nothing but what the path has to have."""
    request: Body = {}
    rule = route.http[0]
    shapes = dict(re.findall(r"\{([^}=]+)=?([^}]*)\}", rule.uri))
    for variable in rule.variables:
        *parents, last = variable.split(".")
        inner = request
        for parent in parents:
            inner = inner.setdefault(parent, {})
        value = shapes[variable].replace("*", "x", 1).replace("projects/x", f"projects/{PROJECT}") or "x"
        inner[last] = PROJECT if variable == "project" else value.replace("*", "x")
    return request
