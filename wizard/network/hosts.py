"""Who has an address in a VPC network: a VM, a load balancer, an endpoint, or a service in a network of Google's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wizard.network.intervals import Interval, parse_found
from wizard.network.packets import Destination
from wizard.records import Address, ForwardingRule, Instance, Subnet

INSTANCE, PASSTHROUGH, PROXY, ENDPOINT, MANAGED, ALIAS = (
    "instance",
    "passthrough",
    "proxy",
    "endpoint",
    "managed",
    "alias",
)

_PROXIES = frozenset({"INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"})


class Host(Struct, frozen=True, kw_only=True):
    """Who has an address. `kind` is one of this module's words; `machines` are the VMs that the firewall guards.

    `known` says whether those machines and their tags could be read; a proxy, an endpoint and a managed service have no
    firewall of the network before them. `ports` (empty: all) are those that a forwarding rule takes. `region` is set
    when only that region reaches it.
    """

    name: str
    kind: str
    machines: tuple[Destination, ...] = ()
    known: bool = True
    running: bool = True
    ports: tuple[str, ...] = ()
    region: str = ""

    @property
    def guarded(self) -> bool:
        """Whether ingress firewall rules stand before it."""
        return self.kind in {INSTANCE, PASSTHROUGH, ALIAS}


class Hosts:
    """The hosts of all networks of a project, found by network and address."""

    def __init__(
        self,
        instances: Iterable[Instance] = (),
        forwarding_rules: Iterable[ForwardingRule] = (),
        addresses: Iterable[Address] = (),
        subnets: Iterable[Subnet] = (),
    ) -> None:
        self._exact: dict[tuple[str, str], Host] = {}
        self._of_machines = _Machines()
        by_name: dict[str, Instance] = {}
        for machine in instances:
            by_name.setdefault(machine.name, machine)
            self._exact[(machine.network, machine.address)] = _machine(machine)
            for cidr in machine.alias_ranges:
                self._of_machines.add(machine.network, cidr, _machine(machine))
        for rule in forwarding_rules:
            self._exact[(rule.network, rule.address)] = _forwarding(rule, by_name)
        self._managed = _ranges((a.network, a.name, a.range) for a in addresses if a.purpose == "VPC_PEERING")
        self._aliases = _ranges(
            (s.network, f"range {r.name} of {s.name}", r.range) for s in subnets for r in s.secondary
        )

    def find(self, network: str, address: str) -> Host | None:
        """Who has this address in this network."""
        exact = self._exact.get((network, address))
        if exact is not None:
            return exact
        machine = self._of_machines.find(network, address)
        if machine is not None:
            return machine
        managed = _holding(self._managed.get(network, ()), address)
        if managed:
            return Host(name=managed, kind=MANAGED)
        alias = _holding(self._aliases.get(network, ()), address)
        if alias:
            return Host(name=alias, kind=ALIAS, machines=(Destination(address=address),), known=False)
        return None

    def networks_of(self, address: str) -> tuple[str, ...]:
        """The networks in which somebody has this address."""
        return tuple(sorted(network for network, one in self._exact if one == address and network))

    def all(self) -> Iterator[tuple[str, str, Host]]:
        """Network, address and host, of everything that has an address of its own."""
        return ((network, address, host) for (network, address), host in self._exact.items() if network and address)


class _Machines:
    """VMs by their alias ranges."""

    def __init__(self) -> None:
        self._ranges: dict[str, list[tuple[Interval, Host]]] = defaultdict(list)

    def add(self, network: str, cidr: str, host: Host) -> None:
        interval = parse_found(cidr)
        if interval is not None:
            self._ranges[network].append((interval, host))

    def find(self, network: str, address: str) -> Host | None:
        one = parse_found(address)
        ranges = self._ranges.get(network, [])
        return next((host for (first, last), host in ranges if one is not None and first <= one[0] <= last), None)


def _machine(machine: Instance) -> Host:
    target = Destination(address=machine.address, tags=machine.tags, service_accounts=machine.service_accounts)
    running = machine.status in ("", "RUNNING")
    return Host(name=machine.name, kind=INSTANCE, machines=(target,), running=running)


def _forwarding(rule: ForwardingRule, machines: dict[str, Instance]) -> Host:
    if rule.psc_target:
        return Host(name=rule.name, kind=ENDPOINT)
    if rule.scheme in _PROXIES:
        return Host(name=rule.name, kind=PROXY, ports=rule.ports, region=_only(rule))
    behind = [machines[name] for name in rule.backends if name in machines]
    guarded = tuple(
        Destination(address=rule.address, tags=one.tags, service_accounts=one.service_accounts) for one in behind
    )
    known = rule.backends_known and len(behind) == len(rule.backends) and bool(behind)
    return Host(
        name=rule.name,
        kind=PASSTHROUGH,
        machines=guarded or (Destination(address=rule.address),),
        known=known,
        ports=() if rule.all_ports else rule.ports,
        region=_only(rule),
    )


def _only(rule: ForwardingRule) -> str:
    """The one region whose clients an internal load balancer without global access takes."""
    return "" if rule.global_access or not rule.scheme.startswith("INTERNAL") else rule.region


_Named = dict[str, list[tuple[Interval, str]]]


def _ranges(named: Iterable[tuple[str, str, str]]) -> _Named:
    found: _Named = defaultdict(list)
    for network, name, cidr in named:
        interval = parse_found(cidr)
        if network and interval is not None:
            found[network].append((interval, name))
    return dict(found)


def _holding(ranges: Iterable[tuple[Interval, str]], address: str) -> str:
    one = parse_found(address)
    if one is None:
        return ""
    return next((name for (first, last), name in ranges if first <= one[0] and one[1] <= last), "")
