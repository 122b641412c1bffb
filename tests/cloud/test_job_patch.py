"""Changing a job: only its network settings, on the message as it was read."""

from __future__ import annotations

import grpc
import pytest
from google.cloud import run_v2 as api

from tests.cloud.run_bodies import DIRECT, JOB, PARENT, UNKNOWN_FIELD, accepted, writes
from tests.cloud.servers import GrpcServer, Refusal
from wizard.cloud.run_client import RunClients
from wizard.errors import CloudError
from wizard.ports import Cloud, JobPatch
from wizard.probe.job import probe_job
from wizard.probe.targets import parse
from wizard.records import Job, Ref, VpcAccess

NAME = f"{PARENT}/jobs/j1"
MINE, SYSTEM = {"team": "a", "example.com/x": "y"}, {"run.googleapis.com/launch-stage": "BETA", "team": "a"}


def job(**more: object) -> api.Job:
    task = api.TaskTemplate(
        containers=[api.Container(image="batch", env=[api.EnvVar(name="A", value="a")])],
        max_retries=7,
        vpc_access=api.VpcAccess(connector=f"{PARENT}/connectors/c1", egress=2),
    )
    template = api.ExecutionTemplate(parallelism=2, task_count=5, template=task, labels={"batch": "nightly"})
    return api.Job(**{"name": NAME, "etag": '"1/a"', "template": template, **more})


async def sent(server: GrpcServer, clients: RunClients, read: bytes, vpc: VpcAccess, etag: str = "") -> bytes:
    server.on("GetJob", read)
    server.on("UpdateJob", accepted())
    operation = await writes(clients).patch_job(JOB, JobPatch(vpc=vpc), etag)
    assert (operation.name, operation.ref) == (f"run:{PARENT}/operations/o1", JOB)
    (request,) = server.requests("UpdateJob")
    return request


async def test_only_the_network_settings_change(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    raw = await sent(grpc_api, run_clients, api.Job.serialize(job()), DIRECT, '"1/a"')
    request = api.UpdateJobRequest.deserialize(raw)
    assert {field.name for field, _ in api.UpdateJobRequest.pb(request).ListFields()} == {"job"}, "no mask, no flags"
    vpc = request.job.template.template.vpc_access
    assert [(i.network, i.subnetwork, list(i.tags)) for i in vpc.network_interfaces] == [("n1", "sub", ["t"])]
    assert (vpc.connector, vpc.egress) == ("", api.VpcAccess.VpcEgress.ALL_TRAFFIC)
    expected = job()
    expected.template.template.vpc_access = vpc
    assert request.job == expected


async def test_no_network_settings_at_all(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    raw = await sent(grpc_api, run_clients, api.Job.serialize(job()), VpcAccess())
    assert "vpc_access" not in api.UpdateJobRequest.deserialize(raw).job.template.template


async def test_fields_that_no_client_knows_survive(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    raw = await sent(grpc_api, run_clients, api.Job.serialize(job()) + UNKNOWN_FIELD, DIRECT)
    assert raw.count(UNKNOWN_FIELD) == 1


async def test_system_names_are_not_sent_back(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    read = job(labels={**MINE, **SYSTEM}, annotations={**MINE, **SYSTEM})
    read.template.labels = {**MINE, **SYSTEM}
    read.template.annotations = {**MINE, **SYSTEM}
    raw = await sent(grpc_api, run_clients, api.Job.serialize(read), DIRECT)
    after = api.UpdateJobRequest.deserialize(raw).job
    for carried in (after.labels, after.annotations, after.template.labels, after.template.annotations):
        assert dict(carried) == MINE


async def test_another_version_is_refused_before_anything_is_sent(
    grpc_api: GrpcServer, run_clients: RunClients
) -> None:
    grpc_api.on("GetJob", api.Job.serialize(job()))
    with pytest.raises(CloudError) as caught:
        await writes(run_clients).patch_job(JOB, JobPatch(vpc=DIRECT), '"0/a"')
    assert caught.value.status == "ABORTED"
    assert grpc_api.requests("UpdateJob") == []


async def test_a_conflict_at_the_server_is_ours_too(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("GetJob", api.Job.serialize(job()))
    grpc_api.on("UpdateJob", Refusal(grpc.StatusCode.ABORTED, "Conflict for resource 'j1': version mismatch"))
    with pytest.raises(CloudError) as caught:
        await writes(run_clients).patch_job(JOB, JobPatch(vpc=DIRECT), "")
    assert caught.value.status == "ABORTED"


async def test_a_job_of_the_sandbox_and_back(cloud: Cloud) -> None:
    where = Ref(kind="job", project="demo-project", location="us-central1", name="moved")
    connector = "projects/demo-project/locations/us-central1/connectors/old"
    old = VpcAccess(connector=connector, egress="all-traffic")
    new = VpcAccess(network="my-vpc", subnet="egress", egress="all-traffic")
    wanted = probe_job(
        name="moved",
        region="us-central1",
        targets=[parse("postgres://10.0.0.5:5432")],
        vpc=old,
        attempts=1,
        timeout=1.0,
        start_token="",
    )
    await cloud.wait(await cloud.create(where, wanted, request_id=""))
    before = await cloud.find(where)
    assert isinstance(before, Job)
    assert before.vpc == old
    for vpc in (new, VpcAccess(), old):
        current = await cloud.find(where)
        assert isinstance(current, Job)
        await cloud.wait(await cloud.patch(where, JobPatch(vpc=vpc), etag=current.etag, request_id=""))
        after = await cloud.find(where)
        assert isinstance(after, Job)
        assert after.vpc == vpc
        for field in ("image", "env", "labels", "annotations", "command", "args", "max_retries"):
            assert getattr(after, field, None) == getattr(before, field, None), field
    with pytest.raises(CloudError) as caught:
        await cloud.patch(where, JobPatch(vpc=new), etag=before.etag, request_id="")
    assert caught.value.status == "ABORTED"
    await cloud.wait(await cloud.delete(where, etag="", request_id=""))
