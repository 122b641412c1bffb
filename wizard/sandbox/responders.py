"""The answers of Cloud Run services: every revision that is ready and has traffic or a tag can be called.

An answer says which revision and which instance gave it and what became of each connection that the scenario says its
code makes (`reaches`): really made, through the gateway and the kernel. All connected is 200, otherwise 503. A fresh
instance with Direct VPC egress has no network for a while (facts: 2.3); code that connects at start-up takes no request
before. The form of the answers is ours; the text when no instance can take a request is the real one.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from wizard.sandbox import instances, reach, startup
from wizard.sandbox.api import Body
from wizard.sandbox.services import run_revisions
from wizard.sandbox.world import World

DOMAIN = ".a.run.app"
TAG_MARK = "---"
PATIENCE, STEP = 10.0, 0.05
"""Real seconds that a request waits for an instance that is starting, and between looks."""


@dataclass(frozen=True)
class Reply:
    """What a service answers: HTTP status and JSON."""

    status: int
    body: Body


def is_service_host(host: str) -> bool:
    """Whether a host name is of a Cloud Run service."""
    return host.partition(":")[0].lower().endswith(DOMAIN)


def find_host(world: World, host: str) -> tuple[Body | None, str]:
    """The service that has a host name, and the tag that the name asks for."""
    tag, mark, rest = host.partition(":")[0].lower().rpartition(TAG_MARK)
    uri = f"https://{rest}"
    known = world.store.look("run/projects/-/locations/-", "services")
    return next((body for _, body in known if body.get("uri") == uri), None), tag if mark else ""


def find_name(world: World, name: str) -> Body | None:
    """A service by its full name, or by its short one."""
    if "/" in name:
        return world.store.get(f"run/{name}")
    known = world.store.look("run/projects/-/locations/-", "services")
    return next((body for _, body in known if body["name"].endswith(f"/services/{name}")), None)


async def call(world: World, service: Body | None, tag: str = "", *, inside: bool = False) -> Reply:
    """The answer of a service; `inside`: asked from a network of the project, for services with internal ingress.

    A service that is not there, and one that may not be asked from outside, are both 404 (facts: section 5).
    """
    internal = (service or {}).get("ingress") not in (None, "", "INGRESS_TRAFFIC_ALL")
    if service is None or (internal and not inside):
        return Reply(404, {"error": "Page not found"})
    revision = _chosen(world, service, tag)
    if revision is None:
        why = f"the service has no tag {tag}" if tag else "no revision of the service is ready"
        return Reply(404 if tag else 503, {"service": _short(service), "error": why})
    return await _answer(world, service, revision)


def _short(body: Body) -> str:
    return str(body["name"]).rsplit("/", 1)[-1]


def _chosen(world: World, service: Body, tag: str) -> Body | None:
    """The revision that gets this request: the one with the tag, or one by the shares of the traffic as it is now."""
    known = service.get("trafficStatuses") or []
    targets = [target for target in known if (target.get("tag") == tag if tag else target.get("percent"))]
    if not targets:
        return None
    weights = [int(target.get("percent") or 0) or 1 for target in targets]
    target = world.instances.draw.choices(targets, weights)[0]
    short = target.get("revision")
    name = f"{service['name']}/revisions/{short}" if short else service.get("latestReadyRevision", "")
    revision = world.store.get(f"run/{name}")
    return revision if revision is not None and run_revisions.ready(revision) else None


async def _answer(world: World, service: Body, revision: Body) -> Reply:
    said: Body = {"service": _short(service), "revision": _short(revision)}
    instance, why = instances.free(world, revision), ""
    if instance is None:
        instance, why = run_revisions.another_instance(world, revision)
    if instance is None:
        return Reply(429, {**said, "error": why})
    instance.busy += 1
    try:
        code = startup.code_of(world, revision["name"])
        if code.at_start and not await _listens(world, instance):
            return Reply(503, {**said, "error": "the instance was not ready in time"})
        return await _reached(world, revision, instance, code, said)
    finally:
        instance.busy -= 1
        instance.used = world.clock.now()


async def _listens(world: World, instance: instances.Instance) -> bool:
    """Whether an instance whose code connects at start-up takes the request before the patience is over."""
    end = time.monotonic() + PATIENCE
    while world.clock.now() < instance.network_at:
        if time.monotonic() > end:
            return False
        await asyncio.sleep(STEP)
    return True


async def _reached(world: World, revision: Body, instance: instances.Instance, code: startup.Code, said: Body) -> Reply:
    region, access = revision["name"].split("/")[3], startup.access_of(revision)
    network = world.clock.now() >= instance.network_at
    calls = (reach.connect(world, access, region, url, network=network) for url in code.reaches)
    results = dict(zip(code.reaches, await asyncio.gather(*calls), strict=True))
    said |= {"instance": instance.name, "network": network, "reaches": results}
    good = all(result == reach.CONNECTED for result in results.values())
    return Reply(200 if good else 503, said)
