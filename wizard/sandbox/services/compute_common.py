"""What the resources of Compute Engine v1 share: links, identity, operations, paged lists with filters.

Shapes and texts: prior art, 1.4 and 1.5 (bodies recorded on the real service).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone

from wizard.sandbox.api import ApiError, Body, Call, Handler, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_filter import compile_filter
from wizard.sandbox.world import World

ROOT = "https://www.googleapis.com/compute/v1/"
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
NAME_RULE = "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'"
PACIFIC = timezone(timedelta(hours=-8))
LARGEST_PAGE = 500
NAMED_IN_FULL = ("compute.networks.patch", "compute.routers.patch")
"""Methods whose operations carry the full name as their type (prior art, 1.4)."""

ERROR_KEYS = {400: "BAD REQUEST", 403: "FORBIDDEN", 404: "NOT FOUND", 409: "CONFLICT", 500: "INTERNAL SERVER ERROR"}


def link(path: str) -> str:
    """The full URL of `projects/P/…`."""
    return ROOT + path


def stamp(world: World) -> str:
    """`2026-11-22T02:10:00.123-08:00`."""
    moment = datetime.fromtimestamp(world.clock.now(), UTC).astimezone(PACIFIC)
    return moment.isoformat(timespec="milliseconds")


def number(world: World) -> str:
    """A new resource id: a decimal string."""
    return str(world.seed.getrandbits(62) | 1 << 61)


def fingerprint(world: World) -> str:
    return base64.urlsafe_b64encode(world.seed.getrandbits(64).to_bytes(8, "big")).decode()


def newborn(world: World, kind: str, path: str, body: Body) -> Body:
    """A resource with the identity that the server gives; `path` is `projects/P/…/NAME`."""
    return {
        "kind": f"compute#{kind}",
        "id": number(world),
        "creationTimestamp": stamp(world),
        **body,
        "name": path.rsplit("/", 1)[-1],
        "selfLink": link(path),
    }


def network_path(world: World, given: object, project: str) -> str:
    """`projects/P/global/networks/N` of a short name, partial or full URL."""
    text = link_path(str(given or ""))
    return (
        text
        if "/" in text and text.startswith("projects/")
        else f"projects/{project}/global/networks/{text.rsplit('/', 1)[-1]}"
    )


def known_network(world: World, given: object, project: str) -> str:
    """The same; refused when there is no such network."""
    path = network_path(world, given, project)
    if world.store.get(f"compute/{path}") is None:
        raise invalid("network", link(path), "The referenced network resource cannot be found.")
    return path


def found(world: World, path: str) -> Body:
    """A resource's body; 404 in compute's wording."""
    body = world.store.get(f"compute/{path}")
    if body is None:
        raise ApiError(404, f"The resource '{path}' was not found", reason="notFound")
    return body


def check_new(world: World, path: str) -> None:
    """The name is well formed and free."""
    name = path.split("/", 4 if path.split("/")[2] == "global" else 5)[-1]
    if not NAME.fullmatch(name):
        raise invalid("name", name, NAME_RULE)
    if world.store.get(f"compute/{path}") is not None:
        raise ApiError(409, f"The resource '{path}' already exists", reason="alreadyExists")


def invalid(field: str, value: object, why: str) -> ApiError:
    """A 400 in compute's wording for a field of the resource."""
    return ApiError(400, f"Invalid value for field 'resource.{field}': '{value}'. {why}", reason="invalid")


def changes(method: str) -> Callable[[Handler], Handler]:
    """Register the handler of a method that starts an operation; a repeated requestId answers with the same one."""

    def register(handler: Handler) -> Handler:
        async def once(world: World, call: Call) -> Body:
            return _repeated(world, call) or await handler(world, call)

        handles(method)(once)
        return handler

    return register


def _repeated(world: World, call: Call) -> Body | None:
    """The operation that an earlier call of this method with the same requestId started."""
    _, collection, kind = call.method.split(".")
    resources = collection.removeprefix("global").lower()
    scope = f"regions/{call.text('region')}" if call.text("region") else "global"
    request = call.text("requestId")
    if not request:
        return None
    for key, other in world.store.look(f"compute/projects/{call.text('project')}/{scope}", "operations"):
        same = other.get("clientOperationId") == request and other["operationType"].rsplit(".", 1)[-1] == kind
        if same and other["targetLink"].split("/")[-2].lower() == resources:
            return world.store.get(key)
    return None


def operation(world: World, call: Call, target: str, usual: float, **arguments: object) -> Body:
    """Accept a change of `target`, which its completion makes after `usual` simulated seconds; its operation."""
    parts = target.split("/")
    place = "/".join(parts[:3]) if parts[2] == "global" else "/".join(parts[:4])
    request = call.text("requestId")
    now = world.clock.now()
    ends = (f"{world.seed.getrandbits(32):08x}" for _ in range(2))
    name = "-".join(("operation", str(int(now * 1000)), f"{int(now * 1e6):x}", *ends))
    path = f"{place}/operations/{name}"
    started = stamp(world)
    body: Body = {
        "kind": "compute#operation",
        "id": number(world),
        "name": name,
        "operationType": call.method if call.method in NAMED_IN_FULL else call.method.rsplit(".", 1)[-1],
        "targetLink": link(target),
        "targetId": str((world.store.get(f"compute/{target}") or {}).get("id") or number(world)),
        "status": "RUNNING",
        "user": call.member.partition(":")[2] or call.member,
        "progress": 0,
        "insertTime": started,
        "startTime": started,
        "selfLink": link(path),
    }
    if request:
        body["clientOperationId"] = request
    if parts[2] == "regions":
        body["region"] = link("/".join(parts[:4]))
    world.store.put(f"compute/{path}", body)
    world.schedule(f"compute/{path}", call.method, {"target": target, **arguments}, usual)
    return body


def finish(world: World, body: Body, response: Body | None, error: ApiError | None) -> None:
    """Write the end of an operation: DONE, with the error inside (an HTTP error of its own it never is)."""
    body |= {"status": "DONE", "progress": 100, "endTime": stamp(world)}
    if error is not None:
        code = {"resourceInUseByAnotherResource": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE"}.get(error.reason, error.reason)
        body["error"] = {"errors": [{"code": code or "INTERNAL_ERROR", "message": error.message}]}
        body["httpErrorStatusCode"] = error.http
        body["httpErrorMessage"] = ERROR_KEYS.get(error.http, "BAD REQUEST")


def in_use(what: str, path: str, by: str) -> ApiError:
    """The error with which the deletion of something in use ends, inside its operation."""
    message = f"The {what} resource '{path}' is already being used by '{by}'"
    return ApiError(400, message, reason="resourceInUseByAnotherResource")


def page(call: Call, kind: str, bodies: Iterable[Body], self_path: str) -> Body:
    """A list reply with filter and paging."""
    kept = list(filter(compile_filter(call.text("filter")), bodies))
    start, size = _window(call)
    reply: Body = {"kind": f"compute#{kind}List", "id": self_path, "items": kept[start : start + size]}
    reply["selfLink"] = link(self_path)
    if start + size < len(kept):
        reply["nextPageToken"] = str(start + size)
    return reply


def _window(call: Call) -> tuple[int, int]:
    """Where the page asked for starts, and its size. Raises ApiError(400) for a token that this API never gave."""
    token = call.text("pageToken") or "0"
    if not (token.isascii() and token.isdigit()):
        text = f"Invalid value for field 'pageToken': '{token}'. The page token is invalid."
        raise ApiError(400, text, reason="invalid")
    return int(token), min(int(call.request.get("maxResults") or LARGEST_PAGE), LARGEST_PAGE)


def aggregated(world: World, call: Call, collection: str, kind: str) -> Body:
    """An aggregated list: items by scope (`regions/R`, `zones/Z`, `global`)."""
    project = call.text("project")
    keys = [k for k in world.store.keys(f"compute/projects/{project}/") if k.split("/")[-2] == collection]
    passes = compile_filter(call.text("filter"))
    wanted = [k for k in keys if passes(world.store.get(k) or {})]
    start, size = _window(call)
    items: dict[str, Body] = {}
    for key in wanted[start : start + size]:
        scope = "/".join(key.split("/")[3:-2])
        items.setdefault(scope, {collection: []})[collection].append(world.store.get(key) or {})
    if call.request.get("includeAllScopes") or not items:
        warning = {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for this scope on this page."}
        items.setdefault(f"regions/{world.scenario.project.region}", {"warning": warning})
    path = f"projects/{project}/aggregated/{collection}"
    reply: Body = {"kind": f"compute#{kind}AggregatedList", "id": path, "items": items, "selfLink": link(path)}
    if start + size < len(wanted):
        reply["nextPageToken"] = str(start + size)
    return reply
