"""Cloud Run over gRPC, against a server that deals in raw bytes."""

from __future__ import annotations

import grpc
import pytest
from google.cloud import run_v2 as api
from google.longrunning import operations_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from tests.cloud.servers import CALLER, GrpcServer, Refusal
from wizard.cloud.run_client import RunClients
from wizard.cloud.run_operations import RunOperations
from wizard.cloud.run_reads import RunReads
from wizard.cloud.run_writes import RunWrites
from wizard.errors import CloudError
from wizard.ports import ServicePatch
from wizard.records import (
    Condition,
    EnvValue,
    FromRevision,
    Job,
    Literal,
    Ref,
    SecretRef,
    Service,
    StartupProbe,
    Traffic,
    Unset,
    VpcAccess,
)

PARENT = "projects/p1/locations/us-central1"
NAME = f"{PARENT}/services/s1"
SERVICE = Ref(kind="service", project="p1", location="us-central1", name="s1")
JOB = Ref(kind="job", project="p1", location="us-central1", name="j1")
DIRECT = VpcAccess(network="n1", subnet="sub", tags=("t",), egress="all-traffic")
UNKNOWN_FIELD = b"\xea\x6b\x07forever"
"""Field 1725, length-delimited: no client knows it."""


def service(**more: object) -> api.Service:
    """A service with a side-car before the container that takes requests."""
    variables = [api.EnvVar(name=name, value=name.lower()) for name in ("A", "B", "C")]
    fields: dict[str, object] = {
        "name": NAME,
        "etag": '"1/a"',
        "template": api.RevisionTemplate(
            revision="s1-named",
            containers=[
                api.Container(name="proxy", image="proxy"),
                api.Container(name="app", image="app", ports=[api.ContainerPort(container_port=8080)], env=variables),
            ],
            vpc_access=api.VpcAccess(connector=f"{PARENT}/connectors/c1", egress=2),
        ),
        **more,
    }
    return api.Service(**fields)


def accepted() -> operations_pb2.Operation:
    return operations_pb2.Operation(name=f"{PARENT}/operations/o1")


def writes(clients: RunClients) -> RunWrites:
    return RunWrites(clients, RunReads(clients, CALLER, "p1"), CALLER)


def operations(clients: RunClients, account: str = "") -> RunOperations:
    return RunOperations(clients, RunReads(clients, CALLER, "p1"), CALLER, account)


async def patched(server: GrpcServer, clients: RunClients, patch: ServicePatch, read: bytes) -> api.Service:
    """The service as it was sent after `patch` on what was read."""
    server.on("GetService", read)
    server.on("UpdateService", accepted())
    await writes(clients).patch_service(SERVICE, patch, "")
    request = api.UpdateServiceRequest.deserialize(server.requests("UpdateService")[0])
    assert not api.UpdateServiceRequest.pb(request).HasField("update_mask")
    service: api.Service = request.service
    return service


async def test_fields_that_no_client_knows_survive_a_patch(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    container = api.Container.serialize(service().template.containers[1]) + UNKNOWN_FIELD
    template = api.RevisionTemplate(service().template)
    del template.containers[1]
    length = len(container)
    assert length < 128
    nested = api.RevisionTemplate.serialize(template) + bytes((0x52, length)) + container + UNKNOWN_FIELD
    body = api.Service.serialize(api.Service(name=NAME, etag="1"))
    read = body + b"\x92\x01" + varint(len(nested)) + nested + UNKNOWN_FIELD
    grpc_api.on("GetService", read)
    grpc_api.on("UpdateService", accepted())
    await writes(run_clients).patch_service(SERVICE, ServicePatch(vpc=DIRECT, env={"B": Literal("2")}), "1")
    sent = grpc_api.requests("UpdateService")[0]
    assert read.count(UNKNOWN_FIELD) == 3
    assert sent.count(UNKNOWN_FIELD) == 3
    assert b"connectors/" not in sent


def varint(number: int) -> bytes:
    """A length as protobuf writes it."""
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


async def test_vpc_access_is_written_whole(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    sent = await patched(grpc_api, run_clients, ServicePatch(vpc=DIRECT), api.Service.serialize(service()))
    vpc = sent.template.vpc_access
    assert vpc.connector == ""
    assert [(i.network, i.subnetwork, list(i.tags)) for i in vpc.network_interfaces] == [("n1", "sub", ["t"])]
    assert vpc.egress == api.VpcAccess.VpcEgress.ALL_TRAFFIC
    assert sent.template.revision == ""
    assert sent.etag == '"1/a"'


async def test_traffic_alone_keeps_the_template(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    split = (Traffic(revision="s1-1", percent=90), Traffic(percent=10, tag="new"))
    sent = await patched(grpc_api, run_clients, ServicePatch(traffic=split), api.Service.serialize(service()))
    assert sent.template == service().template
    assert [(t.type_.name[-8:], t.revision, t.percent, t.tag) for t in sent.traffic] == [
        ("REVISION", "s1-1", 90, ""),
        ("E_LATEST", "", 10, "new"),
    ]


async def test_variables_are_set_one_by_one_in_place(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    earlier = api.Revision(containers=[api.Container(env=[api.EnvVar(name="B", value="before")])])
    grpc_api.on("GetRevision", api.Revision.pb(earlier))
    env: dict[str, EnvValue] = {
        "NEW": SecretRef("key", "7"),
        "A": Unset(),
        "B": FromRevision("s1-1"),
        "C": FromRevision("s1-1"),
        "GONE": Unset(),
        "Z": Literal("z=1,2"),
    }
    sent = await patched(grpc_api, run_clients, ServicePatch(env=env), api.Service.serialize(service()))
    main = sent.template.containers[1]
    assert [v.name for v in main.env] == ["B", "NEW", "Z"]
    assert [v.value for v in main.env] == ["before", "", "z=1,2"]
    ref = main.env[1].value_source.secret_key_ref
    assert (ref.secret, ref.version) == ("key", "7")
    assert list(sent.template.containers[0].env) == []
    get = api.GetRevisionRequest.deserialize(grpc_api.requests("GetRevision")[0])
    assert get.name == f"{NAME}/revisions/s1-1"


async def test_startup_probe_is_set_and_taken_away(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    probe = StartupProbe(type="http", path="/ready", port=8080, period=5, timeout=4, failure_threshold=20)
    sent = await patched(grpc_api, run_clients, ServicePatch(startup_probe=probe), api.Service.serialize(service()))
    grpc_api.on("GetService", api.Service.serialize(sent))
    assert (await RunReads(run_clients, CALLER, "p1").find_service(SERVICE)).startup_probe == probe
    grpc_api.asked.clear()
    again = await patched(grpc_api, run_clients, ServicePatch(startup_probe=None), api.Service.serialize(sent))
    assert "startup_probe" not in again.template.containers[1]


async def test_system_annotations_are_not_sent_back(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    mine, system = {"team": "a", "example.com/x": "y"}, {"run.googleapis.com/launch-stage": "BETA"}
    read = service(annotations={**mine, **system}, labels={**mine, "serving.knative.dev/a": "b"})
    sent = await patched(grpc_api, run_clients, ServicePatch(vpc=VpcAccess()), api.Service.serialize(read))
    assert dict(sent.annotations) == mine
    assert dict(sent.labels) == mine
    assert "vpc_access" not in sent.template


async def test_another_version_is_refused_before_anything_is_sent(
    grpc_api: GrpcServer, run_clients: RunClients
) -> None:
    grpc_api.on("GetService", api.Service.serialize(service()))
    with pytest.raises(CloudError) as caught:
        await writes(run_clients).patch_service(SERVICE, ServicePatch(vpc=DIRECT), '"0/a"')
    assert caught.value.status == "ABORTED"
    assert grpc_api.requests("UpdateService") == []


async def test_a_conflict_at_the_server_is_ours_too(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("GetService", api.Service.serialize(service()))
    grpc_api.on("UpdateService", Refusal(grpc.StatusCode.ABORTED, "Conflict for resource 's1': version mismatch"))
    with pytest.raises(CloudError) as caught:
        await writes(run_clients).patch_service(SERVICE, ServicePatch(vpc=DIRECT), "")
    assert caught.value.status == "ABORTED"
    assert "plan again" in caught.value.fix


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
    assert await RunReads(run_clients, CALLER, "p1").find_job(JOB) == wanted.__class__(
        **{name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "ready"}
    )


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


async def test_waiting_at_the_server(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("WaitOperation", accepted(), operations_pb2.Operation(name="o", done=True))
    await operations(run_clients).wait(f"{PARENT}/operations/o1", SERVICE)
    assert len(grpc_api.requests("WaitOperation")) == 2


async def test_waiting_where_the_server_does_not(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("GetOperation", accepted(), operations_pb2.Operation(name="o", done=True))
    await operations(run_clients).wait(f"{PARENT}/operations/o1", SERVICE)
    assert len(grpc_api.requests("GetOperation")) == 2


@pytest.mark.parametrize(("code", "status"), [(3, "INVALID_ARGUMENT"), (5, "FAILED"), (14, "FAILED"), (99, "FAILED")])
async def test_an_operation_that_failed(grpc_api: GrpcServer, run_clients: RunClients, code: int, status: str) -> None:
    failed = operations_pb2.Operation(name="o", done=True, error=Status(code=code, message="Revision is not ready"))
    grpc_api.on("WaitOperation", failed)
    with pytest.raises(CloudError) as caught:
        await operations(run_clients).wait("o", SERVICE)
    assert caught.value.status == status
    assert "Revision is not ready" in caught.value.message


def about(message: api.Service | api.Job) -> operations_pb2.Operation:
    """An operation whose metadata is the resource, as Cloud Run's are."""
    packed = AnyMessage()
    packed.Pack(type(message).pb(message))
    return operations_pb2.Operation(name=f"{PARENT}/operations/o9", metadata=packed, done=True)


@pytest.mark.parametrize(
    ("name", "generation", "seconds", "ours"),
    [(NAME, 1, 100, True), (NAME, 2, 100, False), (NAME, 1, 99, False), (f"{NAME}0", 1, 100, False)],
)
async def test_the_creation_of_ours(
    grpc_api: GrpcServer, run_clients: RunClients, name: str, generation: int, seconds: int, ours: bool
) -> None:
    listed = about(api.Service(name=name, generation=generation, create_time=Timestamp(seconds=seconds)))
    other = about(api.Job(name=NAME))
    grpc_api.on("ListOperations", operations_pb2.ListOperationsResponse(operations=[other, listed]))
    found = await operations(run_clients).creation(SERVICE, "1970-01-01T00:01:40Z")
    assert (found is not None) is ours


@pytest.mark.parametrize(("account", "ours"), [("", True), ("me@example.com", True), ("you@example.com", False)])
async def test_creation_without_a_list_of_operations(
    grpc_api: GrpcServer, run_clients: RunClients, account: str, ours: bool
) -> None:
    job = api.Job(name=f"{PARENT}/jobs/j1", creator="me@example.com", create_time=Timestamp(seconds=200))
    grpc_api.on("GetJob", api.Job.pb(job))
    found = await operations(run_clients, account).creation(JOB, "1970-01-01T00:01:40Z")
    assert (found is not None) is ours
