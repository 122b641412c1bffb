"""What the resources of Cloud Run v2 have in common: identity, etag, conditions, errors."""

from __future__ import annotations

import base64
import calendar
import re
import time
import uuid

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

ID = re.compile(r"[a-z]([-a-z0-9]{0,47}[a-z0-9])?")
PROTO = "type.googleapis.com/google.cloud.run.v2."
LETTERS = "abcdefghijklmnopqrstuvwxyz"

KINDS = {
    "services": "SERVICE",
    "revisions": "REVISION",
    "jobs": "JOB",
    "executions": "EXECUTION",
    "tasks": "TASK",
}
"""Cloud Run's words for its collections."""

REASON_FIELDS = {
    "HEALTH_CHECK_CONTAINER_ERROR": "revisionReason",
    "NON_ZERO_EXIT_CODE": "executionReason",
    "CANCELLED": "executionReason",
}
"""The field of a condition that has the reason, by the enum the reason is in; `reason` when not listed."""


def base36(world: World, length: int) -> str:
    """A random word as Cloud Run puts it behind the name of a revision; the same for the same history."""
    later = LETTERS + "0123456789"
    return "".join(world.seed.choice(later if i else LETTERS) for i in range(length))


def etag(update_time: str, name: str) -> str:
    """The etag of a run resource: update time as a protobuf Timestamp and the name, both base64 (prior art, 1.4)."""
    moment, _, fraction = update_time.rstrip("Z").partition(".")
    seconds = calendar.timegm(time.strptime(moment, "%Y-%m-%dT%H:%M:%S"))
    nanos = int((fraction or "0").ljust(9, "0"))
    stamp = b"\x08" + _varint(seconds) + (b"\x10" + _varint(nanos) if nanos else b"")
    return '"' + "/".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (stamp, name.encode())) + '"'


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def touched(world: World, body: Body) -> Body:
    """The body with a new update time and the etag that goes with it."""
    now = world.timestamp()
    return {**body, "updateTime": now, "etag": etag(now, body["name"])}


def newborn(world: World, name: str, wanted: Body) -> Body:
    """A body with the identity that the server gives."""
    body = {
        **wanted,
        "name": name,
        "uid": str(uuid.UUID(int=world.seed.getrandbits(128), version=4)),
        "generation": "1",
        "createTime": world.timestamp(),
    }
    return touched(world, body)


def authored(world: World, name: str, wanted: Body, member: str) -> Body:
    """The same for what a person creates: with author and launch stage. `member` is `user:EMAIL`."""
    email = address(member)
    stage = {"launchStage": wanted.get("launchStage") or "GA"}
    return newborn(world, name, {**wanted, **stage, "creator": email, "lastModifier": email})


def address(member: str) -> str:
    """The e-mail address of an IAM member."""
    return member.partition(":")[2] or member


def condition(kind: str, state: str, world: World, *, reason: str = "", message: str = "") -> Body:
    """A condition of type `kind`; the reason goes into the field of its enum."""
    body = {"type": kind, "state": state, "lastTransitionTime": world.timestamp()}
    if state == "CONDITION_FAILED":
        body["severity"] = "ERROR"
    if reason:
        body[REASON_FIELDS.get(reason, "reason")] = reason
    return {**body, **({"message": message} if message else {})}


def default_account(world: World, name: str) -> str:
    """The account with which a resource of this full name runs unless told otherwise."""
    return f"{projects.numbered(world, projects.owner(name))}-compute@developer.gserviceaccount.com"


def check_etag(given: object, body: Body) -> None:
    """Refuse a stale etag (ABORTED)."""
    if given and given != body["etag"]:
        name = body["name"].rsplit("/", 1)[-1]
        message = (
            f"Conflict for resource '{name}': version '{given}' was specified but current version is '{body['etag']}'."
        )
        raise ApiError(409, message, status="ABORTED")


def not_found(name: str) -> ApiError:
    """The 404 of a resource by its full name, in Cloud Run's wording (prior art, 1.4)."""
    parts = [*name.split("/"), "", "", ""]
    kind = KINDS.get(parts[-5], "RESOURCE")
    where = f"in region '{parts[3]}' in project '{parts[1]}'"
    return ApiError(404, f"Resource '{parts[-4]}' of kind '{kind}' {where} does not exist.")


def found(world: World, name: str, collection: str) -> Body:
    """The body of a resource of this collection. Raises ApiError(404)."""
    body = world.store.get(f"run/{name}")
    if body is None or name.split("/")[-2] != collection:
        raise not_found(name)
    return body


def location(name: str) -> str:
    """`projects/P/locations/R` of a full name."""
    return "/".join(name.split("/")[:4])
