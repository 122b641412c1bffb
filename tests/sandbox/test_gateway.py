"""The gateway, rule by rule: what becomes of a packet, and which line of the trail says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.small_worlds import (
    CONNECTOR,
    DIRECT,
    LINK,
    NETWORK,
    PROJECT,
    REGION,
    VIA_CONNECTOR,
    firewall,
    machine,
    policy,
    policy_rule,
    route,
    subnet,
    world,
)
from wizard.sandbox.api import Body
from wizard.sandbox.gateway import Decision, decide
from wizard.sandbox.world import World

Change = Callable[[World], None]


def ask(access: Body | None, *changes: Change, address: str = "10.0.0.3", port: int = 6379, more: str = "") -> Decision:
    made = world(more)
    for change in changes:
        change(made)
    return decide(made, access, REGION, address, port)


def rule(name: str, action: str, priority: int = 1000, ports: str = "", **fields: object) -> Change:
    return lambda w: firewall(w, name, action, priority, ports, **fields)


def all_traffic(access: Body) -> Body:
    return {**access, "egress": "ALL_TRAFFIC"}


FROM_RUN: Body = {"sourceRanges": ["10.1.0.0/26"]}


@pytest.mark.parametrize(
    ("access", "changes", "verdict", "why"),
    [
        pytest.param(None, [], "drop", "does not go to the VPC", id="no access"),
        pytest.param({"egress": "ALL_TRAFFIC"}, [], "drop", "does not go to the VPC", id="egress without access"),
        pytest.param(VIA_CONNECTOR, [], "deliver", "added by Google", id="connector's automatic rule"),
        pytest.param(DIRECT, [], "drop", "implied deny", id="direct has no automatic rule"),
        pytest.param(DIRECT, [rule("a", "allow", **FROM_RUN)], "deliver", "rule a", id="direct by range"),
        pytest.param(DIRECT, [rule("a", "allow", ports="6379", **FROM_RUN)], "deliver", "rule a", id="port"),
        pytest.param(DIRECT, [rule("a", "allow", ports="6000-7000", **FROM_RUN)], "deliver", "rule a", id="ports"),
        pytest.param(DIRECT, [rule("a", "allow", ports="6378", **FROM_RUN)], "drop", "implied deny", id="other port"),
        pytest.param(DIRECT, [rule("a", "allow", sourceTags=["app"])], "drop", "implied", id="direct: no source tag"),
        pytest.param(
            DIRECT,
            [rule("a", "allow", sourceServiceAccounts=["run@demo-project.iam.gserviceaccount.com"])],
            "drop",
            "implied deny",
            id="direct: no source service account",
        ),
        pytest.param(
            DIRECT,
            [rule("a", "allow", sourceTags=["x"], **FROM_RUN)],
            "deliver",
            "rule a",
            id="ranges or tags, not both",
        ),
        pytest.param(DIRECT, [rule("a", "allow")], "deliver", "rule a", id="no source means everywhere"),
        pytest.param(
            DIRECT, [rule("a", "allow", disabled=True, **FROM_RUN)], "drop", "implied deny", id="disabled rule"
        ),
        pytest.param(DIRECT, [rule("a", "allow", targetTags=["cache"])], "deliver", "rule a", id="target tag"),
        pytest.param(DIRECT, [rule("a", "allow", targetTags=["db"])], "drop", "implied deny", id="other target tag"),
        pytest.param(
            DIRECT,
            [rule("a", "allow", targetServiceAccounts=["cache@demo-project.iam.gserviceaccount.com"])],
            "deliver",
            "rule a",
            id="target service account",
        ),
        pytest.param(
            DIRECT,
            [rule("a", "allow", 900), rule("d", "deny", 800)],
            "drop",
            "rule d",
            id="the smaller number wins",
        ),
        pytest.param(DIRECT, [rule("a", "allow"), rule("d", "deny")], "drop", "rule d", id="deny wins a tie"),
        pytest.param(VIA_CONNECTOR, [rule("d", "deny")], "drop", "rule d", id="deny wins against Google's rule too"),
        pytest.param(VIA_CONNECTOR, [rule("d", "deny", 1001)], "deliver", "added by Google", id="after Google's rule"),
        pytest.param(
            VIA_CONNECTOR,
            [rule("d", "deny", 900), rule("a", "allow", 800, sourceTags=["vpc-connector"])],
            "deliver",
            "rule a",
            id="the tag of all connectors",
        ),
        pytest.param(
            VIA_CONNECTOR,
            [rule("d", "deny", 900, sourceTags=[f"vpc-connector-{REGION}-con"])],
            "drop",
            "rule d",
            id="the tag of one connector",
        ),
        pytest.param(
            VIA_CONNECTOR,
            [rule("d", "deny", 900, sourceTags=[f"vpc-connector-{REGION}-other"])],
            "deliver",
            "added by Google",
            id="the tag of another connector",
        ),
        pytest.param(
            DIRECT,
            [rule("a", "allow"), rule("e", "deny", direction="EGRESS", targetTags=["app"])],
            "drop",
            "egress firewall: rule e",
            id="egress rule by the revision's tag",
        ),
        pytest.param(
            DIRECT,
            [rule("a", "allow"), rule("e", "deny", direction="EGRESS", targetTags=["web"])],
            "deliver",
            "egress firewall: implied allow",
            id="egress rule for another tag",
        ),
        pytest.param(
            DIRECT,
            [rule("a", "allow"), rule("e", "deny", direction="EGRESS", destinationRanges=["10.0.0.0/29"])],
            "drop",
            "rule e",
            id="egress rule by destination",
        ),
        pytest.param(
            DIRECT,
            [rule("a", "allow"), rule("e", "deny", direction="EGRESS", destinationRanges=["10.0.0.8/29"])],
            "deliver",
            "implied allow",
            id="egress rule for another destination",
        ),
        pytest.param(
            VIA_CONNECTOR,
            [rule("e", "deny", direction="EGRESS", targetTags=["vpc-connector"])],
            "drop",
            "rule e",
            id="egress rule by the connector's tag",
        ),
    ],
)
def test_egress_setting_and_vpc_firewall_rules(
    access: Body | None, changes: list[Change], verdict: str, why: str
) -> None:
    decision = ask(access, *changes)
    assert decision.verdict == verdict, decision.trail
    assert any(why in line for line in decision.trail), decision.trail


ALLOW, DENY = policy_rule(100, "allow"), policy_rule(100, "deny")


@pytest.mark.parametrize(
    ("order", "hierarchical", "global_", "regional", "classic", "verdict"),
    [
        ("AFTER", [DENY], [], [], ["allow"], "drop"),
        ("AFTER", [ALLOW], [], [], ["deny"], "deliver"),
        ("AFTER", [policy_rule(5, "goto_next"), ALLOW], [], [], ["deny"], "drop"),
        ("AFTER", [policy_rule(5, "goto_next", srcIpRanges=["10.9.0.0/16"]), ALLOW], [], [], ["deny"], "deliver"),
        ("AFTER", [], [DENY], [], ["allow"], "deliver"),
        ("BEFORE", [], [DENY], [], ["allow"], "drop"),
        ("BEFORE", [], [policy_rule(5, "goto_next"), DENY], [], ["allow"], "deliver"),
        ("AFTER", [], [ALLOW], [], [], "deliver"),
        ("AFTER", [], [], [ALLOW], [], "deliver"),
        ("AFTER", [], [DENY], [ALLOW], [], "drop"),
        ("AFTER", [], [{**DENY, "disabled": True}], [ALLOW], [], "deliver"),
        ("AFTER", [], [{**DENY, "targetSecureTags": [{"name": "tagValues/1"}]}], [ALLOW], [], "deliver"),
        ("AFTER", [], [policy_rule(100, "deny", "EGRESS")], [], ["allow"], "drop"),
        ("AFTER", [], [policy_rule(1, "deny", layer4Configs=[{"ipProtocol": "udp"}]), ALLOW], [], [], "deliver"),
    ],
)
def test_policies_in_their_order(
    order: str, hierarchical: list[Body], global_: list[Body], regional: list[Body], classic: list[str], verdict: str
) -> None:
    def prepare(w: World) -> None:
        body = w.store.get(f"compute/{NETWORK}") or {}
        w.store.put(f"compute/{NETWORK}", body | {"networkFirewallPolicyEnforcementOrder": f"{order}_CLASSIC_FIREWALL"})
        policy(w, "locations/global", "organizations/1", *hierarchical)
        policy(w, f"{PROJECT}/global", LINK, *global_)
        policy(w, f"{PROJECT}/regions/{REGION}", LINK, *regional)
        policy(w, f"{PROJECT}/global", f"{LINK}-other", policy_rule(1, "deny"))
        for action in classic:
            firewall(w, action, action)

    assert ask(DIRECT, prepare).verdict == verdict


def test_organization_before_folder() -> None:
    def prepare(w: World) -> None:
        policy(w, "locations/global", "folders/2", DENY)
        policy(w, "locations/global", "organizations/1", ALLOW)

    assert ask(DIRECT, prepare).verdict == "deliver"


def connector(**fields: object) -> Change:
    def change(w: World) -> None:
        body = w.store.get(f"vpcaccess/{CONNECTOR}") or {}
        body = {key: value for key, value in (body | fields).items() if value is not None}
        w.store.put(f"vpcaccess/{CONNECTOR}", body)

    return change


@pytest.mark.parametrize(
    ("access", "changes", "verdict", "why"),
    [
        (VIA_CONNECTOR, [connector(state="ERROR")], "drop", "is ERROR"),
        (VIA_CONNECTOR, [connector(state="CREATING")], "drop", "is CREATING"),
        (VIA_CONNECTOR, [connector(state="UPDATING")], "deliver", "10.8.0.2"),
        (VIA_CONNECTOR, [lambda w: w.store.delete(f"vpcaccess/{CONNECTOR}")], "drop", "does not exist"),
        (
            VIA_CONNECTOR,
            [connector(network=None, ipCidrRange=None, subnet={"name": "con-subnet"})],
            "deliver",
            "10.8.1.2",
        ),
        (VIA_CONNECTOR, [connector(network=None, ipCidrRange=None, subnet={"name": "gone"})], "drop", "does not exist"),
        ({"networkInterfaces": [{"subnetwork": "run"}]}, [rule("a", "allow")], "deliver", "at 10.1.0"),
        ({"networkInterfaces": [{"subnetwork": "gone"}]}, [rule("a", "allow")], "drop", "does not exist"),
        ({"networkInterfaces": [{"network": "my-vpc"}]}, [rule("a", "allow")], "drop", "does not exist"),
        (
            {"networkInterfaces": [{"network": LINK}]},
            [rule("a", "allow"), lambda w: subnet(w, "my-vpc", "10.2.0.0/26")],
            "deliver",
            "at 10.2.0",
        ),
        ({"networkInterfaces": [{"network": "b", "subnetwork": "run"}]}, [], "drop", "another network"),
    ],
)
def test_where_the_packet_enters(access: Body, changes: list[Change], verdict: str, why: str) -> None:
    decision = ask(access, *changes)
    assert decision.verdict == verdict, decision.trail
    assert any(why in line for line in decision.trail), decision.trail


def test_a_connector_serves_its_own_region_only() -> None:
    decision = decide(world(), VIA_CONNECTOR, "europe-west1", "10.0.0.3", 6379)
    assert decision.verdict == "drop"
    assert "another region" in decision.trail[-1]


def test_the_source_is_an_address_that_cloud_run_holds() -> None:
    def hold(w: World) -> None:
        place = f"compute/{PROJECT}/regions/{REGION}"
        link = f"https://www.googleapis.com/compute/v1/{PROJECT}/regions/{REGION}/subnetworks/run"
        body = {"purpose": "SERVERLESS", "address": "10.1.0.16", "prefixLength": 28, "subnetwork": link}
        w.store.put(f"{place}/addresses/serverless-ipv4-1", body)

    only_this_block = rule("a", "allow", sourceRanges=["10.1.0.16/28"])
    assert ask(DIRECT, hold, only_this_block).verdict == "deliver"
    assert ask(DIRECT, only_this_block).verdict == "drop"


VPN: Body = {"nextHopVpnTunnel": f"{PROJECT}/regions/{REGION}/vpnTunnels/t"}
ON_PREMISES = """
[[target]]
name = "on-prem"
address = "10.50.0.9"
network = "my-vpc"
serves = ["tcp:22"]
"""


@pytest.mark.parametrize(
    ("changes", "address", "verdict", "why"),
    [
        ([], "10.0.0.4", "drop", "nobody has"),
        ([], "10.50.0.9", "drop", "no way through the internet"),
        ([lambda w: w.store.delete(f"compute/{PROJECT}/global/routes/default")], "10.50.0.9", "drop", "route: none"),
        ([lambda w: route(w, "vpn", "10.50.0.0/16", **VPN)], "10.50.0.9", "deliver", "route: vpn"),
        ([lambda w: route(w, "vpn", "10.50.0.0/16", **VPN)], "10.50.0.10", "no_route", "knows no"),
        ([lambda w: route(w, "vpn", "10.50.0.0/16", tags=["other"], **VPN)], "10.50.0.9", "drop", "no way"),
        ([lambda w: route(w, "vpn", "10.50.0.0/16", tags=["app"], **VPN)], "10.50.0.9", "deliver", "route: vpn"),
        ([lambda w: route(w, "ip", "10.50.0.0/16", nextHopIp="10.0.0.77")], "10.50.0.9", "drop", "next hop"),
        (
            [
                lambda w: machine(w, "router", "10.0.0.77", tags=["router"]),
                lambda w: route(w, "ip", "10.50.0.0/16", nextHopIp="10.0.0.77"),
                rule("a", "allow", targetTags=["router"]),
            ],
            "10.50.0.9",
            "deliver",
            "route: ip",
        ),
        (
            [
                lambda w: machine(w, "router", "10.0.0.77", tags=["router"]),
                lambda w: route(w, "ip", "10.50.0.0/16", nextHopIp="10.0.0.77"),
            ],
            "10.50.0.9",
            "drop",
            "implied deny",
        ),
        (
            [
                lambda w: route(w, "wide", "10.0.0.0/8", priority=1, **VPN),
                lambda w: route(w, "narrow", "10.50.0.0/24", priority=2000, nextHopIp="10.0.0.77"),
            ],
            "10.50.0.9",
            "drop",
            "route: narrow",
        ),
        (
            [
                lambda w: route(w, "late", "10.50.0.0/24", priority=1001, nextHopIp="10.0.0.77"),
                lambda w: route(w, "early", "10.50.0.0/24", priority=1000, **VPN),
            ],
            "10.50.0.9",
            "deliver",
            "route: early",
        ),
        (
            [lambda w: route(w, "host", "10.0.0.3/32", priority=0, **VPN), rule("a", "allow", ports="22")],
            "10.0.0.3",
            "refuse",
            "route: to-machines",
        ),
    ],
)
def test_routes(changes: list[Change], address: str, verdict: str, why: str) -> None:
    decision = ask(DIRECT, *changes, address=address, port=22, more=ON_PREMISES)
    assert decision.verdict == verdict, decision.trail
    assert any(why in line for line in decision.trail), decision.trail


RULES = st.lists(
    st.tuples(
        st.sampled_from(["allow", "deny"]),
        st.sampled_from([900, 1000, 1100]),
        st.sampled_from(["", "6379", "1-7000", "80"]),
        st.sampled_from(["10.1.0.0/26", "10.1.0.0/27", "10.8.0.0/28", "0.0.0.0/0"]),
    ),
    max_size=6,
)


@given(rules=RULES, access=st.sampled_from([DIRECT, VIA_CONNECTOR]), data=st.data())
def test_names_of_rules_do_not_matter_and_priority_zero_always_decides(
    rules: list[tuple[str, int, str, str]], access: Body, data: st.DataObject
) -> None:
    def named(order: list[int], *more: Change) -> str:
        changes = [
            rule(f"r{name}", action, priority, ports, sourceRanges=[source])
            for name, (action, priority, ports, source) in zip(order, rules, strict=True)
        ]
        return ask(access, *changes, *more).verdict

    order = list(range(len(rules)))
    assert named(order) == named(data.draw(st.permutations(order)))
    assert named(order, rule("first", "allow", 0)) == "deliver"
    assert named(order, rule("first", "allow", 0), rule("also", "deny", 0)) == "drop"
