"""The organisation policies of a scenario: what may not be made, in the words of the API that refuses.

A policy holds for every project of the scenario. `allowed` lists what alone is allowed, `denied` what is not; a value
may be written `is:VALUE`, and `under:projects/P` means everything in that project. Custom constraints (`custom.X`) are
about connectors: each entry is one comparison, such as `resource.network == "default"`.

Texts: of `run.allowedIngress`, `run.allowedVPCEgress` (recorded through the v1 API), `compute.restrictVpcPeering` and
`gcp.restrictServiceUsage` from public logs of 2026; of custom constraints from facts, 1.9, with the condition where the
real text has the constraint's description; of `compute.restrictSharedVpcSubnetworks` ours, in the form of peerings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body

if TYPE_CHECKING:
    from wizard.sandbox.scenario_model import OrgPolicy
    from wizard.sandbox.world import World

EGRESS, INGRESS = "run.allowedVPCEgress", "run.allowedIngress"
SUBNETWORKS, PEERING = "compute.restrictSharedVpcSubnetworks", "compute.restrictVpcPeering"
USAGE = "gcp.restrictServiceUsage"
ENFORCED = (EGRESS, INGRESS, SUBNETWORKS, PEERING, USAGE)
CUSTOM = "custom."

UNRESTRICTED = ("cloudresourcemanager", "iam", "logging", "monitoring", "serviceusage", "orgpolicy")
"""APIs that `gcp.restrictServiceUsage` leaves alone (Google's page excludes IAM, Logging and Monitoring; rest ours)."""

WORDS = {
    "ALL_TRAFFIC": "all-traffic",
    "PRIVATE_RANGES_ONLY": "private-ranges-only",
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
}
"""Settings of Cloud Run as the constraints name them."""

FIELDS = ("network", "ipCidrRange", "subnet.name", "subnet.projectId")
"""What a custom constraint can ask of a connector; type and number of its machines it cannot (facts: section 11)."""

CONDITION = re.compile(r'resource\.([A-Za-z.]+)\s*(==|!=)\s*"([^"]*)"')


def short(constraint: str) -> str:
    """`run.allowedIngress` of any form of a constraint's name."""
    return constraint.removeprefix("constraints/").removeprefix("customConstraints/")


def is_enforced(constraint: str) -> bool:
    """Whether the sandbox does what a constraint says."""
    return short(constraint) in ENFORCED or short(constraint).startswith(CUSTOM)


def is_condition(text: str) -> bool:
    """Whether this is a comparison that a custom constraint about connectors can make here."""
    match = CONDITION.fullmatch(text)
    return match is not None and match[1] in FIELDS


def permits(world: World, constraint: str, value: str) -> bool:
    """Whether every policy on this constraint allows a value."""
    return all(_allows(policy, value) for policy in _policies(world, constraint))


def _policies(world: World, constraint: str) -> Iterator[OrgPolicy]:
    return (policy for policy in world.scenario.org_policies if short(policy.constraint) == constraint)


def _allows(policy: OrgPolicy, value: str) -> bool:
    return not _listed(policy.denied, value) and (not policy.allowed or _listed(policy.allowed, value))


def _listed(entries: Iterable[str], value: str) -> bool:
    for entry in entries:
        if entry.startswith("under:") and f"{value}/".startswith(entry.removeprefix("under:").rstrip("/") + "/"):
            return True
        if entry.removeprefix("is:") == value:
            return True
    return False


def check_usage(world: World, api: str, project: str) -> None:
    """Refuse a call to an API that may not be used. Raises ApiError(403)."""
    service = f"{api}.googleapis.com"
    if api not in UNRESTRICTED and not permits(world, USAGE, service):
        raise ApiError(
            403,
            f"Request is disallowed by organization's constraints/{USAGE} constraint for"
            f" 'projects/{projects.numbered(world, project)}' attempting to use service '{service}'.",
        )


def check_run(world: World, method: str, template: Body, owner: str, ingress: str = "") -> None:
    """Refuse a service or job of the project `owner` whose settings are not allowed. Raises ApiError(400).

    `template` has the `vpcAccess`; `method` is as in `run.CreateService`. A resource without VPC access does not
    satisfy `run.allowedVPCEgress`, whatever it allows.
    """
    rpc = method.partition(".")[2]
    access = template.get("vpcAccess") or {}
    egress = WORDS.get(str(access.get("egress", "")), "") or "null"
    if any(_policies(world, EGRESS)) and not (access and permits(world, EGRESS, egress)):
        raise _violated(EGRESS, rpc, "vpc-access-egress", egress if access else "null")
    word = WORDS.get(ingress, ingress)
    if ingress and not permits(world, INGRESS, word):
        raise _violated(INGRESS, rpc, "ingress", "the default value all" if word == "all" else word)
    for interface in access.get("networkInterfaces") or []:
        check_subnet(world, str(interface.get("subnetwork") or ""), owner)


def _violated(constraint: str, rpc: str, annotation: str, value: str) -> ApiError:
    text = (
        f"Constraint constraints/{constraint} violated for attempting {rpc} with annotation"
        f' "run.googleapis.com/{annotation}" set to {value}.'
    )
    return ApiError(400, text, status="FAILED_PRECONDITION")


def check_subnet(world: World, subnet: str, user: str) -> None:
    """Refuse a subnet of a Shared VPC host that the project `user` may not use; `subnet` is a full name or a short one.

    Raises ApiError(400).
    """
    path = subnet[subnet.index("projects/") :] if "projects/" in subnet else ""
    if path and projects.owner(path) != user and not permits(world, SUBNETWORKS, path):
        text = f"{_for_project(world, SUBNETWORKS, user)} Using the subnetwork {path} is not allowed."
        raise ApiError(400, text, status="FAILED_PRECONDITION", reason="conditionNotMet")


def check_peering(world: World, project: str, peer: str) -> None:
    """Refuse a peering of a network of `project` with the network `peer` (`projects/P/global/networks/N`).

    Raises ApiError(400); private services access fails with it in its operation.
    """
    if not permits(world, PEERING, peer):
        text = f"{_for_project(world, PEERING, project)} Peering the network {peer} is not allowed."
        raise ApiError(400, text, status="FAILED_PRECONDITION", reason="conditionNotMet")


def _for_project(world: World, constraint: str, project: str) -> str:
    return f"Constraint constraints/{constraint} violated for project {projects.numbered(world, project)}."


def check_connector(world: World, body: Body) -> None:
    """Refuse a new connector that a policy does not allow. Raises ApiError(400)."""
    for policy in world.scenario.org_policies:
        name = short(policy.constraint)
        hit = _custom(policy, body) if name.startswith(CUSTOM) else ""
        if hit:
            text = f'Operation denied by custom org policies: ["customConstraints/{name}": "{hit}"]'
            raise ApiError(400, text, status="FAILED_PRECONDITION")
    subnet, (_, project, _, region, *_) = body.get("subnet") or {}, body["name"].split("/")
    host = subnet.get("projectId") or project
    check_subnet(world, f"projects/{host}/regions/{region}/subnetworks/{subnet.get('name', '')}", project)


def _custom(policy: OrgPolicy, body: Body) -> str:
    """The condition that keeps a connector from being made, or empty."""
    for condition in policy.denied:
        if _holds(condition, body):
            return condition
    if policy.allowed and not any(_holds(condition, body) for condition in policy.allowed):
        return " || ".join(policy.allowed).replace('"', "'")
    return ""


def _holds(condition: str, body: Body) -> bool:
    match = CONDITION.fullmatch(condition)
    if match is None:
        return False
    value: object = body
    for part in match[1].split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return (str(value) == match[3]) == (match[2] == "==")


def deployment_manager_blocked(world: World) -> bool:
    """Whether connectors can be neither made nor removed: Google does both by Deployment Manager (facts: trap 15)."""
    return not permits(world, USAGE, "deploymentmanager.googleapis.com")
