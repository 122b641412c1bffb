"""Random firewalls for the kernel, from a seed: few addresses, tags and ports, so that rules meet and overlap."""

from __future__ import annotations

import random

from msgspec import Struct

from tests.witness.nftables import Machine
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

REGION = "us-central1"
PORTS = (79, 80, 81, 443, 5432, 65535)
SENDERS = ("10.8.0.2", "10.8.0.5", "10.8.0.9", "10.8.0.14", "10.9.0.7")
RECEIVERS = ("10.0.0.3", "10.0.0.5", "10.0.1.9")

_TAGS = ("web", "db", "app")
_ACCOUNTS = ("sa@x", "sb@x")
_FROM = ("0.0.0.0/0", "10.8.0.0/28", "10.8.0.0/29", "10.8.0.14/32", "10.8.0.8/30", "10.9.0.0/16")
_TO = ("0.0.0.0/0", "10.0.0.0/24", "10.0.0.3/32", "10.0.0.0/16", "10.0.1.8/29")
_ENTRIES = (
    Ports("tcp"),
    Ports("tcp", ("80",)),
    Ports("6", ("79-81", "443")),
    Ports("udp", ("80", "5432")),
    Ports("17"),
    Ports("all"),
    Ports("icmp"),
    Ports("tcp", ("81-65535",)),
)


class World(Struct, frozen=True, kw_only=True):
    """A firewall, who is there, and the packets to send: sender, receiver, protocol, port."""

    network: Network
    rules: tuple[FirewallRule, ...]
    policies: tuple[FirewallPolicy, ...]
    senders: tuple[Machine, ...]
    receivers: tuple[Machine, ...]
    packets: tuple[tuple[Machine, Machine, str, int], ...]


def world(seed: int, packets: int) -> World:
    """One world; its packets go between random pairs."""
    dice = random.Random(seed)
    senders = tuple(_machine(dice, address, direct=dice.random() < 0.5) for address in SENDERS)
    receivers = tuple(_machine(dice, address) for address in RECEIVERS)
    order = dice.choice(("AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL"))
    return World(
        network=Network(name="n", policy_order=order),
        rules=tuple(_rule(dice, number) for number in range(dice.randrange(1, 12))),
        policies=tuple(_policy(dice, number) for number in range(dice.randrange(0, 4))),
        senders=senders,
        receivers=receivers,
        packets=tuple(
            (dice.choice(senders), dice.choice(receivers), dice.choice(("tcp", "tcp", "udp")), dice.choice(PORTS))
            for _ in range(packets)
        ),
    )


def _some(dice: random.Random, values: tuple[str, ...], likely: float = 0.5) -> tuple[str, ...]:
    if dice.random() > likely:
        return ()
    return tuple(dice.sample(values, dice.randrange(1, min(3, len(values)) + 1)))


def _machine(dice: random.Random, address: str, *, direct: bool = False) -> Machine:
    return Machine(
        address=address, tags=_some(dice, _TAGS, 0.7), accounts=_some(dice, _ACCOUNTS, 0.6)[:1], direct=direct
    )


def _rule(dice: random.Random, number: int) -> FirewallRule:
    ingress, by_account = dice.random() < 0.65, dice.random() < 0.2
    action = dice.choice(("allow", "allow", "deny"))
    return FirewallRule(
        name=f"rule-{number}",
        network="n" if dice.random() < 0.95 else "other",
        direction="INGRESS" if ingress else "EGRESS",
        priority=dice.choice((0, 1, 900, 999, 1000, 1000, 1001, 65534)),
        action=action,
        protocols=tuple(dice.sample(_ENTRIES, dice.randrange(1, 3))),
        sources=_some(dice, _FROM),
        destinations=_some(dice, _TO),
        source_tags=_some(dice, _TAGS, 0.4) if ingress and not by_account else (),
        source_service_accounts=_some(dice, _ACCOUNTS) if ingress and by_account else (),
        target_tags=() if by_account else _some(dice, _TAGS, 0.4),
        target_service_accounts=_some(dice, _ACCOUNTS) if by_account else (),
        disabled=dice.random() < 0.1,
    )


def _policy(dice: random.Random, number: int) -> FirewallPolicy:
    level = dice.choice(("organization", "folder", "global", REGION, "europe-west1"))
    rules = tuple(_policy_rule(dice, priority) for priority in dice.sample(range(20), dice.randrange(1, 5)))
    return FirewallPolicy(name=f"policy-{number}", level=level, rules=rules)


def _policy_rule(dice: random.Random, priority: int) -> PolicyRule:
    return PolicyRule(
        priority=priority,
        action=dice.choice(("allow", "deny", "goto_next", "goto_next")),
        direction=dice.choice(("INGRESS", "EGRESS")),
        protocols=(dice.choice(_ENTRIES),),
        sources=_some(dice, _FROM),
        destinations=_some(dice, _TO),
        target_service_accounts=_some(dice, _ACCOUNTS, 0.2),
        disabled=dice.random() < 0.1,
    )
