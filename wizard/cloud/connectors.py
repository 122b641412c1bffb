"""Serverless VPC Access: connectors over gRPC; their change, which the client library lacks, over REST."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
from google.cloud import vpcaccess_v1 as api
from google.cloud.location.locations_pb2 import ListLocationsRequest, ListLocationsResponse
from google.cloud.vpcaccess_v1.services.vpc_access_service.transports import VpcAccessServiceGrpcAsyncIOTransport
from google.longrunning import operations_pb2

from wizard.cloud import operations
from wizard.cloud.calls import Caller
from wizard.cloud.etags import refuse_if_changed
from wizard.cloud.links import last, part
from wizard.cloud.messages import enum_name
from wizard.cloud.paging import all_pages, first_page
from wizard.cloud.rest import Rest
from wizard.ports import ConnectorPatch, Operation
from wizard.records import Connector, Ref

_API = "vpcaccess.googleapis.com"
_LOCATIONS_AT_ONCE = 8


class Connectors:
    """The connectors of one project. Every method raises CloudError."""

    def __init__(self, channel: grpc.aio.Channel, rest: Rest, caller: Caller, project: str) -> None:
        transport = VpcAccessServiceGrpcAsyncIOTransport(channel=channel)
        self._client = api.VpcAccessServiceAsyncClient(transport=transport)
        self._rest = rest
        self._caller = caller
        self._project = project

    async def everywhere(self) -> tuple[Connector, ...]:
        """The connectors of every location that the service names, several locations at the same time."""
        gate = asyncio.Semaphore(_LOCATIONS_AT_ONCE)

        async def one(location: str) -> list[Connector]:
            async with gate:
                return [connector(message) for message in await self._in(location)]

        found = await asyncio.gather(*(one(name) for name in await self._locations()))
        return tuple(c for connectors in found for c in connectors)

    async def _locations(self) -> list[str]:
        async def page(token: str, timeout: float) -> ListLocationsResponse:
            request = ListLocationsRequest(name=f"projects/{self._project}", page_token=token)
            return await self._client.list_locations(request, timeout=timeout, retry=None)

        pages = await all_pages(self._caller, "list the locations of connectors", self._project, page)
        return [location.location_id or last(location.name) for p in pages for location in p.locations]

    async def _in(self, location: str) -> list[api.Connector]:
        async def page(token: str, timeout: float) -> api.ListConnectorsResponse:
            parent = f"projects/{self._project}/locations/{location}"
            request = api.ListConnectorsRequest(parent=parent, page_token=token)
            return await first_page(await self._client.list_connectors(request, timeout=timeout, retry=None))

        pages = await all_pages(self._caller, "list connectors", location, page)
        return [message for p in pages for message in p.connectors]

    async def find(self, ref: Ref) -> Connector:
        """The connector; NOT_FOUND when there is none."""

        async def get(timeout: float) -> api.Connector:
            return await self._client.get_connector(name=_name(ref), timeout=timeout, retry=None)

        return connector(await self._caller.read(f"read {ref}", str(ref), get))

    async def create(self, ref: Ref, wanted: Connector) -> Operation:
        """Create it with minimum, maximum and machine type: the API has no default for them (facts: trap 2)."""
        request = api.CreateConnectorRequest(
            parent=f"projects/{ref.project}/locations/{ref.location}",
            connector_id=ref.name,
            connector=_message(wanted),
        )

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._client.create_connector(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"create {ref}", str(ref), send)
        return operations.accepted("vpcaccess", ref, raw)

    async def patch(self, ref: Ref, change: ConnectorPatch, etag: str) -> Operation:
        """Raise the counts or change the machine type. Connectors have no version of their own."""
        if etag:
            refuse_if_changed(ref, etag, (await self.find(ref)).etag)
        body = {
            "minInstances": change.min_instances,
            "maxInstances": change.max_instances,
            "machineType": change.machine_type,
        }

        async def send(timeout: float) -> dict[str, object]:
            query = {"updateMask": ",".join(body)}
            return await self._rest.send(timeout, "PATCH", _API, f"v1/{_name(ref)}", query=query, body=body)

        reply = await self._caller.write(f"change {ref}", str(ref), send)
        return Operation(name=f"vpcaccess:{reply['name']}", ref=ref)

    async def delete(self, ref: Ref) -> Operation:
        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._client.delete_connector(name=_name(ref), timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"delete {ref}", str(ref), send)
        return operations.accepted("vpcaccess", ref, raw)

    async def wait(self, name: str, ref: Ref) -> None:
        """Until the operation is done; the service has no wait of its own, so it is asked again and again."""
        request = operations_pb2.GetOperationRequest(name=name)

        async def get(timeout: float) -> operations_pb2.Operation:
            return await self._client.get_operation(request, timeout=timeout, retry=None)

        async def look() -> bool:
            raw = await self._caller.read("look at the operation", name, get)
            if raw.done:
                operations.raise_if_failed(raw, ref)
            return bool(raw.done)

        await operations.until_done(look)

    async def creation(self, ref: Ref, since: str) -> Operation | None:
        """The operation that created this connector after `since`, the newest if several did."""
        found: list[tuple[str, Operation]] = []
        async for raw, about in self._operations(ref):
            created = about.create_time.ToJsonString() if about.HasField("create_time") else ""
            ours = about.target == _name(ref) and about.method.rpartition(".")[2] == "CreateConnector"
            if ours and operations.not_before(created, since):
                found.append((created, operations.accepted("vpcaccess", ref, raw)))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    async def _operations(self, ref: Ref) -> AsyncIterator[tuple[operations_pb2.Operation, api.OperationMetadata]]:
        async def page(token: str, timeout: float) -> operations_pb2.ListOperationsResponse:
            name = f"projects/{ref.project}/locations/{ref.location}"
            request = operations_pb2.ListOperationsRequest(name=name, page_token=token)
            return await self._client.list_operations(request, timeout=timeout, retry=None)

        for answer in await all_pages(self._caller, "list operations", str(ref), page):
            for raw in answer.operations:
                about = api.OperationMetadata.pb(api.OperationMetadata())
                if raw.metadata.Unpack(about):
                    yield raw, about


def connector(message: api.Connector) -> Connector:
    """A connector's message as a record."""
    return Connector(
        name=last(message.name),
        region=part(message.name, "locations"),
        network=last(message.network),
        range=message.ip_cidr_range,
        subnet=message.subnet.name,
        subnet_project=message.subnet.project_id,
        machine_type=message.machine_type or "e2-micro",
        min_instances=message.min_instances,
        max_instances=message.max_instances,
        state=enum_name(message, "state"),
        connected_projects=tuple(message.connected_projects),
    )


def _message(record: Connector) -> api.Connector:
    message = api.Connector(
        machine_type=record.machine_type, min_instances=record.min_instances, max_instances=record.max_instances
    )
    if record.subnet:
        message.subnet = api.Connector.Subnet(name=record.subnet, project_id=record.subnet_project)
    else:
        message.network = record.network
        message.ip_cidr_range = record.range
    return message


def _name(ref: Ref) -> str:
    return f"projects/{ref.project}/locations/{ref.location}/connectors/{ref.name}"
