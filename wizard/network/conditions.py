"""What cannot be judged from outside the cloud: rules that may match or not, and what holds whatever they do.

Secure tags of machines, domain names, places, threat lists and address groups are Google's to evaluate. Cloud Run
carries no secure tags (facts: 2.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import structs

from wizard.network.decider import Decider
from wizard.network.intervals import Interval, normalise
from wizard.records import PolicyRule

Part = tuple[tuple[Interval, ...], Decider, bool]
"""Addresses of the source, a rule that has to do with them, and whether it only may match them."""


def conditions_of(rule: PolicyRule, network: str, project: str) -> tuple[str, ...]:
    """What decides whether the rule matches and cannot be judged, in words."""
    found = [*rule.other_sources, *rule.other_destinations, *rule.network_types]
    if guards_network(rule, network, project) is None:
        found.append(f"only for {' or '.join(rule.target_networks)}")
    return tuple(found)


def guards_network(rule: PolicyRule, network: str, project: str) -> bool | None:
    """Whether the rule is for this network at all; None where the projects cannot be compared.

    Links name a project by its id or by its number; of ours only the id is known, and perhaps not even that.
    """
    if not rule.target_networks:
        return True
    named = [link.split("/") for link in rule.target_networks if link.rsplit("/", 1)[-1] == network]
    owners = {segments[segments.index("projects") + 1] if "projects" in segments else "" for segments in named}
    if project and project in owners:
        return True
    return None if any(not project or not owner or owner.isdigit() for owner in owners) else False


def settled(parts: Sequence[Part]) -> list[tuple[tuple[Interval, ...], Decider]]:
    """Who decides for each address. Where a rule that may match makes a difference, its action is `may …`.

    `parts` are in order of evaluation and cover every address at least once with a rule that is certain.
    """
    found: dict[Decider, list[Interval]] = {}
    for interval in _pieces(parts):
        decider = _outcome([part for part in parts if any(a <= interval[0] <= b for a, b in part[0])])
        found.setdefault(decider, []).append(interval)
    return [(normalise(intervals), decider) for decider, intervals in found.items()]


def _pieces(parts: Sequence[Part]) -> Iterator[Interval]:
    """The addresses cut wherever one of the parts begins or ends."""
    whole = normalise(interval for intervals, _, _ in parts for interval in intervals)
    cuts = sorted({at for intervals, _, _ in parts for first, last in intervals for at in (first, last + 1)})
    for first, last in whole:
        inside = [first, *(at for at in cuts if first < at <= last), last + 1]
        yield from ((a, b - 1) for a, b in pairwise(inside))


def _outcome(parts: Sequence[Part]) -> Decider:
    """The first certain rule if every possible one has its action, else the first that may make the difference."""
    certain = next(decider for _, decider, perhaps in parts if not perhaps)
    actions = {decider.action for _, decider, _ in parts} - {"goto_next"}
    if actions == {certain.action}:
        return certain
    other = next(decider for _, decider, perhaps in parts if perhaps and decider.action != certain.action)
    return structs.replace(other, action=f"may {other.action}")
