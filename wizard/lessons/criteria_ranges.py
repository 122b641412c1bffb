"""Criteria on addresses: a range that nothing else takes, and firewall rules that are not wider than they need be."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import ClassVar

from msgspec import Struct

from wizard.lessons.criteria_state import Base, Judged, named, short
from wizard.lessons.ports import Body, Packets, State

EVERYWHERE = ("0.0.0.0/0",)


class FreeRange(Base, frozen=True, kw_only=True):
    """The range of a connector, or of its subnet: of one size, `inside` a block, and taken by nothing else.

    `beyond` are ranges that no resource of the project shows, such as those of a peered network.
    """

    EXAMPLE: ClassVar[str] = 'connector = "vpcaccess/*/connectors/shop-net", network = "my-vpc", prefix = 28'

    connector: str
    network: str
    prefix: int = 28
    inside: str = "0.0.0.0/0"
    beyond: tuple[str, ...] = ()

    def check(self) -> None:
        for text in (self.inside, *self.beyond):
            IPv4Network(text)

    def judge(self, state: State, packets: Packets) -> Judged:
        candidates = named(state, self.connector)
        if not candidates:
            return Judged(met=False, found=f"there is no connector {short(self.connector)}")
        key, body = candidates[0]
        text = range_of(state, body)
        if not text:
            return Judged(met=False, found=f"{short(key)} has no range")
        block = IPv4Network(text)
        trouble = self._trouble(state, key, block)
        return Judged(met=not trouble, found=trouble)

    def _trouble(self, state: State, key: str, block: IPv4Network) -> str:
        if block.prefixlen != self.prefix:
            return f"{block} is a /{block.prefixlen}, not a /{self.prefix}"
        if not block.subnet_of(IPv4Network(self.inside)):
            return f"{block} is not inside {self.inside}"
        own = (key, _subnet_key(state, state[key]))
        for text, words in used(state, self.network, own):
            if block.overlaps(IPv4Network(text, strict=False)):
                return f"{block} overlaps {words} ({text})"
        beyond = next((text for text in self.beyond if block.overlaps(IPv4Network(text))), "")
        return f"{block} overlaps a range of a peered network ({beyond})" if beyond else ""


def range_of(state: State, connector: Body) -> str:
    """A connector's range; one that uses a subnet has that subnet's."""
    return str(connector.get("ipCidrRange") or state.get(_subnet_key(state, connector), {}).get("ipCidrRange", ""))


def _subnet_key(state: State, connector: Body) -> str:
    name = (connector.get("subnet") or {}).get("name", "")
    region = str(connector.get("name", "////")).split("/")[3]
    return next((key for key, _ in named(state, f"compute/*/regions/{region}/subnetworks/{name}")), "") if name else ""


def used(state: State, network: str, own: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Every range that something takes in a network, and what; without the resources `own` (facts: 7.2)."""
    for key, body in sorted(state.items()):
        if key in own or str(body.get("network", "")).rsplit("/", 1)[-1] != network:
            continue
        if "/subnetworks/" in key:
            yield body["ipCidrRange"], f"subnet {short(key)}"
            for second in body.get("secondaryIpRanges") or []:
                yield second["ipCidrRange"], f"a secondary range of subnet {short(key)}"
        elif "/connectors/" in key and body.get("ipCidrRange"):
            yield body["ipCidrRange"], f"connector {short(key)}"
        elif "/addresses/" in key and body.get("prefixLength"):
            yield f"{body['address']}/{body['prefixLength']}", f"reserved range {short(key)}"
        elif "/routes/" in key and body.get("routeType") != "SUBNET" and body.get("destRange") != EVERYWHERE[0]:
            yield body["destRange"], f"route {short(key)}"


class Widest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that one allow rule may let in: from where, what, and to which machines (by tag or by address); without
    tags and addresses, to all of them."""

    sources: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    rules: tuple[str, ...]
    target_tags: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()


class NoWiderRule(Base, frozen=True, kw_only=True):
    """Each ingress allow rule of a network that is not disabled fits into one of the `widest`."""

    EXAMPLE: ClassVar[str] = (
        'network = "my-vpc", widest = [{ sources = ["10.8.0.0/28"], rules = ["tcp:6379"], target_tags = ["redis"] }]'
    )

    network: str
    widest: tuple[Widest, ...]

    def check(self) -> None:
        for one in self.widest:
            for text in (*one.sources, *one.destinations):
                IPv4Network(text)
            for rule in one.rules:
                _ports(rule)

    def judge(self, state: State, packets: Packets) -> Judged:
        for key, body in named(state, "compute/*/global/firewalls/*"):
            if str(body.get("network", "")).rsplit("/", 1)[-1] == self.network and _lets_in(body):
                problems = [_wider(body, one) for one in self.widest]
                if (0, "") not in problems:
                    nearest = max(problems, default=(1, "lets something in"))[1]
                    return Judged(met=False, found=f"rule {short(key)} {nearest}")
        return Judged(met=True)


def _lets_in(body: Body) -> bool:
    return bool(body.get("allowed")) and not body.get("disabled") and body.get("direction", "INGRESS") == "INGRESS"


def _wider(body: Body, widest: Widest) -> tuple[int, str]:
    """How a rule is wider than it may be, and how much of it fits before that; 0 and empty when it is not wider."""
    tags, accounts = set(body.get("sourceTags") or ()), body.get("sourceServiceAccounts")
    sources = body.get("sourceRanges") or (() if tags or accounts else EVERYWHERE)
    outside = [text for text in sources if not _within(text, widest.sources)]
    if outside:
        return 1, f"lets in {', '.join(outside)}"
    if accounts or not tags <= set(widest.source_tags):
        return 2, "lets in machines by tag or service account"
    opened = [text for text in _opened(body) if not any(_covers(rule, text) for rule in widest.rules)]
    if opened:
        return 3, f"opens {', '.join(opened)}"
    if not _aimed(body, widest):
        return 4, f"is not for {', '.join((*widest.target_tags, *widest.destinations))} alone"
    return 0, ""


def _aimed(body: Body, widest: Widest) -> bool:
    """Whether a rule is for the machines alone that it may be for."""
    tags, addresses = set(body.get("targetTags") or ()), body.get("destinationRanges") or ()
    if not (widest.target_tags or widest.destinations):
        return True
    by_tag = bool(tags) and tags <= set(widest.target_tags)
    return by_tag or (bool(addresses) and all(_within(text, widest.destinations) for text in addresses))


def _within(text: str, ranges: Sequence[str]) -> bool:
    block = ipaddress.ip_network(text, strict=False)
    return isinstance(block, IPv4Network) and any(block.subnet_of(IPv4Network(one)) for one in ranges)


def _opened(body: Body) -> Iterator[str]:
    for layer in body.get("allowed") or ():
        protocol = str(layer.get("IPProtocol", "all")).lower()
        for ports in layer.get("ports") or ("",):
            yield f"{protocol}:{ports}" if ports else protocol


def _covers(rule: str, opened: str) -> bool:
    """Whether `tcp:80-90` opens all that `tcp:85` does; `all` and `tcp` mean every port."""
    (protocol, first, last), (other, least, most) = _ports(rule), _ports(opened)
    return protocol in ("all", other) and first <= least and most <= last


def _ports(rule: str) -> tuple[str, int, int]:
    protocol, _, ports = rule.partition(":")
    first, _, last = ports.partition("-")
    return protocol, int(first or 0), int(last or first or 65535)
