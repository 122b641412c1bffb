"""Traces: one verdict against a linear scan over the same rules and routes, and a whole matrix against small ones."""

from __future__ import annotations

import random
from ipaddress import IPv4Network, ip_address, ip_network

from tests.bench.row import Row, seconds
from wizard.network.path import trace
from wizard.network.topology import Facts, Topology
from wizard.network.tracing import DELIVER, Goal, Origin
from wizard.records import FirewallRule, Instance, Network, Ports, Route, Subnet

RULES, ROUTES = 10_000, 5_000
SMALL, LARGE = 20, 200
SAMPLE = 40
_PORTS = (80, 443, 5432, 6379)


def one_verdict() -> Row:
    """All targets of one service: the trace with its indexes, and a plain scan (a sample of it, scaled)."""
    topology, origins, goals = _world(1, LARGE)
    origin, delivered = origins[0], [False] * len(goals)

    def ours() -> None:
        fresh = Topology(topology.facts)
        delivered[:] = [trace(fresh, origin, goal).verdict == DELIVER for goal in goals]

    mine = seconds(ours)
    plain: list[bool] = []
    rules = sorted(topology.facts.rules, key=lambda rule: (rule.priority, rule.action != "deny"))
    other = seconds(lambda: plain.extend(_scan(topology.facts, rules, origin, goal) for goal in goals[:SAMPLE]))
    note = "" if plain == delivered[:SAMPLE] else "the verdicts differ"
    what = f"trace, {RULES:,} rules, {ROUTES:,} routes, {LARGE} targets"
    return Row(what, mine, other * len(goals) / SAMPLE, "linear scan", note=note)


def whole_matrix() -> Row:
    """200 services and 200 targets, and 20 x 20 of them a hundred times: near-linear is a ratio of about 1 or more."""

    def all_pairs(count: int) -> float:
        topology, origins, goals = _world(count, count)
        return seconds(lambda: [trace(topology, origin, goal) for origin in origins for goal in goals])

    scaled = all_pairs(SMALL) * (LARGE / SMALL) ** 2
    return Row(f"trace --all, {LARGE} x {LARGE}", all_pairs(LARGE), scaled, f"{SMALL} x {SMALL}, times 100")


def _world(sources: int, targets: int) -> tuple[Topology, list[Origin], list[Goal]]:
    seed = random.Random(4)
    homes = [f"10.{100 + n // 64}.{n % 64 * 4}.0/26" for n in range(sources)]
    machines = [
        Instance(name=f"vm-{n}", network="n", address=f"10.0.{n // 250}.{n % 250 + 2}", tags=(f"t{n % 50}",))
        for n in range(targets)
    ]
    subnets = [Subnet(name="home", network="n", region="r", range="10.0.0.0/16")]
    subnets += [Subnet(name=f"run-{n}", network="n", region="r", range=home) for n, home in enumerate(homes)]
    facts = Facts(
        networks=(Network(name="n"),),
        subnets=tuple(subnets),
        routes=tuple(_route(n) for n in range(ROUTES)),
        rules=tuple(_rule(seed, n) for n in range(RULES)),
        instances=tuple(machines),
    )
    origins = [
        Origin(resource=f"service s-{n}", way="direct", network="n", region="r", range=home, subnet=f"run-{n}")
        for n, home in enumerate(homes)
    ]
    goals = [Goal(label=m.address, host=m.address, address=m.address, port=seed.choice(_PORTS)) for m in machines]
    return Topology(facts), origins, goals


def _route(number: int) -> Route:
    range_ = f"172.{16 + number % 16}.{number // 16 % 256}.{number // 4096 * 64}/26"
    return Route(name=f"x-{number}", network="n", range=range_, next_hop="vpn", hop_type="NEXT_HOP_VPN_TUNNEL")


def _rule(seed: random.Random, number: int) -> FirewallRule:
    return FirewallRule(
        name=f"r-{number}",
        network="n",
        priority=seed.randrange(65000),
        action=seed.choice(("allow", "deny")),
        direction=seed.choice(("INGRESS", "INGRESS", "EGRESS")),
        protocols=(Ports("tcp", (str(seed.choice((*_PORTS, seed.randrange(1, 65535)))),)),),
        sources=(f"10.{seed.randrange(100, 104)}.0.0/16",),
        target_tags=(f"t{seed.randrange(50)}",) if seed.random() < 0.5 else (),
    )


def _scan(facts: Facts, ordered: list[FirewallRule], origin: Origin, goal: Goal) -> bool:
    """Every rule and every route, one after the other."""
    tags = next(machine.tags for machine in facts.instances if machine.address == goal.address)
    if not _passes(ordered, "EGRESS", origin, goal, ()):
        return False
    ranges = [subnet.range for subnet in facts.subnets] + [route.range for route in facts.routes]
    fitting = [range_ for range_ in ranges if ip_address(goal.address) in ip_network(range_)]
    return bool(fitting) and _passes(ordered, "INGRESS", origin, goal, tags)


def _passes(ordered: list[FirewallRule], direction: str, origin: Origin, goal: Goal, tags: tuple[str, ...]) -> bool:
    home = IPv4Network(origin.range)
    for rule in ordered:
        if rule.direction != direction or str(goal.port) not in rule.protocols[0].ports:
            continue
        if rule.target_tags and not {*rule.target_tags} & {*tags}:
            continue
        if any(home.subnet_of(IPv4Network(range_)) for range_ in rule.sources):
            return rule.action == "allow"
    return direction == "EGRESS"
