"""A world with one service, `app`, whose targets really listen, and a call of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.sandbox.handling import LOCATION, seeded
from wizard.sandbox import listeners, responders
from wizard.sandbox.responders import Reply
from wizard.sandbox.world import World

WORLD = """
[[subnet]]
name = "machines"
network = "my-vpc"
range = "10.2.0.0/24"
[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"
[[target]]
name = "cache"
address = "10.2.0.3"
network = "my-vpc"
tags = ["cache"]
dns = "cache.corp.example"
serves = ["redis:6379", "refuse:81"]
[[firewall]]
name = "from-run"
network = "my-vpc"
rules = ["tcp:6379"]
sources = ["10.1.0.0/26"]
"""
REDIS = 'reaches = ["redis://10.2.0.3"]\n'
DIRECT = 'network = "my-vpc"\nsubnet = "run"\n'
APP = f"{LOCATION}/services/app"


@asynccontextmanager
async def calling(service: str, more: str = "", *, instant: bool = True) -> AsyncIterator[World]:
    """The world with the service `app` and its targets listening."""
    world = seeded(f'{WORLD}\n[[service]]\nname = "app"\n{service}\n{more}', instant=instant)
    await listeners.start(world)
    try:
        yield world
    finally:
        await listeners.stop(world)


async def call(world: World, tag: str = "", *, inside: bool = False) -> Reply:
    world.settle()
    return await responders.call(world, world.store.get(f"run/{APP}"), tag, inside=inside)
