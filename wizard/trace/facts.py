"""From what was read of a project to what traces are made from."""

from __future__ import annotations

from wizard.inventory import Inventory
from wizard.network.topology import Facts, Topology

_UNREAD = {
    "networks": "networks",
    "subnetworks": "subnets",
    "routes": "routes",
    "routers": "routers",
    "instances": "instances",
    "forwarding rules": "forwarding rules",
    "connectors": "connectors",
    "addresses": "addresses",
}
"""Names of gaps of an inventory, and of unread facts."""


def topology_of(inventory: Inventory) -> Topology:
    """The facts of an inventory, indexed for traces."""
    return Topology(facts_of(inventory))


def facts_of(inventory: Inventory) -> Facts:
    """The part of an inventory that decides where packets go. Without a list of classic rules, those in force count."""
    rules = inventory.firewalls or tuple(r for e in inventory.effective.values() for r in e.rules)
    return Facts(
        project=inventory.project,
        networks=inventory.networks,
        subnets=inventory.subnets,
        routes=inventory.routes,
        peering_routes=inventory.peering_routes,
        routers=inventory.routers,
        rules=rules,
        policies={name: effective.policies for name, effective in inventory.effective.items()},
        instances=inventory.instances,
        forwarding_rules=inventory.forwarding_rules,
        addresses=inventory.addresses,
        connectors=inventory.connectors,
        unread=_unread(inventory),
    )


def _unread(inventory: Inventory) -> frozenset[str]:
    found = {_UNREAD[gap.what] for gap in inventory.gaps if gap.what in _UNREAD}
    policies = any(gap.what.startswith("effective firewalls of ") for gap in inventory.gaps)
    if policies:
        found.add("policies")
    if any(gap.what == "firewall rules" for gap in inventory.gaps) and not inventory.effective:
        found.add("firewalls")
    return frozenset(found)
