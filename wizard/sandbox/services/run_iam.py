"""Who may do what with a service or job of Cloud Run: its IAM policy."""

from __future__ import annotations

import base64

from wizard.sandbox import permissions
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.services.run_common import not_found
from wizard.sandbox.world import World

CONCURRENT = "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff."

EMPTY = "ACAB"
"""The etag of a policy that nobody has set."""


@handles("run.GetIamPolicy")
async def get(world: World, call: Call) -> Body:
    return _policy(world, call.text("resource"))


@handles("run.SetIamPolicy")
async def set_(world: World, call: Call) -> Body:
    """Replace the policy; an etag that is given must be the present one."""
    resource = call.text("resource")
    before = _policy(world, resource)
    wanted = call.request.get("policy") or {}
    if wanted.get("etag") and wanted["etag"] != before["etag"]:
        raise ApiError(409, CONCURRENT, status="ABORTED")
    policy = {key: wanted[key] for key in ("bindings", "version") if wanted.get(key)}
    policy["etag"] = base64.b64encode(world.seed.randbytes(9)).decode()
    world.store.put(f"iam/{resource}", policy)
    return policy


@handles("run.TestIamPermissions")
async def test_permissions(world: World, call: Call) -> Body:
    """Those asked for that the scenario does not deny to the caller."""
    denied = permissions.denied(world, call.member)
    return {"permissions": [p for p in call.request.get("permissions") or [] if p not in denied]}


def open_to_all(world: World, resource: str) -> None:
    """Everybody may invoke it, without credentials."""
    bindings = [{"role": "roles/run.invoker", "members": ["allUsers"]}]
    etag = base64.b64encode(world.seed.randbytes(9)).decode()
    world.store.put(f"iam/{resource}", {"bindings": bindings, "etag": etag})


def forget(world: World, resource: str) -> None:
    """The resource is gone, and its policy with it."""
    world.store.delete(f"iam/{resource}")


def _policy(world: World, resource: str) -> Body:
    if world.store.get(f"run/{resource}") is None:
        raise not_found(resource)
    return world.store.get(f"iam/{resource}") or {"etag": EMPTY}
