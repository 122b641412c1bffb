"""Services and revisions: Knative's and v2's bodies, in both directions."""

from __future__ import annotations

import json
from typing import Any

from wizard.sandbox.api import Body
from wizard.sandbox.knative import extras, metadata, notes, templates
from wizard.sandbox.knative.containers import picked
from wizard.sandbox.knative.metadata import SERVING_API
from wizard.sandbox.knative.notes import REVISION, RUN, SERVICE, SERVING
from wizard.sandbox.world import World

LATEST, BY_NAME = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"

SAID = {s.path[0] for s in SERVICE.values()} | {"name", "labels", "annotations", "template", "traffic"}
SAID_OF_TEMPLATE = {
    *(s.path[0] for s in REVISION.values()),
    *("revision", "labels", "annotations", "timeout", "serviceAccount", "containers", "volumes", "nodeSelector"),
    "maxInstanceRequestConcurrency",
}
"""Fields of v2 that v1 can say; the others are kept when v1 replaces the service."""


def to_v2(given: Body, before: Body, place: str) -> tuple[Body, Body]:
    """The v2 service of a Knative one that replaces `before` (empty for a new one).

    `place` is `projects/P/locations/R`. Returns with it what v1 alone can say (`extras.keep`). Raises ApiError(400).
    """
    meta, spec = given.get("metadata") or {}, given.get("spec") or {}
    fields, left = notes.read_resource(SERVICE, meta)
    template, of_template = template_to_v2(spec.get("template") or {}, before.get("template") or {}, place)
    body = {key: value for key, value in before.items() if key not in SAID} | fields
    body |= {"name": f"{place}/services/{meta.get('name', '')}", "template": template, **notes.names(meta, left)}
    if spec.get("traffic"):
        body["traffic"] = [_target_to_v2(target) for target in spec["traffic"]]
    return body, {"resource": extras.alone(meta, left), "template": of_template}


def template_to_v2(given: Body, before: Body, place: str) -> tuple[Body, Body]:
    """The v2 template of a Knative one, and what v1 alone can say of it."""
    meta, spec = given.get("metadata") or {}, given.get("spec") or {}
    written = meta.get("annotations") or {}
    at = "spec.template.metadata.annotations"
    fields, left = templates.fields_of(REVISION, written, at, place)
    body = {key: value for key, value in before.items() if key not in SAID_OF_TEMPLATE} | fields
    body |= templates.spec_to_v2(spec, written, before) | notes.names(meta, left)
    templates.put_processor(body["containers"], written)
    body |= {"revision": meta["name"]} if meta.get("name") else {}
    if spec.get("containerConcurrency"):
        body["maxInstanceRequestConcurrency"] = spec["containerConcurrency"]
    connector = (body.get("vpcAccess") or {}).get("connector", "")
    return body, extras.alone(meta, left, connector)


def _target_to_v2(target: Body) -> Body:
    latest = bool(target.get("latestRevision")) or not target.get("revisionName")
    to = {"type": LATEST} if latest else {"type": BY_NAME, "revision": target["revisionName"]}
    return to | picked(target, ("percent", "tag"))


def to_v1(world: World, body: Body) -> Body:
    """The Knative service of a v2 one."""
    written = extras.of(world, body)
    meta = metadata.of(world, body, SERVING_API)
    said = notes.show_resource(SERVICE, body)
    said[extras.INGRESS_STATUS] = said.get(RUN + "ingress", "all")
    if body.get("urls"):
        said[extras.URLS] = json.dumps(body["urls"])
    if written.get("operation"):
        said[extras.OPERATION] = written["operation"]
    meta["annotations"] |= said
    template = template_to_v1(body["template"])
    template["metadata"] = extras.shown(template["metadata"], written.get("template") or {})
    return {
        "apiVersion": SERVING_API,
        "kind": "Service",
        "metadata": extras.shown(meta, written.get("resource") or {}),
        "spec": {"template": template, "traffic": [_target_to_v1(t) for t in body.get("traffic") or [_ALL]]},
        "status": _status(body),
    }


_ALL: Body = {"type": LATEST, "percent": 100}
"""What no traffic means."""


def template_to_v1(body: Body) -> Body:
    """The Knative template of a v2 one."""
    spec, said = templates.spec_to_v1(body)
    meta: Body = {
        "labels": dict(body.get("labels") or {}),
        "annotations": {**(body.get("annotations") or {}), **notes.show(REVISION, body), **said},
    }
    meta |= {"name": body["revision"]} if body.get("revision") else {}
    if body.get("maxInstanceRequestConcurrency"):
        spec["containerConcurrency"] = int(body["maxInstanceRequestConcurrency"])
    if body.get("timeout"):
        spec["timeoutSeconds"] = templates.seconds(body["timeout"])
    return {"metadata": meta, "spec": spec}


def _target_to_v1(target: Body, ready: str = "") -> Body:
    """A share of the traffic; `ready` is the revision that the latest one is, where that is told."""
    body: Body = picked(target, ("percent", "tag"))
    if target.get("type") == BY_NAME:
        return {"revisionName": target["revision"], **body}
    return {**({"revisionName": ready} if ready else {}), "latestRevision": True, **body}


def _status(body: Body) -> Body:
    ready = _short(body.get("latestReadyRevision"))
    status: Body = {"conditions": _conditions(body)}
    if body.get("observedGeneration"):
        status["observedGeneration"] = int(body["observedGeneration"])
    for key, name in (
        ("latestCreatedRevisionName", _short(body.get("latestCreatedRevision"))),
        ("latestReadyRevisionName", ready),
    ):
        status |= {key: name} if name else {}
    targets = body.get("trafficStatuses") or []
    if targets:
        status["traffic"] = [
            _target_to_v1(target, ready) | ({"url": target["uri"]} if target.get("uri") else {}) for target in targets
        ]
    if body.get("uri"):
        status |= {"url": body["uri"], "address": {"url": body["uri"]}}
    return status


def _conditions(body: Body) -> list[Body]:
    """Ready, ConfigurationsReady, RoutesReady: while a roll-out goes on, none of them is known."""
    ready = metadata.condition(body.get("terminalCondition") or {"type": "Ready"})
    if ready["status"] == "Unknown" or not body.get("conditions"):
        return [ready, *(metadata.derived(kind, ready["status"], ready) for kind in PARTS)]
    return [ready, *metadata.conditions(body["conditions"])]


PARTS = ("ConfigurationsReady", "RoutesReady")


def _short(name: Any) -> str:
    return str(name or "").rsplit("/", 1)[-1]


def revision_to_v1(world: World, body: Body) -> Body:
    """The Knative revision of a v2 one."""
    parent, _, short = body["name"].partition("/revisions/")
    service = world.store.get(f"run/{parent}") or {}
    template = template_to_v1(body)
    meta = metadata.of(world, body, SERVING_API)
    of_service = {SERVING + "service": _short(parent), SERVING + "configuration": _short(parent)}
    meta["labels"] |= of_service
    meta["annotations"] |= template["metadata"]["annotations"]
    written = extras.of(world, service).get("template") or {} if service else {}
    meta = extras.shown(meta, {"connector": written.get("connector")})
    active = short in {target.get("revisionName") for target in _status(service).get("traffic") or []}
    ready = metadata.conditions(body.get("conditions") or [{"type": "Ready"}])
    serving = {**metadata.derived("Active", str(active), ready[0]), "severity": "Info"}
    status: Body = {"conditions": [*ready, serving], "serviceName": _short(parent)}
    if body.get("observedGeneration"):
        status["observedGeneration"] = int(body["observedGeneration"])
    return {
        "apiVersion": SERVING_API,
        "kind": "Revision",
        "metadata": meta,
        "spec": template["spec"],
        "status": status | ({"logUrl": body["logUri"]} if body.get("logUri") else {}),
    }
