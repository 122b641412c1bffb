"""What no change of ours can mend: the reason, who could, and the command that shows or mends it where there is one."""

from __future__ import annotations

from collections.abc import Callable

from wizard.network.egress_modes import private_block
from wizard.network.leaving import is_class_e, is_vip
from wizard.network.topology import Topology
from wizard.network.tracing import CONNECTOR, Trace
from wizard.plan.repair.model import CannotFix, Words


def cannot_fix(topology: Topology, trace: Trace) -> CannotFix:
    """Why this trace cannot be mended from here."""
    by_cause: dict[str, Callable[[Topology, Trace], CannotFix]] = {
        "NO_ROUTE": _no_route,
        "PRIVATE_TRAFFIC_TO_INTERNET": _no_route,
        "ROUTE_WRONG_NETWORK": _peering,
        "UNKNOWN_INTERNAL_ADDRESS": _unknown,
        "INSTANCE_NOT_RUNNING": _stopped,
        "VPC_CONNECTOR_NOT_RUNNING": _connector,
        "FORWARDING_RULE_MISMATCH": _balancer,
        "FORWARDING_RULE_REGION_MISMATCH": _far_balancer,
        "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED": _next_hop,
    }
    found = by_cause.get(trace.cause)
    return found(topology, trace) if found is not None else _other(topology, trace)


def _detail(trace: Trace) -> str:
    return trace.hops[-1].detail if trace.hops else trace.cause


def _compute(topology: Topology, *arguments: str) -> tuple[Words, ...]:
    return (("gcloud", "compute", *arguments, f"--project={topology.facts.project}"),)


def _routes(trace: Trace) -> str:
    return f"whoever administers the routes of {trace.origin.network}"


def _no_route(topology: Topology, trace: Trace) -> CannotFix:
    """Nothing leads there: perhaps because the network that has the address is not, or only indirectly, connected."""
    network, address = trace.origin.network, trace.goal.address
    if not network:
        return CannotFix(reason=_detail(trace), who=f"whoever runs {trace.goal.host}: is this its address?")
    gateway = not address or is_vip(address) or not (private_block(address) or is_class_e(address))
    if gateway:
        range_ = "199.36.153.8/30" if is_vip(address) else "0.0.0.0/0"
        arguments = ("routes", "create", f"{network}-to-internet", f"--network={network}")
        hop = "--next-hop-gateway=default-internet-gateway"
        create = _compute(topology, *arguments, f"--destination-range={range_}", hop)
        return CannotFix(reason=_detail(trace), who=_routes(trace), gcloud=create)
    homes = [home for home in topology.networks_of(address) if home != network]
    if homes:
        return _elsewhere(topology, trace, homes[0])
    listed = _compute(topology, "routes", "list", f"--filter=network:{network}")
    return CannotFix(reason=_detail(trace), who=_routes(trace), gcloud=listed)


def _elsewhere(topology: Topology, trace: Trace, home: str) -> CannotFix:
    network = trace.origin.network
    known = topology.network(network)
    peers = [p.network for p in known.peerings] if known is not None else []
    between = [name for name in peers if _peers_with(topology, name, home)]
    reason = f"{trace.goal.address} is in network {home}, to which {network} has no route"
    if between:
        reason = f"{network} reaches {between[0]}, and {between[0]} reaches {home}, but peering is not transitive"
    peering = ("networks", "peerings", "create", f"to-{home}", f"--network={network}", f"--peer-network={home}")
    return CannotFix(
        reason=reason,
        who=f"whoever administers networks {network} and {home}: a peering is made on both sides",
        gcloud=_compute(topology, *peering),
    )


def _peers_with(topology: Topology, network: str, other: str) -> bool:
    known = topology.network(network)
    return known is not None and any(p.network == other for p in known.peerings)


def _peering(topology: Topology, trace: Trace) -> CannotFix:
    listed = _compute(topology, "networks", "peerings", "list", f"--network={trace.origin.network}")
    who = "whoever administers the network at the other end: the peering is made there as well"
    return CannotFix(reason=_detail(trace), who=who, gcloud=listed)


def _unknown(topology: Topology, trace: Trace) -> CannotFix:
    goal = trace.goal
    who = (
        f"whoever runs {goal.host}: is this its address?"
        if goal.address
        else f"whoever administers DNS for {goal.host}"
    )
    homes = [h for h in topology.networks_of(goal.address) if h != trace.origin.network] if goal.address else []
    held = f"; in network {homes[0]} somebody may have it" if homes else ""
    return CannotFix(reason=_detail(trace) + held, who=who)


def _stopped(topology: Topology, trace: Trace) -> CannotFix:
    machine = next((i for i in topology.facts.instances if i.address == trace.goal.address), None)
    if machine is None:
        return CannotFix(reason=_detail(trace), who="whoever runs that machine")
    start = ("instances", "start", machine.name, *((f"--zone={machine.zone}",) if machine.zone else ()))
    who = f"whoever runs VM {machine.name}"
    return CannotFix(reason=_detail(trace), who=who, gcloud=_compute(topology, *start))


def _connector(topology: Topology, trace: Trace) -> CannotFix:
    origin = trace.origin
    words = ("networks", "vpc-access", "connectors", "describe", origin.connector, f"--region={origin.region}")
    return CannotFix(
        reason=_detail(trace),
        who=f"whoever administers connector {origin.connector}",
        gcloud=_compute(topology, *words) if origin.way == CONNECTOR and origin.connector else (),
    )


def _balancer(topology: Topology, trace: Trace) -> CannotFix:
    name = trace.decided_by.name if trace.decided_by is not None else "the load balancer"
    return CannotFix(reason=_detail(trace), who=f"whoever runs {name}; or use a port that it takes")


def _far_balancer(topology: Topology, trace: Trace) -> CannotFix:
    rule = next((r for r in topology.facts.forwarding_rules if r.address == trace.goal.address), None)
    if rule is None:
        return _balancer(topology, trace)
    update = ("forwarding-rules", "update", rule.name, f"--region={rule.region}", "--allow-global-access")
    return CannotFix(reason=_detail(trace), who=f"whoever runs {rule.name}", gcloud=_compute(topology, *update))


def _next_hop(topology: Topology, trace: Trace) -> CannotFix:
    route = next((hop.resource for hop in reversed(trace.hops) if hop.state == "APPLY_ROUTE"), "")
    show = _compute(topology, "routes", "describe", route) if route else ()
    return CannotFix(reason=_detail(trace), who=_routes(trace), gcloud=show)


def _other(topology: Topology, trace: Trace) -> CannotFix:
    who = {
        "PERMISSION_DENIED": f"whoever grants permissions in {topology.facts.project or 'the project'}",
        "NETWORK_CONFIG_NOT_FOUND": f"whoever administers project {trace.origin.project or 'of the network'}",
        "RESOURCE_CONFIG_NOT_FOUND": f"whoever administers project {trace.origin.project or 'of the network'}",
    }
    otherwise = f"whoever administers network {trace.origin.network}" if trace.origin.network else "its owner"
    return CannotFix(reason=_detail(trace), who=who.get(trace.cause, otherwise))
