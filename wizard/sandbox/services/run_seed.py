"""The services, revisions and jobs of a scenario, as Cloud Run would show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.sandbox import projects
from wizard.sandbox.api import Body
from wizard.sandbox.services import run_iam, run_jobs, run_services, run_traffic
from wizard.sandbox.services.run_common import authored
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from wizard.sandbox.scenario_model import Revision, Service, StartupProbe

INGRESS = {
    "": "INGRESS_TRAFFIC_ALL",
    "all": "INGRESS_TRAFFIC_ALL",
    "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
}
"""A scenario may also name the setting as the API does."""

EGRESS = {"private-ranges-only": "PRIVATE_RANGES_ONLY", "all-traffic": "ALL_TRAFFIC"}


def seed(world: World) -> None:
    """Deploy every service with its revisions, and every job of the scenario, without operations."""
    for service in world.scenario.services:
        _service(world, service)
    for job in world.scenario.jobs:
        name = f"{_place(world, job)}/jobs/{job.name}"
        body = authored(world, name, {"labels": job.labels} if job.labels else {}, world.scenario.project.member)
        task = {key: value for key, value in template(world, job).items() if key != "scaling"}
        body["template"] = run_jobs.with_defaults(world, {"template": task}, name)
        world.store.put(f"run/{name}", {**body, "latestCreatedExecution": {}})
        run_jobs.ready(world, {"name": name})


def _service(world: World, service: Service) -> None:
    """The named revisions in their order, then the service's own settings as the newest one."""
    name = f"{_place(world, service)}/services/{service.name}"
    labels = {**service.labels, **({"managed-by": service.managed_by} if service.managed_by else {})}
    wanted: Body = {"ingress": INGRESS.get(service.ingress, service.ingress), **({"labels": labels} if labels else {})}
    body = authored(world, name, wanted, world.scenario.project.member)
    named = [revision for revision in world.scenario.revisions if revision.service == service.name]
    for revision in named:
        _deploy(world, body, merged(service, revision), revision.name)
    body = world.store.get(f"run/{name}") or body
    shares = [_share(revision) for revision in named if revision.percent or revision.tag]
    rest = 100 - sum(revision.percent for revision in named)
    latest = [{"type": run_traffic.LATEST, "percent": rest}] if rest else []
    body["traffic"] = [*latest, *shares]
    _deploy(world, body, service, "")
    if service.public:
        run_iam.open_to_all(world, name)


def _deploy(world: World, body: Body, wanted: Service, revision: str) -> None:
    settings = {**template(world, wanted), **({"revision": revision} if revision else {})}
    body["template"] = run_services.with_defaults(world, settings, body["name"])
    world.store.put(f"run/{body['name']}", body)
    run_services.deploy(world, body["name"], checked=False)
    body |= world.store.get(f"run/{body['name']}") or {}


def _share(revision: Revision) -> Body:
    share: Body = {"type": run_traffic.REVISION, "revision": revision.name}
    return share | {key: value for key, value in (("percent", revision.percent), ("tag", revision.tag)) if value}


def merged(service: Service, revision: Revision) -> Service:
    """The service with the settings in which this revision differs."""
    own = msgspec.structs.asdict(revision)
    shared = {key: value for key, value in own.items() if value and key in msgspec.structs.asdict(service)}
    return msgspec.structs.replace(service, **{key: value for key, value in shared.items() if key != "name"})


def _place(world: World, wanted: Service) -> str:
    """`projects/P/locations/R` of an entry."""
    return f"projects/{wanted.project or world.project}/locations/{wanted.region or world.scenario.project.region}"


def template(world: World, wanted: Service) -> Body:
    """A revision or task template from a scenario's entry."""
    env: list[Body] = [{"name": key, "value": value} for key, value in wanted.env.items()]
    for key, reference in wanted.secrets.items():
        secret, _, version = reference.partition(":")
        env.append({"name": key, "valueSource": {"secretKeyRef": {"secret": secret, "version": version or "latest"}}})
    container: Body = {"image": wanted.image, **({"env": env} if env else {})}
    if wanted.startup_probe is not None:
        container["startupProbe"] = startup_probe(wanted.startup_probe)
    least = {"minInstanceCount": wanted.min_instances} if wanted.min_instances else {}
    body: Body = {"containers": [container], "scaling": {**least, "maxInstanceCount": wanted.max_instances}}
    access = vpc_access(world, wanted)
    if access:
        body["vpcAccess"] = access
    return body


def vpc_access(world: World, wanted: Service) -> Body:
    """The network settings of a scenario's entry; empty when it has none. A network of another project is a path."""
    egress = {"egress": EGRESS[wanted.egress]} if wanted.egress else {}
    if wanted.connector:
        return {"connector": projects.connector_path(wanted.connector, _place(world, wanted)), **egress}
    if wanted.network or wanted.subnet:
        network, subnet = _paths(world, wanted)
        interface: Body = {"network": network, "subnetwork": subnet, "tags": list(wanted.tags)}
        return {"networkInterfaces": [{key: value for key, value in interface.items() if value}], **egress}
    return {}


def _paths(world: World, wanted: Service) -> tuple[str, str]:
    """Network and subnet as the entry has them, or in full where they are in another project than it."""
    network = wanted.network or next((s.network for s in world.scenario.subnets if s.name == wanted.subnet), "")
    owner = projects.of_network(world, network)
    if owner == (wanted.project or world.project):
        return wanted.network, wanted.subnet
    region = wanted.region or world.scenario.project.region
    subnet = f"projects/{owner}/regions/{region}/subnetworks/{wanted.subnet}" if wanted.subnet else ""
    return f"projects/{owner}/global/networks/{network}", subnet


def startup_probe(probe: StartupProbe) -> Body:
    """A start-up probe as Cloud Run has it."""
    port = {"port": probe.port} if probe.port else {}
    delay = {"initialDelaySeconds": probe.initial_delay} if probe.initial_delay else {}
    body: Body = {
        **delay,
        "periodSeconds": probe.period,
        "timeoutSeconds": probe.timeout,
        "failureThreshold": probe.failure_threshold,
    }
    if probe.type == "http":
        return {**body, "httpGet": {"path": probe.path or "/", **port}}
    return {**body, "grpc" if probe.type == "grpc" else "tcpSocket": port}
