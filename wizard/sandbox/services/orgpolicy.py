"""Organization Policy v2: what of the scenario's organisation policies holds for a project. Read-only.

What is refused is decided in `wizard.sandbox.org_policies`, not here. A constraint that neither the scenario names nor
the sandbox enforces is not found, unlike the many that Google has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox import org_policies, projects
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from wizard.sandbox.scenario_model import OrgPolicy


@handles("orgpolicy.policies.getEffectivePolicy")
async def effective(world: World, call: Call) -> Body:
    name = call.text("name")
    constraint = name.rpartition("/")[2]
    policies = [p for p in world.scenario.org_policies if org_policies.short(p.constraint) == constraint]
    if not policies and constraint not in org_policies.ENFORCED:
        raise ApiError(404, f"Constraint constraints/{constraint} was not found.")
    number = projects.numbered(world, projects.owner(name))
    rule = {"enforce": True} if constraint.startswith(org_policies.CUSTOM) else _merged(policies)
    return {"name": f"projects/{number}/policies/{constraint}", "spec": {"rules": [rule]}}


def _merged(policies: list[OrgPolicy]) -> Body:
    """One rule for all policies on a constraint: what each of them allows, and what any of them denies."""
    lists = [policy.allowed for policy in policies if policy.allowed]
    everything = [entry for entries in lists for entry in entries]
    allowed = [entry for entry in everything if all(_in(entry, entries) for entries in lists)]
    denied = [entry for policy in policies for entry in policy.denied]
    if lists and not allowed:
        return {"denyAll": True}
    values: Body = {"allowedValues": list(dict.fromkeys(allowed))} if lists else {}
    if denied:
        values["deniedValues"] = list(dict.fromkeys(denied))
    return {"values": values} if values else {"allowAll": True}


def _in(entry: str, entries: tuple[str, ...]) -> bool:
    """Whether a list has an entry, or a subtree (`under:`) that holds it."""
    plain = entry.removeprefix("is:").removeprefix("under:").rstrip("/") + "/"
    subtrees = (other.removeprefix("under:").rstrip("/") + "/" for other in entries if other.startswith("under:"))
    return entry.removeprefix("is:") in {other.removeprefix("is:") for other in entries} or any(
        plain.startswith(subtree) for subtree in subtrees
    )
