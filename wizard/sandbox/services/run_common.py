"""What services, revisions and jobs of Cloud Run v2 have in common: identity, etag, conditions, template checks."""

from __future__ import annotations

import base64
import calendar
import random
import re
import time
import uuid

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

ID = re.compile(r"[a-z]([-a-z0-9]{0,47}[a-z0-9])?")
CONNECTOR = re.compile(r"projects/[^/]+/locations/[^/]+/connectors/[^/]+")
SYSTEM_ANNOTATIONS = (
    "run.googleapis.com/",
    "serving.knative.dev/",
    "cloud.googleapis.com/",
    "autoscaling.knative.dev/",
)
PROTO = "type.googleapis.com/google.cloud.run.v2."


def base36(world: World, length: int) -> str:
    """A random word as Cloud Run puts it behind the name of a revision; the same for the same history."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    seed: random.Random = world.seed
    return "".join(seed.choice(letters[:26] if i == 0 else letters) for i in range(length))


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


def newborn(world: World, name: str, wanted: Body, member: str) -> Body:
    """A body with the identity that the server gives."""
    now = world.timestamp()
    body = {
        **wanted,
        "name": name,
        "uid": str(uuid.UUID(int=world.seed.getrandbits(128), version=4)),
        "generation": "1",
        "createTime": now,
        "creator": member,
        "lastModifier": member,
        "launchStage": wanted.get("launchStage") or "GA",
        "satisfiesPzs": True,
    }
    return touched(world, body)


def condition(kind: str, state: str, world: World, *, reason: str = "", message: str = "") -> Body:
    """A condition; `reason` goes into the field that Cloud Run uses for revisions and for executions."""
    body = {"type": kind, "state": state, "lastTransitionTime": world.timestamp()}
    if state == "CONDITION_FAILED":
        body["severity"] = "ERROR"
    if reason:
        body["executionReason" if kind in ("Completed", "Started") else "revisionReason"] = reason
    return {**body, **({"message": message} if message else {})}


def default_account(world: World) -> str:
    return f"{world.scenario.project.number}-compute@developer.gserviceaccount.com"


def check_etag(given: object, body: Body) -> None:
    """Refuse a stale etag (ABORTED)."""
    if given and given != body["etag"]:
        name = body["name"].rsplit("/", 1)[-1]
        message = (
            f"Conflict for resource '{name}': version '{given}' was specified but current version is '{body['etag']}'."
        )
        raise ApiError(409, message, status="ABORTED")


def check_template(prefix: str, template: Body, annotations: Body) -> None:
    """What is refused at the request; `prefix` is the path in the error, such as `CreateServiceRequest.service`."""
    for key in annotations:
        if key.startswith(SYSTEM_ANNOTATIONS):
            raise ApiError(400, f"Violation in {prefix}.annotations: system annotations are not supported: {key}.")
    containers = template.get("containers") or []
    if not containers or not containers[0].get("image"):
        raise ApiError(400, f"Violation in {prefix}.template.containers[0].image: must not be empty.")
    _check_vpc(f"{prefix}.template.vpc_access", template.get("vpcAccess") or {})
    for index, variable in enumerate(containers[0].get("env") or []):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.\-]*", str(variable.get("name", ""))):
            raise ApiError(400, f"Violation in {prefix}.template.containers[0].env[{index}].name: invalid name.")


def _check_vpc(path: str, access: Body) -> None:
    if not access:
        return
    connector, interfaces = access.get("connector"), access.get("networkInterfaces") or []
    if bool(connector) == bool(interfaces):
        text = f"Violation in {path}.connector: one and only one of connector and network_interfaces must be set."
        raise ApiError(400, text)
    if connector and not CONNECTOR.fullmatch(str(connector)):
        raise ApiError(400, f"Violation in {path}.connector: must be in form projects/*/locations/*/connectors/*.")
    if len(interfaces) > 1:
        raise ApiError(400, f"Violation in {path}.network_interfaces: only 1 network interface is allowed.")
    if interfaces and not interfaces[0].get("network") and not interfaces[0].get("subnetwork"):
        text = f"Violation in {path}.network_interfaces[0]: at least one of network or subnetwork should not be empty."
        raise ApiError(400, text)


def missing_secret(world: World, template: Body, project: str) -> str:
    """The first secret that the template refers to and that does not exist, or empty."""
    for container in template.get("containers") or []:
        for variable in container.get("env") or []:
            reference = ((variable.get("valueSource") or {}).get("secretKeyRef") or {}).get("secret", "")
            if reference and world.store.get(secret_key(reference, project)) is None:
                return str(reference)
    return ""


def secret_key(reference: str, project: str) -> str:
    """The store's key of a secret named short or in full."""
    return f"secretmanager/projects/{project}/secrets/{reference.rsplit('/', 1)[-1]}"
