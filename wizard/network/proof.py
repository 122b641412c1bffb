"""What new firewall rules change, and what they do not: every known sender, target and port before and after.

A new rule can change nothing but packets that it matches. So only senders, targets and ports inside of the new rules
are compared; all others are counted, not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from wizard.network.crossing import source_of
from wizard.network.firewall import Action, evaluate_direction
from wizard.network.hosts import Host
from wizard.network.intervals import Interval, parse_found
from wizard.network.packets import VM, Destination, Packet, Source, connector_source, protocol_name
from wizard.network.ruleset import EGRESS, Ruleset
from wizard.network.topology import Topology
from wizard.network.tracing import NO_WAY, Origin
from wizard.records import FirewallRule

_EVERY_PORT: tuple[Interval, ...] = ((0, 65535),)
_PROTOCOLS = ("tcp", "udp")


class Sender(Struct, frozen=True, kw_only=True):
    """Who may send: a label for people, the network, and how firewall rules there see it."""

    label: str
    network: str
    source: Source


class Asked(Struct, frozen=True, kw_only=True):
    """What the new rules are for: packets from a range (CIDR) to one port of an address."""

    range: str
    address: str
    port: int | None
    protocol: str = "tcp"


class Changed(Struct, frozen=True, kw_only=True):
    """A verdict that the new rules change. `asked` when that is what they are for, by address, port and range."""

    sender: str
    target: str
    protocol: str
    port: int | None
    before: str
    after: str
    asked: bool


class Proof(Struct, frozen=True, kw_only=True):
    """`total` verdicts that are known, `compared` of them before and after, and all that change.

    `total` counts the first port of each stretch that no rule divides, and the one asked for: within one all are alike.
    """

    total: int
    compared: int
    changed: tuple[Changed, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing changes that was not asked for."""
        return all(change.asked for change in self.changed)

    def also(self, label: str) -> tuple[str, ...]:
        """Other senders that gain the same: they share the range."""
        return tuple(dict.fromkeys(change.sender for change in self.changed if change.sender != label))


class _Target(Struct, frozen=True, kw_only=True):
    name: str
    destination: Destination


def prove(
    topology: Topology,
    origin: Origin,
    made: Iterable[FirewallRule],
    asked: Asked,
    origins: Iterable[Origin] = (),
) -> Proof:
    """Compare every known verdict of the networks of the `made` rules without and with them.

    Senders are the connectors and VMs of the topology, `origin`, and `origins`: the other services and jobs.
    """
    total = compared = 0
    changed: dict[Changed, None] = {}
    for (network, direction), rules in _grouped(made).items():
        before = topology.ruleset_for(origin, network)
        after = before.extended(rules)
        senders = list(_senders(topology, network, direction, (origin, *origins)))
        targets = list(_targets(topology, network, direction))
        ports = _ports_at_bounds(after, asked)
        total += len(senders) * len(targets) * len(ports)
        for target, packets in _inside(rules, senders, targets, ports):
            one = next(iter(packets))
            was_rules, now_rules = (_about(rs, one, direction) for rs in (before, after))
            for packet, labels in packets.items():
                compared += len(labels)
                was, now = (evaluate_direction(rs, packet, direction).action for rs in (was_rules, now_rules))
                if was is not now:
                    changed.update((_changed(packet, label, target, was, now, asked), None) for label in labels)
    return Proof(total=total, compared=compared, changed=tuple(changed))


def _grouped(made: Iterable[FirewallRule]) -> dict[tuple[str, str], list[FirewallRule]]:
    found: dict[tuple[str, str], list[FirewallRule]] = {}
    for rule in made:
        found.setdefault((rule.network, rule.direction), []).append(rule)
    return found


def _senders(topology: Topology, network: str, direction: str, origins: Iterable[Origin]) -> Iterator[Sender]:
    """Who may send packets that this network's firewall sees in this direction.

    Packets go out from senders in the network alone; they come in also from its peers, and then without identity.
    """
    facts = topology.facts
    known = topology.network(network)
    peers = {p.network for p in known.peerings} if known is not None and direction != EGRESS else set()
    for origin in origins:
        if origin.way != NO_WAY and origin.range and origin.network in {network, *peers}:
            source = source_of(origin, identity=origin.network == network)
            yield Sender(label=origin.resource, network=origin.network, source=source)
    found = [
        (f"all that use connector {c.name}", topology.place_of(c), connector_source(c.region, c.name, ""))
        for c in facts.connectors
    ]
    found += [
        (f"VM {i.name}", (i.network, i.address), Source(range="", tags=i.tags, service_accounts=i.service_accounts))
        for i in facts.instances
    ]
    for label, (home, range_), source in found:
        if range_ and home == network:
            yield Sender(label=label, network=home, source=structs.replace(source, range=range_))
        elif range_ and home in peers:
            yield Sender(label=label, network=home, source=Source(range=range_, kind=VM))


def _targets(topology: Topology, network: str, direction: str) -> Iterator[_Target]:
    """Everything with an address that the firewall may be asked about: at ingress the guarded machines of the network;
    at egress every address of it and of its peers, whose tags do not count."""
    known = topology.network(network)
    peers = {p.network for p in known.peerings} if known is not None else set()
    for home, address, host in topology.hosts.all():
        if direction == EGRESS and home in {network, *peers}:
            yield _Target(name=host.name, destination=Destination(address=address))
        elif direction != EGRESS and home == network:
            yield from _machines(host)


def _machines(host: Host) -> Iterator[_Target]:
    if host.guarded:
        yield from (_Target(name=host.name, destination=machine) for machine in dict.fromkeys(host.machines))


def _ports_at_bounds(rules: Ruleset, asked: Asked) -> tuple[tuple[str, int | None], ...]:
    """Protocols, and the first port of each stretch that no rule divides; the one asked for is a stretch of its own."""
    bounds = {0} if asked.port is None else {0, asked.port, asked.port + 1}
    for layer in rules.layers:
        for rule in layer:
            for intervals in rule.protocols.values():
                for first, last in intervals:
                    bounds.update((first, last + 1))
    ports = sorted(port for port in bounds if port <= 65535)
    wanted = (protocol_name(asked.protocol), asked.port)
    every = [(protocol, port) for protocol in _PROTOCOLS for port in ports]
    return tuple(dict.fromkeys([*every, wanted]))


_Alike = dict[Packet, list[str]]
"""Packets to one port of one target, each with the labels of all who send it."""


def _inside(
    rules: Iterable[FirewallRule],
    senders: list[Sender],
    targets: list[_Target],
    ports: Iterable[tuple[str, int | None]],
) -> Iterator[tuple[_Target, _Alike]]:
    """Every packet that one of the rules may match, once."""
    seen: set[Packet] = set()
    for rule in rules:
        alike: dict[Source, list[str]] = {}
        for sender in senders:
            if _overlaps(rule, sender.source):
                alike.setdefault(sender.source, []).append(sender.label)
        served = [one for one in ports if _serves(rule, *one)]
        for target in targets:
            for protocol, port in served if _holds(rule.destinations, target.destination.address) else ():
                packets: _Alike = {}
                for source, labels in alike.items():
                    packet = Packet(source=source, destination=target.destination, protocol=protocol, port=port)
                    if packet not in seen:
                        seen.add(packet)
                        packets[packet] = labels
                if packets:
                    yield target, packets


def _about(rules: Ruleset, packet: Packet, direction: str) -> Ruleset:
    """The rules for the packet's target and port alone: asking those for many senders is cheap."""
    address = parse_found(packet.destination.address)
    if address is None:
        return rules
    layers = tuple(
        tuple(rule for rule in layer if rule.direction == direction and rule.covers(packet, address[0]))
        for layer in rules.layers
    )
    return Ruleset(layers, 0, frozenset())


def _overlaps(rule: FirewallRule, source: Source) -> bool:
    """Whether the rule may match some packet of the source; rules that name an identity may match any."""
    if rule.source_tags or rule.source_service_accounts or not rule.sources:
        return True
    whole = parse_found(source.range)
    parts = [parse_found(range_) for range_ in rule.sources]
    return whole is not None and any(p is not None and p[0] <= whole[1] and whole[0] <= p[1] for p in parts)


def _holds(ranges: tuple[str, ...], address: str) -> bool:
    one = parse_found(address)
    parts = [parse_found(range_) for range_ in ranges]
    return not ranges or (one is not None and any(p is not None and p[0] <= one[0] <= p[1] for p in parts))


def _serves(rule: FirewallRule, protocol: str, port: int | None) -> bool:
    for entry in rule.protocols:
        if protocol_name(entry.protocol) in ("all", protocol):
            bounds = [tuple(map(int, ports.split("-"))) for ports in entry.ports] or list(_EVERY_PORT)
            if port is None or any(bound[0] <= port <= bound[-1] for bound in bounds):
                return True
    return not rule.protocols


def _changed(packet: Packet, label: str, target: _Target, was: Action, now: Action, asked: Asked) -> Changed:
    source, whole = parse_found(packet.source.range), parse_found(asked.range)
    within = source is not None and whole is not None and whole[0] <= source[0] and source[1] <= whole[1]
    same = (packet.destination.address, packet.protocol, packet.port) == (
        asked.address,
        protocol_name(asked.protocol),
        asked.port,
    )
    return Changed(
        sender=label,
        target=f"{target.name} ({packet.destination.address})",
        protocol=packet.protocol,
        port=packet.port,
        before=str(was),
        after=str(now),
        asked=within and same,
    )
