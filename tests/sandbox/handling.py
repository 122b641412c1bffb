"""Calls of the sandbox's handlers without a server: a world from a scenario, requests and replies as JSON."""

from __future__ import annotations

from typing import Any

from wizard.sandbox import services
from wizard.sandbox.api import HANDLERS, Body, Call
from wizard.sandbox.clock import Clock
from wizard.sandbox.scenario import parse
from wizard.sandbox.world import World

PROJECT, REGION = "demo-project", "us-central1"
LOCATION = f"projects/{PROJECT}/locations/{REGION}"

SMALL = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/26"
"""


def seeded(more: str = "", *, instant: bool = True) -> World:
    """The small scenario with more TOML, as a server would start with it."""
    services.load()
    made = World(parse((SMALL + more).encode(), "small"), clock=Clock(start=1_700_000_000, instant=instant))
    services.seed(made)
    return made


async def ask(world: World, method: str, **request: Any) -> Body:
    """The reply to one call, with everything that is due settled before and after. Raises ApiError."""
    world.settle()
    reply = await HANDLERS[method](world, Call(method, request, "user:you@example.com"))
    world.settle()
    return reply


async def result(world: World, method: str, **request: Any) -> Body:
    """The operation of one call as it has ended."""
    name = (await ask(world, method, **request))["name"]
    return await ask(world, "run.GetOperation", name=name)


def blocks(world: World) -> dict[str, str]:
    """Users of the blocks that Direct VPC egress holds, short, by address."""
    held = [body for body in world.store.bodies().values() if body.get("purpose") == "SERVERLESS"]
    return {body["address"]: body["users"][0].rsplit("/", 1)[-1] for body in sorted(held, key=lambda b: b["address"])}
