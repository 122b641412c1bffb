"""The pure parts: free ranges against netaddr, firewall verdicts against a plain linear scan."""

from __future__ import annotations

import random
from ipaddress import IPv4Address

from netaddr import IPNetwork, IPSet

from tests.bench.row import Row, seconds
from wizard.network.firewall import Action, Destination, Packet, Source, compile_rules, evaluate
from wizard.network.ranges import Taken, find_free
from wizard.records import FirewallRule, Network, Ports

RANGES = 100_000
RULES, PACKETS, SAMPLE = 10_000, 2_000, 400


def free_ranges() -> Row:
    """The first free /28 in 10.8.0.0-10.127.255.255 among 100,000 ranges."""
    seed = random.Random(1)
    starts = [(10 << 24) + seed.randrange(1 << 20) * 16 for _ in range(RANGES)]
    taken = [Taken(start, start + 15, "x", "bench") for start in starts]
    ours = find_free(taken, 28, count=1).free[0].range

    def netaddr() -> str:
        pool = IPSet([IPNetwork("10.8.0.0/13"), IPNetwork("10.16.0.0/12"), IPNetwork("10.32.0.0/11"), "10.64.0.0/10"])
        free = pool - IPSet(IPNetwork(f"{IPv4Address(start)}/28") for start in starts)
        block = next(cidr for cidr in free.iter_cidrs() if cidr.prefixlen <= 28)
        return str(next(block.subnet(28)))

    answer: list[str] = []
    other = seconds(lambda: answer.append(netaddr()))
    note = "" if answer == [ours] else f"the answers differ: {ours} and {answer}"
    return Row("free /28, 100,000 ranges", seconds(lambda: find_free(taken, 28), 3), other, "netaddr IPSet", note=note)


def firewall() -> Row:
    """2,000 packets against 10,000 rules; the linear scan over the sorted rules is timed on a sample and scaled."""
    seed = random.Random(2)
    rules = tuple(_rule(seed, number) for number in range(RULES))
    packets = [_packet(seed) for _ in range(PACKETS)]
    verdicts: list[bool] = []

    def compiled() -> None:
        ruleset = compile_rules(Network(name="n"), rules)
        verdicts[:] = [evaluate(ruleset, packet).action is Action.ALLOW for packet in packets]

    ours = seconds(compiled)
    plain: list[bool] = []
    ordered = sorted(rules, key=lambda rule: (rule.priority, rule.action != "deny"))
    other = seconds(lambda: plain.extend(_scan(ordered, packet) for packet in packets[:SAMPLE])) * PACKETS / SAMPLE
    note = "" if plain == verdicts[:SAMPLE] else "the verdicts differ"
    return Row("firewall, 10,000 rules x 2,000 packets", ours, other, "linear scan", note=note)


def _rule(seed: random.Random, number: int) -> FirewallRule:
    port = str(seed.choice((22, 80, 443, 5432, 6379)))
    return FirewallRule(
        name=f"r{number}",
        network="n",
        priority=seed.randrange(65000),
        action=seed.choice(("allow", "deny")),
        protocols=(Ports("tcp", (port,)),),
        sources=("10.0.0.0/8",),
        target_tags=(f"t{seed.randrange(500)}",),
    )


def _packet(seed: random.Random) -> Packet:
    destination = Destination(address="10.0.0.9", tags=(f"t{seed.randrange(500)}",))
    source = Source(range="10.8.0.0/28")
    return Packet(source=source, destination=destination, port=seed.choice((22, 80, 443, 5432, 6379, 9000)))


def _scan(ordered: list[FirewallRule], packet: Packet) -> bool:
    """The first rule that matches, one after the other."""
    port, tags = str(packet.port), packet.destination.tags
    for rule in ordered:
        if any(port in entry.ports for entry in rule.protocols) and any(tag in tags for tag in rule.target_tags):
            return rule.action == "allow"
    return False
