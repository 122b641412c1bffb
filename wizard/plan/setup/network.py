"""Which network: the one that was named, or the one in which the targets live."""

from __future__ import annotations

from wizard.network.intervals import holds
from wizard.plan.setup.draft import Draft
from wizard.records import Network, Target


def choose_network(draft: Draft) -> Network | None:
    """The network to connect to; None with a blocking finding when that cannot be said."""
    networks = {n.name: n for n in draft.inventory.networks}
    wanted = draft.answers.network
    if wanted:
        if wanted not in networks:
            known = ", ".join(sorted(networks)[:5]) or "none that may be listed"
            draft.block("network_missing", f"there is no network {wanted} here; networks: {known}", "--network NAME")
            return None
        return _usable(draft, networks[wanted])
    homes = {name for target in draft.targets if (name := home_of(draft, target)) in networks}
    candidates = homes or (set(networks) if len(networks) == 1 else set())
    if len(candidates) != 1:
        names = ", ".join(sorted(homes or networks)[:5]) or "none"
        why = "the targets are in several networks" if homes else "no target tells which network it is in"
        draft.block("network_ambiguous", f"which network? {why}: {names}", "--network NAME")
        return None
    return _usable(draft, networks[candidates.pop()])


def _usable(draft: Draft, network: Network) -> Network | None:
    if network.mode == "legacy":
        message = f"{network.name} is a legacy network: neither connectors nor Direct VPC egress work there"
        draft.block("network_legacy", message, "move the targets to a VPC network with subnetworks")
        return None
    return network


def home_of(draft: Draft, target: Target) -> str:
    """The network in which the target's address is: its VM, forwarding rule, reserved range or subnetwork; or empty."""
    if not target.address:
        return ""
    inventory = draft.inventory
    addressed = [(i.address, i.network) for i in inventory.instances]
    addressed += [(f.address, f.network) for f in inventory.forwarding_rules]
    exact = {network for address, network in addressed if address == target.address and network}
    if len(exact) == 1:
        return exact.pop()
    ranges = [(s.network, s.range) for s in inventory.subnets if s.purpose == "PRIVATE"]
    ranges += [(a.network, a.range) for a in inventory.addresses if a.network and a.purpose == "VPC_PEERING"]
    homes = {network for network, text in ranges if holds(text, target.address)}
    return homes.pop() if len(homes) == 1 else ""
