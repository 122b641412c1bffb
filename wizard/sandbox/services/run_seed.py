"""The services, revisions and jobs of a scenario, as Cloud Run would show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.api import Body
from wizard.sandbox.services import run_executions, run_jobs, run_services
from wizard.sandbox.services.run_common import newborn
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from wizard.sandbox.scenario import Service

EGRESS = {"private-ranges-only": "PRIVATE_RANGES_ONLY", "all-traffic": "ALL_TRAFFIC"}


def seed(world: World) -> None:
    """Deploy every service and job of the scenario, without operations."""
    run_executions.seed(world)
    for service in world.scenario.services:
        name = f"projects/{world.project}/locations/{_region(world, service.region)}/services/{service.name}"
        wanted: Body = {"template": template(world, service), "ingress": service.ingress or "INGRESS_TRAFFIC_ALL"}
        wanted["labels"] = {**service.labels, **({"managed-by": service.managed_by} if service.managed_by else {})}
        body = newborn(world, name, wanted, world.scenario.project.member)
        body["template"] = run_services.with_defaults(world, body["template"])
        world.store.put(f"run/{name}", body)
        run_services.deployed(world, {"name": name})
    for job in world.scenario.jobs:
        name = f"projects/{world.project}/locations/{_region(world, job.region)}/jobs/{job.name}"
        body = newborn(world, name, {"labels": job.labels}, world.scenario.project.member)
        body["template"] = run_jobs.with_defaults(world, {"template": template(world, job)})
        world.store.put(f"run/{name}", body)
        run_jobs.ready(world, {"name": name})


def _region(world: World, region: str) -> str:
    return region or world.scenario.project.region


def template(world: World, wanted: Service) -> Body:
    """A revision or task template from a scenario's entry."""
    region = _region(world, wanted.region)
    env: list[Body] = [{"name": key, "value": value} for key, value in wanted.env.items()]
    for key, reference in wanted.secrets.items():
        secret, _, version = reference.partition(":")
        env.append({"name": key, "valueSource": {"secretKeyRef": {"secret": secret, "version": version or "latest"}}})
    container: Body = {"image": wanted.image, "env": env}
    body: Body = {"containers": [container]}
    access = vpc_access(world, wanted, region)
    if access:
        body["vpcAccess"] = access
    return body


def vpc_access(world: World, wanted: Service, region: str) -> Body:
    """The network settings of a scenario's entry; empty when it has none."""
    egress = {"egress": EGRESS[wanted.egress]} if wanted.egress else {}
    if wanted.connector:
        return {"connector": f"projects/{world.project}/locations/{region}/connectors/{wanted.connector}", **egress}
    if wanted.network or wanted.subnet:
        interface: Body = {"network": wanted.network, "subnetwork": wanted.subnet, "tags": list(wanted.tags)}
        return {"networkInterfaces": [{key: value for key, value in interface.items() if value}], **egress}
    return {}
