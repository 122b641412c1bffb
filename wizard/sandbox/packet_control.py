"""What becomes of one packet, asked through the control API: the gateway decides, as it does for a live connection.

Lessons and tests are graded with this; nothing of the wizard's own evaluator takes part.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.control_body import body_of
from wizard.sandbox.gateway import decide
from wizard.sandbox.world import World

EGRESS = {"private-ranges-only": "PRIVATE_RANGES_ONLY", "all-traffic": "ALL_TRAFFIC"}
PROTOCOLS = ("tcp", "udp", "icmp")
SENDERS = ("service", "job", "connector", "subnet")

KEYS: dict[str, tuple[type, ...]] = {"from": (dict,), "to": (str,), "port": (int,), "protocol": (str,)}
EXAMPLE = 'for example {"from": {"service": "my-service"}, "to": "10.0.0.3", "port": 6379}'

Handler = Callable[[web.Request], Awaitable[web.Response]]


def packet_handler(world: Callable[[], World]) -> Handler:
    """Answers `POST /_sandbox/packet`: `from`, `to` (an address), `port`, `protocol` (tcp unless told otherwise).

    `from` names one sender: `service` or `job` with the settings of its template, or as if there were one behind a
    `connector` or in a `subnet`, with `egress` and `tags`; `region` where it is not the scenario's. The reply has the
    gateway's verdict (`deliver`, `refuse`, `drop`, `no_route`) and its trail; `no_sender` where nobody sends at all.
    """

    async def packet(request: web.Request) -> web.Response:
        body = await body_of(request, **KEYS)
        here = world()
        here.settle()
        key, access, region = _sender(here, body.get("from"))
        address, port, protocol = _destination(body)
        if here.store.get(key) is None:
            return web.json_response({"verdict": "no_sender", "trail": [f"there is no {key.split('/', 1)[1]}"]})
        found = decide(here, access, region, address, port, protocol)
        return web.json_response({"verdict": found.verdict, "trail": list(found.trail)})

    return packet


def _destination(body: Body) -> tuple[str, int, str]:
    protocol, port = body.get("protocol", "tcp"), body.get("port", 0)
    if protocol not in PROTOCOLS:
        raise ApiError(400, f"protocol: {protocol!r} is not one of {', '.join(PROTOCOLS)}; {EXAMPLE}")
    if not (0 < port < 65536 or protocol == "icmp"):
        raise ApiError(400, f"port: {port!r} is not a number from 1 to 65535; {EXAMPLE}")
    try:
        return str(ipaddress.IPv4Address(str(body.get("to")))), port, protocol
    except ValueError:
        raise ApiError(400, f"to: {body.get('to')!r} is not an IPv4 address; {EXAMPLE}") from None


def _sender(world: World, given: Body | None) -> tuple[str, Body, str]:
    """The store's key of what sends, its `vpcAccess`, and its region."""
    if given is None or sum(kind in given for kind in SENDERS) != 1:
        raise ApiError(400, f"from: names one of {', '.join(SENDERS)}; {EXAMPLE}")
    unknown = set(given) - {*SENDERS, "egress", "tags", "region"}
    if unknown:
        raise ApiError(400, f"from: {sorted(unknown)[0]!r} is not understood; {EXAMPLE}")
    kind = next(kind for kind in SENDERS if kind in given)
    name, region = str(given[kind]), str(given.get("region") or world.scenario.project.region)
    place = f"projects/{world.project}/locations/{region}"
    if kind in ("service", "job"):
        key = f"run/{place}/{kind}s/{name}"
        return key, _template(world, key, job=kind == "job").get("vpcAccess") or {}, region
    egress = EGRESS.get(str(given.get("egress", "private-ranges-only")))
    if egress is None:
        raise ApiError(400, f"from: egress is one of {', '.join(EGRESS)}; {EXAMPLE}")
    if kind == "connector":
        path = f"{place}/connectors/{name}"
        return f"vpcaccess/{path}", {"egress": egress, "connector": path}, region
    path = f"projects/{world.project}/regions/{region}/subnetworks/{name}"
    interface = {"subnetwork": path, "tags": [str(tag) for tag in given.get("tags") or []]}
    return f"compute/{path}", {"egress": egress, "networkInterfaces": [interface]}, region


def _template(world: World, key: str, *, job: bool) -> Body:
    """A job's template has the template of its tasks inside."""
    template: Body = (world.store.get(key) or {}).get("template") or {}
    inner: Body = template.get("template") or {}
    return inner if job else template
