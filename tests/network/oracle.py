"""A second opinion on firewall rules: one address, one packet, a plain walk over the records, nothing compiled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

from wizard.network.packets import Destination, Source
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

AnyRule = FirewallRule | PolicyRule


def decide(
    network: Network,
    rules: Iterable[FirewallRule],
    policies: Iterable[FirewallPolicy],
    direction: str,
    source: Source,
    address: str,
    target: Destination,
    protocol: str,
    port: int,
) -> str:
    """`allow` or `deny` for a packet from `address`, one of the source's."""
    policies = list(policies)
    layers: list[Sequence[AnyRule]] = []
    for level in ("organization", "folder"):
        layers += [list(p.rules) for p in policies if p.level == level]
    beside = [list(p.rules) for level in ("global", "us-central1") for p in policies if p.level == level]
    classic = [r for r in rules if r.network == network.name]
    layers += [*beside, classic] if network.policy_order == "BEFORE_CLASSIC_FIREWALL" else [classic, *beside]
    for layer in layers:
        action = _layer(layer, direction, source, address, target, protocol, port)
        if action in ("allow", "deny"):
            return action
    return "deny" if direction == "INGRESS" else "allow"


def _layer(
    layer: Sequence[AnyRule],
    direction: str,
    source: Source,
    address: str,
    target: Destination,
    protocol: str,
    port: int,
) -> str:
    ordered: list[AnyRule] = sorted(layer, key=lambda r: (r.priority, r.action != "deny"))
    for rule in ordered:
        if rule.disabled or rule.direction != direction:
            continue
        if direction == "INGRESS" and rule.priority == 65535 and rule.action == "allow" and type(rule) is FirewallRule:
            continue
        if not _has_port(rule.protocols, protocol, port):
            continue
        if rule.destinations and not _within(target.address, rule.destinations):
            continue
        if _from(rule, source, address) and _at(rule, source, target):
            return rule.action
    return ""


def _has_port(entries: tuple[Ports, ...], protocol: str, port: int) -> bool:
    for entry in entries:
        if entry.protocol in ("all", protocol):
            bounds = [[int(n) for n in text.split("-")] for text in entry.ports]
            if not bounds or any(b[0] <= port <= b[-1] for b in bounds):
                return True
    return False


def _within(address: str, cidrs: tuple[str, ...]) -> bool:
    return any(ip_address(address) in ip_network(cidr) for cidr in cidrs)


def _from(rule: AnyRule, source: Source, address: str) -> bool:
    if _within(address, rule.sources):
        return True
    if isinstance(rule, PolicyRule):
        return not rule.sources
    identities = {*rule.source_tags, *rule.source_service_accounts}
    if source.kind != "direct" and identities & {*source.tags, *source.service_accounts}:
        return True
    return not rule.sources and not identities


def _at(rule: AnyRule, source: Source, target: Destination) -> bool:
    who = target if rule.direction == "INGRESS" else source
    tags = rule.target_tags if isinstance(rule, FirewallRule) else ()
    wanted = {*tags, *rule.target_service_accounts}
    return not wanted or bool(wanted & {*who.tags, *who.service_accounts})
