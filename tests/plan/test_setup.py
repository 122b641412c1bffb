"""The planner of first-time set-up: facts and wishes in, a plan out."""

from __future__ import annotations

import msgspec
import pytest

from tests.plan.worlds import REGION, codes, planned, tutorial, wishes
from wizard.answers import ConnectorAnswers, DirectAnswers, ProbeAnswers
from wizard.inventory import Gap, Inventory
from wizard.plan.plan import Plan, Severity
from wizard.plan.setup.preflight import PERMISSIONS
from wizard.plan.step import Op
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.new_service import CreateService
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import (
    Connector,
    FirewallRule,
    Nat,
    Network,
    Ports,
    Router,
    Service,
    StartupProbe,
    Subnet,
    Traffic,
    VpcAccess,
)


def ids(plan: Plan) -> list[str]:
    return [p.id for p in plan.steps]


def test_the_tutorial_with_a_connector() -> None:
    plan = planned(tutorial(), wishes("connector"))
    assert not plan.blocked
    assert ids(plan) == [
        "subnet/my-service-vpc-subnet",
        "connector/my-service-vpc",
        "firewall/runvpc-my-service-1",
        "probe/runvpc-probe-t0k3n",
        "probe-cleanup/runvpc-probe-t0k3n",
        "service/my-service",
        "traffic/my-service",
    ]
    subnet = plan.step("subnet/my-service-vpc-subnet").step
    assert isinstance(subnet, CreateSubnet)
    assert subnet.range == "10.8.1.0/28", "10.8.0.0/24 is taken by a subnet in Europe"
    rule = plan.step("firewall/runvpc-my-service-1").step
    assert isinstance(rule, CreateFirewallRule)
    assert rule.rule.priority == 799, "it must beat the deny at 800"
    assert rule.rule.destinations == ("10.0.0.3/32",), "the connector's automatic rules open the others"
    assert plan.cost.monthly_usd_min == pytest.approx(12.23, abs=0.02)


def test_the_tutorial_with_direct_vpc_egress() -> None:
    plan = planned(tutorial(), wishes("direct"))
    assert not plan.blocked
    subnet = plan.step("subnet/my-service-direct").step
    assert isinstance(subnet, CreateSubnet)
    assert subnet.range.endswith("/25"), "20 instances, twice, in two revisions: 80 addresses and the probe"
    rules = [p.step.rule for p in plan.steps if isinstance(p.step, CreateFirewallRule)]
    opened = {(d, port) for rule in rules for d in rule.destinations for p in rule.protocols for port in p.ports}
    assert opened == {("10.0.0.3/32", "6379"), ("10.0.0.5/32", "5432"), ("10.0.0.10/32", "80")}
    assert "startup_probe" in codes(plan)
    assert plan.cost.monthly_usd_max == 0


def test_the_service_waits_for_the_probe_and_the_probe_for_everything_else() -> None:
    plan = planned(tutorial(), wishes("connector"))
    assert plan.step("service/my-service").depends_on == ("probe/runvpc-probe-t0k3n",)
    assert set(plan.step("probe/runvpc-probe-t0k3n").depends_on) == {
        "subnet/my-service-vpc-subnet",
        "connector/my-service-vpc",
        "firewall/runvpc-my-service-1",
    }
    assert plan.step("firewall/runvpc-my-service-1").depends_on == ()


def test_a_baseline_probe_comes_before_every_change() -> None:
    plan = planned(tutorial(), wishes("connector", probe=ProbeAnswers(baseline=True)))
    assert ids(plan)[0] == "probe/runvpc-before-t0k3n"
    for id_ in ("subnet/my-service-vpc-subnet", "firewall/runvpc-my-service-1"):
        assert "probe/runvpc-before-t0k3n" in plan.step(id_).depends_on


def test_without_an_answer_the_path_is_advised_and_said() -> None:
    plan = planned(tutorial(), wishes(""))
    finding = next(f for f in plan.findings if f.code == "egress_path")
    assert finding.severity is Severity.INFO
    assert "Direct VPC egress" in finding.message


def with_service(**changes: object) -> Inventory:
    facts = tutorial()
    assert facts.service is not None
    service = msgspec.structs.replace(facts.service, **changes)
    return msgspec.structs.replace(facts, service=service, services=(service,))


def test_pinned_traffic_is_a_finding_and_is_left_alone() -> None:
    plan = planned(with_service(traffic=(Traffic(revision="my-service-00001-abc", percent=100),)), wishes())
    assert "traffic_pinned" in codes(plan)
    assert "traffic/my-service" not in ids(plan)


@pytest.mark.parametrize(
    ("probe", "warned"),
    [(None, True), (StartupProbe(type="tcp"), True), (StartupProbe(type="http", path="/ready"), False)],
)
def test_a_tcp_start_up_probe_with_direct_vpc(probe: StartupProbe | None, warned: bool) -> None:
    facts = with_service(startup_probe=probe)
    assert ("startup_probe" in codes(planned(facts, wishes("direct")))) is warned
    assert "startup_probe" not in codes(planned(facts, wishes("connector")))


def test_a_service_that_does_not_exist_needs_an_image_and_an_invoker() -> None:
    facts = tutorial(service=None, services=())
    assert "service_missing" in codes(planned(facts, wishes()))
    plan = planned(facts, wishes(image="us-docker.pkg.dev/p/r/app:v1"))
    assert isinstance(plan.step("service-create/my-service").step, CreateService)
    assert "no_invoker" in codes(plan)
    assert not plan.blocked


def test_a_secret_that_does_not_exist_blocks() -> None:
    plan = planned(tutorial(secrets={"db-password": False}), wishes(secrets={"DB_PASSWORD": "db-password:latest"}))
    assert plan.blocked
    assert "secret_missing" in codes(plan)


def test_all_traffic_needs_nat_for_the_egress_subnet_only() -> None:
    plan = planned(tutorial(), wishes("connector", egress="all-traffic"))
    nat = plan.step("nat/runvpc-my-service-vpc-subnet")
    assert nat.change.op is Op.CREATE
    assert "--nat-custom-subnet-ip-ranges=my-service-vpc-subnet" in nat.step.gcloud()[1]
    left = planned(tutorial(), wishes("connector", egress="all-traffic", nat="leave"))
    assert "no_nat" in codes(left)
    routers = (Router(name="r1", network="my-vpc", region=REGION, nats=(Nat(name="n", all_subnets=True),)),)
    assert "nat_exists" in codes(planned(tutorial(routers=routers), wishes("connector", egress="all-traffic")))


def test_a_bare_range_is_said_and_with_all_traffic_it_blocks() -> None:
    bare = ConnectorAnswers(bare_range=True)
    plan = planned(tutorial(), wishes(connector=bare))
    assert "hidden_subnet" in codes(plan)
    assert not plan.blocked
    assert "subnet/my-service-vpc-subnet" not in ids(plan)
    blocked = planned(tutorial(), wishes(connector=bare, egress="all-traffic"))
    assert blocked.blocked
    assert "hidden_subnet_nat" in codes(blocked)


def test_an_existing_longer_connector_name_is_reused_but_not_created() -> None:
    name = "a-rather-long-connector"
    wanted = wishes(connector=ConnectorAnswers(name=name))
    assert "connector_name" in codes(planned(tutorial(), wanted))
    there = Connector(name=name, region=REGION, network="my-vpc", range="10.50.0.0/28")
    plan = planned(tutorial(connectors=(there,)), wanted)
    assert plan.step(f"connector/{name}").change.op is Op.REUSE
    assert not plan.blocked


def test_a_connector_in_error_is_replaced() -> None:
    broken = Connector(name="my-service-vpc", region=REGION, network="my-vpc", range="10.50.0.0/28", state="ERROR")
    plan = planned(tutorial(connectors=(broken,)), wishes())
    step = plan.step("connector/my-service-vpc")
    assert step.change.op is Op.REPLACE
    assert isinstance(step.step, CreateConnector)


@pytest.mark.parametrize(
    ("range_", "code"),
    [
        ("10.8.0.0/28", "range_unusable"),
        ("10.70.0.0/27", "range_unusable"),
        ("10.70.0.1/28", "range_invalid"),
        ("8.8.8.0/28", "range_unusable"),
        ("172.17.0.0/28", "range_discouraged"),
    ],
)
def test_a_range_of_the_persons_own_is_checked(range_: str, code: str) -> None:
    assert code in codes(planned(tutorial(), wishes(range=range_)))


@pytest.mark.parametrize(
    ("subnet", "path", "code"),
    [
        ("nowhere", "connector", "subnet_missing"),
        ("batch", "connector", "subnet_missing"),
        ("my-subnet", "connector", "subnet_unusable"),
        ("nowhere", "direct", "subnet_missing"),
        ("tiny", "direct", "subnet_unusable"),
        ("full", "direct", "address_budget"),
    ],
)
def test_a_subnet_that_cannot_be_used_says_why(subnet: str, path: str, code: str) -> None:
    extra = (
        Subnet(name="tiny", network="my-vpc", region=REGION, range="10.60.0.0/28"),
        Subnet(name="full", network="my-vpc", region=REGION, range="10.61.0.0/24", free=20),
    )
    plan = planned(tutorial(subnets=tutorial().subnets + extra), wishes(path, subnet=subnet))
    assert plan.blocked
    assert code in codes(plan)


def test_what_a_vpc_rule_cannot_win_blocks_and_names_who_could() -> None:
    strongest = FirewallRule(
        name="lockdown", network="my-vpc", priority=0, action="deny", protocols=(Ports("all"),), sources=("0.0.0.0/0",)
    )
    plan = planned(tutorial(firewalls=(strongest,)), wishes())
    assert plan.blocked
    assert "firewall_cannot_fix" in codes(plan)


def test_leaving_the_firewall_alone_is_a_warning() -> None:
    plan = planned(tutorial(), wishes(firewall="leave"))
    assert "firewall_closed" in codes(plan)
    assert not any(isinstance(p.step, CreateFirewallRule) for p in plan.steps)


def test_which_network() -> None:
    assert "network_missing" in codes(planned(tutorial(), wishes(network="nope")))
    nowhere = planned(tutorial(), wishes(targets=("redis://10.200.0.3:6379",)))
    assert "network_ambiguous" in codes(nowhere)
    legacy = tutorial(networks=(Network(name="my-vpc", mode="legacy"),))
    assert "network_legacy" in codes(planned(legacy, wishes()))


def test_networks_that_may_not_be_listed_do_not_break_the_plan() -> None:
    plan = planned(tutorial(networks=()), wishes())
    assert "network_ambiguous" in codes(plan)
    assert plan.blocked


@pytest.mark.parametrize("range_", ["", "fd00::/64", "nonsense"])
def test_a_subnet_without_an_ipv4_range_is_passed_over(range_: str) -> None:
    odd = Subnet(name="six", network="my-vpc", region=REGION, range=range_)
    plain, found = planned(tutorial(), wishes()), planned(tutorial(subnets=(*tutorial().subnets, odd)), wishes())
    assert ids(found) == ids(plain)


def test_missing_permissions_and_apis() -> None:
    plan = planned(tutorial(granted=frozenset(PERMISSIONS) - {"vpcaccess.connectors.create"}), wishes())
    assert plan.blocked
    message = next(f.message for f in plan.findings if f.code == "permission_missing")
    assert "vpcaccess.connectors.create" in message
    assert "compute" not in message
    facts = tutorial(apis={**tutorial().apis, "vpcaccess.googleapis.com": False})
    plan = planned(facts, wishes())
    assert "api/vpcaccess.googleapis.com" in plan.step("connector/my-service-vpc").depends_on


def test_what_could_not_be_read() -> None:
    essential = planned(tutorial(gaps=(Gap(what="networks", status="PERMISSION_DENIED", message="no"),)), wishes())
    assert essential.blocked
    other = planned(tutorial(gaps=(Gap(what="routers", status="PERMISSION_DENIED", message="no"),)), wishes())
    assert "not_checked" in codes(other)
    assert not other.blocked


def test_a_service_that_is_connected_already_is_reused() -> None:
    direct = VpcAccess(network="my-vpc", subnet="egress", tags=("web",))
    subnet = Subnet(name="egress", network="my-vpc", region=REGION, range="10.60.0.0/24", free=240)
    facts = msgspec.structs.replace(with_service(vpc=direct), subnets=(*tutorial().subnets, subnet))
    plan = planned(facts, wishes("direct", subnet="egress", direct=DirectAnswers(tags=("web",))))
    assert plan.step("service/my-service").change.op is Op.REUSE
    assert "traffic/my-service" not in ids(plan)


def test_the_same_facts_give_the_same_plan_and_it_survives_json() -> None:
    one, other = (planned(tutorial(), wishes("direct")) for _ in range(2))
    assert one == other
    assert msgspec.json.decode(msgspec.json.encode(one), type=Plan) == one


def test_another_service_never_appears_in_the_plan() -> None:
    facts = tutorial()
    assert facts.service is not None
    other = Service(name="other", region=REGION, vpc=VpcAccess(connector="projects/p/locations/r/connectors/x"))
    plan = planned(msgspec.structs.replace(facts, services=(facts.service, other)), wishes())
    assert b"other" not in msgspec.json.encode([p.step for p in plan.steps])


def test_a_public_target_is_not_reached_through_the_network_unless_all_traffic_is() -> None:
    urls = ("redis://10.0.0.3:6379", "https://203.0.113.9:443")
    plan = planned(tutorial(), wishes(targets=urls, network="my-vpc"))
    outside = [f.message for f in plan.findings if f.code == "target_outside"]
    assert len(outside) == 1
    assert "203.0.113.9" in outside[0]
    everything = planned(tutorial(), wishes(targets=urls, network="my-vpc", egress="all-traffic"))
    assert "target_outside" not in codes(everything)


def test_a_new_connectors_throughput_is_said_and_a_reused_ones_is_not() -> None:
    assert "connector_size" in codes(planned(tutorial(), wishes()))
    there = Connector(name="my-service-vpc", region=REGION, network="my-vpc", range="10.50.0.0/28")
    assert "connector_size" not in codes(planned(tutorial(connectors=(there,)), wishes()))


def in_subnet(name: str = "", **changes: object) -> Inventory:
    """The tutorial with a subnet of an earlier set-up; with `name` the service is in that one."""
    base = tutorial()
    ours = Subnet(name="my-service-direct", network="my-vpc", region=REGION, range="10.8.2.0/25")
    assert base.service is not None
    vpc = VpcAccess(network="my-vpc", subnet=name, egress="private-ranges-only") if name else VpcAccess()
    service = msgspec.structs.replace(base.service, vpc=vpc)
    subnets = (*base.subnets, msgspec.structs.replace(ours, **changes))
    return msgspec.structs.replace(base, subnets=subnets, service=service, services=(service,))


@pytest.mark.parametrize("name", ["", "my-subnet", "my-service-direct"])
def test_a_second_set_up_makes_no_second_subnet(name: str) -> None:
    plan = planned(in_subnet(name), wishes("direct"))
    assert not plan.blocked
    assert not [id_ for id_ in ids(plan) if id_.startswith("subnet/")]
    assert "subnet_kept" in codes(plan)
    rules = [p.step.rule for p in plan.steps if isinstance(p.step, CreateFirewallRule)]
    assert {rule.sources for rule in rules} == {("10.0.0.0/24" if name == "my-subnet" else "10.8.2.0/25",)}


def test_a_subnet_is_not_kept_against_ones_own_words_or_without_room() -> None:
    asked = planned(in_subnet(), wishes("direct", range="10.8.3.0/25"))
    assert "subnet/my-service-direct-2" in ids(asked)
    for unfit in ({"range": "10.8.2.0/27"}, {"free": 3}, {"network": "default"}, {"purpose": "PRIVATE_NAT"}):
        assert "subnet_kept" not in codes(planned(in_subnet(**unfit), wishes("direct"))), unfit


@pytest.mark.parametrize(("state", "kept"), [("READY", True), ("ERROR", False)])
def test_the_connector_that_the_service_has_is_kept(state: str, kept: bool) -> None:
    base = tutorial()
    assert base.service is not None
    vpc = VpcAccess(
        connector="projects/demo-project/locations/us-central1/connectors/team", egress="private-ranges-only"
    )
    team = Connector(name="team", region=REGION, network="my-vpc", range="10.8.4.0/28", state=state)
    service = msgspec.structs.replace(base.service, vpc=vpc)
    facts = msgspec.structs.replace(base, service=service, services=(service,), connectors=(team,))
    plan = planned(facts, wishes("connector"))
    assert ("connector/team" in ids(plan), "connector/my-service-vpc" in ids(plan)) == (kept, not kept)
