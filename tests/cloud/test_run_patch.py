"""Changing a service: only what is owned, on the message as it was read."""

from __future__ import annotations

import grpc
import pytest
from google.cloud import run_v2 as api

from tests.cloud.run_bodies import (
    DIRECT,
    NAME,
    SERVICE,
    UNKNOWN_FIELD,
    accepted,
    patched,
    service,
    writes,
)
from tests.cloud.servers import GrpcServer, Refusal
from wizard.cloud.run_client import RunClients
from wizard.errors import CloudError
from wizard.ports import ServicePatch
from wizard.records import (
    EnvValue,
    FromRevision,
    Literal,
    SecretRef,
    Traffic,
    Unset,
    VpcAccess,
)


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


async def test_a_startup_probe_gets_more_tries_and_keeps_the_rest(
    grpc_api: GrpcServer, run_clients: RunClients
) -> None:
    probe = api.Probe(http_get={"path": "/ready", "http_headers": [{"name": "X-Mine", "value": "1"}]}, period_seconds=5)
    read = service()
    read.template.containers[1].startup_probe = probe
    sent = await patched(grpc_api, run_clients, ServicePatch(startup_failures=20), api.Service.serialize(read))
    after = sent.template.containers[1].startup_probe
    assert after.failure_threshold == 20
    after.failure_threshold = probe.failure_threshold
    assert after == probe


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
