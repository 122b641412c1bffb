"""What exists: reads a project concurrently into one frozen record that planners reason on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct, structs

from wizard.errors import CloudError
from wizard.ports import Cloud, EffectiveFirewalls
from wizard.records import (
    Address,
    Connector,
    DnsZone,
    FirewallRule,
    ForwardingRule,
    Instance,
    Job,
    Network,
    PeeringRoute,
    PolicyValues,
    Revision,
    Route,
    Router,
    Service,
    Subnet,
)

T = TypeVar("T")
D = TypeVar("D")

APIS = ("run.googleapis.com", "compute.googleapis.com", "vpcaccess.googleapis.com")
RESERVING_API = "networkconnectivity.googleapis.com"
DNS_API = "dns.googleapis.com"

POLICY = "organisation policy "
"""What a gap begins with that hides one."""

_FEW_NETWORKS = 8


class Gap(Struct, frozen=True, kw_only=True):
    """Something that could not be read: `what` in words, and the error's status and message."""

    what: str
    status: str
    message: str


class Inventory(Struct, frozen=True, kw_only=True):
    """One project as seen at one moment. Lists cover all regions; services and jobs the chosen one.

    `policies`: what was asked for by constraint; None where nothing is restricted, nothing where it could not be read.
    """

    project: str
    region: str
    networks: tuple[Network, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    routes: tuple[Route, ...] = ()
    peering_routes: tuple[PeeringRoute, ...] = ()
    firewalls: tuple[FirewallRule, ...] = ()
    effective: dict[str, EffectiveFirewalls] = {}
    addresses: tuple[Address, ...] = ()
    routers: tuple[Router, ...] = ()
    instances: tuple[Instance, ...] = ()
    forwarding_rules: tuple[ForwardingRule, ...] = ()
    connectors: tuple[Connector, ...] = ()
    zones: tuple[DnsZone, ...] = ()
    services: tuple[Service, ...] = ()
    service: Service | None = None
    revisions: tuple[Revision, ...] = ()
    jobs: tuple[Job, ...] = ()
    apis: dict[str, bool] = {}
    granted: frozenset[str] | None = None
    secrets: dict[str, bool] = {}
    policies: dict[str, PolicyValues | None] = {}
    gaps: tuple[Gap, ...] = ()


def policy_gap(inventory: Inventory, constraint: str) -> Gap | None:
    """Why an organisation policy that was asked for could not be read."""
    return next((gap for gap in inventory.gaps if gap.what == f"{POLICY}{constraint}"), None)


class _Reader:
    """Runs reads of one project; a failed one becomes a gap and its default."""

    def __init__(self, cloud: Cloud, apis: dict[str, bool]) -> None:
        self.cloud = cloud
        self.apis = apis
        self.gaps: list[Gap] = []

    async def read(self, what: str, call: Callable[[], Awaitable[T]], default: D, api: str = "") -> T | D:
        """`call()`'s answer; `default` when its API is not enabled (no gap: there is nothing to see) or it failed."""
        if api and not self.apis.get(f"{api}.googleapis.com", True):
            return default
        try:
            return await call()
        except CloudError as error:
            self.gaps.append(Gap(what=what, status=error.status, message=error.message))
            return default


async def read(
    cloud: Cloud,
    region: str,
    service: str,
    *,
    network: str = "",
    secrets: tuple[str, ...] = (),
    permissions: tuple[str, ...] = (),
    dns: bool = False,
    backends: bool = False,
    policies: tuple[str, ...] = (),
) -> Inventory:
    """Read everything that setting up `service` in `region` may depend on.

    What may not be read becomes a gap, never an exception. Effective firewalls and peering routes are read for
    `network` and its peers, or for every network when there are few. Traces also need private zones (`dns`) and the
    machines behind load balancers (`backends`), which take permissions that nothing else does; so do organisation
    policies (`policies`, constraints such as `run.allowedVPCEgress`).
    """
    asked = (*APIS, RESERVING_API, *((DNS_API,) if dns else ()))
    r = _Reader(cloud, dict.fromkeys(asked, True))
    r.apis.update(await r.read("enabled APIs", lambda: cloud.apis(asked), {}))
    async with asyncio.TaskGroup() as group:
        lists = group.create_task(_lists(r, region))
        zones = group.create_task(_zones(r, wanted=dns))
        reserved = group.create_task(_reserved(r))
        granted = group.create_task(r.read("permissions", lambda: cloud.permissions(permissions), None))
        held = group.create_task(_secrets(r, secrets))
        limits = group.create_task(_policies(r, policies))
    listed = lists.result()
    addresses = listed.addresses + reserved.result()
    listed = structs.replace(listed, addresses=addresses, zones=zones.result())
    listed = structs.replace(listed, granted=granted.result(), secrets=held.result(), policies=limits.result())
    found = next((s for s in listed.services if s.name == service), None)
    chosen = _chosen(listed.networks, network)
    async with asyncio.TaskGroup() as group:
        effective = group.create_task(_effective(r, chosen, region))
        peering = group.create_task(_peering_routes(r, chosen, region))
        revisions = group.create_task(_revisions(r, found))
        rules = group.create_task(_backends(r, listed.forwarding_rules, wanted=backends))
    return structs.replace(
        listed,
        service=found,
        effective=effective.result(),
        peering_routes=peering.result(),
        revisions=revisions.result(),
        forwarding_rules=rules.result(),
        gaps=tuple(r.gaps),
    )


async def _lists(r: _Reader, region: str) -> Inventory:
    """Everything that is a list of the project or of the region, read at the same time."""
    cloud = r.cloud
    async with asyncio.TaskGroup() as group:
        start = group.create_task
        networks = start(r.read("networks", cloud.networks, (), "compute"))
        subnets = start(r.read("subnetworks", cloud.subnets, (), "compute"))
        routes = start(r.read("routes", cloud.routes, (), "compute"))
        firewalls = start(r.read("firewall rules", cloud.firewalls, (), "compute"))
        addresses = start(r.read("addresses", cloud.addresses, (), "compute"))
        routers = start(r.read("routers", cloud.routers, (), "compute"))
        instances = start(r.read("instances", cloud.instances, (), "compute"))
        rules = start(r.read("forwarding rules", cloud.forwarding_rules, (), "compute"))
        connectors = start(r.read("connectors", cloud.connectors, (), "vpcaccess"))
        services = start(r.read("services", lambda: cloud.services(region), (), "run"))
        jobs = start(r.read("jobs", lambda: cloud.jobs(region), (), "run"))
    return Inventory(
        project=cloud.project,
        region=region,
        networks=networks.result(),
        subnets=subnets.result(),
        routes=routes.result(),
        firewalls=firewalls.result(),
        addresses=addresses.result(),
        routers=routers.result(),
        instances=instances.result(),
        forwarding_rules=rules.result(),
        connectors=connectors.result(),
        services=services.result(),
        jobs=jobs.result(),
        apis=r.apis,
    )


def _chosen(networks: tuple[Network, ...], name: str) -> tuple[Network, ...]:
    if name:
        peers = {p.network for n in networks if n.name == name for p in n.peerings}
        return tuple(n for n in networks if n.name == name or n.name in peers)
    return networks if len(networks) <= _FEW_NETWORKS else ()


async def _effective(r: _Reader, networks: tuple[Network, ...], region: str) -> dict[str, EffectiveFirewalls]:
    async def one(name: str) -> EffectiveFirewalls | None:
        what = f"effective firewalls of {name}"
        return await r.read(what, lambda: r.cloud.effective_firewalls(name, region), None, "compute")

    answers = await asyncio.gather(*(one(n.name) for n in networks))
    return {n.name: answer for n, answer in zip(networks, answers, strict=True) if answer is not None}


async def _peering_routes(r: _Reader, networks: tuple[Network, ...], region: str) -> tuple[PeeringRoute, ...]:
    async def one(network: str, peering: str) -> tuple[PeeringRoute, ...]:
        what = f"routes of peering {peering}"
        return await r.read(what, lambda: r.cloud.peering_routes(network, peering, region), (), "compute")

    pairs = [(n.name, p.name) for n in networks for p in n.peerings]
    return tuple(route for routes in await asyncio.gather(*(one(*pair) for pair in pairs)) for route in routes)


async def _reserved(r: _Reader) -> tuple[Address, ...]:
    """Internal ranges; few projects have the API, and without it there are none."""
    if not r.apis.get(RESERVING_API):
        return ()
    return await r.read("internal ranges", r.cloud.internal_ranges, ())


async def _zones(r: _Reader, *, wanted: bool) -> tuple[DnsZone, ...]:
    return await r.read("DNS zones", r.cloud.zones, (), "dns") if wanted else ()


async def _backends(r: _Reader, rules: tuple[ForwardingRule, ...], *, wanted: bool) -> tuple[ForwardingRule, ...]:
    """The rules; those of internal passthrough load balancers with the machines behind them, each service read once."""

    async def one(link: str) -> tuple[str, ...] | None:
        what = f"machines behind {link.rpartition('/')[2]}"
        return await r.read(what, lambda: r.cloud.backends(link), None, "compute")

    chosen = [rule.backend_service for rule in rules if rule.scheme == "INTERNAL" and rule.backend_service]
    links = tuple(dict.fromkeys(chosen)) if wanted else ()
    behind = dict(zip(links, await asyncio.gather(*map(one, links)), strict=True))
    return tuple(_with_backends(rule, behind.get(rule.backend_service)) for rule in rules)


def _with_backends(rule: ForwardingRule, names: tuple[str, ...] | None) -> ForwardingRule:
    return rule if names is None else structs.replace(rule, backends=names, backends_known=True)


async def _revisions(r: _Reader, service: Service | None) -> tuple[Revision, ...]:
    if service is None:
        return ()
    return await r.read("revisions", lambda: r.cloud.revisions(service.region, service.name), ())


async def _secrets(r: _Reader, names: tuple[str, ...]) -> dict[str, bool]:
    async def one(name: str) -> bool | None:
        return await r.read(f"secret {name}", lambda: r.cloud.secret_exists(name), None)

    answers = await asyncio.gather(*(one(name) for name in names))
    return {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}


async def _policies(r: _Reader, constraints: tuple[str, ...]) -> dict[str, PolicyValues | None]:
    """Each on its own: None is an answer too."""

    async def one(constraint: str) -> tuple[PolicyValues | None] | None:
        async def ask() -> tuple[PolicyValues | None]:
            return (await r.cloud.allowed_values(constraint),)

        return await r.read(f"{POLICY}{constraint}", ask, None)

    answers = await asyncio.gather(*map(one, constraints))
    return {name: answer[0] for name, answer in zip(constraints, answers, strict=True) if answer is not None}
