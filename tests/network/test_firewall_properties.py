"""What holds for every firewall: numbers, ties, disabled rules and the order in which rules are listed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.network.worlds import DESTINATIONS, NETWORKS, POLICIES, PORTS, SOURCES, TAGS, classic_rules, firewalls
from wizard.network.firewall import Action, Destination, Packet, Source, compile_rules, evaluate_direction
from wizard.network.packets import DIRECT
from wizard.records import FirewallPolicy, FirewallRule, Network, Ports

NET = Network(name="my-vpc")
REGION = "us-central1"
DIRECTIONS = st.sampled_from(("INGRESS", "EGRESS"))
PACKETS = st.builds(
    Packet,
    source=SOURCES,
    destination=DESTINATIONS,
    protocol=st.sampled_from(("tcp", "udp", "sctp")),
    port=st.sampled_from(PORTS),
)


@st.composite
def matching(draw: st.DrawFn, packet: Packet, direction: str, name: str) -> FirewallRule:
    """A rule that matches the whole packet, each part of it named or left open."""
    source, target = packet.source, packet.destination
    who = target if direction == "INGRESS" else source
    port = str(packet.port)
    return FirewallRule(
        name=name,
        network="my-vpc",
        direction=direction,
        priority=draw(st.integers(0, 65534)),
        action=draw(st.sampled_from(("allow", "deny"))),
        protocols=draw(
            st.sampled_from(((Ports("all"),), (Ports(packet.protocol, (port,)),), (Ports(packet.protocol),)))
        ),
        sources=draw(st.sampled_from(((), ("10.8.0.0/28",), ("10.0.0.0/8", "192.0.2.0/24")))),
        destinations=draw(st.sampled_from(((), (f"{target.address}/32",), ("10.0.0.0/15",)))),
        target_tags=draw(st.sampled_from(((), who.tags))),
    )


@given(st.data(), PACKETS, DIRECTIONS)
def test_the_lowest_number_wins_and_deny_wins_a_tie(data: st.DataObject, packet: Packet, direction: str) -> None:
    amount = data.draw(st.integers(1, 5))
    rules = [data.draw(matching(packet, direction, f"m{i}")) for i in range(amount)]
    found = evaluate_direction(compile_rules(NET, rules), packet, direction)
    lowest = min(rule.priority for rule in rules)
    strongest = {rule.action for rule in rules if rule.priority == lowest}
    assert found.decided_by.priority == lowest
    assert found.action == ("deny" if "deny" in strongest else "allow")


@given(st.data(), firewalls(), PACKETS, DIRECTIONS)
def test_a_smaller_number_than_all_others_decides(
    data: st.DataObject, rules: tuple[FirewallRule, ...], packet: Packet, direction: str
) -> None:
    moved = tuple(replace(rule, priority=max(rule.priority, 1)) for rule in rules)
    first = replace(data.draw(matching(packet, direction, "first")), priority=0)
    found = evaluate_direction(compile_rules(NET, (*moved, first)), packet, direction)
    assert (found.decided_by.name, found.action) == ("first", first.action)


@given(st.data(), firewalls(), PACKETS, DIRECTIONS)
def test_a_deny_with_the_number_of_the_decider_denies(
    data: st.DataObject, rules: tuple[FirewallRule, ...], packet: Packet, direction: str
) -> None:
    before = evaluate_direction(compile_rules(NET, rules), packet, direction)
    priority = before.decided_by.priority
    tie = replace(data.draw(matching(packet, direction, "tie")), action="deny", priority=priority)
    after = evaluate_direction(compile_rules(NET, (*rules, tie)), packet, direction)
    left = [piece.decided_by for piece in after.pieces if piece.decided_by.action == "allow"]
    assert all(decider.priority < priority for decider in left)
    assert after.action is not Action.ALLOW or len(before.pieces) > 1


@given(NETWORKS, firewalls(), POLICIES, st.lists(classic_rules("off"), max_size=3), PACKETS, DIRECTIONS)
def test_disabled_rules_change_nothing(
    network: Network,
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    off: list[FirewallRule],
    packet: Packet,
    direction: str,
) -> None:
    asleep = tuple(replace(rule, disabled=True, priority=0) for rule in off)
    dormant = tuple(
        replace(policy, rules=(*policy.rules, *(replace(r, disabled=True, priority=0) for r in policy.rules)))
        for policy in policies
    )
    plain = compile_rules(network, rules, policies, region=REGION)
    more = compile_rules(network, (*asleep, *rules), dormant, region=REGION)
    assert evaluate_direction(more, packet, direction) == evaluate_direction(plain, packet, direction)


@given(st.data(), NETWORKS, firewalls(), POLICIES, PACKETS, DIRECTIONS)
def test_the_order_of_the_list_changes_nothing(
    data: st.DataObject,
    network: Network,
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    packet: Packet,
    direction: str,
) -> None:
    shuffled = data.draw(st.permutations(rules))
    mixed = [replace(policy, rules=tuple(data.draw(st.permutations(policy.rules)))) for policy in policies]
    found = evaluate_direction(compile_rules(network, shuffled, mixed, region=REGION), packet, direction)
    assert found == evaluate_direction(compile_rules(network, rules, policies, region=REGION), packet, direction)


@given(firewalls(), st.lists(st.sampled_from(TAGS), unique=True), st.sampled_from(PORTS))
def test_ingress_never_sees_who_a_direct_vpc_sender_is(
    rules: tuple[FirewallRule, ...], tags: list[str], port: int
) -> None:
    """With any tags and accounts the verdict is that of a sender without."""

    def ask(source: Source) -> Action:
        packet = Packet(source=source, destination=Destination(address="10.0.0.5"), port=port)
        return evaluate_direction(compile_rules(NET, rules), packet, "INGRESS").action

    nameless = Source(range="10.8.0.0/28", kind=DIRECT)
    assert ask(replace(nameless, tags=tuple(tags), service_accounts=("sa@x",))) == ask(nameless)
