"""Connector or Direct VPC egress: as answered, else as advised, with the reasons as a finding."""

from __future__ import annotations

from wizard.advice.egress import Advice, Situation, advise
from wizard.network import ranges
from wizard.network.address_budget import budget
from wizard.plan.setup.addresses import taken_ranges
from wizard.plan.setup.direct import max_instances, probe_tasks
from wizard.plan.setup.draft import Draft
from wizard.records import Network

WORDS = {"connector": "a Serverless VPC Access connector", "direct": "Direct VPC egress"}


def choose_path(draft: Draft, network: Network) -> str:
    """`connector` or `direct`. Without an answer the advice is taken and said, with what speaks against it."""
    if draft.answers.egress_path:
        return draft.answers.egress_path
    advice = advise_path(draft, network)
    reasons = "; ".join(reason.text for reason in advice.reasons[:3])
    against = "; ".join(reason.text for reason in advice.counter_reasons[:2])
    draft.info(
        "egress_path",
        f"{WORDS[advice.choice]} is chosen: {reasons}" + (f". Against it: {against}" if against else ""),
        f"--egress-path {'connector' if advice.choice == 'direct' else 'direct'} chooses the other one",
    )
    return advice.choice


def advise_path(draft: Draft, network: Network) -> Advice:
    """The advice for this service in this network."""
    instances = max_instances(draft)
    prefix = budget(instances, probe_tasks=probe_tasks(draft)).smallest_prefix
    free = ranges.find_free(taken_ranges(draft, network), prefix, count=1)
    ready = next(
        (c.name for c in draft.inventory.connectors if c.region == draft.region and c.network == network.name), ""
    )
    return advise(
        Situation(
            max_instances=instances,
            all_traffic_with_nat=draft.answers.egress == "all-traffic",
            needed_prefix=prefix,
            largest_free=free.largest_gap,
            room=bool(free.free) or bool(draft.answers.subnet),
            ready_connector=ready,
        )
    )
