"""Serverless VPC Access connectors: what is refused at once, what in the operation, what is left behind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import vpcaccess_v1 as vpcaccess
from google.longrunning import operations_pb2

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import LOCATION, PROJECT, SMALL

SCENARIO = (
    SMALL
    + '[[network]]\nname = "auto"\nmode = "auto"\n[[network]]\nname = "old"\nmode = "legacy"\n'
    + '[[connector]]\nname = "seeded"\nnetwork = "my-vpc"\nrange = "10.20.0.0/28"\nmin = 3\nmax = 6\n'
)
SEEDED, NEW = f"{LOCATION}/connectors/seeded", f"{LOCATION}/connectors/con"
SIZE = {"min_instances": 2, "max_instances": 3}
BY_RANGE = {"network": "my-vpc", "ip_cidr_range": "10.30.0.0/28", **SIZE}
BY_SUBNET = {"subnet": {"name": "con-subnet"}, **SIZE}
State = vpcaccess.Connector.State


def begin(cloud: Cloud, wanted: dict[str, Any], name: str = "con") -> Any:
    return cloud.connectors.create_connector(parent=LOCATION, connector_id=name, connector=vpcaccess.Connector(wanted))


def update(cloud: Cloud, name: str, mask: str, body: dict[str, Any]) -> tuple[int, Any]:
    return cloud.rest("PATCH", f"/v1/{name}?updateMask={mask}", body)


@pytest.mark.parametrize("wanted", [BY_RANGE, BY_SUBNET])
def test_a_connector_is_made_and_removed(cloud: Cloud, wanted: dict[str, Any]) -> None:
    operation = begin(cloud, wanted)
    made = operation.result(timeout=10)
    assert (made.name, made.state, made.machine_type) == (NEW, State.READY, "e2-micro")
    assert list(made.connected_projects) == [PROJECT]
    assert operation.metadata.method == "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector"
    assert operation.metadata.target == NEW
    assert operation.metadata.end_time >= operation.metadata.create_time
    cloud.connectors.delete_connector(name=NEW).result(timeout=10)
    with pytest.raises(exceptions.NotFound):
        cloud.connectors.get_connector(name=NEW)


def test_states_on_the_way(cloud: Cloud) -> None:
    cloud.slowly()
    begin(cloud, BY_RANGE)
    assert cloud.connectors.get_connector(name=NEW).state == State.CREATING
    with pytest.raises(exceptions.FailedPrecondition, match="is in state CREATING"):
        cloud.connectors.delete_connector(name=NEW)
    with pytest.raises(exceptions.AlreadyExists):
        begin(cloud, BY_RANGE)
    cloud.advance(600)
    assert cloud.connectors.get_connector(name=NEW).state == State.READY
    cloud.connectors.delete_connector(name=NEW)
    assert cloud.connectors.get_connector(name=NEW).state == State.DELETING


@pytest.mark.parametrize("name", ["", "Con", "c", "c" * 26, "con-", "1con", "[con]", "\N{OCTOPUS}"])
def test_a_bad_name(cloud: Cloud, name: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="Connector ID must follow the pattern"):
        begin(cloud, BY_RANGE, name)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "both": ({**BY_RANGE, **BY_SUBNET}, "Exactly one of"),
    "neither": (SIZE, "Exactly one of"),
    "range alone": ({"ip_cidr_range": "10.30.0.0/28", **SIZE}, "Exactly one of"),
    "minimum of 1": ({**BY_RANGE, "min_instances": 1}, "The minimum amount of instances underlying .* at least 2"),
    "maximum of 11": ({**BY_RANGE, "max_instances": 11}, "maximum amount of instances"),
    "equal": ({**BY_RANGE, "min_instances": 3}, "must be less than the maximum"),
    "negative": ({**BY_RANGE, "min_instances": -1}, "at least 2"),
    "machine": ({**BY_RANGE, "machine_type": "n1"}, "Invalid machine type 'n1'"),
    "throughput": ({**BY_RANGE, "min_throughput": 250}, "multiple of 100"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_at_once(cloud: Cloud, case: str) -> None:
    wanted, message = REFUSED[case]
    with pytest.raises(exceptions.InvalidArgument, match=message):
        begin(cloud, wanted)
    with pytest.raises(exceptions.NotFound):
        cloud.connectors.get_connector(name=NEW)


CONFLICT = "Operation failed: Invalid IP CIDR range was provided. It conflicts with an existing subnetwork."
FAILS: dict[str, tuple[dict[str, Any], str]] = {
    "a subnet": ({**BY_RANGE, "ip_cidr_range": "10.0.0.16/28"}, CONFLICT),
    "a secondary range": ({**BY_RANGE, "ip_cidr_range": "10.4.0.0/28"}, CONFLICT),
    "another connector": ({**BY_RANGE, "ip_cidr_range": "10.20.0.0/28"}, CONFLICT),
    "an allocated range": ({**BY_RANGE, "ip_cidr_range": "10.9.0.0/28"}, CONFLICT),
    "a route": ({**BY_RANGE, "ip_cidr_range": "10.10.0.0/28"}, CONFLICT),
    "auto mode": ({**BY_RANGE, "network": "auto", "ip_cidr_range": "10.200.0.0/28"}, CONFLICT),
    "a /27": ({**BY_RANGE, "ip_cidr_range": "10.30.0.0/27"}, "/28 netmask"),
    "host bits": ({**BY_RANGE, "ip_cidr_range": "10.30.0.1/28"}, "Invalid IP CIDR range was provided"),
    "no network": ({**BY_RANGE, "network": "none"}, "VPC network none was not found"),
    "legacy": ({**BY_RANGE, "network": "old"}, "legacy network"),
    "no maximum": ({**BY_SUBNET, "max_instances": 0}, "must specify either max_throughput or max_instances"),
    "no subnet": ({"subnet": {"name": "none"}, **SIZE}, "subnetworks/none was not found"),
    "a large subnet": ({"subnet": {"name": "run"}, **SIZE}, "must have a /28 netmask"),
}


@pytest.mark.parametrize("case", FAILS)
def test_what_fails_in_the_operation_leaves_a_connector_in_error(cloud: Cloud, case: str) -> None:
    wanted, message = FAILS[case]
    operation = begin(cloud, wanted)
    with pytest.raises(exceptions.InvalidArgument, match=re.escape(message)):
        operation.result(timeout=10)
    ended = cloud.operations.GetOperation(operations_pb2.GetOperationRequest(name=operation.operation.name))
    assert (ended.done, ended.error.code) == (True, 3)
    assert cloud.connectors.get_connector(name=NEW).state == State.ERROR
    with pytest.raises(exceptions.AlreadyExists):
        begin(cloud, BY_RANGE)
    cloud.connectors.delete_connector(name=NEW).result(timeout=10)
    assert begin(cloud, BY_RANGE).result(timeout=10).state == State.READY


def test_a_subnet_serves_one_connector_alone(cloud: Cloud) -> None:
    begin(cloud, BY_SUBNET).result(timeout=10)
    with pytest.raises(exceptions.InvalidArgument, match="used by the connector alone"):
        begin(cloud, BY_SUBNET, "other").result(timeout=10)


def test_two_at_the_same_time_for_one_range(cloud: Cloud) -> None:
    cloud.slowly()
    first, other = begin(cloud, BY_RANGE), begin(cloud, BY_RANGE, "other")
    cloud.advance(600)
    assert sorted(o.exception(timeout=10) is None for o in (first, other)) == [False, True]


def test_throughput_alone_gives_the_number_of_instances(cloud: Cloud) -> None:
    place = {"network": "my-vpc", "ip_cidr_range": "10.30.0.0/28"}
    made = begin(cloud, {**place, "min_throughput": 200, "max_throughput": 700}).result(timeout=10)
    assert (made.min_instances, made.max_instances) == (2, 7)


def test_lists_in_pages_and_over_all_locations(cloud: Cloud) -> None:
    begin(cloud, BY_RANGE).result(timeout=10)
    for parent in (LOCATION, f"projects/{PROJECT}/locations/-"):
        listed = cloud.connectors.list_connectors(request={"parent": parent, "page_size": 1})
        assert [c.name for c in listed] == [NEW, SEEDED]
    with pytest.raises(exceptions.InvalidArgument):
        list(cloud.connectors.list_connectors(request={"parent": LOCATION, "page_token": "elsewhere"}))


def test_size_changes_upwards_only(cloud: Cloud) -> None:
    assert update(cloud, SEEDED, "maxInstances", {"maxInstances": 8, "minInstances": 2})[0] == 200
    changed = cloud.connectors.get_connector(name=SEEDED)
    assert (changed.min_instances, changed.max_instances, changed.state) == (3, 8, State.READY)
    for mask, body, message in (
        ("maxInstances", {"maxInstances": 7}, "cannot be decreased"),
        ("minInstances", {"minInstances": 2}, "cannot be decreased"),
        ("minInstances", {"minInstances": 8}, "less than the maximum"),
        ("maxInstances", {"maxInstances": 11}, "between 3 and 10"),
        ("ipCidrRange", {"ipCidrRange": "10.30.0.0/28"}, "not supported"),
        ("machineType", {"machineType": "n1"}, "Invalid machine type"),
    ):
        status, reply = update(cloud, SEEDED, mask, body)
        assert status == 400
        assert message in reply["error"]["message"]
        assert reply["error"]["status"] == "INVALID_ARGUMENT"
    assert cloud.connectors.get_connector(name=SEEDED) == changed


def test_the_state_while_it_changes(cloud: Cloud) -> None:
    cloud.slowly()
    status, operation = update(cloud, SEEDED, "max_instances", {"maxInstances": 8})
    assert (status, operation.get("done", False)) == (200, False)
    between = cloud.connectors.get_connector(name=SEEDED)
    assert (between.state, between.max_instances) == (State.UPDATING, 6)
    assert update(cloud, SEEDED, "maxInstances", {"maxInstances": 9})[1]["error"]["status"] == "FAILED_PRECONDITION"
    cloud.advance(600)
    assert cloud.connectors.get_connector(name=SEEDED).max_instances == 8


def test_a_network_with_a_connector_stays(cloud: Cloud) -> None:
    begin(cloud, {**BY_RANGE, "network": "spare"}).result(timeout=10)
    with pytest.raises(exceptions.BadRequest, match="networks/spare' is already being used by"):
        cloud.networks.delete(project=PROJECT, network="spare").result(timeout=10)


def test_a_fault_in_the_operation(cloud: Cloud) -> None:
    fault = {"on": "vpcaccess.CreateConnector", "kind": "operation_error", "message": "not healthy", "times": 1}
    cloud.control("POST", "faults", fault)
    with pytest.raises(exceptions.InternalServerError, match="not healthy"):
        begin(cloud, BY_RANGE).result(timeout=10)
    assert cloud.connectors.get_connector(name=NEW).state == State.ERROR
