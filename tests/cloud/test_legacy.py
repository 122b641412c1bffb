"""1st generation functions and App Engine versions: their JSON as records, page by page, and refusals."""

from __future__ import annotations

import pytest

from tests.cloud.servers import CALLER, Reply, RestServer
from wizard.cloud.legacy import LegacyUsers, function, version
from wizard.cloud.rest import Rest
from wizard.errors import CloudError
from wizard.records import Legacy

FUNCTIONS = "/v1/projects/p1/locations/us-central1/functions"
SERVICES = "/v1/apps/p1/services"
CONNECTOR = "projects/p1/locations/us-central1/connectors/con"


def test_a_function_as_a_record() -> None:
    body = {
        "name": "projects/p1/locations/us-central1/functions/resize",
        "status": "ACTIVE",
        "vpcConnector": "con",
        "vpcConnectorEgressSettings": "ALL_TRAFFIC",
        "labels": {"team": "shop"},
    }
    assert function(body) == Legacy(
        kind="1st gen function",
        name="resize",
        region="us-central1",
        connector=CONNECTOR,
        egress="all-traffic",
        labels={"team": "shop"},
    )
    assert function({**body, "vpcConnector": "projects/9/locations/r/connectors/c"}).connector.startswith("projects/9")
    assert function({"vpcConnectorEgressSettings": "VPC_CONNECTOR_EGRESS_SETTINGS_UNSPECIFIED"}).egress == ""


def test_a_version_as_a_record() -> None:
    body = {
        "name": "apps/p1/services/default/versions/v2",
        "servingStatus": "STOPPED",
        "vpcAccessConnector": {"name": CONNECTOR, "egressSetting": "PRIVATE_IP_RANGES"},
    }
    assert version(body) == Legacy(
        kind="App Engine version",
        name="default/v2",
        region="us-central1",
        connector=CONNECTOR,
        egress="private-ranges-only",
        serving=False,
    )


async def test_every_page_and_only_those_with_a_connector(http: RestServer, rest: Rest) -> None:
    name = "projects/p1/locations/us-central1/functions/{}"
    http.on(
        "GET",
        FUNCTIONS,
        {"functions": [{"name": name.format("a"), "vpcConnector": CONNECTOR}], "nextPageToken": "t"},
        {"functions": [{"name": name.format("b")}, "nonsense"]},
    )
    http.on("GET", SERVICES, {"services": [{"name": "apps/p1/services/default"}, {"name": "apps/p1/services/api"}]})
    http.on("GET", f"{SERVICES}/default/versions", {})
    http.on(
        "GET",
        f"{SERVICES}/api/versions",
        {"versions": [{"name": "apps/p1/services/api/versions/v1", "vpcAccessConnector": {"name": CONNECTOR}}]},
    )
    users = LegacyUsers(rest, CALLER, "p1")
    assert [one.name for one in await users.functions("us-central1")] == ["a"]
    assert [one.name for one in await users.app_engine_versions()] == ["api/v1"]
    asked = {(one.path, tuple(sorted(one.query.items()))) for one in http.asked}
    assert (FUNCTIONS, (("pageToken", "t"),)) in asked
    assert (f"{SERVICES}/api/versions", (("view", "FULL"),)) in asked


async def test_a_list_that_leaves_places_out_is_an_error(http: RestServer, rest: Rest) -> None:
    http.on("GET", FUNCTIONS, {"functions": [], "unreachable": ["us-central1"]})
    with pytest.raises(CloudError, match="no answer from us-central1") as caught:
        await LegacyUsers(rest, CALLER, "p1").functions("us-central1")
    assert caught.value.status == "UNAVAILABLE"


async def test_no_application_is_no_version_and_no_right_is_an_error(http: RestServer, rest: Rest) -> None:
    users = LegacyUsers(rest, CALLER, "p1")
    http.on("GET", SERVICES, Reply({"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}}, 404))
    assert await users.app_engine_versions() == ()
    http.on("GET", SERVICES, Reply({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}, 403))
    with pytest.raises(CloudError, match="no") as caught:
        await users.app_engine_versions()
    assert caught.value.status == "PERMISSION_DENIED"
