"""What each egress mode sends into the VPC network: the first hop of every connection of a Cloud Run service."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from functools import cache

from msgspec import Struct

from wizard.errors import InputError
from wizard.network.address_rules import Block
from wizard.network.data import load
from wizard.network.intervals import parse_found

PRIVATE_RANGES_ONLY, ALL_TRAFFIC = "private-ranges-only", "all-traffic"


class Way(StrEnum):
    """Where the first hop leads; `by_address` means that it depends on what the name resolves to."""

    VPC = "vpc"
    INTERNET = "internet"
    BY_ADDRESS = "by_address"


class FirstHop(Struct, frozen=True, kw_only=True):
    """Where a destination's packets go, why, and what else has to be true for them to arrive (empty: nothing)."""

    way: Way
    reason: str
    needs: str = ""


class _Modes(Struct, frozen=True):
    date: str
    source: str
    internal_suffixes: tuple[str, ...]
    google_api_suffixes: tuple[str, ...]
    run_suffixes: tuple[str, ...]
    to_vpc: tuple[Block, ...]


@cache
def _modes() -> _Modes:
    return load("wizard.network", "egress_modes.toml", _Modes)


def first_hop(host: str, mode: str, *, private_zones: Collection[str] = ()) -> FirstHop:
    """Where a connection to `host`, an IPv4 address or a name, goes under an egress mode (`""` is the default mode).

    `private_zones` are the DNS names of private zones of the network, such as `corp.example.`. Raises InputError for
    a mode that does not exist.
    """
    if mode not in ("", PRIVATE_RANGES_ONLY, ALL_TRAFFIC):
        raise InputError(
            f"egress {mode[:40]!a}: must be {PRIVATE_RANGES_ONLY} or {ALL_TRAFFIC}",
            field="egress",
            fix=f"for example {PRIVATE_RANGES_ONLY}",
        )
    name = host.lower().rstrip(".")
    is_address = bool(name) and name.replace(".", "").isdigit()
    if mode == ALL_TRAFFIC:
        return _all_traffic(name, is_address)
    return _by_range(name) if is_address else _by_name(name, private_zones)


class Suffixes(Struct, frozen=True):
    """The ends of names that only a network knows, of Google's APIs, and of services of Cloud Run."""

    internal: tuple[str, ...]
    google_api: tuple[str, ...]
    run: tuple[str, ...]


def suffixes() -> Suffixes:
    """The suffixes as shipped."""
    modes = _modes()
    return Suffixes(modes.internal_suffixes, modes.google_api_suffixes, modes.run_suffixes)


def private_block(address: str) -> str:
    """What makes an address one that private-ranges-only sends into the network (`RFC 1918` …), or empty."""
    interval = parse_found(address)
    if interval is None:
        return ""
    inside = (b for b in _modes().to_vpc if b.interval[0] <= interval[0] and interval[1] <= b.interval[1])
    return next((block.why for block in inside), "")


def _all_traffic(name: str, is_address: bool) -> FirstHop:
    reason = "all-traffic sends everything into the network"
    if is_address:
        return FirstHop(way=Way.VPC, reason=reason, needs="" if private_block(name) else "Cloud NAT, or a route")
    if _under(name, (*_modes().google_api_suffixes, *_modes().run_suffixes)):
        return FirstHop(way=Way.VPC, reason=reason, needs="Private Google Access on the subnet, or Cloud NAT")
    if _under(name, _modes().internal_suffixes):
        return FirstHop(way=Way.VPC, reason=reason)
    return FirstHop(way=Way.VPC, reason=reason, needs="Cloud NAT if the name resolves to a public address")


def _by_range(address: str) -> FirstHop:
    why = private_block(address)
    if why:
        return FirstHop(way=Way.VPC, reason=f"{address} is in a range that goes to the network ({why})")
    return FirstHop(
        way=Way.INTERNET,
        reason=f"{address} is in none of the private ranges of {PRIVATE_RANGES_ONLY}",
        needs=f"egress {ALL_TRAFFIC} if it must be reached through the network",
    )


def _by_name(name: str, private_zones: Collection[str]) -> FirstHop:
    modes = _modes()
    if _under(name, modes.internal_suffixes):
        return FirstHop(way=Way.VPC, reason=f"{name} is an internal DNS name")
    zones = [zone.lower().rstrip(".") for zone in private_zones]
    if _under(name, zones):
        return FirstHop(way=Way.BY_ADDRESS, reason=f"{name} is in a private DNS zone; its address decides")
    if _under(name, modes.google_api_suffixes):
        return FirstHop(
            way=Way.INTERNET,
            reason=f"{name} is a Google API with public addresses",
            needs="a private DNS zone to 199.36.153.8/30 and Private Google Access, if it must go through the network",
        )
    if _under(name, modes.run_suffixes):
        return FirstHop(
            way=Way.INTERNET,
            reason=f"{name} has public addresses: a service with ingress `internal` answers 404",
            needs=f"egress {ALL_TRAFFIC} and Private Google Access, or a private DNS zone for run.app",
        )
    return FirstHop(way=Way.BY_ADDRESS, reason=f"the address that {name} resolves to decides")


def _under(name: str, suffixes: Collection[str]) -> bool:
    return any(name == suffix or name.endswith(f".{suffix}") for suffix in suffixes)
