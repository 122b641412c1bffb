"""A plan with one step of every kind that exporters word differently."""

from __future__ import annotations

from wizard.plan.plan import Finding, Plan, Planned, Severity
from wizard.plan.registry import AnyStep
from wizard.plan.step import Change, Cost, Op
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.enable_api import EnableApi
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import FirewallRule, Literal, Ports, ProbeAttempt, ProbeResult, SecretRef, VpcAccess

PROJECT, REGION = "demo-project", "us-central1"

api = EnableApi(project=PROJECT, api="vpcaccess.googleapis.com")
subnet = CreateSubnet(project=PROJECT, region=REGION, name="c-subnet", network="my-vpc", range="10.8.0.0/28")
connector = CreateConnector(
    project=PROJECT,
    region=REGION,
    name="c",
    subnet="c-subnet",
    price=Cost(monthly_usd_min=12.5, monthly_usd_max=18.75, basis="list price of a day"),
)
rule = CreateFirewallRule(
    project=PROJECT,
    rule=FirewallRule(
        name="runvpc-redis",
        network="my-vpc",
        priority=799,
        protocols=(Ports("tcp", ("6379", "6380-6390")),),
        sources=("10.8.0.0/28",),
        target_tags=("redis-server",),
    ),
    why="opens redis",
)
nat = CreateNat(project=PROJECT, region=REGION, name="runvpc-nat", network="my-vpc", subnet="c-subnet")
service = PatchService(
    project=PROJECT,
    region=REGION,
    name="my-service",
    vpc=VpcAccess(connector=f"projects/{PROJECT}/locations/{REGION}/connectors/c", egress="all-traffic"),
    env={"GREETING": Literal('it\'s "${HOME}", %{ if } 100 % \\ $(rm -rf)\nnext'), "PW": SecretRef("db-password", "3")},
)


def planned(step: AnyStep, op: Op, reason: str, *after: AnyStep) -> Planned:
    return Planned(step=step, change=Change(op=op, reason=reason), depends_on=tuple(s.id for s in after))


PLAN = Plan(
    flow="setup",
    project=PROJECT,
    region=REGION,
    steps=(
        planned(api, Op.REUSE, "is enabled"),
        planned(subnet, Op.CREATE, "no subnet of this name", api),
        planned(connector, Op.CREATE, "no connector\n$(reboot) `c` | here", api, subnet),
        planned(rule, Op.CREATE, "redis is closed", subnet),
        planned(nat, Op.CREATE, "all-traffic needs it", subnet),
        planned(service, Op.CHANGE, "its network settings differ", connector, rule, nat),
    ),
    findings=(
        Finding(severity=Severity.WARN, code="w", message="it has a *price* | <b>", fix="look"),
        Finding(severity=Severity.INFO, code="i", message="Direct VPC egress is possible"),
    ),
)

PROBE = (
    ProbeResult(
        target="redis://10.0.0.3:6379",
        verdict="connected",
        layer="protocol",
        latency_ms=1.25,
        attempts=(ProbeAttempt(verdict="connected", layer="protocol", latency_ms=1.25),),
    ),
    ProbeResult(target="tcp://10.0.0.9:1", verdict="timeout", layer="tcp", attempts=(ProbeAttempt(verdict="timeout"),)),
)
