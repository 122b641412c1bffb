"""The proof against brute force: every sender, target and port by a plain walk over the rules, before and after."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import POLICIES, PORTS, firewalls
from wizard.network.connector_rules import automatic_connector_rules
from wizard.network.packets import Destination, Source
from wizard.network.proof import Asked, prove
from wizard.network.topology import Facts, Topology
from wizard.network.tracing import Origin
from wizard.records import Connector, FirewallPolicy, FirewallRule, Instance, Network, Peering, PolicyRule, Ports

REGION = "us-central1"
NET = Network(name="my-vpc")
SERVICE = Origin(
    resource="service a", way="direct", network="my-vpc", region=REGION, range="10.8.0.0/28", tags=("app",)
)
SIBLING = replace(SERVICE, resource="service b", tags=("web",))
ELSEWHERE = replace(SERVICE, resource="service c", range="10.9.0.0/28", tags=())
MACHINES = (
    Instance(name="one", network="my-vpc", address="10.0.0.3", tags=("web",)),
    Instance(name="two", network="my-vpc", address="10.0.0.5", tags=("db", "app")),
    Instance(name="three", network="my-vpc", address="10.0.1.9", service_accounts=("sa@x",)),
    Instance(name="near", network="my-vpc", address="10.8.0.12", tags=("web",)),
)
CON = Connector(name="c", region=REGION, network="my-vpc", range="10.9.0.16/28")
FACTS = Facts(project="p", networks=(NET,), instances=MACHINES, connectors=(CON,))
EVERY_PORT = sorted({*PORTS, 78, 82, 442, 666, 667})
ASKED = Asked(range="10.8.0.0/28", address="10.0.0.3", port=80)
NEW = FirewallRule(
    name="new", network="my-vpc", priority=900, protocols=(Ports("tcp", ("80",)),), sources=("10.8.0.0/28",),
    destinations=("10.0.0.3/32",),
)  # fmt: skip

SENDERS = (
    ("service a", Source(range="10.8.0.0/28", kind="direct", tags=("app",))),
    ("service b", Source(range="10.8.0.0/28", kind="direct", tags=("web",))),
    ("service c", Source(range="10.9.0.0/28", kind="direct")),
    ("all that use connector c", Source(range="10.9.0.16/28", tags=("vpc-connector", "vpc-connector-us-central1-c"))),
    ("VM one", Source(range="10.0.0.3/32", tags=("web",))),
    ("VM two", Source(range="10.0.0.5/32", tags=("db", "app"))),
    ("VM three", Source(range="10.0.1.9/32", service_accounts=("sa@x",))),
    ("VM near", Source(range="10.8.0.12/32", tags=("web",))),
)
"""Who sends in these facts, written by hand."""

SAMPLES = {"10.8.0.0/28": ("10.8.0.0", "10.8.0.9", "10.8.0.12")}
"""One address of each part that the rules of these worlds tell apart; other ranges have one part."""


def verdict(
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    direction: str,
    source: Source,
    target: Destination,
    protocol: str,
    port: int,
) -> str:
    found = {
        oracle.decide(NET, rules, policies, direction, source, address, target, protocol, port)
        for address in SAMPLES.get(source.range, (source.range.partition("/")[0],))
    }
    return found.pop() if len(found) == 1 else "partly"


Key = tuple[str, str, str, int | None, str, str]


def brute(before: tuple[FirewallRule, ...], made: FirewallRule, policies: tuple[FirewallPolicy, ...]) -> Iterator[Key]:
    """Everything that changes, one by one."""
    after = (*before, made)
    for label, source in SENDERS:
        for machine in MACHINES:
            tags, accounts = (machine.tags, machine.service_accounts) if made.direction == "INGRESS" else ((), ())
            target = Destination(address=machine.address, tags=tags, service_accounts=accounts)
            for protocol in ("tcp", "udp"):
                for number in EVERY_PORT:
                    asked = (policies, made.direction, source, target, protocol, number)
                    was, now = verdict(before, *asked), verdict(after, *asked)
                    if was != now:
                        yield label, f"{machine.name} ({machine.address})", protocol, number, was, now


MADE = st.builds(
    FirewallRule,
    name=st.just("made"),
    network=st.just("my-vpc"),
    direction=st.sampled_from(("INGRESS", "EGRESS")),
    priority=st.sampled_from((0, 899, 1000, 65000)),
    action=st.sampled_from(("allow", "allow", "deny")),
    protocols=st.sampled_from(
        ((Ports("tcp", ("80",)),), (Ports("tcp", ("80", "443")), Ports("udp", ("79-81",))), (Ports("all"),))
    ),
    sources=st.sampled_from((("10.8.0.0/28",), ("10.8.0.0/29", "10.9.0.0/24"), ())),
    destinations=st.sampled_from((("10.0.0.3/32",), ("10.0.0.0/24",), ())),
    source_tags=st.just(()),
)
AUTOMATIC = automatic_connector_rules(REGION, "c", "10.9.0.16/28", "my-vpc")


AnyRule = FirewallRule | PolicyRule


def alike(protocol: str, port: int | None, rules: tuple[AnyRule, ...]) -> tuple[bool, ...]:
    """Ports that no rule in force tells apart have the same answer."""
    return tuple(port is not None and serves(rule, protocol, port) for rule in rules)


def in_force(rule: AnyRule) -> bool:
    return not rule.disabled and (rule.priority != 65535 or rule.action != "allow" or rule.direction != "INGRESS")


def serves(rule: AnyRule, protocol: str, port: int) -> bool:
    entries = [entry for entry in rule.protocols if entry.protocol in ("all", protocol)]
    ends = [text.split("-") for entry in entries for text in entry.ports or ("0-65535",)]
    return any(int(one[0]) <= port <= int(one[-1]) for one in ends)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(firewalls(5), POLICIES, MADE)
def test_all_that_changes_is_found_and_nothing_else(
    rules: tuple[FirewallRule, ...], policies: tuple[FirewallPolicy, ...], made: FirewallRule
) -> None:
    """Also for rules wider than a repair ever makes."""
    topology = Topology(structs.replace(FACTS, rules=rules, policies={"my-vpc": policies}))
    proof = prove(topology, SERVICE, (made,), ASKED, (SIBLING, ELSEWHERE))
    beside = [rule for policy in policies if policy.level != "europe-west1" for rule in policy.rules]
    known: tuple[FirewallRule | PolicyRule, ...] = (*rules, *AUTOMATIC, made, *beside)
    found = {
        (c.sender, c.target, c.protocol, alike(c.protocol, c.port, known), c.before, c.after) for c in proof.changed
    }
    slow = {(*key[:3], alike(key[2], key[3], known), *key[4:]) for key in brute((*rules, *AUTOMATIC), made, policies)}
    assert found == slow
    assert len(proof.changed) <= proof.compared <= proof.total


def test_siblings_are_told_and_others_do_not_change() -> None:
    proof = prove(Topology(FACTS), SERVICE, (NEW,), ASKED, (SIBLING, ELSEWHERE))
    assert proof.holds
    assert proof.also("service a") == ("service b", "VM near")
    assert {(c.before, c.after) for c in proof.changed} == {("deny", "allow")}


def test_a_rule_that_opens_more_than_asked_does_not_hold() -> None:
    for wider in (
        replace(NEW, protocols=(Ports("tcp", ("80-81",)),)),
        replace(NEW, destinations=("10.0.0.0/24",)),
        replace(NEW, sources=("10.8.0.0/15",)),
    ):
        assert not prove(Topology(FACTS), SERVICE, (wider,), ASKED, (ELSEWHERE,)).holds


def test_a_peer_comes_in_without_its_tags_and_no_stranger_does() -> None:
    """A rule for a tag changes nothing for who sends from another network."""
    networks = tuple(
        Network(name=name, peerings=(Peering(name="p", network=other),) if other else ())
        for name, other in (("my-vpc", "peer"), ("peer", "my-vpc"), ("island", ""))
    )
    there = Instance(name="there", network="peer", address="10.8.0.2", tags=("web",))
    island = Instance(name="island", network="island", address="10.8.0.3", tags=("web",))
    facts = structs.replace(FACTS, networks=networks, instances=(*MACHINES, there, island))
    by_range = prove(Topology(facts), SERVICE, (NEW,), ASKED)
    assert by_range.also("service a") == ("VM near", "VM there")
    by_tag = prove(Topology(facts), SERVICE, (replace(NEW, sources=(), source_tags=("web",)),), ASKED)
    assert {change.sender for change in by_tag.changed} == {"VM one", "VM near"}


def test_thousands_of_machines_and_services_take_a_moment() -> None:
    """Only what is inside of the new rule is compared: doubling the rest costs no verdicts."""

    def proof(count: int) -> tuple[int, int]:
        machines = tuple(
            Instance(name=f"m{n}", network="my-vpc", address=f"10.{16 + n // 65536}.{n // 256 % 256}.{n % 256}")
            for n in range(count)
        )
        others = [
            replace(ELSEWHERE, resource=f"service s{n}", range=f"10.9.{n % 256}.0/28") for n in range(count // 10)
        ]
        facts = structs.replace(FACTS, instances=(*MACHINES, *machines))
        found = prove(Topology(facts), SERVICE, (NEW,), ASKED, others)
        return found.total, found.compared

    (small, few), (large, many) = proof(1000), proof(2000)
    assert few == many == 2
    assert large > 3 * small


def test_ports_between_two_rules_are_not_forgotten() -> None:
    """500-599 is the gap, and no rule names a port in it."""
    ends = replace(NEW, name="ends", priority=800, protocols=(Ports("tcp", ("0-499", "600-65535")),))
    wide = replace(NEW, protocols=(Ports("tcp"),))
    proof = prove(Topology(structs.replace(FACTS, rules=(ends,))), SERVICE, (wide,), ASKED)
    assert {change.port for change in proof.changed if change.sender == "service a"} == {500}


def test_on_the_way_out_addresses_of_peers_count_too() -> None:
    networks = (Network(name="my-vpc", peerings=(Peering(name="p", network="peer"),)), Network(name="peer"))
    there = Instance(name="there", network="peer", address="10.40.0.2")
    shut = FirewallRule(name="shut", network="my-vpc", direction="EGRESS", action="deny", protocols=(Ports("all"),))
    facts = structs.replace(FACTS, networks=networks, instances=(*MACHINES, there), rules=(shut,))
    made = replace(NEW, direction="EGRESS", destinations=("10.40.0.2/32",))
    proof = prove(Topology(facts), SERVICE, (made,), replace(ASKED, address="10.40.0.2"))
    assert {change.target for change in proof.changed} == {"there (10.40.0.2)"}
    assert proof.holds
