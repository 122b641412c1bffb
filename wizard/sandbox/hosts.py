"""Who has an address in a VPC network of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.sandbox import projects
from wizard.sandbox.api import Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.packet import Host
from wizard.sandbox.world import World

MANAGED = {"redis", "sql", "psa"}
"""Kinds of target that live in a network of Google's, behind a peering: no firewall of ours stands before them."""


def find_host(world: World, address: str, network: str) -> Host | None:
    """Who has an address in a network (`projects/P/global/networks/N`): a VM or an internal load balancer."""
    for key in world.store.keys("compute/"):
        if "/instances/" not in key:
            continue
        body = world.store.get(key) or {}
        for interface in body.get("networkInterfaces") or []:
            if interface.get("networkIP") == address and link_path(str(interface.get("network", ""))) == network:
                tags = frozenset((body.get("tags") or {}).get("items") or [])
                accounts = frozenset(str(a["email"]) for a in body.get("serviceAccounts") or [])
                return Host(str(body["name"]), network, tags, accounts)
    return next((host for host in _targets(world, address, network) if host.guarded), None)


def find_across(world: World, address: str, network: str, peering: str) -> Host | None:
    """Who has an address in the network beyond a peering: one of the project's own, or somebody else's with targets of
    its name and the managed services of `network`. Peerings are not transitive: nobody further away."""
    body = world.store.get(f"compute/{network}") or {}
    known: Body = next((p for p in body.get("peerings") or [] if p.get("name") == peering), {})
    if known.get("state", "ACTIVE") != "ACTIVE":
        return None
    peer = link_path(str(known.get("network", "")))
    if projects.find(world, projects.owner(peer)):
        return find_host(world, address, peer)
    there = (*_targets(world, address, network), *_targets(world, address, peer))
    return next((host for host in there if not host.guarded), None)


def _targets(world: World, address: str, network: str) -> Iterator[Host]:
    """Targets of the scenario that are no VMs; the machines behind a load balancer have the target's tags."""
    usual = f"{projects.numbered(world, projects.owner(network))}-compute@developer.gserviceaccount.com"
    for target in world.scenario.targets:
        if target.address == address and target.kind != "vm" and target.network == network.rsplit("/", 1)[-1]:
            accounts = frozenset({target.service_account or usual})
            yield Host(target.name, network, frozenset(target.tags), accounts, guarded=target.kind not in MANAGED)


def address_of(world: World, instance: str) -> str:
    """The internal address of an instance, by any form of link; empty when it does not exist."""
    body = world.store.get(f"compute/{link_path(instance)}") or {}
    interfaces = body.get("networkInterfaces") or [{}]
    return str(interfaces[0].get("networkIP", ""))
