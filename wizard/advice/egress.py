"""Connector or Direct VPC egress: the advice, what speaks for it and against it, and what would change it."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from wizard.advice.sizing import recommend
from wizard.network.data import load
from wizard.network.limits import limits

CONNECTOR, DIRECT = "connector", "direct"


class Situation(Struct, frozen=True, kw_only=True):
    """What the advice rests on; what is not known keeps its default.

    `needed_prefix` is the subnet that Direct VPC egress needs (address budget), `largest_free` the largest free block
    (CIDR; empty means unknown), `room` whether the former fits. `connector_stopped_by` names a policy or quota.
    """

    workload: str = "service"
    max_instances: int = 0
    start_critical: bool = False
    connects_at_start: bool = False
    all_traffic_with_nat: bool = False
    needed_prefix: int = 26
    largest_free: str = ""
    room: bool = True
    ready_connector: str = ""
    connector_stopped_by: str = ""
    mbps: float = 0.0
    needs_own_range: bool = False
    needs_rule_logging: bool = False


class Reason(Struct, frozen=True, kw_only=True):
    """One argument, with where it comes from and of when that is (empty: seen now)."""

    id: str
    text: str
    source: str
    date: str


class Advice(Struct, frozen=True, kw_only=True):
    """`choice` is `connector` or `direct`. A decisive reason stands first; counter-reasons favour the other one."""

    choice: str
    decided_by: str
    reasons: tuple[Reason, ...]
    counter_reasons: tuple[Reason, ...]
    what_would_change: tuple[str, ...]


class _Rule(Struct, frozen=True):
    id: str
    favours: str
    text: str
    source: str
    decisive: bool = False
    date: str = ""
    change: str = ""
    when: str = ""


class _Rules(Struct, frozen=True):
    rules: tuple[_Rule, ...]


@cache
def _rules() -> tuple[_Rule, ...]:
    return load("wizard.advice", "egress_rules.toml", _Rules).rules


def advise(situation: Situation) -> Advice:
    """The advice for a situation: Direct VPC egress, unless a decisive rule says otherwise."""
    held = _held(situation)
    rules = [rule for rule in _rules() if rule.id in held]
    decisive = next((rule for rule in rules if rule.decisive), None)
    choice = decisive.favours if decisive else DIRECT
    ordered = sorted(rules, key=lambda rule: not rule.decisive)
    return Advice(
        choice=choice,
        decided_by=decisive.id if decisive else "recommended",
        reasons=tuple(_reason(rule, held) for rule in ordered if rule.favours == choice),
        counter_reasons=tuple(_reason(rule, held) for rule in ordered if rule.favours != choice),
        what_would_change=(decisive.change,) if decisive else _turning(choice),
    )


def _held(s: Situation) -> dict[str, dict[str, object]]:
    """The ids of the rules that hold, with the words that their texts need."""
    found: dict[str, dict[str, object]] = {id_: {} for id_ in ("no_vms", "fast", "own_tags", "recommended")}
    found["few_addresses"] = {}
    conditions: tuple[tuple[bool, str, dict[str, object]], ...] = (
        (bool(s.connector_stopped_by), "connector_impossible", {"detail": s.connector_stopped_by}),
        (s.workload == "worker-pool", "worker_pool", {}),
        (not s.room, "no_room", {"prefix": s.needed_prefix, "largest": s.largest_free or "none"}),
        (s.start_critical and s.all_traffic_with_nat, "start_with_nat", {}),
        (s.needs_own_range, "own_range", {}),
        (s.connects_at_start or s.start_critical, "connects_at_start", {}),
        (
            s.max_instances > limits().direct.instances,
            "instance_limit",
            {"instances": s.max_instances, "limit": limits().direct.instances},
        ),
        (bool(s.ready_connector), "ready_connector", {"name": s.ready_connector}),
        (s.needs_rule_logging, "rule_logging", {}),
        (not recommend(s.mbps).enough, "connector_throughput", {"mbps": f"{s.mbps:g}"}),
    )
    return found | {id_: words for holds, id_, words in conditions if holds}


def _turning(choice: str) -> tuple[str, ...]:
    """What would turn the choice round: the decisive rules for the other one, none of which holds."""
    return tuple(rule.when for rule in _rules() if rule.decisive and rule.favours != choice)


def _reason(rule: _Rule, held: dict[str, dict[str, object]]) -> Reason:
    return Reason(id=rule.id, text=rule.text.format(**held[rule.id]), source=rule.source, date=rule.date)
