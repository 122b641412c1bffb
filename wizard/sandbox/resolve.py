"""The sandbox's DNS, as an instance of Cloud Run sees it."""

from __future__ import annotations

from wizard.sandbox.api import Body
from wizard.sandbox.world import World


def resolve(world: World, vpc_access: Body | None, name: str) -> str | None:
    """The IPv4 address of a name, or None. Private names are known only to instances that have VPC access.

    The private zone with the longest name that fits answers alone, also when it has no such record: it shadows the
    names of targets and of public zones.
    """
    name = name.lower().rstrip(".")
    access = vpc_access or {}
    inside = bool(access.get("connector") or access.get("networkInterfaces"))
    zones = [z for z in world.scenario.dns if _below(name, z.zone) and (inside or not z.private)]
    for zone in sorted(zones, key=lambda z: (z.private, len(z.zone)), reverse=True):
        records = {_full(label, zone.zone): address for label, address in zone.records.items()}
        if name in records:
            return records[name]
        if zone.private:
            return None
    if inside:
        return next((t.address for t in world.scenario.targets if t.dns and t.dns.lower().rstrip(".") == name), None)
    return None


def _below(name: str, zone: str) -> bool:
    zone = zone.lower().strip(".")
    return name == zone or name.endswith("." + zone)


def _full(label: str, zone: str) -> str:
    """The full name of a record: `db` and `db.corp.example` mean the same in the zone `corp.example`, `@` the zone."""
    label, zone = label.lower().rstrip("."), zone.lower().strip(".")
    if label in ("@", "", zone):
        return zone
    return label if label.endswith("." + zone) else f"{label}.{zone}"
