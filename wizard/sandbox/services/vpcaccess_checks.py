"""What Serverless VPC Access refuses, at the request and in the operation.

Rules and texts: facts, sections 1.2 to 1.4 and 1.9. Where the real text is not known, the words are ours and follow the
documentation; the texts of the real service are marked as such.
"""

from __future__ import annotations

import ipaddress

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_ranges import AUTO_BLOCK, ranges_in_use
from wizard.sandbox.world import World

MACHINE_TYPES = ("f1-micro", "e2-micro", "e2-standard-4")
PREFIX = 28
LEAST_INSTANCES, MOST_INSTANCES = (2, 9), (3, 10)
"""Bounds of the minimum and of the maximum number of instances."""

PER_INSTANCE = 100
"""Mbps for which the discouraged throughput settings count one instance."""

CONFLICT = (
    "Operation failed: Invalid IP CIDR range was provided. It conflicts with an existing subnetwork."
    " Please delete the connector manually."
)
"""The real text."""

NO_SIZE = "Operation failed: A Connector must specify either max_throughput or max_instances."
"""The real text."""


def check_place(wanted: Body) -> None:
    """Either a subnet, or a network with a range. Raises ApiError(400).

    A network beside a subnet says nothing: gcloud always sends one (`default` unless told otherwise).
    """
    if bool((wanted.get("subnet") or {}).get("name")) == bool(wanted.get("ipCidrRange")) or (
        wanted.get("ipCidrRange") and not wanted.get("network")
    ):
        raise ApiError(400, "Exactly one of subnet, or network and ip_cidr_range, must be specified.")


def sized(wanted: Body) -> Body:
    """The connector with instances that follow from throughput when only that is given. Raises ApiError(400)."""
    for field, (low, high) in {"minThroughput": (200, 900), "maxThroughput": (300, 1000)}.items():
        value = int(wanted.get(field) or 0)
        if value and (value % PER_INSTANCE or not low <= value <= high):
            raise ApiError(400, f"{field} must be a multiple of {PER_INSTANCE} from {low} to {high}.")
    if wanted.get("minInstances") or wanted.get("maxInstances") or not wanted.get("maxThroughput"):
        return wanted
    least = int(wanted.get("minThroughput") or 200)
    counts = {"minInstances": least // PER_INSTANCE, "maxInstances": int(wanted["maxThroughput"]) // PER_INSTANCE}
    return {**wanted, **counts}


def check_size(wanted: Body) -> None:
    """Number and type of instances. Raises ApiError(400); the first text is the real one."""
    least, most = int(wanted.get("minInstances") or 0), int(wanted.get("maxInstances") or 0)
    if least and least < LEAST_INSTANCES[0]:
        raise ApiError(400, "The minimum amount of instances underlying the connector must be at least 2")
    if least > LEAST_INSTANCES[1]:
        raise ApiError(400, "The minimum amount of instances underlying the connector must be at most 9")
    if most and not MOST_INSTANCES[0] <= most <= MOST_INSTANCES[1]:
        raise ApiError(400, "The maximum amount of instances underlying the connector must be between 3 and 10")
    if most and least >= most:
        raise ApiError(400, "The minimum amount of instances must be less than the maximum amount of instances")
    machine = wanted.get("machineType") or "e2-micro"
    if machine not in MACHINE_TYPES:
        raise ApiError(400, f"Invalid machine type '{machine}'. Supported types: {', '.join(MACHINE_TYPES)}.")


def check_growth(before: Body, after: Body) -> None:
    """A connector never shrinks (facts: trap 3). Raises ApiError(400)."""
    for field, words in {"minInstances": "minimum", "maxInstances": "maximum"}.items():
        if int(after.get(field) or 0) < int(before.get(field) or 0):
            raise ApiError(400, f"The {words} amount of instances underlying the connector cannot be decreased")


def problem(world: World, body: Body) -> str:
    """What goes wrong while the connector is being made, in the operation's words; empty when nothing does."""
    if not body.get("maxInstances"):
        return NO_SIZE
    _, project, _, region, _, _ = body["name"].split("/")
    if body.get("subnet"):
        host = body["subnet"].get("projectId") or project
        if not projects.shares_with(world, host, project):
            return f"Operation failed: project {project} is not attached to the Shared VPC host project {host}."
        return _subnet_problem(world, f"projects/{host}/regions/{region}/subnetworks/{body['subnet']['name']}", body)
    path = f"projects/{project}/global/networks/{body['network']}"
    network = world.store.get(f"compute/{path}")
    if network is None:
        return f"Operation failed: VPC network {body['network']} was not found in project {project}."
    if "autoCreateSubnetworks" not in network:
        return f"Operation failed: VPC network {body['network']} is a legacy network, which is not supported."
    return _range_problem(world, path, network, body)


def _subnet_problem(world: World, path: str, body: Body) -> str:
    subnet = world.store.get(f"compute/{path}")
    name = path.rsplit("/", 1)[-1]
    if subnet is None:
        return f"Operation failed: Subnetwork {path} was not found."
    if ipaddress.ip_network(subnet["ipCidrRange"]).prefixlen != PREFIX or subnet["purpose"] != "PRIVATE":
        return f"Operation failed: Subnetwork {name} must have a /{PREFIX} netmask and purpose PRIVATE."
    user = _other_user(world, path, body["name"])
    return f"Operation failed: Subnetwork {name} must be used by the connector alone; {user} uses it." if user else ""


def _other_user(world: World, path: str, own: str) -> str:
    """Another connector, a machine or a reserved address in the subnet; empty when there is none."""
    _, project, _, region, _, name = path.split("/")
    for _, other in world.store.children(f"vpcaccess/projects/-/locations/{region}", "connectors"):
        subnet = other.get("subnet") or {}
        same = subnet.get("name") == name and (subnet.get("projectId") or other["name"].split("/")[1]) == project
        if same and other["name"] != own and other["state"] != "CREATING":
            return f"connector {other['name']}"
    for _, machine in world.store.children(f"compute/projects/{project}/zones/-", "instances"):
        if any(link_path(str(i.get("subnetwork", ""))) == path for i in machine.get("networkInterfaces", [])):
            return f"instance {machine['name']}"
    for _, address in world.store.children(f"compute/projects/{project}/regions/{region}", "addresses"):
        if link_path(str(address.get("subnetwork", ""))) == path:
            return f"address {address['name']}"
    return ""


def _range_problem(world: World, path: str, network: Body, body: Body) -> str:
    try:
        wanted = ipaddress.IPv4Network(str(body["ipCidrRange"]))
    except ValueError:
        return "Operation failed: Invalid IP CIDR range was provided."
    if wanted.prefixlen != PREFIX:
        return f"Operation failed: Invalid IP CIDR range was provided. It must have a /{PREFIX} netmask."
    if network["autoCreateSubnetworks"] and wanted.overlaps(ipaddress.IPv4Network(AUTO_BLOCK)):
        return CONFLICT
    taken = (ipaddress.IPv4Network(text, strict=False) for text, _ in ranges_in_use(world, path, body["name"]))
    return CONFLICT if any(wanted.overlaps(other) for other in taken) else ""
