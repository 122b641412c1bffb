"""Which address a name has for a sender: private DNS zones of its network, and internal names of VMs."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wizard.inventory import Inventory
from wizard.records import DnsZone

_LONGEST_CHAIN = 8
"""Aliases (CNAME) that are followed; resolvers stop at about as many."""


class Found(Struct, frozen=True, kw_only=True):
    """What a name leads to. `zone` is the private zone that answers for it, empty when none does.

    `address` is empty when the zone has no such record, or when `elsewhere` says who else is asked.
    """

    zone: str = ""
    address: str = ""
    elsewhere: str = ""
    alias: str = ""


def look_up(inventory: Inventory, network: str, name: str) -> Found:
    """What the name servers of `network` say of a name. The private zone with the longest matching name answers alone,
    also when it has no such record: it shadows wider zones and public names (Cloud DNS, name resolution order)."""
    asked = name.lower().rstrip(".")
    for _ in range(_LONGEST_CHAIN):
        zone = _zone(inventory.zones, network, asked)
        if zone is None:
            return Found(alias=asked if asked != name else "")
        known = zone.dns_name.rstrip(".")
        if elsewhere := _elsewhere(zone):
            return Found(zone=known, elsewhere=elsewhere)
        values = _records(zone, asked)
        if values.get("A"):
            return Found(zone=known, address=values["A"][0])
        if not values.get("CNAME"):
            return Found(zone=known)
        asked = values["CNAME"][0].lower().rstrip(".")
    return Found(zone="", alias=asked)


def _records(zone: DnsZone, name: str) -> dict[str, tuple[str, ...]]:
    """Values by type for a name: its own records, else those of the nearest wildcard above it (RFC 4592)."""
    by_name: dict[str, dict[str, tuple[str, ...]]] = {}
    for record in zone.records:
        by_name.setdefault(record.name.lower().rstrip("."), {})[record.type] = record.values
    labels = name.split(".")
    wildcards = (".".join(("*", *labels[n:])) for n in range(1, len(labels)))
    return next((by_name[known] for known in (name, *wildcards) if known in by_name), {})


def _elsewhere(zone: DnsZone) -> str:
    """Who answers for a zone whose records are not in it."""
    kinds = (
        (zone.forwarding, "a forwarding zone"),
        (zone.peering, "a peering zone"),
        (zone.service_directory, "a directory"),
    )
    return next((words for is_so, words in kinds if is_so), "")


def _zone(zones: Iterable[DnsZone], network: str, name: str) -> DnsZone | None:
    private = [z for z in zones if z.private and network in z.networks and _under(name, z.dns_name)]
    return max(private, key=lambda zone: len(zone.dns_name), default=None)


def _under(name: str, zone: str) -> bool:
    suffix = zone.lower().rstrip(".")
    return name == suffix or name.endswith(f".{suffix}")


def internal_name(inventory: Inventory, name: str) -> str:
    """The address of a VM by its internal DNS name, `VM.ZONE.c.PROJECT.internal` or `VM.c.PROJECT.internal`."""
    labels = name.lower().rstrip(".").split(".")
    if labels[-1:] != ["internal"] or "c" not in labels[1:3]:
        return ""
    zone = labels[1] if labels[1] != "c" else ""
    machines = (i for i in inventory.instances if i.name == labels[0] and zone in ("", i.zone))
    return next((machine.address for machine in machines), "")
