"""What depends on where packets come from: routes for tags, other sites, restrictions, and lists of addresses."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.ground import Ground
from wizard.fleet.model import Move
from wizard.fleet.ways import Ways, origins
from wizard.network.intervals import parse_found
from wizard.network.packets import connector_source
from wizard.network.tracing import CONNECTOR, Origin
from wizard.records import FirewallRule

_BEYOND = frozenset({"ARRIVE_AT_VPN_TUNNEL", "ARRIVE_AT_INTERCONNECT_ATTACHMENT"})


def check_routes(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> None:
    """Say what does not follow the services to their new range."""
    if ground.network is None or not moves:
        return
    world = draft.fleet.inventory
    senders = list(dict.fromkeys(origins(world, world, ground, move)[0] for move in moves))
    ranges = tuple(dict.fromkeys(one.range for one in senders if one.range))
    tags = tuple(dict.fromkeys(tag for one in senders for tag in _tags(one)))
    _report_range(draft, ground, ranges)
    _report_tag_routes(draft, ground, tags)
    _report_restrictions(draft, ground, ranges, tags)
    _report_on_premises(draft, ground, moves)


def _tags(origin: Origin) -> tuple[str, ...]:
    if origin.way == CONNECTOR and origin.range:
        return connector_source(origin.region, origin.connector, origin.range).tags
    return origin.tags


def _report_range(draft: MigrationDraft, ground: Ground, ranges: tuple[str, ...]) -> None:
    if ranges and ground.range not in ranges:
        draft.info(
            "source_range",
            f"packets will come from {ground.range} instead of {', '.join(ranges)}",
            "allow-lists that name the old range (databases, appliances, other networks) must know the new one first",
        )


def _report_tag_routes(draft: MigrationDraft, ground: Ground, tags: tuple[str, ...]) -> None:
    network = ground.network.name if ground.network is not None else ""
    routes = [r for r in draft.fleet.inventory.routes if r.network == network and set(r.tags) & set(tags)]
    missing = [r for r in routes if not set(r.tags) & set(ground.vpc.tags)]
    if missing:
        each = ", ".join(f"{r.name} ({r.range}, for {' '.join(r.tags)})" for r in missing)
        draft.warn(
            "route",
            f"these routes are for network tags of today's way alone: {each}",
            "a route without tags, if they are needed: sources differ on whether Direct VPC egress takes such routes",
        )


def _report_restrictions(draft: MigrationDraft, ground: Ground, ranges: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """Rules that forbid today's sender something, and do not know the new one (facts: 1.6)."""
    network = ground.network.name if ground.network is not None else ""
    denies = [r for r in _rules(draft, network) if r.action == "deny" and not r.disabled]
    lost = [r.name for r in denies if _names(r, ranges, tags) and not _names(r, (ground.range,), ground.vpc.tags)]
    if lost:
        draft.warn(
            "restriction_lost",
            f"these rules forbid something to today's range or tags, and will not to the new ones: {names(lost)}",
            "make the same for the new range, if it is still meant",
        )


def _rules(draft: MigrationDraft, network: str) -> Iterable[FirewallRule]:
    world = draft.fleet.inventory
    listed = [rule for rule in world.firewalls if rule.network == network]
    return listed or (world.effective[network].rules if network in world.effective else ())


def _names(rule: FirewallRule, ranges: tuple[str, ...], tags: tuple[str, ...]) -> bool:
    """Whether a rule is for this sender by name: of everybody's rules nothing is lost."""
    if rule.direction == "EGRESS":
        return bool(set(rule.target_tags) & set(tags))
    return bool(set(rule.source_tags) & set(tags)) or any(
        _inside(own, source) for own in ranges for source in rule.sources
    )


def _inside(range_: str, whole: str) -> bool:
    one, other = parse_found(range_), parse_found(whole)
    return one is not None and other is not None and other[0] <= one[0] and one[1] <= other[1]


def _report_on_premises(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> None:
    """Targets behind a tunnel: the way back must lead to the new range."""
    now = Ways(draft.fleet.inventory)
    world = draft.fleet.inventory
    found: dict[str, None] = {}
    for move in moves:
        origin, _ = origins(world, world, ground, move)
        for url in move.targets:
            if _BEYOND & {hop.state for hop in now.trace(origin, url).hops}:
                found[url] = None
    if found:
        draft.warn(
            "on_premises",
            f"beyond a tunnel or Interconnect: {names(found)}; {ground.range} must be known there",
            "Cloud Routers advertise subnets by themselves, unless their ranges are listed by hand; firewalls and"
            " routes over there are not visible from here",
        )
