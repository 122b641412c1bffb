"""The quotas of a scenario: how much of something a project has, counted in the store, and the refusals.

`usage` of a quota is what is used besides the resources of the sandbox. Compute Engine's metrics have the names of its
API. It says that a quota is exceeded inside the operation (public logs: `Error waiting for Creating Network: Quota
'NETWORKS' exceeded.  Limit: 5.0 globally.`; of subnetworks and, with code QUOTA_EXCEEDED and 403, firewall rules
likewise; of routes by analogy). The names of Cloud Run's metrics and the texts with them are ours, in the form of its
recorded `Quota violated: CpuAllocPerProjectRegion requested: 60000 allowed: 20000`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.api import ApiError, Body

if TYPE_CHECKING:
    from wizard.sandbox.world import World

COLLECTIONS = {
    "NETWORKS": "networks",
    "SUBNETWORKS": "subnetworks",
    "FIREWALLS": "firewalls",
    "ROUTES": "routes",
}
"""Compute Engine's metrics that count resources of a project, and their collections."""

CPUS = "CPUS"
DIRECT, SERVICES, JOBS = "DirectVpcInstancesPerRevision", "ServicesPerProjectRegion", "JobsPerProjectRegion"
METRICS = (*COLLECTIONS, CPUS, DIRECT, SERVICES, JOBS)

USUAL = {SERVICES: 1000.0, JOBS: 1000.0}
"""Limits where the scenario has none (facts: 6.3; Google's page run/quotas, seen 2026-11-23)."""

MACHINE_CPUS = {"f1-micro": 1, "e2-micro": 2, "e2-standard-4": 4}
"""What one machine of a connector counts against CPUS (the machine types' own number; ours)."""

HAVE_MACHINES = ("READY", "UPDATING", "DELETING")

NO_CPUS = "Operation failed: Insufficient CPU quota in region."
"""The real text (facts: 1.9)."""


def limit(world: World, metric: str) -> float | None:
    """How much of a metric there may be; None when nothing is said."""
    stated = [quota.limit for quota in world.scenario.quotas if quota.metric == metric]
    return min(stated) if stated else USUAL.get(metric)


def usage(world: World, metric: str) -> float:
    """What the scenario says is used by others."""
    return sum(quota.usage for quota in world.scenario.quotas if quota.metric == metric)


def claim(world: World, metric: str, project: str, more: int = 1) -> None:
    """Refuse `more` resources of one of compute's metrics when the project's quota has no room for them.

    Called by completions, before they store anything. Raises ApiError(403) with compute's code for it.
    """
    most = limit(world, metric)
    if most is not None and more and usage(world, metric) + _counted(world, metric, project) + more > most:
        text = f"Quota '{metric}' exceeded.  Limit: {float(most)} globally."
        raise ApiError(403, text, status="RESOURCE_EXHAUSTED", reason="QUOTA_EXCEEDED")


def _counted(world: World, metric: str, project: str) -> int:
    """Resources of a project; routes of subnets are not counted, the network makes them by itself."""
    place = "regions/-" if metric == "SUBNETWORKS" else "global"
    found = world.store.look(f"compute/projects/{project}/{place}", COLLECTIONS[metric])
    return sum(1 for _, body in found if body.get("routeType") != "SUBNET")


def check_machines(world: World, connector: Body) -> None:
    """Refuse a connector for whose machines the region has no processors left. Raises ApiError: code 9."""
    most = limit(world, CPUS)
    if most is None:
        return
    place = "/".join(connector["name"].split("/")[:4])
    others = [body for _, body in world.store.look(f"vpcaccess/{place}", "connectors") if _has_machines(body)]
    wanted = sum(_cpus(body) for body in others if body["name"] != connector["name"]) + _cpus(connector)
    if usage(world, CPUS) + wanted > most:
        raise ApiError(400, NO_CPUS, status="FAILED_PRECONDITION")


def _has_machines(connector: Body) -> bool:
    return connector.get("state") in HAVE_MACHINES


def _cpus(connector: Body) -> int:
    """Of the machines with which a connector begins."""
    return MACHINE_CPUS.get(str(connector.get("machineType", "")), 0) * int(connector.get("minInstances") or 0)


def check_direct(world: World, field: str, access: Body, instances: int) -> None:
    """Refuse a template with Direct VPC egress and more instances than one revision or execution may have.

    Raises ApiError(400). `field` is the path of the field with the number.
    """
    most = limit(world, DIRECT)
    if most is not None and access.get("networkInterfaces") and instances > most:
        text = (
            f"{field}: Max instances must be set to {int(most)} or fewer to use Direct VPC egress.\n\n"
            f"Quota violated:\n{DIRECT} requested: {instances} allowed: {int(most)}"
        )
        raise ApiError(400, text)


def check_room(world: World, metric: str, parent: str) -> None:
    """Refuse one more service or job in a region (`projects/P/locations/R`). Raises ApiError(429)."""
    most = limit(world, metric)
    collection = "services" if metric == SERVICES else "jobs"
    there = usage(world, metric) + len(world.store.look(f"run/{parent}", collection))
    if most is not None and there + 1 > most:
        text = f"Quota violated:\n{metric} requested: {int(there) + 1} allowed: {int(most)}"
        raise ApiError(429, text)
