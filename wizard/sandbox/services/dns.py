"""Cloud DNS v1: the zones of the scenario and their records. Read-only."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.dns_zones import Zone, zones
from wizard.sandbox.projects import network_path
from wizard.sandbox.services.compute_common import link
from wizard.sandbox.world import World

LARGEST_PAGE = 100
PRIVATE_SERVER, PUBLIC_SERVER = "ns-gcp-private.googledomains.com.", "ns-cloud-a1.googledomains.com."
APEX_TTL, TTL = 21600, 300


@handles("dns.managedZones.get")
async def get(world: World, call: Call) -> Body:
    return _zone(world, call)


@handles("dns.managedZones.list")
async def list_(world: World, call: Call) -> Body:
    place = f"dns/projects/{call.text('project')}"
    wanted = call.text("dnsName")
    bodies = [b for _, b in world.store.children(place, "managedZones") if wanted in ("", b["dnsName"])]
    return _page(call, "dns#managedZonesListResponse", "managedZones", bodies)


@handles("dns.resourceRecordSets.list")
async def list_records(world: World, call: Call) -> Body:
    name, type_ = call.text("name"), call.text("type")
    if type_ and not name:
        raise ApiError(400, "The 'parameters.type' parameter requires 'parameters.name'.", reason="invalid")
    kept = world.store.get(f"dns/projects/{call.text('project')}/recordSets/{_zone(world, call)['name']}") or {}
    sets = [s for s in kept["rrsets"] if name in ("", s["name"]) and type_ in ("", s["type"])]
    return _page(call, "dns#resourceRecordSetsListResponse", "rrsets", sets)


def _zone(world: World, call: Call) -> Body:
    """The zone of a call, by name or id; 404 in the API's wording."""
    given = call.text("managedZone")
    for _, body in world.store.children(f"dns/projects/{call.text('project')}", "managedZones"):
        if given in (body["name"], body["id"]):
            return body
    raise ApiError(404, f"The 'parameters.managedZone' resource named '{given}' does not exist.", reason="notFound")


def _page(call: Call, kind: str, field: str, bodies: list[Body]) -> Body:
    token = call.text("pageToken") or "0"
    size = int(call.request.get("maxResults") or LARGEST_PAGE)
    if not (token.isascii() and token.isdigit()) or size < 1:
        raise ApiError(400, "Invalid value for a parameter of the list.", reason="invalid")
    end = int(token) + min(size, LARGEST_PAGE)
    more = {"nextPageToken": str(end)} if end < len(bodies) else {}
    return {"kind": kind, field: bodies[int(token) : end], **more}


def seed(world: World) -> None:
    """The zones of the scenario; private ones are visible to every network."""
    names: set[str] = set()
    for zone in zones(world.scenario):
        name = _free(names, zone.dns.replace(".", "-") + ("" if zone.private else "-public"))
        names.add(name)
        place = f"dns/projects/{world.project}"
        world.store.put(f"{place}/managedZones/{name}", _body(world, name, zone))
        world.store.put(f"{place}/recordSets/{name}", {"rrsets": list(_sets(zone))})


def _free(taken: set[str], name: str) -> str:
    """A zone's name; the scenario may have several zones of one domain."""
    numbered = (f"{name}-{number}" if number else name for number in range(len(taken) + 1))
    return next(one for one in numbered if one not in taken)


def _body(world: World, name: str, zone: Zone) -> Body:
    body: Body = {
        "kind": "dns#managedZone",
        "name": name,
        "dnsName": f"{zone.dns}.",
        "description": "",
        "id": str(int.from_bytes(sha256(name.encode()).digest()[:8], "big")),
        "nameServers": [PRIVATE_SERVER if zone.private else PUBLIC_SERVER],
        "creationTime": world.timestamp(),
        "visibility": "private" if zone.private else "public",
    }
    if zone.private:
        urls = [link(network_path(world, n.name)) for n in world.scenario.networks]
        kind = "dns#managedZonePrivateVisibilityConfig"
        visible = [{"kind": f"{kind}Network", "networkUrl": url} for url in urls]
        body["privateVisibilityConfig"] = {"kind": kind, "networks": visible}
    return body


def _sets(zone: Zone) -> Iterator[Body]:
    """The record sets, with the two that every zone has at its top."""
    server = PRIVATE_SERVER if zone.private else PUBLIC_SERVER
    start = f"{server} cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300"
    yield _set(zone.dns, "NS", APEX_TTL, server)
    yield _set(zone.dns, "SOA", APEX_TTL, start)
    for name, address in sorted(zone.records.items()):
        yield _set(name, "A", TTL, address)


def _set(name: str, type_: str, ttl: int, value: str) -> Body:
    return {"kind": "dns#resourceRecordSet", "name": f"{name}.", "type": type_, "ttl": ttl, "rrdatas": [value]}
