"""Firewall rules that exist and are not in force for a packet: disabled, too weak, or of another network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from wizard.network.decider import Decider
from wizard.network.packets import protocol_name
from wizard.network.ruleset import (
    AUTOMATIC,
    CLASSIC,
    EGRESS,
    HIERARCHICAL,
    INGRESS,
    LOWEST_PRIORITY,
    CompiledRule,
    compile_rules,
)
from wizard.network.tracing import Leg
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule


class Idle(Struct, frozen=True, kw_only=True):
    """A rule as it would be if it were in force, and why it is not. `network` is set when it belongs to another one."""

    rule: CompiledRule
    why: str
    network: str = ""


def idle_rules(
    rules: Iterable[FirewallRule],
    policies: Iterable[FirewallPolicy],
    leg: Leg,
    *,
    region: str = "",
    foreign: bool = False,
) -> tuple[Idle, ...]:
    """Those of the leg's direction that may match its packet; with `foreign` also those of other networks."""
    found: list[Idle] = []
    kept: dict[tuple[str, str], list[FirewallRule]] = {}
    for rule in rules:
        if rule.direction == leg.direction and _plausible(rule, leg):
            cause = _cause(rule, leg.network)
            if cause and (foreign or cause[1] == ""):
                kept.setdefault(cause, []).append(_in_force(rule, leg.network))
    for (why, network), same in kept.items():
        found += [Idle(rule=rule, why=why, network=network) for rule in _compiled(leg.network, same)]
    return (*found, *_of_policies(policies, leg, region))


def _cause(rule: FirewallRule, network: str) -> tuple[str, str] | None:
    """Why the rule is not in force and the other network it belongs to; None when it is, or for two reasons."""
    weak = rule.direction == INGRESS and rule.action == "allow" and rule.priority >= LOWEST_PRIORITY
    elsewhere = rule.network not in ("", network)
    if rule.disabled + weak + elsewhere != 1:
        return None
    if elsewhere:
        return f"belongs to network {rule.network}, this is about {network}", rule.network
    if weak:
        return f"priority {LOWEST_PRIORITY}: an allow there does not override the implied deny", ""
    return "disabled", ""


def _in_force(rule: FirewallRule, network: str) -> FirewallRule:
    return structs.replace(rule, network=network, disabled=False, priority=min(rule.priority, LOWEST_PRIORITY - 1))


def _plausible(rule: FirewallRule, leg: Leg) -> bool:
    """Whether target and protocol fit: a cheap look before the rule is compiled."""
    packet = leg.packet
    names = {protocol_name(entry.protocol) for entry in rule.protocols} or {"all"}
    if "all" not in names and protocol_name(packet.protocol) not in names:
        return False
    who = packet.source if leg.direction == EGRESS else packet.destination
    if rule.target_tags and not set(rule.target_tags).intersection(who.tags):
        return False
    return not rule.target_service_accounts or bool(
        set(rule.target_service_accounts).intersection(who.service_accounts)
    )


def _compiled(network: str, rules: Iterable[FirewallRule]) -> Iterator[CompiledRule]:
    for layer in compile_rules(Network(name=network), rules).layers:
        yield from layer


def _of_policies(policies: Iterable[FirewallPolicy], leg: Leg, region: str) -> Iterator[Idle]:
    off = [
        structs.replace(policy, rules=tuple(structs.replace(r, disabled=False) for r in policy.rules if r.disabled))
        for policy in policies
    ]
    for layer in compile_rules(Network(name=leg.network), (), off, region=region).layers:
        for rule in layer:
            if rule.direction == leg.direction:
                yield Idle(rule=rule, why="disabled")


class EnforcementOrder:
    """Which of two rules is asked first, whether they are in force or not."""

    def __init__(self, policies: Iterable[FirewallPolicy], *, region: str, policies_first: bool) -> None:
        def on(rule: PolicyRule) -> PolicyRule:
            return structs.replace(rule, disabled=False, target_networks=())

        every = [structs.replace(policy, rules=tuple(map(on, policy.rules))) for policy in policies]
        layers = compile_rules(Network(name=""), (), every, region=region).layers
        self._place = {(r.decider.kind, r.decider.policy): place for place, layer in enumerate(layers) for r in layer}
        self._beside = 1 if policies_first else 3

    def key(self, decider: Decider) -> tuple[int, int, int, bool]:
        """Smaller is asked first."""
        stage = {HIERARCHICAL: 0, CLASSIC: 2, AUTOMATIC: 2}.get(decider.kind, self._beside)
        place = self._place.get((decider.kind, decider.policy), 0)
        return stage, place, decider.priority, decider.action != "deny"
