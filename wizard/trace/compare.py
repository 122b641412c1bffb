"""Two services side by side: every difference in how they reach the network, for "but that one works"."""

from __future__ import annotations

from msgspec import Struct

from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import Origin, Trace
from wizard.records import Connector, Job, Revision, Service, StartupProbe, Subnet, Target
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.origins import Subject, origin_of


class Difference(Struct, frozen=True, kw_only=True):
    """A field in which the two differ. A value is empty where one of them has no such thing."""

    field: str
    this: str
    other: str


class Side(Struct, frozen=True, kw_only=True):
    """One of the two: the resource, the sender that it is or would be, and its trace to the common target."""

    subject: Subject
    topology: Topology
    origin: Origin
    trace: Trace


def compare(inventory: Inventory, one: Subject, other: Subject, target: Target) -> tuple[Difference, ...]:
    """What differs between two services, revisions or jobs, and on their ways to a target; most telling first."""
    topology = topology_of(inventory)
    return differences(side_of(inventory, topology, one, target), side_of(inventory, topology, other, target))


def side_of(inventory: Inventory, topology: Topology, subject: Subject, target: Target) -> Side:
    """A service, revision or job as it is now."""
    origin = origin_of(inventory, subject)
    found = trace(topology, origin, goal_of(inventory, origin, target))
    return Side(subject=subject, topology=topology, origin=origin, trace=found)


def differences(one: Side, other: Side) -> tuple[Difference, ...]:
    """Field by field; what is equal is left out."""
    this, that = _fields(one), _fields(other)
    return tuple(
        Difference(field=field, this=value, other=that[field]) for field, value in this.items() if value != that[field]
    )


def _fields(side: Side) -> dict[str, str]:
    """Every field, the most telling first; both sides have the same ones."""
    origin, subnet = side.origin, _subnet(side)
    return {
        **_answer(side.trace),
        "way": origin.way,
        "network": origin.network,
        "egress mode": origin.egress if origin.way != "none" else "",
        **_on_the_way(side.trace),
        **_connector(side),
        "subnet": origin.subnet,
        "range": origin.range,
        "purpose of the subnet": subnet.purpose if subnet is not None else "",
        "Private Google Access": _on_off(subnet),
        "Cloud NAT": _nat(side),
        "network tags": ", ".join(origin.tags),
        "project of the network": origin.project,
        "region": origin.region,
        **_of_the_resource(side.subject),
    }


def _answer(found: Trace) -> dict[str, str]:
    return {
        "verdict": f"{found.verdict} {found.cause}".rstrip(),
        "decided by": f"{found.decided_by}" if found.decided_by is not None else "",
        "address of the target": found.goal.address,
    }


def _on_the_way(found: Trace) -> dict[str, str]:
    """The firewalls met and the route taken."""
    words = {(leg.direction, f"{leg.verdict.action} by {leg.verdict.decided_by}") for leg in found.legs}
    routes = (hop.resource for hop in found.hops if hop.state == "APPLY_ROUTE")
    return {
        "ingress firewall": "; ".join(sorted(text for direction, text in words if direction == "INGRESS")),
        "egress firewall": "; ".join(sorted(text for direction, text in words if direction == "EGRESS")),
        "route": "no route fits" if found.cause == "NO_ROUTE" else next(routes, ""),
    }


def _connector(side: Side) -> dict[str, str]:
    origin = side.origin
    held = side.topology.facts.connectors
    found = next((c for c in held if (c.region, c.name) == (origin.region, origin.connector)), None)
    return {
        "connector": origin.connector,
        "state of the connector": found.state if found is not None else "",
        "machines of the connector": _machines(found),
    }


def _machines(connector: Connector | None) -> str:
    if connector is None:
        return ""
    return f"{connector.min_instances} to {connector.max_instances} {connector.machine_type}"


def _subnet(side: Side) -> Subnet | None:
    origin = side.origin
    return side.topology.subnet(origin.network, origin.region, origin.subnet)


def _on_off(subnet: Subnet | None) -> str:
    return "" if subnet is None else "on" if subnet.private_google_access else "off"


def _nat(side: Side) -> str:
    """The gateway that translates the sender's addresses, whether this target needs it or not."""
    origin = side.origin
    found = side.topology.nat(origin.network, origin.region, origin.subnet) if origin.network else None
    return found[1].name if found is not None else ""


def _of_the_resource(subject: Subject) -> dict[str, str]:
    """What the resource itself says; a job serves nothing, and what a revision does not show is its service's."""
    return {
        "service account": "" if isinstance(subject, Revision) else subject.service_account,
        "ingress": subject.ingress if isinstance(subject, Service) else "",
        "most instances": "" if isinstance(subject, Job) else str(subject.max_instances),
        "startup probe": "" if isinstance(subject, Job) else _startup(subject.startup_probe),
        "kind": type(subject).__name__.lower(),
    }


def _startup(probe: StartupProbe | None) -> str:
    if probe is None:
        return ""
    where = f"{probe.type} {probe.path or ''}".rstrip() + (f" port {probe.port}" if probe.port else "")
    return f"{where}, {probe.failure_threshold} times every {probe.period} s"
