"""The DNS zones of a scenario: those that it names, and private ones for the names of its targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.sandbox.scenario import Scenario


@dataclass(frozen=True)
class Zone:
    """A zone by its DNS name, without a dot at the end; `records` are full names and their IPv4 addresses."""

    dns: str
    private: bool
    records: dict[str, str]


def zones(scenario: Scenario) -> list[Zone]:
    """Every zone. A target's name that no private zone of the scenario covers lies in a private zone of its parent.

    Such a zone repeats the public records below it, which it would otherwise hide.
    """
    named = [_named(zone.zone, zone.records, private=zone.private) for zone in scenario.dns]
    private = [zone.dns for zone in named if zone.private]
    names = {plain(t.dns): t.address for t in reversed(scenario.targets) if t.dns}
    own = {name: address for name, address in names.items() if not covering(private, name)}
    outer = sorted((zone for zone in reversed(named) if not zone.private), key=lambda zone: len(zone.dns))
    public = {name: address for zone in outer for name, address in zone.records.items()}
    parents = sorted({name.partition(".")[2] or name for name in own})
    implied = [
        Zone(
            parent,
            True,
            {n: a for n, a in sorted((public | own).items()) if covering([*private, *parents], n) == parent},
        )
        for parent in parents
    ]
    return named + implied


def covering(domains: Iterable[str], name: str) -> str:
    """The longest of these domains that the name is, or lies below; empty when there is none."""
    return max((d for d in domains if name == d or name.endswith(f".{d}")), key=len, default="")


def plain(name: str) -> str:
    """A DNS name in small letters, without a dot at its ends."""
    return name.lower().strip(".")


def _named(domain: str, records: dict[str, str], *, private: bool) -> Zone:
    dns = plain(domain)
    return Zone(dns, private, {_full(label, dns): address for label, address in records.items()})


def _full(label: str, zone: str) -> str:
    """The full name of a record: `db` and `db.corp.example` mean the same in the zone `corp.example`, `@` the zone."""
    label = label.lower().rstrip(".")
    if label in ("@", "", zone):
        return zone
    return label if label.endswith("." + zone) else f"{label}.{zone}"
