"""One packet and the firewalls it meets: rule by rule, as written in the API bodies.

Deliberately plain: this is the witness against the wizard's evaluator, with which it shares no code. Sources of the
rules: `networks.getEffectiveFirewalls` and Google's pages on rule evaluation, Direct VPC egress and connectors.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wizard.sandbox.api import Body

PROTOCOL_NUMBERS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp", "132": "sctp"}
EVERYWHERE = ["0.0.0.0/0"]
AUTOMATIC_PRIORITY = 1000
IMPLIED_PRIORITY = 65535


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection: addresses as text, protocol as `tcp`, the destination port."""

    source: str
    destination: str
    protocol: str
    port: int


@dataclass(frozen=True)
class Source:
    """Where a packet enters a VPC network. `network` is `projects/P/global/networks/N`, `subnet` likewise or empty.

    `connector` tells a connector's machine, whose tags count as source tags, from a Direct VPC interface, whose tags
    and identity are never seen by ingress rules. `automatic` says that Google's own rules for connectors apply.
    """

    network: str
    region: str
    address: str
    range: str
    subnet: str = ""
    tags: frozenset[str] = frozenset()
    connector: bool = False
    automatic: bool = False


@dataclass(frozen=True)
class Host:
    """Who has the destination address. `guarded` says whether ingress rules of `network` stand before it."""

    name: str
    network: str = ""
    tags: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    guarded: bool = True


@dataclass
class Rules:
    """The firewalls of one network: classic rules, policies from the top (organization, folders), of the network."""

    classic: list[Body] = field(default_factory=list)
    hierarchical: list[list[Body]] = field(default_factory=list)
    network_policies: list[list[Body]] = field(default_factory=list)
    classic_first: bool = True


def within(address: str, ranges: Iterable[str]) -> bool:
    """Whether an IPv4 address lies in one of the ranges; IPv6 ranges never match."""
    one = ipaddress.ip_address(address)
    return any(one in ipaddress.ip_network(r, strict=False) for r in ranges)


def allowed(rules: Rules, direction: str, packet: Packet, source: Source, host: Host | None, trail: list[str]) -> bool:
    """Whether the packet passes the firewalls in one direction; each rule that decides leaves a line in the trail."""
    classic = _classic(rules.classic, direction, packet, source, host)
    policies = [_policy(one, direction, packet, source, host) for one in rules.network_policies]
    stages = [_policy(one, direction, packet, source, host) for one in rules.hierarchical]
    stages += [classic, *policies] if rules.classic_first else [*policies, classic]
    for stage in stages:
        for name, action in stage:
            trail.append(f"{direction.lower()} firewall: {name} says {action}")
            if action == "goto_next":
                break
            return action == "allow"
    implied = direction == "EGRESS"
    trail.append(f"{direction.lower()} firewall: implied {'allow' if implied else 'deny'}")
    return implied


def _classic(
    bodies: list[Body], direction: str, packet: Packet, source: Source, host: Host | None
) -> Iterator[tuple[str, str]]:
    """The first matching VPC firewall rule: smallest priority, deny before allow; so an ingress allow with the priority
    of the implied deny never decides."""
    rules = [b for b in bodies if b.get("direction", "INGRESS") == direction and not b.get("disabled")]
    if direction == "INGRESS":
        rules = [b for b in rules if not b.get("allowed") or int(b.get("priority", 1000)) < IMPLIED_PRIORITY]
    if direction == "INGRESS" and source.automatic:
        rules.append(_automatic_rule(source))
    rules.sort(key=lambda b: (int(b.get("priority", 1000)), bool(b.get("allowed"))))
    for body in rules:
        action = "allow" if body.get("allowed") else "deny"
        if (
            _layer4(body.get("allowed") or body.get("denied") or [], "IPProtocol", packet)
            and _at_target(body, source if direction == "EGRESS" else host)
            and (_from(body, packet, source) if direction == "INGRESS" else _from_range(body, packet))
            and within(packet.destination, body.get("destinationRanges") or EVERYWHERE)
        ):
            yield f"rule {body.get('name')} (priority {body.get('priority', 1000)})", action
            return


def _automatic_rule(source: Source) -> Body:
    """Google's rules `sbntfw` and `tagfw` for a connector: its range may reach the whole network (facts: 1.6)."""
    return {
        "name": "of the connector, added by Google",
        "priority": AUTOMATIC_PRIORITY,
        "sourceRanges": [source.range],
        "allowed": [{"IPProtocol": "tcp"}, {"IPProtocol": "udp"}, {"IPProtocol": "icmp"}],
    }


def _policy(
    bodies: list[Body], direction: str, packet: Packet, source: Source, host: Host | None
) -> Iterator[tuple[str, str]]:
    """The first matching rule of a firewall policy. Secure tags never match serverless traffic."""
    rules = [b for b in bodies if b.get("direction") == direction and not b.get("disabled")]
    for body in sorted(rules, key=lambda b: int(b.get("priority", 0))):
        match: Body = body.get("match") or {}
        if (
            _layer4(match.get("layer4Configs") or [{"ipProtocol": "all"}], "ipProtocol", packet)
            and within(packet.source, match.get("srcIpRanges") or EVERYWHERE)
            and within(packet.destination, match.get("destIpRanges") or EVERYWHERE)
            and not match.get("srcSecureTags")
            and not body.get("targetSecureTags")
            and _at_target(body, source if direction == "EGRESS" else host)
        ):
            yield f"policy rule {body.get('priority')}", str(body.get("action", "")).lower()
            return


def _layer4(layers: list[Body], key: str, packet: Packet) -> bool:
    for layer in layers:
        protocol = str(layer.get(key, "all")).lower()
        if PROTOCOL_NUMBERS.get(protocol, protocol) not in ("all", packet.protocol):
            continue
        ports = layer.get("ports") or []
        if not ports or any(_port_in(packet.port, str(p)) for p in ports):
            return True
    return False


def _port_in(port: int, ports: str) -> bool:
    first, _, last = ports.partition("-")
    return int(first) <= port <= int(last or first)


def _at_target(body: Body, end: Source | Host | None) -> bool:
    """Whether a rule is for this machine. Serverless sources have tags, but no service account that rules could see."""
    tags, accounts = body.get("targetTags") or [], body.get("targetServiceAccounts") or []
    if not tags and not accounts:
        return True
    if end is None:
        return False
    own = end.accounts if isinstance(end, Host) else frozenset()
    return bool(end.tags & set(tags)) or bool(own & set(accounts))


def _from_range(body: Body, packet: Packet) -> bool:
    return within(packet.source, body.get("sourceRanges") or EVERYWHERE)


def _from(body: Body, packet: Packet, source: Source) -> bool:
    """The source of an ingress rule: ranges or tags. Neither sees the tags or the identity of Direct VPC egress."""
    tags, accounts = body.get("sourceTags") or [], body.get("sourceServiceAccounts") or []
    ranges = body.get("sourceRanges") or ([] if tags or accounts else EVERYWHERE)
    return within(packet.source, ranges) or (source.connector and bool(source.tags & set(tags)))
