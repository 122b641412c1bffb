"""What a plan would make: the traces before it is applied are those of what really exists afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from tests.cli.fakes import Screen
from tests.plan.worlds import REGION, URLS, tutorial, wishes
from tests.plan.worlds import planned as plan_of
from wizard import inventory
from wizard.answers import Answers
from wizard.cli.desk import TerminalDesk
from wizard.cli.options import Options
from wizard.errors import Exit, InputError
from wizard.inventory import Gap, Inventory
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import Origin, Trace
from wizard.plan.plan import Plan
from wizard.plan.setup import plan_setup
from wizard.plan.step import Op
from wizard.ports import EffectiveFirewalls
from wizard.probe.targets import parse
from wizard.records import Connector
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.origins import origin_of
from wizard.trace.planned import made_by, planned


def traced(facts: Inventory, plan: Plan, url: str) -> Trace:
    topology, origin = planned(facts, plan)
    return trace(topology, origin, goal_of(facts, origin, parse(url)))


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("path", ["connector", "direct"])
def test_the_tutorials_plan_delivers_everything(path: str, url: str) -> None:
    found = traced(tutorial(), plan_of(tutorial(), wishes(path)), url)
    assert (found.verdict, found.origin.way, found.origin.range[:4]) == ("DELIVER", path, "10.8")
    assert found.legs[-1].verdict.decided_by.action == "allow"


@pytest.mark.parametrize("path", ["connector", "direct"])
def test_a_plan_that_leaves_the_firewall_leaves_the_deny_rule(path: str) -> None:
    found = traced(tutorial(), plan_of(tutorial(), wishes(path, firewall="leave")), URLS[0])
    assert found.cause == "FIREWALL_RULE"
    assert found.decided_by is not None
    assert (found.decided_by.name, found.decided_by.priority) == ("deny-redis-by-default", 800)


def test_nothing_of_what_there_is_changes_but_what_the_steps_say() -> None:
    facts = tutorial()
    made = made_by(facts, plan_of(facts, wishes("direct")))
    assert set(facts.firewalls) < set(made.firewalls)
    assert set(facts.subnets) < set(made.subnets)
    same = ("networks", "routes", "instances", "connectors", "routers", "addresses", "zones", "jobs")
    assert all(getattr(made, name) == getattr(facts, name) for name in same)
    assert [service.vpc.subnet for service in made.services] == ["my-service-direct"]


def test_rules_that_are_known_only_as_those_in_force_stay() -> None:
    """A person who may not list firewall rules still gets those in force, and the new ones beside them."""
    rules = tutorial().firewalls
    gap = Gap(what="firewall rules", status="PERMISSION_DENIED", message="no")
    facts = tutorial(firewalls=(), effective={"my-vpc": EffectiveFirewalls(rules=rules)}, gaps=(gap,))
    made = made_by(facts, plan_of(facts, wishes("direct")))
    assert set(rules) < set(made.firewalls)


def test_a_new_service_sends_as_the_plan_says() -> None:
    facts = tutorial(service=None, services=())
    plan = plan_of(facts, wishes("direct", service="fresh", image="img"))
    assert traced(facts, plan, URLS[1]).delivered
    assert planned(facts, plan)[1].resource == "service fresh"


def test_a_plan_that_does_not_come_to_the_service_has_no_sender() -> None:
    facts = tutorial(networks=())
    with pytest.raises(InputError, match="as far as the service"):
        planned(facts, plan_of(facts, wishes()))


@pytest.mark.parametrize("state", ["CREATING", "ERROR"])
def test_a_connector_that_is_waited_for_or_replaced_carries(state: str) -> None:
    own = Connector(name="my-service-vpc", region=REGION, network="my-vpc", range="10.8.1.0/28", state=state)
    facts = tutorial(connectors=(own,))
    plan = plan_of(facts, wishes())
    assert plan.step("connector/my-service-vpc").change.op in (Op.WAIT, Op.REPLACE)
    assert traced(facts, plan, URLS[1]).delivered


def test_a_blocked_step_makes_nothing() -> None:
    facts = tutorial()
    plan = plan_of(facts, wishes())
    blocked = structs.replace(plan.step("connector/my-service-vpc").change, op=Op.BLOCK)
    steps = tuple(structs.replace(s, change=blocked) if s.id.startswith("connector/") else s for s in plan.steps)
    assert made_by(facts, structs.replace(plan, steps=steps)).connectors == ()


CASES = {
    "connector": ("tutorial", "connector", "private-ranges-only", URLS),
    "direct": ("tutorial", "direct", "private-ranges-only", URLS),
    "all-traffic": (
        "seed",
        "direct",
        "all-traffic",
        (*URLS, "https://example.com:443", "https://storage.googleapis.com"),
    ),
    "managed": ("managed", "connector", "private-ranges-only", ("redis://10.60.0.3:6379", "postgres://10.60.1.5:5432")),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    name: str = request.param
    yield name
    Screen().run("sandbox", "stop", "--sandbox", CASES[name][0])


async def read(scenario: str) -> Inventory:
    session = await TerminalDesk(Options(sandbox=scenario, speed=0)).sandbox(scenario)
    try:
        return await inventory.read(session.cloud, session.region, "my-service")
    finally:
        await session.cloud.aclose()


def test_it_is_what_really_exists_after_applying(case: str) -> None:
    scenario, path, egress, urls = CASES[case]
    facts = asyncio.run(read(scenario))
    tested = [url for url in urls if "10." in url]
    answers = Answers(
        project=facts.project,
        region=facts.region,
        service="my-service",
        targets=tuple(tested),
        network="my-vpc",
        egress_path=path,
        egress=egress,
    )
    plan = plan_setup(facts, answers, tuple(parse(url) for url in tested), "t0k3n")
    before = {url: told(*planned(facts, plan), facts, url) for url in urls}
    assert {answer[0] for answer in before.values()} == {"DELIVER"}

    words = ["setup", "--service", "my-service", "--network", "my-vpc", "--egress-path", path, "--egress", egress]
    words += [word for url in tested for word in ("--target", url)]
    screen = Screen()
    ended = screen.run(*words, "--yes", "--json", "--sandbox", scenario, "--speed", "instant")
    assert ended == Exit.DONE, screen.out.getvalue() + screen.err.getvalue()

    real = asyncio.run(read(scenario))
    assert real.service is not None
    assert real.service.vpc.kind == path
    assert {url: told(topology_of(real), origin_of(real, real.service), real, url) for url in urls} == before


def told(topology: Topology, origin: Origin, facts: Inventory, url: str) -> tuple[object, ...]:
    """What a trace says, without the names that only the cloud gives: those of routes."""
    found = trace(topology, origin, goal_of(facts, origin, parse(url)))
    decided = found.decided_by
    assert decided is not None
    states = [hop.state for hop in found.hops]
    return found.verdict, found.cause, decided.kind, decided.name, decided.priority, states, found.verify, origin.range
