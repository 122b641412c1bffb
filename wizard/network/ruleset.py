"""Firewall rules of one network, compiled once and indexed per source, in the order in which they are enforced.

Order (facts: 7.4): organization, folders, then classic rules, global network policies and regional ones, with classic
rules last if the network says BEFORE_CLASSIC_FIREWALL; then the implied rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge

from wizard.network.conditions import conditions_of, guards_network
from wizard.network.connector_rules import is_automatic, not_listed
from wizard.network.decider import Decider
from wizard.network.intervals import EVERYTHING, Interval, normalise, parse_found, split
from wizard.network.packets import DIRECT, VM, Packet, Source, protocol_name
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

INGRESS, EGRESS = "INGRESS", "EGRESS"

HIERARCHICAL = "HIERARCHICAL_FIREWALL_POLICY_RULE"
CLASSIC = "VPC_FIREWALL_RULE"
AUTOMATIC = "SERVERLESS_VPC_ACCESS_MANAGED_FIREWALL_RULE"
GLOBAL_POLICY = "NETWORK_FIREWALL_POLICY_RULE"
REGIONAL_POLICY = "NETWORK_REGIONAL_FIREWALL_POLICY_RULE"
IMPLIED = "IMPLIED_VPC_FIREWALL_RULE"

LOWEST_PRIORITY = 65535

_ALL_PORTS: tuple[Interval, ...] = ((0, 65535),)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its ranges as integers; None stands for everything.

    `conditions` cannot be judged: the rule may match what it reaches and covers, or not.
    """

    decider: Decider
    direction: str
    sources: tuple[Interval, ...] | None
    source_tags: frozenset[str]
    source_accounts: frozenset[str]
    destinations: tuple[Interval, ...] | None
    target_tags: frozenset[str]
    target_accounts: frozenset[str]
    protocols: dict[str, tuple[Interval, ...]]
    conditions: tuple[str, ...] = ()
    source_secure_tags: tuple[str, ...] = ()
    target_secure_tags: tuple[str, ...] = ()

    def perhaps(self, source: Source) -> bool:
        """Whether nobody here can say if the rule matches packets of this source, though it may."""
        return bool(self.conditions or self.target_secure_tags or (self.source_secure_tags and source.kind == VM))

    def reach(self, source: Source, whole: tuple[Interval, ...]) -> tuple[Interval, ...]:
        """The addresses of the source whose packets this rule may apply to. Only VMs carry secure tags (facts: 2.3)."""
        if self.direction == EGRESS and not self.applies(source.tags, source.service_accounts):
            return ()
        if source.kind == VM and self.source_secure_tags:
            return whole
        if source.kind != VM and self.target_secure_tags and self.direction == EGRESS:
            return ()
        if source.kind != DIRECT and self._identifies(source):
            return whole
        return whole if self.sources is None else split(whole, self.sources)[0]

    def applies(self, tags: Iterable[str], accounts: Iterable[str]) -> bool:
        """Whether an instance with these tags and service accounts is a target of the rule."""
        if not self.target_tags and not self.target_accounts:
            return True
        return bool(self.target_tags.intersection(tags) or self.target_accounts.intersection(accounts))

    def covers(self, packet: Packet, address: int) -> bool:
        """Whether protocol, port and destination are the rule's, and at ingress its target."""
        if "all" not in self.protocols and not _in(packet.port, self.protocols.get(packet.protocol, ())):
            return False
        if self.destinations is not None and not _in(address, self.destinations):
            return False
        target = packet.destination
        return self.direction == EGRESS or self.applies(target.tags, target.service_accounts)

    def _identifies(self, source: Source) -> bool:
        by_tag = self.source_tags.intersection(source.tags)
        return bool(by_tag or self.source_accounts.intersection(source.service_accounts))


def _in(number: int | None, intervals: tuple[Interval, ...]) -> bool:
    """Whether the number is in one of the intervals; no number (a protocol without ports) only in all ports."""
    if number is None:
        return intervals == _ALL_PORTS
    return any(first <= number <= last for first, last in intervals)


Entry = tuple[int, CompiledRule, tuple[Interval, ...]]
"""Position in the layer, the rule, and the part of the source that it reaches."""

_Key = tuple[str, str, int]
"""Target (`tag:…`, `account:…` or empty), protocol, port (-1: a range or all)."""


class LayerView:
    """The rules of one layer that can match packets of one source at all, indexed by target, protocol and port."""

    def __init__(self, rules: Iterable[CompiledRule], source: Source, whole: tuple[Interval, ...]) -> None:
        self._entries: dict[_Key, list[Entry]] = {}
        for position, rule in enumerate(rules):
            reach = rule.reach(source, whole)
            if reach:
                for key in set(_keys(rule)):
                    self._entries.setdefault(key, []).append((position, rule, reach))

    def candidates(self, packet: Packet) -> Iterator[Entry]:
        """Rules that may match, in order, each at most once."""
        target = packet.destination
        targets = ["", *(f"tag:{t}" for t in target.tags), *(f"account:{a}" for a in target.service_accounts)]
        port = -1 if packet.port is None else packet.port
        ends = {("all", -1), (packet.protocol, -1), (packet.protocol, port)}
        lists = [self._entries.get((t, *end), []) for t in targets for end in ends]
        last = -1
        for entry in merge(*lists, key=lambda entry: entry[0]):
            if entry[0] != last:
                last = entry[0]
                yield entry


def _keys(rule: CompiledRule) -> Iterator[_Key]:
    targets = [""]
    if rule.direction == INGRESS and (rule.target_tags or rule.target_accounts):
        targets = [f"tag:{t}" for t in rule.target_tags] + [f"account:{a}" for a in rule.target_accounts]
    for target in targets:
        for protocol, ports in rule.protocols.items():
            for first, last in ports:
                yield target, protocol, first if first == last else -1


class Ruleset:
    """Layers of compiled rules, first enforced first. `names` are those of all listed rules, also disabled ones."""

    def __init__(self, layers: tuple[tuple[CompiledRule, ...], ...], classic: int, names: frozenset[str]) -> None:
        self._layers = layers
        self._classic = classic
        self._views: dict[tuple[Source, str], tuple[LayerView, ...]] = {}
        self.names = names

    @property
    def layers(self) -> tuple[tuple[CompiledRule, ...], ...]:
        """The rules in force, layer by layer and within each in the order in which they are asked."""
        return self._layers

    @property
    def policies_first(self) -> bool:
        """Whether network policies are enforced before classic rules."""
        return self._classic == len(self._layers) - 1

    def views(self, source: Source, direction: str, whole: tuple[Interval, ...]) -> tuple[LayerView, ...]:
        """The layers as this source meets them; built once per source."""
        key = (source, direction)
        if key not in self._views:
            layers = ([rule for rule in layer if rule.direction == direction] for layer in self._layers)
            self._views[key] = tuple(LayerView(layer, source, whole) for layer in layers)
        return self._views[key]

    def extended(self, rules: Iterable[FirewallRule]) -> Ruleset:
        """The ruleset as it would be with these classic rules as well."""
        more = tuple(rules)
        classic = sorted((*self._layers[self._classic], *_enforced(more)), key=_order)
        layers = (*self._layers[: self._classic], tuple(classic), *self._layers[self._classic + 1 :])
        return Ruleset(layers, self._classic, self.names.union(rule.name for rule in more))


def compile_rules(
    network: Network,
    rules: Iterable[FirewallRule],
    policies: Iterable[FirewallPolicy] = (),
    *,
    automatic: Iterable[FirewallRule] = (),
    region: str = "",
    project: str = "",
) -> Ruleset:
    """The ruleset of `network`: its classic rules, policies (regional ones of `region` only) and the `automatic` rules
    of its connectors, as far as they are not among `rules`. `project` is the id of the network's, as far as known."""
    listed = tuple(rules)
    own = [rule for rule in (*listed, *not_listed(automatic, listed)) if rule.network in ("", network.name)]
    classic = tuple(sorted(_enforced(own), key=_order))
    policies = tuple(policies)

    def at(level: str, kind: str) -> list[tuple[CompiledRule, ...]]:
        return [_policy(policy, kind, network.name, project) for policy in policies if policy.level == level]

    above = [*at("organization", HIERARCHICAL), *at("folder", HIERARCHICAL)]
    beside = [*at("global", GLOBAL_POLICY), *at(region, REGIONAL_POLICY)]
    before = network.policy_order == "BEFORE_CLASSIC_FIREWALL"
    first = [*above, *beside] if before else above
    layers = (*first, classic) if before else (*first, classic, *beside)
    return Ruleset(layers, len(first), frozenset(rule.name for rule in listed))


def _order(rule: CompiledRule) -> tuple[int, bool, str]:
    """Smaller numbers first; at equal priority deny beats allow."""
    return rule.decider.priority, rule.decider.action != "deny", rule.decider.name


def _enforced(rules: Iterable[FirewallRule]) -> Iterator[CompiledRule]:
    """Without disabled rules, and without an ingress allow at the lowest priority: it does not override the implied
    deny (Firewall.priority: only less than 65535 does)."""
    for rule in rules:
        idle = rule.direction == INGRESS and rule.action == "allow" and rule.priority >= LOWEST_PRIORITY
        if not rule.disabled and not idle:
            yield _classic(rule)


def _classic(rule: FirewallRule) -> CompiledRule:
    kind = AUTOMATIC if is_automatic(rule) else CLASSIC
    by_identity = bool(rule.source_tags or rule.source_service_accounts)
    return CompiledRule(
        decider=Decider(kind=kind, name=rule.name, priority=rule.priority, action=rule.action),
        direction=rule.direction,
        sources=() if by_identity and not rule.sources else _ranges(rule.sources),
        source_tags=frozenset(rule.source_tags),
        source_accounts=frozenset(rule.source_service_accounts),
        destinations=_ranges(rule.destinations),
        target_tags=frozenset(rule.target_tags),
        target_accounts=frozenset(rule.target_service_accounts),
        protocols=_protocols(rule.protocols),
    )


def _policy(policy: FirewallPolicy, kind: str, network: str, project: str) -> tuple[CompiledRule, ...]:
    own = (r for r in policy.rules if not r.disabled and guards_network(r, network, project) is not False)
    rules = (_policy_rule(rule, policy.name, kind, conditions_of(rule, network, project)) for rule in own)
    return tuple(sorted(rules, key=_order))


def _policy_rule(rule: PolicyRule, policy: str, kind: str, conditions: tuple[str, ...]) -> CompiledRule:
    """Ranges beside which something else may match limit nothing; ranges or secure tags, either is enough."""
    name = f"rule {rule.priority}"
    by_tag_alone = bool(rule.source_secure_tags) and not rule.sources
    return CompiledRule(
        decider=Decider(kind=kind, name=name, priority=rule.priority, action=rule.action, policy=policy),
        direction=rule.direction,
        sources=None if rule.other_sources else () if by_tag_alone else _ranges(rule.sources),
        source_tags=frozenset(),
        source_accounts=frozenset(),
        destinations=None if rule.other_destinations else _ranges(rule.destinations),
        target_tags=frozenset(),
        target_accounts=frozenset(rule.target_service_accounts),
        protocols=_protocols(rule.protocols),
        conditions=conditions,
        source_secure_tags=rule.source_secure_tags,
        target_secure_tags=rule.target_secure_tags,
    )


def _ranges(cidrs: tuple[str, ...]) -> tuple[Interval, ...] | None:
    """None when nothing is named; ranges of IPv6 match no IPv4 packet."""
    if not cidrs:
        return None
    found = normalise(interval for cidr in cidrs if (interval := parse_found(cidr)) is not None)
    return None if found == (EVERYTHING,) else found


def _protocols(entries: tuple[Ports, ...]) -> dict[str, tuple[Interval, ...]]:
    """Port intervals by protocol name; no entry at all stands for everything."""
    found: dict[str, list[Interval]] = {}
    for entry in entries or (Ports("all"),):
        ports = [_port_range(text) for text in entry.ports] or list(_ALL_PORTS)
        found.setdefault(protocol_name(entry.protocol), []).extend(ports)
    return {protocol: normalise(ports) for protocol, ports in found.items()}


def _port_range(text: str) -> Interval:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
