"""Where a packet of Cloud Run enters a VPC network: at a machine of a connector, or at an interface in a subnet."""

from __future__ import annotations

import ipaddress

from wizard.sandbox.api import Body
from wizard.sandbox.packet import Source
from wizard.sandbox.world import World


def link_path(link: str) -> str:
    """`projects/P/global/networks/N` of any form of link; other texts as they are."""
    return link[link.index("projects/") :] if "projects/" in link else link


def enter(world: World, access: Body, region: str) -> Source | str:
    """The source of the packets, or why there is none."""
    if access.get("connector"):
        return _at_connector(world, link_path(str(access["connector"])), region)
    return _at_interface(world, access["networkInterfaces"][0], region)


def _at_connector(world: World, name: str, region: str) -> Source | str:
    connector = world.store.get(f"vpcaccess/{name}")
    if connector is None:
        return f"connector {name} does not exist"
    if connector.get("state") not in ("READY", "UPDATING"):
        return f"connector {name} is {connector.get('state')}"
    _, project, _, place, _, short = name.split("/")
    if place != region:
        return f"connector {name} is in another region than {region}"
    network, range_, subnet = _connector_network(world, connector, project, region)
    if not range_:
        return f"the subnet of connector {name} does not exist"
    return Source(
        network=network,
        region=region,
        address=_address_in(range_),
        range=range_,
        subnet=subnet,
        tags=frozenset({"vpc-connector", f"vpc-connector-{region}-{short}"}),
        connector=True,
        automatic=network.split("/")[1] == project,
    )


def _connector_network(world: World, connector: Body, project: str, region: str) -> tuple[str, str, str]:
    """Network, range and subnet of a connector; the last is empty for a range of its own."""
    if not connector.get("subnet"):
        network = str(connector.get("network", ""))
        return _network_path(network, project), str(connector.get("ipCidrRange", "")), ""
    named = connector["subnet"]
    path = f"projects/{named.get('projectId') or project}/regions/{region}/subnetworks/{named.get('name')}"
    subnet = world.store.get(f"compute/{path}") or {}
    return link_path(str(subnet.get("network", ""))), str(subnet.get("ipCidrRange", "")), path


def _at_interface(world: World, interface: Body, region: str) -> Source | str:
    """Direct VPC egress. A network alone means the subnet of the same name, a subnet alone means its network."""
    named, network = str(interface.get("subnetwork") or ""), str(interface.get("network") or "")
    path = link_path(named or network.replace("/global/networks/", f"/regions/{region}/subnetworks/"))
    if "/" not in path:
        project = link_path(network).split("/")[1] if "/" in network else world.project
        path = f"projects/{project}/regions/{region}/subnetworks/{path}"
    subnet = world.store.get(f"compute/{path}")
    if subnet is None:
        return f"subnet {path} does not exist"
    range_ = str(subnet["ipCidrRange"])
    own = link_path(str(subnet["network"]))
    if network and network.rsplit("/", 1)[-1] != own.rsplit("/", 1)[-1]:
        return f"subnet {path} belongs to another network than {network}"
    tags = frozenset(str(tag) for tag in interface.get("tags") or [])
    return Source(
        network=own, region=region, address=_instance_address(world, path, range_), range=range_, subnet=path, tags=tags
    )


def _network_path(network: str, project: str) -> str:
    return link_path(network) if "/" in network else f"projects/{project}/global/networks/{network}"


def _address_in(range_: str) -> str:
    """The first address that a machine may have: network, gateway and the last two are reserved."""
    return str(ipaddress.ip_network(range_)[2])


def _instance_address(world: World, subnet: str, range_: str) -> str:
    """An address of the blocks that Cloud Run holds in the subnet; before it holds any, one in the middle."""
    place = f"compute/{subnet.split('/subnetworks/')[0]}"
    for _, body in world.store.children(place, "addresses"):
        if body.get("purpose") == "SERVERLESS" and link_path(str(body.get("subnetwork", ""))) == subnet:
            return str(ipaddress.ip_address(str(body["address"])))
    block = ipaddress.ip_network(range_)
    return str(block[block.num_addresses // 2])
