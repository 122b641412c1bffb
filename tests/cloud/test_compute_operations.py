"""Compute's operations: waiting, failing, and whose work a resource is."""

from __future__ import annotations

import re

import pytest

from tests.cloud.compute_bodies import (
    BASE,
    ID,
    OPERATION,
    SUBNET,
    SUBNETS,
    WAIT,
    error,
    operation,
)
from tests.cloud.servers import Reply, RestServer
from wizard.cloud.calls import Caller, Patience
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_operations import ComputeOperations
from wizard.cloud.rest import Threads
from wizard.errors import CloudError


async def test_waiting_for_an_operation(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", WAIT, operation("PENDING"), operation("A_NEW_STATE"), operation("DONE"))
    await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert len(http.asked) == 3


async def test_a_server_that_waits_longer_than_we_do_is_asked_how_it_stands(http: RestServer) -> None:
    http.on("POST", WAIT, Reply(operation(), delay=5))
    http.on("GET", WAIT.removesuffix("/wait"), operation("RUNNING"), operation("DONE"))
    threads = Threads()
    client = ComputeClient(http.access, Caller(Patience(call=0.2, total=2.0)), threads, "p1")
    await ComputeOperations(client).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert [a.verb for a in http.asked] == ["POST", "GET"] * 2
    threads.close()
    client.close()


async def test_an_operation_that_fails_says_why(http: RestServer, compute: ComputeClient) -> None:
    text = (
        "The subnetwork resource 'projects/p1/regions/us-central1/subnetworks/s1' is already being used by "
        "'projects/p1/regions/us-central1/addresses/serverless-ipv4-1'"
    )
    entry = {"code": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "message": text}
    failed = operation("DONE", error={"errors": [entry]}, httpErrorStatusCode=400, httpErrorMessage="BAD REQUEST")
    http.on("POST", WAIT, failed)
    with pytest.raises(CloudError) as caught:
        await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert caught.value.status == "FAILED_PRECONDITION"
    assert text in caught.value.message


@pytest.mark.parametrize("code", ["RESOURCE_NOT_FOUND", "SOMETHING_NEW"])
async def test_a_failed_operation_never_looks_like_one_that_is_gone(
    http: RestServer, compute: ComputeClient, code: str
) -> None:
    http.on("POST", WAIT, operation("DONE", error={"errors": [{"code": code, "message": "no"}]}))
    with pytest.raises(CloudError) as caught:
        await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert caught.value.status == "FAILED"


async def test_an_operation_that_is_gone(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", WAIT, error(404, "notFound", "The resource was not found"))
    with pytest.raises(CloudError) as caught:
        await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert caught.value.status == "NOT_FOUND"


async def test_the_creation_of_ours_is_found_by_request_id(http: RestServer, compute: ComputeClient) -> None:
    others = [
        operation(clientOperationId="other"),
        operation(operationType="delete"),
        operation(targetLink=f"{SUBNETS}/s2"),
    ]
    path = f"{BASE}/regions/us-central1/operations"
    http.on("GET", path, {"items": others, "nextPageToken": "2"}, {"items": [operation("DONE")]})
    found = await ComputeOperations(compute).creation(SUBNET, "2026-11-22T11:00:00Z", ID)
    assert found is not None
    assert found.done
    assert re.fullmatch(r'clientOperationId\s*=\s*"[0-9a-f-]+"', http.asked[0].query["filter"])


@pytest.mark.parametrize(("since", "ours"), [("2026-11-22T11:04:00Z", True), ("2026-11-22T11:05:00Z", False)])
async def test_without_request_id_the_time_decides(
    http: RestServer, compute: ComputeClient, since: str, ours: bool
) -> None:
    http.on("GET", f"{BASE}/regions/us-central1/operations", {"items": [operation("DONE")]})
    found = await ComputeOperations(compute).creation(SUBNET, since, "")
    assert (found is not None) is ours
