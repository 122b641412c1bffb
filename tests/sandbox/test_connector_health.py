"""A connector carries nothing unless Cloud Run and the health checks reach its own machines (facts: 1.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.small_worlds import (
    CONNECTOR,
    DIRECT,
    NETWORK,
    PROJECT,
    REGION,
    VIA_CONNECTOR,
    firewall,
    policy,
    policy_rule,
    world,
)
from wizard.sandbox.api import Body
from wizard.sandbox.gateway import Decision, decide
from wizard.sandbox.world import World

Change = Callable[[World], None]

SERVERLESS = "35.199.224.0/19"
HEALTH = ["35.191.0.0/16", "35.191.192.0/18", "130.211.0.0/22"]
OTHERS = CONNECTOR.replace("demo-project", "service-project")
VIA_OTHERS: Body = {"connector": OTHERS}


def ask(access: Body, *changes: Change) -> Decision:
    made = world()
    made.store.put(f"vpcaccess/{OTHERS}", {"network": NETWORK, "ipCidrRange": "10.8.0.0/28", "state": "READY"})
    firewall(made, "to-cache", "allow", 800, sourceRanges=["10.0.0.0/8"])
    for change in changes:
        change(made)
    return decide(made, access, REGION, "10.0.0.3", 6379)


def rule(name: str, action: str, priority: int = 1000, ports: str = "667", **fields: object) -> Change:
    return lambda w: firewall(w, name, action, priority, ports, **fields)


def above(action: str, *sources: str) -> Change:
    rule_ = policy_rule(1, action, srcIpRanges=sources)
    return lambda w: policy(w, "locations/global", "organizations/1", rule_)


def beside(action: str, *, before: bool = False) -> Change:
    """A global network policy, after the classic rules or before them."""

    def change(w: World) -> None:
        policy(w, f"{PROJECT}/global", NETWORK, policy_rule(1, action))
        if before:
            body = w.store.get(f"compute/{NETWORK}") or {}
            body["networkFirewallPolicyEnforcementOrder"] = "BEFORE_CLASSIC_FIREWALL"
            w.store.put(f"compute/{NETWORK}", body)

    return change


def let_in(tag: str = "vpc-connector") -> list[Change]:
    return [
        rule("run", "allow", sourceRanges=[SERVERLESS], targetTags=[tag]),
        rule("health", "allow", sourceRanges=HEALTH, targetTags=[tag]),
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param([], "", id="Google's rules let it in"),
        pytest.param([rule("d", "deny", 101)], "", id="a deny after Google's rules"),
        pytest.param([rule("d", "deny", 100)], "rule d", id="a deny of the same priority wins"),
        pytest.param([rule("d", "deny", 99)], "rule d", id="a deny before Google's rules"),
        pytest.param([rule("d", "deny", 99, ports="668")], "", id="another port"),
        pytest.param([rule("d", "deny", 99, disabled=True)], "", id="a rule that is disabled"),
        pytest.param([rule("d", "deny", 99, targetTags=["vpc-connector"])], "rule d", id="for the tag of all"),
        pytest.param(
            [rule("d", "deny", 99, targetTags=[f"vpc-connector-{REGION}-con"])], "rule d", id="for the tag of this one"
        ),
        pytest.param(
            [rule("d", "deny", 99, targetTags=[f"vpc-connector-{REGION}-other"])], "", id="for another connector"
        ),
        pytest.param([rule("d", "deny", 99, destinationRanges=["10.8.0.0/28"])], "rule d", id="to its range"),
        pytest.param([rule("d", "deny", 99, destinationRanges=["10.0.0.0/24"])], "", id="to another range"),
        pytest.param([rule("d", "deny", 99, sourceRanges=[SERVERLESS])], "Cloud Run's traffic", id="Cloud Run alone"),
        pytest.param([rule("d", "deny", 99, sourceRanges=[HEALTH[0]])], "health checks", id="health checks alone"),
        pytest.param([rule("d", "deny", 99, sourceRanges=["130.211.2.0/24"])], "130.211.2.0", id="some health checks"),
        pytest.param([rule("d", "deny", 99, sourceRanges=["35.199.240.9/32"])], "35.199.240.9", id="some of Cloud Run"),
        pytest.param([rule("d", "deny", 99, sourceRanges=["35.199.192.0/19"])], "", id="Cloud DNS is another range"),
        pytest.param(
            [rule("d", "deny", 90), rule("a", "allow", 80, sourceRanges=[SERVERLESS, *HEALTH])], "", id="let in before"
        ),
        pytest.param(
            [rule("d", "deny", 90), rule("a", "allow", 80, sourceRanges=[SERVERLESS, *HEALTH[1:]])],
            "from 35.191.0.0",
            id="let in before, but for a part",
        ),
        pytest.param(
            [rule("d", "deny", 90), rule("a", "allow", 80, sourceRanges=["35.199.224.0/20", *HEALTH])],
            "from 35.199.240.0",
            id="let in before, but for the rest of a range",
        ),
        pytest.param([above("deny")], "policy rule 1 says deny", id="a hierarchical deny"),
        pytest.param([above("deny", *HEALTH)], "health checks", id="a hierarchical deny of health checks"),
        pytest.param([above("deny", "10.9.0.0/16")], "", id="a hierarchical deny of others"),
        pytest.param([above("allow", SERVERLESS, *HEALTH), rule("d", "deny", 1)], "", id="a hierarchical allow"),
        pytest.param([beside("deny")], "", id="a network policy comes after"),
        pytest.param([beside("deny", before=True)], "policy rule 1 says deny", id="a network policy that comes before"),
    ],
)
def test_a_connector_of_the_networks_own_project(changes: list[Change], why: str) -> None:
    decision = ask(VIA_CONNECTOR, *changes)
    assert decision.verdict == ("drop" if why else "deliver"), decision.trail
    assert why in (decision.trail[-1] if why else "")
    assert not why or decision.trail[-1].startswith("connector: ")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        pytest.param([], "drop", id="nobody lets it in"),
        pytest.param(let_in(), "deliver", id="the rules of the host project"),
        pytest.param(let_in()[:1], "drop", id="without health checks"),
        pytest.param(let_in()[1:], "drop", id="without Cloud Run's traffic"),
        pytest.param(let_in("web"), "drop", id="for another tag"),
    ],
)
def test_a_connector_of_a_service_project_needs_rules_of_its_host(changes: list[Change], verdict: str) -> None:
    assert ask(VIA_OTHERS, *changes).verdict == verdict


def test_direct_vpc_egress_has_no_machines_to_reach() -> None:
    assert ask(DIRECT, rule("d", "deny", 1)).verdict == "deliver"


def test_what_does_not_enter_the_network_does_not_need_the_connector() -> None:
    partner = '\n[[target]]\nname = "p"\naddress = "203.0.113.9"\nnetwork = "my-vpc"\nserves = ["http:80"]\n'
    made = world(partner)
    firewall(made, "d", "deny", 1)
    assert decide(made, VIA_CONNECTOR, REGION, "203.0.113.9", 80).verdict == "deliver"
