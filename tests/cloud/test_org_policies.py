"""Organisation policies: their JSON as records, and what is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cloud.servers import CALLER, Reply, RestServer
from tests.sandbox.serving import SMALL, serving
from wizard.cloud.connect import Connection, open_cloud
from wizard.cloud.org_policies import OrgPolicies, policy_values
from wizard.cloud.rest import Rest
from wizard.errors import CloudError
from wizard.records import PolicyValues

PATH = "/v2/projects/p1/policies/run.allowedVPCEgress:getEffectivePolicy"
LIMITED = f"""{SMALL}
[[org_policy]]
constraint = "run.allowedVPCEgress"
allowed = ["is:all-traffic"]

[[org_policy]]
constraint = "constraints/run.allowedIngress"
denied = ["all"]
"""


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        ([{"allowAll": True}], None),
        ([], None),
        ([{"values": {}}], None),
        ([{"denyAll": True}], PolicyValues(allowed=())),
        ([{"values": {"allowedValues": ["is:a", "b"]}}], PolicyValues(allowed=("a", "b"))),
        ([{"values": {"deniedValues": ["a", "is:a"]}}], PolicyValues(denied=("a",))),
        (
            [{"values": {"allowedValues": ["a"]}}, {"values": {"allowedValues": ["b"], "deniedValues": ["a"]}}],
            PolicyValues(allowed=("a", "b"), denied=("a",)),
        ),
        ([{"allowAll": True}, {"values": {"deniedValues": ["a"]}}], PolicyValues(denied=("a",))),
        ([{"values": {"allowedValues": ["under:projects/p"]}}], PolicyValues(allowed=("under:projects/p",))),
    ],
)
def test_a_policy_as_a_record(rules: list[dict[str, Any]], values: PolicyValues | None) -> None:
    """The JSON of the REST reference's Policy."""
    assert policy_values({"name": "projects/1/policies/c", "spec": {"rules": rules}}) == values


def test_a_reply_without_a_policy_restricts_nothing() -> None:
    assert policy_values({"name": "projects/1/policies/c"}) is None


@pytest.mark.parametrize(
    ("values", "passing"),
    [
        (PolicyValues(), ["a", "b"]),
        (PolicyValues(allowed=()), []),
        (PolicyValues(allowed=("a",)), ["a"]),
        (PolicyValues(denied=("a",)), ["b"]),
        (PolicyValues(allowed=("a", "b"), denied=("b",)), ["a"]),
    ],
)
def test_what_passes(values: PolicyValues, passing: list[str]) -> None:
    assert [value for value in ("a", "b") if values.permits(value)] == passing


async def test_the_effective_policy_is_asked_for(http: RestServer, rest: Rest) -> None:
    http.on("GET", PATH, {"spec": {"rules": [{"values": {"allowedValues": ["all-traffic"]}}]}})
    policies = OrgPolicies(rest, CALLER, "p1")
    assert await policies.allowed_values("run.allowedVPCEgress") == PolicyValues(allowed=("all-traffic",))
    http.on("GET", PATH, Reply({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}, 403))
    with pytest.raises(CloudError, match=r"could not read what run\.allowedVPCEgress allows: no") as caught:
        await policies.allowed_values("run.allowedVPCEgress")
    assert caught.value.status == "PERMISSION_DENIED"


async def test_on_the_sandbox(tmp_path: Path) -> None:
    async with serving(tmp_path, LIMITED) as server:
        cloud = await open_cloud(Connection(endpoint=f"http://127.0.0.1:{server.port}"), "demo-project", "us-central1")
        said = [await cloud.allowed_values(f"run.{name}") for name in ("allowedVPCEgress", "allowedIngress")]
        with pytest.raises(CloudError) as unknown:
            await cloud.allowed_values("compute.unheardOf")
        await cloud.aclose()
    assert said == [PolicyValues(allowed=("all-traffic",)), PolicyValues(denied=("all",))]
    assert unknown.value.status == "NOT_FOUND"
