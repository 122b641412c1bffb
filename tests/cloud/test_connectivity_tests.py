"""Connectivity Tests over REST, on a scripted server with the bodies of the API's own schema."""

from __future__ import annotations

import json

import pytest
from google.cloud import network_management_v1 as api

from tests.cloud.servers import CALLER, RestServer
from wizard.cloud.connectivity_tests import ConnectivityTests, record_of
from wizard.cloud.rest import Rest
from wizard.errors import CloudError
from wizard.records import ConnectivityTest, Ref

REF = Ref(kind="connectivity-test", project="p1", name="runvpc-abc")
PLACE = "/v1/projects/p1/locations/global/connectivityTests"
REVISION = "projects/p1/locations/us-central1/revisions/s-00001-abc"
WANTED = ConnectivityTest(name=REF.name, source=REVISION, address="10.0.0.3", port=6379)


@pytest.fixture
def tests(rest: Rest) -> ConnectivityTests:
    return ConnectivityTests(rest, CALLER)


async def test_it_is_made_followed_and_removed(http: RestServer, tests: ConnectivityTests) -> None:
    http.on("POST", PLACE, {"name": "projects/p1/locations/global/operations/o1"})
    made = await tests.create(REF, WANTED)
    assert made.name == "networkmanagement:projects/p1/locations/global/operations/o1"
    asked = http.asked[-1]
    assert asked.query["testId"] == "runvpc-abc"
    sent = api.ConnectivityTest.from_json(json.dumps(asked.body), ignore_unknown_fields=False)
    assert (sent.source.cloud_run_revision.uri, sent.destination.ip_address, sent.destination.port) == (
        REVISION,
        "10.0.0.3",
        6379,
    )
    http.on("GET", "/v1/projects/p1/locations/global/operations/o1", {"name": "o1"}, {"name": "o1", "done": True})
    await tests.wait("projects/p1/locations/global/operations/o1", REF)
    http.on("DELETE", f"{PLACE}/runvpc-abc", {"name": "projects/p1/locations/global/operations/o2"})
    assert (await tests.delete(REF)).name.endswith("/o2")


async def test_a_job_is_another_kind_of_source(http: RestServer, tests: ConnectivityTests) -> None:
    http.on("POST", PLACE, {"name": "x"})
    job = ConnectivityTest(name="t", source="projects/p1/locations/r/jobs/j", address="10.0.0.3", port=1)
    await tests.create(REF, job)
    sent = api.ConnectivityTest.from_json(json.dumps(http.asked[-1].body), ignore_unknown_fields=False)
    assert sent.source.cloud_run_job == "projects/p1/locations/r/jobs/j"


async def test_an_operation_that_failed(http: RestServer, tests: ConnectivityTests) -> None:
    http.on("GET", "/v1/o3", {"done": True, "error": {"code": 7, "message": "no permission"}})
    with pytest.raises(CloudError, match="no permission"):
        await tests.wait("o3", REF)


def test_the_record_of_what_google_writes() -> None:
    step = api.Step(description="Packet is dropped.", state=api.Step.State.DROP)
    step.drop = api.DropInfo(cause=api.DropInfo.Cause.FIREWALL_RULE)
    details = api.ReachabilityDetails(
        result=api.ReachabilityDetails.Result.UNREACHABLE, traces=[api.Trace(steps=[api.Step(description="a"), step])]
    )
    message = api.ConnectivityTest(name="t", reachability_details=details)
    body = api.ConnectivityTest.to_dict(message, use_integers_for_enums=False, preserving_proto_field_name=False)
    found = record_of("t", body)
    assert (found.result, found.states, found.steps) == (
        "UNREACHABLE",
        ("DROP FIREWALL_RULE",),
        ("a", "Packet is dropped."),
    )
    assert record_of("t", {}).result == ""
