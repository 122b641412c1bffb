"""Firewall policies of a network, and what is in force there besides its classic rules. Policies are only read here."""

from __future__ import annotations

from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import found, network_path, page
from wizard.sandbox.world import World


@handles("compute.networks.getEffectiveFirewalls")
async def effective(world: World, call: Call) -> Body:
    """Classic rules, hierarchical policies and global network policies of a network."""
    project = f"compute/projects/{call.text('project')}/global"
    path = f"{project}/networks/{call.text('network')}".removeprefix("compute/")
    found(world, path)
    rules = [
        body
        for _, body in world.store.children(project, "firewalls")
        if link_path(str(body.get("network", ""))) == path
    ]
    return {"firewalls": rules, "firewallPolicys": _in_force(world, path, ("compute/locations/global", project))}


@handles("compute.regionNetworkFirewallPolicies.getEffectiveFirewalls")
async def effective_in_region(world: World, call: Call) -> Body:
    """The same with the policies of one region."""
    project = call.text("project")
    path = network_path(world, call.text("network"), project)
    found(world, path)
    places = (f"compute/projects/{project}/regions/{call.text('region')}",)
    return {"firewalls": [], "firewallPolicys": [_regional(policy) for policy in _in_force(world, path, places)]}


def _regional(policy: Body) -> Body:
    """As the regional method has it: with a display name, and no short one (Google's client knows none there)."""
    kept = {key: value for key, value in policy.items() if key != "shortName"}
    return {**kept, "displayName": policy["shortName"], "type": "NETWORK_REGIONAL"}


def _in_force(world: World, network: str, places: tuple[str, ...]) -> list[Body]:
    """Policies at these places that are attached to the network, a folder or the organization: from the top down."""
    found_: list[tuple[bool, Body]] = []
    for place in places:
        for _, policy in world.store.children(place, "firewallPolicies"):
            targets = [link_path(str(a.get("attachmentTarget", ""))) for a in policy.get("associations") or []]
            above = any(t.startswith(("organizations/", "folders/")) for t in targets)
            if above or network in targets:
                level = "NETWORK" if not above else "HIERARCHY"
                kind = policy.get("policyLevel") or level
                short = policy.get("shortName") or policy["name"]
                body = {"name": policy["name"], "shortName": short, "type": kind, "rules": policy["rules"]}
                found_.append((not any(t.startswith("organizations/") for t in targets), body))
    return [policy for _, policy in sorted(found_, key=lambda one: one[0])]


def _place(call: Call) -> str:
    scope = f"regions/{call.text('region')}" if call.text("region") else "global"
    return f"projects/{call.text('project')}/{scope}"


async def get(world: World, call: Call) -> Body:
    return _whole(world, found(world, f"{_place(call)}/firewallPolicies/{call.text('firewallPolicy')}"))


async def list_(world: World, call: Call) -> Body:
    bodies = (_whole(world, body) for _, body in world.store.children(f"compute/{_place(call)}", "firewallPolicies"))
    reply = page(call, "firewallPolicy", bodies, f"{_place(call)}/firewallPolicies")
    return {key: value for key, value in reply.items() if key != "selfLink"}  # the one list that has none


for _collection in ("networkFirewallPolicies", "regionNetworkFirewallPolicies"):
    handles(f"compute.{_collection}.get")(get)
    handles(f"compute.{_collection}.list")(list_)


def _whole(world: World, body: Body) -> Body:
    """With the name of the policy in its associations, as the API has it."""
    named = [{**one, "firewallPolicyId": body["id"], "shortName": body["name"]} for one in body.get("associations", [])]
    return {**body, "ruleTupleCount": len(body.get("rules") or []), "associations": named}
