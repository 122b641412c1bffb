"""Cloud Routers with their NAT gateways."""

from __future__ import annotations

from wizard.sandbox.api import Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    NAME,
    NAME_RULE,
    aggregated,
    changes,
    check_new,
    found,
    invalid,
    known_network,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.world import World

CHANGEABLE = ("bgp", "bgpPeers", "description", "interfaces", "nats")
IDENTITY = ("name", "network", "region")


def _path(call: Call, name: str) -> str:
    return f"projects/{call.text('project')}/regions/{call.text('region')}/routers/{name}"


def body_of(world: World, path: str, wanted: Body) -> Body:
    """A router as the server keeps it; `network` is a path."""
    filled = {**wanted, "network": link(wanted["network"]), "encryptedInterconnectRouter": False}
    filled["region"] = link(path.split("/routers/")[0])
    filled["nats"] = [_nat(path, nat) for nat in wanted.get("nats") or []]
    if not filled["nats"]:
        del filled["nats"]
    return newborn(world, "router", path, filled)


def _nat(path: str, wanted: Body) -> Body:
    region = path.split("/routers/")[0]
    subnets = [{**s, "name": link(_subnet(region, str(s.get("name", ""))))} for s in wanted.get("subnetworks") or []]
    defaults: Body = {
        "endpointTypes": ["ENDPOINT_TYPE_VM"],
        "type": "PUBLIC",
        "enableEndpointIndependentMapping": False,
        "effectiveTcpTimeWaitTimeoutSec": 120,
    }
    if wanted.get("type") == "PRIVATE":
        defaults["enableDynamicPortAllocation"] = True
    return {**defaults, **wanted, **({"subnetworks": subnets} if subnets else {})}


def _subnet(region: str, name: str) -> str:
    path = link_path(name)
    return path if path.startswith("projects/") else f"{region}/subnetworks/{path.rsplit('/', 1)[-1]}"


def _check(world: World, path: str, nats: list[Body]) -> None:
    """A NAT gateway names subnets that exist; a connector's hidden subnet is none of them (facts: trap 10)."""
    region = path.split("/routers/")[0]
    names = [str(nat.get("name", "")) for nat in nats]
    for index, nat in enumerate(nats):
        if not NAME.fullmatch(names[index]) or names[index] in names[:index]:
            why = "Must be unique within the router." if names[index] in names[:index] else NAME_RULE
            raise invalid(f"nats[{index}].name", names[index], why)
        for number, subnet in enumerate(nat.get("subnetworks") or []):
            wanted = _subnet(region, str(subnet.get("name", "")))
            if world.store.get(f"compute/{wanted}") is None:
                field = f"nats[{index}].subnetworks[{number}].name"
                raise invalid(field, link(wanted), "The referenced subnetwork resource cannot be found.")


@changes("compute.routers.insert")
async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("routerResource") or {})
    path = _path(call, str(wanted.get("name", "")))
    check_new(world, path)
    wanted["network"] = known_network(world, wanted.get("network"), call.text("project"))
    _check(world, path, wanted.get("nats") or [])
    return operation(world, call, path, 10.0, body=wanted)


@completes("compute.routers.insert")
def inserted(world: World, arguments: Body) -> None:
    world.store.put(f"compute/{arguments['target']}", body_of(world, arguments["target"], arguments["body"]))


@changes("compute.routers.patch")
@changes("compute.routers.update")
async def change(world: World, call: Call) -> Body:
    """A patch changes the fields that it has (`nats` as a whole; prior art, 1.4), an update all that can be changed."""
    path = _path(call, call.text("router"))
    body = found(world, path)
    wanted = dict(call.request.get("routerResource") or {})
    fixed = [field for field in IDENTITY if field in wanted and not _same(wanted[field], body[field])]
    if fixed:
        raise invalid(fixed[0], wanted[fixed[0]], "This field of a router cannot be changed.")
    _check(world, path, wanted.get("nats") or [])
    change = {key: wanted[key] for key in CHANGEABLE if key in wanted}
    if call.method.endswith(".update"):
        change = {key: wanted.get(key) for key in CHANGEABLE}
    return operation(world, call, path, 10.0, body=change)


def _same(given: object, kept: object) -> bool:
    return link_path(str(given)).rsplit("/", 1)[-1] == link_path(str(kept)).rsplit("/", 1)[-1]


@completes("compute.routers.patch")
@completes("compute.routers.update")
def changed(world: World, arguments: Body) -> None:
    path, wanted = arguments["target"], arguments["body"]
    body = {**found(world, path), **wanted}
    if wanted.get("nats"):
        body["nats"] = [_nat(path, nat) for nat in wanted["nats"]]
    kept = {key: value for key, value in body.items() if value is not None and value != []}
    world.store.put(f"compute/{path}", kept)


@handles("compute.routers.get")
async def get(world: World, call: Call) -> Body:
    return found(world, _path(call, call.text("router")))


@handles("compute.routers.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/regions/{call.text('region')}"
    return page(call, "router", (b for _, b in world.store.children(f"compute/{place}", "routers")), f"{place}/routers")


@handles("compute.routers.aggregatedList")
async def list_all(world: World, call: Call) -> Body:
    return aggregated(world, call, "routers", "router")


@handles("compute.routers.getRouterStatus")
async def status(world: World, call: Call) -> Body:
    """The dynamic routes of the scenario (`next_hop = "bgp"`) as best routes of the router's network."""
    body = await get(world, call)
    short = body["network"].rsplit("/", 1)[-1]
    learned = [r for r in world.scenario.routes if r.network == short and r.next_hop == "bgp"]
    routes = [{"destRange": r.range, "priority": r.priority, "network": body["network"]} for r in learned]
    result = {"network": body["network"], "bestRoutes": routes, "bestRoutesForRouter": routes}
    return {"kind": "compute#routerStatusResponse", "result": result}


@changes("compute.routers.delete")
async def delete(world: World, call: Call) -> Body:
    path = _path(call, call.text("router"))
    found(world, path)
    return operation(world, call, path, 8.0)


@completes("compute.routers.delete")
def deleted(world: World, arguments: Body) -> None:
    world.store.delete(f"compute/{arguments['target']}")
