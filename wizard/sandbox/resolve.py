"""The sandbox's DNS, as an instance of Cloud Run sees it."""

from __future__ import annotations

from wizard.sandbox.api import Body
from wizard.sandbox.dns_zones import covering, plain, zones
from wizard.sandbox.world import World


def resolve(world: World, vpc_access: Body | None, name: str) -> str | None:
    """The IPv4 address of a name, or None. Private names are known only to instances that have VPC access.

    The private zone with the longest name that fits answers alone, also when it has no such record: it shadows wider
    private zones and public names.
    """
    name = plain(name)
    access = vpc_access or {}
    inside = bool(access.get("connector") or access.get("networkInterfaces"))
    known = zones(world.scenario)
    private = [zone for zone in known if zone.private and inside]
    answering = covering([zone.dns for zone in private], name)
    if answering:
        return next(zone.records.get(name) for zone in private if zone.dns == answering)
    public = [zone for zone in known if not zone.private]
    for zone in sorted(public, key=lambda z: len(z.dns), reverse=True):
        if name in zone.records:
            return zone.records[name]
    return None
