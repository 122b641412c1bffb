"""A scenario as a seeded world and as the inventory of it: Google's messages of the sandbox's replies, with no server
between. Thousands of worlds can be compared in the time that a server takes to start a few.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeVar

import proto
from google.cloud import compute_v1, run_v2, vpcaccess_v1
from msgspec import structs

from wizard.cloud import compute_records, connectors, run_records
from wizard.cloud.firewall_records import firewall_rule, global_policies, regional_policies
from wizard.cloud.links import last
from wizard.inventory import Inventory
from wizard.ports import EffectiveFirewalls
from wizard.records import ForwardingRule, Instance, Router
from wizard.sandbox import services
from wizard.sandbox.api import HANDLERS, Body, Call
from wizard.sandbox.clock import Clock
from wizard.sandbox.scenario import parse
from wizard.sandbox.world import World

PROJECT, REGION = "demo-project", "us-central1"

_M = TypeVar("_M", bound=proto.Message)


def seeded(text: str, name: str = "test.toml") -> World:
    """The world that a server of this scenario starts with."""
    services.load()
    world = World(parse(text.encode(), name), clock=Clock(instant=True))
    services.seed(world)
    return world


def read(world: World) -> Inventory:
    """What `wizard.inventory.read` would find, for every network and with the machines behind load balancers."""
    networks = tuple(compute_records.network(n) for n in _list(world, "networks", compute_v1.NetworkList))
    rules = _aggregated(world, "forwardingRules", compute_v1.ForwardingRuleAggregatedList, "forwarding_rules")
    return Inventory(
        project=PROJECT,
        region=REGION,
        networks=networks,
        subnets=tuple(
            compute_records.subnet(s)
            for s in _aggregated(world, "subnetworks", compute_v1.SubnetworkAggregatedList, "subnetworks")
        ),
        routes=tuple(compute_records.route(r) for r in _list(world, "routes", compute_v1.RouteList)),
        peering_routes=tuple(
            compute_records.peering_route(route, network.name, peering.name)
            for network in networks
            for peering in network.peerings
            for route in _ask(
                world,
                "compute.networks.listPeeringRoutes",
                compute_v1.ExchangedPeeringRoutesList,
                network=network.name,
                peeringName=peering.name,
                region=REGION,
                direction="INCOMING",
            ).items
        ),
        firewalls=tuple(firewall_rule(f) for f in _list(world, "firewalls", compute_v1.FirewallList)),
        effective={network.name: _effective(world, network.name) for network in networks},
        addresses=tuple(
            compute_records.address(a)
            for a in _aggregated(world, "addresses", compute_v1.AddressAggregatedList, "addresses")
        ),
        routers=tuple(
            _router(world, r) for r in _aggregated(world, "routers", compute_v1.RouterAggregatedList, "routers")
        ),
        instances=_instances(world),
        forwarding_rules=tuple(_with_backends(world, compute_records.forwarding_rule(r)) for r in rules),
        connectors=tuple(
            connectors.connector(c)
            for c in _ask(
                world, "vpcaccess.ListConnectors", vpcaccess_v1.ListConnectorsResponse, parent=_parent("-")
            ).connectors
        ),
        services=tuple(
            run_records.service(s)
            for s in _ask(world, "run.ListServices", run_v2.ListServicesResponse, parent=_parent(REGION)).services
        ),
        jobs=tuple(
            run_records.job(j)
            for j in _ask(world, "run.ListJobs", run_v2.ListJobsResponse, parent=_parent(REGION)).jobs
        ),
    )


def _parent(location: str) -> str:
    return f"projects/{PROJECT}/locations/{location}"


def _ask(world: World, method: str, message: type[_M], **request: object) -> _M:
    """The reply of the sandbox's handler, as the client library would parse it."""
    answer = HANDLERS[method](world, Call(method, {"project": PROJECT, **request}))
    try:
        answer.__await__().__next__()
    except StopIteration as done:
        reply: Body = done.value
        found: _M = message.from_json(json.dumps(reply), ignore_unknown_fields=True)
        return found
    raise AssertionError(f"{method} waits for something")


def _list(world: World, collection: str, message: type[_M]) -> Iterable[proto.Message]:
    found: Iterable[proto.Message] = _ask(world, f"compute.{collection}.list", message).items
    return found


def _aggregated(world: World, collection: str, message: type[_M], field: str) -> list[proto.Message]:
    scopes = _ask(world, f"compute.{collection}.aggregatedList", message).items
    return [one for scope in scopes.values() for one in getattr(scope, field)]


def _effective(world: World, network: str) -> EffectiveFirewalls:
    everywhere = _ask(
        world,
        "compute.networks.getEffectiveFirewalls",
        compute_v1.NetworksGetEffectiveFirewallsResponse,
        network=network,
    )
    here = _ask(
        world,
        "compute.regionNetworkFirewallPolicies.getEffectiveFirewalls",
        compute_v1.RegionNetworkFirewallPoliciesGetEffectiveFirewallsResponse,
        network=f"projects/{PROJECT}/global/networks/{network}",
        region=REGION,
    )
    return EffectiveFirewalls(
        rules=tuple(firewall_rule(f) for f in everywhere.firewalls),
        policies=global_policies(everywhere.firewall_policys) + regional_policies(here.firewall_policys, REGION),
    )


def _router(world: World, router: compute_v1.Router) -> Router:
    status = _ask(
        world,
        "compute.routers.getRouterStatus",
        compute_v1.RouterStatusResponse,
        region=last(router.region),
        router=router.name,
    )
    learned: dict[str, int] = {}
    for route in status.result.best_routes:
        learned[route.dest_range] = min(route.priority, learned.get(route.dest_range, route.priority))
    return compute_records.router(router, learned)


def _instances(world: World) -> tuple[Instance, ...]:
    found = _aggregated(world, "instances", compute_v1.InstanceAggregatedList, "instances")
    return tuple(record for one in found for record in compute_records.instances(one))


def _with_backends(world: World, rule: ForwardingRule) -> ForwardingRule:
    """With the machines behind it, by the same calls that `wizard.cloud.backends` makes."""
    service = _ask(
        world,
        "compute.regionBackendServices.get",
        compute_v1.BackendService,
        region=rule.region,
        backendService=last(rule.backend_service),
    )
    names: list[str] = []
    for backend in service.backends:
        zone, group = backend.group.split("/zones/")[1].split("/instanceGroups/")
        listed = _ask(
            world,
            "compute.instanceGroups.listInstances",
            compute_v1.InstanceGroupsListInstances,
            zone=zone,
            instanceGroup=group,
        )
        names += [last(item.instance) for item in listed.items]
    return structs.replace(rule, backends=tuple(names), backends_known=True)
