"""What each service and job must reach: as answered, or as its environment says. No targets, no proof."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from wizard.environment_targets import targets_in
from wizard.fleet.draft import MigrationDraft, names, of
from wizard.fleet.model import Move
from wizard.fleet.selection import known_names
from wizard.network.egress_modes import private_block, suffixes
from wizard.probe.targets import parse
from wizard.records import DnsZone, Literal, Target


def with_targets(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """The moves with their targets. Those without any are held back, unless the answers let them go unproven."""
    _report_strangers(draft)
    found = tuple(structs.replace(move, targets=_targets(draft, move)) for move in moves)
    _report_cloud_sql(draft, found)
    bare = [move for move in found if not move.targets]
    allowed = [move for move in bare if move.group in draft.answers.no_probe]
    if allowed:
        draft.warn(
            "no_probe",
            f"nothing is tested beforehand, as you wish: {names(of(allowed))}",
            "traffic is still moved step by step, with a look at each",
        )
    missing = of(move for move in bare if move not in allowed)
    if missing:
        draft.hold_back(
            "no_targets",
            missing,
            f"nothing says what these must reach: {names(missing)}",
            f"--targets FILE.csv, or --no-probe {','.join(missing)}",
        )
    return found


def suggested(move: Move, zones: Iterable[DnsZone] = ()) -> tuple[str, ...]:
    """The targets in the network that the variables of a service or job mean, as URLs. Secrets are not looked at."""
    holder = move.service or move.job
    if holder is None:
        return ()
    values = {name: value.value for name, value in holder.env.items() if isinstance(value, Literal)}
    inside = [zone.dns_name.rstrip(".") for zone in zones if zone.private]
    urls = (url for _, url in targets_in(values) if _is_inside(parse(url), inside))
    return tuple(dict.fromkeys(urls))


def _targets(draft: MigrationDraft, move: Move) -> tuple[str, ...]:
    given = draft.answers.targets.get(move.group)
    if given is not None:
        return tuple(dict.fromkeys(given))
    return suggested(move, draft.fleet.inventory.zones)


def _is_inside(target: Target, zones: list[str]) -> bool:
    if target.address:
        return bool(private_block(target.address))
    return any(target.host == end or target.host.endswith(f".{end}") for end in (*suffixes().internal, *zones))


def _report_cloud_sql(draft: MigrationDraft, moves: tuple[Move, ...]) -> None:
    """A connection name tells no address: what a socket of Cloud SQL leads to cannot be tested by it."""
    attached = {m.group: held.cloud_sql for m in moves if (held := m.service or m.job) is not None and held.cloud_sql}
    if attached:
        each = "; ".join(f"{group} ({', '.join(found)})" for group, found in attached.items())
        draft.info(
            "cloud_sql",
            f"attached to Cloud SQL instances, whose private addresses no setting tells: {each}",
            "name the address of an instance that has one among the targets, to have it tested",
        )


def _report_strangers(draft: MigrationDraft) -> None:
    known = known_names(draft)
    strangers = [name for name in draft.answers.targets if name not in known]
    if strangers:
        message = f"targets are given for what is not here: {names(strangers)}"
        draft.warn("targets_unused", message, "names are those of services, and job:NAME for jobs")
