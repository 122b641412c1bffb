"""Connectors: gRPC for what the client library covers, REST for the change that it lacks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
from google.cloud import vpcaccess_v1 as api
from google.cloud.location.locations_pb2 import ListLocationsResponse, Location
from google.longrunning import operations_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from tests.cloud.servers import CALLER, GrpcServer, Refusal, RestServer
from wizard.cloud.channels import open_channel
from wizard.cloud.connectors import Connectors
from wizard.cloud.rest import Rest
from wizard.errors import CloudError
from wizard.ports import ConnectorPatch
from wizard.records import Connector, Ref

PARENT = "projects/p1/locations/us-central1"
NAME = f"{PARENT}/connectors/c1"
REF = Ref(kind="connector", project="p1", location="us-central1", name="c1")


@pytest.fixture
async def connectors(grpc_api: GrpcServer, rest: Rest) -> AsyncIterator[Connectors]:
    channel = open_channel(grpc_api.access, "vpcaccess.googleapis.com")
    yield Connectors(channel, rest, CALLER, "p1")
    await channel.close()


def listed(*names: str, token: str = "") -> bytes:
    found = [api.Connector(name=name, state=1, min_instances=2, max_instances=3) for name in names]
    return bytes(
        api.ListConnectorsResponse.serialize(api.ListConnectorsResponse(connectors=found, next_page_token=token))
    )


async def test_connectors_of_every_location_and_page(grpc_api: GrpcServer, connectors: Connectors) -> None:
    places = [Location(location_id="us-central1"), Location(name="projects/p1/locations/europe-west1")]
    grpc_api.on(
        "ListLocations",
        ListLocationsResponse(locations=places[:1], next_page_token="2"),
        ListLocationsResponse(locations=places[1:]),
    )
    grpc_api.on("ListConnectors", listed(NAME, token="2"), listed(f"{PARENT}/connectors/c2"))
    found = await connectors.everywhere()
    asked = [api.ListConnectorsRequest.deserialize(r) for r in grpc_api.requests("ListConnectors")]
    assert {r.parent.rpartition("/")[2] for r in asked} == {"us-central1", "europe-west1"}
    assert {c.name for c in found} == {"c1", "c2"}
    assert [r.page_token for r in asked].count("2") == 1


async def test_a_connector_as_record(grpc_api: GrpcServer, connectors: Connectors) -> None:
    message = api.Connector.pb(api.Connector(name=NAME, subnet=api.Connector.Subnet(name="s1", project_id="host")))
    message.state = 9
    grpc_api.on("GetConnector", message)
    found = await connectors.find(REF)
    assert (found.name, found.region, found.subnet, found.subnet_project) == ("c1", "us-central1", "s1", "host")
    assert found.state == "UNKNOWN_9"


@pytest.mark.parametrize(
    "wanted",
    [
        Connector(name="c1", region="us-central1", subnet="s1", machine_type="e2-standard-4", max_instances=5),
        Connector(name="c1", region="us-central1", network="n1", range="10.8.0.0/28"),
    ],
)
async def test_creation_sends_what_the_record_says(
    grpc_api: GrpcServer, connectors: Connectors, wanted: Connector
) -> None:
    grpc_api.on("CreateConnector", operations_pb2.Operation(name=f"{PARENT}/operations/1"))
    assert (await connectors.create(REF, wanted)).name == f"vpcaccess:{PARENT}/operations/1"
    request = api.CreateConnectorRequest.deserialize(grpc_api.requests("CreateConnector")[0])
    assert (request.parent, request.connector_id, request.connector.name) == (PARENT, "c1", "")
    request.connector.name = NAME
    request.connector.state = 1
    grpc_api.on("GetConnector", api.Connector.pb(request.connector))
    assert await connectors.find(REF) == wanted


async def test_a_change_goes_over_rest(http: RestServer, connectors: Connectors) -> None:
    http.on("PATCH", f"/v1/{NAME}", {"name": f"{PARENT}/operations/2"})
    change = ConnectorPatch(min_instances=3, max_instances=6, machine_type="e2-micro")
    assert (await connectors.patch(REF, change, "")).name == f"vpcaccess:{PARENT}/operations/2"
    assert http.asked[0].query == {"updateMask": "minInstances,maxInstances,machineType"}
    assert http.asked[0].body == {"minInstances": 3, "maxInstances": 6, "machineType": "e2-micro"}


async def test_an_operation_is_polled_until_it_fails(grpc_api: GrpcServer, connectors: Connectors) -> None:
    text = (
        "Operation failed: Invalid IP CIDR range was provided. It conflicts with an existing subnetwork. "
        "Please delete the connector manually."
    )
    running = operations_pb2.Operation(name="o")
    failed = operations_pb2.Operation(name="o", done=True, error=Status(code=3, message=text))
    grpc_api.on("GetOperation", running, Refusal(grpc.StatusCode.UNAVAILABLE), failed)
    with pytest.raises(CloudError) as caught:
        await connectors.wait("o", REF)
    assert caught.value.status == "INVALID_ARGUMENT"
    assert text in caught.value.message
    assert len(grpc_api.requests("GetOperation")) == 3


async def test_deletion(grpc_api: GrpcServer, connectors: Connectors) -> None:
    grpc_api.on("DeleteConnector", operations_pb2.Operation(name="o", done=True))
    assert (await connectors.delete(REF)).done
    assert api.DeleteConnectorRequest.deserialize(grpc_api.requests("DeleteConnector")[0]).name == NAME


def operation(name: str, method: str, target: str, seconds: int) -> operations_pb2.Operation:
    about = AnyMessage()
    about.Pack(
        api.OperationMetadata.pb(
            api.OperationMetadata(method=method, target=target, create_time=Timestamp(seconds=seconds))
        )
    )
    return operations_pb2.Operation(name=name, metadata=about)


async def test_the_creation_of_ours_is_the_newest_in_time(grpc_api: GrpcServer, connectors: Connectors) -> None:
    create = "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector"
    found = [
        operation("early", create, NAME, 99),
        operation("first", create, NAME, 100),
        operation("last", create, NAME, 130),
        operation("other", create, f"{NAME}0", 150),
        operation("deleted", create.replace("Create", "Delete"), NAME, 160),
    ]
    grpc_api.on("ListOperations", operations_pb2.ListOperationsResponse(operations=found))
    ours = await connectors.creation(REF, "1970-01-01T00:01:40Z")
    assert ours is not None
    assert ours.name == "vpcaccess:last"
    assert await connectors.creation(REF, "1970-01-01T01:00:00Z") is None
