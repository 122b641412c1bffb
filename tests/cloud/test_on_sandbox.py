"""Every method of `wizard.ports.Cloud` end to end: Google's clients against the sandbox's server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from wizard.errors import CloudError
from wizard.ports import Cloud, ConnectorPatch, Operation, ServicePatch, SubnetPatch
from wizard.probe.job import probe_job
from wizard.probe.targets import parse
from wizard.records import (
    Api,
    Connector,
    Execution,
    FirewallRule,
    FromRevision,
    Literal,
    Nat,
    Ports,
    Ref,
    Router,
    Service,
    Subnet,
    Traffic,
    Unset,
    VpcAccess,
)

PROJECT, REGION = "demo-project", "us-central1"
DIRECT = VpcAccess(network="my-vpc", subnet="egress", egress="private-ranges-only")


def ref(kind: str, name: str, location: str = REGION) -> Ref:
    return Ref(kind=kind, project=PROJECT, location=location, name=name)


def now() -> str:
    return datetime.now(UTC).isoformat()


async def test_compute_as_it_is(cloud: Cloud) -> None:
    assert [n.name for n in await cloud.networks()] == ["my-vpc"]
    assert {s.name: s.range for s in await cloud.subnets()} == {"my-subnet": "10.0.0.0/24", "egress": "10.8.0.0/26"}
    assert next(s.free for s in await cloud.subnets() if s.name == "egress") == 60
    assert "10.10.0.0/16" in {r.range for r in await cloud.routes()}
    assert "allow-db" in {f.name for f in await cloud.firewalls()}
    assert [(a.range, a.purpose) for a in await cloud.addresses()] == [("10.9.0.0/16", "VPC_PEERING")]
    assert [(i.name, i.address) for i in await cloud.instances()] == [("orders-db", "10.0.0.5")]
    assert [n.all_subnets for r in await cloud.routers() for n in r.nats] == [True]
    assert await cloud.forwarding_rules() == ()
    routes = await cloud.peering_routes("my-vpc", "partner", REGION)
    assert ("10.60.0.0/16", True) in {(r.range, r.imported) for r in routes}


async def test_effective_firewalls(cloud: Cloud) -> None:
    found = await cloud.effective_firewalls("my-vpc", REGION)
    assert "allow-db" in {r.name for r in found.rules}
    assert [(p.level, p.rules[0].action) for p in found.policies] == [("organization", "goto_next")]


async def test_other_services_as_they_are(cloud: Cloud) -> None:
    assert [(c.name, c.state, c.range) for c in await cloud.connectors()] == [("old", "READY", "10.20.0.0/28")]
    wanted = ("run.googleapis.com", "secretmanager.googleapis.com")
    assert await cloud.apis(wanted) == {"run.googleapis.com": True, "secretmanager.googleapis.com": False}
    assert await cloud.permissions(("run.services.create",)) == {"run.services.create"}
    assert await cloud.invokers(REGION, "my-service") == ()
    (service,) = await cloud.services(REGION)
    assert (service.env["LOG_LEVEL"], service.vpc.kind) == (Literal("info"), "connector")
    revisions = await cloud.revisions(REGION, "my-service")
    assert [r.vpc.connector.rpartition("/")[2] for r in revisions] == ["old"]
    found = await cloud.find(ref("revision", f"my-service/{revisions[0].name}"))
    assert found == revisions[0]


KINDS = ("network", "subnet", "route", "firewall", "address", "router", "connector", "service", "job", "secret")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_not_there_is_none(cloud: Cloud, kind: str) -> None:
    assert await cloud.find(ref(kind, "nowhere")) is None
    assert await cloud.find(ref(kind, "nowhere", "global")) is None


async def test_find_agrees_with_the_lists(cloud: Cloud) -> None:
    for kind, listed in (("network", await cloud.networks()), ("route", await cloud.routes())):
        assert [await cloud.find(ref(kind, record.name, "global")) for record in listed] == list(listed)
    for service in await cloud.services(REGION):
        assert await cloud.find(ref("service", service.name)) == service
    (address,) = await cloud.addresses()
    assert await cloud.find(ref("address", address.name, "global")) == address


async def test_a_subnet_from_creation_to_deletion(cloud: Cloud) -> None:
    since, id_, where = now(), str(uuid4()), ref("subnet", "fresh")
    wanted = Subnet(name="fresh", network="my-vpc", region=REGION, range="10.30.0.0/26")
    operation = await cloud.create(where, wanted, request_id=id_)
    await cloud.wait(operation)
    found = await cloud.find(where)
    assert isinstance(found, Subnet)
    assert (found.range, found.network, found.private_google_access) == ("10.30.0.0/26", "my-vpc", False)
    ours = await cloud.creation(where, since=since, request_id=id_)
    assert ours is not None
    assert ours.name == operation.name
    assert await cloud.creation(where, since=since, request_id=str(uuid4())) is None
    change = SubnetPatch(private_google_access=True)
    await cloud.wait(await cloud.patch(where, change, etag=found.etag, request_id=str(uuid4())))
    with pytest.raises(CloudError) as caught:
        await cloud.patch(where, change, etag=found.etag, request_id=str(uuid4()))
    assert caught.value.status == "ABORTED"
    with pytest.raises(CloudError) as caught:
        await cloud.create(where, wanted, request_id=str(uuid4()))
    assert caught.value.status == "ALREADY_EXISTS"
    await cloud.wait(await cloud.delete(where, etag="", request_id=str(uuid4())))
    assert await cloud.find(where) is None


async def test_a_firewall_rule_and_a_nat(cloud: Cloud) -> None:
    rule = FirewallRule(
        name="let-in", network="my-vpc", priority=900, protocols=(Ports("tcp", ("6379",)),), sources=("10.8.0.0/26",)
    )
    at = ref("firewall", "let-in", "global")
    await cloud.wait(await cloud.create(at, rule, request_id=str(uuid4())))
    found = await cloud.find(at)
    assert isinstance(found, FirewallRule)
    assert (found.priority, found.protocols, found.sources) == (900, rule.protocols, rule.sources)
    await cloud.wait(await cloud.delete(at, etag="", request_id=str(uuid4())))
    assert await cloud.find(at) is None

    router = Router(name="r2", network="my-vpc", region=REGION, nats=(Nat(name="r2-nat", subnets=("egress",)),))
    await cloud.wait(await cloud.create(ref("router", "r2"), router, request_id=str(uuid4())))
    made = await cloud.find(ref("router", "r2"))
    assert isinstance(made, Router)
    assert made.nats == router.nats
    await cloud.wait(await cloud.delete(ref("router", "r2"), etag="", request_id=str(uuid4())))


async def test_a_subnet_in_use_is_not_deleted(cloud: Cloud) -> None:
    with pytest.raises(CloudError) as caught:
        await cloud.wait(await cloud.delete(ref("subnet", "my-subnet"), etag="", request_id=str(uuid4())))
    assert "already being used by" in caught.value.message
    assert caught.value.status == "FAILED_PRECONDITION"


async def test_a_connector_from_creation_to_deletion(cloud: Cloud) -> None:
    since, where = now(), ref("connector", "c1")
    wanted = Connector(name="c1", region=REGION, network="my-vpc", range="10.21.0.0/28")
    operation = await cloud.create(where, wanted, request_id="")
    await cloud.wait(operation)
    found = await cloud.find(where)
    assert isinstance(found, Connector)
    assert (found.state, found.range, found.max_instances) == ("READY", "10.21.0.0/28", 3)
    ours = await cloud.creation(where, since=since, request_id="")
    assert ours is not None
    assert ours.name == operation.name
    bigger = ConnectorPatch(min_instances=2, max_instances=5, machine_type="e2-micro")
    await cloud.wait(await cloud.patch(where, bigger, etag="", request_id=""))
    grown = await cloud.find(where)
    assert isinstance(grown, Connector)
    assert grown.max_instances == 5
    await cloud.wait(await cloud.delete(where, etag="", request_id=""))
    assert await cloud.find(where) is None


async def test_a_connector_that_cannot_be_made(cloud: Cloud) -> None:
    wanted = Connector(name="c2", region=REGION, network="my-vpc", range="10.0.0.0/28")
    with pytest.raises(CloudError) as caught:
        await cloud.wait(await cloud.create(ref("connector", "c2"), wanted, request_id=""))
    assert "conflicts with" in caught.value.message


async def test_a_service_is_changed_and_changed_back(cloud: Cloud) -> None:
    where = ref("service", "my-service")
    before = await cloud.find(where)
    assert isinstance(before, Service)
    patch = ServicePatch(
        vpc=DIRECT,
        env={"LOG_LEVEL": Literal("debug"), "NEW": Literal("1")},
        traffic=(Traffic(revision=before.latest_ready, percent=100), Traffic(percent=0, tag="candidate")),
    )
    await cloud.wait(await cloud.patch(where, patch, etag=before.etag, request_id=""))
    after = await cloud.find(where)
    assert isinstance(after, Service)
    assert (after.vpc.kind, after.vpc.subnet, after.vpc.egress) == ("direct", "egress", "private-ranges-only")
    assert list(after.env) == ["LOG_LEVEL", "REDIS_HOST", "NEW"]
    assert after.latest_created != before.latest_created
    assert after.serving[0] == Traffic(revision=before.latest_ready, percent=100)
    with pytest.raises(CloudError) as caught:
        await cloud.patch(where, ServicePatch(vpc=before.vpc), etag=before.etag, request_id="")
    assert caught.value.status == "ABORTED"
    back = ServicePatch(
        vpc=before.vpc,
        env={"LOG_LEVEL": FromRevision(before.latest_created), "NEW": Unset()},
        traffic=before.traffic,
    )
    await cloud.wait(await cloud.patch(where, back, etag=after.etag, request_id=""))
    restored = await cloud.find(where)
    assert isinstance(restored, Service)
    for field in ("vpc", "env", "startup_probe", "traffic", "image", "labels", "max_instances", "ingress"):
        assert getattr(restored, field) == getattr(before, field), field


async def test_a_service_from_creation_to_deletion(cloud: Cloud) -> None:
    since, where = now(), ref("service", "fresh")
    wanted = Service(name="fresh", region=REGION, image="docker.io/library/nginx", vpc=DIRECT, labels={"a": "b"})
    operation = await cloud.create(where, wanted, request_id="")
    await cloud.wait(operation)
    found = await cloud.find(where)
    assert isinstance(found, Service)
    assert (found.image, found.vpc, found.labels, found.ready.state) == (wanted.image, DIRECT, {"a": "b"}, "SUCCEEDED")
    ours = await cloud.creation(where, since=since, request_id="")
    assert ours is not None
    assert ours.name == operation.name
    await cloud.wait(await cloud.delete(where, etag="", request_id=""))
    assert await cloud.find(where) is None


async def test_a_probe_job_runs_and_goes(cloud: Cloud) -> None:
    where, since = ref("job", "probe"), now()
    job = probe_job(
        name="probe",
        region=REGION,
        targets=[parse("postgres://10.0.0.5:5432")],
        vpc=VpcAccess(connector=f"projects/{PROJECT}/locations/{REGION}/connectors/old", egress="private-ranges-only"),
        attempts=1,
        timeout=3.0,
        start_token="t1",
    )
    operation = await cloud.create(where, job, request_id="")
    await cloud.wait(operation)
    ours = await cloud.creation(where, since=since, request_id="")
    assert ours is not None
    assert ours.name == operation.name
    execution = await ended(cloud, where, "probe-t1")
    assert (execution.job, execution.succeeded + execution.failed) == ("probe", 1)
    (task,) = await cloud.tasks(where, "probe-t1")
    assert task.exit_code == 0
    lines = await cloud.log_lines(where, "probe-t1")
    assert any('"connected"' in line for line in lines)
    assert await cloud.execution(where, "probe-t2") is None
    assert where.name in {j.name for j in await cloud.jobs(REGION)}
    await cloud.wait(await cloud.delete(where, etag="", request_id=""))
    assert await cloud.find(where) is None


async def ended(cloud: Cloud, job: Ref, name: str) -> Execution:
    """The execution once it is complete."""
    async with asyncio.timeout(30):
        while True:
            execution = await cloud.execution(job, name)
            if execution is not None and execution.completed:
                return execution
            await asyncio.sleep(0.05)


async def test_an_api_is_enabled(cloud: Cloud) -> None:
    where = ref("api", "secretmanager.googleapis.com", "global")
    before = await cloud.find(where)
    assert isinstance(before, Api)
    assert not before.enabled
    await cloud.wait(await cloud.create(where, Api(name=where.name, enabled=True), request_id=""))
    after = await cloud.find(where)
    assert isinstance(after, Api)
    assert after.enabled
    assert await cloud.secret_exists("db-password")
    assert not await cloud.secret_exists("nothing")


@pytest.mark.parametrize(
    "name",
    [
        "compute:global/operations/operation-1",
        f"compute:regions/{REGION}/operations/operation-1",
        f"vpcaccess:projects/{PROJECT}/locations/{REGION}/operations/1",
        f"run:projects/{PROJECT}/locations/{REGION}/operations/1",
    ],
)
async def test_an_operation_that_nobody_knows_is_gone(cloud: Cloud, name: str) -> None:
    with pytest.raises(CloudError) as caught:
        await cloud.wait(Operation(name=name, ref=ref("subnet", "nowhere")))
    assert caught.value.status == "NOT_FOUND"
