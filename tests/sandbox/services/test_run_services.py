"""Cloud Run services and revisions: what is refused, what a roll-out leaves, etags, what keeps one from starting."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import run_v2
from google.protobuf import field_mask_pb2

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import DIRECT, LOCATION, PROJECT, SMALL, TEMPLATE

SCENARIO = (
    SMALL
    + '[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.20.0.0/28"\n'
    + '[[connector]]\nname = "broken"\nnetwork = "my-vpc"\nrange = "10.21.0.0/28"\nstate = "ERROR"\n'
    + '[[connector]]\nname = "far"\nregion = "europe-west1"\nnetwork = "my-vpc"\nrange = "10.22.0.0/28"\n'
    + '[[service]]\nname = "app"\nconnector = "con"\nenv = { A = "1" }\n'
)
APP = f"{LOCATION}/services/app"
STATE = run_v2.Condition.State


def get(cloud: Cloud, name: str = "app") -> run_v2.Service:
    return cloud.services.get_service(name=f"{LOCATION}/services/{name}")


def create(cloud: Cloud, name: str, **template: Any) -> run_v2.Service:
    service = run_v2.Service(template={**TEMPLATE, **template})
    made: run_v2.Service = cloud.services.create_service(parent=LOCATION, service_id=name, service=service).result(
        timeout=10
    )
    return made


def connector(name: str, region: str = "us-central1") -> dict[str, Any]:
    return {"connector": f"projects/{PROJECT}/locations/{region}/connectors/{name}"}


def test_a_new_service_as_the_server_fills_it_in(cloud: Cloud) -> None:
    made = create(cloud, "fresh", vpc_access=connector("con"))
    assert made.terminal_condition.state == STATE.CONDITION_SUCCEEDED
    assert made.latest_ready_revision == made.latest_created_revision
    assert made.latest_ready_revision.startswith(f"{made.name}/revisions/fresh-00001-")
    assert made.template.vpc_access.egress == run_v2.VpcAccess.VpcEgress.PRIVATE_RANGES_ONLY
    assert (made.template.scaling.max_instance_count, made.template.timeout.seconds) == (100, 300)
    assert [(t.percent, t.type_.name) for t in made.traffic] == [(100, "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST")]
    assert (made.generation, made.observed_generation, made.reconciling) == (1, 1, False)
    assert made.creator == "you@example.com"
    revision = cloud.revisions.get_revision(name=made.latest_ready_revision)
    assert (revision.service, revision.vpc_access.connector) == ("fresh", connector("con")["connector"])
    with pytest.raises(exceptions.AlreadyExists):
        create(cloud, "fresh")


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "name": ("Fresh", {}, "service_id"),
    "long name": ("f" * 50, {}, "service_id"),
    "no container": ("fresh", {"containers": []}, "containers"),
    "both ways": (
        "fresh",
        {"vpc_access": {**DIRECT, **connector("con")}},
        "one and only one of",
    ),
    "neither way": ("fresh", {"vpc_access": {"egress": "ALL_TRAFFIC"}}, "one and only one"),
    "two interfaces": (
        "fresh",
        {"vpc_access": {"network_interfaces": [{"network": "my-vpc"}, {"network": "spare"}]}},
        "only 1 network interface",
    ),
    "empty interface": ("fresh", {"vpc_access": {"network_interfaces": [{"tags": ["a"]}]}}, "at least one of network"),
    "connector's form": ("fresh", {"vpc_access": {"connector": "con"}}, "must be in form projects/"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_service_that_is_refused(cloud: Cloud, case: str) -> None:
    name, template, message = BAD[case]
    with pytest.raises(exceptions.InvalidArgument, match=message):
        create(cloud, name, **template)
    assert [s.name for s in cloud.services.list_services(parent=LOCATION)] == [APP]


NOT_READY: dict[str, tuple[dict[str, Any], str]] = {
    "no connector": (connector("none"), "connectors/none does not exist"),
    "broken connector": (connector("broken"), "is not ready: it is in state ERROR"),
    "connector elsewhere": (connector("far", "europe-west1"), "must be in region us-central1"),
    "no subnet": ({"network_interfaces": [{"network": "my-vpc", "subnetwork": "none"}]}, "none does not exist"),
    "small subnet": ({"network_interfaces": [{"subnetwork": "con-subnet"}]}, "must be /26 or larger"),
}


@pytest.mark.parametrize("case", NOT_READY)
def test_a_roll_out_that_fails_leaves_the_last_revision_serving(cloud: Cloud, case: str) -> None:
    access, message = NOT_READY[case]
    before = get(cloud)
    change = run_v2.Service(before)
    change.template.vpc_access = run_v2.VpcAccess(access)
    with pytest.raises(exceptions.GoogleAPICallError, match=message):
        cloud.services.update_service(service=change).result(timeout=10)
    after = get(cloud)
    assert after.terminal_condition.state == STATE.CONDITION_FAILED
    assert message in after.terminal_condition.message
    assert after.latest_created_revision != after.latest_ready_revision == before.latest_ready_revision
    assert [t.percent for t in after.traffic_statuses] == [100]


def test_a_change_of_the_template_makes_a_revision_and_another_change_does_not(cloud: Cloud) -> None:
    before = get(cloud)
    change = run_v2.Service(before)
    change.template.containers[0].env[0].value = "2"
    after = cloud.services.update_service(service=change).result(timeout=10)
    assert after.latest_ready_revision != before.latest_ready_revision
    assert after.generation == before.generation + 1
    change = run_v2.Service(after)
    change.labels["a"] = "b"
    again = cloud.services.update_service(service=change).result(timeout=10)
    assert again.latest_ready_revision == after.latest_ready_revision
    found = [r.name for r in cloud.revisions.list_revisions(request={"parent": APP, "page_size": 1})]
    assert found == [after.latest_ready_revision, before.latest_ready_revision], "the newest first"


def test_a_stale_etag_is_a_conflict_and_a_mask_keeps_the_rest(cloud: Cloud) -> None:
    before = get(cloud)
    change = run_v2.Service(name=APP, labels={"a": "b"})
    mask = field_mask_pb2.FieldMask(paths=["labels"])
    after = cloud.services.update_service(service=change, update_mask=mask).result(timeout=10)
    assert (dict(after.labels), after.template) == ({"a": "b"}, before.template)
    with pytest.raises(exceptions.Aborted, match=r"Conflict for resource 'app': version '.*' was specified but"):
        cloud.services.update_service(service=before)


def test_validation_alone_changes_nothing(cloud: Cloud) -> None:
    service = run_v2.Service(template=TEMPLATE)
    request = {"parent": LOCATION, "service_id": "fresh", "service": service, "validate_only": True}
    cloud.services.create_service(request=request)
    with pytest.raises(exceptions.NotFound, match="Resource 'fresh' of kind 'SERVICE' in region 'us-central1'"):
        get(cloud, "fresh")


def test_a_revision_with_traffic_stays_and_the_service_takes_all_with_it(cloud: Cloud) -> None:
    newest = get(cloud).latest_ready_revision
    with pytest.raises(exceptions.GoogleAPICallError):
        cloud.revisions.delete_revision(name=newest).result(timeout=10)
    cloud.services.delete_service(name=APP).result(timeout=10)
    for read in (lambda: get(cloud), lambda: cloud.revisions.get_revision(name=newest)):
        with pytest.raises(exceptions.NotFound):
            read()


def test_direct_vpc_egress_runs_out_of_addresses(cloud: Cloud) -> None:
    for number in range(4):
        create(cloud, f"direct-{number}", vpc_access=DIRECT)
    with pytest.raises(exceptions.GoogleAPICallError, match="insufficient free IP addresses in the subnetwork https"):
        create(cloud, "one-more", vpc_access=DIRECT)
    condition = get(cloud, "one-more").terminal_condition
    assert condition.message.endswith("Please consider moving to a subnetwork with more available IP addresses.")
