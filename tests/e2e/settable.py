"""The state of a sandbox reduced to what a person can set, so that two moments, or two worlds, can be compared."""

from __future__ import annotations

from typing import Any

HISTORY = ("/operations/", "/revisions/", "logging/", "/executions/", "run/releases/", "serverless-ipv4-")
"""Names of what is left by design: operations, revisions, logs, and addresses that Cloud Run holds for a while."""

JOB = ("template", "labels", "annotations")
SERVICE = ("template", "ingress", "labels", "traffic", "annotations")
IDENTITY = {"id", "uid", "selfLink", "selfLinkWithId"}
VERSION = {"creationTimestamp", "createTime", "creationTime", "updateTime", "fingerprint", "etag"}
"""What the server gives a resource; no person sets it."""


def settable(state: dict[str, Any]) -> dict[str, Any]:
    """Full name → the fields that a person can set; history left out, automatic routes named by what they say."""
    kept = {name: body for name, body in state.items() if not any(part in name for part in HISTORY)}
    return {_name(name, body): _fields(name, body) for name, body in kept.items()}


def _name(name: str, body: dict[str, Any]) -> str:
    """Routes that a network makes by itself have random names."""
    automatic = name.rsplit("/", 1)[-1].startswith("default-route-")
    return f"route {body['network']} {body['destRange']}" if automatic else name


def _fields(name: str, body: dict[str, Any]) -> dict[str, Any]:
    if "/services/" in name and name.startswith("run/"):
        return {key: body.get(key) for key in SERVICE}
    if "/jobs/" in name and name.startswith("run/"):
        return {key: body.get(key) for key in JOB}
    automatic = {"name"} if "default-route-" in name else set()
    return {key: value for key, value in body.items() if key not in IDENTITY | VERSION | automatic}
