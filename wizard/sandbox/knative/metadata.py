"""What every Knative resource has: its metadata, its conditions, and the version by which a stale write is refused."""

from __future__ import annotations

import re

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.knative.notes import LOCATION, RUN, SERVING
from wizard.sandbox.world import World

SERVING_API, RUN_API = "serving.knative.dev/v1", "run.googleapis.com/v1"

STATUS = {"CONDITION_SUCCEEDED": "True", "CONDITION_FAILED": "False"}
"""Knative's word for a state; `Unknown` for one that is not final."""

SEVERITY = {"WARNING": "Warning", "INFO": "Info"}
"""An error has none in Knative: gcloud takes a condition without severity for a final one."""

ETAG = re.compile(r"""'"([\w-]+)/[\w-]+"'""")
"""An etag of v2 in a text."""

REASONS = ("revisionReason", "executionReason", "reason")


def of(world: World, body: Body, api: str) -> Body:
    """The metadata of a v2 body, without labels and annotations that are of one kind alone."""
    project, region, collection, short = place(body["name"])
    namespace = str(projects.numbered(world, project))
    creator = (SERVING if api == SERVING_API else RUN) + "creator"
    notes = {creator: body.get("creator"), creator.replace("creator", "lastModifier"): body.get("lastModifier")}
    meta: Body = {
        "name": short,
        "namespace": namespace,
        "selfLink": f"/apis/{api}/namespaces/{namespace}/{collection}/{short}",
        "uid": body.get("uid", ""),
        "resourceVersion": version(body),
        "generation": int(body.get("generation") or 1),
        "creationTimestamp": body.get("createTime", ""),
        "labels": {**(body.get("labels") or {}), LOCATION: region},
        "annotations": {**(body.get("annotations") or {}), **{key: text for key, text in notes.items() if text}},
    }
    return meta | ({"deletionTimestamp": body["deleteTime"]} if body.get("deleteTime") else {})


def place(name: str) -> tuple[str, str, str, str]:
    """Project, region, collection and short name of a full name."""
    parts = name.split("/")
    return parts[1], parts[3], parts[-2], parts[-1]


def version(body: Body) -> str:
    """The `resourceVersion`: the part of v2's etag that changes."""
    return str(body.get("etag", "")).strip('"').partition("/")[0]


def etag(given: str, before: Body) -> str:
    """v2's etag for a version that a client gives: the present one if it is the present version."""
    return str(before["etag"]) if given == version(before) else given


def in_v1_words(error: ApiError) -> ApiError:
    """A refusal of v2 as v1 says it (facts: trap 4), with versions instead of v2's etags."""
    if error.message.endswith("one and only one of connector and network_interfaces must be set."):
        return ApiError(400, "VPC connector and direct VPC can not be used together", status=error.status)
    text = ETAG.sub(r"'\1'", error.message)
    return ApiError(error.http, text, status=error.status, reason=error.reason, headers=error.headers)


def conditions(given: list[Body]) -> list[Body]:
    """Conditions in Knative's form."""
    return [condition(one) for one in given]


def condition(given: Body) -> Body:
    """One condition: `CONDITION_FAILED` is `False`, `NON_ZERO_EXIT_CODE` is `NonZeroExitCode`."""
    body: Body = {"type": given["type"], "status": STATUS.get(str(given.get("state")), "Unknown")}
    body["lastTransitionTime"] = given.get("lastTransitionTime", "")
    reason = next((str(given[key]) for key in REASONS if given.get(key)), "")
    if reason:
        body["reason"] = "".join(word.capitalize() for word in reason.split("_"))
    if given.get("message"):
        body["message"] = given["message"]
    severity = SEVERITY.get(str(given.get("severity")))
    return body | ({"severity": severity} if severity else {})


def derived(kind: str, status: str, like: Body) -> Body:
    """A condition that v2 does not show, at the time of one that it does."""
    return {"type": kind, "status": status, "lastTransitionTime": like.get("lastTransitionTime", "")}
