"""Revisions of Cloud Run v2 services: made from a template, ready or not, deleted."""

from __future__ import annotations

import re

from wizard.sandbox import instances, startup
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.services import logging_, lro, run_limits, run_network, serverless_addresses
from wizard.sandbox.services.paging import page
from wizard.sandbox.services.run_common import PROTO, base36, condition, found, location, newborn
from wizard.sandbox.services.run_template import missing_secret
from wizard.sandbox.world import Pending, World

COPIED = (
    "labels",
    "annotations",
    "scaling",
    "vpcAccess",
    "timeout",
    "serviceAccount",
    "containers",
    "volumes",
    "executionEnvironment",
    "encryptionKey",
    "maxInstanceRequestConcurrency",
    "serviceMesh",
    "encryptionKeyRevocationAction",
    "encryptionKeyShutdownDuration",
    "sessionAffinity",
    "nodeSelector",
    "gpuZonalRedundancyDisabled",
)
"""What a revision takes over from its template."""

DELETE_SECONDS = 2.0
NO_INSTANCE = "The request was aborted because there was no available instance."
"""The real text (public logs)."""


def wanted(world: World, service: Body) -> Body:
    """The newest revision, or a new one when the template has changed since."""
    template = service["template"]
    newest = world.store.get(f"run/{service.get('latestCreatedRevision')}")
    explicit = template.get("revision")
    same = newest is not None and all(newest.get(key) == template.get(key) for key in COPIED)
    if newest is not None and same and (not explicit or newest["name"].endswith(f"/{explicit}")):
        return newest
    short = explicit or f"{service['name'].rsplit('/', 1)[-1]}-{_number(world, service):05d}-{base36(world, 3)}"
    name = f"{service['name']}/revisions/{short}"
    body = newborn(world, name, {key: template[key] for key in COPIED if key in template})
    body |= {"service": service["name"].rsplit("/", 1)[-1], "creator": service["lastModifier"], "launchStage": "GA"}
    return body | {"observedGeneration": body["generation"]}


def coming(service: Body) -> Body:
    """What a revision would be that is made from the template as it is now; its name need not be final."""
    template = service["template"]
    return {**template, "name": f"{service['name']}/revisions/{template.get('revision') or 'coming'}"}


def _number(world: World, service: Body) -> int:
    """One more than the highest number that a revision's name has."""
    names = (body["name"] for _, body in world.store.children(f"run/{service['name']}", "revisions"))
    numbers = [int(match[1]) for name in names if (match := re.search(r"-(\d{5})-[a-z0-9]{3}$", name))]
    return max(numbers, default=0) + 1


def start(world: World, body: Body, *, checked: bool = True) -> tuple[str, str]:
    """Start a revision and store it. Returns why it is not ready: reason and message, both empty when it is.

    One that was ready before is left alone: a change of labels or traffic starts nothing.
    `checked` False is for what was deployed before the scenario begins: it was ready then.
    """
    before = world.store.get(f"run/{body['name']}")
    if before is not None and ready(before):
        return "", ""
    reason, message = _problem(world, body)
    if not checked:
        reason, message = "", ""
    state = "CONDITION_FAILED" if message else "CONDITION_SUCCEEDED"
    body["conditions"] = [condition("Ready", state, world, reason=reason, message=message)]
    world.store.put(f"run/{body['name']}", body)
    if not message:
        instances.warm(world, body)
    return reason, message


def _problem(world: World, body: Body) -> tuple[str, str]:
    """What keeps an instance of this revision from starting."""
    secret = missing_secret(world, body, body["name"].split("/")[1])
    if secret:
        return "SECRETS_ACCESS_CHECK_FAILED", secret
    reason, message = run_network.attach(world, body, body["name"], instances.addresses(world, body))
    if message:
        return reason, message
    message, lines = startup.problem(world, body)
    logging_.write_revision(world, body["name"], lines)
    return (run_network.NOT_STARTED, message) if message else ("", "")


def retire(world: World, service: Body) -> None:
    """Revisions that neither serve nor are the newest give their addresses back; those that serve again hold them."""
    for _, revision in world.store.children(f"run/{service['name']}", "revisions"):
        if revision["name"] in _used(service) and ready(revision):
            run_network.attach(world, revision, revision["name"], instances.addresses(world, revision))
        else:
            instances.forget(world, revision["name"])
            serverless_addresses.release(world, revision["name"], serverless_addresses.REVISION_SECONDS)
    _prune(world, service)


def _prune(world: World, service: Body) -> None:
    """Over the limit, the oldest revisions that do not serve go by themselves (Google: run/quotas)."""
    found = [body for _, body in world.store.look(f"run/{service['name']}", "revisions")]
    idle = sorted((b for b in found if b["name"] not in _used(service)), key=lambda body: str(body["createTime"]))
    for body in idle[: max(0, len(found) - run_limits.MOST_REVISIONS)]:
        remove(world, body["name"])


def ready(revision: Body) -> bool:
    """Whether a revision can take requests."""
    return bool(revision["conditions"][0]["state"] == "CONDITION_SUCCEEDED")


def another_instance(world: World, revision: Body) -> tuple[instances.Instance | None, str]:
    """One more instance for a revision that is busy, or why there is none: Cloud Run's text."""
    if not instances.may_grow(world, revision):
        return None, NO_INSTANCE
    name, now = revision["name"], world.clock.now()
    running = max(instances.least(revision), len(instances.of(world, revision)) + 1)
    _, message = run_network.attach(world, revision, name, instances.ADDRESSES * running)
    if message:
        logging_.write_revision(world, name, [message])
        return None, NO_INSTANCE
    due = now + instances.IDLE_SECONDS + 1
    world.pending.append(Pending(f"run/idle/{name}", serverless_addresses.IDLE, due, {"name": name}))
    return instances.grow(world, revision), ""


@completes(serverless_addresses.IDLE)
def idle(world: World, arguments: Body) -> None:
    """Instances that had nothing to do have stopped; the addresses that they no longer need follow."""
    revision = world.store.get(f"run/{arguments['name']}")
    service = world.store.get("run/" + arguments["name"].rsplit("/revisions/", 1)[0])
    if revision is not None and service is not None and revision["name"] in _used(service) and ready(revision):
        run_network.attach(world, revision, revision["name"], instances.addresses(world, revision))


def _used(service: Body) -> set[str]:
    """Full names of the revisions that are the newest, get traffic or have a tag, now or when the roll-out is over."""
    newest = {service.get("latestCreatedRevision", ""), service.get("latestReadyRevision", "")}
    targets = [*service["traffic"], *(service.get("trafficStatuses") or [])]
    return newest | {
        f"{service['name']}/revisions/{target['revision']}" for target in targets if target.get("revision")
    }


def remove(world: World, name: str) -> None:
    """The revision is gone; its addresses follow."""
    instances.forget(world, name)
    serverless_addresses.release(world, name, serverless_addresses.REVISION_SECONDS)
    world.store.delete(f"run/{name}")


@handles("run.GetRevision")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "revisions")


@handles("run.ListRevisions")
async def list_(world: World, call: Call) -> Body:
    """The newest first."""
    bodies = [body for _, body in world.store.children(f"run/{call.text('parent')}", "revisions")]
    return page(call, "revisions", sorted(bodies, key=lambda body: body["createTime"], reverse=True))


@handles("run.DeleteRevision")
async def delete(world: World, call: Call) -> Body:
    body = found(world, call.text("name"), "revisions")
    service = world.store.get("run/" + body["name"].rsplit("/revisions/", 1)[0])
    if service is not None and body["name"] in _used(service):
        short = body["name"].rsplit("/", 1)[-1]
        text = f"Revision '{short}' is the newest of its service or is in its traffic, and cannot be deleted."
        raise ApiError(400, text, status="FAILED_PRECONDITION")
    metadata = {"@type": PROTO + "Revision", **body, "deleteTime": world.timestamp()}
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": metadata}
    arguments = {"name": body["name"]}
    return lro.start(world, "run", location(body["name"]), "run.DeleteRevision", arguments, metadata, DELETE_SECONDS)


@completes("run.DeleteRevision")
def deleted(world: World, arguments: Body) -> Body:
    body = found(world, arguments["name"], "revisions")
    remove(world, arguments["name"])
    return {"@type": PROTO + "Revision", **body, "deleteTime": world.timestamp()}
