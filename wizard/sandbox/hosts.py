"""Who has an address in a VPC network of the sandbox."""

from __future__ import annotations

from wizard.sandbox.entry import link_path
from wizard.sandbox.packet import Host
from wizard.sandbox.world import World

MANAGED = {"redis", "sql", "psa"}
"""Kinds of target that live in a network of Google's, behind a peering: no firewall of ours stands before them."""


def find_host(world: World, address: str, network: str) -> Host | None:
    """Who has an address in a network or in one that it is peered with: a VM, an internal load balancer, a service."""
    visible = {network, *_peers(world, network)}
    for key in world.store.keys("compute/"):
        if "/instances/" not in key:
            continue
        body = world.store.get(key) or {}
        for interface in body.get("networkInterfaces") or []:
            where = link_path(str(interface.get("network", "")))
            if interface.get("networkIP") == address and where in visible:
                tags = frozenset((body.get("tags") or {}).get("items") or [])
                accounts = frozenset(str(a["email"]) for a in body.get("serviceAccounts") or [])
                return Host(str(body["name"]), where, tags, accounts)
    return _target_host(world, address, visible)


def _target_host(world: World, address: str, visible: set[str]) -> Host | None:
    """A target of the scenario that is no VM; the machines behind a load balancer have the target's tags."""
    for target in world.scenario.targets:
        where = next((n for n in visible if n.rsplit("/", 1)[-1] == target.network), "")
        if target.address != address or target.kind == "vm" or not where:
            continue
        accounts = frozenset({target.service_account} - {""})
        return Host(target.name, where, frozenset(target.tags), accounts, guarded=target.kind not in MANAGED)
    return None


def _peers(world: World, network: str) -> list[str]:
    body = world.store.get(f"compute/{network}") or {}
    peerings = [p for p in body.get("peerings") or [] if p.get("state", "ACTIVE") == "ACTIVE"]
    return [link_path(str(p.get("network", ""))) for p in peerings]


def address_of(world: World, instance: str) -> str:
    """The internal address of an instance, by any form of link; empty when it does not exist."""
    body = world.store.get(f"compute/{link_path(instance)}") or {}
    interfaces = body.get("networkInterfaces") or [{}]
    return str(interfaces[0].get("networkIP", ""))
