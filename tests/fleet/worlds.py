"""Fleets made by hand: a network, a connector on a bare range, and whatever a test puts on it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet
from wizard.fleet.permissions import PERMISSIONS
from wizard.fleet.planner import plan_migration
from wizard.fleet.users import users_of
from wizard.inventory import APIS, Inventory
from wizard.plan.plan import Finding, Plan
from wizard.records import (
    Condition,
    Connector,
    FirewallRule,
    Instance,
    Job,
    Literal,
    Nat,
    Network,
    Ports,
    Revision,
    Route,
    Router,
    Service,
    Subnet,
    Traffic,
    VpcAccess,
)

PROJECT, REGION = "demo-project", "us-central1"
LINK = f"projects/{PROJECT}/locations/{REGION}/connectors/con"
CONNECTOR = Connector(name="con", region=REGION, network="my-vpc", range="10.8.0.0/28")
READY = Condition(state="SUCCEEDED")
DB = "postgres://10.0.0.5:5432"


def service(name: str, *, egress: str = "private-ranges-only", **fields: object) -> Service:
    """A service on the connector, ready, with all its traffic on the latest revision; it uses the database."""
    usual = Service(
        name=name,
        region=REGION,
        vpc=VpcAccess(connector=LINK, egress=egress),
        env={"DB_HOST": Literal("10.0.0.5"), "DB_PORT": Literal("5432")},
        max_instances=5,
        traffic=(Traffic(percent=100),),
        latest_ready=f"{name}-2",
        latest_created=f"{name}-2",
        ready=READY,
    )
    return structs.replace(usual, **fields)


def job(name: str, *, egress: str = "private-ranges-only", **fields: object) -> Job:
    """A job on the connector that uses the database."""
    usual = Job(
        name=name,
        region=REGION,
        vpc=VpcAccess(connector=LINK, egress=egress),
        env={"DB_HOST": Literal("10.0.0.5"), "DB_PORT": Literal("5432")},
        ready=READY,
    )
    return structs.replace(usual, **fields)


def world(*holders: Service | Job, **fields: object) -> Inventory:
    """A network with a database that knows the connector by its range, a subnet `apps`, a default route and no NAT."""
    usual = Inventory(
        project=PROJECT,
        region=REGION,
        networks=(Network(name="my-vpc"),),
        subnets=(
            Subnet(name="data", network="my-vpc", region=REGION, range="10.0.0.0/24"),
            Subnet(name="apps", network="my-vpc", region=REGION, range="10.20.0.0/24"),
        ),
        routes=(Route(name="out", network="my-vpc", range="0.0.0.0/0", hop_type="NEXT_HOP_INTERNET_GATEWAY"),),
        firewalls=(
            FirewallRule(
                name="db-from-con",
                network="my-vpc",
                priority=800,
                protocols=(Ports("tcp", ("5432",)),),
                sources=("10.8.0.0/28",),
                target_tags=("db",),
            ),
            FirewallRule(name="no-db", network="my-vpc", priority=900, action="deny", target_tags=("db",)),
        ),
        instances=(
            Instance(name="db", network="my-vpc", address="10.0.0.5", subnet="data", tags=("db",)),
            Instance(name="api", network="my-vpc", address="10.0.0.10", subnet="data"),
        ),
        connectors=(CONNECTOR,),
        services=tuple(one for one in holders if isinstance(one, Service)),
        jobs=tuple(one for one in holders if isinstance(one, Job)),
        apis=dict.fromkeys(APIS, True),
        granted=frozenset(PERMISSIONS),
    )
    return structs.replace(usual, **fields)


def fleet(*holders: Service | Job, revisions: Iterable[Revision] = (), **fields: object) -> Fleet:
    """The users of the connector among these. Fields of the inventory may be given another value."""
    there = world(*holders, **fields)
    found = tuple(revisions)
    users = users_of(CONNECTOR, PROJECT, services=there.services, revisions=found, jobs=there.jobs)
    return Fleet(inventory=there, connector=CONNECTOR, home=PROJECT, users=users, revisions=found)


def revision(name: str, vpc: VpcAccess | None = None) -> Revision:
    """A revision of the service that its name begins with; on the connector unless told otherwise."""
    return Revision(name=name, service=name.rpartition("-")[0], region=REGION, vpc=vpc or VpcAccess(connector=LINK))


def nat(name: str, *subnets: str) -> Router:
    """A router with a NAT gateway: for these subnets, or for all."""
    gateway = Nat(name=f"{name}-nat", all_subnets=not subnets, subnets=subnets)
    return Router(name=name, network="my-vpc", region=REGION, nats=(gateway,))


def plan(there: Fleet, **answers: object) -> Plan:
    """The plan for these answers."""
    return plan_migration(there, structs.replace(MigrateAnswers(), **answers), "t1")


def found(made: Plan, code: str) -> Finding:
    """The one finding with this code."""
    (one,) = [finding for finding in made.findings if finding.code == code]
    return one


def codes(made: Plan) -> list[str]:
    """`block subnet_full` and so on."""
    return [f"{finding.severity.value} {finding.code}" for finding in made.findings]


def ids(made: Plan, group: str = "") -> list[str]:
    """The ids of the steps of one group, or of those that all share."""
    return [planned.id for planned in made.steps if planned.group == group]


def subnets(**apps: object) -> tuple[Subnet, ...]:
    """Those of the usual world, with another `apps`."""
    data, usual = world().subnets
    return (data, structs.replace(usual, **apps))
