"""Cloud Run jobs: what is refused, executions and tasks with their exit codes, what they printed, what stops them."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import run_v2

from tests.sandbox.services.cloud import Cloud, until
from tests.sandbox.services.worlds import DIRECT, LOCATION, PROJECT, SMALL

SCENARIO = (
    SMALL
    + '[[subnet]]\nname = "full"\nnetwork = "my-vpc"\nrange = "10.3.0.0/26"\nused = 40\n'
    + '[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.20.0.0/28"\n'
    + '[[connector]]\nname = "broken"\nnetwork = "my-vpc"\nrange = "10.21.0.0/28"\nstate = "ERROR"\n'
    + '[[job]]\nname = "fine"\noutcome = "success"\n'
    + '[[job]]\nname = "bad"\noutcome = "7"\n'
    + '[[job]]\nname = "kept-out"\nconnector = "broken"\n'
    + '[[job]]\nname = "crowded"\nnetwork = "my-vpc"\nsubnet = "full"\n'
)
STATE = run_v2.Condition.State
CONTAINER = {"image": "example/app"}


def job(cloud: Cloud, name: str) -> run_v2.Job:
    return cloud.jobs.get_job(name=f"{LOCATION}/jobs/{name}")


def ended(cloud: Cloud, name: str) -> run_v2.Execution:
    """An execution that is over."""
    over: run_v2.Execution = until(lambda: cloud.executions.get_execution(name=name), lambda e: bool(e.completion_time))
    return over


def run(cloud: Cloud, name: str, **overrides: Any) -> run_v2.Execution:
    request: dict[str, Any] = {"name": f"{LOCATION}/jobs/{name}", "overrides": overrides}
    operation = cloud.jobs.run_job(request=request)
    return ended(cloud, operation.metadata.name)


def tasks(cloud: Cloud, execution: str) -> list[run_v2.Task]:
    return list(cloud.tasks.list_tasks(request={"parent": execution, "page_size": 1}))


def printed(cloud: Cloud, execution: str) -> list[dict[str, Any]]:
    short = execution.rsplit("/", 1)[-1]
    wanted = f'resource.type="cloud_run_job" AND labels."run.googleapis.com/execution_name"="{short}"'
    body = {"resourceNames": [f"projects/{PROJECT}"], "filter": wanted}
    found: list[dict[str, Any]] = cloud.rest("POST", "/v2/entries:list", body)[1]["entries"]
    return found


def test_an_execution_that_succeeds(cloud: Cloud) -> None:
    before = job(cloud, "fine")
    execution = run(cloud, "fine", task_count=2)
    assert (execution.task_count, execution.succeeded_count, execution.failed_count) == (2, 2, 0)
    assert (execution.running_count, execution.reconciling) == (0, False)
    assert (execution.conditions[0].type_, execution.conditions[0].state) == ("Completed", STATE.CONDITION_SUCCEEDED)
    found = tasks(cloud, execution.name)
    assert [(t.index, t.last_attempt_result.exit_code) for t in found] == [(0, 0), (1, 0)]
    assert found[0].name.startswith(f"{execution.name}/tasks/")
    assert cloud.tasks.get_task(name=found[0].name) == found[0]
    after = job(cloud, "fine")
    assert after.execution_count == before.execution_count + 1
    assert after.latest_created_execution.name == execution.name.rsplit("/", 1)[-1]
    assert [e.name for e in cloud.executions.list_executions(parent=after.name)] == [execution.name]


def test_an_execution_that_fails(cloud: Cloud) -> None:
    execution = run(cloud, "bad")
    assert (execution.succeeded_count, execution.failed_count) == (0, 1)
    condition = execution.conditions[0]
    assert condition.state == STATE.CONDITION_FAILED
    assert condition.execution_reason == run_v2.Condition.ExecutionReason.NON_ZERO_EXIT_CODE
    (task,) = tasks(cloud, execution.name)
    assert task.last_attempt_result.exit_code == 7
    assert task.retried == task.max_retries == 3


def test_what_the_tasks_printed(cloud: Cloud) -> None:
    execution, other = run(cloud, "fine", task_count=2), run(cloud, "bad")
    entries = printed(cloud, execution.name)
    assert [entry["labels"]["run.googleapis.com/task_index"] for entry in entries] == ["0", "1"]
    assert {entry["resource"]["labels"]["job_name"] for entry in entries} == {"fine"}
    assert all("simulated" in entry["textPayload"] for entry in entries)
    assert len(printed(cloud, other.name)) == 4, "the first attempt and three more"


def test_a_token_names_the_execution_and_starts_it(cloud: Cloud) -> None:
    wanted = {"template": {"template": {"containers": [CONTAINER], "max_retries": 0}}, "start_execution_token": "once"}
    operation = cloud.jobs.create_job(parent=LOCATION, job_id="fresh", job=run_v2.Job(wanted))
    made = operation.result(timeout=10)
    assert made.latest_created_execution.name == "fresh-once"
    assert ended(cloud, f"{made.name}/executions/fresh-once").succeeded_count == 1
    with pytest.raises(exceptions.AlreadyExists):
        cloud.jobs.create_job(parent=LOCATION, job_id="fresh", job=run_v2.Job(wanted))


def test_a_new_job_as_the_server_fills_it_in(cloud: Cloud) -> None:
    wanted = {"template": {"template": {"containers": [CONTAINER]}}}
    operation = cloud.jobs.create_job(parent=LOCATION, job_id="fresh", job=run_v2.Job(wanted))
    assert operation.metadata.reconciling
    made = operation.result(timeout=10)
    task = made.template.template
    assert (made.template.task_count, task.max_retries, task.timeout.seconds) == (1, 3, 600)
    assert task.execution_environment == run_v2.ExecutionEnvironment.EXECUTION_ENVIRONMENT_GEN2
    assert dict(task.containers[0].resources.limits) == {"cpu": "1000m", "memory": "512Mi"}
    assert task.service_account == "123456789012-compute@developer.gserviceaccount.com"
    assert made.terminal_condition.state == STATE.CONDITION_SUCCEEDED
    assert (made.generation, made.observed_generation, made.reconciling) == (1, 1, False)


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "name": ("Fresh", {"containers": [CONTAINER]}, "job_id"),
    "no container": ("fresh", {}, "containers"),
    "no image": ("fresh", {"containers": [{}]}, "image"),
    "retries": ("fresh", {"containers": [CONTAINER], "max_retries": 11}, "max_retries"),
    "both ways": (
        "fresh",
        {"containers": [CONTAINER], "vpc_access": {**DIRECT, "connector": f"{LOCATION}/connectors/con"}},
        "one and only one of connector and network_interfaces",
    ),
    "neither way": ("fresh", {"containers": [CONTAINER], "vpc_access": {"egress": "ALL_TRAFFIC"}}, "one and only one"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_job_that_is_refused(cloud: Cloud, case: str) -> None:
    name, template, message = BAD[case]
    with pytest.raises(exceptions.InvalidArgument, match=message):
        cloud.jobs.create_job(parent=LOCATION, job_id=name, job=run_v2.Job(template={"template": template}))


def test_a_change_with_a_stale_etag(cloud: Cloud) -> None:
    before = job(cloud, "fine")
    change = run_v2.Job(before)
    change.labels["a"] = "b"
    after = cloud.jobs.update_job(job=change).result(timeout=10)
    assert after.etag != before.etag
    assert (after.generation, dict(after.labels)) == (before.generation + 1, {"a": "b"})
    with pytest.raises(exceptions.Aborted, match="Conflict for resource 'fine'"):
        cloud.jobs.update_job(job=change)


def test_jobs_are_listed_in_pages_and_deleted_with_their_executions(cloud: Cloud) -> None:
    execution = run(cloud, "fine")
    found = [j.name.rsplit("/", 1)[-1] for j in cloud.jobs.list_jobs(request={"parent": LOCATION, "page_size": 1})]
    assert sorted(found) == ["bad", "crowded", "fine", "kept-out"]
    cloud.jobs.delete_job(name=f"{LOCATION}/jobs/fine").result(timeout=10)
    message = "Resource 'fine' of kind 'JOB' in region 'us-central1' in project 'demo-project' does not exist"
    with pytest.raises(exceptions.NotFound, match=message):
        job(cloud, "fine")
    with pytest.raises(exceptions.NotFound, match="of kind 'EXECUTION'"):
        cloud.executions.get_execution(name=execution.name)


def test_a_connector_that_is_not_ready_keeps_the_tasks_from_starting(cloud: Cloud) -> None:
    execution = run(cloud, "kept-out")
    assert (execution.succeeded_count, execution.failed_count) == (0, 1)
    assert "connectors/broken is not ready" in execution.conditions[0].message
    assert tasks(cloud, execution.name)[0].last_attempt_result.exit_code == 0, "it never ran"
    assert printed(cloud, execution.name) == []


def test_too_few_addresses_in_the_words_of_cloud_run(cloud: Cloud) -> None:
    assert run(cloud, "crowded").succeeded_count == 1
    cloud.slowly()
    execution = run(cloud, "crowded", task_count=17)
    assert (execution.succeeded_count, execution.failed_count) == (16, 1), "what has ended holds its address as well"
    said = execution.conditions[0].message
    assert said.startswith("Instance failed to start because of insufficient free IP addresses in the subnetwork https")
    assert said.endswith("Please consider moving to a subnetwork with more available IP addresses.")


def test_a_repetition_of_a_run_is_another_execution(cloud: Cloud) -> None:
    assert run(cloud, "fine").name != run(cloud, "fine").name
