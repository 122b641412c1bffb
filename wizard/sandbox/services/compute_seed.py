"""The Compute Engine part of a scenario, as API bodies."""

from __future__ import annotations

import ipaddress

from wizard.sandbox import projects
from wizard.sandbox import scenario_model as model
from wizard.sandbox.api import Body
from wizard.sandbox.projects import network_path
from wizard.sandbox.services import (
    compute_addresses,
    compute_auto_mode,
    compute_firewalls,
    compute_networks,
    compute_routers,
    compute_routes,
    compute_subnets,
)
from wizard.sandbox.services.compute_common import link, newborn
from wizard.sandbox.world import World


def seed(world: World) -> None:
    """Put everything of the scenario that Compute Engine lists."""
    scenario = world.scenario
    for network in scenario.networks:
        _network(world, network)
    for subnet in scenario.subnets:
        _subnet(world, subnet)
    for route in scenario.routes:
        if route.next_hop != "bgp":
            compute_routes.put(world, network_path(world, route.network), route.name, _hop(world, route))
    for address in scenario.addresses:
        _address(world, address)
    for rule in scenario.firewalls:
        path = f"{place(world, rule.network)}/global/firewalls/{rule.name}"
        world.store.put(f"compute/{path}", compute_firewalls.body_of(world, path, _firewall(world, rule)))
    for policy in scenario.firewall_policies:
        _policy(world, policy)
    for nat in scenario.nats:
        _nat(world, nat)
    for route in scenario.routes:
        if route.next_hop == "bgp":
            _learner(world, route.network)
    for target in scenario.targets:
        _target(world, target)


def place(world: World, network: str) -> str:
    """`projects/P` of the project that a network of the scenario is in, and with it all that belongs to it."""
    return f"projects/{projects.of_network(world, network)}"


def _region(world: World, region: str) -> str:
    return region or world.scenario.project.region


def _network(world: World, network: model.Network) -> None:
    path = network_path(world, network.name)
    wanted: Body = {"autoCreateSubnetworks": network.mode == "auto"}
    body = compute_networks.body_of(world, path, wanted)
    if network.mode == "legacy":
        del body["autoCreateSubnetworks"]
        body["IPv4Range"] = "10.240.0.0/16"
    peerings = [_peering(p) for p in world.scenario.peerings if p.network == network.name]
    world.store.put(f"compute/{path}", {**body, **({"peerings": peerings} if peerings else {})})
    if network.default_routes:
        compute_routes.default_route(world, path)
    if network.mode == "auto":
        compute_auto_mode.make_subnets(world, path)


def _peering(peering: model.Peering) -> Body:
    return {
        "name": peering.name,
        "network": "https://www.googleapis.com/compute/v1/projects/peer-tp/global/networks/peer",
        "state": "ACTIVE",
        "stateDetails": "Connected.",
        "exchangeSubnetRoutes": True,
        "importCustomRoutes": peering.import_,
        "exportCustomRoutes": peering.export,
    }


def _subnet(world: World, subnet: model.Subnet) -> None:
    path = f"{place(world, subnet.network)}/regions/{_region(world, subnet.region)}/subnetworks/{subnet.name}"
    wanted: Body = {
        "network": network_path(world, subnet.network),
        "ipCidrRange": subnet.range,
        "purpose": subnet.purpose,
        "privateIpGoogleAccess": subnet.private_google_access,
    }
    if subnet.secondary:
        wanted["secondaryIpRanges"] = [{"rangeName": s.name, "ipCidrRange": s.range} for s in subnet.secondary]
    compute_subnets.put(world, path, wanted)


def _hop(world: World, route: model.Route) -> Body:
    fields: Body = {
        "destRange": route.range,
        "priority": route.priority,
        "tags": list(route.tags),
        "routeType": "STATIC",
    }
    project = place(world, route.network)
    if route.next_hop == "internet":
        fields["nextHopGateway"] = link(f"{project}/global/gateways/default-internet-gateway")
    elif route.next_hop == "vpn":
        fields["nextHopVpnTunnel"] = link(f"{project}/regions/{_region(world, '')}/vpnTunnels/{route.name}")
    elif route.next_hop.startswith("peering:"):
        fields["nextHopPeering"] = route.next_hop.partition(":")[2]
    else:
        fields["nextHopIp"] = route.next_hop
    return fields


def _address(world: World, address: model.Address) -> None:
    path = f"{place(world, address.network)}/global/addresses/{address.name}"
    block = ipaddress.IPv4Network(address.range)
    wanted: Body = {
        "address": str(block.network_address),
        "prefixLength": block.prefixlen,
        "purpose": address.purpose,
        "network": network_path(world, address.network),
    }
    world.store.put(f"compute/{path}", compute_addresses.body_of(world, path, wanted))


def _layer4(rules: tuple[str, ...], key: str) -> list[Body]:
    """`tcp:5432` as the API has it; several ports of one protocol stay apart."""
    entries = [rule.partition(":") for rule in rules]
    return [{key: protocol, **({"ports": [ports]} if ports else {})} for protocol, _, ports in entries]


def _firewall(world: World, rule: model.Firewall) -> Body:
    wanted: Body = {
        "network": network_path(world, rule.network),
        "direction": rule.direction,
        "priority": rule.priority,
        "disabled": rule.disabled,
        "logConfig": {"enable": rule.logging},
        "allowed" if rule.action == "allow" else "denied": _layer4(rule.rules, "IPProtocol"),
    }
    lists = {
        "sourceRanges": rule.sources,
        "sourceTags": rule.source_tags,
        "sourceServiceAccounts": rule.source_service_accounts,
        "destinationRanges": rule.destinations,
        "targetTags": rule.target_tags,
        "targetServiceAccounts": rule.target_service_accounts,
    }
    return wanted | {key: list(values) for key, values in lists.items() if values}


def _policy(world: World, policy: model.FirewallPolicy) -> None:
    above = {"organization": "organizations/1", "folder": "folders/2"}
    rules = [_policy_rule(rule) for rule in policy.rules]
    target = above.get(policy.level) or link(network_path(world, policy.network))
    project = place(world, policy.network)
    where = f"{project}/regions/{policy.level}"
    if policy.level in above:
        where = "locations/global"
    elif policy.level == "global":
        where = f"{project}/global"
    path = f"{where}/firewallPolicies/{policy.name}"
    body = newborn(world, "firewallPolicy", path, {"shortName": policy.name, "rules": rules})
    body["associations"] = [{"name": f"{policy.name}-association", "attachmentTarget": target}]
    world.store.put(f"compute/{path}", body)


def _policy_rule(rule: model.PolicyRule) -> Body:
    match: Body = {"layer4Configs": _layer4(rule.rules, "ipProtocol")}
    if rule.direction == "INGRESS":
        match["srcIpRanges"] = list(rule.sources) or ["0.0.0.0/0"]
    if rule.destinations:
        match["destIpRanges"] = list(rule.destinations)
    return {
        "kind": "compute#firewallPolicyRule",
        "priority": rule.priority,
        "action": rule.action,
        "direction": rule.direction,
        "disabled": rule.disabled,
        "match": match,
        "targetServiceAccounts": list(rule.target_service_accounts),
    }


def _nat(world: World, nat: model.Nat) -> None:
    region = _region(world, nat.region)
    path = f"{place(world, nat.network)}/regions/{region}/routers/{nat.name}-router"
    entry: Body = {"name": nat.name, "natIpAllocateOption": "AUTO_ONLY"}
    if nat.subnets == ("all",):
        entry["sourceSubnetworkIpRangesToNat"] = "ALL_SUBNETWORKS_ALL_IP_RANGES"
    else:
        entry["sourceSubnetworkIpRangesToNat"] = "LIST_OF_SUBNETWORKS"
        entry["subnetworks"] = [{"name": s, "sourceIpRangesToNat": ["ALL_IP_RANGES"]} for s in nat.subnets]
    wanted: Body = {"network": network_path(world, nat.network), "nats": [entry]}
    world.store.put(f"compute/{path}", compute_routers.body_of(world, path, wanted))


def _learner(world: World, network: str) -> None:
    """A Cloud Router that shows the learned routes of a network, unless one of its NAT gateways has a router."""
    where = f"{place(world, network)}/regions/{_region(world, '')}"
    routers = world.store.children(f"compute/{where}", "routers")
    if not any(body["network"] == link(network_path(world, network)) for _, body in routers):
        path = f"{where}/routers/{network}-bgp"
        body = compute_routers.body_of(world, path, {"network": network_path(world, network), "nats": []})
        world.store.put(f"compute/{path}", body)


def _target(world: World, target: model.Target) -> None:
    """A VM; what is managed lives in Google's network and is not listed, load balancers have a module of their own."""
    if target.kind == "vm":
        machine(world, target, home(world, target))


def machine(world: World, target: model.Target, subnet: str) -> str:
    """Put a VM with the target's name, address and identity into a subnetwork (a link, or empty); its path."""
    zone = f"{_region(world, '')}-b"
    project = place(world, target.network)
    path = f"{project}/zones/{zone}/instances/{target.name}"
    network = link(network_path(world, target.network))
    interface: Body = {"name": "nic0", "networkIP": target.address, "network": network}
    if subnet:
        interface["subnetwork"] = subnet
    number = projects.numbered(world, project.removeprefix("projects/"))
    account = target.service_account or f"{number}-compute@developer.gserviceaccount.com"
    fields: Body = {
        "status": "RUNNING",
        "zone": link(f"{project}/zones/{zone}"),
        "networkInterfaces": [interface],
        "tags": {"items": list(target.tags), "fingerprint": "42WmSpB8rSM="},
        "serviceAccounts": [{"email": account, "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}],
    }
    world.store.put(f"compute/{path}", newborn(world, "instance", path, fields))
    return path


def home(world: World, target: model.Target) -> str:
    """The link of the subnetwork in which the target's address lies, or empty."""
    for _, subnet in world.store.children(f"compute/{place(world, target.network)}/regions/-", "subnetworks"):
        inside = ipaddress.IPv4Address(target.address) in ipaddress.IPv4Network(subnet["ipCidrRange"])
        if inside and subnet["network"] == link(network_path(world, target.network)):
            return str(subnet["selfLink"])
    return ""
