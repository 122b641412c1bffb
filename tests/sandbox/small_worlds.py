"""Small worlds for the data plane: one VPC network, a few machines, and whatever a test adds."""

from __future__ import annotations

from wizard.sandbox.api import Body
from wizard.sandbox.clock import Clock
from wizard.sandbox.scenario import parse
from wizard.sandbox.world import World

PROJECT = "projects/demo-project"
REGION = "us-central1"
NETWORK = f"{PROJECT}/global/networks/my-vpc"
LINK = f"https://www.googleapis.com/compute/v1/{NETWORK}"
CONNECTOR = f"{PROJECT}/locations/{REGION}/connectors/con"

VIA_CONNECTOR: Body = {"connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY"}
DIRECT: Body = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run", "tags": ["app"]}]}

SCENARIO = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "machines"
network = "my-vpc"
region = "us-central1"
range = "10.0.0.0/24"

[[target]]
name = "cache"
address = "10.0.0.3"
network = "my-vpc"
tags = ["cache"]
dns = "cache.corp.example"
serves = ["redis:6379", "postgres:5432", "mysql:3306", "http:80", "tcp:9000", "refuse:81", "silent:82"]
"""


def world(more: str = "", *, instant: bool = True) -> World:
    """The scenario above with more TOML, and these bodies: network, two subnets, routes, a VM, a connector."""
    made = World(scenario=parse((SCENARIO + more).encode(), "small world"), clock=Clock(instant=instant))
    put = made.store.put
    elsewhere = "projects/peer-tp/global/networks/peer"
    peerings = [{"name": p.name, "network": elsewhere, "state": "ACTIVE"} for p in made.scenario.peerings]
    order = {"networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL"}
    put(f"compute/{NETWORK}", {"name": "my-vpc", **order, "peerings": peerings})
    for name, range_ in (("machines", "10.0.0.0/24"), ("run", "10.1.0.0/26"), ("con-subnet", "10.8.1.0/28")):
        subnet(made, name, range_)
    route(made, "default", "0.0.0.0/0", nextHopGateway=f"{PROJECT}/global/gateways/default-internet-gateway")
    machine(made, "cache", "10.0.0.3", tags=["cache"], account="cache@demo-project.iam.gserviceaccount.com")
    put(f"vpcaccess/{CONNECTOR}", {"network": "my-vpc", "ipCidrRange": "10.8.0.0/28", "state": "READY"})
    return made


def subnet(of: World, name: str, range_: str, **fields: object) -> None:
    """A subnet of the region with its subnet route."""
    body = {"name": name, "network": LINK, "ipCidrRange": range_, **fields}
    of.store.put(f"compute/{PROJECT}/regions/{REGION}/subnetworks/{name}", body)
    route(of, f"to-{name}", range_, priority=0, nextHopNetwork=LINK)


def route(of: World, name: str, range_: str, priority: int = 1000, **fields: object) -> None:
    body = {"name": name, "network": LINK, "destRange": range_, "priority": priority, **fields}
    of.store.put(f"compute/{PROJECT}/global/routes/{name}", body)


def machine(of: World, name: str, address: str, *, tags: list[str], account: str = "", network: str = LINK) -> None:
    body: Body = {"name": name, "networkInterfaces": [{"networkIP": address, "network": network}]}
    body["tags"] = {"items": tags}
    body["serviceAccounts"] = [{"email": account}] if account else []
    of.store.put(f"compute/{PROJECT}/zones/{REGION}-a/instances/{name}", body)


def firewall(of: World, name: str, action: str, priority: int = 1000, ports: str = "", **fields: object) -> None:
    """A classic rule for TCP; `ports` as in `6379` or `80-90`, empty for all."""
    layer: Body = {"IPProtocol": "tcp"} | ({"ports": [ports]} if ports else {})
    body: Body = {"name": name, "network": LINK, "direction": "INGRESS", "priority": priority}
    body |= {"allowed" if action == "allow" else "denied": [layer], **fields}
    of.store.put(f"compute/{PROJECT}/global/firewalls/{name}", body)


def policy(of: World, place: str, attached_to: str, *rules: Body) -> None:
    """A firewall policy; `place` is `locations/global`, `PROJECT/global` or `PROJECT/regions/REGION`."""
    body: Body = {"associations": [{"attachmentTarget": attached_to}], "rules": list(rules)}
    of.store.put(f"compute/{place}/firewallPolicies/{len(of.store.keys())}", body)


def policy_rule(priority: int, action: str, direction: str = "INGRESS", **fields: object) -> Body:
    match: Body = {"layer4Configs": [{"ipProtocol": "tcp"}]}
    match |= {key: fields.pop(key) for key in ("srcIpRanges", "destIpRanges", "layer4Configs") if key in fields}
    return {"priority": priority, "action": action, "direction": direction, "match": match, **fields}
