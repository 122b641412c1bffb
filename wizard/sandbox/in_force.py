"""Which firewall rules are in force on a VPC network of the sandbox."""

from __future__ import annotations

from wizard.sandbox.api import Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.packet import Rules
from wizard.sandbox.world import World


def firewalls(world: World, network: str, region: str) -> Rules:
    """The firewalls in force on a network, in a region."""
    body = world.store.get(f"compute/{network}") or {}
    project = network.split("/global/")[0]
    rules = Rules(classic_first=body.get("networkFirewallPolicyEnforcementOrder") != "BEFORE_CLASSIC_FIREWALL")
    for _, rule in world.store.children(f"compute/{project}/global", "firewalls"):
        if link_path(str(rule.get("network", ""))) == network:
            rules.classic.append(rule)
    rules.hierarchical = _policies(world, "compute/locations/global", ("organizations/", "folders/"))
    rules.network_policies = [
        policy
        for place in (f"compute/{project}/global", f"compute/{project}/regions/{region}")
        for policy in _policies(world, place, (network,))
    ]
    return rules


def _policies(world: World, place: str, attached_to: tuple[str, ...]) -> list[list[Body]]:
    """The rules of each policy that is attached to one of these, in the order of `attached_to`."""
    found: list[tuple[int, list[Body]]] = []
    for _, policy in world.store.children(place, "firewallPolicies"):
        targets = [link_path(str(a.get("attachmentTarget", ""))) for a in policy.get("associations") or []]
        ranks = [rank for rank, wanted in enumerate(attached_to) if any(_is(t, wanted) for t in targets)]
        if ranks:
            found.append((ranks[0], policy.get("rules") or []))
    return [rules for _, rules in sorted(found, key=lambda one: one[0])]


def _is(target: str, wanted: str) -> bool:
    """Whether a policy's attachment is the one wanted; `folders/` wants any folder."""
    return target.startswith(wanted) if wanted.endswith("/") else target == wanted
