"""Which permissions a method needs, and how the real APIs word it when one is missing.

Compute's permissions follow its methods (`compute.firewalls.insert` needs `compute.firewalls.create`); the others and
the exceptions stand in `permissions.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.sandbox.api import ApiError, Call

if TYPE_CHECKING:
    from wizard.sandbox.world import World

ASKS_ABOUT_PERMISSIONS = "testiampermissions"


def needed(call: Call, resource: str) -> list[str]:
    """The permissions that a call needs; none where nothing is known."""
    data = _data()
    *_, word = call.method.split(".")
    if call.method in data["by_collection"]:
        parts = resource.split("/")
        return [f"run.{parts[-2]}.{data['by_collection'][call.method]}"] if len(parts) > 1 else []
    if call.method in data["methods"]:
        return list(data["methods"][call.method])
    if word.lower() == ASKS_ABOUT_PERMISSIONS or not call.method.startswith("compute."):
        return []
    stem = call.method.removesuffix(word)
    return [stem + data["compute_words"].get(word, word), *data["also"].get(call.method, [])]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("permissions.toml").read_text(encoding="utf-8"))


def denied(world: World, member: str) -> set[str]:
    """The permissions that the scenario denies to a member (an entry without a member holds for everybody)."""
    return {p for entry in world.scenario.permissions if entry.member in ("", member) for p in entry.denied}


def check(world: World, call: Call, resource: str) -> None:
    """Refuse a call whose permission is denied, in the wording of its API. Raises ApiError(403)."""
    missing = denied(world, call.member)
    for permission in needed(call, resource) if missing else ():
        if permission in missing:
            raise refusal(call, permission, resource)


def unknown_project(call: Call, resource: str, project: str) -> ApiError:
    """What a call about a project that does not exist is answered with. Compute says so; others do not tell."""
    if call.method.startswith("compute."):
        return ApiError(404, f"The resource 'projects/{project}' was not found", reason="notFound")
    return refusal(call, next(iter(needed(call, resource)), "resourcemanager.projects.get"), resource)


def refusal(call: Call, permission: str, resource: str) -> ApiError:
    """What a caller without this permission is answered, in the wording of the method's API."""
    api = call.method.partition(".")[0]
    if api == "compute":
        of = f"projects/{call.text('project')}" if permission.endswith(".list") else resource
        return ApiError(403, f"Required '{permission}' permission for '{of}'", reason="forbidden")
    if api == "dns":
        return ApiError(403, "Forbidden", reason="forbidden")
    if api == "run":
        return ApiError(403, f"Permission '{permission}' denied on resource '{resource}' (or resource may not exist).")
    of = f"//{api}.googleapis.com/{call.text('parent', resource)}"
    return ApiError(403, f"Permission '{permission}' denied on resource '{of}' (or it may not exist).")
