"""Rules that may match or not: the kernel enforces every possible world, and so tells which verdicts are open."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import product

import pytest
from msgspec.structs import replace

from tests.witness.test_kernel import destination, kernel, source, why_not
from tests.witness.worlds import REGION, World, world
from wizard.network.firewall import Action, Packet, compile_rules, evaluate
from wizard.records import FirewallPolicy

WORLDS, PACKETS = 150, 12
UNSURE = 3
"""At most so many rules of a world have a condition, so that the kernel can enforce all combinations."""

SAID = {
    frozenset({True}): Action.ALLOW,
    frozenset({False}): Action.DENY,
    frozenset({True, False}): Action.UNKNOWN,
}


def unsure_world(seed: int) -> World:
    """A world with policies, some of whose rules have a condition that nobody can judge."""
    dice = random.Random(f"unsure {seed}")
    one = next(found for at in range(1000) if (found := world(10_000 + seed * 1000 + at, PACKETS)).policies)
    places = [(p, r) for p, policy in enumerate(one.policies) for r in range(len(policy.rules))]
    marked = set(dice.sample(places, min(UNSURE, len(places))))
    return replace(
        one,
        policies=tuple(
            replace(
                policy,
                rules=tuple(
                    replace(rule, network_types=("INTERNET",)) if (p, r) in marked else rule
                    for r, rule in enumerate(policy.rules)
                ),
            )
            for p, policy in enumerate(one.policies)
        ),
    )


def as_if(policies: Sequence[FirewallPolicy], held: Sequence[bool]) -> tuple[FirewallPolicy, ...]:
    """The policies if these conditions held and the others did not."""
    answers = iter(held)
    return tuple(
        replace(
            policy,
            rules=tuple(
                replace(rule, network_types=()) for rule in policy.rules if not rule.network_types or next(answers)
            ),
        )
        for policy in policies
    )


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_the_kernel_differs_between_possible_worlds_where_the_evaluator_says_unknown() -> None:
    counted: Counter[Action] = Counter()
    with kernel() as asked:
        for seed in range(WORLDS):
            one = unsure_world(seed)
            unsure = sum(bool(rule.network_types) for policy in one.policies for rule in policy.rules)
            possible = [replace(one, policies=as_if(one.policies, h)) for h in product((True, False), repeat=unsure)]
            truths = zip(*(asked.verdicts(each) for each in possible), strict=True)
            rules = compile_rules(one.network, one.rules, one.policies, region=REGION)
            for (sender, receiver, protocol, port), truth in zip(one.packets, truths, strict=True):
                packet = Packet(
                    source=source(sender, f"{sender.address}/32"),
                    destination=destination(receiver),
                    protocol=protocol,
                    port=port,
                )
                found = evaluate(rules, packet)
                assert found.action is SAID[frozenset(truth)], f"seed {seed}: {packet}: {found} and the kernel {truth}"
                counted[found.action] += 1
    assert sum(counted.values()) == WORLDS * PACKETS
    assert min(counted[action] for action in SAID.values()) > 0.04 * WORLDS * PACKETS, counted
