"""The table of routes: as the installed clients have it, and findable by address."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.sandbox import generate_routes, messages
from wizard.sandbox.resources import resource_of
from wizard.sandbox.routes import api_of, table

HERE = Path(generate_routes.__file__).parent


def test_the_files_are_what_the_installed_clients_say() -> None:
    for name, text in generate_routes.render().items():
        assert (HERE / name).read_text(encoding="utf-8") == text, f"run python -m {generate_routes.__name__}"


def test_every_message_of_every_route_can_be_built() -> None:
    for route in table().routes:
        assert messages.known(route.request), route.method
        assert not route.response or messages.known(route.response), route.method


@pytest.mark.parametrize(
    ("verb", "path", "method", "variables"),
    [
        ("POST", "/compute/v1/projects/p/global/networks", "compute.networks.insert", {"project": "p"}),
        (
            "GET",
            "/compute/v1/projects/p/aggregated/subnetworks",
            "compute.subnetworks.aggregatedList",
            {"project": "p"},
        ),
        (
            "POST",
            "/compute/v1/projects/p/regions/r/operations/o/wait",
            "compute.regionOperations.wait",
            {"project": "p", "region": "r", "operation": "o"},
        ),
        (
            "PATCH",
            "/v1/projects/p/locations/r/connectors/c",
            "vpcaccess.UpdateConnector",
            {"connector.name": "projects/p/locations/r/connectors/c"},
        ),
        (
            "POST",
            "/v2/projects/p/locations/r/jobs/j:run",
            "run.RunJob",
            {"name": "projects/p/locations/r/jobs/j"},
        ),
        ("GET", "/v1/projects/a%2Fb", "cloudresourcemanager.projects.get", {"project_id": "a/b"}),
        (
            "GET",
            "/v1/projects/p/services:batchGet",
            "serviceusage.services.batchGet",
            {"parent": "projects/p"},
        ),
    ],
)
def test_an_address_means_a_method(verb: str, path: str, method: str, variables: dict[str, str]) -> None:
    match = table().match(verb, path)
    assert match is not None
    assert (match.route.method, match.variables) == (method, variables)


def test_the_host_decides_between_apis_with_one_address() -> None:
    found = {api: table().match("GET", "/v1/projects/p/locations", api) for api in ("run", "vpcaccess", "compute")}
    methods = {api: match.route.method for api, match in found.items() if match}
    assert methods == {"run": "run.ListLocations", "vpcaccess": "vpcaccess.ListLocations"}


@pytest.mark.parametrize(
    ("host", "api"),
    [
        ("compute.googleapis.com", "compute"),
        ("www.googleapis.com", "compute"),
        ("us-central1-run.googleapis.com", "run"),
        ("VpcAccess.googleapis.com", "vpcaccess"),
        ("127.0.0.1", ""),
        ("run.googleapis.com.evil.example", ""),
    ],
)
def test_the_api_of_a_host(host: str, api: str) -> None:
    assert api_of(host) == api


@pytest.mark.parametrize(
    ("verb", "path", "writes"),
    [
        ("GET", "/compute/v1/projects/p/global/networks/n", False),
        ("DELETE", "/compute/v1/projects/p/global/networks/n", True),
        ("POST", "/compute/v1/projects/p/global/operations/o/wait", False),
        ("POST", "/v2/projects/p/locations/r/services/s:testIamPermissions", False),
        ("POST", "/v2/projects/p/locations/r/services/s:setIamPolicy", True),
        ("POST", "/v2/entries:list", False),
    ],
)
def test_which_calls_write(verb: str, path: str, writes: bool) -> None:
    match = table().match(verb, path)
    assert match is not None
    assert match.route.writes is writes


@pytest.mark.parametrize(
    ("verb", "path", "request_", "resource"),
    [
        (
            "POST",
            "/compute/v1/projects/p/global/networks",
            {"project": "p", "requestId": "u", "networkResource": {"name": "n"}},
            "projects/p/global/networks/n",
        ),
        (
            "POST",
            "/v1/projects/p/locations/r/connectors",
            {"parent": "projects/p/locations/r", "connectorId": "c", "connector": {"network": "n"}},
            "projects/p/locations/r/connectors/c",
        ),
        (
            "POST",
            "/v2/projects/p/locations/r/jobs/j:run",
            {"name": "projects/p/locations/r/jobs/j"},
            "projects/p/locations/r/jobs/j",
        ),
    ],
)
def test_the_resource_of_a_call(verb: str, path: str, request_: dict[str, object], resource: str) -> None:
    match = table().match(verb, path)
    assert match is not None
    assert resource_of(match.route, request_) == resource
