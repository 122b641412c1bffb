"""Inventories of projects that planners are tried on; the tutorial's is written from its scenario by hand."""

from __future__ import annotations

import msgspec

from wizard.answers import Answers, ProbeAnswers
from wizard.inventory import APIS, Inventory
from wizard.plan.plan import Plan
from wizard.plan.setup import plan_setup
from wizard.plan.setup.preflight import PERMISSIONS
from wizard.probe.targets import parse
from wizard.records import (
    Address,
    FirewallRule,
    Instance,
    Literal,
    Network,
    Ports,
    Route,
    SecondaryRange,
    Service,
    Subnet,
)

REGION = "us-central1"
URLS = ("redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80")


def tutorial(**changes: object) -> Inventory:
    """A custom network with a Redis, a PostgreSQL and an API on VMs; a deny rule in front of the Redis."""
    service = Service(
        name="my-service",
        region=REGION,
        image="my-app:v1",
        env={"LOG_LEVEL": Literal("info"), "REDIS_HOST": Literal("10.0.0.3")},
        max_instances=20,
        latest_ready="my-service-00001-abc",
        latest_created="my-service-00001-abc",
        etag='"e1"',
    )
    base = Inventory(
        project="demo-project",
        region=REGION,
        networks=(Network(name="my-vpc"), Network(name="default", mode="auto")),
        subnets=(
            Subnet(
                name="my-subnet",
                network="my-vpc",
                region=REGION,
                range="10.0.0.0/24",
                secondary=(SecondaryRange(name="pods", range="10.4.0.0/16"),),
            ),
            Subnet(name="batch", network="my-vpc", region="europe-west1", range="10.8.0.0/24"),
        ),
        addresses=(
            Address(name="google-managed-services", network="my-vpc", range="10.9.0.0/16", purpose="VPC_PEERING"),
        ),
        routes=(Route(name="to-on-prem", network="my-vpc", range="10.10.0.0/16", next_hop="vpn"),),
        firewalls=(
            FirewallRule(
                name="deny-redis-by-default",
                network="my-vpc",
                priority=800,
                action="deny",
                protocols=(Ports("tcp", ("6379",)),),
                sources=("10.0.0.0/8",),
                target_tags=("redis-server",),
            ),
            FirewallRule(
                name="allow-redis-from-app",
                network="my-vpc",
                priority=700,
                protocols=(Ports("tcp", ("6379",)),),
                source_tags=("app",),
                target_tags=("redis-server",),
            ),
        ),
        instances=(
            Instance(name="cache", network="my-vpc", address="10.0.0.3", subnet="my-subnet", tags=("redis-server",)),
            Instance(name="orders-db", network="my-vpc", address="10.0.0.5", subnet="my-subnet", tags=("db",)),
            Instance(name="internal-api", network="my-vpc", address="10.0.0.10", subnet="my-subnet"),
        ),
        services=(service,),
        service=service,
        apis=dict.fromkeys(APIS, True),
        granted=frozenset(PERMISSIONS),
    )
    return msgspec.structs.replace(base, **changes)


def wishes(path: str = "connector", **changes: object) -> Answers:
    """Answers for the tutorial's service."""
    base = Answers(
        project="demo-project",
        region=REGION,
        service="my-service",
        targets=URLS,
        egress_path=path,
        probe=ProbeAnswers(attempts=1),
    )
    return msgspec.structs.replace(base, **changes)


def planned(inventory: Inventory, answers: Answers) -> Plan:
    """The plan of a set-up with a fixed token."""
    return plan_setup(inventory, answers, tuple(parse(url) for url in answers.targets), "t0k3n")


def codes(plan: Plan) -> set[str]:
    """The codes of its findings."""
    return {finding.code for finding in plan.findings}
