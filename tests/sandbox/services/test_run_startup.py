"""A roll-out whose code cannot reach what it needs, and calls of the service meanwhile, as real clients see them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core import exceptions
from google.cloud import run_v2

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import DIRECT, LOCATION, SMALL

SCENARIO = (
    SMALL
    + '[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.20.0.0/28"\n'
    + '[[service]]\nname = "app"\nconnector = "con"\nreaches = ["redis://10.0.0.3"]\nconnects = "startup"\n'
)
APP = f"{LOCATION}/services/app"
TEXT = (
    "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment"
)


def test_the_revision_fails_the_service_goes_on_and_the_same_change_works_when_the_way_is_open(cloud: Cloud) -> None:
    before = cloud.services.get_service(name=APP)
    change = run_v2.Service(before)
    change.template.vpc_access = run_v2.VpcAccess(DIRECT)
    operation = cloud.services.update_service(service=change)
    with pytest.raises(exceptions.GoogleAPICallError, match=TEXT):
        operation.result(timeout=10)
    assert operation.operation.error.code == 9
    failed = cloud.services.get_service(name=APP)
    revision = cloud.revisions.get_revision(name=failed.latest_created_revision)
    reason = run_v2.Condition.RevisionReason.HEALTH_CHECK_CONTAINER_ERROR
    assert [(c.state, c.revision_reason) for c in revision.conditions] == [
        (run_v2.Condition.State.CONDITION_FAILED, reason)
    ]
    assert failed.terminal_condition.revision_reason == reason
    assert failed.latest_ready_revision == before.latest_ready_revision

    status, answer = cloud.rest("GET", "/_sandbox/call?service=app")
    assert (status, answer["revision"]) == (200, before.latest_ready_revision.rsplit("/", 1)[-1])

    rule = {"name": "open", "network": "global/networks/my-vpc", "sourceRanges": ["10.1.0.0/26"]}
    allowed = [{"IPProtocol": "tcp", "ports": ["6379"]}]
    cloud.rest("POST", "/compute/v1/projects/demo-project/global/firewalls", {**rule, "allowed": allowed})
    failed.template.labels["try"] = "again"
    after = cloud.services.update_service(service=failed).result(timeout=10)
    assert after.latest_ready_revision == after.latest_created_revision != before.latest_ready_revision
    status, answer = cloud.rest("GET", "/_sandbox/call?service=app")
    assert (status, answer["reaches"]) == (200, {"redis://10.0.0.3": "connected"})


def test_many_callers_at_once_are_all_answered(cloud: Cloud) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: cloud.rest("GET", "/_sandbox/call?service=app"), range(120)))
    assert {status for status, _ in replies} == {200}
