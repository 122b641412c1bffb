"""Firewall rules and policies: messages as records."""

from __future__ import annotations

from collections.abc import Iterable

from google.cloud import compute_v1

from wizard.cloud.links import last
from wizard.records import FirewallPolicy, FirewallRule, PolicyRule, Ports

_Global = compute_v1.NetworksGetEffectiveFirewallsResponseEffectiveFirewallPolicy
_Regional = compute_v1.RegionNetworkFirewallPoliciesGetEffectiveFirewallsResponseEffectiveFirewallPolicy


def firewall_rule(message: compute_v1.Firewall) -> FirewallRule:
    denied = bool(message.denied)
    protocols = message.denied if denied else message.allowed
    return FirewallRule(
        name=message.name,
        uid=str(message.id) if message.id else "",
        created=message.creation_timestamp,
        network=last(message.network),
        direction=message.direction or "INGRESS",
        priority=message.priority,
        action="deny" if denied else "allow",
        protocols=tuple(Ports(p.I_p_protocol, tuple(p.ports)) for p in protocols),
        sources=tuple(message.source_ranges),
        destinations=tuple(message.destination_ranges),
        source_tags=tuple(message.source_tags),
        source_service_accounts=tuple(message.source_service_accounts),
        target_tags=tuple(message.target_tags),
        target_service_accounts=tuple(message.target_service_accounts),
        disabled=message.disabled,
        logging=message.log_config.enable,
        description=message.description,
    )


def global_policies(policies: Iterable[_Global]) -> tuple[FirewallPolicy, ...]:
    """The policies of `networks.getEffectiveFirewalls`.

    The reply lists hierarchical policies from the top down without saying where each hangs: the first counts as the
    organization's, the others as folders'.
    """
    found: list[FirewallPolicy] = []
    for policy in policies:
        above = any(p.level == "organization" for p in found)
        level = {"HIERARCHY": "folder" if above else "organization", "NETWORK": "global"}.get(policy.type_)
        name = policy.short_name or policy.display_name or policy.name
        found.append(_policy(name, level or policy.type_.lower(), policy.rules))
    return tuple(found)


def regional_policies(policies: Iterable[_Regional], region: str) -> tuple[FirewallPolicy, ...]:
    """The policies of this region alone; the same reply repeats the hierarchical and global ones."""
    regional = (p for p in policies if p.type_ == "NETWORK_REGIONAL")
    return tuple(_policy(p.display_name or p.name, region, p.rules) for p in regional)


def _policy(name: str, level: str, rules: Iterable[compute_v1.FirewallPolicyRule]) -> FirewallPolicy:
    return FirewallPolicy(name=name, level=level, rules=tuple(_rule(r) for r in rules))


def _rule(message: compute_v1.FirewallPolicyRule) -> PolicyRule:
    return PolicyRule(
        priority=message.priority,
        action=message.action,
        direction=message.direction or "INGRESS",
        protocols=tuple(Ports(c.ip_protocol, tuple(c.ports)) for c in message.match.layer4_configs),
        sources=tuple(message.match.src_ip_ranges),
        destinations=tuple(message.match.dest_ip_ranges),
        target_service_accounts=tuple(message.target_service_accounts),
        disabled=message.disabled,
        description=message.description,
    )
