"""Firewall rules and policies: messages as records."""

from __future__ import annotations

from collections.abc import Iterable

from google.cloud import compute_v1

from wizard.cloud.links import last, relative
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
    return FirewallPolicy(name=name, level=level, rules=tuple(_rule(r) for r in rules if _guards_machines(r)))


def _guards_machines(message: compute_v1.FirewallPolicyRule) -> bool:
    """Not so the rules for load balancers, and those that the cloud ignores because their tags are without effect."""
    if message.target_type not in ("", "INSTANCES"):
        return False
    if message.target_secure_tags and not _in_effect(message.target_secure_tags):
        return False
    match = message.match
    named = bool(match.src_secure_tags) and not match.src_ip_ranges and not _other(match, "src")
    return not named or bool(_in_effect(match.src_secure_tags))


def _rule(message: compute_v1.FirewallPolicyRule) -> PolicyRule:
    match = message.match
    return PolicyRule(
        priority=message.priority,
        action=message.action,
        direction=message.direction or "INGRESS",
        protocols=tuple(Ports(c.ip_protocol, tuple(c.ports)) for c in match.layer4_configs),
        sources=tuple(match.src_ip_ranges),
        source_secure_tags=_in_effect(match.src_secure_tags),
        other_sources=_other(match, "src"),
        destinations=tuple(match.dest_ip_ranges),
        other_destinations=_other(match, "dest"),
        network_types=_network_types(match),
        target_networks=tuple(relative(link) for link in message.target_resources),
        target_secure_tags=_in_effect(message.target_secure_tags),
        target_service_accounts=tuple(message.target_service_accounts),
        disabled=message.disabled,
        description=message.description,
    )


def _in_effect(tags: Iterable[compute_v1.FirewallPolicyRuleSecureTag]) -> tuple[str, ...]:
    return tuple(tag.name for tag in tags if tag.state != "INEFFECTIVE")


_OTHER = {
    "address_groups": "address group",
    "fqdns": "FQDN",
    "region_codes": "region",
    "threat_intelligences": "threat list",
}
"""Fields of a match beside its ranges, each behind `src_` or `dest_`, and how they are called."""


def _other(match: compute_v1.FirewallPolicyRuleMatcher, end: str) -> tuple[str, ...]:
    side = "source" if end == "src" else "destination"
    return tuple(
        f"{side} {word} {last(value) if field == 'address_groups' else value}"
        for field, word in _OTHER.items()
        for value in getattr(match, f"{end}_{field}")
    )


def _network_types(match: compute_v1.FirewallPolicyRuleMatcher) -> tuple[str, ...]:
    """What the ranges are narrowed to. The API has the same choice under an old and a new name."""
    source = {match.src_network_type, match.src_network_context} - {"", "UNSPECIFIED"}
    target = {match.dest_network_type, match.dest_network_context} - {"", "UNSPECIFIED"}
    return (
        *(f"source network type {word}" for word in sorted(source)),
        *(f"source network {last(link)}" for link in match.src_networks),
        *(f"destination network type {word}" for word in sorted(target)),
    )
