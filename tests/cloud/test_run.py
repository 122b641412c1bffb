"""Cloud Run over gRPC, against a server that deals in raw bytes."""

from __future__ import annotations

import grpc
import pytest
from google.cloud import run_v2 as api
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from tests.cloud.run_bodies import (
    DIRECT,
    JOB,
    NAME,
    PARENT,
    SERVICE,
    accepted,
    patched,
    service,
    writes,
)
from tests.cloud.servers import CALLER, GrpcServer, Refusal
from wizard.cloud.run_client import RunClients
from wizard.cloud.run_reads import RunReads
from wizard.errors import CloudError
from wizard.ports import ServicePatch
from wizard.records import (
    Condition,
    Job,
    Literal,
    Service,
    Traffic,
    VpcAccess,
)


async def test_a_write_without_request_id_is_sent_once(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("CreateService", Refusal(grpc.StatusCode.UNAVAILABLE, "went away"), accepted())
    with pytest.raises(CloudError) as caught:
        await writes(run_clients).create_service(SERVICE, Service(name="s1", region="us-central1", image="i"))
    assert caught.value.status == "UNAVAILABLE"
    assert len(grpc_api.requests("CreateService")) == 1


async def test_a_write_that_was_refused_for_a_moment_is_sent_again(
    grpc_api: GrpcServer, run_clients: RunClients
) -> None:
    busy = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "slow down", (("retry-after", "0"),))
    grpc_api.on("CreateService", busy, accepted())
    done = await writes(run_clients).create_service(SERVICE, Service(name="s1", region="us-central1", image="i"))
    assert done.name == f"run:{PARENT}/operations/o1"
    assert len(grpc_api.requests("CreateService")) == 2


async def test_reads_are_repeated(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("GetService", Refusal(grpc.StatusCode.UNAVAILABLE), api.Service.serialize(service()))
    assert (await RunReads(run_clients, CALLER, "p1").find_service(SERVICE)).name == "s1"


async def test_a_service_as_record(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    ready = api.Condition(type_="Ready", state=3, revision_reason=6, message="no")
    read = service(
        terminal_condition=ready,
        traffic=[api.TrafficTarget(type_=1, percent=100)],
        traffic_statuses=[api.TrafficTargetStatus(type_=2, revision="s1-2", percent=100)],
        latest_ready_revision=f"{NAME}/revisions/s1-2",
        ingress=2,
        create_time=Timestamp(seconds=1795000000),
    )
    grpc_api.on("ListServices", api.ListServicesResponse.pb(api.ListServicesResponse(services=[read])))
    (found,) = await RunReads(run_clients, CALLER, "p1").services("us-central1")
    assert found.vpc == VpcAccess(connector=f"{PARENT}/connectors/c1", egress="private-ranges-only")
    assert (found.image, found.port, found.region) == ("app", 8080, "us-central1")
    assert found.env == {"A": Literal("a"), "B": Literal("b"), "C": Literal("c")}
    assert (found.latest_ready, found.ingress, found.max_instances) == ("s1-2", "internal", 100)
    assert found.traffic == (Traffic(percent=100),)
    assert found.serving == (Traffic(revision="s1-2", percent=100),)
    assert found.ready == Condition(state="FAILED", reason="HEALTH_CHECK_CONTAINER_ERROR", message="no")
    assert found.created == "2026-11-18T11:06:40Z"


async def test_values_from_tomorrow_do_no_harm(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    read = api.Service.pb(service())
    read.ingress = 77
    read.template.vpc_access.egress = 9
    read.terminal_condition.state = 42
    read.terminal_condition.reason = 4242
    read.traffic.add(type_=5, revision="s1-1", percent=100)
    grpc_api.on("GetService", read)
    found = await RunReads(run_clients, CALLER, "p1").find_service(SERVICE)
    assert (found.ingress, found.vpc.egress) == ("UNKNOWN_77", "UNKNOWN_9")
    assert (found.ready.state, found.ready.reason) == ("UNKNOWN_42", "UNKNOWN_4242")
    sent = await patched(grpc_api, run_clients, ServicePatch(vpc=found.vpc), read.SerializeToString())
    assert api.Service.pb(sent).template.vpc_access.egress == 9


async def test_pages_are_followed(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    first = api.ListRevisionsResponse(revisions=[api.Revision(name=f"{NAME}/revisions/a")], next_page_token="2")
    second = api.ListRevisionsResponse(revisions=[api.Revision(name=f"{NAME}/revisions/b")])
    grpc_api.on("ListRevisions", api.ListRevisionsResponse.pb(first), api.ListRevisionsResponse.pb(second))
    found = await RunReads(run_clients, CALLER, "p1").revisions("us-central1", "s1")
    assert [(r.name, r.service) for r in found] == [("a", "s1"), ("b", "s1")]
    tokens = [api.ListRevisionsRequest.deserialize(r).page_token for r in grpc_api.requests("ListRevisions")]
    assert tokens == ["", "2"]


async def test_a_job_starts_with_its_creation(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("CreateJob", accepted())
    wanted = Job(
        name="j1",
        region="us-central1",
        image="python",
        command=("python",),
        args=("-c", "print(1)\n"),
        env={"X": Literal("1")},
        vpc=DIRECT,
        tasks=4,
        parallelism=2,
        timeout=90,
        start_token="t1",
        labels={"created-by": "runvpc"},
    )
    await writes(run_clients).create_job(JOB, wanted)
    request = api.CreateJobRequest.deserialize(grpc_api.requests("CreateJob")[0])
    assert (request.parent, request.job_id) == (PARENT, "j1")
    task = api.Job.pb(request.job).template.template
    assert task.HasField("max_retries")
    assert (task.max_retries, task.timeout) == (0, Duration(seconds=90))
    request.job.name = f"{PARENT}/jobs/j1"
    grpc_api.on("GetJob", api.Job.pb(request.job))
    assert await RunReads(run_clients, CALLER, "p1").find_job(JOB) == wanted


@pytest.mark.parametrize(
    ("result", "ended", "code"),
    [
        (api.TaskAttemptResult(), True, 0),
        (api.TaskAttemptResult(status=Status(code=2), exit_code=12), True, 12),
        (api.TaskAttemptResult(status=Status(code=9, message="image not found")), True, None),
        (api.TaskAttemptResult(status=Status(code=2), term_signal=9), True, 137),
        (api.TaskAttemptResult(), False, None),
    ],
)
async def test_exit_codes_of_tasks(
    grpc_api: GrpcServer, run_clients: RunClients, result: api.TaskAttemptResult, ended: bool, code: int | None
) -> None:
    task = api.Task(name=f"{PARENT}/jobs/j1/executions/e/tasks/0", last_attempt_result=result)
    if ended:
        task.completion_time = Timestamp(seconds=5)
    grpc_api.on("ListTasks", api.ListTasksResponse.pb(api.ListTasksResponse(tasks=[task])))
    (found,) = await RunReads(run_clients, CALLER, "p1").tasks(JOB, "e")
    assert found.exit_code == code


async def test_an_execution_that_is_not_there(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("GetExecution", Refusal(grpc.StatusCode.NOT_FOUND))
    assert await RunReads(run_clients, CALLER, "p1").execution(JOB, "e") is None
