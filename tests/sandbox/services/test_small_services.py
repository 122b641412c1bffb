"""Service Usage, Resource Manager, Secret Manager, and permissions that are missing."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1, run_v2

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import LOCATION, NETWORK, NUMBER, PROJECT, SMALL

SCENARIO = (
    SMALL.replace(
        'region = "us-central1"\n',
        'region = "us-central1"\napis = ["run.googleapis.com", "compute.googleapis.com"]\n',
        1,
    )
    + '[[permission]]\ndenied = ["compute.firewalls.create", "run.services.list"]\n'
    + '[[permission]]\nmember = "user:other@example.com"\ndenied = ["compute.networks.list"]\n'
    + '[[service]]\nname = "app"\n'
)
PARENT = f"projects/{PROJECT}"


def names(reply: dict[str, Any]) -> list[str]:
    return [service["config"]["name"] for service in reply["services"]]


def test_an_api_that_is_not_enabled_is_refused_until_it_is(cloud: Cloud) -> None:
    with pytest.raises(exceptions.PermissionDenied) as refused:
        cloud.connectors.get_connector(name=f"{LOCATION}/connectors/none")
    said = refused.value.message
    assert said.startswith(f"Serverless VPC Access API has not been used in project {NUMBER} before or it is disabled.")
    assert f"/apis/api/vpcaccess.googleapis.com/overview?project={NUMBER} then retry." in said
    status, operation = cloud.rest("POST", f"/v1/{PARENT}/services/vpcaccess.googleapis.com:enable", {})
    assert status == 200
    ended = cloud.rest("GET", f"/v1/{operation['name']}")[1]
    assert ended["done"] is True
    assert ended["response"]["service"]["state"] == "ENABLED"
    with pytest.raises(exceptions.NotFound):
        cloud.connectors.get_connector(name=f"{LOCATION}/connectors/none")


def test_enabling_takes_its_time(cloud: Cloud) -> None:
    cloud.slowly()
    body = {"serviceIds": ["vpcaccess.googleapis.com", "secretmanager.googleapis.com"]}
    operation = cloud.rest("POST", f"/v1/{PARENT}/services:batchEnable", body)[1]
    assert not cloud.rest("GET", f"/v1/{operation['name']}")[1].get("done")
    with pytest.raises(exceptions.PermissionDenied):
        list(cloud.connectors.list_connectors(parent=LOCATION))
    cloud.advance(60)
    assert list(cloud.connectors.list_connectors(parent=LOCATION)) == []


def test_which_apis_are_enabled(cloud: Cloud) -> None:
    _, one = cloud.rest("GET", f"/v1/{PARENT}/services/run.googleapis.com")
    assert (one["name"], one["state"]) == (f"projects/{NUMBER}/services/run.googleapis.com", "ENABLED")
    assert cloud.rest("GET", f"/v1/{PARENT}/services/vpcaccess.googleapis.com")[1]["state"] == "DISABLED"
    asked = "&".join(f"names={PARENT}/services/{name}.googleapis.com" for name in ("run", "vpcaccess"))
    _, both = cloud.rest("GET", f"/v1/{PARENT}/services:batchGet?{asked}")
    assert [service["state"] for service in both["services"]] == ["ENABLED", "DISABLED"]
    _, listed = cloud.rest("GET", f"/v1/{PARENT}/services?filter=state:ENABLED")
    assert names(listed) == ["compute.googleapis.com", "run.googleapis.com"]
    _, first = cloud.rest("GET", f"/v1/{PARENT}/services?filter=state:ENABLED&pageSize=1")
    following = f"filter=state:ENABLED&pageSize=1&pageToken={first['nextPageToken']}"
    _, second = cloud.rest("GET", f"/v1/{PARENT}/services?{following}")
    assert names(first) + names(second) == names(listed)
    assert "nextPageToken" not in second


def test_the_project_by_id_and_by_number(cloud: Cloud) -> None:
    for name in (PROJECT, NUMBER):
        status, project = cloud.rest("GET", f"/v1/projects/{name}")
        assert (status, project["projectId"], project["projectNumber"]) == (200, PROJECT, str(NUMBER))
    status, refused = cloud.rest("GET", "/v1/projects/other-project")
    assert (status, refused["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_which_permissions_the_caller_has(cloud: Cloud) -> None:
    body = {"permissions": ["compute.firewalls.create", "compute.networks.list"]}
    _, reply = cloud.rest("POST", f"/v1/projects/{PROJECT}:testIamPermissions", body)
    assert reply == {"permissions": ["compute.networks.list"]}
    held = cloud.services.test_iam_permissions(
        request={"resource": f"{LOCATION}/services/app", "permissions": ["run.services.list", "run.services.get"]}
    )
    assert list(held.permissions) == ["run.services.get"]


def test_a_missing_permission_in_the_words_of_the_api(cloud: Cloud) -> None:
    tcp = compute_v1.Allowed(I_p_protocol="tcp")
    rule = compute_v1.Firewall(name="fresh", network=NETWORK, allowed=[tcp])
    with pytest.raises(exceptions.Forbidden, match=r"Required 'compute\.firewalls\.create' permission for 'pro"):
        cloud.firewalls.insert(project=PROJECT, firewall_resource=rule)
    with pytest.raises(exceptions.PermissionDenied, match=r"Permission 'run\.services\.list' denied on resource"):
        list(cloud.services.list_services(parent=LOCATION))
    assert [n.name for n in cloud.networks.list(project=PROJECT)] == ["my-vpc", "spare"], "denied to another member"


def test_secrets_are_known_by_name_alone(cloud: Cloud) -> None:
    status, secret = cloud.rest("GET", f"/v1/{PARENT}/secrets/db-password")
    assert (status, secret["name"]) == (200, f"projects/{NUMBER}/secrets/db-password")
    status, refused = cloud.rest("GET", f"/v1/{PARENT}/secrets/none")
    assert (status, refused["error"]["message"]) == (404, f"Secret [projects/{NUMBER}/secrets/none] not found.")
    assert [s["name"] for s in cloud.rest("GET", f"/v1/{PARENT}/secrets")[1]["secrets"]] == [secret["name"]]
    assert cloud.rest("GET", f"/v1/{PARENT}/secrets/db-password/versions/latest:access")[0] in (404, 501)


def test_the_iam_policy_of_a_service(cloud: Cloud) -> None:
    resource = f"{LOCATION}/services/app"
    policy = cloud.services.get_iam_policy(request={"resource": resource})
    assert list(policy.bindings) == []
    policy.bindings.add(role="roles/run.invoker", members=["allUsers"])
    saved = cloud.services.set_iam_policy(request={"resource": resource, "policy": policy})
    assert cloud.services.get_iam_policy(request={"resource": resource}) == saved
    assert [(b.role, list(b.members)) for b in saved.bindings] == [("roles/run.invoker", ["allUsers"])]
    with pytest.raises(exceptions.Aborted, match="concurrent policy changes"):
        cloud.services.set_iam_policy(request={"resource": resource, "policy": policy})
    with pytest.raises(exceptions.NotFound):
        cloud.services.get_iam_policy(request={"resource": resource + "-not"})
    cloud.services.delete_service(name=resource).result(timeout=10)
    made = run_v2.Service(template=run_v2.RevisionTemplate(containers=[run_v2.Container(image="example/app")]))
    cloud.services.create_service(parent=LOCATION, service_id="app", service=made).result(timeout=10)
    assert list(cloud.services.get_iam_policy(request={"resource": resource}).bindings) == [], (
        "it went with the service"
    )
