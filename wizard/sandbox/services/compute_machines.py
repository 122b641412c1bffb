"""Virtual machines and forwarding rules: what the scenario's targets are. Read-only."""

from __future__ import annotations

from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.services.compute_common import aggregated, found, page
from wizard.sandbox.world import World


@handles("compute.instances.get")
async def get(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/zones/{call.text('zone')}"
    return found(world, f"{place}/instances/{call.text('instance')}")


@handles("compute.instances.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/zones/{call.text('zone')}"
    bodies = (b for _, b in world.store.children(f"compute/{place}", "instances"))
    return page(call, "instance", bodies, f"{place}/instances")


@handles("compute.instances.aggregatedList")
async def list_all(world: World, call: Call) -> Body:
    return aggregated(world, call, "instances", "instance")


def _place(call: Call) -> str:
    scope = f"regions/{call.text('region')}" if call.text("region") else "global"
    return f"projects/{call.text('project')}/{scope}"


async def get_rule(world: World, call: Call) -> Body:
    return found(world, f"{_place(call)}/forwardingRules/{call.text('forwardingRule')}")


async def list_rules(world: World, call: Call) -> Body:
    bodies = (b for _, b in world.store.children(f"compute/{_place(call)}", "forwardingRules"))
    return page(call, "forwardingRule", bodies, f"{_place(call)}/forwardingRules")


for _collection in ("forwardingRules", "globalForwardingRules"):
    handles(f"compute.{_collection}.get")(get_rule)
    handles(f"compute.{_collection}.list")(list_rules)


@handles("compute.forwardingRules.aggregatedList")
async def list_all_rules(world: World, call: Call) -> Body:
    return aggregated(world, call, "forwardingRules", "forwardingRule")
