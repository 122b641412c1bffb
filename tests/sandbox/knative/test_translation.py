"""What v1 and v2 can both say survives the way from one to the other and back; what only v2 can say is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.cloud import run_v2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.handling import LOCATION, seeded
from tests.sandbox.knative.bodies import CLOUD_SQL, JOBS, SERVICES
from wizard.sandbox import messages
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.knative import jobs, notes, services, templates
from wizard.sandbox.routes import Match, table
from wizard.sandbox.transcode import to_request

WORLD = seeded()

V2_ALONE: dict[str, Any] = {
    "buildConfig": {"functionTarget": "main"},
    "multiRegionSettings": {"regions": ["us-central1"]},
}


def read(kind: str, body: Body) -> Body:
    """A v1 body as the server reads it from a request: strictly, by the types of v1."""
    verb, path = "PUT", f"/apis/{'serving.knative.dev' if kind == 'service' else 'run.googleapis.com'}/v1"
    match = table().match(verb, f"{path}/namespaces/demo-project/{kind}s/x", "run")
    assert isinstance(match, Match)
    request: Body = to_request(match, [], json.dumps(body).encode())[kind]
    return request


@settings(max_examples=150)
@given(SERVICES)
def test_a_service_comes_back_as_it_was(service: Body) -> None:
    shown = services.to_v1(WORLD, service)
    again, _ = services.to_v2(read("service", shown), {}, LOCATION)
    assert again == service
    run_v2.Service.from_json(json.dumps(again))


@settings(max_examples=50)
@given(SERVICES)
def test_what_only_v2_can_say_of_a_service_is_kept(service: Body) -> None:
    containers = [{**one, "baseImageUri": f"base{i}"} for i, one in enumerate(service["template"]["containers"])]
    before = {**service, **V2_ALONE, "template": {**service["template"], "containers": containers}}
    again, _ = services.to_v2(read("service", services.to_v1(WORLD, before)), before, LOCATION)
    assert again == before
    run_v2.Service.from_json(json.dumps(again))


@settings(max_examples=100)
@given(JOBS)
def test_a_job_comes_back_as_it_was(job: Body) -> None:
    shown = jobs.to_v1(WORLD, job)
    again, _ = jobs.to_v2(read("job", shown), {}, LOCATION)
    assert again == job
    run_v2.Job.from_json(json.dumps(again))


def test_instances_of_cloud_sql_are_a_volume_in_v2_and_an_annotation_in_v1() -> None:
    container = {"image": "i", "resources": {"cpuIdle": True}}
    mounted = {**container, "volumeMounts": [{"name": "cloudsql", "mountPath": "/cloudsql"}]}
    template = {"containers": [mounted], "volumes": [CLOUD_SQL]}
    shown = services.template_to_v1(template)
    assert shown["metadata"]["annotations"] == {
        "run.googleapis.com/cloudsql-instances": "p:us-central1:one,p:us-central1:two"
    }
    assert "volumes" not in shown["spec"] and "volumeMounts" not in shown["spec"]["containers"][0]
    assert services.template_to_v2(shown, {}, LOCATION)[0] == template


SAME_NAME = ("db", "db-0", "db-2", "projects/a/secrets/db", "projects/b/secrets/db", "projects/c/secrets/db")


def test_secrets_of_some_projects_with_one_name_have_aliases_of_their_own() -> None:
    env = [
        {"name": f"V{i}", "valueSource": {"secretKeyRef": {"secret": secret, "version": "1"}}}
        for i, secret in enumerate(SAME_NAME)
    ]
    template = {"containers": [{"image": "i", "env": env, "resources": {"cpuIdle": True}}]}
    shown = services.template_to_v1(template)
    names = [v["valueFrom"]["secretKeyRef"]["name"] for v in shown["spec"]["containers"][0]["env"]]
    assert len(set(names)) == len(SAME_NAME) and not [name for name in names if "/" in name]
    assert services.template_to_v2(shown, {}, LOCATION)[0] == template


def template(**annotations: str) -> Body:
    names = {key.replace("_", "-"): text for key, text in annotations.items()}
    meta = {"annotations": {f"run.googleapis.com/{key}": text for key, text in names.items()}}
    return {"metadata": meta, "spec": {"containers": [{"image": "i"}]}}


@pytest.mark.parametrize(
    ("given_", "access"),
    [
        ({"vpc_access_connector": "c"}, {"connector": f"{LOCATION}/connectors/c"}),
        (
            {"vpc_access_connector": "projects/h/locations/r/connectors/c", "vpc_access_egress": "all"},
            {"connector": "projects/h/locations/r/connectors/c", "egress": "ALL_TRAFFIC"},
        ),
        (
            {"vpc_access_connector": "c", "vpc_access_egress": "all-traffic"},
            {"connector": f"{LOCATION}/connectors/c", "egress": "ALL_TRAFFIC"},
        ),
        (
            {"network_interfaces": '[{"network": "n", "tags": ["a"]}]', "vpc_access_egress": "private-ranges-only"},
            {"networkInterfaces": [{"network": "n", "tags": ["a"]}], "egress": "PRIVATE_RANGES_ONLY"},
        ),
    ],
)
def test_the_annotations_of_a_vpc_are_the_access_of_v2(given_: dict[str, str], access: Body) -> None:
    body, _ = services.template_to_v2(template(**given_), {}, LOCATION)
    assert body["vpcAccess"] == access


def test_an_egress_setting_alone_is_kept_and_means_no_vpc() -> None:
    body, alone = services.template_to_v2(template(vpc_access_egress="all-traffic"), {}, LOCATION)
    assert "vpcAccess" not in body
    assert alone["annotations"] == {"run.googleapis.com/vpc-access-egress": "all-traffic"}


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        ({"network_interfaces": "{}"}, "network-interfaces]: must be a list in JSON"),
        ({"network_interfaces": "[" * 5000}, "network-interfaces]: must be a list in JSON"),
        (
            {"network_interfaces": "[1]"},
            "network-interfaces]: must be a list of objects with network, subnetwork, tags",
        ),
        ({"network_interfaces": '[{"odd": "n"}]'}, "network-interfaces]: must be a list of objects with network, "),
        ({"network_interfaces": '[{"network": "n", "tags": "a"}]'}, "network-interfaces]: network and subnetwork must"),
        ({"encryption_key_shutdown_hours": "9" * 30}, "encryption-key-shutdown-hours]: must be a number that is not"),
        ({"vpc_access_egress": "some", "vpc_access_connector": "c"}, "vpc-access-egress]: must be one of all-traffic"),
        ({"health_check_disabled": "perhaps"}, "health-check-disabled]: must be true or false"),
        ({"container_dependencies": "[1]"}, "container-dependencies]: must be names"),
    ],
)
def test_an_annotation_that_means_nothing_is_refused(given_: dict[str, str], why: str) -> None:
    with pytest.raises(ApiError) as refused:
        services.template_to_v2(template(**given_), {}, LOCATION)
    assert (refused.value.http, why in refused.value.message) == (400, True), refused.value.message


TEXTS = st.sampled_from(["", "true", "-1", "7", "[]", "[{}]", '["a"]', "{}", '{"a": [null]}', "gen2", "a:b,c", "1e9"])
KEYS = st.sampled_from([*notes.REVISION, *notes.SERVICE, *templates.OF_CONTAINERS, "e.com/x", "cloud.googleapis.com/x"])


@given(st.dictionaries(KEYS, TEXTS | st.text(max_size=5)), st.dictionaries(KEYS, TEXTS | st.text(max_size=5)))
def test_whatever_an_annotation_says_it_is_refused_or_something_that_v2_has(
    ours: dict[str, str], theirs: dict[str, str]
) -> None:
    body = {**template(), "metadata": {"annotations": ours}}
    try:
        again, _ = services.to_v2({"metadata": {"annotations": theirs}, "spec": {"template": body}}, {}, LOCATION)
    except ApiError as refused:
        assert refused.http == 400
    else:
        run_v2.Service.from_json(json.dumps(again))


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"volumes": [{"name": "v", "configMap": {"name": "m"}}]}, "this kind of volume is not supported"),
        (
            {"containers": [{"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}}]}]},
            "config maps are not supported",
        ),
    ],
)
def test_what_cloud_run_does_not_have_is_refused(spec: Body, why: str) -> None:
    with pytest.raises(ApiError, match=why):
        services.template_to_v2({"spec": spec}, {}, LOCATION)


@pytest.mark.parametrize(
    ("wanted", "given_"),
    [
        ({"taskCount": 2, "timeout": "9s"}, {"taskCount": 2, "timeoutSeconds": 9}),
        (
            {"containerOverrides": [{"args": ["a"], "env": [{"name": "A", "value": "1"}]}]},
            {"containerOverrides": [{"args": ["a"], "env": [{"name": "A", "value": "1"}]}]},
        ),
        ({"containerOverrides": [{"clearArgs": True}]}, {"containerOverrides": [{"clearArgs": True}]}),
    ],
)
def test_what_a_run_of_a_job_changes(wanted: Body, given_: Body) -> None:
    body = jobs.overrides_to_v2(given_)
    assert body == wanted
    run_v2.RunJobRequest.Overrides.from_json(json.dumps(body))


@pytest.mark.parametrize(
    ("task", "state"),
    [
        ({"conditions": [{"type": "Completed", "state": "CONDITION_PENDING"}]}, "Pending"),
        ({"startTime": "t", "conditions": [{"type": "Completed", "state": "CONDITION_RECONCILING"}]}, "Running"),
        ({"startTime": "t", "conditions": [{"type": "Completed", "state": "CONDITION_SUCCEEDED"}]}, "Succeeded"),
        ({"startTime": "t", "conditions": [{"type": "Completed", "state": "CONDITION_FAILED"}]}, "Failed"),
        (
            {"conditions": [{"type": "Completed", "state": "CONDITION_FAILED", "executionReason": "CANCELLED"}]},
            "Cancelled",
        ),
    ],
)
def test_the_label_of_a_tasks_state(task: Body, state: str) -> None:
    name = f"{LOCATION}/jobs/j/executions/e/tasks/t"
    shown = jobs.task_to_v1(WORLD, {"name": name, "job": "j", "execution": "e", "index": 0, **task})
    assert shown["metadata"]["labels"]["run.googleapis.com/runningState"] == state


@pytest.mark.parametrize("name", ["Service", "Job", "Overrides", "Container", "ObjectMeta"])
def test_the_types_of_v1_can_be_built(name: str) -> None:
    assert messages.known(f"sandbox.knative.{name}")
