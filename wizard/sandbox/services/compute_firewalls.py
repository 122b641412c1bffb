"""Classic VPC firewall rules."""

from __future__ import annotations

import ipaddress
import re

from wizard.sandbox import quotas
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.services.compute_common import (
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

PROTOCOLS = {"tcp", "udp", "icmp", "esp", "ah", "ipip", "sctp", "all"}
DIRECTIONS = ("INGRESS", "EGRESS")
TAG = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
IDENTITY = ("id", "kind", "name", "selfLink", "creationTimestamp", "network")
"""What a change cannot change."""

WITH_PORTS = {"tcp", "udp", "sctp", "6", "17", "132"}


def _path(call: Call, name: str) -> str:
    return f"projects/{call.text('project')}/global/firewalls/{name}"


def body_of(world: World, path: str, wanted: Body) -> Body:
    """A rule as the server keeps it; `network` is a path."""
    direction = wanted.get("direction") or "INGRESS"
    filled = {"direction": direction, "priority": 1000, "disabled": False, "logConfig": {"enable": False}, **wanted}
    filled["network"] = link(wanted["network"])
    if direction == "INGRESS" and not any(
        filled.get(k) for k in ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    ):
        filled["sourceRanges"] = ["0.0.0.0/0"]
    if direction == "EGRESS" and not filled.get("destinationRanges"):
        filled["destinationRanges"] = ["0.0.0.0/0"]
    return newborn(world, "firewall", path, filled)


@changes("compute.firewalls.insert")
async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("firewallResource") or {})
    path = _path(call, str(wanted.get("name", "")))
    check_new(world, path)
    wanted["network"] = known_network(world, wanted.get("network") or "global/networks/default", call.text("project"))
    check(wanted)
    return operation(world, call, path, 8.0, body=wanted)


@completes("compute.firewalls.insert")
def inserted(world: World, arguments: Body) -> None:
    quotas.claim(world, "FIREWALLS", arguments["target"].split("/")[1])
    world.store.put(f"compute/{arguments['target']}", body_of(world, arguments["target"], arguments["body"]))


def check(wanted: Body) -> None:
    """The rules for rules (facts: 7.4)."""
    priority = int(wanted.get("priority", 1000))
    if not 0 <= priority <= 65535:
        raise invalid("priority", priority, "Must be between 0 and 65535, inclusive.")
    if bool(wanted.get("allowed")) == bool(wanted.get("denied")):
        raise ApiError(400, "Exactly one of 'allowed' and 'denied' must be specified.", reason="invalid")
    direction = wanted.get("direction") or "INGRESS"
    if direction not in DIRECTIONS:
        raise invalid("direction", direction, f"Must be one of {', '.join(DIRECTIONS)}.")
    _check_tags(wanted)
    egress = direction == "EGRESS"
    if egress and (wanted.get("sourceTags") or wanted.get("sourceServiceAccounts")):
        raise invalid(
            "sourceTags", wanted.get("sourceTags"), "Egress rules cannot have source tags or service accounts."
        )
    tags = wanted.get("sourceTags") or wanted.get("targetTags")
    accounts = wanted.get("sourceServiceAccounts") or wanted.get("targetServiceAccounts")
    if tags and accounts:
        raise ApiError(400, "Service accounts cannot be used together with tags in a firewall rule.", reason="invalid")
    for field in ("sourceRanges", "destinationRanges"):
        for index, text in enumerate(wanted.get(field) or []):
            _check_range(f"{field}[{index}]", str(text))
    for index, entry in enumerate(wanted.get("allowed") or wanted.get("denied") or []):
        _check_protocol(f"{'allowed' if wanted.get('allowed') else 'denied'}[{index}]", entry)


def _check_tags(wanted: Body) -> None:
    for field in ("sourceTags", "targetTags"):
        for index, tag in enumerate(wanted.get(field) or []):
            if not TAG.fullmatch(str(tag)):
                raise invalid(f"{field}[{index}]", tag, f"Must be a match of regex '{TAG.pattern}'")


def _check_range(field: str, text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise invalid(field, text, "Must be a valid CIDR address range.") from error


def _check_protocol(field: str, entry: Body) -> None:
    protocol = str(entry.get("IPProtocol", "")).lower()
    numeric = _is_number(protocol) and int(protocol) <= 255
    if protocol not in PROTOCOLS and not numeric:
        raise invalid(f"{field}.IPProtocol", protocol, "Must be a well known protocol or a number.")
    if entry.get("ports") and protocol not in WITH_PORTS:
        raise invalid(f"{field}.ports", entry["ports"], "Ports are only supported with TCP, UDP and SCTP.")
    for port in entry.get("ports") or []:
        first, dash, last = str(port).partition("-")
        ends = [first, last] if dash else [first]
        if not all(_is_number(end) and int(end) <= 65535 for end in ends) or int(ends[0]) > int(ends[-1]):
            raise invalid(f"{field}.ports", port, "Must be a port or a range of ports.")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@handles("compute.firewalls.get")
async def get(world: World, call: Call) -> Body:
    return found(world, _path(call, call.text("firewall")))


@handles("compute.firewalls.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/global"
    return page(
        call, "firewall", (b for _, b in world.store.look(f"compute/{place}", "firewalls")), f"{place}/firewalls"
    )


@changes("compute.firewalls.patch")
async def patch(world: World, call: Call) -> Body:
    path = _path(call, call.text("firewall"))
    body = found(world, path)
    given = call.request.get("firewallResource") or {}
    wanted = {**body, **{key: value for key, value in given.items() if key not in IDENTITY}}
    check(wanted)
    return operation(world, call, path, 8.0, body=wanted)


@changes("compute.firewalls.update")
async def update(world: World, call: Call) -> Body:
    return await patch(world, call)


@completes("compute.firewalls.patch")
@completes("compute.firewalls.update")
def patched(world: World, arguments: Body) -> None:
    kept = {key: value for key, value in arguments["body"].items() if value != []}
    world.store.put(f"compute/{arguments['target']}", kept)


@changes("compute.firewalls.delete")
async def delete(world: World, call: Call) -> Body:
    path = _path(call, call.text("firewall"))
    found(world, path)
    return operation(world, call, path, 8.0)


@completes("compute.firewalls.delete")
def deleted(world: World, arguments: Body) -> None:
    world.store.delete(f"compute/{arguments['target']}")
