"""The firewall rules that come with a connector, whether the API lists them or not (facts: 1.6)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from wizard.network.data import load
from wizard.network.packets import connector_tag
from wizard.records import FirewallRule, Ports

PREFIX = "aet-"
"""How the names of Google's own rules and subnets of connectors begin."""


class _Rule(Struct, frozen=True):
    suffix: str
    direction: str
    action: str
    priority: int
    protocols: tuple[Ports, ...]
    sources: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()


class _Table(Struct, frozen=True):
    date: str
    source: str
    rules: tuple[_Rule, ...]


@cache
def _table() -> _Table:
    return load("wizard.network", "connector_rules.toml", _Table)


def automatic_connector_rules(region: str, name: str, range_: str, network: str = "") -> tuple[FirewallRule, ...]:
    """The rules of one connector on `range_` (CIDR). None of them exists for connectors of Shared VPC service projects.

    Names follow the one example that Google shows (`aet-uscentral1-subnet--1-egrfw`): hyphens doubled.
    """
    begin = f"{PREFIX}{region.replace('-', '')}-{name.replace('-', '--')}-"
    tag = connector_tag(region, name)

    def filled(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value.format(range=range_, tag=tag) for value in values)

    return tuple(
        FirewallRule(
            name=begin + rule.suffix,
            network=network,
            direction=rule.direction,
            priority=rule.priority,
            action=rule.action,
            protocols=rule.protocols,
            sources=filled(rule.sources),
            source_tags=filled(rule.source_tags),
            destinations=filled(rule.destinations),
            target_tags=filled(rule.target_tags),
        )
        for rule in _table().rules
    )


def is_automatic(rule: FirewallRule) -> bool:
    """Whether Google made this rule for a connector."""
    return rule.name.startswith(PREFIX)


def not_listed(automatic: Iterable[FirewallRule], listed: Iterable[FirewallRule]) -> tuple[FirewallRule, ...]:
    """Those automatic rules that are not among the listed ones, by name or by what they say."""
    known = [rule for rule in listed if is_automatic(rule)]
    names, meanings = {rule.name for rule in known}, {_meaning(rule) for rule in known}
    return tuple(rule for rule in automatic if rule.name not in names and _meaning(rule) not in meanings)


def _meaning(rule: FirewallRule) -> tuple[object, ...]:
    sets = (rule.sources, rule.source_tags, rule.destinations, rule.target_tags)
    return (rule.direction, rule.action, rule.priority, *(frozenset(values) for values in sets))
