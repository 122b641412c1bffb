"""The state of a sandbox reduced to what a person can set, so that two moments can be compared."""

from __future__ import annotations

from typing import Any

HISTORY = ("/operations/", "/revisions/", "logging/", "/executions/", "run/releases/", "serverless-ipv4-")
"""Names of what is left by design: operations, revisions, logs, and addresses that Cloud Run holds for a while."""

SERVICE = ("template", "ingress", "labels", "traffic", "annotations")


def settable(state: dict[str, Any]) -> dict[str, Any]:
    """Full name → the fields that a person can set; history left out."""
    return {name: _fields(name, body) for name, body in state.items() if not any(part in name for part in HISTORY)}


def _fields(name: str, body: dict[str, Any]) -> dict[str, Any]:
    if "/services/" in name and name.startswith("run/"):
        return {key: body.get(key) for key in SERVICE}
    return {key: value for key, value in body.items() if key not in {"fingerprint", "etag", "updateTime"}}
