"""Whether a connector carries anything: Cloud Run's traffic and the health checks must reach its own machines.

Both come from outside the network, to tcp:667 (facts: 1.6, Google's page on Serverless VPC Access). For connectors of
the network's own project Google adds rules that let them in, at priority 100; a hierarchical rule, or a classic one
with a smaller number, still stops them. Service projects of a Shared VPC have no such rules.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from wizard.sandbox.api import Body
from wizard.sandbox.packet import Host, Packet, Rules, Source, allowed, within

SERVERLESS = ("35.199.224.0/19",)
HEALTH_CHECKS = ("35.191.0.0/16", "35.191.192.0/18", "130.211.0.0/22")
PORT = 667
OWN_PRIORITY = 100


def stopped(rules: Rules, connector: Source, trail: list[str]) -> bool:
    """Whether the firewall keeps Cloud Run or the health checks, from any of their addresses, off the connector."""
    machine = Host("connector", connector.network, connector.tags)
    known = _with_googles(rules) if connector.automatic else rules
    for what, ranges in (("Cloud Run's traffic", SERVERLESS), ("health checks", HEALTH_CHECKS)):
        for address in _telling(ranges, rules):
            packet = Packet(address, connector.address, "tcp", PORT)
            outside = Source(network=connector.network, region=connector.region, address=address, range="")
            why: list[str] = []
            if not allowed(known, "INGRESS", packet, outside, machine, why):
                trail.append(f"connector: {what} from {address} cannot reach it: {why[-1]}")
                return True
    return False


def _with_googles(rules: Rules) -> Rules:
    """The same rules with Google's own for connectors (`rsgfw` and `hcfw`), whether the network lists them or not."""
    own: list[Body] = [
        {
            "name": f"of the connector, added by Google ({name})",
            "priority": OWN_PRIORITY,
            "sourceRanges": list(ranges),
            "targetTags": ["vpc-connector"],
            "allowed": [{"IPProtocol": "tcp", "ports": [str(PORT)]}],
        }
        for name, ranges in (("rsgfw", SERVERLESS), ("hcfw", HEALTH_CHECKS))
    ]
    return replace(rules, classic=[*rules.classic, *own])


def _telling(ranges: tuple[str, ...], rules: Rules) -> Iterator[str]:
    """Addresses of the ranges that between them meet every verdict: where a range, or one that a rule names, begins
    or has just ended."""
    policies = [rule for policy in (*rules.hierarchical, *rules.network_policies) for rule in policy]
    named = [r for rule in rules.classic for r in rule.get("sourceRanges") or []]
    named += [r for rule in policies for r in (rule.get("match") or {}).get("srcIpRanges") or []]
    blocks = [ipaddress.ip_network(r, strict=False) for r in (*ranges, *named)]
    edges = {edge for b in blocks if b.version == 4 for edge in (int(b[0]), int(b[-1]) + 1) if edge < 1 << 32}
    return (address for edge in sorted(edges) if within(address := str(ipaddress.IPv4Address(edge)), ranges))
