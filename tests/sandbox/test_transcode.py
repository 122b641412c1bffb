"""REST to request messages and back: strict on the way in, faithful on the way out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.sandbox import transcode
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.routes import table

FIREWALLS = ("POST", "/compute/v1/projects/p/global/firewalls")
SERVICES = ("POST", "/v2/projects/p/locations/r/services")
CONNECTOR = ("PATCH", "/v1/projects/p/locations/r/connectors/c")
SUBNETS = ("GET", "/compute/v1/projects/p/aggregated/subnetworks")


def transcoded(address: tuple[str, str], query: dict[str, str], body: bytes) -> Body:
    match = table().match(*address)
    assert match is not None
    return transcode.to_request(match, query.items(), body)


def refused(address: tuple[str, str], query: dict[str, str], body: bytes) -> str:
    with pytest.raises(ApiError) as caught:
        transcoded(address, query, body)
    assert caught.value.http == 400
    return caught.value.message


def test_a_body_becomes_the_field_that_the_rule_names() -> None:
    body = {"name": "f", "priority": 0, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], "disabled": False}
    request = transcoded(FIREWALLS, {"requestId": "u"}, json.dumps(body).encode())
    assert request == {"project": "p", "requestId": "u", "firewallResource": body}


def test_query_values_are_read_as_their_fields_want_them() -> None:
    request = transcoded(SUBNETS, {"maxResults": "500", "includeAllScopes": "True", "filter": "a = b"}, b"")
    assert request == {"project": "p", "maxResults": 500, "includeAllScopes": True, "filter": "a = b"}


@pytest.mark.parametrize("mask", ["max_instances,minInstances", "maxInstances,minInstances"])
def test_a_mask_may_be_written_either_way(mask: str) -> None:
    assert transcoded(CONNECTOR, {"updateMask": mask}, b"{}")["updateMask"] == "maxInstances,minInstances"


@pytest.mark.parametrize("state", [2, "CREATING"])
def test_enums_are_taken_by_name_and_by_number(state: int | str) -> None:
    request = transcoded(CONNECTOR, {"$alt": "json;enum-encoding=int"}, json.dumps({"state": state}).encode())
    assert request["connector"] == {"name": "projects/p/locations/r/connectors/c", "state": "CREATING"}


@pytest.mark.parametrize(
    ("address", "body", "said"),
    [
        (FIREWALLS, {"bogus": 1}, "Unknown name \"bogus\" at 'firewall_resource': Cannot find field."),
        (SERVICES, {"template": {"vpcAccess": {"foo": 1}}}, "\"foo\" at 'service.template.vpc_access': Cannot"),
        (("POST", "/v2/projects/p/locations/r/jobs/j:run"), {"foo": 1}, 'Unknown name "foo": Cannot find field.'),
    ],
)
def test_an_unknown_field_is_refused_in_the_real_words(address: tuple[str, str], body: Body, said: str) -> None:
    text = refused(address, {}, json.dumps(body).encode())
    assert text.startswith("Invalid JSON payload received. Unknown name")
    assert said in text


def test_an_unknown_query_parameter_is_refused() -> None:
    assert "Cannot bind query parameter. Field 'zzz'" in refused(FIREWALLS, {"zzz": "1"}, b"{}")
    assert "Cannot bind query parameter. Field 'zzz.x'" in refused(FIREWALLS, {"zzz.x": "1"}, b"{}")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"1", b'"x"', b"\xff", b"[" * 100_000, b'{"template": 3}', b'{"template": {"timeout": "soon"}}'],
)
def test_a_body_that_is_no_such_message_is_refused(body: bytes) -> None:
    assert refused(SERVICES, {}, body)


def test_a_query_that_is_both_a_value_and_a_message_is_refused() -> None:
    assert refused(CONNECTOR, {"connector.name.x": "a"}, b"{}")


@given(st.dictionaries(st.text(), st.text(), max_size=3), st.binary(max_size=30))
def test_no_input_breaks_it(query: dict[str, str], body: bytes) -> None:
    match = table().match(*SERVICES)
    assert match is not None
    try:
        request = transcode.to_request(match, query.items(), body)
    except ApiError as error:
        assert error.http == 400
    else:
        assert request["parent"] == "projects/p/locations/r"


def test_enums_leave_as_numbers_where_asked_also_inside_any() -> None:
    inner = {"@type": "type.googleapis.com/google.cloud.vpcaccess.v1.Connector", "state": "READY", "later": "x"}
    body: Body = {
        "name": "o",
        "done": True,
        "response": inner,
        "metadata": {"@type": "type.example/unknown", "state": "A"},
    }
    told = transcode.with_integer_enums("google.longrunning.Operation", body)
    assert told["response"] == {**inner, "state": 1}
    assert told["metadata"] == body["metadata"]


def test_an_enum_value_of_tomorrow_passes_through() -> None:
    body: Body = {"ingress": "INGRESS_TRAFFIC_FROM_MARS", "conditions": [{"state": "CONDITION_SUCCEEDED"}]}
    told = transcode.with_integer_enums("google.cloud.run.v2.Service", body)
    assert told == {"ingress": "INGRESS_TRAFFIC_FROM_MARS", "conditions": [{"state": 4}]}
