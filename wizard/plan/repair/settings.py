"""A setting that stops the packet: the way into the network, the egress mode, Cloud NAT, Private Google Access."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from wizard.network.address_budget import longest_prefix
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY
from wizard.network.intervals import parse_found
from wizard.network.leaving import NOT_FROM_THE_NETWORK
from wizard.network.names import shorten
from wizard.network.topology import Topology
from wizard.network.tracing import FROM_JOB, FROM_REVISION, NO_WAY, Origin, Trace
from wizard.plan.repair.model import CannotFix, Change, Fix, Words, alike, short_name, words
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.records import Nat, Router, Subnet

_LONGEST_ROUTER = 59
"""A router's name leaves room for `-nat`."""

_Made = Change | CannotFix | None


def change_settings(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> _Made:
    """The change for the cause of this drop; None when no setting is behind it."""
    by_cause: dict[str, Callable[[Topology, Trace, tuple[Origin, ...]], _Made]] = {
        "VPC_CONNECTOR_NOT_SET": _way_in,
        "PRIVATE_TRAFFIC_TO_INTERNET": _everything_in,
        NOT_FROM_THE_NETWORK: _from_the_network,
        "NO_EXTERNAL_ADDRESS": _nat,
        "PRIVATE_GOOGLE_ACCESS_DISALLOWED": _google_access,
    }
    change = by_cause.get(trace.cause)
    return change(topology, trace, siblings) if change is not None else None


def _way_in(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> _Made:
    """No way into a network: a set-up finds addresses, rules and proof; gcloud alone needs a subnet that exists."""
    origin, goal = trace.origin, trace.goal
    name = short_name(origin)
    kind = origin.resource.partition(" ")[0]
    if kind == "revision":
        return CannotFix(reason=f"{origin.resource} cannot change any more", who="whoever deploys its service anew")
    mode = PRIVATE_RANGES_ONLY if trace.cause == "VPC_CONNECTOR_NOT_SET" else ALL_TRAFFIC
    runvpc: Words = ()
    if kind == "service":
        runvpc = ("runvpc", "setup", f"--service={name}", f"--target={goal.label}", f"--egress={mode}")
        runvpc += (f"--region={origin.region}",) if origin.region else ()
    title = f"give {origin.resource} a way into the network"
    subnet = _roomy(topology, trace)
    gcloud: tuple[Words, ...] = ()
    if subnet is not None:
        resource = "jobs" if origin.start == FROM_JOB else "services"
        update = ("gcloud", "run", resource, "update", name, f"--project={topology.facts.project}")
        where = (f"--region={origin.region}", f"--network={subnet.network}", f"--subnet={subnet.name}")
        gcloud = ((*update, *where, f"--vpc-egress={mode}"),)
    if not runvpc and not gcloud:
        reason = f"{origin.resource} has no way into a network, and no subnet of {origin.region} is near the target"
        return CannotFix(reason=reason, who="whoever administers subnets: one is needed")
    return Change(fix=Fix(title=title, runvpc=runvpc, gcloud=gcloud))


def _roomy(topology: Topology, trace: Trace) -> Subnet | None:
    """A subnet of the region in the one network that has the target; the one with the most free addresses."""
    networks = topology.networks_of(trace.goal.address)
    if len(networks) != 1:
        return None
    usable = [
        s
        for s in topology.facts.subnets
        if (s.network, s.region) == (networks[0], trace.origin.region)
        and s.purpose in ("", "PRIVATE")
        and _is_large_enough(s)
    ]
    return max(usable, key=lambda s: (s.free or 0, s.name), default=None)


def _is_large_enough(subnet: Subnet) -> bool:
    """Direct VPC egress needs a subnet of some size (facts: section 3)."""
    interval = parse_found(subnet.range)
    return interval is not None and 32 - (interval[1] - interval[0]).bit_length() <= longest_prefix()


def _everything_in(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> _Made:
    """The address is not private, and yet the network's: it must be sent there."""
    origin = trace.origin
    if origin.way == NO_WAY:
        return _way_in(topology, trace, siblings) if topology.networks_of(trace.goal.address) else None
    if origin.egress == ALL_TRAFFIC:
        return None
    return _all_traffic(topology, trace)


def _from_the_network(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> _Made:
    """A service with internal ingress: through the network, and from there to Google without leaving it."""
    if trace.origin.way == NO_WAY:
        return _way_in(topology, trace, siblings)
    if trace.origin.egress != ALL_TRAFFIC:
        return _all_traffic(topology, trace)
    return _google_access(topology, trace, siblings)


def _all_traffic(topology: Topology, trace: Trace) -> _Made:
    origin = trace.origin
    kind = origin.resource.partition(" ")[0]
    if origin.start == FROM_REVISION and kind == "revision":
        return CannotFix(reason=f"{origin.resource} cannot change any more", who="whoever deploys its service anew")
    resource = "jobs" if origin.start == FROM_JOB else "services"
    command = ("gcloud", "run", resource, "update", short_name(origin), f"--project={topology.facts.project}")
    return Change(
        fix=Fix(
            title=f"egress {ALL_TRAFFIC} for {origin.resource}",
            gcloud=((*command, f"--region={origin.region}", f"--vpc-egress={ALL_TRAFFIC}"),),
            also=("every other public address that it reaches: that then needs Cloud NAT",),
        ),
        topology=topology,
        origin=structs.replace(origin, egress=ALL_TRAFFIC),
    )


def _nat(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> _Made:
    origin = trace.origin
    if not origin.subnet:
        return _hidden(origin, "Cloud NAT")
    routers = topology.facts.routers
    taken = {router.name for router in routers if router.region == origin.region}
    wanted = shorten(f"runvpc-{origin.subnet}", longest=_LONGEST_ROUTER - 3)
    name = next(n for n in (wanted, *(f"{wanted}-{i}" for i in range(2, 99))) if n not in taken)
    step = CreateNat(
        project=topology.facts.project, region=origin.region, name=name, network=origin.network, subnet=origin.subnet
    )
    nat = Nat(name=f"{name}-nat", subnets=(origin.subnet,))
    router = Router(name=name, network=origin.network, region=origin.region, nats=(nat,))
    also = (*alike(origin, siblings), f"whatever else in subnet {origin.subnet} has no external address")
    return Change(
        fix=Fix(title=step.title, step=step, gcloud=words(step.gcloud()), also=also),
        topology=topology.replaced(routers=(*routers, router)),
    )


def _google_access(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> _Made:
    origin = trace.origin
    subnet = topology.subnet(origin.network, origin.region, origin.subnet)
    if subnet is None:
        return _hidden(origin, "Private Google Access")
    step = SetPrivateGoogleAccess(project=topology.facts.project, region=origin.region, name=origin.subnet)
    opened = structs.replace(subnet, private_google_access=True)
    also = (*alike(origin, siblings), f"whatever else in subnet {origin.subnet} has no external address")
    return Change(
        fix=Fix(
            title=f"Private Google Access for subnet {origin.subnet}", step=step, gcloud=words(step.gcloud()), also=also
        ),
        topology=topology.replaced(subnets=tuple(opened if s is subnet else s for s in topology.facts.subnets)),
    )


def _hidden(origin: Origin, what: str) -> CannotFix:
    return CannotFix(
        reason=f"connector {origin.connector} is on a bare range: its subnet is hidden and cannot have {what}",
        who="whoever may give the service a connector on a subnet of its own, or Direct VPC egress",
    )
