"""What a right request for a service or job is refused for: policies, quotas, the account; what runs over a limit."""

from __future__ import annotations

from wizard.sandbox import org_policies, permissions, projects, quotas
from wizard.sandbox.api import ApiError, Body, Call
from wizard.sandbox.services.run_common import location
from wizard.sandbox.world import World

MOST_TAGS, MOST_REVISIONS = 2000, 1000
"""Per project and region, and per service (facts: 6.2)."""

ACT_AS = "iam.serviceAccounts.actAs"


def check_service(world: World, call: Call, field: str, body: Body, method: str) -> None:
    """Refuse a service that may not be deployed as it is; `field` is its path. Raises ApiError."""
    template = body["template"]
    most = int((template.get("scaling") or {}).get("maxInstanceCount") or 0)
    _check(world, call, body, template, method, body["ingress"])
    quotas.check_direct(world, f"{field}.template.scaling.max_instance_count", template.get("vpcAccess") or {}, most)
    if world.store.get(f"run/{body['name']}") is None:
        quotas.check_room(world, quotas.SERVICES, location(body["name"]))


def check_job(world: World, call: Call, field: str, body: Body, method: str) -> None:
    """The same for a job, whose instances are its tasks at the same time."""
    template = body["template"]
    task, count = template["template"], int(template["taskCount"])
    most = min(int(template.get("parallelism") or 0) or count, count)
    _check(world, call, body, task, method)
    quotas.check_direct(world, f"{field}.template.parallelism", task.get("vpcAccess") or {}, most)
    if world.store.get(f"run/{body['name']}") is None:
        quotas.check_room(world, quotas.JOBS, location(body["name"]))


def _check(world: World, call: Call, body: Body, template: Body, method: str, ingress: str = "") -> None:
    _check_account(world, call, str(template.get("serviceAccount", "")))
    org_policies.check_run(world, method, template, projects.owner(body["name"]), ingress)


def _check_account(world: World, call: Call, account: str) -> None:
    """Whoever deploys must be allowed to act as the account of the instances. The text is real (public logs)."""
    if ACT_AS in permissions.denied(world, call.member):
        text = f"Permission 'iam.serviceaccounts.actAs' denied on service account {account} (or it may not exist)."
        raise ApiError(403, text)


def check_overrides(world: World, call: Call, job: str) -> None:
    """Changing what a job runs with needs a permission of its own (facts: 6.3). Raises ApiError(403)."""
    needed = "run.jobs.runWithOverrides"
    if call.request.get("overrides") and needed in permissions.denied(world, call.member):
        raise permissions.refusal(call, needed, job)


def within_tags(world: World, body: Body) -> list[Body]:
    """The traffic of a service; over the limit of tags it loses its oldest without a share (Google: run/quotas)."""
    traffic: list[Body] = list(body.get("traffic") or [])
    others = world.store.look(f"run/{location(body['name'])}", "services")
    count = sum(1 for target in traffic if target.get("tag"))
    count += sum(
        1 for _, other in others if other["name"] != body["name"] for t in other.get("traffic") or [] if t.get("tag")
    )
    surplus = max(0, count - MOST_TAGS)
    for target in [t for t in traffic if t.get("tag") and not t.get("percent")][:surplus]:
        traffic.remove(target)
    return traffic
