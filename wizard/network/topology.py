"""The facts of a project that decide where packets go, indexed for many questions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct, structs

from wizard.network.connector_rules import automatic_connector_rules
from wizard.network.hosts import Host, Hosts
from wizard.network.intervals import parse_found
from wizard.network.routes import RouteTable, route_table
from wizard.network.ruleset import Ruleset, compile_rules
from wizard.network.tracing import Origin
from wizard.records import (
    Address,
    Connector,
    FirewallPolicy,
    FirewallRule,
    ForwardingRule,
    Instance,
    Nat,
    Network,
    Peering,
    PeeringRoute,
    Route,
    Router,
    Subnet,
)


class Facts(Struct, frozen=True, kw_only=True):
    """What was read of one project. `rules` are classic firewall rules, `policies` those in force by network.

    `unread` are the lists that could not be read: `networks`, `subnets`, `routes`, `routers`, `firewalls`,
    `policies`, `instances`, `forwarding rules`, `connectors`, `addresses`, `peering routes`.
    """

    project: str = ""
    networks: tuple[Network, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    routes: tuple[Route, ...] = ()
    peering_routes: tuple[PeeringRoute, ...] = ()
    routers: tuple[Router, ...] = ()
    rules: tuple[FirewallRule, ...] = ()
    policies: dict[str, tuple[FirewallPolicy, ...]] = {}
    instances: tuple[Instance, ...] = ()
    forwarding_rules: tuple[ForwardingRule, ...] = ()
    addresses: tuple[Address, ...] = ()
    connectors: tuple[Connector, ...] = ()
    unread: frozenset[str] = frozenset()


class Topology:
    """Facts with their indexes: each is made when first asked for, and kept."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._networks = {network.name: network for network in facts.networks}
        self._subnets = {(s.network, s.region, s.name): s for s in facts.subnets}
        self._rulesets: dict[tuple[str, str], Ruleset] = {}
        self._routes: dict[str, RouteTable] = {}
        self._extended: dict[tuple[str, str, str, str], Ruleset] = {}

    def replaced(self, **changes: object) -> Topology:
        """The topology as it would be with some facts replaced."""
        return Topology(structs.replace(self.facts, **changes))

    def network(self, name: str) -> Network | None:
        return self._networks.get(name)

    def subnet(self, network: str, region: str, name: str) -> Subnet | None:
        return self._subnets.get((network, region, name))

    @cached_property
    def hosts(self) -> Hosts:
        facts = self.facts
        return Hosts(facts.instances, facts.forwarding_rules, facts.addresses, facts.subnets)

    def find_host(self, network: str, address: str) -> Host | None:
        return self.hosts.find(network, address)

    def routes(self, network: str) -> RouteTable:
        """The route table of a network."""
        if network not in self._routes:
            facts = self.facts
            self._routes[network] = route_table(
                self._networks[network],
                subnets=facts.subnets,
                routes=facts.routes,
                peering_routes=facts.peering_routes,
                routers=facts.routers,
                hidden=[(c.name, c.range) for c in facts.connectors if c.network == network and c.range],
            )
        return self._routes[network]

    def ruleset(self, network: str, region: str) -> Ruleset:
        """The firewall of a network as it stands in a region."""
        key = (network, region)
        if key not in self._rulesets:
            self._rulesets[key] = compile_rules(
                self._networks[network],
                self.facts.rules,
                self.facts.policies.get(network, ()),
                automatic=self._automatic(network),
                region=region,
                project=self.facts.project,
            )
        return self._rulesets[key]

    def ruleset_for(self, origin: Origin, network: str) -> Ruleset:
        """The same with the rules that Google would make for a connector that does not exist yet."""
        whole = self.ruleset(network, origin.region)
        if not origin.connector or not origin.automatic or network != origin.network or self._has(origin):
            return whole
        key = (network, origin.region, origin.connector, origin.range)
        if key not in self._extended:
            made = automatic_connector_rules(origin.region, origin.connector, origin.range, network)
            self._extended[key] = whole.extended(made)
        return self._extended[key]

    def _has(self, origin: Origin) -> bool:
        return any((c.region, c.name) == (origin.region, origin.connector) for c in self.facts.connectors)

    def _automatic(self, network: str) -> Iterable[FirewallRule]:
        """The rules of the connectors in this network; none for those that another project's network carries."""
        for connector in self.facts.connectors:
            name, range_ = self.place_of(connector)
            if name == network and range_ and connector.subnet_project in ("", self.facts.project):
                yield from automatic_connector_rules(connector.region, connector.name, range_, network)

    def place_of(self, connector: Connector) -> tuple[str, str]:
        """Network and range of a connector; empty when its subnet is not known."""
        if not connector.subnet:
            return connector.network, connector.range
        held = (s for s in self.facts.subnets if (s.region, s.name) == (connector.region, connector.subnet))
        subnet = next(held, None)
        return (subnet.network, subnet.range) if subnet is not None else ("", "")

    def nat(self, network: str, region: str, subnet: str) -> tuple[str, Nat] | None:
        """Router and NAT gateway that translate a subnet; an empty `subnet` is served by those for all alone."""
        for router in self.facts.routers:
            if (router.network, router.region) == (network, region):
                for nat in router.nats:
                    if nat.all_subnets or (subnet and subnet in nat.subnets):
                        return router.name, nat
        return None

    def peering(self, network: str, name: str) -> Peering | None:
        known = self._networks.get(network)
        return next((p for p in known.peerings if p.name == name), None) if known is not None else None

    def networks_of(self, address: str) -> tuple[str, ...]:
        """The networks that hold an address: somebody has it, or a subnet range does."""
        one = parse_found(address)
        if one is None:
            return ()
        found = set(self.hosts.networks_of(address))
        for subnet in self.facts.subnets:
            for cidr in (subnet.range, *(r.range for r in subnet.secondary)):
                whole = parse_found(cidr) if cidr else None
                if whole is not None and whole[0] <= one[0] <= whole[1]:
                    found.add(subnet.network)
        return tuple(sorted(found))
