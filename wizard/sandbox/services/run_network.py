"""What keeps an instance of Cloud Run from getting the network that its template asks for.

Rules: facts, sections 1.4 and 2. The text for too few addresses is the real one; the others are ours.
"""

from __future__ import annotations

from wizard.sandbox import projects
from wizard.sandbox.api import Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.services import serverless_addresses
from wizard.sandbox.world import World

NOT_FOUND, NOT_STARTED = "VPC_NETWORK_NOT_FOUND", "HEALTH_CHECK_CONTAINER_ERROR"
"""Reasons of a revision's condition."""

USABLE = ("READY", "UPDATING")


def attach(world: World, template: Body, user: str, count: int) -> tuple[str, str]:
    """Give `user` (a revision or execution) the network of its template, with `count` addresses for Direct VPC egress.

    Returns reason and message of what is in the way, both empty when nothing is.
    """
    region = user.split("/")[3]
    access = projects.in_full(template.get("vpcAccess") or {}, projects.owner(user), region)
    if access.get("connector"):
        return _connector(world, link_path(str(access["connector"])), region)
    for interface in access.get("networkInterfaces") or []:
        return _interface(world, interface, region, user, count)
    return "", ""


def _connector(world: World, name: str, region: str) -> tuple[str, str]:
    connector = world.store.get(f"vpcaccess/{name}")
    if connector is None:
        message = f"VPC connector {name} does not exist, or Cloud Run does not have permission to use it."
    elif name.split("/")[3] != region:
        message = f"VPC connector {name} must be in region {region}."
    elif connector["state"] not in USABLE:
        message = f"VPC connector {name} is not ready: it is in state {connector['state']}."
    else:
        return "", ""
    return NOT_FOUND, message


def _interface(world: World, interface: Body, region: str, user: str, count: int) -> tuple[str, str]:
    key = serverless_addresses.subnet_key(world, interface, region)
    path = key.removeprefix("compute/")
    subnet = world.store.get(key)
    user_project = projects.owner(user)
    if subnet is None or not projects.shares_with(world, projects.owner(path), user_project):
        return NOT_FOUND, f"VPC subnetwork {path} does not exist, or Cloud Run does not have permission to use it."
    network = str(interface.get("network") or "").rsplit("/", 1)[-1]
    if network and network != str(subnet["network"]).rsplit("/", 1)[-1]:
        return NOT_FOUND, f"VPC subnetwork {path} does not belong to network {network}."
    if subnet.get("purpose", "PRIVATE") != "PRIVATE":
        return NOT_FOUND, f"VPC subnetwork {path} must have purpose PRIVATE."
    if int(str(subnet["ipCidrRange"]).rsplit("/", 1)[-1]) > serverless_addresses.LONGEST_PREFIX:
        return NOT_FOUND, f"VPC subnetwork {path} must be /{serverless_addresses.LONGEST_PREFIX} or larger."
    message = serverless_addresses.reserve(world, key, count, user)
    return (NOT_STARTED, message) if message else ("", "")
