"""Where packets of a service, a revision or a job begin: as it is, or as it would be."""

from __future__ import annotations

from msgspec import structs

from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY
from wizard.network.intervals import parse_found
from wizard.network.topology import Topology
from wizard.network.tracing import ABORT, CONNECTOR, DIRECT, DROP, FROM_JOB, FROM_REVISION, NO_WAY, Origin, Stop
from wizard.records import Connector, Job, Revision, Service, Subnet, VpcAccess

Subject = Service | Revision | Job

_CARRIES = frozenset({"READY", "UPDATING"})
WHAT_IF = "what-if"
"""The name of a connector that does not exist yet."""


def origin_of(inventory: Inventory, subject: Subject) -> Origin:
    """The sender that this service (as its template says), revision or job is now."""
    name = f"{type(subject).__name__.lower()} {subject.name}"
    start = FROM_JOB if isinstance(subject, Job) else FROM_REVISION
    account = "" if isinstance(subject, Revision) else subject.service_account
    bare = Origin(resource=name, start=start, region=subject.region, service_account=account)
    return with_access(inventory, bare, subject.vpc)


def with_access(inventory: Inventory, origin: Origin, vpc: VpcAccess) -> Origin:
    """The same sender with these network settings."""
    origin = structs.replace(origin, egress=vpc.egress or PRIVATE_RANGES_ONLY)
    if vpc.kind == CONNECTOR:
        return _by_connector(inventory, origin, vpc.connector)
    if vpc.kind == DIRECT:
        return _by_subnet(inventory, origin, vpc)
    return structs.replace(origin, way=NO_WAY)


def _by_connector(inventory: Inventory, origin: Origin, link: str) -> Origin:
    project, region, name = _parts(link, inventory.project, origin.region, "locations")
    origin = structs.replace(origin, way=CONNECTOR, connector=name, project=project)
    found = next((c for c in inventory.connectors if (c.region, c.name) == (region, name)), None)
    if project != inventory.project or found is None:
        return structs.replace(
            origin, broken=_unseen(inventory, f"connector {name} of {project}", "connectors", project)
        )
    origin = _placed(inventory, origin, found)
    if region != origin.region:
        return structs.replace(origin, broken=_not_running(f"connector {name} is in {region}, not in {origin.region}"))
    if found.state not in _CARRIES:
        return structs.replace(origin, broken=_not_running(f"connector {name} is {found.state or 'in no known state'}"))
    if not origin.range:
        return structs.replace(origin, broken=_not_running(f"subnet {found.subnet} of connector {name} is not there"))
    return origin


def _placed(inventory: Inventory, origin: Origin, connector: Connector) -> Origin:
    """Network, range and subnet of the connector. A service project's own one has no automatic rules in the host."""
    host = connector.subnet_project or inventory.project
    if not connector.subnet:
        return structs.replace(origin, network=_last(connector.network), range=connector.range)
    subnet = next((s for s in inventory.subnets if (s.region, s.name) == (connector.region, connector.subnet)), None)
    return structs.replace(
        origin,
        project=host,
        network=subnet.network if subnet is not None else "",
        range=subnet.range if subnet is not None else "",
        subnet=connector.subnet,
        automatic=host == inventory.project,
    )


def _by_subnet(inventory: Inventory, origin: Origin, vpc: VpcAccess) -> Origin:
    """Direct VPC egress. A network alone means the subnet with its name, a subnet alone its own network."""
    project, region, name = _parts(vpc.subnet or vpc.network, inventory.project, origin.region, "regions")
    origin = structs.replace(
        origin, way=DIRECT, subnet=name, project=project, tags=vpc.tags, network=_last(vpc.network)
    )
    if project != inventory.project:
        return structs.replace(origin, broken=_unseen(inventory, f"subnet {name} of {project}", "subnetworks", project))
    found = _subnet(inventory, origin, region, name)
    if found is None:
        return structs.replace(origin, broken=_unseen(inventory, f"subnet {name} in {region}", "subnetworks", project))
    return structs.replace(origin, network=found.network, range=found.range)


def _subnet(inventory: Inventory, origin: Origin, region: str, name: str) -> Subnet | None:
    same = (s for s in inventory.subnets if (s.region, s.name) == (region, name))
    return next((s for s in same if origin.network in ("", s.network)), None)


def what_if(inventory: Inventory, origin: Origin, way: str, egress: str, network: str = "") -> Origin:
    """The sender with `connector:RANGE` (or a connector's name) or `direct:SUBNET`, and another egress mode.

    Empty texts leave things as they are. `network` is for a range: that of the sender unless named. Raises InputError.
    """
    if egress not in ("", PRIVATE_RANGES_ONLY, ALL_TRAFFIC):
        rule = f"must be {PRIVATE_RANGES_ONLY} or {ALL_TRAFFIC}"
        raise InputError(f"egress {egress[:40]!a}: {rule}", field="--egress", fix=f"--egress {ALL_TRAFFIC}")
    mode = egress or origin.egress or PRIVATE_RANGES_ONLY
    if not way:
        return structs.replace(origin, egress=mode)
    kind, _, value = way.partition(":")
    bare = Origin(
        resource=origin.resource, start=origin.start, region=origin.region, service_account=origin.service_account
    )
    if kind == DIRECT and value:
        return _what_if_direct(inventory, bare, value, mode, origin.tags)
    if kind == CONNECTOR and value:
        return _what_if_connector(inventory, bare, value, mode, network or origin.network)
    raise InputError(
        f"--as {way[:60]!a}: must be connector:RANGE or direct:SUBNET", field="--as", fix="--as connector:10.8.0.0/28"
    )


def _what_if_direct(inventory: Inventory, bare: Origin, value: str, mode: str, tags: tuple[str, ...]) -> Origin:
    found = with_access(inventory, bare, VpcAccess(subnet=value, egress=mode, tags=tags))
    if found.broken is not None and not found.range:
        there = sorted(s.name for s in inventory.subnets if s.region == bare.region)
        names = ", ".join(there[:8]) or "none"
        raise InputError(
            f"there is no subnet {value[:63]!a} in {bare.region}; there: {names}",
            field="--as",
            fix="--as direct:SUBNET",
        )
    return found


def _what_if_connector(inventory: Inventory, bare: Origin, value: str, mode: str, network: str) -> Origin:
    if any(c.name == value and c.region == bare.region for c in inventory.connectors):
        return with_access(inventory, bare, VpcAccess(connector=value, egress=mode))
    if parse_found(value) is None or "/" not in value:
        raise InputError(
            f"--as connector:{value[:40]}: neither an IPv4 range nor a connector in {bare.region}",
            field="--as",
            fix="--as connector:10.8.0.0/28",
        )
    names = sorted(n.name for n in inventory.networks)
    if not network and len(names) == 1:
        network = names[0]
    if network not in names:
        raise InputError(
            f"in which network is {value}? networks: {', '.join(names[:8]) or 'none'}",
            field="--network",
            fix="--network my-vpc",
            code="missing_input" if not network else "invalid_input",
        )
    return structs.replace(
        bare,
        way=CONNECTOR,
        egress=mode,
        project=inventory.project,
        network=network,
        range=value,
        connector=WHAT_IF,
    )


def likely_network(topology: Topology, addresses: tuple[str, ...]) -> str:
    """The one network that holds these addresses; empty when there is none, or several."""
    found = {network for address in addresses for network in topology.networks_of(address)}
    return next(iter(found)) if len(found) == 1 else ""


def _unseen(inventory: Inventory, what: str, gap: str, project: str) -> Stop:
    """Something that the settings name and that is not there, or cannot be seen."""
    if project != inventory.project:
        detail = f"{what} is in another project than {inventory.project}, and cannot be read from here"
        return Stop(cause="RESOURCE_CONFIG_NOT_FOUND", detail=detail, verdict=ABORT)
    if any(g.what == gap for g in inventory.gaps):
        return Stop(cause="PERMISSION_DENIED", detail=f"{what}: the list of {gap} cannot be read", verdict=ABORT)
    cause = "VPC_CONNECTOR_NOT_RUNNING" if gap == "connectors" else "CLOUD_RUN_REVISION_NOT_READY"
    return Stop(cause=cause, detail=f"{what} is not there")


def _not_running(detail: str) -> Stop:
    return Stop(cause="VPC_CONNECTOR_NOT_RUNNING", detail=detail, verdict=DROP)


def _parts(link: str, project: str, region: str, place: str) -> tuple[str, str, str]:
    """Project, region and name of a full name; of a short one, those of the sender."""
    parts = link.split("/")
    named = parts[parts.index("projects") + 1] if "projects" in parts[:-1] else project
    where = parts[parts.index(place) + 1] if place in parts[:-1] else region
    return named, where, parts[-1]


def _last(link: str) -> str:
    return link.rsplit("/", 1)[-1]
