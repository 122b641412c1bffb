"""Internal passthrough load balancers: forwarding rule, regional backend service, instance group, one machine.

Read-only. The gateway takes a target's tags from the scenario; the machine has them too, so that whoever follows the
forwarding rule through the API finds the same.
"""

from __future__ import annotations

import ipaddress

from wizard.sandbox import scenario_model as model
from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.services import compute_seed
from wizard.sandbox.services.compute_common import fingerprint, found, link, newborn, page
from wizard.sandbox.world import World

LONGEST_STEM = 50
"""Characters of a target's name in the names of what is behind it."""


@handles("compute.regionBackendServices.get")
async def get(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/regions/{call.text('region')}"
    return found(world, f"{place}/backendServices/{call.text('backendService')}")


@handles("compute.regionBackendServices.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/regions/{call.text('region')}"
    bodies = (b for _, b in world.store.children(f"compute/{place}", "backendServices"))
    return page(call, "backendService", bodies, f"{place}/backendServices")


@handles("compute.instanceGroups.get")
async def get_group(world: World, call: Call) -> Body:
    return found(world, _group(call))


@handles("compute.instanceGroups.listInstances")
async def list_instances(world: World, call: Call) -> Body:
    found(world, _group(call))
    members = world.store.get(f"compute/{_group(call)}/members") or {"instances": []}
    items = [{"instance": link(path), "status": "RUNNING"} for path in members["instances"]]
    reply = page(call, "instanceGroupsListInstances", items, f"{_group(call)}/listInstances")
    return {**reply, "kind": "compute#instanceGroupsListInstances"}


def _group(call: Call) -> str:
    place = f"projects/{call.text('project')}/zones/{call.text('zone')}"
    return f"{place}/instanceGroups/{call.text('instanceGroup')}"


def seed(world: World) -> None:
    """The load balancers among the scenario's targets."""
    for target in world.scenario.targets:
        if target.kind == "ilb":
            _balancer(world, target)


def _balancer(world: World, target: model.Target) -> None:
    project, region = compute_seed.place(world, target.network), world.scenario.project.region
    subnet = compute_seed.home(world, target)
    network = link(f"{project}/global/networks/{target.network}")
    stem = target.name[:LONGEST_STEM].rstrip("-")
    group = f"{project}/zones/{region}-b/instanceGroups/{stem}-group"
    machine = _machine(world, target, stem, subnet)
    fields: Body = {"zone": link(f"{project}/zones/{region}-b"), "network": network, "size": 1 if machine else 0}
    fields |= {"subnetwork": subnet, "fingerprint": fingerprint(world)}
    world.store.put(f"compute/{group}", newborn(world, "instanceGroup", group, fields))
    world.store.put(f"compute/{group}/members", {"instances": [machine] if machine else []})

    service = f"{project}/regions/{region}/backendServices/{stem}-service"
    shared = {"region": link(f"{project}/regions/{region}"), "loadBalancingScheme": "INTERNAL", "network": network}
    backends = [{"group": link(group), "balancingMode": "CONNECTION", "failover": False}]
    fields = {**shared, "protocol": "TCP", "backends": backends, "fingerprint": fingerprint(world)}
    world.store.put(f"compute/{service}", newborn(world, "backendService", service, fields))

    rule = f"{project}/regions/{region}/forwardingRules/{target.name}"
    fields = {**shared, "IPAddress": target.address, "IPProtocol": "TCP", "subnetwork": subnet, "allPorts": True}
    fields["backendService"] = link(service)
    world.store.put(f"compute/{rule}", newborn(world, "forwardingRule", rule, fields))


def _machine(world: World, target: model.Target, stem: str, subnet: str) -> str:
    """A machine like the target, at the highest free address of its subnet; its path, empty without such an address."""
    address = _free_address(world, target, subnet)
    if not address:
        return ""
    taken = {one.name for one in world.scenario.targets}
    names = (f"{stem}-backend{ending}" for ending in ("", *(f"-{number}" for number in range(2, len(taken) + 3))))
    name = next(name for name in names if name not in taken)
    like = model.Target(
        name=name,
        address=address,
        network=target.network,
        tags=target.tags,
        service_account=target.service_account,
    )
    return compute_seed.machine(world, like, subnet)


def _free_address(world: World, target: model.Target, subnet: str) -> str:
    range_ = next((b["ipCidrRange"] for b in world.store.view().values() if subnet and b.get("selfLink") == subnet), "")
    if not range_:
        return ""
    taken = {one.address for one in world.scenario.targets if one.network == target.network}
    for body in world.store.view().values():
        taken |= {str(interface.get("networkIP")) for interface in body.get("networkInterfaces") or []}
    block = ipaddress.IPv4Network(range_)
    usable = (str(block[index]) for index in range(block.num_addresses - 3, 1, -1))
    return next((address for address in usable if address not in taken), "")
